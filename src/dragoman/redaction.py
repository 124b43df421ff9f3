"""Redaction of secrets: everything that is written or printed passes through here.

A server may echo the key of a request in a header, an answer or an error. Code that uses a key, a token or a password
registers it here; responses are redacted before they are truncated, since part of a key is a leak too. As a second
barrier, :func:`dragoman.files.write`, through which every file is written, and :class:`Stream`, through which the
command line prints everything, tracebacks included, redact all registered secrets.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

MASK = "[secret]"
"""Replacement for a secret."""
MIN_LENGTH = 8
"""Minimum length of a secret, in characters: placeholder keys such as ``none`` or ``EMPTY`` are words that may occur in
a document.
"""
_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "_PWD")
_VARIABLE = re.compile(r"(?:(?:^|_|API)KEY|TOKEN|SECRET|PASSWORD|PASSWD|_PWD)$")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_PARAMETER = re.compile(r"(?:^|[_-])(?:key|token|secret|password|sig|signature|auth|code)$")
_registered: set[str] = set()


def register(secret: str | None) -> None:
    """Treat a string as a secret from now on, in this process.

    Args:
        secret: a key, token or password; None, or a string shorter than :data:`MIN_LENGTH`, is ignored.

    """
    if secret and len(secret.strip()) >= MIN_LENGTH:
        _registered.add(secret.strip())


def register_address(address: str) -> None:
    """Register the secrets in a URL: a password, a token in its place, and query parameters named like secrets.

    Args:
        address: URL of a server.

    Raises:
        ValueError: the URL is malformed.

    Example:
        >>> register_address("https://me:a-long-password@example.org/v1?api-key=0123456789")
        >>> redact("a-long-password 0123456789", {})
        '[secret] [secret]'

    """
    parts = urlsplit(address)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user or password:
        register(password or user)
        register(base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode())
    for name, value in parse_qsl(parts.query):
        if _PARAMETER.search(name.lower()):
            register(value)


def redact(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """Replace every secret in a text by :data:`MASK`.

    Secrets are all registered strings, the values of environment variables whose names end in ``KEY``, ``TOKEN``,
    ``SECRET``, ``PASSWORD``, ``PASSWD`` or ``_PWD``, and passwords in URLs in any variable, such as a proxy's. They are
    matched case-insensitively, as such, as escaped in JSON, URLs, HTML and Python's ``repr``, and in base64.

    Args:
        text: text of any length; redact it before truncating it.
        environment: environment variables to take secrets from.

    """
    upper = [(name.upper(), value.strip()) for name, value in environment.items()]
    named = {value for name, value in upper if name.endswith(_NAMES) and _VARIABLE.search(name)}
    named |= {password for _, value in upper if "@" in value for password in _PASSWORD.findall(value)}
    return _without(text, _registered | {value for value in named if len(value) >= MIN_LENGTH})


def redact_file(data: bytes) -> bytes:
    """Replace every registered secret in the content of a file, if it is UTF-8 text.

    Secrets that are known from the environment only are left: in data, such a value may be an ordinary word.
    """
    if not _registered:
        return data
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    made = _without(text, _registered)
    return data if made == text else made.encode()


def plain(text: str) -> str:
    """Redact a text, and escape lone surrogates, which cannot be encoded as UTF-8."""
    return redact(text.encode("utf-8", "backslashreplace").decode())


def plain_json(value: Any) -> Any:
    """Apply :func:`plain` to all strings in a JSON value, keys included.

    Raises:
        RecursionError: the value is nested too deeply.

    """
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain_json(inner) for key, inner in value.items()}
    return [plain_json(inner) for inner in value] if isinstance(value, list | tuple) else value


class Stream:
    """A text stream that redacts registered secrets.

    Args:
        stream: the stream to print to.

    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Print a text, redacted."""
        self.stream.write(_without(text, _registered))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Print texts, redacted."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the stream."""
        return getattr(self.stream, name)


def with_secrets(stream: Any) -> Any:
    """Return the unredacted stream: for the only time that a token is shown."""
    return stream.stream if isinstance(stream, Stream) else stream


def _without(text: str, secrets: set[str]) -> str:
    pattern = _pattern(frozenset(secrets))
    return text if pattern is None else pattern.sub(MASK, text)


@functools.lru_cache(8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _forms(secret)}
    if not forms:
        return None
    # Longest first: one secret may be a prefix of another.
    return re.compile(
        "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))), re.IGNORECASE
    )


def _forms(secret: str) -> Iterator[str]:
    import html  # noqa: PLC0415 - only if there is a secret

    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret, errors="replace")
    yield quote(secret, safe="", errors="replace")
    yield html.escape(secret)
    encoded = secret.encode("utf-8", "surrogatepass")
    yield base64.b64encode(encoded).decode().rstrip("=")
    yield base64.urlsafe_b64encode(encoded).decode().rstrip("=")
