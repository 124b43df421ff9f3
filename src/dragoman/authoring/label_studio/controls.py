"""Names of the controls of the labelling page, and their values, all from the schema's label sets.

The labelling configuration, the writer and the reader of tasks all use these definitions, so that they are consistent.
"""

from __future__ import annotations

from dragoman.schema import labels

TEXT = "text"
"""Name of the text object, and the key of the task's data that it shows."""
LABEL = "label"
"""Name of the control that creates regions."""

ENTITIES = labels.values(labels.EntityType)
DATES = labels.values(labels.DateType)
CLAIM = "CLAIM"
CUE = "CUE"
SPEAKER = "CLAIMANT"
REGION_LABELS = (*ENTITIES, *DATES, CLAIM, CUE, SPEAKER)
"""All region labels: entity types, date types, a claim's content, its cue, and a claimant that is not an entity."""

CLAIMANT_ROLES = tuple(role for role in labels.values(labels.ClaimantRole) if role != "MENTION")
"""Roles that can be chosen; a claimant that is a mention is a relation instead."""

CHOICES: dict[str, tuple[str, ...]] = {
    "form": labels.values(labels.EntityForm),
    "mod": labels.values(labels.DateMod),
    "source": labels.values(labels.DateSource),
    "polarity": labels.values(labels.Polarity),
    "modality": labels.values(labels.Modality),
    "act": labels.values(labels.Act),
    "flags": labels.values(labels.Flag),
    "claimant_role": CLAIMANT_ROLES,
    "phenomena": labels.values(labels.Phenomenon),
}
"""Per-region choices and their values."""
_SETS = {
    "form": "entities.form",
    "modality": "claims.modality",
    "act": "claims.act",
    "flags": "claims.flags",
    "phenomena": "phenomena",
}


def choices(own: labels.LabelSets | None = None) -> dict[str, tuple[str, ...]]:
    """Return the per-region choices, with the benchmark's own label sets."""
    return CHOICES | {name: labels.members(_SETS[name], own) for name in _SETS}


def types(own: labels.LabelSets | None = None) -> tuple[str, ...]:
    """Return the region labels of entities, with the benchmark's own types."""
    return labels.values(labels.EntityType, own)


MULTIPLE = frozenset({"flags", "claimant_role", "phenomena"})
"""Choices that allow several values (``choice="multiple"``)."""

LISTS = ("entity_ids", "claimant_ids", "about", "dates")
"""Per-region text areas with one string per entry (``maxSubmissions`` unset)."""
STRINGS = ("value", "ref", "value_external", "gloss", "gloss_intended", "cluster")
"""Per-region text areas with one string (``maxSubmissions="1"``)."""

OF_ENTITY = ("form", "entity_ids", "phenomena")
OF_DATE = ("value", "mod", "ref", "source", "value_external", "phenomena")
OF_CLAIM = (
    *("polarity", "modality", "act", "flags", "gloss", "gloss_intended", "cluster"),
    *("claimant_role", "claimant_ids", "about", "dates", "phenomena"),
)
"""Controls that are shown for a region of each layer, in this order; a cue has none."""

REQUIRED: dict[str, str] = {
    "form": "Choose the form of this mention.",
    "value": "Give the value of this date.",
}
"""Controls without which no file accepts a label, with the message of the page. The gloss is not required, since the
further fragments of a claim have its label and no gloss.
"""
FOLDED = ("phenomena",)
"""Controls that are collapsed by default: they have many values and are rarely needed."""
SEEN = "seen"
"""Per-region mark for a label that an annotator checked and left unchanged; it is not written to files."""

CLAIMANT = "claimant"
"""Relation from a claim to its claimant's region: an entity, or a bare span from a system's predictions."""
CUE_OF = "cue"
"""Relation from a claim to its cue."""
PARENT = "parent"
"""Relation from a claim to the claim that reports it."""
PART = "part"
"""Relation from the first region of a claim (or cue) to a further fragment, which has the same region label."""
RELATIONS = (CLAIMANT, CUE_OF, PARENT, PART)

ABOUT = ("headline", "published", "published_external")
"""Keys of a task's data that describe its document, besides its id."""

KEEP = "keep"
"""On the page of a comparison: the choice of what to keep."""
KEEP_VALUES: dict[str, str] = {
    "a": "the label of a",
    "b": "the label of b",
    "both": "both labels, as two",
    "none": "neither",
    "label": "the label as it is now in the text (leave one, and edit it)",
}
"""Values of :data:`KEEP`, those of :class:`dragoman.schema.decision.Decision`, with their descriptions."""
KEEP_KEYS: dict[str, str] = {"a": "a", "b": "b", "both": "t", "none": "n", "label": "l"}
"""Hotkey of each value of :data:`KEEP`: the name of the pass, or *two*, *neither*, *label*."""
REASON = "reason"
"""On the page of a comparison: the text area for the reason."""
