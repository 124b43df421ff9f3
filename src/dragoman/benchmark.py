"""A benchmark: documents with gold, by split; bundled, released, or assembled from its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dragoman import files, json_text
from dragoman.problems import DragomanError, Problem, error
from dragoman.reading.line_documents import as_submission, document_of, segment_line
from dragoman.reading.read import read_lines
from dragoman.reading.submission_lines import submission_lines
from dragoman.reading.target import Target, closed_sets
from dragoman.release import bundle, hub, parquet, source_root, standoff
from dragoman.release.content import Release, registry_of
from dragoman.release.semver import is_version
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import ReadingLine
from dragoman.schema.release_rows import CONFIGS, READING, UNSPLIT
from dragoman.schema.submission import Submission
from dragoman.tables import WIDTH, Table, number, wrapped
from dragoman.text import counted, visible

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.reading.conversion import Conversion
    from dragoman.release.ceilings import Ceiling
    from dragoman.release.content import Withheld
    from dragoman.schema.records import ClaimLink, Document, RegistryEntry, Segment

EVERY = "all"
"""Name of the only split of a benchmark that was made from lines of gold."""
T = TypeVar("T")
_LEFT_OUT_FIRST = ("chars", "CoNLL", "words", "flat")
_CEILINGS = """\
flat, words: the most gold labels that a tagger can find whose spans do not overlap (flat), and begin and end with \
words (words), with the F1 that it has if it finds them and nothing else
CoNLL, chars: labels that a conversion to CoNLL columns keeps, a row a word or a character; the rest is its loss"""


@dataclass(frozen=True)
class Benchmark:
    """Documents with gold, by split, and the registry that the labels refer to.

    Attributes:
        release: all rows of the release.
        given: the lines of gold that the benchmark was made from, where it is not a release; any label is then allowed.

    """

    release: Release
    given: tuple[Submission, ...] = ()

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.release.name

    @property
    def version(self) -> str:
        """Version of the data set, independent of the package's version."""
        return self.release.version

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical rows, hexadecimal."""
        return self.release.fingerprint

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self.release.rows["documents"])

    @property
    def withheld(self) -> Withheld | None:
        """The split whose gold is withheld from this release, and where to send predictions; None where there
        is none.
        """
        return self.release.withheld

    def withholds(self, split: str) -> bool:
        """Tell whether the gold of a split is withheld; a label missing from its documents is then unknown,
        not absent.
        """
        return self.withheld is not None and self.withheld.split == split

    def split(self, name: str) -> list[Document]:
        """Return the documents of a split, with their gold.

        Raises:
            DragomanError: E702 for an unknown split.

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

    def registry_of(self, split: str) -> list[RegistryEntry]:
        """Return the registry entries that labels of a split refer to, restricted to what its own documents show.

        An entry of :attr:`registry` lists office holders and names from all splits; here, facts that only documents of
        other splits show are removed, so that a system cannot learn them.

        Raises:
            DragomanError: E702 for an unknown split.

        """
        others = [document for name in self.splits if name != split for document in self.split(name)]
        return registry_of(self.registry, self.split(split), others)

    @property
    def claim_links(self) -> list[ClaimLink]:
        """Relations between claims other than equivalence."""
        return list(self.release.rows["claim_links"][UNSPLIT])  # type: ignore[arg-type]

    @property
    def segments(self) -> list[Segment]:
        """Segments (lines of text) of all pages."""
        return [segment for rows in self.release.rows["segments"].values() for segment in rows]  # type: ignore[misc]

    @cached_property
    def reading(self) -> dict[str, list[tuple[int, str]]]:
        """English glosses for readers who do not know the language, by document: pairs of (line number, gloss).

        Line numbers are from 0; line 0 is the title, where there is one. Glosses are machine translations; they are not
        scored and must not be shown to a system. Documents without glosses have no key.
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
        """Iterate over the documents, split by split."""
        return iter(self.documents)

    def to_dict(self) -> dict[str, Any]:
        """Summarise the benchmark: name, version, fingerprint, and counts of documents and labels by layer and split.

        Counts of labels are None where a split's gold is withheld.
        """
        splits = {
            name: {
                "documents": len(self.split(name)),
                **(dict.fromkeys(("annotated", *LAYER_NAMES)) if self.withholds(name) else self._counts(name)),
            }
            for name in self.splits
        }
        withheld = self.withheld
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
            **({} if withheld is None else {"withheld": {"split": withheld.split, "submit": withheld.submit}}),
        }

    def _counts(self, split: str) -> dict[str, int]:
        documents = self.split(split)
        counts = {layer: sum(len(getattr(document, layer)) for document in documents) for layer in LAYER_NAMES}
        return {"annotated": sum(bool(document.layers_annotated) for document in documents), **counts}

    @cached_property
    def ceilings(self) -> dict[str, dict[str, Ceiling]]:
        """Upper bounds for taggers with flat or word-aligned spans, by split and layer; splits with withheld gold are
        left out.
        """
        from dragoman.release.ceilings import ceilings  # noqa: PLC0415 - scoring needs no formats

        return {name: ceilings(self.split(name)) for name in self.splits if not self.withholds(name)}

    def table(self) -> Table:
        """Tabulate the numbers of documents and labels by split, for the layers that the benchmark has."""
        splits: dict[str, dict[str, int | None]] = self.to_dict()["splits"]
        absent = set(LAYER_NAMES) - set(self.release.layers)
        columns = [name for name in next(iter(splits.values()), {}) if name not in absent]
        rows = [
            (name, *("withheld" if row[column] is None else str(row[column]) for column in columns))
            for name, row in splits.items()
        ]
        return Table(("split", *columns), rows, optional=("annotated", "documents"))

    def ceilings_table(self) -> Table:
        """Tabulate the upper bounds by split and layer, and the labels that a conversion to CoNLL columns keeps."""
        columns = ("split", "layer", "gold", "flat", "flat F1", "words", "words F1", "CoNLL", "chars")
        rows = []
        for split, of in self.ceilings.items():
            for layer, each in of.items():
                found = ((str(n), number(each.f1(n))) for n in (each.flat, each.words))
                kept = (str(each.conll), str(each.conll_characters))
                rows.append((split, layer, str(each.gold), *(cell for pair in found for cell in pair), *kept))
        return Table(columns, [row for row in rows if row[2] != "0"], "ceilings", optional=_LEFT_OUT_FIRST)

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Format the output of ``dragoman info``, in lines of at most ``width`` characters."""
        head = visible(f"{self.name} {self.version}  {self.fingerprint}")
        table = self.table().text(width, terminal=terminal)
        ceilings = self.ceilings_table().text(width, terminal=terminal)
        notes = "".join(wrapped(note, width) for note in _CEILINGS.splitlines())
        known = f"{counted(len(self.registry), 'entity', 'entities')} in the registry\n"
        if self.withheld is not None:
            where = f": send predictions to {self.withheld.submit}" if self.withheld.submit else ""
            known += wrapped(f"The gold of {self.withheld.split} is withheld{where}.", width)
        return f"{head}\n{table}{known}\n{ceilings}{notes}"

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def _repr_html_(self) -> str:
        head = escape(visible(f"{self.name} {self.version}"))
        return f"<b>{head}</b>{self.table().html()}{self.ceilings_table().html()}"

    def save(self, out: Path | str) -> None:
        """Write the gold of all splits as JSONL, one document per line, with texts.

        Raises:
            DragomanError: E108 when the file cannot be written.

        """
        files.write(out, json_text.lines(line for name in self.splits for line in self.gold_lines(name)))

    def to(
        self,
        form: str = "jsonl",
        out: Path | str | None = None,
        *,
        split: str | None = None,
        characters: bool = False,
        tokenizer: Any = None,
    ) -> Conversion:
        """Convert the gold, with texts, to any supported format: to inspect it, to score against it, or to train on it.

        >>> dragoman.load().to("conll", split="dev").documents > 0
        True

        To write a file: ``to("hf", "train.jsonl", split="dev", tokenizer="./my-model")``.

        Args:
            form: ``jsonl``, which is lossless, or a format that ``dragoman convert`` writes: ``hf`` (``tokens`` and
                ``ner_tags``), ``conll``, ``spacy``, ``docbin``, ``brat``, …
            out: file or folder to write to; None writes nothing.
            split: one split; None for all.
            characters: in token formats, one token per character instead of one per word.
            tokenizer: in token formats, the tokenizer (:func:`dragoman.formats.tokenizers.cutter`).

        Returns:
            The bytes by file name, where they were written, and counts of everything that the format cannot represent
            (W905). Formats of other tools get annotated documents only: in documents that nobody annotated, or whose
            labels are withheld, the absence of labels would be wrong as training data.

        Raises:
            DragomanError: E702 for an unknown split, E209 for an unknown format or tokenizer, E108 when the output
                cannot be written.

        """
        from dragoman.formats.outcome import Options  # noqa: PLC0415 - formats of other tools are seldom needed
        from dragoman.formats.tokenizers import cutter  # noqa: PLC0415
        from dragoman.reading.conversion import write_lines  # noqa: PLC0415
        from dragoman.reading.parsing import JSONL  # noqa: PLC0415

        lines, problems = list[Submission](), list[Problem]()
        for name in self.splits if split is None else (split,):
            of_split = self.gold_lines(name)
            labelled = [line for line in of_split if line.entities is not None or line.dates is not None]
            lines += of_split if form == JSONL else labelled
            problems += self._lost(name, len(of_split), len(labelled), texts=form == JSONL)
        options = Options(characters=characters, cut=None if tokenizer is None else cutter(tokenizer))
        return write_lines(lines, form, options=options, problems=problems, out=out)

    def _lost(self, split: str, documents: int, labelled: int, *, texts: bool) -> Iterator[Problem]:
        """Report how many documents of a split are left out, or written without labels, and why."""
        if self.withholds(split):
            what = f"the gold of {split} is withheld: its {counted(documents, 'document is', 'documents are')}"
            yield Problem(code="W905", what=f"{what} {'texts without labels' if texts else 'left out'}.")
        elif documents > labelled and not texts:
            yield Problem(code="W905", what=f"lost: documents that nobody annotated ({documents - labelled:,}).")

    def target(self, split: str | None = None) -> Target:
        """Describe what a submission for a split (or for all documents) is validated against."""
        documents = self.documents if split is None else self.split(split)
        if self.given:
            texts = {document.id: document.text for document in documents}
            return Target(documents=tuple(texts), texts=texts)
        return Target(
            documents=tuple(document.id for document in documents),
            texts={document.id: document.text for document in documents},
            label_sets=closed_sets(self.release.label_sets),
            aliases={entry.wikidata: entry.id for entry in self.registry if entry.wikidata},
            registry=frozenset(entry.id for entry in self.registry),
            strict_values=True,
        )

    def gold(self, split: str) -> Annotations:
        """Return the gold of a split as columns."""
        labels = read_lines(self.gold_lines(split), self.target(split))
        return replace(labels, offices=office_holders(self.registry))

    def gold_lines(self, split: str) -> list[Submission]:
        """Return the gold of a split as submission lines, with texts, segments and document metadata."""
        if self.given:
            self.split(split)  # raises for any name but that of the only split
            return list(self.given)
        lines: dict[str, list[Segment]] = {}
        for segment in self.segments:
            if segment.document is not None and segment.document_start is not None:
                lines.setdefault(segment.document, []).append(segment)
        gold = [as_submission(document) for document in self.split(split)]
        for line in gold:
            line.segments = [segment_line(segment) for segment in lines.get(line.id, [])]
        return gold


