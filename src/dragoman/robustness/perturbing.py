"""The function ``dragoman.perturb``: applies and checks edits, and stores the original and the offset maps."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from dragoman import benchmark as benchmarks
from dragoman import checks, files, json_text, utf8
from dragoman.checks import LEVELS
from dragoman.problems import DragomanError, Problem, error
from dragoman.release import parquet
from dragoman.release.atomic_folder import writing
from dragoman.robustness.carrying import Carrier
from dragoman.robustness.corpus import Corpus, copied
from dragoman.robustness.draft import check_spans
from dragoman.robustness.edit import Applied, parse
from dragoman.robustness.edits import catalogue
from dragoman.robustness.root_writer import contents
from dragoman.robustness.steps import Again, Tally, edited, plan_of
from dragoman.schema.submission import Submission
from dragoman.systems.provenance import of_file
from dragoman.text import counted

MARK = "perturbation.json"
"""Manifest of an edited benchmark, which is written last."""
MAPS, GOLD = "maps.jsonl", "gold.jsonl"
ORIGINAL = "original"
MAX_LINES = 2**20
"""Maximum number of documents in a file."""
Progress = Callable[[Iterable[Any], str], Iterable[Any]]
Finding = tuple[int, str, str, str]


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The manifest of an edited benchmark.

    Attributes:
        schema_version: version of this format.
        edits: the edits in order: name, options, rate, seed, and counts.
        text_form: Unicode form of the texts, ``as-is`` if it is that of the original.
        lifted: levels of checking that the texts need not pass, with the reason and the number of findings.
        documents: ids of the documents that were edited.
        original: name, version and fingerprint of the original benchmark, or name and SHA-256 of the original file.

    """

    schema_version: int
    edits: list[dict[str, Any]]
    text_form: str
    lifted: dict[str, dict[str, Any]]
    documents: list[str]
    original: dict[str, str]

    def __post_init__(self) -> None:
        for at, each in enumerate(self.edits):
            for name, type_ in (("label", str), ("expect", str), ("seed", int)):
                if not isinstance(each.get(name), type_):
                    raise TypeError(f"`edits[{at}]` has no `{name}` of type `{type_.__name__}`")


class _Map(msgspec.Struct):
    """A line of ``maps.jsonl``: the offset maps of a document, as :meth:`Carrier.to_lists` gives them."""

    document: str
    steps: list[list[list[tuple[int, int, int, int]]]]

    def carriers(self) -> list[Carrier]:
        return [Carrier.from_lists(runs) for runs in self.steps]


