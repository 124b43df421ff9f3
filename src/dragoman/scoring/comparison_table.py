"""Presentation of a comparison: for each measure the standings, all pairs, and an interpretation in words."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import TYPE_CHECKING

from dragoman.statistics.places import BOOTSTRAP, PERMUTATION
from dragoman.statistics.power import MIN_DOCUMENTS
from dragoman.tables import Table, interval, number, wrapped
from dragoman.text import counted, visible

if TYPE_CHECKING:
    from dragoman.schema.result_file import Comparison, Contrast, Standing

MAX_PAIRS = 6
"""Maximum number of pairs that are each described in words."""


def standings(compared: Comparison, name: str) -> Table:
    """Make the table of standings by a measure, with the spread over repeats if there are any."""
    stood = compared.standings[name]
    repeated = any(standing.repeats > 1 for standing in stood)
    return Table(
        ("system", "score", "95 %", *(("repeats", "from–to") if repeated else ()), "place", "range"),
        [
            (
                standing.system,
                number(standing.score),
                interval(standing.interval),
                *((str(standing.repeats), _spread(standing)) if repeated else ()),
                str(standing.rank or "–"),
                "–".join(map(str, dict.fromkeys(standing.range or ()))),
            )
            for standing in sorted(stood, key=lambda s: (s.rank or len(stood) + 1, -(s.score or 0.0), s.system))
        ],
        f"{name}, {counted(stood[0].documents, 'document')} annotated",
    )


def _spread(standing: Standing) -> str:
    return "" if standing.spread is None else interval([standing.spread.low, standing.spread.high])


def contrasts(compared: Comparison, name: str) -> Table:
    """Make the table of all pairs of systems by a measure."""
    return Table(
        ("pair", "difference", "95 %", "p", "p Holm", "detectable"),
        [
            (
                f"{c.first} – {c.second}",
                number(c.difference),
                "" if c.interval is None else " to ".join(number(end) for end in c.interval),
                *(number(value, 4) for value in (c.p_permutation, c.p_holm)),
                _detectable(c.detectable),
            )
            for c in compared.contrasts[name]
        ],
    )


def _detectable(difference: float | None) -> str:
    """Format a detectable difference; scores are at most 1 apart, so that above 1 no difference can be detected."""
    return ">1" if difference is not None and difference > 1 else number(difference)


def words(compared: Comparison, name: str) -> Iterator[str]:
    """Yield sentences that interpret the tests of a measure."""
    stood = compared.standings[name]
    documents = stood[0].documents
    if any(standing.repeats > 1 for standing in stood):
        yield (
            "Of several repeats the score is the mean; from–to are the least and the greatest of them, intervals are "
            "over documents and repeats."
        )
    if documents < MIN_DOCUMENTS:
        yield f"{counted(documents, 'document')} with gold, fewer than {MIN_DOCUMENTS}: no places, ranges or p."
        return
    without = [s.system for s in stood if s.rank is None and s.system not in compared.not_independent]
    if without:
        yield f"No place, as nothing is right or the score is not defined: {', '.join(without)}."
    pairs = [contrast for contrast in compared.contrasts[name] if contrast.p_holm is not None]
    if len(pairs) <= MAX_PAIRS:
        for contrast in pairs:
            yield verdict(contrast)
        return
    best = [standing.system for standing in stood if standing.best]
    yield f"Not significantly worse than the best: {', '.join(best)}."


def verdict(contrast: Contrast) -> str:
    """Describe which system of a pair is better and by how much at least, or which test finds no difference."""
    first, second = contrast.first, contrast.second
    single = f" More than half of the difference depends on {contrast.document}." if contrast.document else ""
    if contrast.better is not None and contrast.interval is not None:
        ends = sorted(map(abs, contrast.interval))
        if contrast.better == "second":
            first, second = second, first
        return f"{first} is better than {second}, by at least {ends[0]:.3f}.{single}"
    undecided = f"No significant difference between {first} and {second}"
    if contrast.failed == [PERMUTATION]:
        return f"{undecided}: the bootstrap finds a difference, the permutation test does not.{single}"
    if contrast.failed == [BOOTSTRAP]:
        return f"{undecided}: the permutation test finds a difference, the bootstrap does not.{single}"
    return f"{undecided}.{single}"


def notes(compared: Comparison) -> Iterator[str]:
    """Yield notes on the whole comparison: measures that are left out, the columns, and the families of tests."""
    if compared.not_independent:
        yield f"No place, as not independent of the gold: {', '.join(compared.not_independent)}."
    for name, systems in compared.left_out.items():
        yield f"{name} is not compared: no counts of {', '.join(systems)}."
    tested = {
        name: sum(contrast.p_holm is not None for contrast in contrasts)
        for name, contrasts in compared.contrasts.items()
    }
    if not any(tested.values()):
        return
    families = ", ".join(f"{counted(number, 'pair')} by {name}" for name, number in tested.items() if number)
    yield (
        "place: by score; range: the places that the tests leave open; 95 %: bootstrap intervals over documents. "
        "p: paired permutation test; p Holm: the same, corrected for all tested pairs of a measure "
        f"({families}); better: p Holm below {compared.level:g}, and an interval of the difference without 0. "
        "detectable: the difference that the test finds with 80 % power, before correction."
    )


def text(compared: Comparison, width: int, *, terminal: bool = False) -> str:
    """Format the output of ``dragoman compare``, in lines of at most ``width`` characters."""
    parts = []
    for name in compared.standings:
        tables = (standings(compared, name), contrasts(compared, name))
        parts += [table.text(width, terminal=terminal) for table in tables]
        parts += [fill(visible(sentence), width) + "\n" for sentence in words(compared, name)]
    parts += [wrapped(note, width) for note in notes(compared)]
    return "".join(parts)


def html(compared: Comparison) -> str:
    """Format the same as HTML, for a notebook."""
    parts = []
    for name in compared.standings:
        said = Table(("",), [(sentence,) for sentence in words(compared, name)])
        parts += [standings(compared, name).html(), contrasts(compared, name).html(), said.html()]
    parts.append(Table(("",), [(note,) for note in notes(compared)]).html())
    return "".join(parts)
