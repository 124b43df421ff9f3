"""The exception by which the fast path falls back to the precise one."""


class Fallback(Exception):  # noqa: N818 - not an error: a reason to take the precise path
    """The columns are not valid; the message is for debugging."""
