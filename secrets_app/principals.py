"""From an access key or a signed-in user to who is calling, with the policies that say what they may do."""

import hashlib
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

import orjson
from django.db import transaction

from . import arns, policies_of_principals, root_key
from .iam.evaluate import Caller
from .iam.policy_document import Policy, parse
from .models import AccessKey, Principal
from .policies_of_principals import Named, Policies
from .rows import moment
from .statements import Statement

_ID_ALPHABET = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Session:
    """What is special to temporary credentials: of a role that was assumed, or of a user (GetSessionToken)."""

    started_at: datetime
    name: str = ""  # of a role's session
    policies: tuple[Named, ...] = ()  # that were passed, for this session alone
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    is_multi_factor: bool = False


@dataclass(frozen=True)
class Identity:
    """Who calls. `arn` is what AccessDenied messages and the audit trail name."""

    principal_id: int
    account: str
    kind: str  # user, role, root
    name: str
    unique_id: str
    arn: str  # of a role's session: arn:aws:sts::...:assumed-role/ROLE/SESSION
    policies: tuple[Named, ...]  # of the user and its groups, or of the role
    boundary: Named | None = None
    role_arn: str = ""
    access_key_id: str = ""
    session: Session | None = None  # None for long-term credentials, and in the console
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)  # those of the session win
    color_mode: str = "system"
    density: str = "comfortable"
    console_preferences: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def session_name(self) -> str:
        return self.session.name if self.session else ""

    @cached_property
    def caller(self) -> Caller:
        """As the policy evaluator wants it. Documents are parsed once per content."""
        return Caller(
            arn=self.arn,
            account=self.account,
            kind="role-session" if self.kind == Principal.Kind.ROLE else self.kind,
            identity_policies=_parsed(self.policies),
            boundary=_parsed([self.boundary])[0] if self.boundary else None,
            session_policies=_parsed(self.session.policies) if self.session and self.session.policies else None,
            role_arn=self.role_arn,
            unique_id=self.unique_id,
        )

    @cached_property
    def recorded(self) -> str:
        """What CloudTrail's userIdentity tells beside account, ARN and access key; JSON, for the audit trail.

        Source: CloudTrail User Guide, "CloudTrail userIdentity element".
        """
        if self.kind == Principal.Kind.ROOT:
            return orjson.dumps({"type": "Root", "principalId": self.account}).decode()
        if self.kind == Principal.Kind.USER:
            return orjson.dumps({"type": "IAMUser", "principalId": self.unique_id, "userName": self.name}).decode()
        issuer = {
            "type": "Role",
            "principalId": self.unique_id,
            "arn": self.role_arn or self.arn,
            "accountId": self.account,
            "userName": self.name,
        }
        if not self.session_name:
            return orjson.dumps({"type": "Role", "principalId": self.unique_id, "userName": self.name}).decode()
        return orjson.dumps(
            {
                "type": "AssumedRole",
                "principalId": f"{self.unique_id}:{self.session_name}",
                "sessionContext": {"sessionIssuer": issuer},
            }
        ).decode()


