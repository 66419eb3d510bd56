"""Wildcards, policy variables, and the patterns of Action and Resource elements; compiled when a policy is parsed."""

import enum
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from secrets_app.iam.context import RequestContext

ARN_FIELDS = 6
_USUALLY_SHORTER = 512
_LONGEST_FOLDED = 3  # characters that one becomes when case is folded


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


def resolved(
    tokens: Iterable[Token], context: RequestContext, longest: int, *, written: Callable[[str], str] = str
) -> tuple[str | Wildcard, ...] | None:
    """The tokens with every variable replaced by literal text, as `written` has it.

    None if one has no value, or if their values have more than `longest` characters together: so much can't be found
    in what is asked about, and a thousand times the same long header never has to be put together.
    Wildcards inside a substituted value stay text, so nobody widens a pattern by the tag they carry.
    """
    found: list[str | Wildcard] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = context.text(token.key)
            value = token.default if value is None else value
            longest -= len(value or "")
            if value is None or longest < 0:
                return None
            found.append(written(value))
        else:
            found.append(token)
    return tuple(found)


class Text:
    """A value to compare as a whole: variables, but no wildcards."""

    __slots__ = ("_fixed", "_tokens")

    def __init__(self, text: str, *, variables: bool) -> None:
        self._tokens = tokens_of(text, wildcards=False, variables=variables)
        self._fixed = _joined(self._tokens)

    def value(self, context: RequestContext, asked: str) -> str | None:
        """None if a variable in it has no value, or if it is too long to be `asked` in whatever case."""
        if self._fixed is not None:
            return self._fixed
        found = resolved(self._tokens, context, _LONGEST_FOLDED * len(asked))
        return None if found is None else _joined(found)


class Pattern:
    """A value with wildcards and variables. by_field: an ARN, where `*` does not cross the first five colons."""

    __slots__ = ("_by_field", "_fixed", "_head", "_prefix", "_regex", "_template", "_tokens")

    def __init__(self, tokens: Sequence[Token], *, by_field: bool) -> None:
        self._tokens = tuple(tokens)
        self._by_field = by_field
        self._fixed = _joined(self._tokens)
        self._head = _head(self._tokens, by_field=by_field)
        self._prefix = None if self._head is None else _joined(self._head)
        # Both on the first question: a regular expression takes longer to compile than all the rest of a policy.
        self._regex: re.Pattern[str] | None = None
        self._template: tuple[str | Variable, ...] | None = None

    @property
    def fixed(self) -> str | None:
        """The text, when there is nothing in it but text."""
        return self._fixed

    def matches(self, value: str, context: RequestContext) -> bool:
        if self._fixed is not None:
            return value == self._fixed
        if self._prefix is not None:
            return value.startswith(self._prefix)
        return context.once(self, value, Pattern._matches)

    def _matches(self, value: str, context: RequestContext) -> bool:
        if self._head is not None:
            head = resolved(self._head, context, len(value))
            return head is not None and value.startswith("".join(map(str, head)))
        regex = self._regex or self._compile(context, len(value))
        return regex is not None and regex.fullmatch(value) is not None

    def _compile(self, context: RequestContext, longest: int) -> re.Pattern[str] | None:
        """None if a variable in it has no value, or they are longer together."""
        if self._template is None:
            self._template = _template(self._tokens, by_field=self._by_field)
        if not self._template:
            tokens = resolved(self._tokens, context, longest)
            return None if tokens is None else _compiled("".join(map(str, _template(tokens, by_field=True))))
        if len(self._template) == 1 and isinstance(self._template[0], str):
            self._regex = _compiled(self._template[0])
            return self._regex
        parts = resolved(self._template, context, longest, written=re.escape)
        return None if parts is None else _compiled("".join(map(str, parts)))


def text_pattern(text: str, *, variables: bool) -> Pattern:
    return Pattern(tokens_of(text, wildcards=True, variables=variables), by_field=False)


def arn_pattern(text: str, *, variables: bool) -> Pattern:
    return Pattern(tokens_of(text, wildcards=True, variables=variables), by_field=True)


def _joined(tokens: Iterable[Token]) -> str | None:
    """The tokens as one text, if they are nothing but text."""
    parts = [token for token in tokens if isinstance(token, str)]
    return "".join(parts) if len(parts) == len(tuple(tokens)) else None


