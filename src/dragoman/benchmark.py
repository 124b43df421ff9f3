"""A benchmark: documents with gold by split, whether bundled, released or straight from source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from dragoman import files
from dragoman.annotations import Coded
from dragoman.problems import error
from dragoman.reading.read import read_lines
from dragoman.reading.target import CLOSED_SETS, Target
from dragoman.release import bundle, hub, parquet, source_root, standoff
from dragoman.release.content import Release
from dragoman.release.semver import is_version
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import ReadingLine
from dragoman.schema.release_rows import READING, UNSPLIT
from dragoman.schema.submission import (
    PredictedClaim,
    PredictedClaimant,
    PredictedDate,
    PredictedEntity,
    PredictedSegment,
    Submission,
)
from dragoman.tables import WIDTH, Table, number, wrapped
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.release.ceilings import Ceiling
    from dragoman.schema.records import ClaimLink, Document, Labels, RegistryEntry, Segment

T = TypeVar("T")
_LEFT_OUT_FIRST = ("chars", "CoNLL", "words", "flat")
_CEILINGS = """\
flat, words: the most gold labels that a tagger can find whose spans do not overlap (flat), and begin and end with \
words (words), with the F1 that it has if it finds them and nothing else
CoNLL, chars: labels that a conversion to CoNLL columns keeps, a row a word or a character; the rest is its loss"""


@dataclass(frozen=True)
class Benchmark:
    """Documents with gold, by split, and the registry that the labels refer to."""

    release: Release

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.release.name

    @property
    def version(self) -> str:
        """Version of the data set, which is not that of the package."""
        return self.release.version

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical rows."""
        return self.release.fingerprint

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self.release.rows["documents"])

    def split(self, name: str) -> list[Document]:
        """Documents of a split, with their gold.

        Raises:
            DragomanError: E702 for a split that is not there.

        """
        if name not in self.release.rows["documents"]:
            raise error("E702", f"there is no split {name[:80]!r}.", f"Splits: {', '.join(self.splits)}.")
        return list(self.release.rows["documents"][name])  # type: ignore[arg-type]

    @property
    def documents(self) -> list[Document]:
        """All documents, split by split."""
        return [document for name in self.splits for document in self.split(name)]

    @property
    def registry(self) -> list[RegistryEntry]:
        """Entities that labels refer to."""
        return list(self.release.current["registry"][UNSPLIT])  # type: ignore[arg-type]

    @property
    def claim_links(self) -> list[ClaimLink]:
        """Relations between claims other than equivalence."""
        return list(self.release.rows["claim_links"][UNSPLIT])  # type: ignore[arg-type]

    @property
    def segments(self) -> list[Segment]:
        """Lines of all pages."""
        return [segment for rows in self.release.rows["segments"].values() for segment in rows]  # type: ignore[misc]

    @cached_property
    def reading(self) -> dict[str, list[tuple[int, str]]]:
        """English lines for people who do not read the language, by document: number of the line, from 0, and line.

        Line 0 is the title, where there is one. They are machine-made and not scored, and nothing of them may go to a
        system. A document without them is not there; neither is any where the release has none.
        """
        made: dict[str, list[tuple[int, str]]] = {}
        for rows in self.release.current.get(READING, {}).values():
            for row in rows:
                assert isinstance(row, ReadingLine)
                made.setdefault(row.document, []).append((row.line, row.en))
        return made

    def __len__(self) -> int:
        """Count the documents."""
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        """Give the documents, split by split."""
        return iter(self.documents)

    def to_dict(self) -> dict[str, Any]:
        """Say what it holds: name, version, fingerprint, and how many documents and labels of each layer by split."""
        splits = {
            name: {
                "documents": len(self.split(name)),
                "annotated": sum(bool(document.layers_annotated) for document in self.split(name)),
                **{layer: sum(len(getattr(d, layer)) for d in self.split(name)) for layer in LAYER_NAMES},
            }
            for name in self.splits
        }
        return {
            "name": self.name,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "splits": splits,
            "registry": len(self.registry),
            "ceilings": {
                split: {layer: ceiling.to_dict() for layer, ceiling in of.items()}
                for split, of in self.ceilings.items()
            },
        }

    @cached_property
    def ceilings(self) -> dict[str, dict[str, Ceiling]]:
        """The best that a flat tagger and a tagger of words can do, by split and layer."""
        from dragoman.release.ceilings import ceilings  # noqa: PLC0415 - scoring needs no formats

        return {name: ceilings(self.split(name)) for name in self.splits}

    def table(self) -> Table:
        """Show how many documents and labels each split has."""
        splits: dict[str, dict[str, int]] = self.to_dict()["splits"]
        columns = next(iter(splits.values()), dict[str, int]())
        rows = [(name, *map(str, row.values())) for name, row in splits.items()]
        return Table(("split", *columns), rows, optional=("annotated", "documents"))

    def ceilings_table(self) -> Table:
        """Show the ceilings of each split and layer, and what a conversion to CoNLL columns keeps."""
        columns = ("split", "layer", "gold", "flat", "flat F1", "words", "words F1", "CoNLL", "chars")
        rows = []
        for split, of in self.ceilings.items():
            for layer, each in of.items():
                found = ((str(n), number(each.f1(n))) for n in (each.flat, each.words))
                kept = (str(each.conll), str(each.conll_characters))
                rows.append((split, layer, str(each.gold), *(cell for pair in found for cell in pair), *kept))
        return Table(columns, [row for row in rows if row[2] != "0"], "ceilings", optional=_LEFT_OUT_FIRST)

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Write what ``dragoman info`` prints, in lines of at most so many characters."""
        head = visible(f"{self.name} {self.version}  {self.fingerprint}")
        table = self.table().text(width, terminal=terminal)
        ceilings = self.ceilings_table().text(width, terminal=terminal)
        notes = "".join(wrapped(note, width) for note in _CEILINGS.splitlines())
        return f"{head}\n{table}{len(self.registry)} entities in the registry\n\n{ceilings}{notes}"

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def _repr_html_(self) -> str:
        head = escape(visible(f"{self.name} {self.version}"))
        return f"<b>{head}</b>{self.table().html()}{self.ceilings_table().html()}"

    def save(self, out: Path | str) -> None:
        """Write the gold of all splits as JSONL, one document a line, with their texts.

        Raises:
            DragomanError: E108 when the file cannot be written.

        """
        files.write(out, files.json_lines(line for name in self.splits for line in self.gold_lines(name)))

    def target(self, split: str | None = None) -> Target:
        """Say what a submission for a split (or for all documents) is read against."""
        documents = self.documents if split is None else self.split(split)
        return Target(
            documents=tuple(document.id for document in documents),
            texts={document.id: document.text for document in documents},
            label_sets=CLOSED_SETS,
            aliases={entry.wikidata: entry.id for entry in self.registry if entry.wikidata},
            registry=frozenset(entry.id for entry in self.registry),
            strict_values=True,
        )

    def gold(self, split: str) -> Annotations:
        """Gold of a split as columns."""
        languages = Coded.of([document.language for document in self.split(split)])
        labels = read_lines(self.gold_lines(split), self.target(split))
        return replace(labels, languages=languages, offices=office_holders(self.registry))

    def gold_lines(self, split: str) -> list[Submission]:
        """Gold of a split in the form of a submission, segments and document times included."""
        lines: dict[str, list[Segment]] = {}
        for segment in self.segments:
            if segment.document is not None and segment.document_start is not None:
                lines.setdefault(segment.document, []).append(segment)
        gold = [as_submission(document) for document in self.split(split)]
        for line in gold:
            line.segments = [_line_of(segment) for segment in lines.get(line.id, [])]
        return gold


def office_holders(registry: Iterable[RegistryEntry]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Say who holds which office, by document: pairs of the ids of an office and of its holder.

    Rows of a release that was made before offices were in the registry say nothing of them.
    """
    held: dict[str, list[tuple[str, str]]] = {}
    for entry in registry:
        for each in getattr(entry, "held", ()):
            held.setdefault(each.document, []).append((entry.id, each.holder))
    return {document: tuple(sorted(pairs)) for document, pairs in held.items()}


