"""Both sides of a scoring: recognises all forms in which predictions and gold can be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.files import STANDARD_INPUT
from dragoman.problems import error
from dragoman.reading.labelled_file import GOLD, PRED, LabelledFile
from dragoman.reading.source import Source

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.annotations import Annotations
    from dragoman.benchmark import Benchmark
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading
    from dragoman.reading.target import Target
    from dragoman.scoring.gold import Gold


@dataclass(frozen=True)
class Sides:
    """Both sides of a scoring.

    Attributes:
        pred: source of the predictions, if they have to be read.
        labels: the predictions, if they were read already, or are a benchmark's gold.
        reference: source of gold that is not a benchmark.
        gold: gold that was read already, or a benchmark, which may be loaded later.
        split: split of the benchmark; None for the default one.
        quotes: policy for quotes without ``occurrence``.
        ignore_unknown_fields: whether unknown fields are ignored and counted.
        rename: gold type by predicted type.

    """

    pred: Source | None
    labels: Annotations | Reading | Benchmark | None
    reference: Source | None
    gold: Gold | Benchmark | str | Path | None
    split: str | None
    quotes: str
    ignore_unknown_fields: bool
    rename: Mapping[str, str]

    @classmethod
    def of(
        cls,
        pred: Any,
        gold: Any = None,
        split: str | None = None,
        quotes: str = "in-order",
        *,
        ignore_unknown_fields: bool = False,
        rename: Mapping[str, str] | None = None,
    ) -> Sides:
        """Recognise the arguments of :func:`dragoman.score`.

        Raises:
            DragomanError: E202 for an unsupported form, E209 for an unknown policy, E702 for a split of gold without
                splits; and as :meth:`dragoman.reading.source.Source.of`.

        """
        from dragoman.text.quote_places import check_policy  # noqa: PLC0415 - imported while files are parsed

        check_policy(quotes)
        if gold is None and isinstance(pred, LabelledFile) and pred.both:
            pred, gold = pred.side(PRED), pred.side(GOLD)
        if _is_standard_input(pred) and _is_standard_input(gold):
            raise error("E202", "standard input cannot be both sides: it can be read once.", "Give a file for one.")
        labels = pred if _is(pred, *_READ, "dragoman.benchmark", "Benchmark") else None
        if labels is None and names_a_benchmark(pred, tagged=True):
            from dragoman.benchmark import load  # noqa: PLC0415 - as above

            labels = load(pred)
        source = Source.of(pred, "predictions") if labels is None else None
        rules = (quotes, ignore_unknown_fields, rename or {})
        known = gold is None or _is(gold, "dragoman.scoring.gold", "Gold", "dragoman.benchmark", "Benchmark")
        if known or names_a_benchmark(gold):
            return cls(source, labels, None, gold, split, *rules)
        if split is not None:
            raise error("E702", "a reference has no splits.", "Leave the split out.")
        return cls(source, labels, Source.of(gold, "reference"), None, None, *rules)

    @property
    def name(self) -> str:
        """Default name of the system, from its predictions."""
        return "gold" if self.pred is None else self.pred.name

    @cached_property
    def rules(self) -> Target:
        """A target without documents, with the policies for quotes and unknown fields of both sides."""
        from dragoman.reading.target import Target  # noqa: PLC0415 - imported while files are parsed

        return Target(quotes=self.quotes, ignore_unknown_fields=self.ignore_unknown_fields)

    def on(self, target: Target) -> Target:
        """Return a target with the policies and the label map of the predictions."""
        return replace(target, quotes=self.quotes, ignore_unknown_fields=self.ignore_unknown_fields, rename=self.rename)

    def benchmark(self) -> Benchmark | None:
        """Load the benchmark of the gold; None if gold is not from a benchmark, or was read already."""
        from dragoman import benchmark as benchmarks  # noqa: PLC0415 - as above
        from dragoman.scoring.gold import Gold  # noqa: PLC0415

        if self.reference is not None or isinstance(self.gold, Gold):
            return None
        return self.gold if isinstance(self.gold, benchmarks.Benchmark) else benchmarks.load(self.gold)

    def read_gold(self, parsed: list[Future[Parsed]]) -> Gold:
        """Read gold, from parsed files or from the benchmark."""
        from dragoman.scoring import gold as golds  # noqa: PLC0415 - as above

        if self.reference is not None:
            return golds.from_parsed(parsed, self.reference, self.rules)
        if isinstance(self.gold, golds.Gold):
            return self.gold
        loaded = self.benchmark()
        assert loaded is not None
        return golds.from_benchmark(loaded, self.split or golds.default_split(loaded))

    def read_predictions(self, parsed: list[Future[Parsed]], target: Target) -> Reading:
        """Read the parsed predictions against a target."""
        from dragoman.annotations import Annotations  # noqa: PLC0415 - as above
        from dragoman.reading.read import Reading, read_lines  # noqa: PLC0415
        from dragoman.reading.source import read_shards  # noqa: PLC0415

        if isinstance(self.labels, Reading):
            return self.labels
        if isinstance(self.labels, Annotations):
            return Reading(self.labels, ())
        if self.labels is not None:
            lines = {line.id: line for name in self.labels.splits for line in self.labels.gold_lines(name)}
            return Reading(read_lines([line for name, line in lines.items() if name in target.known], target), ())
        return read_shards(parsed, self.on(target))


_READ = ("dragoman.annotations", "Annotations", "dragoman.reading.read", "Reading")


def _is_standard_input(value: Any) -> bool:
    return isinstance(value, str | Path) and str(value) == STANDARD_INPUT


def _is(value: Any, *names: str) -> bool:
    """Whether a value is an instance of one of several classes, given by module and name, without importing them."""
    kinds = {(kind.__module__, kind.__qualname__) for kind in type(value).__mro__}
    return not kinds.isdisjoint(zip(names[::2], names[1::2], strict=True))


def names_a_benchmark(value: Any, *, tagged: bool = False) -> bool:
    """Whether a value is the path of a source root or a release, or an address on the Hub.

    Args:
        value: any value.
        tagged: whether an address must have a version, since a mistyped path looks like an address without one.

    Raises:
        DragomanError: E101 for a path that does not exist or cannot be looked up, and an address without the required
            version.

    """
    if not isinstance(value, str | Path):
        return False
    path = Path(value)
    if files.is_folder(path):
        # A release without texts is recognised, too: the error on loading it says how to restore them.
        return (path / "corpus").is_dir() or any((path / name).is_file() for name in ("manifest.json", "standoff.json"))
    if path.exists() or path.suffix in {".jsonl", ".gz", ".parquet", ".json"}:
        return False
    from dragoman.release.hub import address  # noqa: PLC0415

    named = address(str(value))
    if tagged and named is not None and named.revision is None:
        if not path.suffix and not path.parent.is_dir():
            hint = f"Check the path; a benchmark on the Hub is named with its version, as in {named}@v1.0.0."
            raise error("E101", "cannot read the file: there is none, and no folder.", hint, file=str(value)[:200])
        return False
    return named is not None
