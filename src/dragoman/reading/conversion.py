"""The function behind ``dragoman.convert`` and the command of that name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragoman.formats import registry
from dragoman.formats.outcome import Options, Written
from dragoman.problems import Problem
from dragoman.reading.submission_lines import submission_lines
from dragoman.reading.target import Target
from dragoman.text.quote_places import IN_ORDER, Policy, check_policy


@dataclass(frozen=True)
class Conversion:
    """What a conversion made.

    Attributes:
        documents: how many documents were converted.
        files: bytes by file name.
        paths: where they were written; empty where they were not.
        problems: repairs (W906) and losses (W905): everything that did not fit, counted.

    """

    documents: int
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    paths: tuple[Path, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Everything but the bytes as plain values, as ``dragoman convert --json`` prints it."""
        return {
            "documents": self.documents,
            "files": [str(path) for path in self.paths],
            "problems": msgspec.to_builtins(self.problems),
        }

    def __repr__(self) -> str:
        where = ", ".join(str(path) for path in self.paths) or ", ".join(self.files)
        counted = f"; {len(self.problems)} kinds of repair or loss" if self.problems else ""
        return f"{self.documents} documents in {where}{counted}"


def convert(
    path: Any,
    to: str = "jsonl",
    *,
    out: Path | str | None = None,
    read: str = "jsonl",
    documents: Sequence[str] = (),
    texts: Mapping[str, str] | None = None,
    characters: bool = False,
    quotes: Policy = IN_ORDER,
    ignore_unknown_fields: bool = False,
) -> Conversion:
    """Convert labels from or to what other tools have; everything that does not fit is counted.

    >>> convert("mine.conll", read="conll", out="mine.jsonl")
    >>> convert("pred.jsonl", to="brat", out="pred-brat").problems

    Args:
        path: a file, ``-`` for standard input, or a folder of files of one format; where that is ``jsonl``, also
            whatever :func:`dragoman.score` takes: parquet, dictionaries, a ``datasets.Dataset``, a `Benchmark`, …
        to: format to write: ``jsonl``, ``conll``, ``brat``, ``spacy``, ``pipeline``, ``timeml``, or one that was
            registered.
        out: file or folder to write; nothing is written if None.
        read: format to read.
        documents: ids of the documents, in order, for a format that names none.
        texts: texts by document id, for offsets to be checked against and tokens to be found in.
        characters: CoNLL: a token a character, not a word.
        quotes: which place a quote without ``occurrence`` means: ``in-order``, ``first``, ``all`` or ``strict``.
        ignore_unknown_fields: pass over fields that a submission does not have; each is warned of once (W911).

    Raises:
        DragomanError: for everything that is wrong with the input; E209 an unknown format, E108 a file that cannot be
            written.

    """
    known = texts or {}
    check_policy(quotes)
    options = Options(
        name=str(path) if isinstance(path, str | Path) else "",
        documents=tuple(documents),
        texts=known,
        characters=characters,
    )
    if read == "jsonl":
        rules = Target(texts=known, quotes=quotes, ignore_unknown_fields=ignore_unknown_fields)
        converted = submission_lines(path, rules)
    else:
        converted = registry.read_path(registry.named(read), path, options)
    made = converted.checked()
    written = Written({"submission.jsonl": registry.jsonl(made)})
    if to != "jsonl":
        written = registry.named(to).write(made, known, options)
    content = written.checked()
    paths = () if out is None else tuple(registry.write_path(written, Path(out)))
    return Conversion(len(made), content, (*converted.problems, *written.problems), paths)
