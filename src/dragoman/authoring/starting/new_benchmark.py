"""Creation of a benchmark: a folder with corpus and annotations that can be released immediately."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files, json_text
from dragoman.authoring import curation, release_folder
from dragoman.authoring.starting import first_texts, suggested_profile
from dragoman.authoring.starting.given_gold import UNSPECIFIED, Registry, labels_of, seen
from dragoman.authoring.starting.incoming import Incoming, Read, in_language, with_ids
from dragoman.problems import Diagnostics, DragomanError, Problem, error
from dragoman.release import scheme_file, source_root
from dragoman.schema import labels
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Labels, SourceEntity

RIGHTS = f"{first_texts.FILL_IN}: whose the text is, and on what terms it is reproduced."
_UNSPECIFIED = "the labels that were given do not say"
_GIVEN = "Given with the document in {}."


@dataclass(frozen=True)
class Plan:
    """Specification of a new benchmark.

    Attributes:
        name: name of the data set.
        languages: BCP 47 tags; empty for those of the documents.
        layers: layers; empty for those of the given labels, or all.
        label_sets: its own label sets, with a definition of each label; undeclared labels in given gold are added.
        rights: statement of rights in the texts.

    """

    name: str
    languages: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    label_sets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rights: str = RIGHTS


@dataclass(frozen=True)
class Made:
    """Summary of a new benchmark.

    Attributes:
        documents: number of documents by split.
        labels: number of labels by layer.
        ids: new ids of renamed documents or pages, by their given names.
        undescribed: labels without a definition, by set.
        problems: repairs and losses.

    """

    documents: dict[str, int]
    labels: dict[str, int]
    ids: dict[str, str]
    undescribed: dict[str, list[str]]
    problems: tuple[Problem, ...]


def make(root: Path, plan: Plan, read: Read) -> Made:
    """Create the folder of a benchmark, atomically.

    Args:
        root: a folder that does not exist, or is empty.
        plan: the specification.
        read: documents and pages.

    Raises:
        DragomanError: E108 if the folder is not empty or cannot be written, E706 for an invalid name, language or
            label, and errors of curation and release.

    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise error("E108", "there is something here already.", "Choose a new or empty folder.", file=str(root))
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{root.name[:40]}-", dir=root.parent))
    except OSError as cause:
        raise error("E108", f"{cause.strerror}.", "Choose another folder.", file=str(root)) from cause
    try:
        made = _Maker(work, plan, read).make()
        work.chmod(0o777 & ~_umask())
        if root.exists():
            root.rmdir()
        os.replace(work, root)  # noqa: PTH105 - os.replace is the documented atomic operation
    except DragomanError as cause:
        raise DragomanError(_named(problem, work, root) for problem in cause.problems) from cause
    except OSError as cause:
        raise error("E108", f"{cause.strerror}.", "Choose another folder.", file=str(root)) from cause
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return made


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def _named(problem: Problem, work: Path, root: Path) -> Problem:
    """Translate the temporary folder's path in a problem to that of the final folder."""
    return msgspec.structs.replace(problem, file=problem.file.replace(str(work), str(root)))


