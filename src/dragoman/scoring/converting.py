"""The function ``dragoman.convert``, which the command of that name calls, too; accepts the same inputs as scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dragoman.formats import registry
from dragoman.reading.conversion import Conversion, write_lines
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.parsing import JSONL
from dragoman.reading.submission_lines import submission_lines
from dragoman.reading.target import Target
from dragoman.scoring.sides import names_a_benchmark
from dragoman.text.quote_places import IN_ORDER, Policy, check_policy


def convert(
    path: Any,
    to: str = JSONL,
    *,
    out: Path | str | None = None,
    read: str | None = None,
    documents: Sequence[str] = (),
    texts: Mapping[str, str] | None = None,
    quotes: Policy = IN_ORDER,
    ignore_unknown_fields: bool = False,
    characters: bool | None = None,
    columns: str | Sequence[str] = (),
    labels: str | Sequence[str] = (),
    clean_text: bool = False,
    layer: str | Sequence[str] = (),
) -> Conversion:
    """Convert labels from or to formats of other tools; everything that is lost is counted.

    >>> convert("mine.conll", out="mine.jsonl")
    >>> convert("pred.jsonl", to="brat", out="pred-brat").problems

    The input is checked as by ``validate``: nothing is written that it would reject.

    Args:
        path: a file, ``-`` for standard input, a folder of files of one format, or anything else that
            :func:`dragoman.score` accepts: a `LabelledFile`, parquet, dictionaries, a ``datasets.Dataset``; or a
            `Benchmark`, its folder, or ``owner/name@v1.0.0`` on the Hub, with all its splits.
        to: format to write, a name in :data:`dragoman.formats.registry.FORMATS`; ``jsonl`` is a submission.
        out: file or folder to write; nothing is written if None.
        read: format to read; recognised by content if None.
        documents: ids of the documents, in order, for a format without ids.
        texts: texts by document id, to check offsets and align tokens.
        quotes: which occurrence a quote without ``occurrence`` refers to: ``in-order``, ``first``, ``all`` or
            ``strict``.
        ignore_unknown_fields: ignore unknown fields, with one warning per field (W911).
        characters: CoNLL: whether each row is a character instead of a token; recognised on reading if None.
        columns: CoNLL: the columns by name, as in ``form=1,tag=3``.
        labels: names of tags that are numbers, in the order of these numbers.
        clean_text: brat: whether offsets refer to the text without byte order mark, with LF as line ends.
        layer: XMI, WebAnno TSV, spaCy: the layers or groups of spans that are the entities, ``custom.Span:category``.

    Returns:
        The written files, with problems for repairs (W906) and losses (W905).

    Raises:
        DragomanError: with all errors in the input; E209 for an unknown format, E220 for a file in no known format,
            E221 for an ambiguous one, E108 for a file that cannot be written.

    """
    check_policy(quotes)
    said = path if isinstance(path, LabelledFile) else LabelledFile(path)
    path = said.path
    if names_a_benchmark(path, tagged=True):
        from dragoman.benchmark import load  # noqa: PLC0415 - not needed for files

        path = load(path)
    how = LabelledFile(
        path,
        said.format if read is None else read,
        columns or said.columns,
        documents or said.documents,
        labels or said.labels,
        said.characters if characters is None else characters,
        clean_text or said.clean_text,
        layer or said.layer,
    )
    if to != JSONL:
        registry.writer(to)  # raises before anything is read
    known = texts or {}
    rules = Target(texts=known, quotes=quotes, ignore_unknown_fields=ignore_unknown_fields)
    converted = submission_lines(path if hasattr(path, "gold_lines") else how, rules)
    made = converted.checked()
    name = str(path) if isinstance(path, str | Path) else ""
    options = replace(how.options(), name=name)
    return write_lines(made, to, texts=known, options=options, problems=converted.problems, out=out)
