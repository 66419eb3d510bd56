import json
from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    InvalidNextTokenException,
    InvalidParameterException,
    InvalidRequestException,
    MalformedPolicyDocumentException,
    PublicPolicyException,
    ResourceNotFoundException,
    ValidationException,
)
from secrets_app.models import ResourcePolicy, Secret
from tests import factories
from tests.factories import Person


def policy(**members: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{factories.ACCOUNT}:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        **members,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


PUBLIC = policy(Principal="*")
LOCKING_OUT = policy(Effect="Deny", Principal="*", Action="secretsmanager:*")


def test_a_policy_comes_back_byte_for_byte(call: Call, secret: Secret) -> None:
    document = policy().replace(",", " ,\n")

    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=document)

    assert operations.get_resource_policy(call, secret_id=secret.name).document == document


def test_without_a_policy_there_is_no_document(call: Call, secret: Secret) -> None:
    assert operations.get_resource_policy(call, secret_id=secret.name).document is None


def test_a_second_policy_replaces_the_first(call: Call, secret: Secret) -> None:
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy())
    second = policy(Action="secretsmanager:DescribeSecret")

    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=second)

    assert ResourcePolicy.objects.get().document == second


def test_a_policy_lets_somebody_in(call: Call, make_call: Callable[..., Call], secret: Secret, mallory: Person) -> None:
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy(Principal={"AWS": mallory.arn}))

    found = operations.get_secret_value(make_call(mallory), secret_id=secret.name)

    assert found.name == secret.name


def test_deleting_the_policy_ends_what_it_allowed(
    call: Call, make_call: Callable[..., Call], secret: Secret, mallory: Person
) -> None:
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy(Principal={"AWS": mallory.arn}))

    operations.delete_resource_policy(call, secret_id=secret.name)

    with pytest.raises(AccessDeniedException):
        operations.get_secret_value(make_call(mallory), secret_id=secret.name)


def test_deleting_no_policy_is_no_error(call: Call, secret: Secret) -> None:
    assert operations.delete_resource_policy(call, secret_id=secret.name).secret == secret


def test_a_public_policy_is_accepted_unless_blocked(call: Call, secret: Secret) -> None:
    """Recorded: Principal "*" is stored when BlockPublicPolicy is not set (api.md 5.15)."""
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=PUBLIC)

    assert ResourcePolicy.objects.get().document == PUBLIC


def test_a_public_policy_is_refused_when_blocked(call: Call, secret: Secret) -> None:
    with pytest.raises(PublicPolicyException):
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=PUBLIC, block_public_policy=True)

    assert not ResourcePolicy.objects.exists()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("not JSON", "This resource policy contains a syntax error."),
        (policy(Effect="AllowSomething"), "This resource policy contains a syntax error."),
        ('{"Version": "2019-10-19", "Statement": []}', "This policy has invalid syntax."),
        (policy(Principal={"AWS": "arn:aws:iam::123456789012:user/nobody"}), "unsupported principal"),
        (policy(Principal={"AWS": "arn:aws:iam::999999999999:role/unknown"}), "unsupported principal"),
        (policy(Principal={"Service": "invalidservice.amazonaws.com"}), "unsupported service principal"),
        (LOCKING_OUT, "will not allow you to manage this secret"),
    ],
    ids=["json", "effect", "version", "user", "role of another account", "service", "lock-out"],
)
def test_a_policy_that_cannot_be_is_refused(call: Call, secret: Secret, document: str, message: str) -> None:
    """Sentences: security.md 2.2. "Invalid syntax" was seen for a Version there is not (api.md 3), "a syntax error" for
    the rest: terraform-provider-aws#28609, terraform-aws-modules/terraform-aws-secrets-manager#2.
    """
    with pytest.raises(MalformedPolicyDocumentException, match=message):
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=document)


def test_another_account_may_be_named_though_it_is_unknown_here(call: Call, secret: Secret) -> None:
    operations.put_resource_policy(
        call, secret_id=secret.name, resource_policy=policy(Principal={"AWS": "999999999999"})
    )

    assert ResourcePolicy.objects.exists()


def test_a_deny_that_spares_the_caller_by_a_condition_is_no_lock_out(call: Call, secret: Secret) -> None:
    """The conditions are judged in the very request that puts the policy."""
    document = policy(
        Effect="Deny",
        Principal="*",
        Action="secretsmanager:*",
        Condition={"StringNotEquals": {"aws:PrincipalArn": call.principal.arn}},
    )

    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=document)

    assert ResourcePolicy.objects.exists()


def test_a_deny_by_a_tag_of_the_secret_locks_out(call: Call) -> None:
    secret = factories.make_secret(call, tags=[{"Key": "stage", "Value": "prod"}])
    document = policy(
        Effect="Deny",
        Principal="*",
        Action="secretsmanager:*",
        Condition={"StringEquals": {"aws:ResourceTag/stage": "prod"}},
    )

    with pytest.raises(MalformedPolicyDocumentException, match="manage this secret"):
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=document)


def test_a_policy_of_20481_characters_is_too_long(call: Call, secret: Secret) -> None:
    with pytest.raises(ValidationException, match="less than or equal to 20480"):
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy() + " " * 20480)


