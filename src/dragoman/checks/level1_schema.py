"""Level 1, schema: reads every file and checks its structure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files, utf8
from dragoman.checks.findings import Findings
from dragoman.problems import DragomanError, Problem, shown
from dragoman.release import english_lines, scheme_file
from dragoman.release.scheme_file import Scheme
from dragoman.release.source_table import SourceTable, read_sources
from dragoman.schema import labels
from dragoman.schema.decision import Identity
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.pass_file import GOLD_PASSES, NOT_DOCUMENTS, QuotedLabels
from dragoman.schema.records import (
    Claim,
    ClaimLink,
    CuratedPage,
    Document,
    Entity,
    Labels,
    OfficeHolder,
    ReadingLine,
    SourceEntity,
)
from dragoman.schema.shape import Fault, NoNumber, Repeats, faults, step

_MAX_LABELS = 64 * 2**20
_CONVERSION = {"unknown field": "E203", "missing required": "E204", "Invalid enum": "E501"}


@dataclass
class RegistryFile:
    """A registry and its file; ``entries`` is None if it is missing or unreadable."""

    file: Path
    entries: list[SourceEntity] | None = None
    links: list[ClaimLink] = field(default_factory=list)
    links_file: Path = Path()
    offices: list[OfficeHolder] = field(default_factory=list)
    offices_file: Path = Path()

    @property
    def ids(self) -> set[str] | None:
        """Ids of all entities, or None if unknown."""
        return None if self.entries is None else {entry.id for entry in self.entries}


@dataclass
class Pass:
    """One annotator's raw annotations: as written, by file, and resolved to offsets at level 2."""

    name: str
    folder: Path
    registry: RegistryFile
    written: dict[Path, QuotedLabels] = field(default_factory=dict)
    resolved: dict[Path, Labels] = field(default_factory=dict)
    record: dict[str, str] | None = None


@dataclass
class Material:
    """Everything that is checked, as far as it could be read.

    Attributes:
        root: the source root.
        table: the source table, or None.
        pages: curated pages by file.
        gold: gold labels by file.
        registry: the registry that gold refers to.
        passes: the raw passes.
        english: English glosses of the documents.
        scheme: the benchmark's layers and label sets.

    """

    root: Path
    registry: RegistryFile
    table: SourceTable | None = None
    pages: dict[Path, CuratedPage] = field(default_factory=dict)
    gold: dict[Path, Labels] = field(default_factory=dict)
    passes: list[Pass] = field(default_factory=list)
    english: list[ReadingLine] = field(default_factory=list)
    scheme: Scheme = field(default_factory=Scheme)

    @property
    def corpus_folders(self) -> tuple[Path, Path]:
        """Folders of the source table and of the curated pages."""
        return self.root / "corpus", self.root / "corpus" / "documents"

    @property
    def gold_folders(self) -> tuple[Path, ...]:
        """Folders of gold, its registry and its documents."""
        return self.root / "annotations" / "gold", self.registry.file.parent, *self.corpus_folders

    @property
    def documents(self) -> dict[str, Document]:
        """All documents of the corpus by id."""
        return {document.id: document for page in self.pages.values() for document in page.documents}


def read(root: Path, findings: Findings) -> Material:
    """Read corpus, gold, registry and passes; unreadable files are reported and left out."""
    reader = _Reader(root, findings)
    scheme = reader.read_scheme()
    registry = reader.registry(root / "annotations" / "registry", "entities.json")
    material = Material(root, registry, scheme=scheme)
    reader.corpus(material)
    folder = root / "annotations" / "gold"
    for path in sorted(folder.glob("*.json")):
        labels = reader.object(path, Labels)
        if labels is not None:
            material.gold[path] = labels
            for fault in _disorder(labels):
                reader.report(path, fault)
    if material.gold and not registry.file.exists():
        what, hint = (
            "there is gold and no registry of its entities.",
            "Add it: that of a pass, corrected, or [] if there are no entities.",
        )
        reader.report(registry.file, Fault("E713", "", what, hint))
    try:
        material.english = english_lines.read(root)
    except DragomanError as cause:
        reader.failed(english_lines.file_of(root), cause)
    passes = root / "annotations" / "passes"
    material.passes = [reader.one_pass(path) for path in sorted(passes.glob("*")) if path.is_dir()]
    return material