def office_holders(registry: Iterable[RegistryEntry]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the office holders by document: pairs of (id of the office, id of its holder).

    Releases made before offices were in the registry have none.
    """
    held: dict[str, list[tuple[str, str]]] = {}
    for entry in registry:
        for each in getattr(entry, "held", ()):
            held.setdefault(each.document, []).append((entry.id, each.holder))
    return {document: tuple(sorted(pairs)) for document, pairs in held.items()}


def of_lines(lines: Sequence[Submission], name: str) -> Benchmark:
    """Make a benchmark from lines of gold, with one split, ``all``, in which any label is allowed.

    Raises:
        DragomanError: E204 for a document without text, E703 if there are no lines.

    """
    if not lines:
        raise error("E703", "there are no documents.", "Give gold: a line a document, with texts.", file=name)
    lacking = [line.id for line in lines if line.text is None]
    if lacking:
        what = f"there is no text in {len(lacking)} of {counted(len(lines), 'document')}, such as {lacking[0][:80]!r}."
        raise error("E204", what, "A benchmark is gold with texts: add the field `text`.", file=name)
    rows: dict[str, Any] = {config: {} for config in CONFIGS}
    rows |= {"documents": {EVERY: [document_of(line) for line in lines]}, "registry": {UNSPLIT: []}}
    return Benchmark(Release(name, "-", {**rows, "claim_links": {UNSPLIT: []}}), tuple(lines))


def load(where: Any = None, *, version: str | None = None) -> Benchmark:
    """Load a benchmark.

    Args:
        where: None for the data bundled with the package, or a version, as in ``1.0.0``, for an earlier one; a folder
            with ``corpus/`` (source root), or with ``README.md`` and ``manifest.json`` (release); if there is no such
            folder, ``owner/name`` or ``owner/name@v1.0.0`` is a release on the Hub (extra ``hub``), cached by
            huggingface_hub and checked against its manifest on every load; gold with texts in any other form that
            :func:`dragoman.score` takes (a file, a folder of shards, rows) becomes a benchmark with one split, ``all``,
            in which any label is allowed.
        version: the version that is required; of the bundled data, the version to load, by default the newest.

    Raises:
        DragomanError: E701 if there is no benchmark at ``where``, or it is damaged or has another version; E740 to E749
            for errors of the Hub.

    Example:
        >>> dragoman.load(version="1.0.0").version
        '1.0.0'

    """
    named = str(where) if isinstance(where, str | Path) else ""
    if is_version(named) and version in (None, named) and not Path(named).exists():
        where, version = None, named
    if where is None:
        return Benchmark(bundle.read(bundle.packaged(), version))
    loaded = _load(where)
    if version not in (None, loaded.version):
        hint = "On the Hub, write owner/name@vVERSION."
        raise error("E701", f"this is {loaded.version}, and not {version[:40]!r}.", hint, file=_display_name(where))
    return loaded


def _load(where: Any) -> Benchmark:
    if isinstance(where, Benchmark):
        return where
    alone = not isinstance(where, str | Path) or str(where) == files.STANDARD_INPUT
    if alone or (not files.is_folder(where) and Path(where).is_file()):
        return of_lines(submission_lines(where, Target()).checked(), _display_name(where))
    folder = hub.folder_of(where)
    if (folder / standoff.MARK).is_file():
        hint = "Put them back: dragoman rehydrate DIR --pages PAGES --out RELEASE."
        raise error("E701", "this is a release without texts.", hint, file=str(where))
    # Source roots are only loaded from a local path, never from the Hub.
    if folder == Path(where) and (folder / "corpus").is_dir():
        return Benchmark(source_root.assemble(folder))
    if (folder / "manifest.json").is_file():
        return Benchmark(parquet.read(folder))
    if folder.is_dir() and any(folder.iterdir()):
        try:
            return of_lines(submission_lines(folder, Target()).checked(), _display_name(where))
        except DragomanError as cause:
            if not {problem.code for problem in cause.problems} <= {
                "E852",
                "E220",
            }:  # any other problem: the folder does hold labels
                raise
    hint = "Give a source root (with corpus/), a release (with README.md and manifest.json), or owner/name on the Hub."
    raise error("E701", f"{str(where)[:200]!r} holds no benchmark.", hint)


def _display_name(where: Any) -> str:
    return Path(where).name if isinstance(where, str | Path) else "reference"