def _parsed(policies: "tuple[Named, ...] | list[Named]") -> tuple[Policy, ...]:
    return tuple(parse(document, kind="identity", name=name) for document, name in policies)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An access key as the signature check needs it. Never logged: repr leaves the secret out."""

    access_key_id: str
    sealed_secret: bytes
    is_active: bool
    session_token_digest: str  # "" for a long-term key
    expires_at: datetime | None
    identity: Identity

    @property
    def secret_access_key(self) -> str:
        return _opened(root_key.current(), self.sealed_secret, f"access-key:{self.access_key_id}")

    def __repr__(self) -> str:
        return f"SigningKey({self.access_key_id})"


@lru_cache(maxsize=1024)
def _opened(key: root_key.RootKey, sealed: bytes, purpose: str) -> str:
    """In the memory that holds the root key anyway, by what it was opened from."""
    return key.open(sealed, purpose=purpose).decode()


_SESSION_COLUMNS = (
    "k.session_name, k.session_policy, k.session_managed_policies, k.session_tags, k.transitive_tag_keys, "
    "k.source_identity, k.is_multi_factor, k.created_at"
)
_PRINCIPAL_COLUMNS = "p.id, p.account_id, p.kind, p.name, p.path, p.unique_id, p.tags"
_WIDTH_OF_PRINCIPAL = 7

_BY_ACCESS_KEY = Statement(f"""
    WITH who AS (
        SELECT {_PRINCIPAL_COLUMNS}, p.is_active AS principal_is_active,
               k.access_key_id, k.sealed_secret, k.is_active AS key_is_active,
               k.session_token_digest, k.expires_at, {_SESSION_COLUMNS}
        FROM {AccessKey._meta.db_table} k JOIN {Principal._meta.db_table} p ON p.id = k.principal_id
        WHERE k.access_key_id = %s)
    SELECT who.*, found.source, found.name, found.document
    FROM who LEFT JOIN ({policies_of_principals.select("(SELECT id FROM who)")}) found ON 1 = 1""")  # noqa: S608


def signing_key(access_key_id: str) -> SigningKey | None:
    """As the database has it now, for every call: a revoked key stops at once, in every process."""
    return _BY_ACCESS_KEY.made_of_rows((access_key_id,), _signing_key)


def _signing_key(rows: Sequence[tuple[Any, ...]]) -> SigningKey | None:
    if not rows:
        return None
    who, rest = rows[0][:_WIDTH_OF_PRINCIPAL], rows[0][_WIDTH_OF_PRINCIPAL:-3]
    principal_active, access_key_id, sealed, active, digest, expires_at, *session = rest
    *of_session, started_at = session
    return SigningKey(
        access_key_id=access_key_id,
        sealed_secret=bytes(sealed),
        is_active=bool(active) and bool(principal_active),
        session_token_digest=digest,
        expires_at=None if expires_at is None else moment(expires_at),
        identity=_identity_of(
            *who,
            policies_of_principals.from_rows(row[-3:] for row in rows),
            access_key_id,
            (*of_session, moment(started_at)) if digest else None,
        ),
    )


_BY_NAME = Statement(f"""
    WITH who AS (
        SELECT {_PRINCIPAL_COLUMNS} FROM {Principal._meta.db_table} p
        WHERE p.account_id = %s AND p.kind = 'user' AND p.name = %s AND p.is_active)
    SELECT who.*, found.source, found.name, found.document
    FROM who LEFT JOIN ({policies_of_principals.select("(SELECT id FROM who)")}) found ON 1 = 1""")  # noqa: S608


def user_with_policies(account: str, name: str, access_key_id: str) -> Identity | None:
    """An active user without a look at any access key; access_key_id is only what to put on record."""
    rows = _BY_NAME.made_of_rows((account, name), tuple)
    if not rows:
        return None
    policies = policies_of_principals.from_rows(row[-3:] for row in rows)
    return _identity_of(*rows[0][:_WIDTH_OF_PRINCIPAL], policies, access_key_id, None)


@lru_cache(maxsize=1024)
def _identity_of(
    principal_id: int,
    account: str,
    kind: str,
    name: str,
    path: str,
    unique_id: str,
    tags: str,
    policies: Policies,
    access_key_id: str,
    of_session: tuple[Any, ...] | None,
) -> Identity:
    """Kept by its whole content, which every call reads anew: saves putting the policies together, not the look.

    tags, and what of_session has of that kind, is JSON as the database keeps it.
    """
    session = None if of_session is None else _session(*of_session)
    arn, role_arn = _arns(account, kind, path + name, session)
    return Identity(
        principal_id=principal_id,
        account=account,
        kind=kind,
        name=name,
        unique_id=unique_id,
        arn=arn,
        role_arn=role_arn,
        policies=policies.identity,
        boundary=policies.boundary,
        access_key_id=access_key_id,
        session=session,
        tags=_with_session_tags(orjson.loads(tags), session),
    )


def _session(
    name: str,
    policy: str,
    managed_policies: str,
    tags: str,
    transitive_tag_keys: str,
    source_identity: str,
    is_multi_factor: Any,
    started_at: datetime,
) -> Session:
    managed = [Named(document, arn) for arn, document in orjson.loads(managed_policies)]
    return Session(
        started_at=started_at,
        name=name,
        policies=(*([Named(policy, "")] if policy else ()), *managed),
        tags=orjson.loads(tags),
        transitive_tag_keys=tuple(orjson.loads(transitive_tag_keys)),
        source_identity=source_identity,
        is_multi_factor=bool(is_multi_factor),
    )


def _with_session_tags(tags: Mapping[str, str], session: Session | None) -> Mapping[str, str]:
    """A session tag takes the place of the role's tag of that key, in whatever case (IAM User Guide, "Passing session
    tags")."""
    if session is None or not session.tags:
        return tags
    passed = {key.lower() for key in session.tags}
    return {**{key: value for key, value in tags.items() if key.lower() not in passed}, **session.tags}