class _Reader:
    def __init__(self, root: Path, findings: Findings) -> None:
        self.root = root
        self.findings = findings
        self.own: labels.LabelSets = {}

    def read_scheme(self) -> Scheme:
        """Read the benchmark's own labels; return the default scheme after reporting errors."""
        try:
            scheme = scheme_file.read(self.root)
        except DragomanError as cause:
            self.failed(self.root / "corpus" / scheme_file.FILE, cause)
            return Scheme()
        self.own = scheme.label_sets
        return scheme

    def report(self, path: Path, fault: Fault) -> None:
        self.findings.reporter(1, path)(*fault)

    def failed(self, path: Path, cause: DragomanError) -> None:
        for problem in cause.problems:
            named = msgspec.structs.replace(problem, file=self.findings.name(Path(problem.file)))
            self.findings.add(1, path, named)

    def json(self, path: Path) -> Any:
        """Read JSON, recording repeated keys; return ``msgspec.UNSET`` after reporting errors."""
        try:
            data = files.read_bytes(path, limit=_MAX_LABELS)
            utf8.check_text(data, str(path))
        except DragomanError as cause:
            self.failed(path, cause)
            return msgspec.UNSET
        try:
            return json.loads(data, object_pairs_hook=Repeats.from_pairs, parse_constant=NoNumber)
        except (ValueError, RecursionError) as cause:
            line = getattr(cause, "lineno", 0)
            problem = Problem(code="E201", what=f"{cause}.", hint="Correct the JSON.", file=str(path), line=line)
            self.failed(path, DragomanError(problem))
            return msgspec.UNSET

    def object(self, path: Path, record: Any) -> Any:
        """Read a file with one record; return None after reporting errors."""
        value = self.json(path)
        return self.shaped(path, value, record, "") if value is not msgspec.UNSET else None

    def array(self, path: Path, record: Any) -> list[Any] | None:
        """Read a file with a list of records; return None after reporting errors."""
        value = self.json(path)
        if value is msgspec.UNSET:
            return None
        if not isinstance(value, list):
            self.report(path, Fault("E202", "", "the file does not hold a list.", "Write a list, empty if need be."))
            return None
        made = [self.shaped(path, item, record, f"[{index}]") for index, item in enumerate(value)]
        return None if path in self.findings.broken else made

    def shaped(self, path: Path, value: Any, record: Any, prefix: str) -> Any:
        """Convert a value to a record; return None after reporting errors of structure."""
        if not isinstance(value, dict):
            self.report(path, Fault("E202", prefix, "this is not an object.", "Write an object."))
            return None
        problems = list(faults(value, record, self.findings.nearest, own=self.own))
        for fault in problems:
            joined = f"{prefix}.{fault.path}" if prefix and fault.path else prefix or fault.path
            self.report(path, fault._replace(path=joined))
        return None if problems else msgspec.convert(value, record)

    def converted(self, path: Path, record: Any) -> Any:
        """Read a record with a table of arbitrary keys; only the first error of structure is reported."""
        value = self.json(path)
        if value is msgspec.UNSET:
            return None
        repeats = list(_repeats(value, ""))
        for fault in repeats:
            self.report(path, fault)
        try:
            return msgspec.convert(value, record) if not repeats else None
        except UnicodeEncodeError:
            self.report(path, Fault("E201", "", "a lone surrogate is not a character.", "Write the character itself."))
            return None
        except msgspec.ValidationError as cause:
            what, _, at = str(cause).partition(" - at `$")
            code = next((code for words, code in _CONVERSION.items() if words in what), "E202")
            self.report(path, Fault(code, at.rstrip("`").lstrip("."), f"{what}.", "Correct the file."))
            return None

    def corpus(self, material: Material) -> None:
        """Read the source table and the curated pages."""
        table = self.root / "corpus" / "sources.toml"
        folder = self.root / "corpus" / "documents"
        try:
            material.table = read_sources(self.root)
        except DragomanError as cause:
            self.failed(table, cause)
        for path in sorted(folder.glob("*.json")):
            page = self.converted(path, CuratedPage)
            if page is not None:
                material.pages[path] = page
        spoken = material.scheme.languages
        for index, source in enumerate(material.table.pages if material.table else ()):
            if spoken and source.language not in spoken:
                hint = f"Name it in corpus/{scheme_file.FILE}; now there are {', '.join(spoken)}."
                what = f"no language of the benchmark is {shown(source.language)}."
                self.report(table, Fault("E706", f"page[{index}].language", what, hint))
            path = folder / f"{source.id}.json"
            if not path.exists():
                self.report(
                    path, Fault("E101", "", f"page {source.id} was not curated.", "Run dragoman author curate.")
                )

    def registry(self, folder: Path, name: str) -> RegistryFile:
        """Read a registry, with the claim links and office holders beside it."""
        made = RegistryFile(folder / name, links_file=folder / "claim_links.json", offices_file=folder / "offices.json")
        if made.file.exists():
            made.entries = self.array(made.file, SourceEntity)
        if made.links_file.exists():
            made.links = self.array(made.links_file, ClaimLink) or []
        if made.offices_file.exists():
            made.offices = self.array(made.offices_file, OfficeHolder) or []
        if (folder / "identity.json").exists():
            self.converted(folder / "identity.json", Identity)
        return made

    def one_pass(self, folder: Path) -> Pass:
        """Read a pass; the passes that gold is built from must have a registry and a record."""
        made = Pass(folder.name, folder, self.registry(folder, "registry.json"))
        for path in sorted(folder.glob("*.json")):
            if path.stem not in NOT_DOCUMENTS:
                written = self.object(path, QuotedLabels)
                if written is not None:
                    made.written[path] = written
        record = folder / "record.json"
        for path in (record, made.registry.file):
            if folder.name in GOLD_PASSES and not path.exists():
                self.report(path, Fault("E713", "", f"the pass has no {path.name}.", "Add it as it was made."))
        if record.exists():
            made.record = self.hashes(record)
        return made

    def hashes(self, path: Path) -> dict[str, str] | None:
        """Read the hashes of the files from the record of a pass."""
        value = self.json(path)
        if value is msgspec.UNSET:
            return None
        hashes = value.get("files") if isinstance(value, dict) else None
        if not isinstance(hashes, dict) or not all(isinstance(hash_, str) for hash_ in hashes.values()):
            what, hint = "there is no table of files with their hashes.", "Write the sha256 of each file of the pass."
            self.report(path, Fault("E204", "files", what, hint))
            return None
        for fault in _repeats(value, ""):
            self.report(path, fault)
        return dict(hashes)


