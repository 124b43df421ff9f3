"""Results and comparisons as objects: looked up by name, shown as tables, stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.measures.catalogue import HEADLINE_SPLIT
from dragoman.measures.naming import Name, measure, parse
from dragoman.problems import error
from dragoman.schema import result_file as records
from dragoman.tables import Table, interval, number
from dragoman.text import visible

WIDTH = 100
"""Columns of what a notebook or an interpreter prints."""


class _Shown:
    """What results and comparisons have in common: they print, and are plain values and files."""

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Write what the terminal shows, in lines of at most so many characters."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, as in the JSON that the command prints with ``--json``."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def save(self, path: Path | str) -> None:
        """Write it as JSON.

        Raises:
            DragomanError: E108 when the file cannot be written.

        """
        files.write(path, files.table_json(self))


class Result(_Shown, records.Result, dict=True):
    """Scores of a system, with the counts that they follow from.

    >>> result["entities.strict.f1"]
    0.75
    >>> result["entities.strict.f1[language=ar]"], result["headline"]
    >>> result.table(by=["language"])

    Printing it gives what ``dragoman score`` prints.
    """

    @property
    def by(self) -> tuple[str, ...]:
        """What :meth:`table` slices by where nothing else is asked for."""
        given: tuple[str, ...] = self.__dict__.get("by_facets", ())
        return given

    @by.setter
    def by(self, facets: Iterable[str]) -> None:
        self.__dict__["by_facets"] = tuple(facets)

    def __getitem__(self, name: str) -> Any:
        """Look a score up by its name.

        Args:
            name: ``headline``, a layer, or a measure with or without a score and a slice, as in
                ``entities.strict.f1[language=ar]``.

        Returns:
            A number in [0, 1], or None where it is not defined or the layer was not attempted; without a score's name
            all scores of the measure.

        Raises:
            DragomanError: E708 for a name that is none, or that this result does not have.

        """
        if name in self.scores:
            return self.scores[name]
        asked = parse(name)
        scores = self._scores(asked)
        if asked.leaf is None or scores is None:
            return scores
        if asked.leaf not in scores:
            raise error(
                "E708", f"there is no {asked.leaf} of {asked.measure} in this slice.", f"It has {', '.join(scores)}."
            )
        return scores[asked.leaf]

    def _scores(self, asked: Name) -> dict[str, Any] | None:
        layer, _, short = asked.measure.partition(".")
        if asked.facet is not None:
            key = f"{asked.measure}[{asked.facet}={asked.value}]"
            if key not in self.slices:
                others = [name for name in self.slices if name.startswith(f"{asked.measure}[")]
                hint = f"Slices: {', '.join(others[:20])}." if others else "This measure has no slices here."
                raise error("E708", f"there is no slice {key[:120]!r} in this result.", hint)
            sliced: dict[str, Any] = self.slices[key]
            return sliced
        measures = self.scores.get(layer) or {}
        if short not in measures:
            raise error("E708", f"{asked.measure} was not computed.", "Score again with this measure.")
        scores: dict[str, Any] | None = measures[short]
        return scores

    def __iter__(self) -> Iterator[str]:
        """Names of the measures that were computed."""
        for layer, measures in self.scores.items():
            if layer != "headline":
                yield from (f"{layer}.{name}" for name in measures)

    def table(self, by: Iterable[str] | None = None) -> Table:
        """Show the scores, and the slices of some facets below them.

        Args:
            by: ``language``, ``kind``, ``page``, ``type``, ``form``, ``nesting``, ``phenomenon``; what the result was
                scored with if None.

        """
        columns = ("measure", "precision", "recall", "score", "95 %", "macro", "gold", "predicted")
        rows = list(self._rows())
        facets = self.by if by is None else tuple([by] if isinstance(by, str) else by)
        for facet in facets:
            rows += [
                _row(key, scores, measure(key.partition("[")[0]).score.headline, {})
                for key, scores in self.slices.items()
                if f"[{facet}=" in key
            ]
        return Table(columns, rows, first_width=22)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for name in self:
            scores = self.scores[name.partition(".")[0]][name.partition(".")[2]]
            if scores is None:
                if self.coverage.attempted.get(name.partition(".")[0]):
                    yield (name, *["–"] * 7)
                continue
            counts, leaf = self.counts[name], measure(name).score.headline
            totals = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True))
            yield _row(name if leaf == "f1" else f"{name}.{leaf}", scores, leaf, totals)

    def _head(self) -> str:
        split = f", split {self.data.split}" if self.data.split else ""
        version = f" {self.data.version}" if self.data.version else ""
        return f"{self.system.name} on {self.data.name}{version}{split}"

    def _notes(self) -> Iterator[str]:
        """Lines below the table."""
        if self.data.split == HEADLINE_SPLIT:
            yield f"headline {number(self.scores['headline'])}"
        coverage = self.coverage
        if coverage.missing:
            yield f"{coverage.missing} of {coverage.documents} documents left out: they score as empty"
        for side, form in sorted(coverage.read_as.items()):
            yield f"{'gold' if side == 'gold' else 'predictions'} read as {form}"
        yield from coverage.conversion
        if coverage.quotes:
            yield f"spans given as quotes: {', '.join(f'{n} {way}' for way, n in coverage.quotes.items())}"
        skipped = [layer for layer, attempted in coverage.attempted.items() if not attempted]
        if skipped:
            yield f"not attempted: {', '.join(skipped)}"
        yield self.signature

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Write what ``dragoman score`` prints, in lines of at most so many characters."""
        notes = "".join(f"{visible(note)}\n" for note in self._notes())
        return f"{visible(self._head())}\n{self.table().text(width, terminal=terminal)}{notes}"

    def _repr_html_(self) -> str:
        notes = Table(("",), [(note,) for note in self._notes()])
        return f"<b>{Table((self._head(),)).html()}</b>{self.table().html()}{notes.html()}"


