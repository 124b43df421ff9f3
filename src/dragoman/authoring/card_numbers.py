"""Numbers in the data set card: generated from the rows and the agreement, never typed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dragoman.problems import error
from dragoman.release.ceilings import ceilings
from dragoman.schema import labels
from dragoman.schema.agreement_file import Agreement, Alpha, Score
from dragoman.schema.layers import LAYER_NAMES
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.release.content import Release

_CEILINGS = """\
Ceilings: the largest number of labels that a tagger can find whose spans do not overlap (flat), or also begin and end
at word boundaries (word-level), and the F1 of finding exactly these. The last two columns are the labels that a
conversion to CoNLL columns keeps, with one row per word or per character; the others are lost by the format.
"""
_OPEN, _CLOSE = "<!-- generated: {} -->\n", "<!-- end of generated: {} -->"


def with_generated(card: str, release: Release, agreement: Agreement | None, *, needed: bool = True) -> str:
    """Update the generated blocks of a card.

    Args:
        card: text with a pair of markers for each block.
        release: the rows to count.
        agreement: what ``agreement.json`` says; None leaves its block empty.
        needed: whether missing markers are an error; otherwise only the blocks that exist are updated.

    Raises:
        DragomanError: E706 if a required marker is missing.

    """
    contents = {"statistics": statistics(release), "agreement": "" if agreement is None else agreed(agreement)}
    for name, content in contents.items():
        before, opened, rest = card.partition(_OPEN.format(name))
        _, closed, after = rest.partition(_CLOSE.format(name))
        if not needed and not opened and not closed:
            continue
        if not opened or not closed:
            what = f"the card has no place for {name!r}."
            raise error(
                "E706", what, f"Put {_OPEN.format(name).strip()} and {_CLOSE.format(name)} into it.", file="card"
            )
        card = f"{before}{opened}\n{content}{closed}{after}"
    return card


def statistics(release: Release) -> str:
    """Tabulate documents and labels by split, in Markdown, for the layers that are annotated."""
    splits, own = list(release.rows["documents"]), release.label_sets
    documents = {split: release.rows["documents"][split] for split in splits}
    spoken = list(dict.fromkeys(document.language for split in splits for document in release.rows["documents"][split]))  # type: ignore[attr-defined]
    counted: list[tuple[str, str, Any, Sequence[str]]] = [
        ("entities", "entities", lambda e: [e.type], labels.values(labels.EntityType, own)),
        ("entities", "entities by form", lambda e: [e.form], labels.values(labels.EntityForm, own)),
        ("dates", "dates", lambda d: [d.type], labels.values(labels.DateType)),
        ("claims", "claims by act", lambda c: [c.act], labels.values(labels.Act, own)),
        ("claims", "claims by modality", lambda c: [c.modality], labels.values(labels.Modality, own)),
    ]
    parts = [
        _counted("documents", splits, documents, lambda d: [d.kind], labels.values(labels.DocumentKind)),
        _counted("documents by language", splits, documents, lambda d: [d.language], spoken),
        *(
            _counted(title, splits, release.rows[layer], of, names)
            for layer, title, of, names in counted
            if layer in release.layers
        ),
        _phenomena(release, splits),
        _ceilings(release, splits),
    ]
    return "\n".join(parts) + "\n"


def _counted(name: str, splits: list[str], rows: Any, key: Callable[[Any], Iterable[str]], order: Sequence[str]) -> str:
    """Tabulate rows by key and split, with a total."""
    counts = {split: Counter(value for row in rows[split] for value in key(row)) for split in splits}
    lines = [[value, *(counts[split][value] for split in splits)] for value in order]
    lines = [line for line in lines if any(line[1:])]
    return _table([name, *splits], [*lines, ["all", *(len(rows[split]) for split in splits)]])


def _phenomena(release: Release, splits: list[str]) -> str:
    rows = {split: [r for layer in LAYER_NAMES for r in release.rows[layer][split]] for split in splits}
    counts = {split: Counter(tag for row in rows[split] for tag in row.phenomena) for split in splits}  # type: ignore[attr-defined]
    lines = [
        [tag, *(counts[split][tag] for split in splits)] for tag in labels.values(labels.Phenomenon, release.label_sets)
    ]
    return _table(["phenomenon", *splits], [line for line in lines if any(line[1:])])


def _ceilings(release: Release, splits: list[str]) -> str:
    """Tabulate upper bounds for taggers, and labels that survive conversion to CoNLL columns, by split and layer."""
    head = ["ceiling", "gold", "flat tagger", "F1", "word-level tagger", "F1", "kept by CoNLL, words", "characters"]
    found = {split: ceilings(release.rows["documents"][split]) for split in splits}  # type: ignore[arg-type]
    lines = [
        [
            f"{layer}, {split}",
            c.gold,
            *(cell for found in (c.flat, c.words) for cell in (found, _number(c.f1(found)))),
            c.conll,
            c.conll_characters,
        ]
        for layer in LAYER_NAMES
        for split in splits
        if (c := found[split][layer]).gold
    ]
    return f"{_table(head, lines)}\n{_CEILINGS}"


def _table(head: list[str], lines: list[list[Any]]) -> str:
    rows = [head, ["---", *("---:" for _ in head[1:])], *lines]
    return "".join("| " + " | ".join(map(str, row)) + " |\n" for row in rows)


def agreed(agreement: Agreement) -> str:
    """Tabulate the agreement of the passes, with and without quoted labels, and of each pass with the gold."""
    passes, unquoted = agreement.passes, agreement.passes_without_quoted
    with_gold, controls = agreement.with_gold_not_independent, agreement.controls_with_gold
    head = ["F1 or accuracy", "a and b", "95 %", "without quoted", *(f"{name} and gold" for name in with_gold)]
    for name, control in controls.items():
        head += [f"{name} and gold ({counted(control.documents, 'document')})", "without reviewed labels"]
    lines = [
        [
            name,
            _main(score),
            _range(score),
            _main(unquoted.scores[name]),
            *(_main(side[name]) for side in with_gold.values()),
            *(
                _main(part.scores[name])
                for control in controls.values()
                for part in (control, control.without_reviewed)
            ),
        ]
        for name, score in passes.scores.items()
    ]
    alphas = [
        [name, _number(value.alpha), _range(value), _number(unquoted.alpha[name].alpha), value.items]
        for name, value in passes.alpha.items()
    ]
    return (
        _table(head, lines)
        + "\n"
        + _table(["Krippendorff's alpha", "a and b", "95 %", "without quoted", "items"], alphas)
        + "\n"
    )


def _main(score: Score | None) -> str:
    return "–" if score is None else _number(score.accuracy if score.f1 is None else score.f1)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(score: Score | Alpha | None) -> str:
    interval = None if score is None else score.interval
    return "–" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"
