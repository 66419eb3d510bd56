"""What is broad: the seventeen rows of security.md 2.3.

Source: user guide of 2020, "Managing a resource-based policy", and the S3 page "The meaning of public".
"""

import json
from typing import Any

import pytest

from secrets_app.iam.broad_access import grants_broad_access
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import Policy, parse

ROLE = "arn:aws:iam::111122223333:role/App"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"


def policy(*statements: dict[str, Any]) -> Policy:
    full = [{"Effect": "Allow", "Action": "*", "Resource": "*", **statement} for statement in statements]
    return parse(json.dumps({"Version": "2012-10-17", "Statement": full}), kind="resource")


def star_if(operator: str, key: str, value: Any) -> Policy:
    return policy({"Principal": "*", "Condition": {operator: {key: value}}})


BROAD = {
    "1": policy({"Principal": "*"}),
    "2": policy({"Principal": {"AWS": "*"}}),
    "2, in a list": policy({"Principal": {"AWS": [ROLE, "*"]}}),
    "7": star_if("StringLike", "aws:SourceVpce", "vpce-*"),
    "9, wildcard": star_if("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
    "10": star_if("StringNotEquals", "aws:SourceVpc", "vpc-1"),
    "11": star_if("StringEqualsIfExists", "aws:SourceVpc", "vpc-1"),
    "12, everywhere": star_if("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    "12, one of two": star_if("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "::/0"]),
    "12, half the internet": star_if("IpAddress", "aws:SourceIp", "128.0.0.0/1"),
    "12, negated": star_if("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    "13": star_if("StringEquals", "aws:ResourceTag/x", "${aws:PrincipalTag/x}"),
    "13, on a narrowing key": star_if("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}"),
    "14": policy({"NotPrincipal": {"AWS": ROLE}}),
    "14, with a condition": policy(
        {"NotPrincipal": {"AWS": ROLE}, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}
    ),
    "15": star_if("Bool", "aws:SecureTransport", True),
    "16": star_if("ForAllValues:StringEquals", "aws:SourceVpc", ["vpc-1"]),
    "17": policy({"Principal": {"AWS": ROLE}}, {"Principal": "*"}),
    "null": star_if("Null", "aws:SourceVpc", "false"),
}
NOT_BROAD = {
    "3": policy({"Principal": "*", "Effect": "Deny"}),
    "4": policy({"Principal": {"AWS": ROLE}}),
    "5": policy({"Principal": {"AWS": "444455556666"}}),
    "6": star_if("StringEquals", "aws:SourceVpce", "vpce-1"),
    "6, any of several": star_if("ForAnyValue:StringEquals", "aws:SourceVpce", ["vpce-1", "vpce-2"]),
    "8": star_if("StringEquals", "aws:SourceAccount", "111122223333"),
    "9, fixed": star_if("ArnLike", "aws:SourceArn", "arn:aws:s3:::b"),
    "12, a range": star_if("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    "12, a private range": star_if("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "2001:db8::/32"]),
    "organization": star_if("StringEquals", "aws:PrincipalOrgID", "o-1"),
    "principal": star_if("ArnEquals", "AWS:principalarn", ROLE),
    "account": star_if("StringEquals", "aws:PrincipalAccount", "111122223333"),
    "service": policy({"Principal": {"Service": "appflow.amazonaws.com"}}),
    "narrowed twice": policy(
        {
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}},
        }
    ),
}


@pytest.mark.parametrize("row", BROAD)
def test_broad(row: str) -> None:
    assert grants_broad_access(BROAD[row])


@pytest.mark.parametrize("row", NOT_BROAD)
def test_not_broad(row: str) -> None:
    assert not grants_broad_access(NOT_BROAD[row])


@pytest.mark.parametrize("row", NOT_BROAD)
def test_what_is_not_broad_lets_no_stranger_in(row: str) -> None:
    """The evaluator agrees: a caller of a random account, from a random address, with nothing else, is denied."""
    everything = parse('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', kind="identity")
    stranger = Caller("arn:aws:iam::999988887777:user/mallory", "999988887777", "user", (everything,))
    context = {
        "aws:SourceIp": "198.51.100.23",
        "aws:PrincipalArn": stranger.arn,
        "aws:PrincipalAccount": stranger.account,
        "aws:SecureTransport": "true",
    }
    request = Request("secretsmanager:GetSecretValue", SECRET, "111122223333", context)

    assert not evaluate(stranger, request, NOT_BROAD[row]).allowed
