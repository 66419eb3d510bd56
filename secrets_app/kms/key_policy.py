"""The key policy of a key that was given none. Facts: KMS developer guide, "Key policies", "Default key policy"."""

import json
from collections.abc import Mapping
from functools import lru_cache

from secrets_app.models import KmsKey

NAME = "default"  # the only name that a key policy has (documented)

_THROUGH_SECRETS_MANAGER = (
    "Allow access through AWS Secrets Manager for all principals in the account that are authorized to use "
    "AWS Secrets Manager"
)


@lru_cache(maxsize=256)
def unless_given(account: str, region: str, manager: str) -> str:
    return _of_aws_managed(account, region) if manager == KmsKey.Manager.AWS else _by_default(account)


def _by_default(account: str) -> str:
    """It passes every question on to the policies of the account's principals."""
    statement: Mapping[str, object] = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return _written("key-default-1", [statement])


def _of_aws_managed(account: str, region: str) -> str:
    """Of aws/secretsmanager (user guide, "Secret encryption and decryption"; security.md 3.3)."""
    through = {"kms:CallerAccount": account, "kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    statements: list[Mapping[str, object]] = [
        {
            "Sid": _THROUGH_SECRETS_MANAGER,
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": use,
            "Resource": "*",
            "Condition": {"StringEquals": through},
        },
        {
            "Sid": "Allow direct access to key metadata to the account",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root"]},
            "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
            "Resource": "*",
        },
    ]
    return _written("auto-secretsmanager-2", statements)


def _written(policy_id: str, statements: list[Mapping[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": policy_id, "Statement": statements}, indent=2)
