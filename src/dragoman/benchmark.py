"""A benchmark: documents with gold by split, whether bundled, released or straight from source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from dragoman import files
from dragoman.problems import error
from dragoman.reading.read import read_lines
from dragoman.reading.target import CLOSED_SETS, Target
from dragoman.release import bundle, hub, parquet, source_root, standoff
from dragoman.release.content import Release
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.release_rows import UNSPLIT
from dragoman.schema.submission import (
    PredictedClaim,
    PredictedClaimant,
    PredictedDate,
    PredictedEntity,
    PredictedSegment,
    Submission,
)
from dragoman.tables import WIDTH, Table
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.schema.records import ClaimLink, Document, Labels, RegistryEntry, Segment

T = TypeVar("T")


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
        return list(self.release.rows["registry"][UNSPLIT])  # type: ignore[arg-type]

    @property
    def claim_links(self) -> list[ClaimLink]:
        """Relations between claims other than equivalence."""
        return list(self.release.rows["claim_links"][UNSPLIT])  # type: ignore[arg-type]

    @property
    def segments(self) -> list[Segment]:
        """Lines of all pages."""
        return [segment for rows in self.release.rows["segments"].values() for segment in rows]  # type: ignore[misc]

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
        }

    def table(self) -> Table:
        """Show how many documents and labels each split has."""
        splits: dict[str, dict[str, int]] = self.to_dict()["splits"]
        columns = next(iter(splits.values()), dict[str, int]())
        return Table(("split", *columns), [(name, *map(str, row.values())) for name, row in splits.items()])

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Write what ``dragoman info`` prints, in lines of at most so many characters."""
        head = visible(f"{self.name} {self.version}  {self.fingerprint}")
        table = self.table().text(width, terminal=terminal)
        return f"{head}\n{table}{len(self.registry)} entities in the registry\n"

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def _repr_html_(self) -> str:
        return f"<b>{escape(visible(f'{self.name} {self.version}'))}</b>{self.table().html()}"

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
        return read_lines(self.gold_lines(split), self.target(split))

    def gold_lines(self, split: str) -> list[Submission]:
        """Gold of a split in the form of a submission: with texts, and all else that is known of the documents."""
        lines: dict[str, list[Segment]] = {}
        for segment in self.segments:
            if segment.document is not None and segment.document_start is not None:
                lines.setdefault(segment.document, []).append(segment)
        gold = [as_submission(document) for document in self.split(split)]
        for line in gold:
            line.segments = [_line_of(segment) for segment in lines.get(line.id, [])]
        return gold


_ABOUT = tuple(name for name in Submission.__struct_fields__ if name not in {"id", "segments", *LAYER_NAMES})
"""Fields of a line that say something of its document."""


def as_submission(labels: Document | Labels) -> Submission:
    """Gold of a document as a line of a submission; a layer that was not annotated is absent.

    Of a document the line has the text and all else that is known of it, of stored labels nothing but these.
    """
    name = labels.document if hasattr(labels, "document") else labels.id
    known = labels.layers_annotated
    about = {field: getattr(labels, field) for field in _ABOUT if hasattr(labels, field)}
    return Submission(
        id=name,
        **about,
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


def load(where: str | Path | None = None) -> Benchmark:
    """Load a benchmark.

    Args:
        where: None for the one that travels in the package; a folder with ``corpus/`` is a source root, one with
            ``README.md`` and ``manifest.json`` a release; what is no folder and reads ``owner/name`` or
            ``owner/name@v1.0.0`` is a release on the Hub (extra ``hub``), kept in huggingface_hub's cache and checked
            against its manifest each time.

    Raises:
        DragomanError: E701 for a place that holds neither, or for one that is damaged; E740 to E749 for the Hub.

    """
    if where is None:
        return Benchmark(bundle.read(resources.files("dragoman") / "data"))
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
