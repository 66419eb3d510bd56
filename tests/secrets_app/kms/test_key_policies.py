"""Who may use a key is up to its policy first: KMS's special rule, and what is checked before a policy is stored.

Facts: KMS developer guide, "Key policies", "Default key policy"; security.md 3.3.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, AwsError, InvalidRequestException
from secrets_app.kms import keys, policy_checks
from secrets_app.kms import operations as kms
from secrets_app.kms.errors import LimitExceededException, MalformedPolicyDocumentException, NotFoundException
from secrets_app.models import KmsKey
from secrets_app.statements import current_database
from tests import factories
from tests.factories import Person

OTHER_ACCOUNT = "444455556666"
ROOT, OTHER_ROOT = f"arn:aws:iam::{factories.ACCOUNT}:root", f"arn:aws:iam::{OTHER_ACCOUNT}:root"
ALICE, BOB, MALLORY = (f"arn:aws:iam::{factories.ACCOUNT}:user/{name}" for name in ("alice", "bob", "mallory"))
CAROL = f"arn:aws:iam::{OTHER_ACCOUNT}:user/carol"


def statement(principal: str, action: str = "kms:*", *, effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    found = {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}
    return {**found, "Condition": condition} if condition else found


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def key(call: Call) -> KmsKey:
    return kms.create_key(call)


@pytest.fixture
def people(alice: Person, bob: Person, mallory: Person) -> dict[str, Person]:
    """carol may do everything, dave nothing, in an account of their own."""
    others = {
        "carol": factories.make_person("carol", factories.EVERYTHING, account=OTHER_ACCOUNT),
        "dave": factories.make_person("dave", account=OTHER_ACCOUNT),
    }
    return {"alice": alice, "bob": bob, "mallory": mallory, **others}


def set_policy(key: KmsKey, document: str) -> None:
    key.policy = document
    key.save(update_fields=["policy"])


# --- whom it lets in ------------------------------------------------------------------------------

NOBODY_HERE = statement("arn:aws:iam::123456789012:user/ghost")


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        pytest.param([], "alice", id="by default: whom their own policies allow"),
        pytest.param([statement(ROOT)], "alice", id="the account: whom their own policies allow"),
        pytest.param([NOBODY_HERE], "", id="an identity-based policy alone is not enough"),
        pytest.param([statement(MALLORY)], "mallory", id="a user by name needs no policy of its own"),
        pytest.param([statement(ROOT), statement(MALLORY, "kms:Encrypt")], "alice mallory", id="both ways at once"),
        pytest.param([statement(ROOT), statement(ALICE, effect="Deny")], "", id="a denial wins"),
        pytest.param([statement(MALLORY, "kms:Decrypt")], "", id="another action is no permission"),
        pytest.param([statement("*")], "alice bob mallory carol", id="everybody; of others whom they allow it"),
        pytest.param([statement(OTHER_ROOT)], "carol", id="another account: whom its policies allow"),
        pytest.param([statement(CAROL)], "carol", id="a user of another account by name"),
        pytest.param(
            [statement(ROOT, StringEquals={"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com"})],
            "",
            id="through Secrets Manager only",
        ),
        pytest.param(
            [statement(ROOT, StringEquals={"kms:EncryptionContext:tenant": "acme"})], "alice", id="this context"
        ),
        pytest.param([statement(ROOT, StringEquals={"kms:EncryptionContext:tenant": "x"})], "", id="another context"),
        pytest.param([statement(ROOT, StringEquals={"aws:ResourceTag/team": "a"})], "", id="a tag it doesn't have"),
        pytest.param([statement(ROOT, StringEquals={"kms:KeySpec": "SYMMETRIC_DEFAULT"})], "alice", id="its spec"),
    ],
)
def test_whom_a_key_policy_lets_encrypt(
    people: dict[str, Person], key: KmsKey, statements: list[dict[str, Any]], allowed: str
) -> None:
    set_policy(key, policy(*statements) if statements else "")

    def may_encrypt(person: Person) -> bool:
        try:
            kms.encrypt(
                factories.make_call(person), key_id=key.arn, plaintext=b"x", encryption_context={"tenant": "acme"}
            )
        except AccessDeniedException:
            return False
        return True

    assert [name for name, person in people.items() if may_encrypt(person)] == allowed.split()


def test_the_refusal_says_which_side_is_missing(call: Call, people: dict[str, Person], key: KmsKey) -> None:
    """Form seen in the field (api.md 1.5)."""
    with pytest.raises(AccessDeniedException, match="because no identity-based policy allows the kms:DescribeKey"):
        kms.describe_key(factories.make_call(people["mallory"]), key_id=key.key_id)

    set_policy(key, policy(NOBODY_HERE))

    with pytest.raises(AccessDeniedException, match="because no resource-based policy allows the kms:DescribeKey"):
        kms.describe_key(call, key_id=key.key_id)


@pytest.mark.parametrize(
    "change", ["disable_key", "schedule_key_deletion", "rotate_key_on_demand", "enable_key_rotation"]
)
def test_no_policy_lets_another_account_manage_a_key(people: dict[str, Person], key: KmsKey, change: str) -> None:
    """API reference: "Cross-account use: No"."""
    set_policy(key, policy(statement(CAROL)))

    with pytest.raises(AccessDeniedException):
        getattr(kms, change)(factories.make_call(people["carol"]), key_id=key.arn)

    key.refresh_from_db()
    assert (key.state, key.rotation_period_days, key.backing_keys.count()) == ("Enabled", None, 1)


# --- through Secrets Manager ----------------------------------------------------------------------


def test_a_key_for_secrets_manager_only_opens_secrets_and_nothing_else(call: Call, key: KmsKey) -> None:
    """kms:ViaService is there when Secrets Manager asks in its caller's name (security.md 3.1)."""
    through = {"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com", "kms:CallerAccount": factories.ACCOUNT}
    set_policy(key, policy(statement(ROOT, StringEquals=through)))

    secret = factories.make_secret(call, secret_string="v", kms_key_id=key.arn)

    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "v"
    with pytest.raises(AccessDeniedException):
        kms.encrypt(call, key_id=key.key_id, plaintext=b"x")


