"""Redirects of a server: followed on its own host alone, since a request carries keys, texts and labels.

A hook for clients of the httpx family, which call it with each response before they follow it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def staying_on_the_hub() -> Iterator[None]:
    """Let huggingface_hub, whoever calls it, follow no redirect to another host, but for files.

    These the Hub keeps elsewhere, and the library sends no token there.
    """
    session = importlib.import_module("huggingface_hub.utils").get_session()
    hooks = getattr(session, "event_hooks", {"response": []})["response"]  # releases below 1.0 have no such client
    hooks.append(_stay)
    try:
        yield
    finally:
        hooks.remove(_stay)


def _stay(response: Any) -> None:
    asked = response.request
    if "/resolve/" not in asked.url.path and ("/api/" in asked.url.path or "authorization" in asked.headers):
        check_redirect(response, "HF_ENDPOINT")


def _origin(url: Any) -> str:
    port = f":{url.port}" if url.port is not None else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}"
