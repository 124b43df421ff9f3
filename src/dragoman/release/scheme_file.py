"""``corpus/benchmark.toml``: name, version, languages, layers and label sets of a benchmark.

Without the file a benchmark has all layers and the default scheme, and ``[dataset]`` of ``corpus/sources.toml`` has its
name and version.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from dragoman import files
from dragoman.problems import Diagnostics, DragomanError, shown
from dragoman.release.source_table import LANGUAGE, NAME, VERSION, check_keys, convert
from dragoman.schema import labels
from dragoman.schema.layers import LAYER_NAMES, LAYERS

if TYPE_CHECKING:
    from pathlib import Path

FILE = "benchmark.toml"
TABLES: dict[str, tuple[str, str]] = {
    "types": ("entities.type", "entities"),
    "forms": ("entities.form", "entities"),
    "acts": ("claims.act", "claims"),
    "modalities": ("claims.modality", "claims"),
    "flags": ("claims.flags", "claims"),
    "phenomena": ("phenomena", ""),
}
"""Tables of the file, each with the label set that it declares and the layer it belongs to."""
_POLARITY = "a claim affirms or negates its content; a label made wrong on purpose turns one into the other"
_ROLES = "AUTHOR, MENTION and IMPLICIT say what a claimant is compared by"
_TIMEX = "the days and the interval of a date follow from its TIMEX3 type, value and modifier"
FIXED: dict[str, str] = {
    **dict.fromkeys(("polarity", "polarities"), _POLARITY),
    **dict.fromkeys(("roles", "claimant_roles", "claimants"), _ROLES),
    **dict.fromkeys(("date_types", "dates", "timex", "mods", "modifiers"), _TIMEX),
}
"""Label sets that a benchmark cannot redefine, by possible names of their table, and the reason: the scorer depends on
the meaning of each label.
"""
LABEL = re.compile(r"[^\W_][\w./+&:-]{0,59}")
"""Form of a label, which must be usable in columns, XML attributes and comma-separated lists."""
MAX_LABELS = 500
"""Maximum number of labels of a set."""


class _Head(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(pattern=NAME)] | None = None
    version: Annotated[str, msgspec.Meta(pattern=VERSION)] | None = None
    languages: list[Annotated[str, msgspec.Meta(pattern=LANGUAGE)]] = []
    layers: Annotated[list[labels.Layer], msgspec.Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [layer.name for layer in LAYERS]
    )


@dataclass(frozen=True)
class Scheme:
    """Content of ``corpus/benchmark.toml``.

    Attributes:
        name: name of the data set, or None if it is in ``corpus/sources.toml``.
        version: its version, or None likewise.
        languages: BCP 47 tags; may be empty.
        layers: annotated layers, in canonical order.
        label_sets: its own label sets, with a description of each label.

    """

    name: str | None = None
    version: str | None = None
    languages: tuple[str, ...] = ()
    layers: tuple[str, ...] = LAYER_NAMES
    label_sets: labels.LabelSets = field(default_factory=dict)

    @property
    def own_entities(self) -> bool:
        """Whether types or forms of entities are the benchmark's own instead of those of the default scheme."""
        return not self.label_sets.keys().isdisjoint({"entities.type", "entities.form"})


def toml(value: Any) -> str:
    """Format a string, or a list of strings, as TOML."""
    # JSON escapes the same characters as TOML, except DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def text(scheme: Scheme) -> str:
    """Format a scheme as content of the file, with a table for each of its own label sets."""
    parts = ["schema_version = 1"]
    parts += [f"{key} = {toml(value)}" for key in ("name", "version") if (value := getattr(scheme, key)) is not None]
    parts += [f"{key} = {toml(list(getattr(scheme, key)))}" for key in ("languages", "layers")]
    for table, (set_, _) in TABLES.items():
        if set_ in scheme.label_sets:
            own = scheme.label_sets[set_]
            parts += ["", f"[{table}]", *(f"{toml(label)} = {toml(line)}" for label, line in own.items())]
    return "\n".join(parts) + "\n"


def read(root: Path) -> Scheme:
    """Read and check the file; without a file return the default scheme.

    Raises:
        DragomanError: E706 with all problems at once, E207 if it is not TOML, or as
            :func:`dragoman.files.read_text`.

    """
    path = root / "corpus" / FILE
    if not path.exists():
        return Scheme()
    files.check_regular(path)
    return of_table(files.read_toml(path), str(path))


def of_table(data: dict[str, Any], file: str) -> Scheme:
    """Check the parsed content of the file.

    Raises:
        DragomanError: E706 with all problems at once.


    """
    diagnostics = Diagnostics(file)
    for table in FIXED.keys() & data.keys():
        hint = "Take the table away: these labels are the same in every benchmark."
        diagnostics.add("E706", f"`{table}` cannot be of one's own: {FIXED[table]}.", hint, path=table)
    known = {key: value for key, value in data.items() if key not in FIXED}
    check_keys(known, (*_Head.__struct_fields__, *TABLES), diagnostics)
    try:
        head = convert({key: data[key] for key in _Head.__struct_fields__ if key in data}, _Head, file, "")
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        head = _Head()
    layers = tuple(layer for layer in LAYER_NAMES if layer in head.layers)
    sets: dict[str, dict[str, str]] = {}
    for table, (name, layer) in TABLES.items():
        if table in data:
            sets[name] = _label_set(table, data[table], layers, diagnostics)
            if layer and layer not in layers:
                diagnostics.add(
                    "E706", f"`{layer}` is not among the layers.", "Add it, or take the table away.", path=table
                )
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return Scheme(head.name, head.version, tuple(head.languages), layers, sets)


def _label_set(table: str, value: Any, layers: tuple[str, ...], diagnostics: Diagnostics) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(line, str) and line.strip() for line in value.values()):
        diagnostics.add("E706", "a label has no line that says what it is.", 'Write LABEL = "what it is".', path=table)
        return {}
    if not 0 < len(value) <= MAX_LABELS:
        what = f"there are {len(value)} labels; 1 to {MAX_LABELS} go."
        diagnostics.add("E706", what, "Leave the table out for the labels of the default scheme.", path=table)
    taken = {
        label: layer.name for layer in LAYERS for label in layer.reserved if table == "types" and layer.name in layers
    }
    for label in value:
        if not LABEL.fullmatch(label):
            hint = "Use up to 60 letters, digits and the signs _ . / + & : - in it, with a letter or digit first."
            diagnostics.add("E706", f"{shown(label)} cannot be a label.", hint, path=table)
        elif label in taken:
            what = f"{shown(label)} is a label of the layer {taken[label]}."
            diagnostics.add("E706", what, "Call the type otherwise, or leave that layer out.", path=table)
    return {label: " ".join(line.split()) for label, line in value.items()}