def test_a_key_can_be_kept_to_some_secrets(call: Call, key: KmsKey) -> None:
    mine = {"kms:EncryptionContext:SecretARN": "arn:aws:secretsmanager:*:*:secret:mine-??????"}
    set_policy(key, policy(statement(ROOT, StringLike=mine)))

    factories.make_secret(call, "mine", kms_key_id=key.arn)

    with pytest.raises(AccessDeniedException, match=r"^Access to KMS is not allowed$"):
        factories.make_secret(call, "other", kms_key_id=key.arn)


def test_a_policy_in_force_decides_the_next_read(call: Call, key: KmsKey) -> None:
    secret = factories.make_secret(call, kms_key_id=key.arn)
    operations.get_secret_value(call, secret_id=secret.name)

    kms.put_key_policy(call, key_id=key.key_id, policy=policy(statement(ROOT, "kms:PutKeyPolicy")))

    with pytest.raises(AccessDeniedException, match=r"^Access to KMS is not allowed$"):
        operations.get_secret_value(call, secret_id=secret.name)


def test_reading_under_a_key_with_a_policy_takes_no_further_statement(call: Call, key: KmsKey) -> None:
    plain = factories.make_secret(call, "plain")
    guarded = factories.make_secret(call, "guarded", kms_key_id=key.arn)
    set_policy(key, policy(statement(ROOT, StringEquals={"kms:CallerAccount": factories.ACCOUNT})))

    def statements(name: str) -> int:
        operations.get_secret_value(call, secret_id=name)  # the day of access is noted once
        with CaptureQueriesContext(current_database()) as captured:
            operations.get_secret_value(call, secret_id=name)
        return len(captured)

    assert statements(guarded.name) == statements(plain.name)


def test_a_secret_is_shared_with_another_account_by_two_policies_under_a_customer_key(
    call: Call, people: dict[str, Person], key: KmsKey
) -> None:
    """User guide, "Access AWS Secrets Manager secrets from a different account": secret, key, and the caller's own."""
    theirs = factories.make_call(people["carol"])
    shared = policy(statement(OTHER_ROOT, "secretsmanager:GetSecretValue"))
    secrets = {
        "default key": factories.make_secret(call, "default"),
        "customer key": factories.make_secret(call, "customer", kms_key_id=key.arn),
    }
    for secret in secrets.values():
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=shared)

    def answer(name: str) -> str:
        try:
            return operations.get_secret_value(theirs, secret_id=secrets[name].arn).version_id
        except AwsError as error:
            return error.code

    assert answer("default key") == InvalidRequestException.__name__
    assert answer("customer key") == AccessDeniedException.__name__
    set_policy(key, policy(statement(ROOT), statement(OTHER_ROOT, "kms:Decrypt")))
    assert answer("customer key") == operations.get_secret_value(call, secret_id="customer").version_id


