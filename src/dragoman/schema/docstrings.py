"""Docstrings of record types, which become descriptions in their JSON Schemas, normalised across interpreters.

``python -OO`` drops docstrings, and Python 3.13 removes their indentation. A release must be the same bytes either way,
so missing docstrings are read from the source, and indentation is removed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache

from dragoman.problems import error


@cache
def settle(module: str) -> None:
    """Set the docstrings of the classes of a loaded module to those in its source, without indentation.

    Raises:
        DragomanError: E101 under ``python -OO`` if the source is not available.

    """
    source = _from_source(module) if sys.flags.optimize > 1 else {}
    for class_ in list(vars(sys.modules[module]).values()):
        if isinstance(class_, type) and class_.__module__ == module:
            docstring = source.get(class_.__name__, class_.__doc__)
            if docstring:
                class_.__doc__ = inspect.cleandoc(docstring)


def _from_source(module: str) -> dict[str, str]:
    loader = getattr(sys.modules[module].__spec__, "loader", None)
    try:
        text = loader.get_source(module) if loader is not None else None
    except OSError:
        text = None
    if text is None:
        what = f"python -OO has dropped the descriptions of {module}, and its source is not there."
        raise error("E101", what, "Run Python without -OO.")
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return {node.name: docstring for node in classes if (docstring := ast.get_docstring(node)) is not None}
