"""The policies that AWS manages, of those people know: in every account, for everybody to attach, for nobody to change.

Source: AWS Managed Policy Reference. Where AWS's grants actions of services that this server has nothing of, they are
left out. Kept here and not in a table: an upgrade of this server is all it takes to change one, as at AWS.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_ARN_PREFIX = "arn:aws:iam::aws:policy/"
_READING_KMS = ["kms:DescribeKey", "kms:ListAliases", "kms:ListKeys"]


@dataclass(frozen=True, slots=True)
class AwsManagedPolicy:
    name: str
    unique_id: str
    description: str
    document: str
    version: int
    created_at: datetime

    @property
    def arn(self) -> str:
        return _ARN_PREFIX + self.name

    @property
    def path(self) -> str:
        return "/"

    @property
    def tags(self) -> Mapping[str, str]:
        return {}

    @property
    def default_version(self) -> int:
        return self.version

    @property
    def updated_at(self) -> datetime:
        return self.created_at


def _policy(
    name: str, description: str, *statements: Mapping[str, Any], version: int = 1, created_at: datetime
) -> AwsManagedPolicy:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=4)
    unique_id = "ANPAI" + name.upper().replace("-", "")[:16].ljust(16, "A")
    return AwsManagedPolicy(name, unique_id, description, document, version, created_at)


def _allow(actions: str | list[str], resource: str = "*", **more: Any) -> Mapping[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


_POLICIES = (
    _policy(
        "AdministratorAccess",
        "Provides full access to AWS services and resources.",
        _allow("*"),
        created_at=datetime(2015, 2, 6, 18, 39, 46, tzinfo=UTC),
    ),
    _policy(
        "AWSSecretsManagerClientReadOnlyAccess",
        "Provides access to retrieve and describe secrets, and to decrypt them.",
        _allow(
            ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "arn:aws:secretsmanager:*:*:secret:*",
            Sid="SecretsManagerGetAndDescribeSecret",
        ),
        _allow(
            ["kms:Decrypt"],
            "arn:aws:kms:*:*:key/*",
            Sid="KMSDecryptKey",
            Condition={
                "StringLike": {
                    "kms:EncryptionContext:SecretARN": "arn:aws:secretsmanager:*:*:secret:*",
                    "kms:ViaService": "secretsmanager.*.amazonaws.com",
                }
            },
        ),
        created_at=datetime(2025, 11, 5, 20, 4, tzinfo=UTC),
    ),
    _policy(
        "IAMFullAccess",
        "Provides full access to IAM.",
        _allow(["iam:*"]),
        created_at=datetime(2015, 2, 6, 18, 40, 38, tzinfo=UTC),
    ),
    _policy(
        "IAMReadOnlyAccess",
        "Provides read only access to IAM.",
        _allow(["iam:Get*", "iam:List*"]),
        created_at=datetime(2015, 2, 6, 18, 40, 39, tzinfo=UTC),
    ),
    _policy(
        "IAMUserChangePassword",
        "Provides the ability for an IAM user to change their own password.",
        _allow(["iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
        created_at=datetime(2016, 11, 15, 0, 25, 16, tzinfo=UTC),
    ),
    _policy(
        "ReadOnlyAccess",
        "Provides read-only access to AWS services and resources. Values of secrets are not among them.",
        _allow(
            [
                "cloudtrail:LookupEvents",
                "iam:Get*",
                "iam:List*",
                "kms:Describe*",
                "kms:Get*",
                "kms:List*",
                "lambda:Get*",
                "lambda:List*",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetRandomPassword",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:ListResourcePolicies",
                "secretsmanager:ListSecrets",
                "secretsmanager:ListSecretVersionIds",
                "sts:GetAccessKeyInfo",
                "sts:GetCallerIdentity",
                "sts:GetSessionToken",
            ]
        ),
        created_at=datetime(2015, 2, 6, 18, 39, 48, tzinfo=UTC),
    ),
    _policy(
        "SecretsManagerReadWrite",
        "Provides read/write access to AWS Secrets Manager via the console, and to what its pages show beside secrets.",
        _allow(["secretsmanager:*", *_READING_KMS, "lambda:ListFunctions", "tag:GetResources"], Sid="BasePermissions"),
        created_at=datetime(2018, 4, 4, 18, 5, 29, tzinfo=UTC),
    ),
)

BY_ARN: Mapping[str, AwsManagedPolicy] = {policy.arn: policy for policy in _POLICIES}


def is_aws_managed(arn: str) -> bool:
    """By its form, whether or not there is such a one."""
    return arn.startswith(_ARN_PREFIX)
