"""What templates may ask for: dates, ARNs, label badges, icons, coloured code. No query, no rule of the service."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

register = template.Library()

EMPTY = "-"

_LABEL_COLORS = {"AWSCURRENT": "green", "AWSPENDING": "blue"}
_CHANGE_COLORS = {"Added": "green", "Removed": "red", "Changed": "blue"}
# Wire value of StatusType -> (status indicator, the console's words); None is a replica we know nothing of yet.
_REPLICATION = {
    "InSync": ("success", "In sync"),
    "InProgress": ("in-progress", "In progress"),
    "Failed": ("error", "Failed"),
    "Pending": ("pending", "Pending"),
    "Detached": ("stopped", "Detached"),
}
_STATUS_ICONS = {
    "success": "status-positive",
    "error": "status-negative",
    "warning": "status-warning",
    "info": "status-info",
    "stopped": "status-stopped",
    "pending": "status-pending",
    "not-started": "status-not-started",
    "in-progress": "status-in-progress",
}


@register.filter
def breakable(name: str) -> SafeString:
    """A long name that may go on in the next line after its dots and slashes, before anywhere else."""
    return mark_safe(re.sub("([./])", r"\1<wbr>", escape(name)))  # noqa: S308  escaped; no entity has a dot or slash


# --- dates ---------------------------------------------------------------------------------------


@register.filter
def utc_date(moment: datetime | None) -> str:
    """A day as AWS's lists write it, "7/15/2026"; local time on hover (local_time.js)."""
    if not moment:
        return EMPTY
    moment = moment.astimezone(UTC)
    return _time_element(moment, f"{moment.month}/{moment.day}/{moment.year}")


@register.filter
def utc_day(day: date | None) -> str:
    """What has day resolution by definition (last accessed): no time to show, nothing to convert."""
    return EMPTY if day is None else f"{day.month}/{day.day}/{day.year}"


@register.filter
def utc_time(moment: datetime | None) -> str:
    """A moment to the minute, "July 15, 2026, 09:05 (UTC)"; local time on hover (local_time.js)."""
    if not moment:
        return EMPTY
    moment = moment.astimezone(UTC)
    return _time_element(moment, f"{moment:%B} {moment.day}, {moment:%Y, %H:%M} (UTC)")


@register.filter
def utc_second(moment: datetime | None) -> str:
    """A moment to the second, "7/15/2026, 09:05:31"; for lists whose column says that it is UTC."""
    if not moment:
        return EMPTY
    moment = moment.astimezone(UTC)
    return _time_element(moment, f"{moment.month}/{moment.day}/{moment.year}, {moment:%H:%M:%S}")


def _time_element(moment: datetime, text: str) -> SafeString:
    iso = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" data-local-time>{}</time>', iso, text)


# --- ARNs and accounts ---------------------------------------------------------------------------


@register.filter
def arn_region(arn: str) -> str:
    return _arn_part(arn, 3)


@register.filter
def arn_account(arn: str) -> str:
    return _arn_part(arn, 4)


@register.filter
def arn_resource(arn: str) -> str:
    """What an ARN names within its service: "function:rotate-demo", "key/EXAMPLE1-90ab"; no ARN comes back as it is."""
    return _arn_part(arn, 5) or arn


def _arn_part(arn: str, position: int) -> str:
    parts = arn.split(":", 5)
    return parts[position] if len(parts) == 6 and parts[0] == "arn" else ""


@register.filter
def account_id(account: str) -> str:
    """An account as the account menu shows it: "1234-5678-9012"."""
    return f"{account[:4]}-{account[4:8]}-{account[8:]}" if len(account) == 12 else account


# --- words and colours ---------------------------------------------------------------------------


@register.filter
def dash(value: object) -> object:
    """An absent or blank value is written "-"; 0 and False are values."""
    return EMPTY if value is None or (isinstance(value, str) and not value.strip()) else value


@register.filter
def thousands(number: int) -> str:
    """65536 as "65,536"."""
    return f"{number:,}"


@register.filter
def staging_label_color(label: str) -> str:
    return _LABEL_COLORS.get(label, "grey")


@register.filter
def change_color(change: str) -> str:
    return _CHANGE_COLORS.get(change, "grey")


@register.filter
def replication_status_type(status: str | None) -> str:
    return _REPLICATION.get(status or "", ("pending", ""))[0]


@register.filter
def replication_status_text(status: str | None) -> str:
    return _REPLICATION.get(status or "", ("", status or EMPTY))[1]


@register.filter
def status_icon(status_type: str) -> str:
    return _STATUS_ICONS.get(status_type, "status-info")


# --- markup --------------------------------------------------------------------------------------


@register.filter
def exact(text: str) -> SafeString:
    """Escaped, carriage returns included: HTML would read them as line feeds, and what is copied would differ."""
    return mark_safe(escape(text).replace("\r", "&#13;"))  # noqa: S308  escaped just before


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: text or aria-label stands beside it. size: "medium", "big"."""
    css_class = f"icon icon--{size}" if size else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("icons/sprite.svg"),
        name,
    )


@register.filter
def html_attributes(attributes: Mapping[str, object]) -> SafeString:
    """The attributes a component passes on, escaped.

    Cotton's own {{ attrs }} marks them safe without escaping what came through `:name="variable"`.
    """
    declared = getattr(attributes, "attrs_dict", None)
    return flatatt(dict(declared() if declared else attributes))


@register.filter
def highlighted(code: str, language: str) -> SafeString:
    """`code` with Pygments' classes, one <span> per line so that the style sheet can number the lines.

    language: a Pygments name, "json", "python3", "text".
    """
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    # Pygments escapes the code; HtmlFormatter closes its spans at every line's end.
    lines = highlight(code, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n").split("\n")
    # The line break inside the span is what a copied selection keeps.
    return format_html_join("", '<span class="code-view__line">{}\n</span>', ((mark_safe(line),) for line in lines))  # noqa: S308
