"""Options and results of all converters.

A converter never drops anything silently. Invalid input is an *error*, with line and hint, and then nothing is
converted; input that was read in spite of a defect is a *repair* (W906); valid input that the target cannot represent
is a *loss*, counted by kind (W905). All are collected in :class:`dragoman.problems.Diagnostics`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dragoman.formats import tokens
from dragoman.formats.item_bounds import MAX_ITEMS, check_items
from dragoman.problems import Diagnostics, DragomanError, Problem
from dragoman.schema import labels
from dragoman.schema.submission import Submission
from dragoman.utf8 import check_text

LIMIT = 2**26
"""Maximum input of a converter, in bytes: 64 MiB. Parsed JSON and XML take a multiple of it in memory."""
DATE_LABELS = frozenset(labels.values(labels.DateType))
"""Labels of the dates layer in formats with one label set for all spans."""

Scheme = Literal["auto", "bio", "iob1", "bioes", "bilou"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a converter. Every format uses those that apply to it.

    Attributes:
        name: name of the input in problems.
        documents: ids of the documents in the input, in order, for formats without ids.
        texts: texts by document id; offsets are checked against them, and tokens without offsets are aligned with them.
        date_labels: span labels that belong to the dates layer; all others belong to entities.
        columns: CoNLL: the columns by name, in their order (``FORM``, ``TAG``), or with their numbers from 1
            (``form=2``, ``tag=3``; ``tag=10:NER`` for a key of CoNLL-U's MISC); see :mod:`dragoman.formats.conll`.
        scheme: CoNLL, tokens with tags and pipeline output: the tagging scheme, or ``auto`` to detect it.
        characters: CoNLL: one character per row, as is common for Korean and Chinese: rows are joined without blanks
            (reading), or written so (writing); None detects it (reading) and writes words.
        cut: token formats, writing: tokenises a text into pairs of offsets in code points.
        labels: tokens with integer tags: the names of the tags, in order.
        clean_text: brat: offsets count in the text without a byte order mark, and with LF as line endings.
        span_layers: UIMA's XMI, WebAnno TSV, spaCy: layers (types of annotation) or span groups that contain the
            entities, by name or its last component, optionally with the feature that is the type, as in
            ``custom.Span:category``.
        beside: files beside the input that it needs (brat's text, UIMA's type system), by plain file name.

    """

    name: str = ""
    documents: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    date_labels: frozenset[str] = DATE_LABELS
    columns: tuple[str, ...] = ()
    scheme: Scheme = "auto"
    characters: bool | None = None
    labels: tuple[str, ...] = ()
    cut: Callable[[str], list[tuple[int, int]]] | None = None
    clean_text: bool = False
    span_layers: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)

    def layer(self, label: str | None) -> str:
        """Return the layer of a span with this label."""
        return "dates" if label in self.date_labels else "entities"

    def tokens(self, text: str) -> list[tuple[int, int]]:
        """Tokenise a text with ``cut`` if set, else into characters or words."""
        if self.cut is not None:
            return self.cut(text)
        return tokens.characters(text) if self.characters else tokens.words(text)


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Converted:
    """Submission lines made from a format.

    Attributes:
        lines: one per document, spans as offsets in code points; empty if there are errors.
        problems: errors first, in input order; then repairs; then one warning W905 per kind of loss.
        losses: number of items of each kind that a submission cannot represent.

    """

    lines: list[Submission]
    problems: tuple[Problem, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: list[Submission], diagnostics: Diagnostics) -> Converted:
        """Make the result of reading; if there are errors it has no lines."""
        return cls([] if diagnostics.failed else lines, _in_order(diagnostics), diagnostics.lost())

    def checked(self) -> list[Submission]:
        """Return the lines, or raise.

        Raises:
            DragomanError: with every error.

        """
        refuse(self.problems)
        return self.lines


@dataclass(frozen=True, slots=True)
class Written:
    """Files in a format, made from submission lines.

    Attributes:
        files: bytes by file name; each name is a plain file name (:func:`dragoman.files.child`). Empty if there are
            errors: output is never partial.
        problems: as for :class:`Converted`.
        losses: number of items of each kind that the format cannot represent.

    """

    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Mapping[str, bytes], diagnostics: Diagnostics) -> Written:
        """Make the result of writing; if there are errors it has no files."""
        return cls({} if diagnostics.failed else files, _in_order(diagnostics), diagnostics.lost())

    def checked(self) -> Mapping[str, bytes]:
        """Return the files, or raise.

        Raises:
            DragomanError: with every error.

        """
        refuse(self.problems)
        return self.files


def refuse(problems: tuple[Problem, ...]) -> None:
    """Raise if there are errors among the problems."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DragomanError(errors)


def decoded(data: bytes, diagnostics: Diagnostics, most: int = MAX_ITEMS) -> str | None:
    """Return the text of an input, or None after an error (E102 to E106).

    Args:
        data: the input.
        diagnostics: collects the error.
        most: maximum number of objects, elements or lines.

    """
    if len(data) > LIMIT:
        diagnostics.add("E106", f"the file is over {LIMIT:,} bytes.", "Split it into several.")
        return None
    try:
        check_text(data, diagnostics.file, max_line=LIMIT)
        check_items([data], diagnostics.file, most)
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        return None
    return data.decode()


def _in_order(diagnostics: Diagnostics) -> tuple[Problem, ...]:
    """Return errors first, then repairs, then one warning per kind of loss."""
    return tuple(sorted(diagnostics.problems(), key=lambda problem: problem.severity == "warning"))
