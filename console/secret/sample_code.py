"""Sample code that retrieves this secret: our own snippets, with its name, its Region and this server filled in."""

import json
import shlex
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from console.http import ConsoleRequest
from secrets_app.results import Description

# id, label, Pygments' name. The template of each is sample_code/<id>.txt.
LANGUAGES = (
    ("python", "Python 3", "python3"),
    ("cli", "AWS CLI", "bash"),
    ("java", "Java", "java"),
    ("javascript", "JavaScript", "javascript"),
    ("csharp", "C#", "csharp"),
    ("go", "Go", "go"),
    ("ruby", "Ruby", "ruby"),
    ("rust", "Rust", "rust"),
)


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    del request
    secret = described.secret
    values = {
        "name": _literal(secret.name),
        "shell_name": mark_safe(shlex.quote(secret.name)),  # noqa: S308  code, escaped where it is shown
        "region": _literal(secret.region),
        "shell_region": secret.region,
        "endpoint": _literal(settings.PUBLIC_ENDPOINT),
        "shell_endpoint": settings.PUBLIC_ENDPOINT,
    }
    return {
        "samples": [
            {
                "id": f"sample-{key}",
                "label": label,
                "lexer": lexer,
                "code": render_to_string(f"console/secret/sample_code/{key}.txt", values).strip(),
            }
            for key, label, lexer in LANGUAGES
        ]
    }


def _literal(text: str) -> str:
    """A string literal of JSON is one of each of these languages: names and Regions hold no character they read
    differently (names are letters, digits and -/_+=.@!)."""
    return mark_safe(json.dumps(text))  # noqa: S308  code, escaped where it is shown
