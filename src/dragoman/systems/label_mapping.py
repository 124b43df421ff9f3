"""The mapping from a model's entity labels to the entity types of a benchmark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dragoman import files, json_text
from dragoman.problems import Diagnostics, DragomanError, shown
from dragoman.schema.labels import EntityType, values
from dragoman.systems.protocol import Reply

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.systems.provenance import Code

TYPES: dict[str, str] = {
    **{type_: type_ for type_ in values(EntityType)},
    "PERSON": "PER",
    "PS": "PER",
    "PERS": "PER",
    "OG": "ORG",
    "ORGANIZATION": "ORG",
    "NORP": "ORG",
    "LC": "LOC",
    "LOCATION": "LOC",
    "FACILITY": "FAC",
    "AF": "FAC",
    "EV": "EVENT",
    "LAW": "DOC",
    "TITLE": "ROLE",
}
"""Default type for each label of CoNLL-2003, OntoNotes 5, KLUE and ANERcorp that has one; OntoNotes' NORP, a
nationality or group, is mostly the adjective of an organisation. A label that is not listed, such as MISC, has no
counterpart."""


class TypeMap:
    """Mapping from a model's labels to the entity types of a benchmark.

    A label is mapped by the user's map; else to the type of the benchmark with the same name, whatever its case; else,
    if it is a label of another scheme (:data:`TYPES`), to its counterpart, provided that the benchmark has that type. A
    prefix ``B-`` or ``I-`` is ignored. Spans of other labels are dropped and counted.

    Args:
        types: entity types of the benchmark.
        given: a user's map from labels to types.

    Raises:
        DragomanError: E501 if the map names a type that the benchmark does not have.

    Example:
        >>> mapped = TypeMap(["FIRM", "PER"], {"ORG": "FIRM"})
        >>> [mapped.type_of(label) for label in ("ORG", "firm", "B-PERSON", "MISC")]
        ['FIRM', 'FIRM', 'PER', None]

    """

    def __init__(self, types: Iterable[str], given: Mapping[str, str] | None = None) -> None:
        self.types = tuple(types)
        self.given = dict(given or {})
        diagnostics = Diagnostics("--map")
        for label, type_ in self.given.items():
            if type_ not in self.types:
                hint = diagnostics.suggest(type_, list(self.types), f"Types: {', '.join(self.types)[:300]}.")
                diagnostics.add("E501", f"the benchmark has no type {shown(type_)}.", hint, path=label)
        if diagnostics.failed:
            raise DragomanError(diagnostics.problems())
        self._folded = {type_.casefold(): type_ for type_ in reversed(self.types)}

    @classmethod
    def of(cls, benchmark: Benchmark | None, given: Mapping[str, str] | None = None) -> TypeMap:
        """Create the map to the types of a benchmark, or of the default scheme; for a gold file, to the types in it."""
        if benchmark is None:
            return cls(values(EntityType), given)
        if benchmark.given:
            used = {entity.type for document in benchmark.documents for entity in document.entities}
            return cls(sorted(used), given)
        return cls(values(EntityType, benchmark.release.label_sets), given)

    def type_of(self, label: str) -> str | None:
        """Return the type that a label is mapped to, or None."""
        for name in dict.fromkeys((label, label[2:] if label[:2].upper() in {"B-", "I-"} else label)):
            other = TYPES.get(name.upper())
            found = self.given.get(name) or (name if name in self.types else self._folded.get(name.casefold()))
            if found or other in self.types:
                return found or other
        return None

    def reply(self, spans: Iterable[tuple[int, int, str]]) -> Reply:
        """Build a reply from a model's spans, as (start, end, label) with offsets in code points."""
        made: list[dict[str, Any]] = []
        unmapped: Counter[str] = Counter()
        for start, end, label in spans:
            type_ = self.type_of(label)
            if type_ is None:
                unmapped[label] += 1
            elif start < end:
                made.append({"start": start, "end": end, "type": type_})
        return Reply({"entities": made}, unmapped=unmapped)

    def in_code(self, code: Code) -> Code:
        """Add the map to the code that answers depend on, unless it is the default one."""
        if self.types == values(EntityType) and not self.given:
            return code
        parts = files.sha256(json_text.canonical([list(self.types), self.given]))
        return code._replace(parts={**code.parts, "label map": parts})
