"""Hints: probable errors of form behind a low score, such as inclusive ends or labels of another scheme.

Only documents with low scores are examined, in columns: evidence for each error is counted by document
(:func:`evidence`), so that counts of parts add up, and :func:`hints` decides at the end. A hint never changes a score.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dragoman import timex
from dragoman.annotations import NULL
from dragoman.matching.exact import equal_pairs
from dragoman.measures import spans
from dragoman.problems import shown
from dragoman.schema.layers import CONTIGUOUS, by_name
from dragoman.schema.result_file import Advice
from dragoman.text import TextMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Dates, Spans
    from dragoman.measures.pair import Pair

    Ints = NDArray[np.int64]
    Bounds = tuple[Ints, Ints, Ints]

SpansT = TypeVar("SpansT", bound="Spans")
Evidence = Counter[tuple[str, ...]]
"""Counts by layer, kind of error, and further details."""

LOW = 0.5
"""Errors of form are looked for below this F1."""
_HALF, _SOME = 0.5, 0.2
_LEAST = 2
"""Minimum number of labels with the same error: a single one may be chance."""
_MAX_EXAMPLES = 3
_MAX_MAPPED = 8
_AT_A_TIME = 2**20
"""Number of characters of texts that are processed at once."""
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"

_SHIFTS: dict[tuple[int, int], tuple[str, str, str]] = {
    (0, 1): (
        "ends-short",
        "end one character before a gold span that begins where they do",
        "An end is the place after the last character: add 1 to every end.",
    ),
    (-1, -1): (
        "counted-from-one",
        "begin and end one character after a gold span",
        "Places are counted from 0: subtract 1 from every start and end.",
    ),
    (-1, 0): (
        "counted-from-one-inclusive",
        "begin one character after a gold span and end where it ends",
        "Places are counted from 0 and an end is the place after the last character: subtract 1 from every start.",
    ),
    (1, 1): (
        "shifted",
        "begin and end one character before a gold span",
        "The text that was counted in lacks one character at its beginning: add 1 to every start and end.",
    ),
    (0, -1): (
        "ends-long",
        "end one character after a gold span that begins where they do",
        "An end is the place after the last character: subtract 1 from every end.",
    ),
    (1, 0): (
        "starts-early",
        "begin one character before a gold span and end where it ends",
        "Places are counted from 0: add 1 to every start.",
    ),
}
"""Corrections to predicted starts and ends that would match gold, with code, description and hint."""
_UNITS = {
    "utf-8": ("counted-in-bytes", "UTF-8 bytes", "Count code points, as Python does."),
    "utf-16": ("counted-in-utf-16", "UTF-16 units", "Count code points, as Python does, not as JavaScript or Java do."),
    "NFD": ("decomposed-text", "decomposed Unicode (NFD)", "Count in the text as it is given, without normalising it."),
    "NFC": ("composed-text", "composed Unicode (NFC)", "Count in the text as it is given, without normalising it."),
}
"""Other units in which offsets may have been counted, with code, name and hint."""


def evidence(pair: Pair) -> Evidence:
    """Count evidence for errors of form, independently in each document with a low score.

    Args:
        pair: gold and predicted labels of the documents.

    """
    found: Evidence = Counter()
    for layer in CONTIGUOUS:
        scored = pair.gold.has(layer)
        if not scored.any():
            continue
        part = pair.of(scored)
        gold, pred = spans.sides(part, layer)
        low = _low(gold, pred, spans.strict(part, layer).gold, found, layer)
        if low is not None:
            for key, number in (*_places(*low, part.gold.texts), *_types(*low).items()):
                found[(layer, *key)] += number
        if layer == "dates":
            _add_values(gold, pred, found)  # type: ignore[arg-type]
    return found


def added(parts: Iterable[Evidence]) -> Evidence:
    """Add evidence of different documents; ``Counter`` addition would drop negative counts."""
    total: Evidence = Counter()
    for part in parts:
        total.update(part)
    return total


def _low(gold: SpansT, pred: SpansT, hits: Ints, found: Evidence, what: str) -> tuple[SpansT, SpansT] | None:
    """Select the labels of documents with low scores, or None; add the totals of all documents to ``found``.

    Args:
        gold: gold labels.
        pred: predicted labels.
        hits: indices of the gold labels that were found.
        found: receives the totals.
        what: first part of their keys.

    """
    found[what, "gold"] += len(gold)
    found[what, "pred"] += len(pred)
    found[what, "hits"] += len(hits)
    number = 1 + max(int(side.doc.max(initial=-1)) for side in (gold, pred))
    g, p, right = (np.bincount(doc, minlength=number) for doc in (gold.doc, pred.doc, gold.doc[hits]))
    low = (2 * right < LOW * (g + p)) & (g > 0) & (p > 0)
    if not low.any():
        return None
    return gold.take(np.flatnonzero(low[gold.doc])), pred.take(np.flatnonzero(low[pred.doc]))


def _bounds(side: Spans) -> Bounds:
    return side.doc, side.start, side.end


def _hits(gold: Bounds, pred: Bounds) -> int:
    """Count the predicted spans that match gold spans, one to one."""
    return len(equal_pairs(gold, pred)[0])


def _places(gold: Spans, pred: Spans, texts: tuple[str | None, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Count predictions that would be right if offsets were corrected in some way."""
    exact = _hits(_bounds(gold), _bounds(pred))
    yield ("predicted",), len(pred)
    yield ("exact",), exact
    for (start, end), (code, _, _) in _SHIFTS.items():
        yield (code,), _hits(_bounds(gold), (pred.doc, pred.start + start, pred.end + end))
    (gold_bounds, gold_blanks), (pred_bounds, pred_blanks) = _trimmed(gold, texts), _trimmed(pred, texts)
    if gold_blanks or pred_blanks:
        yield ("trimmed",), _hits(gold_bounds, pred_bounds) - exact
        yield ("blank gold",), gold_blanks
        yield ("blank pred",), pred_blanks
    yield from _counted_otherwise(gold, pred, texts)


