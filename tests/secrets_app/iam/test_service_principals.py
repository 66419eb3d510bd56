import pytest

from secrets_app.iam import service_principals


@pytest.mark.parametrize(
    "principal",
    [
        "appflow.amazonaws.com", "secretsmanager.amazonaws.com", "states.us-west-2.amazonaws.com",
        "delivery.logs.amazonaws.com", "ec2.amazonaws.com.cn", "s3.us-gov-west-1.amazonaws.com",
    ],
)  # fmt: skip
def test_known(principal: str) -> None:
    assert service_principals.exists(principal)


@pytest.mark.parametrize(
    "principal",
    ["invalidservice.amazonaws.com", "appflow", "amazonaws.com", "appflow.example.com", "appflow.amazonaws.com.evil"],
)
def test_unknown(principal: str) -> None:
    """The first is AWS's own example of a wrong one (user guide, "Managing a resource-based policy")."""
    assert not service_principals.exists(principal)