def _head(tokens: Sequence[Token], *, by_field: bool) -> tuple[Token, ...] | None:
    """What stands before one `*` that is at the end and may be anything: the commonest of all patterns."""
    *head, star, end = tokens if len(tokens) > 1 else ("", "", "")
    if star is not Wildcard.ANY_RUN or end != "" or any(isinstance(token, Wildcard) for token in head):
        return None
    colons = sum(token.count(":") for token in head if isinstance(token, str))
    return None if by_field and colons < ARN_FIELDS - 1 else tuple(head)


def _template(tokens: Iterable[Token], *, by_field: bool) -> tuple[str | Variable, ...]:
    """One regular expression for the whole value, which takes linear time; in parts, between which variables stand.
    Empty where a variable's value could hold the colons that say how far a `*` behind it reaches.

    All but the last `*` become an atomic group up to the next one: the leftmost fit is always as good as any later
    one, and without the group `*a*a*a*a*` lets whoever writes a policy keep the server busy for years.
    """
    colons = 0
    pieces: list[tuple[str, list[str | Variable]]] = [("", [])]  # a star, and what follows it up to the next one
    for token in tokens:
        in_field = by_field and colons < ARN_FIELDS - 1
        star, parts = pieces[-1]
        if isinstance(token, str):
            colons += token.count(":")
            if token:
                parts.append(re.escape(token))
        elif isinstance(token, Variable):
            if in_field:
                return ()
            parts.append(token)
        elif token is Wildcard.ANY_ONE:
            parts.append("[^:]" if in_field else ".")
        elif parts or not star:  # "**" is "*"
            pieces.append(("[^:]*" if in_field else ".*", []))
    written = pieces[0][1]
    for star, parts in pieces[1:-1]:
        written += [f"(?>{star}?", *parts, ")"]
    for star, parts in pieces[1:][-1:]:
        written += [star, *parts]
    return tuple(_merged(written))


def _merged(parts: Iterable[str | Variable]) -> Iterator[str | Variable]:
    """Neighbouring texts as one."""
    text = ""
    for part in parts:
        if isinstance(part, Variable):
            yield from (text, part)
            text = ""
        else:
            text += part
    yield text


@functools.lru_cache(maxsize=256)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)


class Actions:
    """The list of an Action or NotAction element."""

    __slots__ = ("_everything", "_names", "_patterns")

    def __init__(self, actions: Iterable[str]) -> None:
        folded = {action.lower() for action in actions}
        self._everything = bool(folded & {"*", "*:*"})
        patterns = [_action_pattern(action) for action in sorted(folded)]
        self._names = frozenset(pattern.fixed for pattern in patterns if pattern.fixed is not None)
        self._patterns = tuple(pattern for pattern in patterns if pattern.fixed is None)

    def include(self, folded_action: str, context: RequestContext) -> bool:
        """folded_action: lower case, since action names compare without it."""
        if self._everything or folded_action in self._names:
            return True
        for pattern in self._patterns:  # noqa: SIM110  a generator costs more than the questions
            if pattern.matches(folded_action, context):
                return True
        return False


@functools.lru_cache(maxsize=1024)
def _action_pattern(folded_action: str) -> Pattern:
    return text_pattern(folded_action, variables=False)


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
        for pattern in self._patterns:  # noqa: SIM110  a generator costs more than the questions
            if pattern.matches(resource, context):
                return True
        return False


def resource_pattern(text: str, *, variables: bool) -> Pattern:
    """An ARN pattern; fields missing at its end are filled up with `*`. Variables only work in the sixth field."""
    return (_known_pattern if len(text) <= _USUALLY_SHORTER else _resource_pattern)(text, variables=variables)


def _resource_pattern(text: str, *, variables: bool) -> Pattern:
    fields = text.split(":", ARN_FIELDS - 1)
    fields += ["*"] * (ARN_FIELDS - len(fields))
    head = tokens_of(":".join(fields[:-1]) + ":", wildcards=True, variables=False)
    return Pattern((*head, *tokens_of(fields[-1], wildcards=True, variables=variables)), by_field=True)


_known_pattern = functools.lru_cache(maxsize=4096)(_resource_pattern)  # the same in many statements: one object