def _trimmed(side: Spans, texts: tuple[str | None, ...]) -> tuple[Bounds, int]:
    """Bounds without white space at the edges, and the number of spans that had some."""
    start, end, blank = side.start.copy(), side.end.copy(), 0
    for at in _blank_edges(side, texts) if any(texts) else ():
        low, high = int(side.start[at]), int(side.end[at])
        surface = (texts[side.doc[at]] or "")[low:high]
        inner = surface.strip().strip(_INVISIBLE).strip()
        if inner and len(inner) < len(surface):
            start[at] = low + surface.index(inner)
            end[at] = start[at] + len(inner)
            blank += 1
    return (side.doc, start, end), blank


def _blank_edges(side: Spans, texts: tuple[str | None, ...]) -> Iterator[int]:
    """Yield the spans that begin or end with white space, about a million characters of the texts at a time."""
    lengths = np.array([len(text or "") for text in texts], np.int64)
    ends = np.cumsum(lengths)
    blanks = np.array([code for code in range(0x3001) if chr(code).isspace()] + [ord(sign) for sign in _INVISIBLE])
    inside = (side.start >= 0) & (side.start < side.end) & (side.end <= lengths[side.doc])
    low = 0
    while low < len(texts):
        begin = int(ends[low] - lengths[low])
        high = max(low + 1, int(np.searchsorted(ends, begin + _AT_A_TIME, "right")))
        joined = "".join(text or "" for text in texts[low:high])
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        chosen = np.flatnonzero(inside & (side.doc >= low) & (side.doc < high))
        place = ends[side.doc[chosen]] - lengths[side.doc[chosen]] - begin
        edges = (codes[place + side.start[chosen]], codes[place + side.end[chosen] - 1])
        yield from chosen[np.isin(edges[0], blanks) | np.isin(edges[1], blanks)].tolist()
        low = high


