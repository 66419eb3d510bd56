"""The form of each step, made of the draft."""

from functools import partial

from console.http import ConsoleRequest
from console.secret import rotation
from console.secret.details import key_choices
from console.secret.replication import keys_of
from console.secret.rotation_form import initial_of
from console.store_secret.configure_form import ConfigureForm
from console.store_secret.draft import OpenDraft, filled
from console.store_secret.rotation_step_form import RotationStepForm
from console.store_secret.secret_type_form import SecretTypeForm
from console.store_secret.secret_types import DATABASES, RDS, engine
from console.store_secret.steps import CONFIGURE, ROTATION, TYPE
from secrets_app import operations
from secrets_app.errors import AccessDeniedException

Form = SecretTypeForm | ConfigureForm | RotationStepForm


def form_of(request: ConsoleRequest, draft: OpenDraft, step: str, *, checked: bool) -> Form:
    """checked: with its errors, and with why Store was refused if that belongs here."""
    refusal = draft.refusal_of(step)
    form: Form
    if step == TYPE:
        form = secret_type(request, draft, checked=checked or refusal is not None)
    elif step == CONFIGURE:
        form = configure(request, draft, checked=checked or refusal is not None)
    else:
        form = rotation_step(request, draft, checked=checked or refusal is not None)
    if refusal is not None and form.is_bound:
        form.is_valid()
        form.add_error(refusal["field"] if refusal["field"] in form.fields else None, refusal["message"])
    return form


def secret_type(request: ConsoleRequest, draft: OpenDraft, *, checked: bool) -> SecretTypeForm:
    posted = draft.posted(TYPE)
    choices = key_choices(request, posted.get("kms_key_id", ""))
    make = partial(SecretTypeForm, keys=choices)
    form: SecretTypeForm = filled(make, posted, checked=checked)
    return form


def configure(request: ConsoleRequest, draft: OpenDraft, *, checked: bool) -> ConfigureForm:
    posted = draft.posted(CONFIGURE)
    form: ConfigureForm = filled(
        partial(ConfigureForm, rows=posted, region=request.call.region), posted, checked=checked
    )
    if checked and form.is_bound and form.is_valid() and form.cleaned_data["resource_policy"]:
        _check_policy(request, form)
    for row in form.replica_rows:
        row["keys"] = keys_of(request, row["region"])
    return form


def _check_policy(request: ConsoleRequest, form: ConfigureForm) -> None:
    """As far as it can be said before there is a secret. Whoever may not ask hears it from Store."""
    document = form.cleaned_data["resource_policy"]
    try:
        findings = operations.validate_resource_policy(request.call, resource_policy=document)
    except AccessDeniedException:
        return
    for found in findings:
        form.add_error("resource_policy", " ".join(filter(None, [found.error_message, found.detail])))


def kind_of(draft: OpenDraft) -> str:
    return draft.posted(TYPE).get("secret_type", RDS) or RDS


def engine_of(draft: OpenDraft) -> str:
    """Of the database whose credentials these are; "" for other secrets."""
    given = draft.posted(TYPE)
    chosen = {name: given.get(name, "") for name in ("secret_type", "engine_rds", "engine_other")}
    return engine({**chosen, "secret_type": kind_of(draft)}) if kind_of(draft) in DATABASES else ""


def rotation_step(request: ConsoleRequest, draft: OpenDraft, *, checked: bool) -> RotationStepForm:
    posted = draft.posted(ROTATION)
    functions = rotation.functions_to_choose(request, posted.get("rotation_lambda_arn", ""))
    make = partial(RotationStepForm, functions=functions, kind=kind_of(draft), engine=engine_of(draft), rows=posted)
    form: RotationStepForm = filled(make, posted, checked=checked) if posted else make(initial=initial_of(None))
    return form
