"""Redirects of a server: followed on its own host alone, since a request carries keys, texts and labels.

A hook for clients of the httpx family, which call it with each response before they follow it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from dragoman.problems import error


def check_redirect(response: Any, option: str) -> None:
    """Refuse a redirect to another host, and one that would make another request of this one.

    A change from http to https of the same host is none to another host.

    Args:
        response: of httpx or httpx2, a redirect or not.
        option: where the address of the server is given, for the hint.

    Raises:
        DragomanError: E770.

    """
    if not response.has_redirect_location:
        return
    asked, target = response.request.url, None
    with suppress(Exception):  # an address that is none: the client says so
        target = asked.join(response.headers["location"])
    if target is None:
        return
    there = _origin(target)
    if there != _origin(asked) and (asked.scheme, target.scheme, asked.host) != ("http", "https", target.host):
        what = f"{_origin(asked)} redirects to {there}, another host: nothing is sent there."
        raise error("E770", what, f"If that is the server that is meant, give its address: {option}.")
    if response.request.method not in {"GET", "HEAD"} and response.status_code not in {307, 308}:
        what = f"{_origin(asked)} redirects a {response.request.method} by status {response.status_code}, as a GET."
        raise error("E770", what, f"Give the address that it is redirected to, at {there}: {option}.")


def _origin(url: Any) -> str:
    port = f":{url.port}" if url.port is not None else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}"
