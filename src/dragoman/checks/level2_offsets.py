"""Level 2, offsets: every span matches its text, every quote is found, and pages and passes are unchanged."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from dragoman import files, utf8
from dragoman.problems import DragomanError, shown
from dragoman.release.passes import resolve
from dragoman.release.source_table import corpus_file
from dragoman.schema.layers import CONTIGUOUS
from dragoman.text import check_span

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.checks.findings import Findings, Report
    from dragoman.checks.level1_schema import Material, Pass
    from dragoman.schema.records import CuratedPage, Date, Document, Entity, Fragment, Labels

_SPAN_CODES = frozenset({"E401", "E402", "E403", "E404", "E405"})


def check(material: Material, findings: Findings) -> None:
    """Check pages, gold and passes; quotes of passes are resolved to offsets here."""
    for path, page in material.pages.items():
        report = findings.reporter(2, path)
        _page(page, _page_text(material, page.page, report), report)
    documents = material.documents
    for path, gold in material.gold.items():
        if path.stem in documents and path not in findings.broken:
            _labels(gold, documents[path.stem], findings.reporter(2, path))
    for one in material.passes:
        _record(one, findings)
        for path, written in one.written.items():
            if written.document in documents:
                made, problems = resolve(written, documents[written.document], findings.name(path))
                for problem in problems:
                    if problem.code in _SPAN_CODES:
                        findings.add(2, path, problem)
                one.resolved[path] = made


def _page_text(material: Material, page: str, report: Report) -> str | None:
    """Return the text of a page as scraped, or None if it is missing; a changed page is reported."""
    source = next((s for s in material.table.pages if s.id == page), None) if material.table else None
    if source is None:
        return None
    try:
        data = files.read_bytes(corpus_file(material.root, "pages", source.file))
        utf8.check_text(data)
    except DragomanError as cause:
        for problem in cause.problems:
            report(problem.code, "page", problem.what, problem.hint)
        return None
    if len(data) != source.bytes or files.sha256(data) != source.sha256:
        report("E704", "page", f"page {page} is not the one that was entered in sources.toml.", "Put it back.")
        return None
    return data.decode()


def _page(page: CuratedPage, text: str | None, report: Report) -> None:
    documents = {document.id: document for document in page.documents}
    parts: dict[str, list[str]] = {name: [] for name in documents}
    end = 0
    for index, segment in enumerate(page.segments):
        path = f"segments[{index}]"
        if text is not None and text[segment.start : segment.end] != segment.text:
            report("E403", path, f"{shown(segment.text)} is not the text of the page there.", "Curate it again.")
        if text is not None and any(map(str.isalnum, text[end : segment.start])):
            report("E401", path, f"a line before {shown(segment.text)} is in no segment.", "Curate it again.")
        end = segment.end
        if segment.document_start is not None and segment.document in documents:
            document = documents[segment.document]
            slice_ = document.text[segment.document_start : segment.document_start + len(segment.text)]
            if slice_ != segment.text:
                report("E403", f"{path}.document_start", f"{document.id} does not show the segment there.")
            parts[document.id].append(segment.text)
    if text is not None and any(map(str.isalnum, text[end:])):
        report("E401", "segments", "the last lines of the page are in no segment.", "Curate it again.")
    for document in page.documents:
        if "\n".join(parts[document.id]) != document.text:
            what = f"the text of {document.id} is not its segments, joined by line feeds."
            report("E403", f"documents[{document.id}].text", what, "Curate it again; a text is never changed by hand.")


def _labels(gold: Labels, document: Document, report: Report) -> None:
    for layer in CONTIGUOUS:
        for label in getattr(gold, layer):
            _span(label, f"{layer}[{label.id}]", document, report)
    for claim in gold.claims:
        for name, fragments in (("content", claim.content), ("cue", claim.cue)):
            for index, fragment in enumerate(fragments):
                _span(fragment, f"claims[{claim.id}].{name}[{index}]", document, report)
            for first, second in pairwise(fragments):
                if second.start < first.end:
                    what = "fragments overlap, or are not in the order of the text."
                    report("E407", f"claims[{claim.id}].{name}", what, "Put them in order.")


def _span(span: Entity | Date | Fragment, path: str, document: Document, report: Report) -> None:
    fault = check_span(document.text, span.start, span.end, span.text)
    if fault is not None:
        report(fault.code, path, fault.what, fault.hint)
    elif _blank(span.text[0]) or _blank(span.text[-1]):
        report("E403", path, f"{shown(span.text)} begins or ends with white space.", "Trim the span.")
    elif "\n" in span.text:
        report("E402", path, f"{shown(span.text)} runs over the end of a line.", "A span is within one line.")


def _blank(char: str) -> bool:
    """Tell whether a character is white space or invisible."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}


def _record(one: Pass, findings: Findings) -> None:
    """Compare the files of a pass with the hashes in its record: a raw pass is never changed."""
    if one.record is None:
        return
    report = findings.reporter(2, one.folder / "record.json")
    hint = "Put the pass back as it was made: what is wrong in it is decided in adjudication."
    present = {path.name: path for path in _files(one.folder)}
    for name, declared in sorted(one.record.items()):
        if name not in present:
            report("E712", f"files[{name}]", f"{shown(name)} is not there.", hint)
        elif files.sha256(present[name].read_bytes()) != declared:
            report("E712", f"files[{name}]", f"{shown(name)} is not what it was when it was made.", hint)
    for name in sorted(present.keys() - one.record.keys()):
        report("E712", f"files[{name}]", f"{shown(name)} is not on record.", hint)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and path.name[0] != "." and path.name != "record.json"]
