"""Results as objects: look-up by name, tables, and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files, json_text
from dragoman.measures.naming import Name, parse
from dragoman.problems import error
from dragoman.schema import result_file as records
from dragoman.schema.measure_names import layer_of, within_layer
from dragoman.scoring import result_table, seen_table
from dragoman.tables import Table

DEV = "dev"
"""The split whose labels systems may be trained on or prompted with."""
WIDTH = 100
"""Width of text in a notebook or an interpreter, in columns."""


class Shown:
    """Common base of results and comparisons: text, plain values and files."""

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Format as text, in lines of at most ``width`` characters."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, as in the JSON that the command prints with ``--json``."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def save(self, path: Path | str) -> None:
        """Write it as JSON.

        Raises:
            DragomanError: E108 if the file cannot be written.

        """
        files.write(path, json_text.table(self))


class Result(Shown, records.Result, dict=True):
    """Scores of a system, with the underlying counts.

    >>> result["entities.strict.f1"]
    0.75
    >>> result["entities.strict.f1[language=ar]"], result["headline"]
    >>> result.table(by=["language"])

    ``print(result)`` shows the output of ``dragoman score``.
    """

    @property
    def by(self) -> tuple[str, ...]:
        """Default facets of :meth:`table`."""
        given: tuple[str, ...] = self.__dict__.get("by_facets", ())
        return given

    @by.setter
    def by(self, facets: Iterable[str]) -> None:
        self.__dict__["by_facets"] = tuple(facets)

    @property
    def seen(self) -> bool:
        """Whether the system was trained on or prompted with the data: then its scores are not valid.

        The table shows "seen", and there is no headline; the numbers are still in :attr:`counts` and ``scores``.
        """
        return self.data.split == DEV and DEV in (self.system.resources or ())

    def __getitem__(self, name: str) -> Any:
        """Look up a score by its name.

        Args:
            name: ``headline``, a layer, or a measure with or without a score and a slice, as in
                ``entities.strict.f1[language=ar]``.

        Returns:
            A number in [0, 1], or None if it is undefined or the layer was not attempted; without the name of a score,
            all scores of the measure.

        Raises:
            DragomanError: E708 for an invalid name, or one that this result does not have.

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
        if asked.facet is not None:
            key = f"{asked.measure}[{asked.facet}={asked.value}]"
            if key not in self.slices:
                others = [name for name in self.slices if name.startswith(f"{asked.measure}[")]
                hint = f"Slices: {', '.join(others[:20])}." if others else "This measure has no slices here."
                raise error("E708", f"there is no slice {key[:120]!r} in this result.", hint)
            sliced: dict[str, Any] = self.slices[key]
            return sliced
        if within_layer(asked.measure) not in (self.scores.get(layer_of(asked.measure)) or {}):
            raise error("E708", f"{asked.measure} was not computed.", "Score again with this measure.")
        return self.scores_of(asked.measure)

    def __iter__(self) -> Iterator[str]:
        """Names of the measures that were computed."""
        for layer, measures in self.scores.items():
            if layer != "headline":
                yield from (f"{layer}.{name}" for name in measures)

    def table(self, by: Iterable[str] | None = None) -> Table:
        """Return a table of the scores, followed by slices.

        Args:
            by: ``type``, ``language``, ``kind``, ``document``, ``phenomenon``, ``page``, ``form``, ``nesting``; the
                facets given to ``score`` if None.

        """
        if self.seen:
            return seen_table.table(self)
        return result_table.table(self, self.by if by is None else by)

    def text(self, width: int = WIDTH, *, terminal: bool = False) -> str:
        """Format the output of ``dragoman score``, in lines of at most ``width`` characters."""
        if self.seen:
            return seen_table.text(self, width, terminal=terminal)
        return result_table.text(self, self.by, width, terminal=terminal)

    def csv(self) -> bytes:
        """Return all scores and slices as CSV (RFC 4180, UTF-8), one row each; cells are escaped against formulas.

        Returns:
            Columns: measure, by, value (of the slice), leaf (name of the score), score, low and high (95 %), precision,
            recall, macro, gold, predicted, matched, documents, small.

        """
        return seen_table.csv(self) if self.seen else result_table.csv(self)

    def _repr_html_(self) -> str:
        if self.seen:
            return seen_table.table(self).html()
        return result_table.html(self, self.by)


def read(path: Path | str) -> Result:
    """Read a result file.

    Raises:
        DragomanError: E101 for a folder, such as that of a run, E101 and E201 to E206 for a file that is not a result.

    """
    if files.is_folder(path):
        hint = "Write one with `dragoman score RUN --out RESULT`, and give that."
        raise error("E101", "a folder is no result.", hint, file=str(path))
    return files.read_json(path, Result)
