"""What says that a file needs a closer look."""


class Fallback(Exception):  # noqa: N818 - not an error: a reason to look again
    """Something in the columns is not as it must be; the message is for whoever debugs the fast path."""
