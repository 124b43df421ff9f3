"""What sends a file from the fast path to the precise one."""


class Fallback(Exception):  # noqa: N818 - not an error: a reason to take the precise path
    """Something in the columns is not as it must be; the message is for whoever debugs the fast path."""
