"""Lazy imports: public names of a package are imported on first use (PEP 562), so that importing the package
is cheap.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def importer(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the module-level ``__getattr__`` of a package.

    Args:
        package: its name, ``__name__``.
        homes: the module that defines each name.

    Example:
        >>> importer("dragoman", {"error": "dragoman.problems"})("error").__name__
        'error'

    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - the name that PEP 562 requires
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__
