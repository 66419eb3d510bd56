"""White space that nobody sees in a value, such as a paste brings along: said, and kept as it is (console.md 9, #23).

static/js/whitespace_warning.js says the same while it is typed.
"""

import re

from console.secret.shown_value import rows_of

_ODD = (
    (re.compile(r"^\s|\s$"), "begins or ends with white space"),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"), "holds a control character"),
    (re.compile(r"\t"), "holds a tab"),
    (re.compile("[\u00a0\u200b-\u200f\u2028\u2029\u2060\ufeff]"), "holds an invisible character"),
)
_MOST = 3  # keys that are named


def warnings(text: str) -> list[str]:
    """A sentence for each key or value of it; of the whole if it is no JSON object. Never a value itself."""
    rows = rows_of(text)
    if rows is None:
        return [] if text.strip().startswith(("{", "[")) else _about("The secret value", text)
    found = [said for key, value in rows for said in (*_about(f"The value of {key.strip()}", value), *_about_key(key))]
    more = len(found) - _MOST
    return [*found[:_MOST], f"{more} more are like that."] if more > 0 else found


def _about_key(key: str) -> list[str]:
    return _about(f"The key {key.strip()}", key)


def _about(what: str, text: str) -> list[str]:
    said = [words for pattern, words in _ODD if pattern.search(text)]
    return [f"{what} {' and '.join(said)}."] if said else []
