"""The words of a text, as the filters `description` and `all` of ListSecrets know them."""

import re

_SEPARATORS = re.compile(r"[\s/\-_+=.@]+")
_HUMP = re.compile(r"[^a-z][a-z]+")


def words(text: str) -> list[str]:
    """Split at blanks and / - _ + = . @, then at camelCase humps (verified; api.md 5.9): "prod/AppBeta" is prod, App,
    Beta; "COMPANYthings" is COMPAN, Ythings."""
    found = []
    for part in _SEPARATORS.split(text):
        start = 0
        for hump in _HUMP.finditer(part):
            found += [part[start : hump.start()], hump.group()]
            start = hump.end()
        found.append(part[start:])
    return [word for word in found if word]