def test_a_secret_can_use_a_key_of_another_account(call: Call, people: dict[str, Person]) -> None:
    theirs = kms.create_key(factories.make_call(people["carol"]), policy=policy(statement(OTHER_ROOT), statement(ROOT)))

    secret = factories.make_secret(call, secret_string="v", kms_key_id=theirs.arn)

    assert secret.kms_key == theirs
    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "v"
    set_policy(theirs, "")
    with pytest.raises(AccessDeniedException, match=r"^Access to KMS is not allowed$"):
        operations.get_secret_value(call, secret_id=secret.name)


# --- the document ---------------------------------------------------------------------------------


def test_a_key_has_the_default_policy_until_it_is_given_another(call: Call, key: KmsKey) -> None:
    default = json.loads(kms.get_key_policy(call, key_id=key.key_id).document)
    assert default["Statement"] == [{"Sid": "Enable IAM User Permissions", **statement(ROOT)}]

    other = policy(statement(ROOT), statement(BOB, "kms:Decrypt"))
    factories.make_principal("bob")
    kms.put_key_policy(call, key_id=key.key_id, policy=other, policy_name="default")

    assert kms.get_key_policy(call, key_id=key.key_id).document == other
    assert kms.list_key_policies(call, key_id=key.key_id).items == ["default"]


def test_a_new_key_is_given_its_policy(call: Call) -> None:
    made = kms.create_key(call, policy=policy(statement(ROOT)))

    assert kms.get_key_policy(call, key_id=made.key_id).document == policy(statement(ROOT))


def test_a_key_has_one_policy_and_its_name_is_default(call: Call, key: KmsKey) -> None:
    with pytest.raises(NotFoundException, match=r"^No such policy exists$"):
        kms.get_key_policy(call, key_id=key.key_id, policy_name="other")


def test_the_key_that_aws_manages_has_a_policy_nobody_changes(call: Call) -> None:
    """security.md 3.3"""
    managed = keys.default_key(call.account, call.region, call.now)

    document = json.loads(kms.get_key_policy(call, key_id=managed.key_id).document)

    assert [each["Condition"] for each in document["Statement"] if "Condition" in each] == [
        {
            "StringEquals": {
                "kms:CallerAccount": factories.ACCOUNT,
                "kms:ViaService": "secretsmanager.us-west-2.amazonaws.com",
            }
        }
    ]
    with pytest.raises(AccessDeniedException):
        kms.put_key_policy(call, key_id=managed.key_id, policy=policy(statement(ROOT)))


@pytest.mark.parametrize(
    ("document", "error", "message"),
    [
        ("{}", MalformedPolicyDocumentException, "A policy needs a Statement"),
        ("nonsense", MalformedPolicyDocumentException, "not valid JSON"),
        (policy(statement(ROOT), NOBODY_HERE), MalformedPolicyDocumentException, policy_checks.INVALID_PRINCIPALS),
        (
            policy(statement(ROOT), statement("AIDA" + "A" * 17)),
            MalformedPolicyDocumentException,
            policy_checks.INVALID_PRINCIPALS,
        ),
        (policy(statement(ROOT, "kms:Encrypt")), MalformedPolicyDocumentException, policy_checks.LOCKOUT),
        (
            policy(statement(ROOT), statement(ALICE, "kms:PutKeyPolicy", effect="Deny")),
            MalformedPolicyDocumentException,
            policy_checks.LOCKOUT,
        ),
        (policy(statement(ROOT)) + " " * policy_checks.LONGEST, LimitExceededException, "at most 32768 bytes"),
    ],
)
def test_what_is_not_stored(call: Call, key: KmsKey, document: str, error: type[AwsError], message: str) -> None:
    with pytest.raises(error, match=message.replace(".", r"\.")):
        kms.put_key_policy(call, key_id=key.key_id, policy=document)

    key.refresh_from_db()
    assert key.policy == ""


def test_who_wants_to_be_locked_out_says_so(call: Call, key: KmsKey) -> None:
    locked = policy(statement(ROOT, "kms:Encrypt"))

    kms.put_key_policy(call, key_id=key.key_id, policy=locked, bypass_policy_lockout_safety_check=True)

    with pytest.raises(AccessDeniedException):
        kms.put_key_policy(call, key_id=key.key_id, policy=policy(statement(ROOT)))


def test_a_key_that_locks_its_maker_out_is_not_made(call: Call) -> None:
    with pytest.raises(MalformedPolicyDocumentException):
        kms.create_key(call, policy=policy(statement(ROOT, "kms:Encrypt")))

    assert not KmsKey.objects.exists()
