"""Judgements of the naturalness of edited texts, made without knowledge of the edit: counts by edit and language.

The judges were language models (``docs/robustness.md``). The counts are in ``readers.toml``.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

import msgspec

ORIGINAL = "original"
"""Key of texts without an edit."""


class Read(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Judgements of the naturalness of texts in one language.

    Attributes:
        texts: number of judged texts.
        natural: number judged natural; ``odd`` and ``broken`` are the others.

    """

    texts: int
    natural: int
    odd: int
    broken: int


@functools.cache
def counts() -> dict[str, dict[str, Read]]:
    """Return the counts by edit, or :data:`ORIGINAL`, and language tag, for all combinations that were judged.

    Example:
        >>> counts()["juche-years"]["ko"].natural
        6

    """
    text = resources.files("dragoman.robustness").joinpath("readers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, Read]])