class _Maker:
    def __init__(self, root: Path, plan: Plan, read: Read) -> None:
        self.root, self.plan = root, plan
        given = read.documents
        spoken = plan.languages or tuple(dict.fromkeys(each.language for each in given if each.language))
        if not spoken:
            raise error("E204", "nothing says in which language the texts are.", "Give --languages, as in fr or fa,he.")
        self.languages = spoken
        self.documents = with_ids(in_language(given, spoken))
        strange = sorted({each.language or "" for each in self.documents.values()} - set(spoken))
        if strange:
            hint = f"Name it in --languages, or leave that out; now they are {', '.join(spoken)}."
            raise error("E706", f"there are documents in {strange[0]!r}.", hint)
        lines = [each.line for each in self.documents.values() if each.line is not None]
        labelled = [layer for layer in LAYER_NAMES if any(getattr(line, layer) is not None for line in lines)]
        self.layers = tuple(layer for layer in LAYER_NAMES if layer in (plan.layers or labelled or LAYER_NAMES))
        self.diagnostics = Diagnostics(limit=None)
        self.diagnostics.take(*read.problems)
        for layer in labelled:
            if layer not in self.layers:
                self.diagnostics.lose(
                    f"{layer}, which are not among the layers", sum(len(getattr(x, layer) or ()) for x in lines)
                )

    def make(self) -> Made:
        """Write everything into the working folder, and assemble a release to verify that it builds."""
        self._corpus()
        pages = curation.curate(self.root)
        curation.write(self.root, pages)
        registry = Registry()
        gold = self._gold(pages, registry)
        entries = registry.sorted(UNSPECIFIED)
        if self.diagnostics.failed:
            raise DragomanError(self.diagnostics.problems())
        sets, undescribed = self._label_sets(gold, entries)
        self._write("corpus/benchmark.toml", first_texts.benchmark(self.plan.name, self.languages, self.layers, sets))
        scheme_file.read(self.root)
        self._write(
            "annotations/GUIDELINES.md",
            first_texts.guidelines(self.plan.name, self.layers, _all_sets(sets, self.layers)),
        )
        self._write("DATASET_CARD.md", first_texts.card(self.plan.name, self.languages, self.layers))
        for each in gold:
            self._json(f"annotations/gold/{each.document}.json", each)
        self._json("annotations/registry/entities.json", entries)
        built = source_root.assemble(self.root)
        self._write("DATASET_CARD.md", release_folder.current_card(self.root, built))
        by_document = {split: len(rows) for split, rows in built.rows["documents"].items()}
        counts = {layer: sum(len(getattr(each, layer)) for each in gold) for layer in self.layers}
        ids = {page: page if each.line is None else f"{page}.article-1" for page, each in self.documents.items()}
        renamed = {each.name: ids[page] for page, each in self.documents.items() if each.name != ids[page]}
        return Made(by_document, counts, renamed, undescribed, self.diagnostics.problems())

    def _write(self, path: str, text: str) -> None:
        files.write(self.root / path, text.encode())

    def _json(self, path: str, value: Any) -> None:
        files.write(self.root / path, json_text.pretty(value))

    def _corpus(self) -> None:
        """Write the pages, the source table, and the profiles for segmentation."""
        by_language: dict[str, list[str]] = {}
        for each in self.documents.values():
            if each.line is None:
                by_language.setdefault(each.language or "", []).append(each.text)
        for language, texts in by_language.items():
            self._write(f"corpus/profiles/pages-{language}.toml", suggested_profile.suggest(texts, language))
        tables, times, dev = [], [], []
        for page, each in self.documents.items():
            data = each.text.encode()
            files.write(self.root / "corpus" / "pages" / f"{page}.txt", data)
            tables.append(self._page(page, each, data))
            if each.line is not None and (each.line.published or each.line.published_external):
                times.append(_time(page, each))
            if each.split == "dev":
                dev.append(page)
        for name, text in (("plain", suggested_profile.PLAIN), ("titled", suggested_profile.TITLED)):
            if any(table["profile"] == name for table in tables):
                self._write(f"corpus/profiles/{name}.toml", text)
        self._write("corpus/sources.toml", first_texts.sources(tables, times, dev))

    def _page(self, page: str, each: Incoming, data: bytes) -> dict[str, Any]:
        table: dict[str, Any] = {
            "id": page,
            "file": f"{page}.txt",
            "bytes": len(data),
            "sha256": files.sha256(data),
            "language": each.language,
            "profile": f"pages-{each.language}",
        }
        if each.line is not None:
            first = next((line.strip() for line in each.text.split("\n") if line.strip()), "")
            given = _GIVEN.format(Path(each.source).name)
            title = each.line.title
            if title and title.strip() != first:
                self.diagnostics.lose("titles that are not the first line of their document")
            table["profile"] = "titled" if title and title.strip() == first else "plain"
            for name in ("publisher", "captured"):
                if getattr(each.line, name):
                    table |= {name: getattr(each.line, name), f"{name}_evidence": given}
        return table | {"rights": self.plan.rights}

    def _gold(self, pages: Sequence[Any], registry: Registry) -> list[Labels]:
        lines = {page: each.line for page, each in self.documents.items() if each.line is not None}
        if not any(getattr(line, layer) is not None for line in lines.values() for layer in LAYER_NAMES):
            return []
        made = []
        for page in pages:
            line = lines.get(page.page)
            for document in page.documents:
                if line is None:
                    made.append(Labels(document.id, []))
                    continue
                self.diagnostics.file = f"{self.documents[page.page].source}, {line.id}"
                moved = curation.page_map(page, document.id).inverse()
                made.append(labels_of(line, document, moved, self.layers, registry, self.diagnostics))
        self.diagnostics.file = ""
        return made

    def _label_sets(
        self, gold: Iterable[Labels], entries: Iterable[SourceEntity]
    ) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
        """Merge declared and observed labels; labels without a definition get a placeholder."""
        counts = seen(gold)
        types = counts.setdefault("entities.type", Counter())
        types.update({entry.type for entry in entries} - types.keys())
        described = default_lines()
        sets: dict[str, dict[str, str]] = {}
        undescribed: dict[str, list[str]] = {}
        for name, default in labels.DEFAULT.items():
            declared, found = self.plan.label_sets.get(name), counts.get(name, Counter())
            own = [label for label in found if label not in default]
            if declared is None and not own:
                continue
            # If the given labels lack a field, its set has the label UNSPECIFIED, not the default labels.
            base = dict(declared or {})
            for label in sorted(found, key=lambda label: (label not in default, -found[label], label)):
                if label in base or (name == "phenomena" and label in default):
                    continue
                line = _UNSPECIFIED if label == UNSPECIFIED else described.get(name, {}).get(label)
                base[label] = line or f"{first_texts.FILL_IN}: what this is ({found[label]} given)."
                if line is None:
                    undescribed.setdefault(name, []).append(label)
            sets[name] = base
        return sets, undescribed


def default_lines() -> dict[str, dict[str, str]]:
    """Return the definition of each label of the default scheme, by set."""
    return tomllib.loads((resources.files("dragoman.systems") / "prompts" / "labels.toml").read_text("utf-8"))


def _all_sets(own: Mapping[str, Mapping[str, str]], layers: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Return the label sets of the benchmark's layers, with those of the default scheme as far as they have
    definitions.
    """
    lines = default_lines()
    there = [name for name, layer in scheme_file.TABLES.values() if not layer or layer in layers]
    return {name: own.get(name) or lines.get(name, {}) for name in there}


def _time(page: str, each: Incoming) -> dict[str, Any]:
    assert each.line is not None
    line, given = each.line, _GIVEN.format(Path(each.source).name)
    table: dict[str, Any] = {"documents": [page]}
    if line.published:
        table |= {"published": line.published, "published_evidence": line.published_evidence or given}
    if line.published_external:
        table |= {
            "published_external": line.published_external,
            "published_external_status": line.published_external_status or "from memory",
            "published_external_evidence": line.published_external_evidence or given,
        }
    return table
