"""The files of a run: its system card, its manifest, and stale runs that are set aside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import files, json_text
from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.run_file import MANIFEST, PREVIOUS, REPEAT, RunFile
from dragoman.schema.system_card import SUBMITTED, SystemCard
from dragoman.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.benchmark import Benchmark
    from dragoman.systems.protocol import System
    from dragoman.systems.provenance import Code
    from dragoman.systems.run_log import Entry

CARD, LOG, PREDICTIONS, RESULT = "system.toml", "log.jsonl", "predictions.jsonl", "result.json"
UNKNOWN = "unknown"
"""Placeholder in a system card for what is not known."""


def set_aside(folder: Path, paths: Iterable[Path]) -> str:
    """Move files of a run into the first ``previous-N`` that has none of them; return that name, or an empty one.

    The log is moved last: as long as it is there, an interrupted move is detected and continued into the same
    folder.

    Raises:
        DragomanError: E108 if the files cannot be moved.

    """
    moved = sorted((path for path in paths if path.exists()), key=lambda path: path.name == LOG)
    if not moved:
        return ""
    number = 1
    while any(((target := folder / f"{PREVIOUS}-{number}") / path.name).exists() for path in moved):
        number += 1
    try:
        target.mkdir(exist_ok=True)
        for path in moved:
            path.rename(target / path.name)
    except OSError as cause:
        hint = "Check the rights of the folder, or choose another one."
        raise error("E108", f"cannot set the old run aside: {cause.strerror}.", hint, file=str(folder)) from cause
    return target.name


def own_files(folder: Path) -> list[Path]:
    """Return the paths of a run's files and repeats, which are set aside together."""
    further = [path for path in folder.glob(f"{REPEAT}-*") if re.fullmatch(rf"{REPEAT}-\d+", path.name)]
    return [*(folder / name for name in (PREDICTIONS, RESULT, MANIFEST, CARD, LOG)), *further]


def read_card_name(path: Path) -> str | None:
    """Return the name of the system in a system card; None without a card or a name.

    Raises:
        DragomanError: E101 if it is not a regular file, E202 for a name that is no string; as
            :func:`dragoman.files.read_toml`.

    """
    name = files.read_toml(path).get("name") if path.exists() else None
    if name is not None and not isinstance(name, str):
        raise error("E202", f"`name` is {name!r:.80}.", "Write it as a string.", file=str(path), path="name")
    return name


def redacted(card: SystemCard) -> SystemCard:
    """Return a card without secrets: its name may contain the arguments of a program."""
    fields = msgspec.structs.asdict(card)
    words = {name: redact(value) for name, value in fields.items() if isinstance(value, str)}
    lists = {name: [redact(each) for each in value] for name, value in fields.items() if isinstance(value, list)}
    return msgspec.structs.replace(card, **words, **lists)


def completed(card: SystemCard, answered: Iterable[Entry], benchmark: Benchmark) -> tuple[SystemCard, list[str]]:
    """Fill in the fields that a submission's card requires: from the answers if possible, else with ``unknown``.

    Returns:
        The card, and the names of the fields that are still empty or unknown.

    """
    entries = list(answered)
    languages = {document.id: document.language for document in benchmark.documents}
    layers = {layer for entry in entries for layer in entry.answer or {}}
    known: dict[str, Any] = {
        "layers": [layer for layer in LAYER_NAMES if layer in layers],
        "languages": list(dict.fromkeys(languages[entry.id] for entry in entries)),
        "authors": [UNKNOWN],
    }
    lacking = [name for name in SUBMITTED if not getattr(card, name)]
    made = msgspec.structs.replace(card, **{name: known.get(name, UNKNOWN) or None for name in lacking})
    return made, [name for name in SUBMITTED if getattr(made, name) in (None, [], UNKNOWN, [UNKNOWN])]


def toml(card: SystemCard) -> bytes:
    """Write a system card as TOML; strings and lists of strings have the same syntax in JSON and TOML."""
    fields = {name: value for name, value in msgspec.structs.asdict(card).items() if value not in (None, [])}
    return b"".join(b"%s = %s\n" % (name.encode(), json_text.canonical(value)) for name, value in fields.items())


def manifest(system: System, code: Code, benchmark: Benchmark) -> bytes:
    """Return the bytes of ``run.json``: what a run was made with, without secrets."""
    made = RunFile(
        schema_version="1",
        system=system.card.name,
        package=__version__,
        data={"name": benchmark.name, "version": benchmark.version, "fingerprint": benchmark.fingerprint},
        code=code.every_part,
        unseen=list(code.unseen),
        prompt=system.prompt,
        seen=list(system.seen),
    )
    return redact(json_text.pretty(made).decode()).encode()
