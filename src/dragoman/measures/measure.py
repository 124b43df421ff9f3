"""A measure as a value: it prints and parses as its name, compares, pickles, and can come from outside the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.scores import Match, Score
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair
    from dragoman.measures.seen import Seen

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Measure:
    """A measure, in three steps: match items, count one row of integers a document, finish the sum of rows.

    Two measures are equal if their names are. A measure that was registered (see
    :func:`dragoman.measures.naming.register`) pickles as its name.

    Attributes:
        name: ``layer.name``, or ``layer.name(parameter)``.
        match: pairs the items of gold and predicted annotations of the same documents. What it gives for a document
            must not depend on the other documents.
        score: makes counts of a match and scores of counts.
        definition: what earns credit, in one sentence.
        source: the paper, standard or scorer that it follows.
        where: documents on which it can be taken besides needing gold, shape (documents,); None for all. It must not
            depend on other documents.
        requires: what the whole data must have for it to be taken; None for nothing.
        attribute: an attribute without which no item is counted; None for none.
        by_type: whether it is also taken on the items of each type by themselves.
        match_by_type: pairs items so that the pairs of each type are those that ``match`` makes on items of that type
            by themselves; scores by type then follow from one match of all items. None where there is no such thing.
        revision: revision of the definition, from 1; raised whenever a score can change. Only results of the same
            revisions compare.

    """

    name: str
    match: Callable[[Pair], Match]
    score: Score
    definition: str
    source: str
    where: Callable[[Pair], Bools] | None = None
    requires: Callable[[Seen], bool] | None = None
    attribute: str | None = None
    by_type: bool = True
    match_by_type: Callable[[Pair], Match] | None = None
    revision: int = 1

    @property
    def layer(self) -> str:
        """The layer that it measures: ``entities``, ``dates``, ``claims`` or ``pages``."""
        return self.name.partition(".")[0]

    def scored(self, pair: Pair) -> Bools:
        """Which documents it can be taken on, from these documents alone, shape (documents,)."""
        gold = pair.gold.has(self.layer) if self.layer in LAYER_NAMES else np.ones(len(pair), bool)
        return gold if self.where is None else gold & self.where(pair)

    def taken(self, seen: Seen) -> bool:
        """Whether it is taken at all, by what the whole data have."""
        return seen.attempts(self.layer) and (self.requires is None or self.requires(seen))

    def counts(self, match: Match, documents: int) -> Ints:
        """Count a match: one row of integers a document, shape (documents, columns)."""
        return self.score.counts(match, documents)

    def finish(self, total: Ints) -> dict[str, NDArray[np.float64]]:
        """Turn summed rows, shape (…, columns), into scores of shape (…); nan where undefined."""
        return self.score.finish(total)

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Measure) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> tuple[Callable[[str, str], Measure], tuple[str, str]]:
        from dragoman.measures.naming import home  # noqa: PLC0415 - names are of measures

        return _by_name, (self.name, home(self.name))


def _by_name(name: str, module: str) -> Measure:
    """Find a measure again, in a process that may not have imported the module that registers it."""
    from dragoman.measures.naming import measure  # noqa: PLC0415 - names are of measures

    import_module(module)
    return measure(name)
