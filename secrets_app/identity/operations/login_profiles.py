"""Passwords for the console. A user without a login profile cannot sign in there."""

from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.identity import entities, passwords
from secrets_app.identity.errors import EntityAlreadyExistsException, NoSuchEntityException
from secrets_app.models import Principal
from secrets_app.operations._operation import operation


@operation("CreateLoginProfile", service_name="iam")
def create_login_profile(
    call: Call,
    /,
    *,
    user_name: str | None = None,
    password: str | None = None,
    password_reset_required: bool | None = None,
) -> Principal:
    user = entities.user(call, user_name, for_update=True)
    if user.has_password:
        raise EntityAlreadyExistsException(f"Login Profile for user {user.name} already exists.", parameter="UserName")
    if password is None:
        raise ValidationException("A login profile needs a password.", parameter="Password")
    passwords.set_password(user, password, call.now, must_change=bool(password_reset_required))
    return user


@operation("GetLoginProfile", changes=False, service_name="iam")
def get_login_profile(call: Call, /, *, user_name: str | None = None) -> Principal:
    user = entities.user(call, user_name)
    _refuse_without_profile(user)
    return user


@operation("UpdateLoginProfile", service_name="iam")
def update_login_profile(
    call: Call, /, *, user_name: str, password: str | None = None, password_reset_required: bool | None = None
) -> None:
    """Sessions of the console end with the old password."""
    user = entities.user(call, user_name, for_update=True)
    _refuse_without_profile(user)
    must_change = user.must_change_password if password_reset_required is None else password_reset_required
    if password is not None:
        passwords.set_password(user, password, call.now, must_change=must_change)
        return
    user.must_change_password = must_change
    user.save(update_fields=["must_change_password"])


@operation("DeleteLoginProfile", service_name="iam")
def delete_login_profile(call: Call, /, *, user_name: str | None = None) -> None:
    """Ends every session of the console; access keys go on working."""
    user = entities.user(call, user_name, for_update=True)
    _refuse_without_profile(user)
    passwords.remove(user)


@operation("ChangePassword", service_name="iam")
def change_password(call: Call, /, *, old_password: str, new_password: str) -> None:
    """The caller's own."""
    user = entities.user(call, None, for_update=True)
    _refuse_without_profile(user)
    passwords.change(user, old_password, new_password, call.now)


def _refuse_without_profile(user: Principal) -> None:
    if not user.has_password:
        raise NoSuchEntityException(f"Login Profile for User {user.name} cannot be found.", parameter="UserName")