def read(path: Path | str) -> Result:
    """Read a result that was saved.

    Raises:
        DragomanError: E101 and E201 to E206 for a file that is none.

    """
    return files.read_json(path, Result)


def _row(name: str, scores: dict[str, Any], leaf: str, totals: dict[str, int]) -> tuple[str, ...]:
    macro = scores.get("macro") or {}
    return (
        name,
        *(number(scores.get(part)) if part in scores else "" for part in ("precision", "recall")),
        number(scores[leaf]) if leaf in scores else "",
        interval(scores.get("interval")),
        number(macro[leaf]) if leaf in macro else "",
        *(str(totals.get(column, scores.get(column, ""))) for column in ("gold", "predicted")),
    )


class Comparison(_Shown, records.Comparison, dict=True):
    """Systems compared on the same documents; printing it gives what ``dragoman compare`` prints."""

    def __iter__(self) -> Iterator[str]:
        """Names of the measures that were compared."""
        return iter(self.standings)

    def table(self, name: str | None = None) -> Table:
        """Show where the systems stand under a measure; the first one if None."""
        name = name or next(iter(self.standings))
        if name not in self.standings:
            raise error("E708", f"{name[:80]!r} was not compared.", f"Compared: {', '.join(self.standings)}.")
        standings = self.standings[name]
        return Table(
            ("system", "score", "95 %", "rank", "ranks"),
            [
                (
                    standing.system,
                    number(standing.score),
                    interval(standing.interval),
                    str(standing.rank or "–"),
                    "–".join(map(str, dict.fromkeys(standing.rank_interval))),
                )
                for standing in sorted(standings, key=lambda s: (s.rank or len(standings) + 1, s.system))
            ],
            name,
        )

    def contrast_table(self, name: str) -> Table:
        """Show every pair of systems under a measure."""
        return Table(
            ("pair", "difference", "p", "p bootstrap", "p Holm", "detectable"),
            [
                (
                    f"{c.first} – {c.second}",
                    *(
                        number(value, 4)
                        for value in (c.difference, c.p_permutation, c.p_bootstrap, c.p_holm, c.detectable)
                    ),
                )
                for c in self.contrasts[name]
            ],
        )

    def _tables(self) -> Iterator[Table]:
        for name in self.standings:
            yield self.table(name)
            yield self.contrast_table(name)

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Write what ``dragoman compare`` prints, in lines of at most so many characters."""
        return "".join(table.text(width, terminal=terminal) for table in self._tables())

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self._tables())
