"""From an access key or a signed-in user to who is calling, with the policies that say what they may do."""

import hashlib
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.db import transaction

from . import arns, root_key
from .iam.evaluate import Caller
from .iam.policy_document import Policy, parse
from .models import AccessKey, IdentityPolicy, Principal
from .statements import Statement

_ID_ALPHABET = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Identity:
    """Who calls. `arn` is what AccessDenied messages and the audit trail name."""

    principal_id: int
    account: str
    kind: str  # user, role, root
    name: str
    unique_id: str
    arn: str  # of a role's session: arn:aws:sts::...:assumed-role/ROLE/SESSION
    policies: tuple[tuple[str, str], ...]  # (document, ARN of a managed policy or "")
    role_arn: str = ""
    access_key_id: str = ""
    session_name: str = ""
    session_policy: str = ""
    color_mode: str = "system"
    density: str = "comfortable"
    console_preferences: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def caller(self) -> Caller:
        """As the policy evaluator wants it. Documents are parsed once per content."""
        return Caller(
            arn=self.arn,
            account=self.account,
            kind="role-session" if self.kind == Principal.Kind.ROLE else self.kind,
            identity_policies=tuple(parse(document, kind="identity", name=name) for document, name in self.policies),
            session_policies=self._session_policies,
            role_arn=self.role_arn,
            unique_id=self.unique_id,
        )

    @property
    def _session_policies(self) -> tuple[Policy, ...] | None:
        return (parse(self.session_policy, kind="identity"),) if self.session_policy else None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An access key as the signature check needs it. Never logged: repr leaves the secret out."""

    secret_access_key: str
    is_active: bool
    session_token_digest: str  # "" for a long-term key
    expires_at: datetime | None
    identity: Identity

    def __repr__(self) -> str:
        return f"SigningKey({self.identity.access_key_id})"


_BY_ACCESS_KEY = Statement(f"""
    SELECT k.sealed_secret, k.is_active, k.session_token_digest, k.expires_at, k.session_name, k.session_policy,
           p.id, p.account_id, p.kind, p.name, p.unique_id, p.is_active, i.document, i.arn
    FROM {AccessKey._meta.db_table} k
    JOIN {Principal._meta.db_table} p ON p.id = k.principal_id
    LEFT JOIN {IdentityPolicy._meta.db_table} i ON i.principal_id = p.id
    WHERE k.access_key_id = %s ORDER BY i.id""")  # noqa: S608  our own table names


def signing_key(access_key_id: str) -> SigningKey | None:
    """As the database has it now, for every call: a revoked key stops at once, in every process."""
    rows = _BY_ACCESS_KEY.made_of_rows((access_key_id,), tuple)
    if not rows:
        return None
    sealed, active, digest, expires_at, session_name, session_policy, *principal = rows[0]
    *who, principal_active, _, _ = principal
    if expires_at is not None and expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    policies = tuple((row[-2], row[-1]) for row in rows if row[-2] is not None)
    return SigningKey(
        secret_access_key=root_key.current().open(bytes(sealed), purpose=f"access-key:{access_key_id}").decode(),
        is_active=bool(active) and bool(principal_active),
        session_token_digest=digest,
        expires_at=expires_at,
        identity=_identity_of(*who, access_key_id, session_name, session_policy, policies),
    )


_BY_NAME = Statement(f"""
    SELECT p.id, p.account_id, p.kind, p.name, p.unique_id, i.document, i.arn
    FROM {Principal._meta.db_table} p
    LEFT JOIN {IdentityPolicy._meta.db_table} i ON i.principal_id = p.id
    WHERE p.account_id = %s AND p.kind = 'user' AND p.name = %s AND p.is_active ORDER BY i.id""")  # noqa: S608


def user_with_policies(account: str, name: str, access_key_id: str) -> Identity | None:
    """An active user without a look at any access key; access_key_id is only what to put on record."""
    rows = _BY_NAME.made_of_rows((account, name), tuple)
    if not rows:
        return None
    policies = tuple((row[-2], row[-1]) for row in rows if row[-2] is not None)
    return _identity_of(*rows[0][:5], access_key_id, "", "", policies)


@lru_cache(maxsize=1024)
def _identity_of(
    principal_id: int,
    account: str,
    kind: str,
    name: str,
    unique_id: str,
    access_key_id: str,
    session_name: str,
    session_policy: str,
    policies: tuple[tuple[str, str], ...],
) -> Identity:
    """Kept by its whole content, which every call reads anew: saves putting the policies together, not the look."""
    arn, role_arn = _arns(account, kind, name, session_name)
    return Identity(
        principal_id=principal_id,
        account=account,
        kind=kind,
        name=name,
        unique_id=unique_id,
        arn=arn,
        role_arn=role_arn,
        policies=policies,
        access_key_id=access_key_id,
        session_name=session_name,
        session_policy=session_policy,
    )


def _arns(account: str, kind: str, name: str, session_name: str) -> tuple[str, str]:
    """Of who calls, and of the role behind a session ("" for others)."""
    if kind == Principal.Kind.ROOT:
        return arns.iam(account, "root"), ""
    arn = arns.iam(account, f"{kind}/{name}")
    if kind == Principal.Kind.ROLE and session_name:
        return f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}", arn
    return arn, ""


def identity(principal: Principal) -> Identity:
    """Of somebody signed in to the console."""
    return Identity(
        principal_id=principal.pk,
        account=principal.account_id,
        kind=principal.kind,
        name=principal.name,
        unique_id=principal.unique_id,
        arn=principal.arn,
        policies=tuple(principal.identity_policies.order_by("id").values_list("document", "arn")),
        color_mode=principal.color_mode,
        density=principal.density,
        console_preferences=principal.console_preferences,
    )


def signed_in(principal_id: int) -> Identity | None:
    principal = Principal.objects.filter(pk=principal_id, is_active=True).first()
    return identity(principal) if principal else None


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """The one time an access key's secret is in clear."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"NewAccessKey({self.access_key_id})"


