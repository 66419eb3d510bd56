"""The parameters of the query protocol: a form, in the body of a POST or the query string of a GET."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from secrets_app.errors import SerializationException

_MOST_PARAMETERS = 1000


def parameters(text: bytes) -> Mapping[str, str]:
    """Raises SerializationException for what is no form, or says something twice."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise SerializationException("The request is not a form of name=value pairs.") from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SerializationException("The request has a parameter more than once.")
    return found
