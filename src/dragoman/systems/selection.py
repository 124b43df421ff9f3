"""Which documents a run asks about."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from dragoman.problems import error

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document


class Selection(NamedTuple):
    """Which documents of a benchmark are asked about.

    Attributes:
        split: only those of a split; of all if None.
        only: only those with these ids; all if empty.
        limit: only so many, the first ones; all if None.

    """

    split: str | None = None
    only: tuple[str, ...] = ()
    limit: int | None = None

    def documents(self, benchmark: Benchmark, seen: Collection[str] = ()) -> list[Document]:
        """Select documents, in the order of the benchmark; what a system has seen with its labels is left out.

        Raises:
            DragomanError: E702 for a split that is not there, E206 for an id that is not there or that was seen, and
                for a limit below 1.

        """
        chosen = benchmark.documents if self.split is None else benchmark.split(self.split)
        known = {document.id for document in chosen}
        for name in self.only:
            if name not in known or name in seen:
                why = "is an example in the prompt" if name in seen else "is not there"
                raise error("E206", f"the document {name[:80]!r} {why}.", "See `dragoman gold`.", path="only")
        if self.limit is not None and self.limit < 1:
            raise error("E206", f"{self.limit} documents cannot be asked about.", "Give 1 or more.", path="limit")
        chosen = [d for d in chosen if d.id not in seen and (not self.only or d.id in self.only)]
        return chosen[: self.limit]
