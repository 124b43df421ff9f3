"""Secrets, and text from outside without them: the one place that everything passes before it is written or printed.

A server may repeat the key that it was asked with, in a header, an answer or an error. Whoever takes a key, a token or
a password into use registers it here; what comes back is redacted before it is shortened, for half a key is a leak too.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

MASK = "[secret]"
"""What stands in the place of a secret."""
MIN_LENGTH = 8
"""Characters of the shortest text that counts as secret: keys of servers that want none, as ``none`` or ``EMPTY``, are
words that a document may hold."""
_VARIABLE = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD)$")
_registered: set[str] = set()


def register(secret: str | None) -> None:
    """Make a text secret from now on, in this process.

    Args:
        secret: a key, token or password; what is shorter than :data:`MIN_LENGTH`, or None, is no secret.

    """
    if secret and len(secret.strip()) >= MIN_LENGTH:
        _registered.add(secret.strip())


def redact(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """Replace every secret in a text by :data:`MASK`.

    Secret is what was registered, and the values of the environment variables whose names end in ``KEY``, ``TOKEN``,
    ``SECRET`` or ``PASSWORD``. A secret is found in any case, and in the forms that it has in JSON, in an address and
    in Python's ``repr``.

    Args:
        text: of any length; to be redacted before it is cut.
        environment: where variables are looked up.

    """
    named = {value.strip() for name, value in environment.items() if _VARIABLE.search(name.upper())}
    secrets = _registered | {value for value in named if len(value) >= MIN_LENGTH}
    forms = {form for secret in secrets for form in _forms(secret)}
    if not forms:
        return text
    # The longest first: one secret may begin with another.
    pattern = "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.sub(pattern, MASK, text, flags=re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret)
    yield quote(secret, safe="")
