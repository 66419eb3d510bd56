"""Why a text is not a policy."""


class MalformedPolicy(ValueError):  # noqa: N818 - MalformedPolicyDocumentException is its name on the wire
    """Not a policy. Its message is a sentence for a person; `line` is where JSON itself breaks."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class UnsupportedPrincipal(MalformedPolicy):
    """A principal that can never exist: a wildcard inside an ARN, a group, a misspelt account."""


class UnknownVersion(MalformedPolicy):
    """A version of the policy language that there is not."""
