"""The function behind ``dragoman.convert`` and the command of that name: it takes every form that scoring takes."""

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
    """Convert labels from or to what other tools have; everything that does not fit is counted.

    >>> convert("mine.conll", out="mine.jsonl")
    >>> convert("pred.jsonl", to="brat", out="pred-brat").problems

    What is read goes through the checks of ``validate``: nothing is written that it would refuse.

    Args:
        path: a file, ``-`` for standard input, a folder of files of one format, or whatever else
            :func:`dragoman.score` takes: a `LabelledFile`, parquet, dictionaries, a ``datasets.Dataset``; or a
            `Benchmark`, its folder, or ``owner/name@v1.0.0`` on the Hub, of which all splits are given.
        to: format to write, as :data:`dragoman.formats.registry.FORMATS` names them; ``jsonl`` is a submission.
        out: file or folder to write; nothing is written if None.
        read: format to read; recognised by content if None.
        documents: ids of the documents, in order, for a format that names none.
        texts: texts by document id, for offsets to be checked against and tokens to be found in.
        quotes: which place a quote without ``occurrence`` means: ``in-order``, ``first``, ``all`` or ``strict``.
        ignore_unknown_fields: pass over fields that a submission does not have; each is warned of once (W911).
        characters: CoNLL: a token a character, not a word; recognised, when it is read, if None.
        columns: CoNLL: the columns by name, as in ``form=1,tag=3``.
        labels: names of tags that are numbers, in the order of these numbers.
        clean_text: brat: offsets count in the text without byte order mark, with LF as line ends.
        layer: XMI, WebAnno TSV, spaCy: the layers or groups of spans that are the entities, ``custom.Span:category``.

    Raises:
        DragomanError: for everything that is wrong with the input; E209 an unknown format, E220 a file of none, E221
            one that may be of two, E108 a file that cannot be written.

    """
    check_policy(quotes)
    said = path if isinstance(path, LabelledFile) else LabelledFile(path)
    path = said.path
    if names_a_benchmark(path, tagged=True):
        from dragoman.benchmark import load  # noqa: PLC0415 - files need none of it

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
        registry.writer(to)  # refused before anything is read
    known = texts or {}
    rules = Target(texts=known, quotes=quotes, ignore_unknown_fields=ignore_unknown_fields)
    converted = submission_lines(path if hasattr(path, "gold_lines") else how, rules)
    made = converted.checked()
    name = str(path) if isinstance(path, str | Path) else ""
    options = replace(how.options(), name=name)
    return write_lines(made, to, texts=known, options=options, problems=converted.problems, out=out)
