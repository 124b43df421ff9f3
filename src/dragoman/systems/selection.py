"""Select the documents of a run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from dragoman.problems import error

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.schema.records import Document


class Selection(NamedTuple):
    """Which documents of a benchmark to run on.

    Attributes:
        split: only those of this split; of all splits if None.
        only: only those with these ids; all if empty.
        limit: only the first documents, up to this number; all if None.

    """

    split: str | None = None
    only: tuple[str, ...] = ()
    limit: int | None = None

    def documents(self, benchmark: Benchmark, seen: Collection[str] = ()) -> list[Document]:
        """Select documents, in the order of the benchmark, except the few-shot examples of the system.

        Raises:
            DragomanError: E702 for an unknown split, E206 for an id that is unknown or a few-shot example, and for a
                limit below 1.

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
