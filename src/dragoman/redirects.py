"""HTTP redirects: followed only on the same host, because requests carry API keys, texts and labels.

The check is a response hook for clients of the httpx family, which call it before they follow a redirect.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dragoman.problems import error


def check_redirect(response: Any, option: str) -> None:
    """Refuse a redirect to another host, and one that would turn the request into a GET.

    An upgrade from http to https on the same host is allowed.

    Args:
        response: a response of httpx or httpx2, redirect or not.
        option: the option with the address of the server, for the hint.

    Raises:
        DragomanError: E770.

    """
    if not response.has_redirect_location:
        return
    asked, target = response.request.url, None
    with suppress(Exception):  # the client reports an invalid address
        target = asked.join(response.headers["location"])
    if target is None:
        return
    there = _origin(target)
    if there != _origin(asked) and (asked.scheme, target.scheme, asked.host) != ("http", "https", target.host):
        what = f"{_origin(asked)} redirects to another host, {there}: nothing is sent there."
        raise error("E770", what, f"If that is the intended server, give its address: {option}.")
    if response.request.method not in {"GET", "HEAD"} and response.status_code not in {307, 308}:
        how = f"a {response.request.method} with status {response.status_code}"
        what = f"{_origin(asked)} redirects {how}, which turns it into a GET."
        raise error("E770", what, f"Give the address of the redirect target, at {there}: {option}.")


@contextmanager
def staying_on_the_hub() -> Iterator[None]:
    """Make huggingface_hub, including calls by other libraries, refuse redirects to another host, except for files.

    The Hub serves files from other hosts, and the library sends no token there.
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
