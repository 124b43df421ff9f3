"""Secrets, and text from outside without them: the one place that everything passes before it is written or printed.

A server may repeat the key that it was asked with, in a header, an answer or an error. Whoever takes a key, a token or
a password into use registers it here; what comes back is redacted before it is shortened, for half a key is a leak too.
Behind that stand :func:`dragoman.files.write`, which every file passes, and :class:`Stream`, which all that the command
line prints passes, tracebacks too: what was registered goes through neither.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

MASK = "[secret]"
"""What stands in the place of a secret."""
MIN_LENGTH = 8
"""Characters of the shortest text that counts as secret: keys of servers that want none, as ``none`` or ``EMPTY``, are
words that a document may hold."""
_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "_PWD")
_VARIABLE = re.compile(r"(?:(?:^|_|API)KEY|TOKEN|SECRET|PASSWORD|PASSWD|_PWD)$")
_PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_PARAMETER = re.compile(r"(?:^|[_-])(?:key|token|secret|password|sig|signature|auth|code)$")
_registered: set[str] = set()


def register(secret: str | None) -> None:
    """Make a text secret from now on, in this process.

    Args:
        secret: a key, token or password; what is shorter than :data:`MIN_LENGTH`, or None, is no secret.

    """
    if secret and len(secret.strip()) >= MIN_LENGTH:
        _registered.add(secret.strip())


def register_address(address: str) -> None:
    """Make secret what an address holds of secrets: a password, a token in its place, and parameters called so.

    Args:
        address: of a server.

    Raises:
        ValueError: it is no address.

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

    Secret is what was registered, the values of the environment variables whose names end in ``KEY``, ``TOKEN``,
    ``SECRET``, ``PASSWORD``, ``PASSWD`` or ``_PWD``, and the passwords of addresses in any, as of a proxy. A secret is
    found in any case, and in the forms that it has in JSON, in an address, in HTML and in Python's ``repr``.

    Args:
        text: of any length; to be redacted before it is cut.
        environment: where variables are looked up.

    """
    upper = [(name.upper(), value.strip()) for name, value in environment.items()]
    named = {value for name, value in upper if name.endswith(_NAMES) and _VARIABLE.search(name)}
    named |= {password for _, value in upper if "@" in value for password in _PASSWORD.findall(value)}
    return _without(text, _registered | {value for value in named if len(value) >= MIN_LENGTH})


def redact_file(data: bytes) -> bytes:
    """Replace every registered secret in the bytes of a file, if it is one of text.

    What only the environment calls a secret stays: in data it may be a word like any other.
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
    """Redact a text, and write lone surrogates, which are no characters and stand in no file, as escapes."""
    return redact(text.encode("utf-8", "backslashreplace").decode())


def plain_json(value: Any) -> Any:
    """Make all texts of a value of JSON :func:`plain`, keys too.

    Raises:
        RecursionError: it is nested too deep.

    """
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain_json(inner) for key, inner in value.items()}
    return [plain_json(inner) for inner in value] if isinstance(value, list | tuple) else value


class Stream:
    """A stream of text that is printed without the secrets that were registered.

    Args:
        stream: where it is printed.

    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Print a text without secrets."""
        self.stream.write(_without(text, _registered))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Print texts without secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Be the stream in all else."""
        return getattr(self.stream, name)


def with_secrets(stream: Any) -> Any:
    """Give the stream that prints everything: for the one time that a token is shown."""
    return stream.stream if isinstance(stream, Stream) else stream


def _without(text: str, secrets: set[str]) -> str:
    pattern = _pattern(frozenset(secrets))
    return text if pattern is None else pattern.sub(MASK, text)


@functools.lru_cache(8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _forms(secret)}
    if not forms:
        return None
    # The longest first: one secret may begin with another.
    return re.compile(
        "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))), re.IGNORECASE
    )


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret, errors="replace")
    yield quote(secret, safe="", errors="replace")
    yield html.escape(secret)
