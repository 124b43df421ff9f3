"""Edits, one a file: each describes itself as ``EDIT``. Whoever adds an edit adds a file; nothing else lists them."""

from __future__ import annotations

import functools
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, get_args

from dragoman.robustness.edit import Kind

if TYPE_CHECKING:
    from dragoman.robustness.edit import Edit


@functools.cache
def catalogue() -> dict[str, Edit]:
    """Give all edits by name: texts first, then dates, names, pages and claims, and by name within a kind."""
    kinds = get_args(Kind)
    modules = [import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    found: list[Edit] = [module.EDIT for module in modules if hasattr(module, "EDIT")]
    found.sort(key=lambda edit: (kinds.index(edit.kind), edit.name))
    return {edit.name: edit for edit in found}
