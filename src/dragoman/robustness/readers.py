"""How edited texts read to somebody who was not told of the edit: counts by edit and language, as they were found.

The readers were language models (``docs/robustness.md``). The counts lie in ``readers.toml``.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

import msgspec

ORIGINAL = "original"
"""What stands in the place of an edit for texts that had none."""


class Read(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How some texts of one language read.

    Attributes:
        texts: how many there were.
        natural: those that read as somebody would have written them; ``odd`` and ``broken`` are the others.

    """

    texts: int
    natural: int
    odd: int
    broken: int


@functools.cache
def counts() -> dict[str, dict[str, Read]]:
    """Give the counts by edit, or :data:`ORIGINAL`, and tag of the language; those that nobody read are not there.

    Example:
        >>> counts()["juche-years"]["ko"].natural
        6

    """
    text = resources.files("dragoman.robustness").joinpath("readers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, Read]])