def create_access_key(principal: Principal, now: datetime) -> NewAccessKey:
    new = NewAccessKey("AKIA" + _random_id(16), secrets.token_urlsafe(30))
    _store(principal, new, now)
    return new


def create_temporary_access_key(
    principal: Principal, now: datetime, *, lifetime: timedelta, session_name: str, session_policy: str
) -> NewAccessKey:
    """Temporary credentials that may do what both the principal's policies and the session policy allow."""
    new = NewAccessKey("ASIA" + _random_id(16), secrets.token_urlsafe(30), secrets.token_urlsafe(96))
    _store(principal, new, now, session_name=session_name, session_policy=session_policy, expires_at=now + lifetime)
    return new


def new_unique_id(kind: str) -> str:
    prefix = {"user": "AIDA", "role": "AROA"}.get(kind, "AIDA")
    return prefix + _random_id(17)


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _store(
    principal: Principal,
    new: NewAccessKey,
    now: datetime,
    *,
    session_name: str = "",
    session_policy: str = "",
    expires_at: datetime | None = None,
) -> None:
    AccessKey.objects.create(
        access_key_id=new.access_key_id,
        principal=principal,
        sealed_secret=root_key.current().seal(
            new.secret_access_key.encode(), purpose=f"access-key:{new.access_key_id}"
        ),
        created_at=now,
        session_token_digest=digest_of_token(new.session_token) if new.session_token else "",
        session_name=session_name,
        session_policy=session_policy,
        expires_at=expires_at,
    )


def _random_id(length: int) -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(length))


SignInUser = Principal  # what the console's sign-in handles; it may not import tables


def user_by_name(account: str, name: str) -> Principal | None:
    return Principal.objects.filter(account=account, kind=Principal.Kind.USER, name=name).first()


def user_by_pk(pk: int) -> Principal | None:
    return Principal.objects.filter(pk=pk, is_active=True).first()


def remember_preferences(identity: Identity, *, color_mode: str, density: str) -> None:
    Principal.objects.filter(pk=identity.principal_id).update(color_mode=color_mode, density=density)


def remember_console_preferences(identity: Identity, page: str, values: Mapping[str, Any]) -> None:
    """What the person prefers on one page of the console; what they prefer on others stays."""
    with transaction.atomic():
        principal = Principal.objects.select_for_update().get(pk=identity.principal_id)
        principal.console_preferences = {**principal.console_preferences, page: dict(values)}
        principal.save(update_fields=["console_preferences"])
