class CannotStart(Exception):  # noqa: N818  it names the outcome
    """Why the server does not start, as one sentence for the person at the terminal."""
