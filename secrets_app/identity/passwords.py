"""Passwords of the console: what is a good one, and setting it. Sessions end with the old one (their hash is of it)."""

from datetime import datetime

from secrets_app.errors import AccessDeniedException
from secrets_app.models import Principal

from .errors import PasswordPolicyViolationException

SHORTEST = 12
LONGEST = 128


def set_password(user: Principal, password: str, now: datetime, *, must_change: bool) -> None:
    check(user, password)
    user.set_password(password)
    user.password_changed_at, user.must_change_password = now, must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def change(user: Principal, old: str, new: str, now: datetime) -> None:
    """Text of the refusal: seen in the field."""
    if not user.check_password(old):
        raise AccessDeniedException("The old password was incorrect.", parameter="OldPassword")
    if new == old:
        raise PasswordPolicyViolationException("The new password is the old one.", parameter="NewPassword")
    set_password(user, new, now, must_change=False)


def remove(user: Principal) -> None:
    user.set_unusable_password()
    user.password_changed_at, user.must_change_password = None, False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def check(user: Principal, password: str) -> None:
    """Long rather than colourful, as NIST SP 800-63B advises."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordPolicyViolationException(
            f"A password has {SHORTEST} to {LONGEST} characters.", parameter="Password"
        )
    if user.name.lower() in password.lower() and len(password) < len(user.name) + 6:
        raise PasswordPolicyViolationException("A password is not the user's name.", parameter="Password")
    if len(set(password)) < 5:
        raise PasswordPolicyViolationException("A password has five different characters.", parameter="Password")
