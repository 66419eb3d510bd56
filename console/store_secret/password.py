"""Generate a password: GetRandomPassword's answer, put where the secret's value has one. It goes by the draft only."""

from django.views.decorators.debug import sensitive_variables

from console.http import ConsoleRequest
from console.store_secret.draft import OpenDraft
from console.store_secret.password_form import NotAnObjectError, PasswordForm, with_password
from console.store_secret.secret_types import DATABASES
from console.store_secret.steps import TYPE
from secrets_app import drafts, operations

_NO_OBJECT = "The plaintext is no JSON object. Clear it first, or put the password into it yourself."


@sensitive_variables()
def generate(request: ConsoleRequest, draft: OpenDraft) -> PasswordForm | None:
    """None when it is in the draft; else the form that says why not."""
    posted = draft.posted(TYPE)
    form = PasswordForm(posted)
    is_database = posted.get("secret_type", "") in DATABASES
    if not form.is_valid():
        return form
    rules = form.cleaned_data
    key = rules.pop("password_key").strip() or "password"
    with form.showing_errors():
        password = operations.get_random_password(request.call, **rules)
        try:
            text = "" if is_database else with_password(posted.get("secret_string", ""), key, password)
        except NotAnObjectError:
            form.add_error("password_key", _NO_OBJECT)
            return form

        def change(content: drafts.Content) -> None:
            field, value = ("password", password) if is_database else ("secret_string", text)
            content["steps"][TYPE][field] = [value]

        draft.change(change)
    return form if form.errors else None
