"""A file with the options of its reader: format, columns, ids of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dragoman.formats.outcome import Options

PRED, GOLD = "pred", "gold"


@dataclass(frozen=True)
class LabelledFile:
    """A file of labels with what cannot be inferred from it; accepted wherever a path is.

    >>> score(LabelledFile("out.conll", columns="form=1,tag=3"), "gold.brat/")

    Attributes:
        path: a file, a folder of files of one format, or anything else that :func:`dragoman.score` accepts.
        format: its format, as ``dragoman convert --from`` names it; recognised by content if None.
        columns: CoNLL: the columns by name, ``form=1,tag=3``, as a string or a sequence; ``gold`` and ``pred`` for two
            columns of tags, of which each side of a comparison uses its own.
        documents: ids of the documents, in order, for a format without ids.
        labels: names of tags that are numbers, in the order of these numbers.
        characters: CoNLL: whether each row is a character instead of a token; recognised if None.
        layer: XMI, WebAnno TSV, spaCy: the layers of annotations or groups of spans that are the entities,
            ``NamedEntity`` or ``custom.Span:category``, as a string or a sequence; recognised if empty.
        clean_text: brat: whether offsets refer to the text without byte order mark, with LF as line ends.

    """

    path: Any
    format: str | None = None
    columns: str | Sequence[str] = ()
    documents: Sequence[str] = ()
    labels: str | Sequence[str] = ()
    characters: bool | None = None
    clean_text: bool = False
    layer: str | Sequence[str] = ()

    @property
    def both(self) -> bool:
        """Whether the file has a column of gold tags and one of predicted tags."""
        names = {name.partition("=")[0].strip().lower() for name in _split(self.columns)}
        return {GOLD, PRED} <= names

    def side(self, name: str) -> LabelledFile:
        """Select the ``gold`` or ``pred`` column of a file with both as its tags."""
        parted = [column.partition("=") for column in _split(self.columns)]
        tag, other = (GOLD, PRED) if name == GOLD else (PRED, GOLD)
        roles = {tag: "tag", other: "_"}
        kept = [(roles.get(role.strip().lower(), role), mark, place) for role, mark, place in parted]
        columns = tuple("".join(parts) for parts in kept if not (parts[0] == "_" and parts[1]))
        return replace(self, format=self.format or "conll", columns=columns)

    def options(self) -> Options:
        """Return the options for the converter."""
        from dragoman.formats.outcome import Options  # noqa: PLC0415 - not needed for a submission

        return Options(
            documents=tuple(self.documents),
            columns=_split(self.columns),
            labels=_split(self.labels),
            characters=self.characters,
            clean_text=self.clean_text,
            span_layers=_split(self.layer),
        )


def _split(names: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in names.split(",") if part.strip()) if isinstance(names, str) else tuple(names)
