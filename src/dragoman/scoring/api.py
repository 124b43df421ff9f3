"""``score`` and ``validate``: entry points that choose how inputs are read, and with how much memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dragoman import files, tuning
from dragoman.problems import DragomanError, Problem, error
from dragoman.reading.source import is_log
from dragoman.scoring.blockwise import blockwise, within_budget
from dragoman.scoring.sides import Sides

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.measures import Measure
    from dragoman.reading.memory_budget import Budget
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading
    from dragoman.schema.result_file import Data
    from dragoman.schema.system_card import SystemCard
    from dragoman.scoring.gold import Gold
    from dragoman.scoring.held import Validation
    from dragoman.scoring.partials import Partial
    from dragoman.scoring.result import Result
    from dragoman.scoring.streaming import Parts
    from dragoman.statistics.resampling import Resampling
    from dragoman.text.quote_places import Policy


Measures = Iterable["str | Measure"] | str | None


def score(
    pred: Any,
    gold: Any = None,
    *,
    split: str | None = None,
    measures: Measures = None,
    by: Iterable[str] | str = (),
    intervals: bool | Resampling = True,
    engine: Literal["local", "dask"] = "local",
    scheduler: str | None = None,
    system: str | SystemCard | None = None,
    singletons: bool = True,
    map: Mapping[str, str] | None = None,  # noqa: A002 - the option's name
    quotes: Policy = "in-order",
    ignore_unknown_fields: bool = False,
) -> Result:
    """Score predictions against gold.

    >>> result = score("pred.jsonl")                            # the bundled benchmark's test split
    >>> result = score("pred.jsonl", "gold.jsonl", measures=["entities.strict"])
    >>> result["entities.strict.f1"]

    Args:
        pred: a file (JSONL, parquet, or any format that ``convert`` reads; compressed or not; ``-`` is stdin),
            a folder of shards, of files of another format, a run or a log of inspect_ai (of several
            repeats or epochs, the mean); a `LabelledFile`, which has options that cannot be inferred from a file, and
            with columns of gold and predictions is both sides; bytes; dictionaries in the form of a submission's lines,
            or records; a ``datasets.Dataset`` or ``DatasetDict``; an Arrow table; a `Benchmark` or the folder of one
            (its gold).
        gold: gold labels in any of these forms; or a benchmark: a `Benchmark`, its folder, or ``owner/name`` on the
            Hub.
        split: split of a benchmark; ``test`` if None.
        measures: names of measures or layers, or :class:`~dragoman.measures.Measure` objects; all built-in ones if
            None.
        by: facets for which the result's table shows slices: ``type``, ``language``, ``kind``, ``document``,
            ``phenomenon`` (recall only), ``page``, ``form``, ``nesting``; for ``document`` they are computed only then.
        intervals: whether to compute 95 % confidence intervals, or a `Resampling` with options.
        engine: ``dask`` scores files and folders of shards on a cluster.
        scheduler: address of a running, trusted Dask scheduler; a local cluster is started if None.
        system: the system's card or name; the file's name if None. On data that the system was trained on or prompted
            with according to its card, the result is marked as ``seen``.
        singletons: whether clusters of one mention count in cluster measures.
        map: gold type by predicted type, of entities and dates, as ``{"person": "PER"}``.
        quotes: which occurrence a quote without ``occurrence`` refers to: ``in-order``, ``first``, ``all`` or
            ``strict``.
        ignore_unknown_fields: ignore and count unknown fields, instead of raising E203.

    Raises:
        DragomanError: with all errors of either side.

    """
    if engine not in {"local", "dask"}:
        raise error("E851", f"there is no engine {str(engine)[:80]!r}.", "Engines: local, dask.")
    again: list[Any] = []
    if engine == "local":
        again, system, split = _repeats(pred, gold, system, split)
    pred = again[0] if len(again) == 1 else pred
    if len(again) > 1:
        from dragoman.scoring.repeats import mean  # noqa: PLC0415 - as below
        from dragoman.scoring.slices import resampling_of  # noqa: PLC0415

        named = system or Path(pred).name
        every = [
            score(
                path,
                gold,
                split=split,
                measures=measures,
                by=by,
                intervals=False,
                system=named,
                singletons=singletons,
                map=map,
                quotes=quotes,
                ignore_unknown_fields=ignore_unknown_fields,
            )
            for path in again
        ]
        return mean(every, resampling_of(intervals))
    sides = Sides.of(pred, gold, split, quotes, ignore_unknown_fields=ignore_unknown_fields, rename=map)
    if engine == "dask":
        if map:
            raise error("E851", "types are not mapped on a cluster.", "Map them where the predictions are made.")
        counted = _on_cluster(sides, measures, scheduler)
    else:
        counted = within_budget(
            lambda any_size: _streamed(sides, measures, any_size=any_size),
            lambda budget: _in_memory(sides, measures, budget),
            lambda: _refuse(sides),
        )
    from dragoman.scoring.assemble import assemble, system_of  # noqa: PLC0415 - files are parsed while all else is imported
    from dragoman.scoring.comparability import map_name  # noqa: PLC0415
    from dragoman.scoring.hints import hints  # noqa: PLC0415
    from dragoman.scoring.partials import finish  # noqa: PLC0415
    from dragoman.scoring.slices import resampling_of  # noqa: PLC0415

    facets = dict(counted.facets)
    asked = _facets(by)
    if "document" in asked:
        facets["document"] = tuple(counted.data.documents)
    result = assemble(
        finish(counted.total, counted.measures, counted.data.documents, singletons=singletons),
        data=counted.data,
        system=system_of(system or sides.name),
        resampling=resampling_of(intervals),
        coverage=counted.total.coverage,
        facets=facets,
        singletons=singletons,
        confusion=counted.total.confusion,
        hints=hints(counted.total.evidence),
        quotes=quotes,
        label_map=map_name(map or {}),
    )
    result.by = asked
    return result


def _facets(by: Iterable[str] | str) -> tuple[str, ...]:
    """Check the requested facets.

    Raises:
        DragomanError: E708 for an unknown facet.

    """
    from dragoman.scoring.result_table import FACETS  # noqa: PLC0415

    asked = (by,) if isinstance(by, str) else tuple(by)
    for facet in asked:
        if facet not in FACETS:
            raise error("E708", f"there are no scores by {str(facet)[:80]!r}.", f"By: {', '.join(FACETS)}.")
    return asked


def _repeats(
    pred: Any, gold: Any, system: str | SystemCard | None, split: str | None
) -> tuple[list[Any], str | SystemCard | None, str | None]:
    """Return the predictions of each repeat of a run or a log of inspect_ai; else an empty list.

    System and split are taken from a log unless they are given.
    """
    if not isinstance(pred, str | Path):
        return [], system, split
    if is_log(pred):
        from dragoman.reading import inspect_log  # noqa: PLC0415 - logs are rare

        log = inspect_log.read(pred)
        of_reference = Sides.of([], gold).reference is not None
        return list(log.epochs), system or log.card, split or (None if of_reference else log.split)
    if not files.is_folder(pred):
        return [], system, split
    from dragoman.schema.run_file import repeats  # noqa: PLC0415 - folders are rare

    folders = repeats(Path(pred))
    made = [folder / "predictions.jsonl" for folder in folders] if len(folders) > 1 else []
    return made, system, split


class _Counted(NamedTuple):
    """Counts, with their measures and data."""

    total: Partial
    measures: tuple[Measure, ...]
    data: Data
    facets: Mapping[str, tuple[str | None, ...]]


def _streamed(sides: Sides, measures: Measures, *, any_size: bool = False) -> _Counted | None:
    """Count two files block by block; see :func:`blockwise`."""
    chosen: tuple[Measure, ...] = ()

    def work(unknown: Mapping[str, int]) -> Callable[[Parts], Partial]:
        nonlocal chosen
        from dragoman.measures import select  # noqa: PLC0415 - imported while the first blocks are parsed
        from dragoman.scoring import streaming  # noqa: PLC0415

        chosen = select(measures)

        def counted(parts: Parts) -> Partial:
            total = streaming.count(chosen, parts)
            total.coverage.unknown_fields = dict(unknown)
            return total

        return counted

    total = blockwise(sides, work, any_size=any_size)
    if total is None:
        return None
    from dragoman.schema.result_file import Data  # noqa: PLC0415
    from dragoman.scoring.partials import fingerprint_of  # noqa: PLC0415

    data = Data("reference", None, fingerprint_of(total), None, sorted(total.documents))
    return _Counted(total, chosen, data, {})


def _in_memory(sides: Sides, measures: Measures, budget: Budget) -> _Counted:
    """Count labels that are held in memory as a whole."""
    with ExitStack() as stack:
        parsed: dict[str, list[Future[Parsed]]] = {
            name: stack.enter_context(source.parsing(budget)) if source is not None else []
            for name, source in (("gold", sides.reference), ("pred", sides.pred))
        }
        from dragoman.measures import select  # noqa: PLC0415 - imported while the files are parsed
        from dragoman.scoring.memory import count_annotations  # noqa: PLC0415

        chosen = select(measures)
        gold = sides.read_gold(parsed["gold"])
        reading = sides.read_predictions(parsed["pred"], gold.target)
    tuning.release_memory()  # rows have been converted to columns, and measures need the memory
    total = count_annotations(chosen, gold.annotations, reading.checked().of(gold.annotations.documents))
    total.coverage.quotes = {way: number for way, number in reading.tally.items() if number}
    total.coverage.unknown_fields = dict(reading.unknown)
    read: dict[str, Gold | Reading] = {"gold": gold, "pred": reading}
    total.coverage.read_as = {side: each.read_as for side, each in read.items() if each.read_as}
    total.coverage.conversion = [note for each in read.values() for note in each.conversion]
    return _Counted(total, chosen, gold.data, gold.facets)


def _refuse(sides: Sides) -> None:
    """Raise the errors of files that exceed the memory budget, if there are any.

    Raises:
        DragomanError: with all errors of one side.

    """
    from dragoman.scoring import locating  # noqa: PLC0415 - rarely needed

    errors = [each for each in locating.problems(sides) if each.severity == "error"]
    if errors:
        raise DragomanError(errors)


def _on_cluster(sides: Sides, measures: Measures, scheduler: str | None) -> _Counted:
    """Count files or folders of shards on a Dask cluster."""
    pred, reference = sides.pred, sides.reference
    if pred is None or reference is None or not (pred.paths and reference.paths):
        hint = "Give paths of both sides; dragoman gold --out gold.jsonl writes the gold of a benchmark."
        raise error("E851", "a cluster scores files and folders of shards.", hint)
    if pred.how is not None or reference.how is not None:
        hint = "Convert the files first: dragoman convert FILE --out F.jsonl."
        raise error("E851", "a cluster reads submissions.", hint)
    from dragoman.measures import select  # noqa: PLC0415
    from dragoman.schema.result_file import Data  # noqa: PLC0415
    from dragoman.scoring.dask import count_on_cluster  # noqa: PLC0415
    from dragoman.scoring.gold import no_labels  # noqa: PLC0415
    from dragoman.scoring.partials import fingerprint_of  # noqa: PLC0415

    chosen = select(measures)
    shards = {name: [str(path) for path in side.paths] for name, side in (("gold", reference), ("pred", pred))}
    total = count_on_cluster(chosen, **shards, scheduler=scheduler, rules=sides.rules)
    if not total.seen.annotated:
        raise no_labels(reference)
    data = Data("reference", None, fingerprint_of(total), None, sorted(total.documents))
    return _Counted(total, chosen, data, {})


def validate(
    pred: Any,
    gold: Any = None,
    *,
    split: str | None = None,
    quotes: Policy = "in-order",
    ignore_unknown_fields: bool = False,
) -> list[Problem]:
    """List all errors and warnings of predictions.

    >>> for problem in validate("predictions.jsonl"):
    ...     print(problem)

    Args:
        pred: predictions in any form that :func:`score` accepts.
        gold: gold as in :func:`score`; the bundled benchmark if None.
        split: split whose documents are allowed; all splits of a benchmark if None.
        quotes: as in :func:`score`.
        ignore_unknown_fields: as in :func:`score`; with one warning per field (W911).

    Returns:
        Errors and warnings in the order of the file; empty if there are none.

    Raises:
        DragomanError: with the errors of the gold.

    """
    return examine(pred, gold, split=split, quotes=quotes, ignore_unknown_fields=ignore_unknown_fields).problems


def examine(
    pred: Any,
    gold: Any = None,
    *,
    split: str | None = None,
    quotes: Policy = "in-order",
    ignore_unknown_fields: bool = False,
) -> Validation:
    """Validate predictions as :func:`validate` does; the result also describes their content."""
    from dragoman.scoring.validation import of_parts, validation  # noqa: PLC0415

    sides = Sides.of(pred, gold, split, quotes, ignore_unknown_fields=ignore_unknown_fields)
    return within_budget(
        lambda any_size: blockwise(
            sides, lambda unknown: lambda parts: of_parts(parts, sides, unknown), any_size=any_size
        ),
        lambda budget: validation(sides, budget),
        lambda: _located(sides),
    )


def _located(sides: Sides) -> Validation | None:
    """Locate errors of predictions that exceed the memory budget; None if there are none."""
    from dragoman.scoring import locating  # noqa: PLC0415 - rarely needed
    from dragoman.scoring.held import Validation  # noqa: PLC0415

    problems = locating.problems(sides, all_splits=True)
    return Validation(list(problems), None) if any(each.severity == "error" for each in problems) else None
