"""The provenance of an answer: a hash of the system's input and code, so that a change of either makes it stale.

Accessible parts of a system's code are hashed; the others are reported. Jobs, timeouts, budgets, limits and gold are
not included: they do not change an answer.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import inspect
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from dragoman import files, json_text
from dragoman.systems import loaded_code

DATA = "files that it reads, the environment and the network"
"""What is not hashed of any system that is code."""
_BLOCK = 2**20


class Code(NamedTuple):
    """The code of a system, as far as it is accessible.

    Attributes:
        parts: hashes and versions, by name of what they identify.
        unseen: descriptions of what is not hashed: a change of it does not make answers stale.
        reading: version of the parser of answers; if only it changed, answers are parsed again instead of requested.
        edited: files that were edited after they were loaded; the code that runs, and is hashed, is the loaded one.

    """

    parts: dict[str, str]
    unseen: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    reading: Mapping[str, str] = {}

    @property
    def every_part(self) -> dict[str, str]:
        """All parts, those that read an answer too."""
        return {**self.parts, **self.reading}


def of_answer(code: Code, given: Any) -> str:
    """Return the hash of what an answer depends on.

    Args:
        code: code of the system.
        given: input of the system, as plain values or records.

    """
    return files.sha256(json_text.canonical([sorted(code.every_part.items()), given]))


def of_raw_answer(code: Code, given: Any) -> str:
    """Hash what an answer comes from before it is read; nothing where it is not read apart.

    Args:
        code: of the system.
        given: as in :func:`of_answer`.

    """
    return of_answer(code._replace(reading={}), given) if code.reading else ""


def of_module(module: ModuleType, function: Any = None) -> Code:
    """Return the code of a Python function in a loaded module.

    For a module of an installed distribution, this is the version and the module's file; else the file and the modules
    in its folder that it imports, including those that its functions import when called, as far as it names them. A
    file that was edited after it was loaded counts in the loaded version.
    """
    source = _source_of(module)
    if source is None:
        return Code({}, ("its code, which lies in no file", DATA))
    name = module.__name__.partition(".")[0]
    versions = {
        distribution: importlib.metadata.version(distribution) for distribution in _distributions().get(name, [])
    }
    paths = sorted({source} if versions else _beside(source))
    in_memory = {**_in_memory(paths), source: module}
    parts, edited = dict[str, str](), list[str]()
    for path in paths:
        name_of_file, now = _named(path, source), of_file(path)
        runs = loaded_code.of_module(in_memory[path], path, now) if path in in_memory else None
        parts[name_of_file] = now if runs is None else runs.hash
        edited += [name_of_file] if runs is not None and runs.edited else []
    parts |= {f"distribution {name}": version for name, version in versions.items()}
    if function is not None:
        parts["function"] = _function(function)
        runs = loaded_code.of_function(function, module, source)
        if runs.edited and source.name not in edited:  # one of before its module was loaded again
            parts["function"] += f" as loaded {runs.hash}"
            edited.append(source.name)
    return Code(parts, ("packages that it imports", DATA), tuple(edited))


def of_function(predict: Callable[..., Any]) -> Code:
    """Return the code of a function or another callable."""
    if isinstance(predict, functools.partial):
        code = of_function(predict.func)
        return code._replace(unseen=("values that it holds", *code.unseen))
    kind = predict if inspect.isroutine(predict) else type(predict)
    module = inspect.getmodule(kind)
    if module is not None and _source_of(module) is not None:
        code = of_module(module, predict)
        closed = bool(getattr(predict, "__closure__", None)) or kind is not predict
        return code._replace(unseen=(*(("values that it holds",) if closed else ()), *code.unseen))
    try:
        text = inspect.getsource(kind)
    except (OSError, TypeError):
        return Code({"function": _function(predict)}, ("its code", DATA))
    return Code({"source": files.sha256(text.encode())}, ("what is defined around it", DATA))


def of_command(arguments: Sequence[str]) -> Code:
    """Return the code of a program: hashes of its file and of every argument that names a file."""
    program = shutil.which(arguments[0])
    named = {arguments[0]: Path(program)} if program else {}
    named |= {each: Path(each) for each in arguments[1:] if _is_file(Path(each))}
    parts = {name: of_file(path) for name, path in named.items()}
    parts["arguments"] = files.sha256(json_text.canonical(list(arguments)))
    folders = [each for each in arguments[1:] if Path(each).is_dir()]
    unseen = [f"what lies in {', '.join(folders)}"] if folders else []
    return Code(parts, (*unseen, "code that the program loads", DATA))


def of_model(name: str, folder: Path | None, libraries: Sequence[str], commit: str | None = None) -> Code:
    """Return the code of a model: all files of its folder, else its commit on the Hub; and versions of libraries.

    Args:
        name: name of the model.
        folder: its folder, if it is a local one.
        libraries: names of the distributions that run it.
        commit: its commit, if it came from the Hub.

    """
    parts = {library: importlib.metadata.version(library) for library in libraries}
    if folder is not None and folder.is_dir():
        held = {str(path.relative_to(folder)): of_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}
        return Code({**parts, "files": files.sha256(json_text.canonical(held))})
    if commit:
        return Code({**parts, name: commit})
    return Code({**parts, "name": name}, ("the files of the model",))


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or ``cannot be read``."""
    made = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                made.update(block)
    except OSError:
        return "cannot be read"
    return made.hexdigest()


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    """Return the names of the installed distributions, by top-level package."""
    return importlib.metadata.packages_distributions()


