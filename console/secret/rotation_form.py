"""The fields of "Edit rotation configuration", and the schedule expression the builder makes of them."""

import re
from typing import TYPE_CHECKING, Any

from django import forms

from console.forms import AwsForm, TokenField
from secrets_app.rotation import schedule
from secrets_app.rotation.schedule import Schedule

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import RotationRulesTypeTypeDef

    from secrets_app.models import RotationConfiguration

_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
# What is filled in for a unit of time; the schedule's faults are said there.
_FIELD_OF_UNIT = {"hours": "hours", "days": "days", "weeks": "weekdays", "months": "months"}
_SCHEDULE_FIELDS = {
    *("mode", "time_unit", "start_hour", "day_of_month", "schedule_expression", "window_duration"),
    *_FIELD_OF_UNIT.values(),
}
_RATE = re.compile(r"rate\((\d+) (hour|day)s?\)")


class RotationForm(AwsForm):
    automatic = forms.BooleanField(label="Automatic rotation", required=False)
    mode = forms.ChoiceField(
        label="Rotation schedule",
        choices=[("builder", "Schedule expression builder"), ("expression", "Schedule expression")],
        widget=forms.RadioSelect,
        required=False,
    )
    time_unit = forms.ChoiceField(
        choices=[("hours", "Hours"), ("days", "Days"), ("weeks", "Weeks"), ("months", "Months")], required=False
    )
    hours = forms.IntegerField(required=False, label="Hours (4 to 23)", min_value=4, max_value=23)
    days = forms.IntegerField(required=False, label="Days (1 to 999)", min_value=1, max_value=999)
    weekdays = forms.MultipleChoiceField(
        label="Days of the week",
        choices=[(day, day.title()) for day in _WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    months = forms.TypedChoiceField(
        label="Every", choices=[("1", "Month"), ("2", "2 months"), ("3", "3 months"), ("6", "6 months")], required=False
    )
    day_of_month = forms.ChoiceField(
        choices=[*((str(day), str(day)) for day in range(1, 29)), ("L", "Last day of the month")], required=False
    )
    start_hour = forms.ChoiceField(label="Start time (UTC)", choices=_HOURS, required=False)
    schedule_expression = forms.CharField(
        required=False, max_length=256, help_text="rate(10 days) or cron(0 16 1,15 * ? *), in UTC."
    )
    window_duration = forms.CharField(
        required=False, max_length=3, help_text="How long a rotation may take to start, in whole hours: 4h."
    )
    rotation_lambda_arn = forms.ChoiceField(label="Lambda rotation function", required=False)
    rotate_immediately = forms.BooleanField(
        label="Rotate immediately when the secret is stored. The next rotation will begin on your schedule.",
        required=False,
    )
    client_request_token = TokenField()
    fields_of = {"ScheduleExpression": "schedule_expression", "Duration": "window_duration"}

    def __init__(self, *args: Any, functions: list[tuple[str, str]] | None, is_managed: bool, **kwargs: Any) -> None:
        """functions: (ARN, name) to choose among; None asks for the ARN, of whom may not list them."""
        super().__init__(*args, **kwargs)
        self.is_managed = is_managed
        self.schedule: Schedule | None = None  # what the fields say, once they are valid
        for name in ("hours", "days", "weekdays", "schedule_expression"):  # asked for, where they show
            self.fields[name].optional_mark = False  # type: ignore[attr-defined]
        if functions is None:
            self.fields["rotation_lambda_arn"] = forms.CharField(
                label="Lambda rotation function", required=False, max_length=2048, help_text="The function's ARN."
            )
        else:
            self.fields["rotation_lambda_arn"].choices = [("", "Choose a function"), *functions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("automatic"):
            return given
        if not self.is_managed and not given.get("rotation_lambda_arn"):
            self.add_error("rotation_lambda_arn", "Choose a rotation function.")
        if given.get("mode") == "expression":
            if not given.get("schedule_expression"):
                self.add_error("schedule_expression", "Enter a schedule expression.")
        else:
            self._check_builder(given)
        if not self.errors.keys() & _SCHEDULE_FIELDS:
            self._check_schedule()
        return given

    def _check_schedule(self) -> None:
        """Said at the field that is on the screen: the builder hides the expression it makes."""
        rules = self.rules()
        try:
            self.schedule = schedule.parse(expression=rules["ScheduleExpression"], duration=rules.get("Duration"))
        except schedule.InvalidSchedule as refused:
            of_builder = _FIELD_OF_UNIT[self.cleaned_data["time_unit"] or "hours"]
            shown = "schedule_expression" if self.cleaned_data["mode"] == "expression" else of_builder
            self.add_error("window_duration" if refused.field == "Duration" else shown, refused.message)

    def _check_builder(self, given: dict[str, Any]) -> None:
        unit = given.get("time_unit") or "hours"
        needed = _FIELD_OF_UNIT[unit]
        if needed != "months" and not given.get(needed) and needed not in self.errors:
            self.add_error(needed, "Choose at least one day." if needed == "weekdays" else "Enter a number.")

        if unit == "days" and given.get("start_hour") not in ("", "0", None) and (given.get("days") or 0) > 31:
            self.add_error("days", "Starting at another hour than 00:00, it can be every 31 days at most.")

    def rules(self) -> "RotationRulesTypeTypeDef":
        """What the fields say, as RotationRules. For a form whose schedule fields are valid."""
        given = self.cleaned_data
        expression = given["schedule_expression"].strip() if given["mode"] == "expression" else _built(given)
        rules: RotationRulesTypeTypeDef = {"ScheduleExpression": expression}
        if given["window_duration"].strip():
            rules["Duration"] = given["window_duration"].strip()
        return rules


def _built(given: dict[str, Any]) -> str:
    """The builder's fields as an expression. Days that start at another hour than midnight count from the first of
    each month, because rate() knows no hour."""
    hour = given["start_hour"] or "0"
    unit = given["time_unit"] or "hours"
    if unit == "hours":
        return f"rate({given['hours']} hours)"
    if unit == "weeks":
        return f"cron(0 {hour} ? * {','.join(given['weekdays'])} *)"
    if unit == "months":
        return f"cron(0 {hour} {given['day_of_month'] or '1'} 1/{given['months'] or '1'} ? *)"
    if hour == "0":
        return _every_days(given["days"])
    return f"cron(0 {hour} {'*' if given['days'] == 1 else '1/' + str(given['days'])} * ? *)"


def stored_rules(configuration: "RotationConfiguration | None") -> "RotationRulesTypeTypeDef":
    """The stored schedule as the dialog would send it: a number of days is shown as rate(days)."""
    if configuration is None:
        return {}
    days = configuration.automatically_after_days
    expression = _every_days(days) if days else configuration.schedule_expression
    rules: RotationRulesTypeTypeDef = {"ScheduleExpression": expression} if expression else {}
    if configuration.duration:
        rules["Duration"] = configuration.duration
    return rules


def _every_days(days: int) -> str:
    return f"rate({days} {'day' if days == 1 else 'days'})"


def initial_of(configuration: "RotationConfiguration | None") -> dict[str, Any]:
    """What the dialog shows at first: the stored settings, or the console's defaults."""
    initial: dict[str, Any] = {
        "automatic": False,
        "mode": "builder",
        "time_unit": "hours",
        "hours": 23,
        "days": 30,
        "weekdays": ["SUN"],
        "start_hour": "0",
        "day_of_month": "1",
        "rotate_immediately": True,
    }
    if configuration is None:
        return initial
    initial |= {
        "automatic": configuration.enabled,
        "rotation_lambda_arn": configuration.function_arn,
        "window_duration": configuration.duration,
        # A secret that rotates already is not rotated just because its schedule changes.
        "rotate_immediately": not configuration.enabled,
    }
    rate = _RATE.fullmatch(configuration.schedule_expression)
    if configuration.automatically_after_days:
        initial |= {"time_unit": "days", "days": configuration.automatically_after_days}
    elif rate and (rate[2] == "day" or int(rate[1]) < 24):
        initial |= {"time_unit": f"{rate[2]}s", f"{rate[2]}s": int(rate[1])}
    elif configuration.schedule_expression:
        initial |= {"mode": "expression", "schedule_expression": configuration.schedule_expression}
    return initial
