"""Detection of loaded modules that differ from their source files, because a file was edited after the import.

For each module, the hash of its file at load time, or at the first check, is recorded. If the file was edited before
that, the code is compared: functions in memory that the file does not contain, and constants with other values.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from dragoman import files

_MISSING = object()
_PLAIN = (str, bytes, int, float, complex, bool, tuple, type(None))
_known: dict[str, tuple[Any, str]] = {}
"""By module name: its spec, which changes when the module is reloaded, and the hash of its file."""


class Loaded(NamedTuple):
    """The state of a loaded module.

    Attributes:
        hash: hash of its file at load time; if that is unknown, of its code in memory.
        edited: whether its file has changed since.

    """

    hash: str
    edited: bool


def remember(module: ModuleType, file_hash: str) -> None:
    """Record the hash of the file that a module is loaded from."""
    _known[module.__name__] = (module.__spec__, file_hash)


def remembered(module: ModuleType) -> str | None:
    """Return the hash of the file that a module was loaded from; None if it is unknown."""
    spec, file_hash = _known.get(module.__name__, (_MISSING, ""))
    return file_hash if spec is module.__spec__ else None


def of_module(module: ModuleType, path: Path, now: str) -> Loaded:
    """Compare a loaded module with its file.

    Args:
        module: the loaded module.
        path: its file.
        now: current hash of the file.

    """
    known = remembered(module)
    if known is None:
        if not _is_as_written(module, path):
            return Loaded(f"as loaded {_of_memory(module, path)}", edited=True)
        remember(module, now)
        known = now
    return Loaded(known, known != now)


def of_function(function: Any, module: ModuleType, path: Path) -> Loaded:
    """Compare a function with the file that defines it: references to the old one may survive a reload."""
    code = _code(function)
    if code is None or code.co_filename != str(path) or not _is_source(module):
        return Loaded("", edited=False)
    _, whole = _parsed(path)
    return Loaded(files.sha256(_words(code).encode()), edited=code not in set(_codes(whole)))


def _is_source(module: ModuleType) -> bool:
    """Whether a module was loaded from its source file as is, and not by a loader that transforms it."""
    return type(getattr(module, "__loader__", None)) is SourceFileLoader


def _is_as_written(module: ModuleType, path: Path) -> bool:
    """Compare the functions and constants of a module with its file."""
    if not _is_source(module):
        return True
    tree, whole = _parsed(path)
    if tree is None:
        return False
    written, held = set(_codes(whole)), vars(module)
    if any(code not in written for code in _functions(module, path)):
        return False
    # A running script has not defined all of its names yet.
    return all(_same(held[name], value) for name, value in _constants(tree) if name in held)


def _same(held: Any, written: Any) -> bool:
    return type(held) is type(written) and bool(held == written)


def _parsed(path: Path) -> tuple[ast.Module | None, CodeType | None]:
    try:
        source = path.read_bytes()
        return ast.parse(source), compile(source, str(path), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None, None


def _codes(code: CodeType | None) -> Iterator[CodeType]:
    """Yield the code objects nested in a code object, at any depth."""
    for each in () if code is None else code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _code(function: Any) -> CodeType | None:
    function = inspect.unwrap(function) if callable(function) else function
    if not inspect.isroutine(function):
        function = getattr(type(function), "__call__", None)  # noqa: B004 - its code is needed
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _functions(module: ModuleType, path: Path) -> Iterator[CodeType]:
    """Yield the code of the functions of a module and of its classes that its file defines."""
    held = [*vars(module).values()]
    held += [inner for each in held if isinstance(each, type) for inner in vars(each).values()]
    for each in held:
        if inspect.isfunction(each):
            code = _code(each)
            if code is not None and code.co_filename == str(path):
                yield code


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """Yield names that a file assigns once, to a literal; empty containers, which are filled later, are skipped."""
    set_in_functions = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    found: dict[str, list[ast.expr | None]] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(getattr(node, "value", None))
    for name, values in found.items():
        if len(values) == 1 and values[0] is not None and name not in set_in_functions:
            try:
                value = ast.literal_eval(values[0])
            except (ValueError, TypeError, RecursionError):
                continue
            if value or isinstance(value, _PLAIN):
                yield name, value


def _of_memory(module: ModuleType, path: Path) -> str:
    plain = [
        f"{name} {value!r}" for name, value in vars(module).items() if isinstance(value, _PLAIN) and name[0] != "_"
    ]
    return files.sha256("\n".join(sorted([*plain, *map(_words, _functions(module, path))])).encode())


def _words(code: CodeType) -> str:
    """Serialise code identically in every process."""
    constants = [_words(each) if isinstance(each, CodeType) else _constant(each) for each in code.co_consts]
    names = [code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    return repr([code.co_qualname, code.co_argcount, code.co_flags, code.co_code, names, constants])


def _constant(value: Any) -> str:
    return repr(sorted(map(repr, value))) if isinstance(value, frozenset) else repr(value)
