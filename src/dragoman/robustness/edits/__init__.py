"""Edits, one module each, which defines ``EDIT``. Adding a module here adds an edit; there is no other list."""

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
    """Return all edits by name, sorted by kind (text, dates, names, page, claims) and name."""
    kinds = get_args(Kind)
    modules = [import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    found: list[Edit] = [module.EDIT for module in modules if hasattr(module, "EDIT")]
    found.sort(key=lambda edit: (kinds.index(edit.kind), edit.name))
    return {edit.name: edit for edit in found}
