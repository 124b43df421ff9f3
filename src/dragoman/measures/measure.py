"""A measure as a value: identified by its name, hashable, picklable, and extensible from other packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from dragoman.measures.scores import Match, Score
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.measure_names import layer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.measures.pair import Pair
    from dragoman.measures.seen import Seen

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Measure:
    """A measure, in three steps: match items, count one row of integers per document, turn the sum of rows into scores.

    Two measures are equal if their names are. A measure that was registered (see
    :func:`dragoman.measures.naming.register`) pickles as its name.

    Attributes:
        name: ``layer.name``, or ``layer.name(parameter)``.
        match: pairs the items of gold and predicted annotations of the same documents. Its result for a document must
            not depend on other documents.
        score: turns a match into counts, and counts into scores.
        definition: what earns credit, in one sentence.
        source: the paper, standard or scorer that it follows.
        where: mask of the documents on which it is defined, in addition to having gold, shape (documents,); None for
            all. It must not depend on other documents.
        requires: predicate on the whole data that must hold for it to be computed; None for no condition.
        attribute: attribute that an item must have to be counted; None for no condition.
        by_type: whether it is also computed for each type of item.
        match_by_type: pairs items so that the pairs of each type are those of ``match`` on the items of that type
            alone; scores by type then follow from one match of all items. None if there is no such match.
        revision: revision of the definition, from 1; incremented whenever a score can change. Only results with the
            same revisions are comparable.

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
        return layer_of(self.name)

    def scored(self, pair: Pair) -> Bools:
        """Mask of the documents on which it is defined, shape (documents,)."""
        gold = pair.gold.has(self.layer) if self.layer in LAYER_NAMES else np.ones(len(pair), bool)
        return gold if self.where is None else gold & self.where(pair)

    def taken(self, seen: Seen) -> bool:
        """Whether it is computed at all, given what occurs in the whole data."""
        return seen.attempts(self.layer) and (self.requires is None or self.requires(seen))

    def counts(self, match: Match, documents: int) -> Ints:
        """Count a match: one row of integers per document, shape (documents, columns)."""
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
        from dragoman.measures.naming import home  # noqa: PLC0415 - naming imports this module

        return _by_name, (self.name, home(self.name))


def _by_name(name: str, module: str) -> Measure:
    """Find a measure again, in a process that may not have imported the module that registers it."""
    from dragoman.measures.naming import measure  # noqa: PLC0415 - naming imports this module

    import_module(module)
    return measure(name)