@dataclass(frozen=True)
class Perturbed:
    """An edited benchmark, or an edited gold file, in its folder.

    Attributes:
        folder: a source root for :func:`dragoman.load`, or a folder with ``gold.jsonl``.
        manifest: the edits, with counts.

    """

    folder: Path
    manifest: Manifest

    @property
    def gold(self) -> Path:
        """Gold for scoring: the folder, or the gold file in it."""
        file = self.folder / GOLD
        return file if file.exists() else self.folder

    @property
    def original(self) -> Path:
        """Exact copy of the original: a release folder, or a gold file; E101 if it was removed."""
        folder = self.folder / ORIGINAL
        found = folder if folder.exists() else next(self.folder.glob(f"{ORIGINAL}.*"), None)
        if found is None:
            raise error("E101", "the copy of the original is missing.", "Edit the benchmark again.", file=str(folder))
        return found

    def maps(self) -> dict[str, list[Carrier]]:
        """Return the offset maps of each document, one for each edit, in order.

        Raises:
            DragomanError: E101 if there are none, E201 or E202 if a line is damaged.

        """
        made = {}
        for number, line in enumerate(files.read_bytes(self.folder / MAPS).splitlines(), 1):
            row = json_text.decode(line, _Map, str(self.folder / MAPS), number)
            try:
                made[row.document] = row.carriers()
            except (ValueError, OverflowError) as cause:
                what = f"the map of {row.document[:80]!r} is none: {cause}."
                raise error(
                    "E202", what, "Edit the benchmark again.", file=str(self.folder / MAPS), line=number
                ) from None
        return made

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as plain values."""
        plain: dict[str, Any] = msgspec.to_builtins(self.manifest)
        return plain

    def __repr__(self) -> str:
        names = ", ".join(edit["label"] for edit in self.manifest.edits)
        return f"{names} in {self.folder}: {counted(len(self.manifest.documents), 'document')} edited"


def perturb(
    edits: str | Sequence[str],
    out: Path | str,
    *,
    data: benchmarks.Benchmark | Path | str | None = None,
    gold: Path | str | None = None,
    seed: int = 1,
    rate: float | None = None,
    progress: Progress | None = None,
) -> Perturbed:
    """Edit the texts of a benchmark, or of a gold file, and adjust the labels.

    >>> edited = perturb("shift-dates:years=10", "edited/dates")
    >>> perturb(["north-to-south", "no-break-spaces"], "edited/ko", gold="gold.jsonl", rate=0.5)

    Args:
        edits: one or several edits, applied in order: names with options, as ``shift-dates:years=4``.
        out: folder to write.
        data: the benchmark, or an argument for :func:`dragoman.load`; the bundled one if neither ``data`` nor ``gold``
            is given.
        gold: a file of labels with texts (JSONL) instead of a benchmark, streamed line by line.
        seed: random seed; the result is reproducible.
        rate: share of the places that are edited, in (0, 1]; each edit's default if None.
        progress: wraps the documents to report progress.

    Returns:
        The folder and its manifest. The folder contains the edited benchmark, the original, and the offset maps between
        them. It is no error if there is nothing to edit: the texts are then those of the original.

    Raises:
        DragomanError: E750 for an unknown edit, E206 for a rate out of range, E751 for input that cannot be edited,
            E752 if the edited benchmark does not pass a level of checking that its edits do not lift, E108 if it cannot
            be written.

    """
    written = [edits] if isinstance(edits, str) else list(edits)
    applied = [parse(each, catalogue(), seed=seed, rate=rate) for each in written]
    if not applied:
        raise error("E750", "no edit was named.", "See dragoman perturb --list.")
    if data is not None and gold is not None:
        raise error("E751", "a benchmark and a file are given.", "Give one of the two.")
    if gold is not None:
        return _file(applied, Path(gold), Path(out), progress or _quietly)
    held = data if isinstance(data, benchmarks.Benchmark) else benchmarks.load(data)
    return _benchmark(applied, held, Path(out), progress or _quietly)


def read(folder: Path | str) -> Perturbed:
    """Read a folder that :func:`perturb` has written.

    Raises:
        DragomanError: E101 if there is no manifest, E201 or E202 if it is damaged.

    """
    return Perturbed(Path(folder), files.read_json(Path(folder) / MARK, Manifest))


def _quietly(items: Iterable[Any], _: str) -> Iterable[Any]:
    return items


def _benchmark(applied: list[Applied], held: benchmarks.Benchmark, out: Path, progress: Progress) -> Perturbed:
    original = Corpus.of(held)
    corpus = copied(original)
    steps: dict[str, list[Carrier]] = {name: [] for name in corpus.documents}
    tallies = []
    for each in applied:
        tally, carriers = corpus.apply(each, progress)
        tallies.append(tally)
        for name, carrier in carriers.items():
            steps[name].append(carrier)
    name = f"{held.name}.{'.'.join(each.edit.name for each in applied)}"[:100]
    made = contents(corpus, name, held.version)
    lifted = _checked(made, original, held, applied)
    source = {"name": held.name, "version": held.version, "fingerprint": held.fingerprint}
    manifest = _manifest(applied, tallies, lifted, source)
    made[MAPS] = json_text.lines(_map(name, carriers) for name, carriers in steps.items())
    with writing(out, MARK):
        for path, content in made.items():
            files.write(out / path, content)
        kept = [out / path for path in made]
        for pattern in ("corpus/*.toml", "corpus/*/*", "annotations/*/*", GOLD, f"{ORIGINAL}.*"):
            files.remove_others(out, pattern, kept)
        card = f"# {held.name} {held.version}\n\nWhat the edited texts beside this folder were made from.\n"
        shutil.rmtree(out / ORIGINAL, ignore_errors=True)
        parquet.write(held.release.without_reading(), out / ORIGINAL, {"README.md": card.encode()})
        files.write(out / MARK, json_text.pretty(manifest))
    return Perturbed(out, manifest)


def _map(name: str, carriers: list[Carrier]) -> dict[str, Any]:
    return {"document": name, "steps": [carrier.to_lists() for carrier in carriers]}


def _manifest(
    applied: list[Applied], tallies: list[Tally], lifted: dict[str, dict[str, Any]], original: dict[str, str]
) -> Manifest:
    edits = [
        {**each.to_dict(), "label": each.label, "kind": each.edit.kind, "expect": each.edit.expect, **tally.to_dict()}
        for each, tally in zip(applied, tallies, strict=True)
    ]
    forms = [each.edit.text_form for each in applied if each.edit.text_form != "as-is"]
    touched = dict.fromkeys(name for tally in tallies for name in tally.edited)
    return Manifest(1, edits, forms[-1] if forms else "as-is", lifted, list(touched), original)


def _checked(
    made: dict[str, bytes], original: Corpus, held: benchmarks.Benchmark, applied: list[Applied]
) -> dict[str, dict[str, Any]]:
    """Check the edited benchmark at all levels; return the lifted levels with reasons and numbers of findings.

    Problems of the original are ignored.
    """
    reasons = {level: why for each in applied for level, why in each.edit.lifts.items()}
    found = _errors(made)
    if found:
        before = _errors(contents(original, held.name, held.version))
        found -= before
    lifted = {
        str(level): {"why": reasons[level], "findings": sum(n for key, n in found.items() if key[0] == level)}
        for level in LEVELS
        if level in reasons
    }
    wrong = [key for key in found if key[0] not in reasons]
    if wrong:
        raise DragomanError(
            [
                Problem(code="E752", what=f"level {level}, {code}: {what}", file=file, hint="The edit is at fault.")
                for level, code, file, what in sorted(wrong)[:50]
            ]
        )
    return lifted


def _errors(made: dict[str, bytes]) -> Counter[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        for path, content in made.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        findings = checks.check(folder).findings.errors()
    return Counter((f.level, f.problem.code, f"{f.problem.file} {f.problem.path}", f.problem.what) for f in findings)


def _file(applied: list[Applied], gold: Path, out: Path, progress: Progress) -> Perturbed:
    """Edit a file line by line; it is read again for edits that need all documents first."""
    for _ in _rows(gold):  # errors are raised before anything is written
        pass
    tallies = [Tally() for _ in applied]
    steps: list[tuple[Applied, Any]] = []
    for each in applied:
        steps.append((each, plan_of(_edited_so_far(gold, tuple(steps)), each)))
    files.check_regular(gold)
    digest = of_file(gold)
    with writing(out, MARK):
        shutil.rmtree(out / ORIGINAL, ignore_errors=True)
        files.remove_others(out, f"{ORIGINAL}.*", ())
        copy = out / f"{ORIGINAL}.{'jsonl.gz' if gold.suffix == '.gz' else 'jsonl'}"
        with gold.open("rb") as given, files.writing_lines(copy) as kept:
            shutil.copyfileobj(given, kept)
        with files.writing_lines(out / GOLD) as lines, files.writing_lines(out / MAPS) as maps:
            for row in progress(_rows(gold, checked=True), ", ".join(each.label for each in applied)):
                new, carriers = _through(row, steps, tallies)
                lines.write(json_text.canonical(new) + b"\n")
                maps.write(json_text.canonical(_map(row["id"], carriers)) + b"\n")
        manifest = _manifest(applied, tallies, {}, {"file": gold.name, "sha256": digest})
        files.write(out / MARK, json_text.pretty(manifest))
    return Perturbed(out, manifest)


def _edited_so_far(gold: Path, steps: Sequence[tuple[Applied, Any]]) -> Again[dict[str, Any]]:
    return Again(lambda: (_through(row, steps)[0] for row in _rows(gold, checked=True)))


def _through(
    row: dict[str, Any], steps: Sequence[tuple[Applied, Any]], tallies: list[Tally] | None = None
) -> tuple[dict[str, Any], list[Carrier]]:
    carriers = []
    for number, (each, plan) in enumerate(steps):
        carried = edited(row, each, plan, tallies[number] if tallies else Tally())
        row = carried.row
        carriers.append(carried.carrier)
    return row, carriers


def _rows(path: Path, *, checked: bool = False) -> Iterator[dict[str, Any]]:
    """Read the documents of a gold file; with the checks that edits rely on, unless it is ``checked``."""
    number = 0
    for block in files.blocks(path, size=2**20):
        utf8.check_text(block, str(path))
        for line in block.splitlines():
            number += 1
            if not line.strip():
                continue
            if number > MAX_LINES:
                raise error("E106", f"the file has over {MAX_LINES:,} lines.", "Split it.", file=str(path))
            if checked:
                yield json.loads(line)
                continue
            try:
                json_text.decode(line, Submission, str(path), number)
            except DragomanError as cause:
                hint = "Write a document a line as a submission is; dragoman convert makes one of other tools' files."
                raise DragomanError([msgspec.structs.replace(p, hint=p.hint or hint) for p in cause.problems]) from None
            row: dict[str, Any] = json.loads(line)
            if not isinstance(row.get("text"), str):
                hint = "Give the text of every document, as a field `text`."
                raise error("E751", "the document has no text.", hint, file=str(path), line=number)
            check_spans(row, file=str(path), line=number)
            yield row
