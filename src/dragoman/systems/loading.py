"""Load a system by its name on the command line."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from dragoman.files import read_toml
from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.system_card import SystemCard
from dragoman.systems import loaded_code
from dragoman.systems.protocol import USUAL, Options, System
from dragoman.systems.provenance import of_file, of_module

ADAPTERS = {
    "chat": "dragoman.systems.chat",
    "cmd": "dragoman.systems.program",
    "hf": "dragoman.systems.transformers",
    "spacy": "dragoman.systems.spacy",
}
"""Module of each adapter (a system that is no Python function), by prefix; it has ``load(rest, options) -> System``."""

MAX_TIMEOUT = 604_800.0
"""Maximum timeout of an answer, in seconds: a week."""


def load(name: str, options: Options = USUAL) -> System:
    """Load a system by ``path.py:function`` or ``pkg.module:function``, or by an adapter, as in ``cmd:PROGRAM``.

    This runs the named code: use it for your own systems, never for submissions.

    Args:
        name: the system; a ``system.toml`` in the folder of its file is its system card.
        options: options of the run.

    Raises:
        DragomanError: E801 if it cannot be loaded, E206 for an invalid timeout.

    """
    if not 0 < options.timeout <= MAX_TIMEOUT:
        hint = f"Give seconds, up to {MAX_TIMEOUT:,.0f}."
        raise error("E206", f"{options.timeout} cannot be a time limit.", hint, path="timeout")
    kind, _, rest = name.partition(":")
    if kind in ADAPTERS:
        made: System = importlib.import_module(ADAPTERS[kind]).load(rest, options)
        return made
    module_name, _, function_name = name.rpartition(":")
    if not module_name or not function_name.isidentifier():
        forms = ", ".join(["path.py:function", "pkg.module:function", *(f"{kind}:…" for kind in sorted(ADAPTERS))])
        raise _unloadable(name, f"it has none of the forms {forms}.")
    try:
        module = _from_path(Path(module_name)) if module_name.endswith(".py") else importlib.import_module(module_name)
        predict = getattr(module, function_name)
    except (Exception, SystemExit) as cause:  # the module is the user's: it may raise anything
        missing = cause.name if isinstance(cause, ModuleNotFoundError) else None
        raise _unloadable(
            name, redact(f"{type(cause).__name__}: {cause}."), _beside_it(module_name, missing)
        ) from cause
    if not callable(predict):
        raise _unloadable(name, f"{function_name} is not a function.")
    source = None if module.__file__ is None else Path(module.__file__)
    return System(predict, options.card or _card(source, name), source, code=of_module(module, predict))


def _unloadable(name: str, why: str, hint: str = "") -> Exception:
    what = f"the system {name[:200]!r} cannot be loaded: {why}"
    return error("E801", what, hint or "Check path and function.")


def _beside_it(system: str, missing: str | None) -> str:
    """Return a hint on how to load a missing module that is in the folder of a system's file; empty if it is not."""
    if missing is None or not system.endswith(".py") or not Path(system).with_name(f"{missing}.py").is_file():
        return ""
    return f'Write `{missing} = beside(__file__, "{missing}.py")`, with `from dragoman.systems.loading import beside`.'


def _from_path(path: Path) -> ModuleType:
    unique = _unique(path)
    spec = importlib.util.spec_from_file_location(unique, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module in {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module  # dataclasses and pickling look a class's module up there
    loaded_code.remember(module, of_file(path))
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[unique]
        raise
    return module


def beside(file: str, *parts: str) -> ModuleType:
    """Load a module from the folder of a system's file, or from a path relative to it; systems need not be packages.

    It is loaded once, and again after its file has changed.

    Args:
        file: the system's ``__file__``.
        parts: parts of the path relative to its folder, as in ``beside(__file__, "..", "gazetteer.py")``.

    """
    path = Path(file).resolve().parent.joinpath(*parts).resolve()
    unique = _unique(path)
    loaded = sys.modules.get(unique)
    same = loaded is not None and loaded.__file__ == str(path) and loaded_code.remembered(loaded) == of_file(path)
    return loaded if same and loaded is not None else _from_path(path)


def _unique(path: Path) -> str:
    return f"dragoman_system_{path.resolve().parent.name}_{path.stem}"


def _card(source: Path | None, name: str) -> SystemCard:
    path = None if source is None else source.parent / "system.toml"
    return SystemCard(name=name[-120:]) if path is None or not path.is_file() else read_card(path)


def read_card(path: Path) -> SystemCard:
    """Read a system card.

    Raises:
        DragomanError: E207 if it is not TOML, E202 if it is not a system card.

    """
    table: dict[str, Any] = read_toml(path)
    try:
        return msgspec.convert(table, SystemCard)
    except msgspec.ValidationError as cause:
        raise error("E202", f"{cause}.", "See `dragoman schema system`.", file=str(path)) from cause
