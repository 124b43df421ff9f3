"""Shared by the HTTP clients of chat endpoints, the Hub and Label Studio: deadlines, TLS context, replaced bodies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
GRACE = 1.0
"""Seconds that a call may be late, so that the time limits of the client itself come first: they say more."""
_AS_SENT = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that describe a body as it was sent, in lower case."""


def within(seconds: float, call: Callable[[], T], late: Callable[[], Exception]) -> T:
    """Return the result of a call, or raise what it raises, unless that takes too long.

    For calls without a deadline of their own: the time limits of HTTP clients start anew with every byte of a
    response's head. The call runs in a thread; if it is late it is abandoned, not ended: the thread waits on as long as
    the server sends, and ends with the process at the latest.

    Args:
        seconds: time limit; :data:`GRACE` is added to it.
        call: the call.
        late: makes the exception to raise if the call is late.

    Example:
        >>> within(1.0, lambda: 7, TimeoutError)
        7

    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as cause:  # noqa: BLE001 - raised in the thread that waits
            failed.append(cause)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(min(seconds + GRACE, threading.TIMEOUT_MAX))
    if failed:
        raise failed[0]
    if not done:
        raise late()
    return done[0]


@cache
def tls_context(library: Any) -> ssl.SSLContext:
    """Return the TLS context of all clients: the certificates are loaded once, which takes longer than a request.

    Args:
        library: httpx, or its successor.

    """
    context: ssl.SSLContext = library.create_ssl_context()
    return context


def with_body(response: Any, body: bytes) -> Any:
    """Return a response with another body, such as the decompressed one, and without headers on the original one.

    Args:
        response: a response of httpx or its successor, read or not.
        body: the body, in bytes as after decompression.

    """
    headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _AS_SENT]
    return type(response)(response.status_code, headers=headers, content=body, request=response.request)
