"""Names of a package that are imported when they are first used, so that importing the package loads nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def importer(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package.

    Args:
        package: its name, ``__name__``.
        homes: for each name the module that has it.

    Example:
        >>> importer("dragoman", {"error": "dragoman.problems"})("error").__name__
        'error'

    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - what a module calls it
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__