def test_the_policy_parameter_is_a_condition_key(make_call: Callable[..., Call], call: Call, secret: Secret) -> None:
    careful = factories.make_person(
        "careful",
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "secretsmanager:PutResourcePolicy",
                "Resource": "*",
                "Condition": {"Bool": {"secretsmanager:BlockPublicPolicy": "true"}},
            },
        },
    )

    operations.put_resource_policy(
        make_call(careful), secret_id=secret.name, resource_policy=policy(), block_public_policy=True
    )

    with pytest.raises(AccessDeniedException):
        operations.put_resource_policy(make_call(careful), secret_id=secret.name, resource_policy=policy())


def test_only_the_default_policy_can_be_put_or_deleted(call: Call, secret: Secret) -> None:
    """Documented (api.md 6)."""
    with pytest.raises(InvalidParameterException):
        operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy(), policy_name="other")
    with pytest.raises(InvalidParameterException):
        operations.delete_resource_policy(call, secret_id=secret.name, policy_name="other")


def test_a_policy_of_another_name_is_not_found(call: Call, secret: Secret) -> None:
    with pytest.raises(ResourceNotFoundException):
        operations.get_resource_policy(call, secret_id=secret.name, policy_name="other")


def test_the_default_policy_goes_by_its_name(call: Call, secret: Secret) -> None:
    document = policy()
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=document, policy_name="default")

    found = operations.get_resource_policy(call, secret_id=secret.name, policy_name="default")

    assert found.document == document


def test_policies_are_listed_by_name(call: Call, secret: Secret) -> None:
    before = operations.list_resource_policies(call, secret_id=secret.name)
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=policy())

    assert before == []
    assert operations.list_resource_policies(call, secret_id=secret.name) == ["default"]


def test_there_is_no_second_page_of_policies(call: Call, secret: Secret) -> None:
    with pytest.raises(InvalidNextTokenException):
        operations.list_resource_policies(call, secret_id=secret.name, next_token="more")


def test_a_marked_secret_keeps_its_policy_to_itself(call: Call, secret: Secret) -> None:
    """Seen in the field for GetResourcePolicy (api.md 5.16)."""
    operations.delete_secret(call, secret_id=secret.name)

    with pytest.raises(InvalidRequestException, match="marked for deletion"):
        operations.get_resource_policy(call, secret_id=secret.name)


# --- ValidateResourcePolicy ----------------------------------------------------------------------


def names(found: list[Any]) -> list[str]:
    return [finding.check_name for finding in found]


def test_a_good_policy_passes(call: Call, secret: Secret) -> None:
    assert operations.validate_resource_policy(call, secret_id=secret.name, resource_policy=policy()) == []


@pytest.mark.parametrize(
    ("document", "checks"),
    [("{", ["SYNTAX"]), (PUBLIC, ["BROAD_ACCESS"]), (LOCKING_OUT, ["LOCKOUT"])],
    ids=["syntax", "broad access", "lock-out"],
)
def test_validation_reports_instead_of_refusing(call: Call, secret: Secret, document: str, checks: list[str]) -> None:
    found = operations.validate_resource_policy(call, secret_id=secret.name, resource_policy=document)

    assert names(found) == checks


def test_several_findings_are_reported_together(call: Call, secret: Secret) -> None:
    statements = [json.loads(text)["Statement"][0] for text in (PUBLIC, LOCKING_OUT)]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})

    found = operations.validate_resource_policy(call, secret_id=secret.name, resource_policy=document)

    assert names(found) == ["BROAD_ACCESS", "LOCKOUT"]


def test_a_policy_can_be_validated_before_there_is_a_secret(call: Call) -> None:
    assert names(operations.validate_resource_policy(call, resource_policy=LOCKING_OUT)) == ["LOCKOUT"]


def test_validating_takes_the_permission_to_put_as_well(make_call: Callable[..., Call], secret: Secret) -> None:
    """Documented: security.md 1.7, "also needs"."""
    validating = factories.make_person(
        "validating",
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "secretsmanager:ValidateResourcePolicy", "Resource": "*"},
        },
    )

    with pytest.raises(AccessDeniedException, match="secretsmanager:PutResourcePolicy"):
        operations.validate_resource_policy(make_call(validating), secret_id=secret.name, resource_policy=policy())
    with pytest.raises(AccessDeniedException, match="secretsmanager:PutResourcePolicy"):
        operations.validate_resource_policy(make_call(validating), resource_policy=policy())


def test_nothing_is_done_for_whom_it_is_not_allowed(
    make_call: Callable[..., Call], secret: Secret, mallory: Person
) -> None:
    hers = make_call(mallory)

    with pytest.raises(AccessDeniedException):
        operations.get_resource_policy(hers, secret_id=secret.name)
    with pytest.raises(AccessDeniedException):
        operations.put_resource_policy(hers, secret_id=secret.name, resource_policy=policy())
    with pytest.raises(AccessDeniedException):
        operations.delete_resource_policy(hers, secret_id=secret.name)
    with pytest.raises(AccessDeniedException):
        operations.list_resource_policies(hers, secret_id=secret.name)
    with pytest.raises(AccessDeniedException):
        operations.validate_resource_policy(hers, resource_policy=policy())
