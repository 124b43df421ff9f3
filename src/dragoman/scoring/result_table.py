"""Presentation of a result: headline, all measures, slices, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dragoman.measures.catalogue import HEADLINE, headline_of
from dragoman.measures.naming import measure
from dragoman.schema.layers import LAYER_NAMES, by_name
from dragoman.schema.measure_names import layer_of, within_layer
from dragoman.schema.result_file import Result
from dragoman.scoring import repeats
from dragoman.tables import Table, as_csv, interval, number, wrapped
from dragoman.text import counted, visible

FACETS = ("type", "language", "kind", "document", "phenomenon", "page", "form", "nesting")
"""Facets by which slices are shown."""
RECALL_ONLY = frozenset({"phenomenon", "form", "nesting"})
"""Facets of gold labels that predictions do not have, so that only recall is defined."""
MIN_LABELS, MIN_DOCUMENTS = 20, 6
"""A score of fewer gold labels, or fewer documents with gold labels, is marked as small."""

_SCORES = ("score", "95 %", "prec.", "recall", "macro", "docs", "gold", "pred")
_PARTS = ("score", "95 %", "prec.", "recall", "docs", "gold", "pred")
_RECALLS = ("recall", "docs", "gold")
_LEFT_OUT_FIRST = ("macro", "docs", "pred", "gold", "prec.", "recall", "95 %")
_LEFT_OUT_OF_PARTS = ("prec.", "recall", "95 %", "pred", "docs")
"""The number of gold labels of a slice is always shown."""
_SMALL = "*"
_OTHER_SIZES = {
    "accuracy": "for an accuracy those that it judges (under gold), and docs are the documents with one of them",
    "muc": "for muc links, and docs are the documents with one",
    "ceaf_e": "for ceaf_e clusters",
}
"""What the columns gold and pred count where it is not labels, by score or measure."""


def main_measures(names: Iterable[str]) -> list[str]:
    """Choose the main measure of each layer: the headline measure, or else the first one.

    Up to three measures are all main measures.

    >>> main_measures(["entities.strict", "entities.exact", "dates.strict", "dates.value"])
    ['entities.strict', 'dates.value']

    """
    listed = list(names)
    if len(listed) <= len(LAYER_NAMES):
        return listed
    first = {layer_of(name): name for name in (*reversed(listed), *HEADLINE) if name in listed}
    return [name for name in listed if name in first.values()]


def table(result: Result, by: Iterable[str] | str = ()) -> Table:
    """Make one table of the scores, followed by slices under their full names."""
    rows = [row for name, scores in _computed(result) if (row := _row(name, scores, _totals(result, name)))]
    for facet in _several(by):
        for name in main_measures(result.counts):
            rows += [_row(key, scores, scores) for key, _, scores in _sliced(result, name, facet)]
    return _laid(("measure", *_SCORES), rows, "", _LEFT_OUT_FIRST)


def _laid(columns: tuple[str, ...], rows: list[tuple[str, ...]], title: str, optional: tuple[str, ...]) -> Table:
    """Make a table without empty columns, such as intervals that were not computed."""
    full = [at for at in range(len(columns)) if not at or any(row[at] for row in rows)]
    kept = tuple(columns[at] for at in full)
    left_out = tuple(name for name in optional if name in kept)
    return Table(kept, [tuple(row[at] for at in full) for row in rows], title, optional=left_out)


def tables(result: Result, by: Iterable[str] | str = ()) -> Iterator[Table]:
    """Yield separate tables: all measures, then each main measure by each facet."""
    yield table(result)
    for facet in _several(by):
        columns = _RECALLS if facet in RECALL_ONLY else _PARTS
        what = "recall of " if facet in RECALL_ONLY else ""
        for name in main_measures(result.counts):
            rows = []
            for _, value, scores in _sliced(result, name, facet):
                cells = dict(zip(_SCORES, _row(name, scores, scores)[1:], strict=True))
                rows.append((value, *(cells[column] for column in columns), _SMALL if is_small(scores) else ""))
            if rows:
                optional = tuple(column for column in _LEFT_OUT_OF_PARTS if column != columns[0])
                yield _laid((facet, *columns, ""), rows, f"{what}{name} by {facet}", optional)


def _several(by: Iterable[str] | str) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else tuple(by)


def _computed(result: Result) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the measures that were computed and are defined, with their scores."""
    for layer, measures in result.scores.items():
        for short, scores in measures.items() if layer != "headline" else ():
            name = f"{layer}.{short}"
            if scores is not None and scores.get(_leaf(name)) is not None:
                yield name, scores


def _leaf(name: str) -> str:
    return measure(name).score.headline


def _totals(result: Result, name: str) -> dict[str, int]:
    """Sum the counts of a measure; of a cluster measure with the numbers of what it counts on either side."""
    counts = result.counts[name]
    totals = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True))
    for size, column in (("gold", "recall_total"), ("predicted", "precision_total")):
        if column in totals:
            totals[size] = round(totals[column] / counts.full)
    return totals


