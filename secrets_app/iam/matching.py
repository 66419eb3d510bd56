"""Wildcards, policy variables, and the patterns of Action and Resource elements; compiled when a policy is parsed."""

import enum
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from secrets_app.iam.context import RequestContext

ARN_FIELDS = 6


class Wildcard(enum.Enum):
    ANY_RUN = "*"
    ANY_ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    key: str  # lower case
    default: str | None


Token = str | Wildcard | Variable

# ${*} ${?} ${$} stand for the character itself; ${key} and ${key, 'default'} for a value of the request.
_SPECIAL = re.compile(
    r"\$\{(?:(?P<character>[*?$])|\s*(?P<key>[^'{}*?$,\s][^'{}*?$,]*?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?)\}"
    r"|(?P<wildcard>[*?])"
)


def tokens_of(text: str, *, wildcards: bool, variables: bool) -> tuple[Token, ...]:
    """`text` taken apart. What is not special under the two switches stays literal text."""
    tokens: list[Token] = []
    start = 0
    for special in _SPECIAL.finditer(text):
        token = _token(special, wildcards=wildcards, variables=variables)
        if token is None:
            continue
        tokens += [text[start : special.start()], token]
        start = special.end()
    return (*tokens, text[start:])


def _token(special: re.Match[str], *, wildcards: bool, variables: bool) -> Token | None:
    if special["wildcard"]:
        return Wildcard(special["wildcard"]) if wildcards else None
    if not variables:
        return None
    return special["character"] or Variable(special["key"].lower(), special["default"])


def resolved(tokens: Iterable[Token], context: RequestContext) -> tuple[str | Wildcard, ...] | None:
    """The tokens with every variable replaced by literal text; None if one has no value.

    Wildcards inside a substituted value stay text, so nobody widens a pattern by the tag they carry.
    """
    found: list[str | Wildcard] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = context.text(token.key)
            value = token.default if value is None else value
            if value is None:
                return None
            found.append(value)
        else:
            found.append(token)
    return tuple(found)


class Text:
    """A value to compare as a whole: variables, but no wildcards."""

    __slots__ = ("_fixed", "_tokens")

    def __init__(self, text: str, *, variables: bool) -> None:
        self._tokens = tokens_of(text, wildcards=False, variables=variables)
        self._fixed = _joined(self._tokens)

    def value(self, context: RequestContext) -> str | None:
        """None if a variable in it has no value."""
        if self._fixed is not None:
            return self._fixed
        found = resolved(self._tokens, context)
        return None if found is None else _joined(found)


class Pattern:
    """A value with wildcards and variables. by_field: an ARN, where `*` does not cross the first five colons."""

    __slots__ = ("_by_field", "_fixed", "_regex", "_tokens")

    def __init__(self, tokens: Sequence[Token], *, by_field: bool) -> None:
        self._tokens = tuple(tokens)
        self._by_field = by_field
        self._fixed = _joined(self._tokens)
        self._regex: re.Pattern[str] | None = None
        without_variables = [token for token in self._tokens if not isinstance(token, Variable)]
        if self._fixed is None and len(without_variables) == len(self._tokens):
            self._regex = _compiled(_regex(without_variables, by_field=by_field))

    @property
    def fixed(self) -> str | None:
        """The text, when there is nothing in it but text."""
        return self._fixed

    def matches(self, value: str, context: RequestContext) -> bool:
        if self._fixed is not None:
            return value == self._fixed
        regex = self._regex
        if regex is None:
            tokens = resolved(self._tokens, context)
            if tokens is None:
                return False
            regex = _compiled(_regex(tokens, by_field=self._by_field))
        return regex.fullmatch(value) is not None


def text_pattern(text: str, *, variables: bool) -> Pattern:
    return Pattern(tokens_of(text, wildcards=True, variables=variables), by_field=False)


def arn_pattern(text: str, *, variables: bool) -> Pattern:
    return Pattern(tokens_of(text, wildcards=True, variables=variables), by_field=True)


def _joined(tokens: Iterable[Token]) -> str | None:
    """The tokens as one text, if they are nothing but text."""
    parts = [token for token in tokens if isinstance(token, str)]
    return "".join(parts) if len(parts) == len(tuple(tokens)) else None


def _regex(tokens: Iterable[str | Wildcard], *, by_field: bool) -> str:
    """One regular expression for the whole value, which takes linear time.

    All but the last `*` become an atomic group up to the next one: the leftmost fit is always as good as any later
    one, and without the group `*a*a*a*a*` lets whoever writes a policy keep the server busy for years.
    """
    colons = 0
    pieces = [""]
    for token in tokens:
        character = "[^:]" if by_field and colons < ARN_FIELDS - 1 else "."
        if isinstance(token, str):
            pieces[-1] += re.escape(token)
            colons += token.count(":")
        elif token is Wildcard.ANY_ONE:
            pieces[-1] += character
        elif pieces[-1] not in (".*", "[^:]*"):  # "**" is "*"
            pieces.append(f"{character}*")
    return pieces[0] + "".join(_up_to_next_star(piece) for piece in pieces[1:-1]) + "".join(pieces[1:][-1:])


def _up_to_next_star(piece: str) -> str:
    """piece: ".*" or "[^:]*", and what follows it."""
    star = piece.index("*") + 1
    return f"(?>{piece[:star]}?{piece[star:]})"


@functools.lru_cache(maxsize=2048)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)


class Actions:
    """The list of an Action or NotAction element."""

    __slots__ = ("_everything", "_names", "_patterns")

    def __init__(self, actions: Iterable[str]) -> None:
        folded = {action.lower() for action in actions}
        self._everything = bool(folded & {"*", "*:*"})
        patterns = {action: tokens_of(action, wildcards=True, variables=False) for action in folded}
        self._names = frozenset(action for action, tokens in patterns.items() if _joined(tokens) is not None)
        self._patterns = tuple(
            Pattern(tokens, by_field=False) for action, tokens in patterns.items() if action not in self._names
        )

    def include(self, folded_action: str, context: RequestContext) -> bool:
        """folded_action: lower case, since action names compare without it."""
        if self._everything or folded_action in self._names:
            return True
        return any(pattern.matches(folded_action, context) for pattern in self._patterns)


class Resources:
    """The list of a Resource or NotResource element. Only `*` itself covers an action that has no resource type."""

    __slots__ = ("_arns", "_everything", "_patterns")

    def __init__(self, resources: Iterable[str], *, variables: bool) -> None:
        resources = set(resources)
        self._everything = "*" in resources
        patterns = [resource_pattern(resource, variables=variables) for resource in sorted(resources - {"*"})]
        self._arns = frozenset(pattern.fixed for pattern in patterns if pattern.fixed is not None)
        self._patterns = tuple(pattern for pattern in patterns if pattern.fixed is None)

    def include(self, resource: str, context: RequestContext) -> bool:
        if self._everything or resource in self._arns:
            return True
        return any(pattern.matches(resource, context) for pattern in self._patterns)


def resource_pattern(text: str, *, variables: bool) -> Pattern:
    """An ARN pattern; fields missing at its end are filled up with `*`. Variables only work in the sixth field."""
    fields = text.split(":", ARN_FIELDS - 1)
    fields += ["*"] * (ARN_FIELDS - len(fields))
    head = tokens_of(":".join(fields[:-1]) + ":", wildcards=True, variables=False)
    return Pattern((*head, *tokens_of(fields[-1], wildcards=True, variables=variables)), by_field=True)