def _arns(account: str, kind: str, path_and_name: str, session: Session | None) -> tuple[str, str]:
    """Of who calls, and of the role behind a session ("" for others)."""
    if kind == Principal.Kind.ROOT:
        return arns.iam(account, "root"), ""
    arn = arns.iam(account, f"{kind}{path_and_name}")
    if kind == Principal.Kind.ROLE and session:
        return arns.role_session(account, path_and_name.rpartition("/")[2], session.name), arn
    return arn, ""


_POLICIES_OF = Statement(policies_of_principals.select("(SELECT %s + 0)"))


def identity(principal: Principal) -> Identity:
    """Of somebody signed in to the console."""
    policies = policies_of(principal.pk)
    return Identity(
        principal_id=principal.pk,
        account=principal.account_id,
        kind=principal.kind,
        name=principal.name,
        unique_id=principal.unique_id,
        arn=principal.arn,
        policies=policies.identity,
        boundary=policies.boundary,
        tags=principal.tags,
        color_mode=principal.color_mode,
        density=principal.density,
        console_preferences=principal.console_preferences,
    )


def policies_of(principal_id: int) -> Policies:
    """All that decide what a user or role may do."""
    return policies_of_principals.from_rows(_POLICIES_OF.rows([principal_id] * 5))


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
    principal: Principal, now: datetime, *, lifetime: timedelta, session_name: str, session_policy: str, **more: Any
) -> NewAccessKey:
    """Temporary credentials that may do what both the principal's policies and the session policy allow.

    more: further columns of AccessKey that tell of the session.
    """
    new = NewAccessKey("ASIA" + _random_id(16), secrets.token_urlsafe(30), secrets.token_urlsafe(96))
    _store(
        principal,
        new,
        now,
        session_token_digest=digest_of_token(new.session_token),
        session_name=session_name,
        session_policy=session_policy,
        expires_at=now + lifetime,
        **more,
    )
    return new


_UNIQUE_ID_PREFIXES = {"user": "AIDA", "role": "AROA", "group": "AGPA", "policy": "ANPA"}


def new_unique_id(kind: str) -> str:
    """kind: user, role, root, group, policy. Prefixes: IAM User Guide, "IAM identifiers"."""
    return _UNIQUE_ID_PREFIXES.get(kind, "AIDA") + _random_id(17)


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _store(principal: Principal, new: NewAccessKey, now: datetime, **more: Any) -> None:
    AccessKey.objects.create(
        access_key_id=new.access_key_id,
        principal=principal,
        sealed_secret=root_key.current().seal(
            new.secret_access_key.encode(), purpose=f"access-key:{new.access_key_id}"
        ),
        created_at=now,
        **more,
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
