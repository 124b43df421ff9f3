"""The door: score and validate whatever somebody has; what is read how, and with how much memory, is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dragoman import tuning
from dragoman.problems import Problem, error
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.source import Source

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.annotations import Annotations
    from dragoman.benchmark import Benchmark
    from dragoman.measures import Measure
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading
    from dragoman.schema.result_file import Data
    from dragoman.scoring.gold import Gold
    from dragoman.scoring.partials import Partial
    from dragoman.scoring.result import Result
    from dragoman.statistics.resampling import Resampling

STREAMED = 2**24
"""Bytes of two files together from which on they are read block by block."""
SPILLED = 2**29
"""Bytes from which on two files in different orders are joined on the disk, not in memory."""

Measures = Iterable["str | Measure"] | str | None


def score(
    pred: Any,
    gold: Any = None,
    *,
    split: str | None = None,
    measures: Measures = None,
    by: Iterable[str] = (),
    intervals: bool | Resampling = True,
    engine: Literal["local", "dask"] = "local",
    scheduler: str | None = None,
    system: str | None = None,
    singletons: bool = True,
) -> Result:
    """Score predictions against gold.

    >>> result = score("pred.jsonl")                            # the bundled benchmark's test split
    >>> result = score("pred.jsonl", "gold.jsonl", measures=["entities.strict"])
    >>> result["entities.strict.f1"]

    Args:
        pred: a file (JSONL, plain or gzip, parquet, or of any format that ``convert`` reads), a folder of shards, of
            files of such a format, or a run; a `LabelledFile`, which says what cannot be seen in a file, and with
            columns of gold and predictions is both sides; bytes; dictionaries in the form of a submission's lines; a
            ``datasets.Dataset``; an Arrow table; a `Benchmark` (its gold).
        gold: the same, as a reference; or a benchmark: a `Benchmark`, its folder, or ``owner/name`` on the Hub.
        split: split of a benchmark; ``test`` if None.
        measures: names, layers or values; all of the catalogue if None.
        by: what the result's table slices by: ``language``, ``kind``, ``type``, ``phenomenon``, …
        intervals: whether error bars (95 %) are made, or how.
        engine: ``dask`` scores files and folders of shards on a cluster.
        scheduler: address of a running Dask scheduler, which is trusted; one is started here if None.
        system: what to call the system; the file's name if None.
        singletons: whether clusters of one mention count in cluster measures.

    Raises:
        DragomanError: for everything that is wrong with either side.

    """
    if engine not in {"local", "dask"}:
        raise error("E851", f"there is no engine {str(engine)[:80]!r}.", "Engines: local, dask.")
    if gold is None and isinstance(pred, LabelledFile) and pred.both:
        pred, gold = pred.side("pred"), pred.side("gold")
    sides = _Sides.of(pred, gold, split)
    if engine == "dask":
        counted = _on_cluster(sides, measures, scheduler)
    else:
        counted = _streamed(sides, measures) or _in_memory(sides, measures)
    from dragoman.scoring.assemble import assemble  # noqa: PLC0415 - files are parsed while all else is imported
    from dragoman.scoring.partials import finish  # noqa: PLC0415
    from dragoman.scoring.slices import resampling_of  # noqa: PLC0415

    result = assemble(
        finish(counted.total, counted.measures, counted.data.documents, singletons=singletons),
        data=counted.data,
        system=system or sides.name,
        resampling=resampling_of(intervals),
        coverage=counted.total.coverage,
        facets=counted.facets,
        singletons=singletons,
    )
    result.by = by
    return result


class _Counted(NamedTuple):
    """What was counted, of which measures, on which data."""

    total: Partial
    measures: tuple[Measure, ...]
    data: Data
    facets: Mapping[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class _Sides:
    """Both sides of a scoring.

    Attributes:
        pred: the predictions, where they are to be read.
        labels: the predictions, where they are annotations or a benchmark's gold already.
        reference: the reference, where gold is read from one.
        gold: gold of a benchmark, or a benchmark with its split, which is loaded when it is needed.

    """

    pred: Source | None
    labels: Annotations | Benchmark | None
    reference: Source | None
    gold: Gold | Benchmark | str | Path | None
    split: str | None

    @classmethod
    def of(cls, pred: Any, gold: Any, split: str | None) -> _Sides:
        """Recognise what somebody gave."""
        labels = pred if _is(pred, "dragoman.annotations", "Annotations", "dragoman.benchmark", "Benchmark") else None
        source = Source.of(pred, "predictions") if labels is None else None
        known = gold is None or _is(gold, "dragoman.scoring.gold", "Gold", "dragoman.benchmark", "Benchmark")
        if known or _names_a_benchmark(gold):
            return cls(source, labels, None, gold, split)
        if split is not None:
            raise error("E702", "a reference has no splits.", "Leave the split out.")
        return cls(source, labels, Source.of(gold, "reference"), None, None)

    @property
    def name(self) -> str:
        """What a system is called after its predictions."""
        return "gold" if self.pred is None else self.pred.name

    def read_gold(self, parsed: list[Future[Parsed]]) -> Gold:
        """Read gold, from a reference that was parsed or from the benchmark."""
        from dragoman.scoring import gold as golds  # noqa: PLC0415

        if self.reference is not None:
            return golds.from_parsed(parsed, self.reference)
        if isinstance(self.gold, golds.Gold):
            return self.gold
        from dragoman import benchmark as benchmarks  # noqa: PLC0415

        loaded = self.gold if isinstance(self.gold, benchmarks.Benchmark) else benchmarks.load(self.gold)
        return golds.from_benchmark(loaded, self.split or golds.default_split(loaded))


def _is(value: Any, *names: str) -> bool:
    """Whether a value is of one of some classes, by module and name, none of which need be imported for that."""
    kinds = {(kind.__module__, kind.__qualname__) for kind in type(value).__mro__}
    return not kinds.isdisjoint(zip(names[::2], names[1::2], strict=True))


def _names_a_benchmark(gold: Any) -> bool:
    """Whether a path is of a source root or a release, or an address on the Hub."""
    if not isinstance(gold, str | Path):
        return False
    path = Path(gold)
    if path.is_dir():
        return (path / "corpus").is_dir() or (path / "manifest.json").is_file()
    if path.exists() or path.suffix in {".jsonl", ".gz", ".parquet", ".json"}:
        return False
    from dragoman.release.hub import address  # noqa: PLC0415

    return address(str(gold)) is not None


def _streamed(sides: _Sides, measures: Measures) -> _Counted | None:
    """Count two large files block by block; None where they are small, or something needs a closer look."""
    pred, reference = sides.pred, sides.reference
    if pred is None or reference is None or not (pred.streams and reference.streams):
        return None
    from dragoman.reading.shards import first_ids  # noqa: PLC0415

    size = pred.size + reference.size
    in_step = size >= STREAMED and not set(first_ids(reference.paths[0])).isdisjoint(first_ids(pred.paths[0]))
    narrow = True
    while in_step or size >= SPILLED:
        from dragoman.reading.prefetch import Prefetch  # noqa: PLC0415

        tuning.reuse_memory_of_blocks()
        with (
            Prefetch(reference.paths, narrow=narrow) as gold_rows,
            Prefetch(pred.paths, narrow=narrow) as pred_rows,
        ):
            from dragoman.measures import select  # noqa: PLC0415 - imported while the first blocks are parsed
            from dragoman.reading.fallback import Fallback  # noqa: PLC0415
            from dragoman.reading.shards import fingerprint  # noqa: PLC0415
            from dragoman.schema.result_file import Data  # noqa: PLC0415
            from dragoman.scoring import streaming  # noqa: PLC0415

            chosen = select(measures)
            drive = streaming.count_in_step if in_step else streaming.count_spilled
            try:
                total = drive(chosen, gold_rows, pred_rows)
            except streaming.Reordered:
                in_step = False
                continue
            except streaming.SchemaMismatch:
                if narrow:
                    narrow = False
                    continue
                break
            except Fallback:
                break
            data = Data("reference", None, fingerprint(gold_rows.digests()), None, sorted(total.documents))
            return _Counted(total, chosen, data, {})
    return None


def _in_memory(sides: _Sides, measures: Measures) -> _Counted:
    """Count labels that are read as a whole."""
    with ExitStack() as stack:
        parsed: dict[str, list[Future[Parsed]]] = {
            name: stack.enter_context(source.parsing()) if source is not None else []
            for name, source in (("gold", sides.reference), ("pred", sides.pred))
        }
        from dragoman.measures import select  # noqa: PLC0415 - imported while the files are parsed
        from dragoman.scoring.memory import count_annotations  # noqa: PLC0415

        chosen = select(measures)
        gold = sides.read_gold(parsed["gold"])
        labels, quotes, reading = _labels(sides, parsed["pred"], gold)
    tuning.release_memory()  # the rows are columns by now, and measures need the memory
    total = count_annotations(chosen, gold.annotations, labels.of(gold.annotations.documents))
    total.coverage.quotes = quotes
    read = {"gold": gold, "pred": reading}
    total.coverage.read_as = {side: each.read_as for side, each in read.items() if each and each.read_as}
    total.coverage.conversion = [note for each in read.values() if each for note in each.conversion]
    return _Counted(total, chosen, gold.data, gold.facets)


def _labels(
    sides: _Sides, parsed: list[Future[Parsed]], gold: Gold
) -> tuple[Annotations, dict[str, int], Reading | None]:
    """Read the predictions against gold; tell what became of quotes."""
    from dragoman.annotations import Annotations  # noqa: PLC0415
    from dragoman.reading.read import read_lines  # noqa: PLC0415
    from dragoman.reading.source import read_shards  # noqa: PLC0415

    if isinstance(sides.labels, Annotations):
        return sides.labels, {}, None
    if sides.labels is not None:
        lines = {line.id: line for name in sides.labels.splits for line in sides.labels.gold_lines(name)}
        known = [line for name, line in lines.items() if name in gold.target.known]
        return read_lines(known, gold.target), {}, None
    reading, _ = read_shards(parsed, gold.target)
    return reading.checked(), {way: number for way, number in reading.tally.items() if number}, reading


def _on_cluster(sides: _Sides, measures: Measures, scheduler: str | None) -> _Counted:
    """Count files or folders of shards on a Dask cluster."""
    pred, reference = sides.pred, sides.reference
    if pred is None or reference is None or not (pred.paths and reference.paths):
        raise error("E851", "a cluster scores files and folders of shards.", "Give paths of predictions and reference.")
    if pred.how is not None or reference.how is not None:
        raise error("E851", "a cluster reads submissions.", "Convert the files first: dragoman convert.")
    from dragoman.measures import select  # noqa: PLC0415
    from dragoman.reading.shards import fingerprint  # noqa: PLC0415
    from dragoman.schema.result_file import Data  # noqa: PLC0415
    from dragoman.scoring.dask import count_on_cluster  # noqa: PLC0415
    from dragoman.scoring.gold import no_labels  # noqa: PLC0415

    chosen = select(measures)
    shards = {name: [str(path) for path in side.paths] for name, side in (("gold", reference), ("pred", pred))}
    total, digests = count_on_cluster(chosen, **shards, scheduler=scheduler)
    if not total.seen.annotated:
        raise no_labels(reference)
    data = Data("reference", None, fingerprint(digests), None, sorted(total.documents))
    return _Counted(total, chosen, data, {})


def validate(pred: Any, gold: Any = None, *, split: str | None = None) -> list[Problem]:
    """Say everything that is wrong with predictions, and what is merely odd.

    >>> for problem in validate("predictions.jsonl"):
    ...     print(problem)

    Args:
        pred: whatever :func:`score` takes.
        gold: what they are for, as in :func:`score`: the bundled benchmark if None.
        split: the documents that a line may be of; those of all splits of a benchmark if None.

    Returns:
        Errors and warnings in the order in which they stand; empty when all is well.

    Raises:
        DragomanError: for what is wrong with the gold.

    """
    from dragoman.scoring.validation import problems  # noqa: PLC0415

    sides = _Sides.of(pred, gold, split)
    return problems(sides.pred, _target(sides)) if sides.pred is not None else []


def _target(sides: _Sides) -> Any:
    """Say what predictions are read against."""
    from dragoman import benchmark as benchmarks  # noqa: PLC0415
    from dragoman.scoring.gold import Gold  # noqa: PLC0415

    if sides.reference is not None:
        with sides.reference.parsing() as parsed:
            return sides.read_gold(parsed).target
    if isinstance(sides.gold, Gold):
        return sides.gold.target
    loaded = sides.gold if isinstance(sides.gold, benchmarks.Benchmark) else benchmarks.load(sides.gold)
    return loaded.target(sides.split)


def score_documents(
    predictions: Iterable[Mapping[str, Any]], references: Iterable[Mapping[str, Any]], measures: list[str] | None = None
) -> dict[str, float | None]:
    """Score documents that are held as dictionaries, as the modules for ``evaluate`` do.

    Args:
        predictions: documents of a system; fields that are None count as absent.
        references: documents with gold.
        measures: names of measures or layers; all if None.

    Returns:
        Micro scores by name, as in ``entities.strict.f1``; None where undefined. Measures that could not be taken are
        left out.

    Raises:
        DragomanError: for everything that is wrong with the documents, by line: the first document is line 1.

    """
    result = score(list(predictions), list(references), measures=measures, intervals=False)
    return dict(_leaves(result))


def _leaves(result: Result) -> Iterator[tuple[str, float | None]]:
    for name in result:
        leaves = result[name]
        if leaves is not None:
            yield from (
                (f"{name}.{leaf}", value) for leaf, value in leaves.items() if leaf not in {"macro", "interval"}
            )