def _sliced(result: Result, name: str, facet: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the slices of a measure by a facet: key, value, scores."""
    start = f"{name}[{facet}="
    for key, scores in result.slices.items():
        if key.startswith(start):
            yield key, key[len(start) : -1], scores


def is_small(scores: dict[str, Any]) -> bool:
    """Whether the score of a slice is based on too few labels or documents to be reliable."""
    labels, documents = scores.get("gold", scores.get("matched")), scores.get("documents")
    few_labels = labels is not None and labels < MIN_LABELS
    return few_labels or (documents is not None and documents < MIN_DOCUMENTS)


def _row(name: str, scores: dict[str, Any], totals: dict[str, int]) -> tuple[str, ...]:
    """Make the cells of a measure, or of a slice of it."""
    leaf = _leaf(name.partition("[")[0])
    macro = scores.get("macro") or {}
    documents = macro.get("documents", scores.get("documents"))
    sizes = (totals.get("gold", totals.get("matched", "")), totals.get("predicted", ""))
    return (
        name,
        number(scores[leaf]) if leaf in scores else "",
        interval(scores.get("interval")),
        *(number(scores[part]) if part in scores else "" for part in ("precision", "recall")),
        number(macro[leaf]) if leaf in macro else "",
        "" if documents is None else str(documents),
        *map(str, sizes),
    )


def _head(result: Result) -> str:
    split = f", split {result.data.split}" if result.data.split else ""
    version = f" {result.data.version}" if result.data.version else ""
    return f"{result.system.name} on {result.data.name}{version}{split}"


def headline(result: Result) -> str | None:
    """Describe the headline, with its interval or the reason why there is none; None for gold without splits."""
    if result.data.split is None:
        return None
    held = result.headline
    score = result.scores.get("headline")
    if score is None:
        why = f", since {held.reason}" if held is not None and held.reason else ""
        return f"headline: none{why}. It is {headline_in_words(result)}."
    ends = f" ({interval(held.interval)} in 95 % of resamples)" if held is not None and held.interval else ""
    return f"headline: {number(score)}{ends}, {headline_in_words(result)}"


def headline_in_words(result: Result) -> str:
    """Describe what the headline of a result is the mean of, and which layers its data do not have."""
    names = headline_of(result.coverage.annotated) or HEADLINE
    lacking = [layer_of(name) for name in HEADLINE if name not in names]
    without = f" ({result.data.name} {result.data.split} has no gold for {_listed(lacking)})" if lacking else ""
    return f"{'the mean F1' if len(names) > 1 else 'the F1'} of {_listed(names)}{without}"


def _listed(names: Iterable[str]) -> str:
    """Join names as in a sentence."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def summary(result: Result) -> str | None:
    """Summarise the result in words: how much of gold was found, and how many predictions are not in gold."""
    said = []
    for name in main_measures(result.counts):
        totals, full = _totals(result, name), result.counts[name].full
        if "credit" in totals and full == 1:
            found, layer = totals["credit"], layer_of(name)
            kind = layer if totals["gold"] != 1 or layer not in LAYER_NAMES else by_name(layer).singular
            share = f"{found} of {totals['gold']} gold {kind} found" if totals["gold"] else f"no gold {kind}"
            wrong = totals["predicted"] - found
            said.append(f"{share}, {wrong} of {totals['predicted']} predicted not in gold ({name})")
    return f"In short: {'; '.join(said)}." if said else None


def _notes(result: Result, by: Iterable[str], shown: Iterable[Table]) -> Iterator[str]:
    """Yield lines below the tables: legend, what is missing and why, hints, and a summary."""
    yield from _legend(result, shown)
    for facet in _several(by):
        if not any(f"[{facet}=" in key for key in result.slices):
            yield f"by {facet}: the gold does not say it"
    yield from _left_out(result)
    yield from coverage_notes(result.coverage)
    for side, form in sorted(result.coverage.read_as.items()):
        yield f"{'gold' if side == 'gold' else 'predictions'} read as {form}"
    yield from result.coverage.conversion
    if result.coverage.quotes:
        found = ", ".join(f"{n} {way}" for way, n in result.coverage.quotes.items())
        yield f"spans given as quotes ({result.quotes}): {found}"
    if result.coverage.unknown_fields:
        passed = ", ".join(f"{n} {visible(name)}" for name, n in result.coverage.unknown_fields.items())
        yield f"unknown fields passed over: {passed}"
    if result.coverage.wikidata_addresses:
        ids = counted(result.coverage.wikidata_addresses, "id is an address", "ids are addresses")
        yield f"{ids} of Wikidata: each means the item in it, as Q42"
    yield from repeats.notes(result)
    for hint in result.hints:
        yield f"hint: {hint.text}"
    closing = summary(result)
    if closing:
        yield closing


def _legend(result: Result, shown: Iterable[Table]) -> Iterator[str]:
    """Yield explanations of the columns."""
    leaves: dict[str, list[str]] = {}
    for name, _ in _computed(result):
        leaves.setdefault(_leaf(name), []).append(name)
    short = {leaf: [within_layer(name) for name in names] for leaf, names in leaves.items()}
    others = "; ".join(f"{leaf} for {_listed(names)}" for leaf, names in leaves.items() if leaf != "f1")
    if others:
        yield f"score: F1; {others}"
    if leaves:
        yield "macro: mean over the documents with at least one gold label of the layer; docs: how many these are"
    kinds = {kind for leaf, names in short.items() for kind in (leaf, *names)}
    other = [size for kind, size in _OTHER_SIZES.items() if kind in kinds]
    if other:
        yield f"gold, pred: labels; {'; '.join(other)}"
    if any(row[-1] == _SMALL for each in shown if each.title for row in each.rows):
        yield f"{_SMALL} small: fewer than {MIN_LABELS} gold labels or {MIN_DOCUMENTS} documents with one"


def _left_out(result: Result) -> Iterator[str]:
    """Yield the measures without a score, and the layers that were not attempted."""
    attempted, taken = result.coverage.attempted, {name for name, _ in _computed(result)}
    names = [
        f"{layer}.{short}" for layer, measures in result.scores.items() if layer != "headline" for short in measures
    ]
    undefined = [name for name in names if name not in taken and attempted.get(layer_of(name), True)]
    if undefined:
        yield f"not taken, since one side or both have nothing for them: {', '.join(undefined)}"
    there = result.coverage.annotated
    skipped = [layer for layer in result.scores if not attempted.get(layer, True) and there.get(layer, True)]
    if skipped:
        yield f"not attempted: {', '.join(skipped)}"


def coverage_notes(coverage: Any) -> Iterator[str]:
    """Yield notes on documents and layers that the predictions lack."""
    if coverage.missing:
        few = coverage.missing_documents[:3]
        some = ", ".join(few) + (" …" if coverage.missing > len(few) else "")
        yield f"{coverage.missing} of {counted(coverage.documents, 'document')} left out: they score as empty ({some})"
    for layer, lacking in coverage.lacking.items():
        if lacking and coverage.attempted.get(layer):
            have, of = coverage.answered.get(layer, 0), coverage.annotated.get(layer, 0)
            lines = counted(lacking, "document has", "documents have")
            given = f"{layer} given in {have} of {counted(of, 'document')}"
            yield f"{given}: {lines} a line without them, which counts as empty"


def text(result: Result, by: Iterable[str], width: int, *, terminal: bool = False) -> str:
    """Format the output of ``dragoman score``, in lines of at most ``width`` characters."""
    shown = list(tables(result, by))
    said = headline(result)
    head = wrapped(_head(result), width) + ("" if said is None else wrapped(said, width))
    laid = "\n".join(each.text(width, terminal=terminal) for each in shown)
    notes = "".join(wrapped(note, width) for note in _notes(result, by, shown))
    return f"{head}\n{laid}\n{notes}{visible(result.signature)}\n"


def html(result: Result, by: Iterable[str]) -> str:
    """Format the same as HTML, for a notebook."""
    shown = list(tables(result, by))
    said = headline(result)
    below = [*([said] if said else []), *_notes(result, by, shown), result.signature]
    notes = Table(("",), [(note,) for note in below])
    return f"<b>{Table((_head(result),)).html()}</b>{''.join(each.html() for each in shown)}{notes.html()}"


def csv(result: Result) -> bytes:
    """Write all scores and slices as CSV, one row each; undefined numbers are empty."""
    head = ("measure", "by", "value", "leaf", "score", "low", "high", "precision", "recall", "macro")
    sizes = ("gold", "predicted", "matched", "documents")
    rows: list[tuple[str | float | None, ...]] = [(*head, *sizes, "small")]
    if result.scores.get("headline") is not None:
        ends = (result.headline and result.headline.interval) or (None, None)
        empty = [None] * (len(head) - 7 + len(sizes))
        rows.append(("headline", "", "", "", result.scores["headline"], *ends, *empty, ""))
    for name, scores in _computed(result):
        rows.append(_csv_row(name, "", "", scores, _totals(result, name), sizes))
    for key, scores in result.slices.items():
        name, _, part = key.partition("[")
        facet, _, value = part[:-1].partition("=")
        rows.append(_csv_row(name, facet, value, scores, scores, sizes))
    return as_csv(rows)


def _csv_row(
    name: str, facet: str, value: str, scores: dict[str, Any], totals: dict[str, int], sizes: tuple[str, ...]
) -> tuple[str | float | None, ...]:
    leaf, macro = _leaf(name) if _leaf(name) in scores else "recall", scores.get("macro") or {}
    low, high = scores.get("interval") or (None, None)
    documents = macro.get("documents", scores.get("documents"))
    numbers = {**{size: totals.get(size) for size in sizes}, "documents": documents}
    small = "small" if facet and is_small(scores) else ""
    parts = (scores.get("precision"), scores.get("recall"), macro.get(leaf))
    return (name, facet, value, leaf, scores.get(leaf), low, high, *parts, *numbers.values(), small)
