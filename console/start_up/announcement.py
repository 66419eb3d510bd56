"""What the person at the terminal is told once the server answers."""

from django.conf import settings

from secrets_app import accounts

from . import aws_files
from .preparation import Prepared

_PERMISSIVE = """
  **************************************  WARNING  **************************************
  *  AUTH=permissive: nobody is asked who they are. Any access key, any signature, and  *
  *  none at all, is taken for an administrator; an access key of 12 digits names the   *
  *  account. This is for test suites only: keep no real secret here.                   *
  ***************************************************************************************
"""


def text(prepared: Prepared, url: str) -> str:
    config, credentials = aws_files.config_file(settings.DATA_DIR), aws_files.credentials_file(settings.DATA_DIR)
    return f"""
Secrets Console is ready.
{_warning()}
  Open     {url}
  Sign in  account {settings.DEMO_ACCOUNT}, user name {accounts.ADMINISTRATOR}, {_password(prepared)}

  For the AWS CLI and SDKs:
    export AWS_CONFIG_FILE={config}
    export AWS_SHARED_CREDENTIALS_FILE={credentials}
    aws secretsmanager list-secrets

Ctrl-C stops it. What it stores is in {settings.DATA_DIR}.
"""


def _warning() -> str:
    return _PERMISSIVE if settings.AUTH == "permissive" else ""


def _password(prepared: Prepared) -> str:
    if settings.DEMO_PASSWORD:
        return "password as in $DEMO_PASSWORD"
    if prepared.new_password:
        return f"password {prepared.new_password} (shown this once)"
    return "password as shown at the first start (make password sets a new one)"
