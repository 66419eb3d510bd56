import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.conf import settings
from django.template import Context, Template
from django_cotton.templatetags import Attrs

from console.templatetags import console as tags

MOMENT = datetime(2026, 7, 5, 9, 5, 59, tzinfo=UTC)
ARN = "arn:aws:lambda:us-west-2:123456789012:function:rotate-demo"


def render(source: str, **context: object) -> str:
    return Template("{% load console %}" + source).render(Context(context))


def test_a_long_name_breaks_after_dots_and_slashes_and_stays_escaped() -> None:
    assert tags.breakable("role/a.b") == "role/<wbr>a.<wbr>b"
    assert tags.breakable("<b>/") == "&lt;b&gt;/<wbr>"


def test_a_day_is_written_as_lists_write_it() -> None:
    """Observed in walkthroughs of AWS's console (console.md 2.2): "7/15/2026", in UTC."""
    found = tags.utc_date(MOMENT)

    assert found == '<time datetime="2026-07-05T09:05:59+00:00" data-local-time>7/5/2026</time>'


def test_a_moment_is_written_to_the_minute_in_utc() -> None:
    assert ">July 5, 2026, 09:05 (UTC)</time>" in tags.utc_time(MOMENT)


def test_a_moment_of_another_zone_is_turned_to_utc() -> None:
    tokyo = datetime(2026, 7, 5, 3, 0, tzinfo=timezone(timedelta(hours=9)))

    assert ">7/4/2026</time>" in tags.utc_date(tokyo)


def test_a_day_without_a_time_is_not_converted() -> None:
    assert tags.utc_day(date(2026, 7, 5)) == "7/5/2026"


@pytest.mark.parametrize("date_filter", [tags.utc_date, tags.utc_day, tags.utc_time])
def test_no_moment_is_a_dash(date_filter: object) -> None:
    assert callable(date_filter)
    assert date_filter(None) == "-"


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), ("", "-"), (" \n", "-"), (0, 0), (False, False), ("a", "a")])
def test_only_what_is_absent_or_blank_becomes_a_dash(value: object, shown: object) -> None:
    assert tags.dash(value) == shown


def test_an_arn_falls_into_its_parts() -> None:
    assert (tags.arn_region(ARN), tags.arn_account(ARN)) == ("us-west-2", "123456789012")
    assert tags.arn_resource(ARN) == "function:rotate-demo"


def test_what_is_no_arn_has_no_region_and_stays_itself() -> None:
    assert tags.arn_region("alias/orders") == ""
    assert tags.arn_resource("alias/orders") == "alias/orders"


@pytest.mark.parametrize(("account", "shown"), [("123456789012", "1234-5678-9012"), ("12", "12")])
def test_an_account_is_shown_in_groups_of_four(account: str, shown: str) -> None:
    assert tags.account_id(account) == shown


@pytest.mark.parametrize(
    ("label", "color"), [("AWSCURRENT", "green"), ("AWSPENDING", "blue"), ("AWSPREVIOUS", "grey"), ("mine", "grey")]
)
def test_staging_labels_have_their_colors(label: str, color: str) -> None:
    assert tags.staging_label_color(label) == color


@pytest.mark.parametrize(
    ("status", "type_", "text"),
    [
        ("InSync", "success", "In sync"),
        ("InProgress", "in-progress", "In progress"),
        ("Failed", "error", "Failed"),
        ("Unheard-of", "pending", "Unheard-of"),
        (None, "pending", "-"),
    ],
)
def test_replication_status_in_the_consoles_words(status: str | None, type_: str, text: str) -> None:
    assert (tags.replication_status_type(status), tags.replication_status_text(status)) == (type_, text)


def test_an_icon_is_hidden_from_screen_readers() -> None:
    found = tags.icon("copy", "medium")

    assert 'class="icon icon--medium" aria-hidden="true"' in found
    assert "icons/sprite" in found
    assert "#copy" in found


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    templates = "".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    asked = set(re.findall(r'{% icon "([\w-]+)"|\bicon(?:_end)?="([\w-]+)"', templates))
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (settings.BASE_DIR / "static/icons/sprite.svg").read_text()))

    missing = {name for pair in asked for name in pair if name} | set(tags._STATUS_ICONS.values())

    assert missing - drawn == set()


def test_passed_on_attributes_are_escaped() -> None:
    """Cotton's own {{ attrs }} lets a value that begins and ends with a quote out of its attribute."""
    attributes = Attrs({"data-name": '"x" onmouseover="alert(1)"', "disabled": True, "hidden": False})

    assert tags.html_attributes(attributes) == (' data-name="&quot;x&quot; onmouseover=&quot;alert(1)&quot;" disabled')


def test_what_a_component_declares_is_not_passed_on() -> None:
    attributes = Attrs({"label": "Save", "data-a": "1"})
    attributes.exclude_from_string_output("label")  # type: ignore[no-untyped-call]

    assert tags.html_attributes(attributes) == ' data-a="1"'


def test_code_is_escaped_and_each_line_can_be_numbered() -> None:
    found = tags.highlighted('{"a": "<script>"}\n', "json")

    assert "<script>" not in found
    assert found.count('class="code-view__line"') == 1


def test_copied_code_keeps_its_line_breaks() -> None:
    found = tags.highlighted("first\n\nthird", "text")

    assert found == "".join(f'<span class="code-view__line">{line}\n</span>' for line in ("first", "", "third"))


def test_a_button_with_a_reason_does_nothing_and_says_why() -> None:
    found = render('{% cotton button label="Edit" :reason="reason" hx-get="/edit" / %}', reason="A replica.")

    assert 'aria-disabled="true"' in found
    assert "A replica." in found
    assert "hx-get" not in found


def test_a_component_escapes_what_it_is_given() -> None:
    found = render('{% cotton key_value_pair label="Name" :value="name" copy="true" / %}', name="<b>&")

    assert "&lt;b&gt;&amp;" in found
    assert "<b>" not in found


def test_a_masked_value_is_in_the_page_but_hidden() -> None:
    found = render('{% cotton copy_to_clipboard text="hunter2" label="password" masked="true" / %}')

    assert "data-reveal-text hidden>hunter2</span>" in found
