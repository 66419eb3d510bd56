"""Sample code that retrieves this secret: our own snippets, with its name, its Region and this server filled in."""

import json
import shlex
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from console.http import ConsoleRequest
from console.templatetags.console import highlighted
from secrets_app.results import Description


def _inside_quotes(text: str) -> str:
    """As it stands between double quotes. JSON's rules are those of each of these languages, as names and Regions hold
    no character that they read differently: names are letters, digits and /_+=.@!-"""
    return json.dumps(text)[1:-1]


# id, label, Pygments' name, how a text is written in it. The code of each is the template sample_code/<id>.txt.
_LANGUAGES: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
    ("python", "Python 3", "python3", _inside_quotes),
    ("python-cached", "Python 3, cached", "python3", _inside_quotes),
    ("cli", "AWS CLI", "bash", shlex.quote),
    ("java", "Java", "java", _inside_quotes),
    ("javascript", "JavaScript", "javascript", _inside_quotes),
    ("csharp", "C#", "csharp", _inside_quotes),
    ("go", "Go", "go", _inside_quotes),
    ("ruby", "Ruby", "ruby", _inside_quotes),
    ("rust", "Rust", "rust", _inside_quotes),
    ("curl", "curl", "bash", _inside_quotes),
)


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    del request
    return {"samples": samples(described.secret.name, described.secret.region)}


def samples(name: str, region: str) -> list[dict[str, Any]]:
    texts = {
        "THE_SECRET_NAME": name,
        "THE_REGION": region,
        "THE_ENDPOINT": settings.PUBLIC_ENDPOINT,
    }
    found = []
    for key, label, lexer, written in _LANGUAGES:
        code: str = _snippet(key, lexer)
        for stand_in, text in texts.items():
            code = code.replace(stand_in, escape(written(text)))
        found.append({"id": f"sample-{key}", "label": label, "code": mark_safe(code)})  # noqa: S308  escaped above
    return found


@cache
def _snippet(key: str, lexer: str) -> SafeString:
    """Coloured once for all secrets: ten snippets take longer than the rest of the page."""
    return highlighted(render_to_string(f"console/secret/sample_code/{key}.txt").strip(), lexer)