def _repeats(value: Any, path: str) -> Iterator[Fault]:
    """Find repeated keys at any depth."""
    if isinstance(value, dict):
        for key in getattr(value, "repeated", ()):
            yield Fault("E205", step(path, key), f"the field {shown(key)} is given more than once.", "Keep one.")
        for key, inner in value.items():
            yield from _repeats(inner, step(path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _repeats(inner, f"{path}[{index}]")
    elif isinstance(value, NoNumber):
        yield Fault("E201", path, f"{value.word} is not a JSON number.", "Write a number.")


def _disorder(gold: Labels) -> Iterator[Fault]:
    """Find lists that represent sets and are not sorted, or have duplicates."""
    lists: list[tuple[str, list[str], Any]] = [("layers_annotated", list(gold.layers_annotated), labels.Layer)]
    for layer in LAYER_NAMES:
        for label in getattr(gold, layer):
            path = f"{layer}[{label.id}]"
            lists.append((f"{path}.phenomena", label.phenomena, labels.Phenomenon))
            if isinstance(label, Entity):
                lists.append((f"{path}.entity_ids", label.entity_ids, None))
            if isinstance(label, Claim):
                lists += [(f"{path}.flags", list(label.flags), labels.Flag), (f"{path}.about", label.about, None)]
                lists += [
                    (f"{path}.claimants[{i}].entity_ids", c.entity_ids, None) for i, c in enumerate(label.claimants)
                ]
    for path, members, label_set in lists:
        order = sorted(set(members)) if label_set is None else labels.ordered(members, label_set)
        if members != order:
            yield Fault("E211", path, f"{members} is not in order, or repeats itself.", f"Write {order}.")