def as_submission(labels: Document | Labels) -> Submission:
    """Gold of a document as a line of a submission; a layer that was not annotated is absent."""
    name = labels.document if hasattr(labels, "document") else labels.id
    known = labels.layers_annotated
    return Submission(
        id=name,
        published=getattr(labels, "published", None),
        published_external=getattr(labels, "published_external", None),
        entities=[_kept(e, PredictedEntity) for e in labels.entities] if "entities" in known else None,
        dates=[_kept(d, PredictedDate) for d in labels.dates] if "dates" in known else None,
        claims=[
            msgspec.structs.replace(
                _kept(claim, PredictedClaim),
                content=[(fragment.start, fragment.end) for fragment in claim.content],
                cue=[(fragment.start, fragment.end) for fragment in claim.cue],
                claimants=[_kept(claimant, PredictedClaimant) for claimant in claim.claimants],
            )
            for claim in labels.claims
        ]
        if "claims" in known
        else None,
    )


def _line_of(segment: Segment) -> PredictedSegment:
    """Turn a segment of a page into one of its document's text."""
    start = segment.document_start or 0
    return PredictedSegment(start=start, end=start + segment.end - segment.start, kind=segment.kind)


def _kept(label: msgspec.Struct, type_: type[T]) -> T:
    return type_(**msgspec.structs.asdict(label))


def load(where: str | Path | None = None, *, version: str | None = None) -> Benchmark:
    """Load a benchmark.

    Args:
        where: None for the one that travels in the package, or a version alone, as in ``1.0.0``, for an earlier one; a
            folder with ``corpus/`` is a source root, one with ``README.md`` and ``manifest.json`` a release; what is no
            folder and reads ``owner/name`` or ``owner/name@v1.0.0`` is a release on the Hub (extra ``hub``), kept in
            huggingface_hub's cache and checked against its manifest each time.
        version: the version that it has to be: of the package the one that is given, by default the newest.

    Raises:
        DragomanError: E701 for a place that holds neither, or for one that is damaged or of another version; E740 to
            E749 for the Hub.

    Example:
        >>> dragoman.load(version="1.0.0").version
        '1.0.0'

    """
    named = "" if where is None else str(where)
    if is_version(named) and version in (None, named) and not Path(named).exists():
        where, version = None, named
    if where is None:
        return Benchmark(bundle.read(bundle.packaged(), version))
    loaded = _load(where)
    if version not in (None, loaded.version):
        hint = "On the Hub, write owner/name@vVERSION."
        raise error("E701", f"this is {loaded.version}, and not {version[:40]!r}.", hint, file=str(where))
    return loaded


def _load(where: str | Path) -> Benchmark:
    folder = hub.folder_of(where)
    if (folder / standoff.MARK).is_file():
        hint = "Put them back: dragoman rehydrate DIR --pages PAGES --out RELEASE."
        raise error("E701", "this is a release without texts.", hint, file=str(where))
    # Source roots are taken from this disk alone.
    if folder == Path(where) and (folder / "corpus").is_dir():
        return Benchmark(source_root.assemble(folder))
    if (folder / "manifest.json").is_file():
        return Benchmark(parquet.read(folder))
    hint = "Give a source root (with corpus/), a release (with README.md and manifest.json), or owner/name on the Hub."
    raise error("E701", f"{str(where)[:200]!r} holds no benchmark.", hint)