def _counted_otherwise(
    gold: Spans, pred: Spans, texts: tuple[str | None, ...]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Count predictions that are gold spans if their offsets are in another unit, such as bytes, where that differs."""
    in_gold, in_pred = _by_document(gold.doc, len(texts)), _by_document(pred.doc, len(texts))
    for doc in np.unique(pred.doc).tolist():
        text = texts[doc]
        if text is None or text.isascii():
            continue
        items = in_pred(doc)
        predicted = set(zip(pred.start[items].tolist(), pred.end[items].tolist(), strict=True))
        starts, ends = gold.start[in_gold(doc)], gold.end[in_gold(doc)]
        exact = len(predicted.intersection(zip(starts.tolist(), ends.tolist(), strict=True)))
        for unit, (code, _, _) in _UNITS.items():
            places = _places_in(text, unit)
            if places is not None:
                moved = zip(places[starts].tolist(), places[ends].tolist(), strict=True)
                yield (code,), len(predicted.intersection(moved)) - exact
                yield (f"of {unit}",), len(items)


def _by_document(docs: Ints, number: int) -> Callable[[int], Ints]:
    """Return a function that finds the items of a document without scanning all others."""
    order = np.argsort(docs, kind="stable")
    ends = np.cumsum(np.bincount(docs, minlength=number))
    return lambda doc: order[ends[doc - 1] if doc else 0 : ends[doc]]


def _places_in(text: str, unit: str) -> Ints | None:
    """Offset of each character, and of the end, in another unit; None if they are the same.

    If several characters form one unit, all have the offset of the first.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if unit == "NFC":
        if unicodedata.is_normalized("NFC", text):
            return None
        _, moved = TextMap.from_normalised(text, partial(unicodedata.normalize, "NFC"))
        places = np.zeros(len(text) + 1, np.int64)
        for block in moved.blocks:  # from the normal form to the text
            same = block.source_length == block.target_length
            inside = np.arange(block.target_length) if same else 0
            places[block.target : block.target + block.target_length] = block.source + inside
            places[block.target + block.target_length :] = block.source + block.source_length
        return places
    if unit == "utf-8":
        widths = 1 + (points > 0x7F) + (points > 0x7FF) + (points > 0xFFFF)
    elif unit == "utf-16":
        widths = 1 + (points > 0xFFFF)
    else:
        letters, which = np.unique(points, return_inverse=True)
        widths = np.array([len(unicodedata.normalize("NFD", chr(letter))) for letter in letters.tolist()])[which]
    return None if int(widths.max()) == 1 else np.concatenate([[0], np.cumsum(widths, dtype=np.int64)])


def _types(gold: Spans, pred: Spans) -> Counter[tuple[str, ...]]:
    """Count the types on both sides, and the pairs of types of equal spans."""
    found: Evidence = Counter()
    for kind, side in (("gold type", gold), ("pred type", pred)):
        codes, numbers = np.unique(side.type.codes, return_counts=True)
        found.update({(kind, _label(side, c)): n for c, n in zip(codes.tolist(), numbers.tolist(), strict=True)})
    g, p = equal_pairs(_bounds(gold), _bounds(pred))
    both = gold.type.codes[g].astype(np.int64) * (len(pred.type.labels) + 1) + pred.type.codes[p]
    _, first, numbers = np.unique(both, return_index=True, return_counts=True)
    for at, number in zip(first.tolist(), numbers.tolist(), strict=True):
        found["types", _label(gold, gold.type.codes[g[at]]), _label(pred, pred.type.codes[p[at]])] += number
    return found


def _label(side: Spans, code: int) -> str:
    return "" if code == NULL else side.type.labels[code]


def _add_values(gold: Dates, pred: Dates, found: Evidence) -> None:
    """Count values outside the TIMEX3 grammar, in documents in which few dates have the gold value."""
    theirs = pred.value.recode(gold.value.labels)
    hits = equal_pairs((*_bounds(gold), gold.value.codes), (*_bounds(pred), theirs))[0]
    low = _low(gold, pred, hits, found, "values")
    if low is None:
        return
    value = low[1].value
    codes, numbers = np.unique(value.codes[value.codes != NULL], return_counts=True)
    for code, number in zip(codes.tolist(), numbers.tolist(), strict=True):
        found["values", "given"] += number
        if not timex.is_valid(value.labels[code]):
            found["values", "wrong", value.labels[code]] += number


def hints(found: Evidence) -> list[Advice]:
    """Decide which errors of form are probable; returns hints with counts, by layer.

    Args:
        found: the sum of the evidence of all parts.

    >>> both = {("entities", "gold"): 5, ("entities", "pred"): 5}
    >>> hints(Counter({**both, ("entities", "predicted"): 5, ("entities", "ends-short"): 5}))[0].code
    'ends-short'

    """
    made: list[Advice] = []
    for layer in CONTIGUOUS:
        of = {key[1:]: number for key, number in found.items() if key[0] == layer}
        if _is_low(of):
            made += _form(layer, {key[0]: number for key, number in of.items() if len(key) == 1})
            made += _labels(layer, of)
    values = {key[1:]: number for key, number in found.items() if key[0] == "values"}
    wrong = sorted(
        ((n, key[1]) for key, n in values.items() if key[0] == "wrong"), key=lambda each: (-each[0], each[1])
    )
    given, number = values.get(("given",), 0), sum(n for n, _ in wrong)
    if _is_low(values) and number >= max(1, _SOME * given):
        some = ", ".join(shown(value) for _, value in wrong[:_MAX_EXAMPLES])
        what = f"{number} of {given} predicted date values are outside the grammar of TIMEX3, as {some}."
        made.append(Advice("date-values", f"{what} They are compared as written; write 2024-06-17, 2024-06, PT2H."))
    return made


def _is_low(of: dict[tuple[str, ...], int]) -> bool:
    """Whether the score over all documents is low enough for hints."""
    gold, pred, hits = (of.get((name,), 0) for name in ("gold", "pred", "hits"))
    return gold > 0 and pred > 0 and 2 * hits < LOW * (gold + pred)


def _form(layer: str, of: dict[str, int]) -> Iterator[Advice]:
    """Yield hints on offsets."""
    number, exact = of.get("predicted", 0), of.get("exact", 0)
    if exact >= LOW * number:
        return
    best = max(_SHIFTS.values(), key=lambda shift: of.get(shift[0], 0))
    shifted = of.get(best[0], 0) if of.get(best[0], 0) >= max(_LEAST, _HALF * number, exact + 1) else 0
    # What would make more spans equal: an end that is one too far is often a blank, but not only.
    if of.get("trimmed", 0) >= max(_LEAST, _SOME * number, shifted - exact):
        sides = [(of.get("blank gold", 0), "gold"), (of.get("blank pred", 0), "predicted")]
        which = " and ".join(f"{n} {side} {layer}" for n, side in sides if n)
        what = f"{which} have blanks at their edges; without them {of['trimmed']} more spans would be equal."
        yield Advice("blanks-at-edges", f"{what} Cut the blanks off.")
        return
    if shifted:
        yield Advice(best[0], f"{shifted} of {number} predicted {layer} {best[1]}. {best[2]}")
        return
    for unit, (code, name, hint) in _UNITS.items():
        total = of.get(f"of {unit}", 0)
        if of.get(code, 0) >= max(_LEAST, _HALF * total):
            what = f"{of[code]} of {total} predicted {layer} are gold spans if their places count {name}."
            yield Advice(code, f"{what} {hint}")
            return


def _labels(layer: str, of: dict[tuple[str, ...], int]) -> Iterator[Advice]:
    """Yield hints on types."""
    gold, pred = ({key[1]: n for key, n in of.items() if key[0] == kind} for kind in ("gold type", "pred type"))
    strange = [label for label in sorted(pred, key=lambda label: (-pred[label], label)) if label not in gold]
    if sum(pred[label] for label in strange) < max(_LEAST, _HALF * sum(pred.values())):
        return
    if "" in strange or set(gold) == {""}:
        side, other = ("gold has", "predictions have") if "" in strange else ("predictions have", "gold has")
        what = f"{side} types of {layer} and {other} none."
        yield Advice("types-on-one-side", f"{what.capitalize()} {layer}.exact scores spans whatever the type.")
        return
    pairs = {key[1:]: n for key, n in of.items() if key[0] == "types"}
    meant = {label: _meant(label, list(gold), pairs) for label in strange[:_MAX_MAPPED]}
    decomposed = [p for p, g in meant.items() if g and _nfc(p) == _nfc(g)]
    names = [", ".join(map(shown, side[:_MAX_MAPPED])) for side in (strange, sorted(gold))]
    what = f"no gold {by_name(layer).singular} has the type {names[0]}; gold has {names[1]}."
    if decomposed:
        what = f"{what} The names differ in Unicode alone: one side is decomposed (NFD)."
    mapped = " ".join(f"--map {_quoted(f'{p}={g}')}" for p, g in meant.items() if g)
    hint = f" If they mean the same: {mapped}" if mapped else " To rename types: --map THEIRS=GOLD."
    yield Advice("decomposed-labels" if decomposed else "other-label-set", what[0].upper() + what[1:] + hint)


def _meant(label: str, gold: list[str], pairs: dict[tuple[str, ...], int]) -> str | None:
    """Return the gold type that a predicted one means: that of most equal spans, or one with a similar name."""
    shared = [(n, g) for (g, p), n in pairs.items() if p == label and g]
    if shared:
        return max(shared)[1]
    mine = _nfc(label).casefold()
    related = [
        g for g in sorted(gold) if g and (mine.startswith(_nfc(g).casefold()) or _nfc(g).casefold().startswith(mine))
    ]
    return related[0] if related else None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _quoted(text: str) -> str:
    """Quote a word for a shell if necessary."""
    import shlex  # noqa: PLC0415 - only needed for hints

    return shlex.quote(text)
