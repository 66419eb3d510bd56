"""What is checked before a key policy is stored: its form, whom it names, and that its author isn't locked out.

Facts: PutKeyPolicy in the KMS API reference; developer guide, "Changing a key policy". The two sentences are seen in
the field (terraform-provider-aws, issues on aws_kms_key); that of the limit is ours.
"""

from secrets_app.authorization import decide_key, principal_exists
from secrets_app.call import Call
from secrets_app.iam.policy_document import MalformedPolicy, Policy, parse
from secrets_app.models import KmsKey

from .errors import LimitExceededException, MalformedPolicyDocumentException

LONGEST = 32_768  # bytes (developer guide, "Resource quotas")

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."


def check(document: str) -> None:
    """Refuse what is no key policy, or names a user or role that isn't there."""
    if len(document.encode()) > LONGEST:
        raise LimitExceededException(f"A key policy has at most {LONGEST} bytes.", parameter="Policy")
    try:
        policy = parse(document, kind="key")
    except MalformedPolicy as error:
        raise MalformedPolicyDocumentException(str(error), parameter="Policy") from None
    if not _names_only_who_exists(policy):
        raise MalformedPolicyDocumentException(INVALID_PRINCIPALS, parameter="Policy")


def _names_only_who_exists(policy: Policy) -> bool:
    named = [statement.principals for statement in (*policy.allows, *policy.denies) if statement.principals]
    if any(principals.unique_ids for principals in named):
        return False
    return all(
        principal_exists(arn) for principals in named for arn in principals.arns if arn.split(":", 3)[2] == "iam"
    )


def refuse_lockout(call: Call, key: KmsKey) -> None:
    """Unless the caller may put the next policy, too, under the one that `key` has now been given."""
    if not decide_key(call, "kms:PutKeyPolicy", key, {"kms:CallerAccount": call.account}).allowed:
        raise MalformedPolicyDocumentException(LOCKOUT, parameter="Policy")
