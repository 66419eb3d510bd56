"""One call of one operation: who, where, when; and the two questions every operation asks: which secret, and may I."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from . import arns, audit, availability, errors, secret_ids
from .authorization import KeyFacts, decide, decide_key, message_of_refusal
from .kms import key_conditions
from .models import Secret
from .principals import Identity
from .service_model import OWN, OperationModel

GLOBAL_SERVICE = "iam"  # one for all Regions, in which its requests and events count as this one's (documented)
REGION_OF_GLOBAL_SERVICES = "us-east-1"

Door = Literal["api", "console", "worker"]
Context = Mapping[str, "str | list[str]"]


class SecretFacts(Protocol):
    """What authorization and the audit trail need to know of a secret: a Secret, or a row read in one statement."""

    @property
    def pk(self) -> int: ...
    @property
    def arn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def primary_region(self) -> str: ...
    @property
    def type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A change that was made, fit to be shown: of its sensitive parameters only which ones were given."""

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    withheld: Sequence[str]


@dataclass(slots=True)  # not frozen: that triples what each of the two a request makes costs
class Call:
    """Never changed once made. now: aware UTC, the only clock an operation may look at; operation: of @operation."""

    principal: Identity
    region: str
    now: datetime
    door: Door = "api"
    request_id: str = field(default_factory=audit.new_request_id)
    source_ip: str = ""
    user_agent: str = ""
    secure_transport: bool = False
    service: str = "secretsmanager"
    read_only: bool = False
    operation: OperationModel = None  # type: ignore[assignment]  # never None inside an operation
    record: audit.Record = field(default_factory=audit.Record)
    made: list[Made] | None = None  # where the console wants to know what was changed by this call

    @property
    def account(self) -> str:
        return self.principal.account

    @property
    def action(self) -> str:
        """What IAM calls this operation: "secretsmanager:GetSecretValue"."""
        return f"{self.service}:{self.operation.name}"

    @property
    def event_source(self) -> str:
        return f"{self.service}.amazonaws.com" if self.service != OWN else OWN

    def starting(self, operation: OperationModel, service: str, *, read_only: bool) -> "Call":
        """This caller's next call: a fresh audit record for it."""
        return Call(  # not replace(), which takes longer than the policies do
            principal=self.principal,
            region=self.region if service != GLOBAL_SERVICE else REGION_OF_GLOBAL_SERVICES,
            now=self.now,
            door=self.door,
            request_id=self.request_id,
            source_ip=self.source_ip,
            user_agent=self.user_agent,
            secure_transport=self.secure_transport,
            service=service,
            read_only=read_only,
            operation=operation,
        )

    def again(self, now: datetime) -> "Call":
        """The same caller a moment later, under a request id of its own."""
        return replace(self, now=now, request_id=audit.new_request_id(), record=audit.Record())

    # --- which secret ------------------------------------------------------------------------------

    def secret(self, secret_id: str, *, for_update: bool = False, context: Context | None = None) -> Secret:
        """The secret, if there is one, the caller may do this operation to it, and its state allows it.

        for_update: lock it for a change. Errors in the order of the real service: permission, existence,
        state (api.md 2). A caller without permission cannot learn whether the secret exists.
        """
        found = secret_ids.find(self.account, self.region, secret_id, for_update=for_update)
        if found is None:
            self.authorize_secret(None, secret_id, context=context)
            raise errors.secret_not_found()
        secret = found.secret
        self.authorize_secret(secret, secret_id, context=context, policy_document=found.policy_document)
        refused = availability.refusal(secret, self.operation.name)
        if refused is not None:
            raise refused
        return secret

    # --- may I -------------------------------------------------------------------------------------

    def authorize_secret(
        self,
        secret: SecretFacts | None,
        secret_id: str,
        *,
        context: Context | None = None,
        action: str = "",
        policy_document: str | None = None,
    ) -> None:
        """Raise AccessDeniedException unless policies allow `action` (this operation's by default) on the secret.

        policy_document: the secret's resource policy where the caller has read it already.
        A secret that does not exist is asked about under its name and six placeholder characters.
        """
        action = action or self.action
        if secret is None:
            arn = secret_ids.pseudo_arn(self.account, self.region, secret_id)
            account = secret_ids.account_of(arn) or self.account
            tags, document = None, None
            request_context = {**(context or {}), "secretsmanager:SecretId": arn}
        else:
            self.record.about(secret.pk, secret.name, secret.arn)
            arn, account, tags = secret.arn, secret.account_id, secret.pk
            document = policy_document if policy_document is not None else secret_ids.resource_policy_of(secret.pk)
            request_context = self.facts_about(secret, context)
        decision = decide(self, action, arn, account, request_context, document or "", tags_of=tags)
        if not decision.allowed:
            # What the caller passed, whether or not the secret exists: the answer must not tell.
            message = message_of_refusal(self, action, secret_id, decision)
            raise errors.AccessDeniedException(message, parameter="SecretId")

    def facts_about(self, secret: SecretFacts, context: Context | None = None) -> dict[str, Any]:
        """The condition keys that tell of the secret itself, beside those of this request."""
        facts: dict[str, Any] = {**(context or {}), "secretsmanager:SecretId": secret.arn}
        if secret.primary_region:
            facts["secretsmanager:SecretPrimaryRegion"] = secret.primary_region
        if secret.type:
            facts["secretsmanager:resource/Type"] = secret.type
        return facts

    def authorize(
        self, *, action: str = "", resource: str = "*", shown: str = "", context: Context | None = None
    ) -> None:
        """For what is not about one existing secret: lists, random passwords, creating. shown: the resource as the
        refusal names it; "" leaves that part out, as the service does for account-level actions."""
        action = action or self.action
        decision = decide(self, action, resource, self.account, dict(context or {}), "")
        if not decision.allowed:
            raise errors.AccessDeniedException(message_of_refusal(self, action, shown, decision))

    def authorize_key(self, key: KeyFacts | None, *actions: str, about: Mapping[str, str]) -> None:
        """Raise "Access to KMS is not allowed" unless the caller may use the customer key. None: the default key, for
        which there is authorize_default_key(). about: the encryption context, which policies may ask for."""
        if key is not None and not all(self._may_use_key(key, action, about) for action in actions):
            raise errors.kms_access_denied()

    def authorize_default_key(self, owner: str) -> None:
        """aws/secretsmanager is for every principal of its own account, and for no other."""
        if owner != self.account:
            raise errors.default_key_of_another_account()

    def authorize_decrypt(self, customer_keys: Sequence[KeyFacts], *, about: Mapping[str, str]) -> None:
        """customer_keys: those that open a version; one that the caller may use is enough."""
        if customer_keys and not any(self._may_use_key(key, "kms:Decrypt", about) for key in customer_keys):
            raise errors.kms_access_denied()

    def _may_use_key(self, key: KeyFacts, action: str, about: Mapping[str, str]) -> bool:
        """Asked in the caller's name by Secrets Manager, and the key's policy can tell (security.md 3.1)."""
        context = {
            "kms:ViaService": f"secretsmanager.{self.region}.amazonaws.com",
            "kms:CallerAccount": self.account,
            "aws:ViaAWSService": "true",
            **key_conditions.of_cryptography(about),
        }
        return decide_key(self, action, key, context).allowed

    def arn_of_new_secret(self, name: str) -> tuple[str, str]:
        """A fresh ARN for the name, and its suffix: CreateSecret is authorized against the ARN the secret will get."""
        suffix = arns.random_suffix()
        return arns.secret(self.region, self.account, name, suffix), suffix