def _function(function: Any) -> str:
    """Identify a function within its file, even if it has no name of its own."""
    code = getattr(function, "__code__", None)
    where = "" if code is None else f" of line {code.co_firstlineno}"
    return f"{getattr(function, '__qualname__', type(function).__qualname__)}{where}"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # an argument that is not a path
        return False


def _source_of(module: ModuleType) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).resolve() if file and Path(file).is_file() else None


def _named(path: Path, source: Path) -> str:
    """Return the path of a file relative to the system's folder, so that it does not depend on where that folder is."""
    folder = source.parent
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else f"{path.parent.name}/{path.name}"


def _beside(source: Path) -> set[Path]:
    """Return a file and the modules in or below its folder that it imports, when loaded or when called."""
    if source.is_relative_to(sysconfig.get_path("stdlib")):
        return {source}
    found, waiting = set[Path](), [source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [other for other in _imports(path) if other not in found]
    return found | set(_loaded_below(source.parent))


def _in_memory(paths: Sequence[Path]) -> dict[Path, ModuleType]:
    """Find the modules that were loaded from some files."""
    names, found = {path.name for path in paths}, dict[Path, ModuleType]()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).name in names:
            found[Path(file).resolve()] = module
    return found


def _loaded_below(folder: Path) -> Iterator[Path]:
    """Yield files of the loaded modules below a folder, except those of this package and of installed packages."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] == "dragoman" or not isinstance(file, str) or not file.startswith(str(folder)):
            continue
        path = Path(file).resolve()
        if path.is_relative_to(folder) and path.is_file() and "site-packages" not in path.parts:
            yield path


def _imports(path: Path) -> Iterator[Path]:
    """Yield files of the modules beside a file that its code names in an ``import`` or in ``beside(__file__, "…")``."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        for parts in _names(node):
            target = path.parent.joinpath(*parts)
            for candidate in (target, target.with_name(f"{target.name}.py"), target / "__init__.py"):
                if candidate.suffix == ".py" and _is_file(candidate):
                    yield candidate.resolve()


def _names(node: ast.AST) -> Iterable[Sequence[str]]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".") for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = [*[".."] * max(node.level - 1, 0), *(node.module or "").split(".")]
        base = [part for part in base if part]
        return [base, *([*base, alias.name] for alias in node.names)] if base else [[a.name] for a in node.names]
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "beside":
        parts = [each.value for each in node.args[1:] if isinstance(each, ast.Constant)]
        return [list(map(str, parts))] if parts else []
    return []
