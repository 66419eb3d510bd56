"""What is a policy.

Rules: IAM User Guide, "Grammar of the IAM JSON policy language" and "Principal" (security.md 1.1).
"""

import json
from typing import Any

import pytest

from secrets_app.iam.context import RequestContext
from secrets_app.iam.policy_document import MalformedPolicy, UnsupportedPrincipal, parse

STATEMENT = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def with_statement(*left_out: str, **changed: Any) -> str:
    statement = {name: value for name, value in (STATEMENT | changed).items() if name not in left_out}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    "document",
    [
        with_statement(),
        with_statement(Sid="Read1"),
        with_statement(Condition={}),
        with_statement(Condition={"StringEquals": {}}),
        with_statement(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}),
        with_statement(Condition={"Bool": {"aws:SecureTransport": [True, "false"]}}),
        with_statement(Condition={"StringLike": {"aws:ResourceTag/a:b": "x"}}),
        with_statement("Action", NotAction=["kms:*"]),
        with_statement("Resource", NotResource="arn:aws:s3:::*"),
        with_statement(Action=["*", "*:*", "s3:Get?bject"]),
        json.dumps({"Statement": STATEMENT}),
        json.dumps({"Statement": [STATEMENT, STATEMENT], "Version": "2008-10-17"}),
    ],
)
def test_identity_policy(document: str) -> None:
    policy = parse(document, kind="identity", name="inline")

    assert policy.allows[0].effect == "Allow"
    assert policy.name == "inline"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "not valid JSON"),
        ("[]", "is a JSON object"),
        ('{"Statement": [' * 8_000, "nested too deeply"),
        ("[" * 10_000, "nested too deeply"),
        ('{"Statement": [' * 20_000, "300,000 characters; 131,072 are the most"),
        ('{"Version": 1e99999999999999999999}', "too large an exponent"),
        ('{"Version": NaN}', "not a JSON value"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "'Effect' is there twice"),
        ("{}", "needs a Statement"),
        ('{"Statement": []}', "needs a Statement"),
        ('{"Statement": "Allow"}', "needs a Statement"),
        ('{"Statement": ["Allow"]}', "A Statement is an object"),
        ('{"Version": "2012-10-18", "Statement": []}', "2012-10-17 or 2008-10-17"),
        ('{"Version": 20121017, "Statement": []}', "2012-10-17 or 2008-10-17"),
        ('{"Id": "x", "Statement": []}', "has no Id"),
        ('{"statement": []}', "no element 'statement'"),
        (with_statement("Effect"), "Allow or Deny"),
        (with_statement(Effect="allow"), "Allow or Deny"),
        (with_statement(Effect=["Allow"]), "Allow or Deny"),
        (with_statement(Comment="x"), "no element 'Comment'"),
        (with_statement(Sid="a-b"), "only letters and digits"),
        (with_statement(Sid=1), "A Sid is a string"),
        (with_statement(Principal="*"), "has no Principal"),
        (with_statement(NotPrincipal="*"), "has no Principal"),
        (with_statement("Action"), "either Action or NotAction"),
        (with_statement(NotAction="*"), "either Action or NotAction"),
        (with_statement(Action=[]), "Action is a string or a list"),
        (with_statement(Action=7), "Action is a string or a list"),
        (with_statement(Action=["s3:GetObject", 7]), "Action is a string or a list"),
        (with_statement(Action="GetSecretValue"), "is not an action"),
        (with_statement(Action="secrets*:Get"), "is not an action"),
        (with_statement(Action="a:b:c"), "is not an action"),
        (with_statement("Resource"), "either Resource or NotResource"),
        (with_statement(Resource="prod/db"), "neither an ARN"),
        (with_statement(Condition=[]), "A Condition is an object"),
        (with_statement(Condition={"StringEquals": "x"}), "takes an object"),
        (with_statement(Condition={"StringEqual": {}}), "not a condition operator"),
        (with_statement(Condition={"StringEquals": {"username": "x"}}), "not a condition key"),
        (with_statement(Condition={"StringEquals": {"aws:username": None}}), "a number or a boolean"),
        (with_statement(Condition={"StringEquals": {"aws:username": {"a": 1}}}), "a number or a boolean"),
        (with_statement(Condition={"Null": {"aws:username": "maybe"}}), 'are "true" and "false"'),
        (json.dumps({"Statement": [STATEMENT | {"Sid": "a"}, STATEMENT | {"Sid": "a"}]}), "'a' is there twice"),
    ],
)
def test_not_an_identity_policy(document: str, sentence: str) -> None:
    with pytest.raises(MalformedPolicy, match=sentence):
        parse(document, kind="identity")


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "111122223333"},
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"AWS": ["arn:aws:iam::111122223333:user/alice", "arn:aws-cn:iam::111122223333:role/path/App"]},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/App/session@1"},
        {"AWS": "arn:aws:sts::111122223333:federated-user/bob"},
        {"AWS": "AIDAJQABLZS4A3QDU576Q"},
        {"Service": ["appflow.amazonaws.com"], "AWS": "*"},
        {"Federated": "cognito-identity.amazonaws.com"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
    ],
)
def test_principal(principal: Any) -> None:
    assert parse(with_statement(Principal=principal), kind="resource").allows[0].principals


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:user/*"},
        {"AWS": "arn:aws:iam::111122223333:group/admins"},
        {"AWS": "arn:aws:iam::*:root"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/App"},
        {"AWS": "arn:aws:iam::111122223333:user/alice\n"},
        {"AWS": "11112222333"},
        {"AWS": "alice"},
        {"AWS": ""},
        {"Service": "*"},
        {"Federated": "*"},
        {"CanonicalUser": " "},
    ],
)
def test_principal_that_can_never_exist(principal: Any) -> None:
    with pytest.raises(UnsupportedPrincipal):
        parse(with_statement(Principal=principal), kind="resource")


@pytest.mark.parametrize(
    "document",
    [
        with_statement(),
        with_statement(Principal="alice"),
        with_statement(Principal=["*"]),
        with_statement(Principal={}),
        with_statement(Principal={"AWS": []}),
        with_statement(Principal={"AWS": [1]}),
        with_statement(Principal={"Group": "x"}),
        with_statement(Principal="*", NotPrincipal="*"),
        with_statement(Principal="*", Resource="arn:aws:secretsmanager"),
        json.dumps({"Id": 5, "Statement": []}),
    ],
)
def test_not_a_resource_policy(document: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse(document, kind="resource")


def test_sids_of_a_resource_policy_are_free_text() -> None:
    """AWS's own examples for secrets use hyphens, and its key policies spaces (security.md 1.1)."""
    policy = parse(with_statement(Principal="*", Sid="Allow - all of us"), kind="resource")

    assert policy.allows[0].sid == "Allow - all of us"


def test_the_line_of_a_json_error_is_known() -> None:
    with pytest.raises(MalformedPolicy) as refused:
        parse('{\n  "Version": "2012-10-17",\n  "Statement": [,]\n}', kind="resource")

    assert refused.value.line == 3


def test_policies_of_the_same_content_are_one() -> None:
    first, second = (parse(with_statement(), kind="identity", name="a") for _ in range(2))
    other_name = parse(with_statement(), kind="identity", name="b")

    assert first is second
    assert hash(first) == hash(second)
    assert first != other_name


def test_a_trust_policy_has_principals_and_no_resource() -> None:
    """IAM User Guide, "Roles terms and concepts": the trust policy is a resource-based policy attached to the role."""
    trusting = with_statement("Resource", Action="sts:AssumeRole", Principal={"AWS": "111122223333"})

    assert (
        parse(trusting, kind="trust").allows[0].covers("sts:assumerole", "arn:aws:iam::1:role/App", RequestContext({}))
    )
    for kind, document in (("trust", with_statement(Principal="*")), ("trust", with_statement("Resource"))):
        with pytest.raises(MalformedPolicy):
            parse(document, kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "longest"), [("identity", 131_072), ("resource", 20_480), ("key", 32_768), ("trust", 131_072)]
)
def test_longest_policy(kind: Any, longest: int) -> None:
    """Resource policies: the service model; key policies: KMS Developer Guide, "Resource quotas"; others: IAM's own."""
    elements = {"identity": {}, "trust": {"Principal": "*"}}.get(kind, {"Principal": "*"})
    document = with_statement(*(["Resource"] if kind == "trust" else []), **elements)

    assert parse(document.ljust(longest), kind=kind).allows
    with pytest.raises(MalformedPolicy, match=f"{longest + 1:,} characters; {longest:,} are the most"):
        parse(document.ljust(longest + 1), kind=kind)
