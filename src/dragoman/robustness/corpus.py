"""A benchmark as plain values for editing: documents, lines of pages, registry, and references to them."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import languages
from dragoman.problems import error
from dragoman.release.passes import days, derive
from dragoman.robustness.draft import check_spans
from dragoman.robustness.renaming import Plan, relabel
from dragoman.robustness.steps import Tally, edited, plan_of, rewritten
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Date, Document, Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dragoman.benchmark import Benchmark
    from dragoman.robustness.carrying import Carried, Carrier
    from dragoman.robustness.edit import Applied, Row
    from dragoman.schema.labels import LabelSets


@dataclass
class Corpus:
    """A benchmark while it is edited.

    Attributes:
        documents: rows by id, in the order of the benchmark.
        splits: split of each document.
        pages: lines of each page, in order, as plain segments.
        registry: entities by id: ``type``, ``names`` by language, ``wikidata``, ``wikidata_status``.
        held: holders of offices: document, office, holder.
        links: relations between claims.
        layers: layers of the benchmark.
        label_sets: its own label sets.

    """

    documents: dict[str, Row]
    splits: dict[str, str]
    pages: dict[str, list[dict[str, Any]]]
    registry: dict[str, dict[str, Any]]
    held: list[tuple[str, str, str]]
    links: list[dict[str, Any]]
    layers: tuple[str, ...] = LAYER_NAMES
    label_sets: LabelSets = field(default_factory=dict)

    @classmethod
    def of(cls, benchmark: Benchmark) -> Corpus:
        """Convert a benchmark; without English lines, which would not match the edited texts.

        Raises:
            DragomanError: E751 for a document or an entity that is there twice or cannot stand in a source root, and
                for a line of a document that is on no page or on another one; E401 to E403 for a label that is not in
                its text.

        """
        plain = msgspec.to_builtins
        _check_ids(benchmark)
        pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for segment in benchmark.segments:
            pages[segment.page].append(plain(segment))
        registry = {}
        for entry in benchmark.registry:
            names: dict[str, list[str]] = defaultdict(list)
            for each in entry.names:
                names[each.language].append(each.name)
            registry[entry.id] = {
                "id": entry.id,
                "type": entry.type,
                "names": dict(names),
                "wikidata": entry.wikidata,
                "wikidata_status": entry.wikidata_status,
            }
        return cls(
            documents={document.id: plain(document) for document in benchmark.documents},
            splits={document.id: split for split in benchmark.splits for document in benchmark.split(split)},
            pages={page: sorted(lines, key=lambda line: line["index"]) for page, lines in sorted(pages.items())},
            registry=registry,
            held=[(row.document, entry.id, row.holder) for entry in benchmark.registry for row in entry.held],
            links=[plain(link) for link in benchmark.claim_links],
            layers=benchmark.release.layers,
            label_sets=benchmark.release.label_sets,
        )

    def apply(
        self, applied: Applied, progress: Callable[[Iterable[str], str], Iterable[str]]
    ) -> tuple[Tally, dict[str, Carrier]]:
        """Apply an edit to every document.

        Returns:
            Counts of what it did, and the offset map of each document.

        """
        tally = Tally()
        # Edits that join documents must not mix splits.
        plan = plan_of([{**row, "split": self.splits[name]} for name, row in self.documents.items()], applied)
        ids = plan.ids if isinstance(plan, Plan) else {}
        before = {name: _called(row, ids) for name, row in self.documents.items()}
        made: dict[str, Carried] = {}
        for name in progress(list(self.documents), applied.label):
            made[name] = edited(self.documents[name], applied, plan, tally)
            self.documents[name] = made[name].row
        self._lines(made, applied)
        self.registry = {
            ids.get(name, name): {**entry, "id": ids.get(name, name)} for name, entry in self.registry.items()
        }
        self._names(before, made, applied)
        held = list(self.held)
        for name, carried in made.items():
            self.held += [(name, office, holder) for document, office, holder in held if document in carried.joined]
            now = carried.stands_for
            self.held = [
                (document, now.get(office, office), now.get(holder, holder)) if document == name else each
                for each in self.held
                for document, office, holder in [each]
            ]
            for entity in carried.entities:
                self.registry.setdefault(entity["id"], {"wikidata": None, "wikidata_status": "none", **entity})
        self._tidy()
        return tally, {name: carried.carrier for name, carried in made.items()}

    def _lines(self, made: dict[str, Carried], applied: Applied) -> None:
        """Update the lines of the pages from the edited documents."""
        for page, old in self.pages.items():
            own = {
                name: iter(self._lines_of(name, carried, old))
                for name, carried in made.items()
                if carried.row["page"] == page
            }
            lines: list[dict[str, Any]] = []
            for line in old:
                if line["document_start"] is None:
                    text = line["text"]
                    edit = applied.edit.page_text
                    lines.append({**line, "text": edit(text, applied.options) if edit else text})
                else:
                    lines += next(own[line["document"]])
            self.pages[page] = _numbered(lines)

    def _lines_of(self, name: str, carried: Carried, old: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
        """Return for each old line of a document the lines that replace it, in the new order."""
        own = [line for line in old if line["document"] == name and line["document_start"] is not None]
        if len(own) != sum(isinstance(origin, int) for origin in carried.lines):
            what = f"the lines of page {carried.row['page'][:80]} are not those of the document {name[:80]}."
            raise error("E751", what, "Curate the benchmark again, or edit its gold as a file: --gold.")
        groups: list[list[dict[str, Any]]] = []
        at = 0
        for words, origin in zip(carried.row["text"].split("\n"), carried.lines, strict=True):
            if isinstance(origin, int):
                groups.append([{**own[origin], "text": words, "document_start": at}])
            else:
                added = {"document": name, "kind": origin, "dup_of": None, "truncated": False, "page": own[0]["page"]}
                groups[-1].append({**own[0], **added, "index": -1, "text": words, "document_start": at})
            at += len(words) + 1
        return groups

    def _names(self, before: dict[str, Row], made: dict[str, Carried], applied: Applied) -> None:
        """Update the names in the registry from the edited mentions."""
        became, others = _followed(before, made)
        for entity, entry in self.registry.items():
            own = {(tag, name): forms for (each, tag, name), forms in became.items() if each == entity}
            if applied.edit.forgets_names and any(name not in forms for (_, name), forms in own.items()):
                used = {
                    tag: sorted({form for (t, _), forms in own.items() if t == tag for form in forms}) for tag, _ in own
                }
                entry.update(names=dict(sorted(used.items())), wikidata=None, wikidata_status="none")
                continue
            for tag, names in entry["names"].items():
                now: list[str] = []
                for name in names:
                    forms = own.get((tag, name))
                    if forms:
                        now += [form for form, _ in sorted(forms.items(), key=lambda each: (-each[1], each[0]))]
                    else:
                        now.append(rewritten(name, tag, applied) if applied.edit.rewrites_names else name)
                entry["names"][tag] = list(dict.fromkeys(now))
        for (entity, tag), called in others.items():
            if entity in self.registry:
                known = self.registry[entity]["names"].setdefault(tag, [])
                known += [form for form in sorted(called) if form not in known]

    def _tidy(self) -> None:
        """Recompute derived fields, and remove entries without references."""
        for name, row in self.documents.items():
            document = msgspec.convert(row, Document)
            gold = Labels(name, document.layers_annotated, document.entities, document.dates, document.claims)
            for date in gold.dates:
                _redate(date)
            derive(gold, document)
            self.documents[name] = msgspec.to_builtins(document)
        rows = self.documents.values()
        claims = [claim for row in rows for claim in row["claims"]]
        members = Counter(claim["cluster"] for claim in claims)
        for claim in claims:
            if claim["cluster"] is not None and members[claim["cluster"]] < 2:
                claim["cluster"] = None
        clusters = {f"{row['id']}#{claim['id']}": claim["cluster"] for row in rows for claim in row["claims"]}
        self.links = [link for link in self.links if link["claim"] in clusters and link["other"] in clusters]
        used = {name for row in rows for entity in row["entities"] for name in entity["entity_ids"]}
        used |= {name for claim in claims for name in claim["about"]}
        used |= {name for claim in claims for claimant in claim["claimants"] for name in claimant["entity_ids"]}
        self.registry = {name: entry for name, entry in sorted(self.registry.items()) if name in used}
        self.held = sorted({row for row in self.held if self.evidence(*row) is not None})

    def evidence(self, document: str, office: str, holder: str) -> tuple[int, str] | None:
        """Return number (from 1) and text of the first line of a document with an office and its holder, or None."""
        row = self.documents.get(document)
        if row is None:
            return None
        at = 0
        for number, line in enumerate(row["text"].split("\n"), 1):
            inside = [
                name
                for entity in row["entities"]
                if at <= entity["start"] and entity["end"] <= at + len(line)
                for name in entity["entity_ids"]
            ]
            if office in inside and holder in inside:
                return number, line
            at += len(line) + 1
        return None


def _check_ids(benchmark: Benchmark) -> None:
    page_of = {document.id: document.page for document in benchmark.documents}
    lines = [each for each in benchmark.segments if each.document is not None and each.document_start is not None]
    strays = [each.document for each in lines if page_of.get(each.document or "") != each.page]
    hint = "Curate the benchmark again, or edit its gold as a file: --gold."
    for what, ids in (("document", benchmark.documents), ("entity", benchmark.registry)):
        name, number = next(iter(Counter(each.id for each in ids).most_common(1)), ("", 0))
        if number > 1:
            raise error("E751", f"the {what} {name[:80]!r} is there more than once.", hint)
    for document in benchmark.documents:  # gold of a file may have ids and labels that a source root cannot have
        try:
            msgspec.convert(msgspec.to_builtins(document), Document)
        except msgspec.ValidationError as cause:
            raise error("E751", f"{document.id[:80]!r} cannot stand in a source root: {cause}.", hint) from None
        check_spans(msgspec.to_builtins(document))
    if strays:
        raise error("E751", f"a line is of {strays[0]!r:.80}, which is no document of its page.", hint)


def _called(row: Row, ids: Mapping[str, str]) -> Row:
    """Return a copy of a document with entity ids replaced."""
    if ids:
        row = copy.deepcopy(row)
        relabel(row, ids)
    return row


def _followed(
    before: dict[str, Row], made: dict[str, Carried]
) -> tuple[dict[tuple[str, str, str], Counter[str]], dict[tuple[str, str], set[str]]]:
    """Return the new forms of the mentions of entities, including names taken over from other entities.

    Returns:
        Counts of new forms by entity, language and old form; and names taken over, by entity and language.

    """
    became: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    others: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, carried in made.items():
        tag = languages.get(before[name].get("language")).tag
        new = {label["id"]: label for label in carried.row["entities"]}
        for old in before[name]["entities"]:
            now = new.get(old["id"])
            if now is None:
                continue
            for entity in now["entity_ids"]:
                if entity in old["entity_ids"]:
                    became[entity, tag, old["text"]][now["text"]] += 1
                elif old["form"] in ("NAM", "ABR"):
                    others[entity, tag].add(now["text"])
    return became, others


def _numbered(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Renumber the lines of a page; a duplicate refers to its first occurrence, and is dropped if it precedes that."""
    place: dict[int, int] = {}
    made: list[dict[str, Any]] = []
    at = 0
    for line in lines:
        if line["dup_of"] is not None:
            if line["dup_of"] not in place:
                continue
            first = made[place[line["dup_of"]]]
            line = {**line, "dup_of": place[line["dup_of"]], "text": first["text"], "truncated": first["truncated"]}  # noqa: PLW2901
        if line["index"] >= 0:
            place[line["index"]] = len(made)
        made.append({**line, "index": len(made), "start": at, "end": at + len(line["text"])})
        at += len(line["text"]) + 1
    return made


def _redate(date: Date) -> None:
    """Recompute the days of a date from its value."""
    date.earliest, date.latest = days(date.value, date)
    if date.value_external is not None:
        date.earliest_external, date.latest_external = days(date.value_external, date)


def copied(corpus: Corpus) -> Corpus:
    """Copy a corpus, so that the original is retained."""
    return copy.deepcopy(corpus)
