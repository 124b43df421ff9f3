"""Names of the controls of the labelling page and the values that they offer, all from the schema's label sets.

The labelling configuration is made from these, and tasks are written and read with them, so that the two cannot
come to differ.
"""

from __future__ import annotations

from dragoman.schema import labels

TEXT = "text"
"""Name of the text object, and the key of the task's data that it shows."""
LABEL = "label"
"""Name of the control that makes regions."""

ENTITIES = labels.values(labels.EntityType)
DATES = labels.values(labels.DateType)
CLAIM = "CLAIM"
CUE = "CUE"
SPEAKER = "CLAIMANT"
REGION_LABELS = (*ENTITIES, *DATES, CLAIM, CUE, SPEAKER)
"""All region labels: entity types, date types, a claim's content, its cue, its claimant where that is no entity."""

CLAIMANT_ROLES = tuple(role for role in labels.values(labels.ClaimantRole) if role != "MENTION")
"""Roles that are chosen; a claimant that is a mention is a relation."""

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
    """Give the per-region choices of a benchmark that has label sets of its own."""
    return CHOICES | {name: labels.members(_SETS[name], own) for name in _SETS}


def types(own: labels.LabelSets | None = None) -> tuple[str, ...]:
    """Region labels of the entities of such a benchmark."""
    return labels.values(labels.EntityType, own)


MULTIPLE = frozenset({"flags", "claimant_role", "phenomena"})
"""Choices of which several can be made (``choice="multiple"``)."""

LISTS = ("entity_ids", "claimant_ids", "about", "dates")
"""Per-region text areas with one string an entry (``maxSubmissions`` unset)."""
STRINGS = ("value", "ref", "value_external", "gloss", "gloss_intended", "cluster")
"""Per-region text areas with one string (``maxSubmissions="1"``)."""

OF_ENTITY = ("form", "entity_ids", "phenomena")
OF_DATE = ("value", "mod", "ref", "source", "value_external", "phenomena")
OF_CLAIM = (
    *("polarity", "modality", "act", "flags", "gloss", "gloss_intended", "cluster"),
    *("claimant_role", "claimant_ids", "about", "dates", "phenomena"),
)
"""Controls that are shown for a region of each layer, in the order in which they are shown; a cue has none."""

REQUIRED: dict[str, str] = {
    "form": "Choose the form of this mention.",
    "value": "Give the value of this date.",
}
"""Controls without which no file takes a label, with what the page says where one is missing. A gloss is none of them:
the further fragments of a claim have its label and no gloss."""
FOLDED = ("phenomena",)
"""Controls that are folded until somebody opens them: many values, seldom needed."""
SEEN = "seen"
"""Per-region mark of an annotator who looked at a label and left it as it is; it is in no file."""

CLAIMANT = "claimant"
"""Relation from a claim to the region that makes it: an entity, or the bare span that a system predicted."""
CUE_OF = "cue"
"""Relation from a claim to its cue."""
PARENT = "parent"
"""Relation from a claim to the claim that it is reported in."""
PART = "part"
"""Relation from a claim's (or cue's) first region to a further fragment, which has the same region label."""
RELATIONS = (CLAIMANT, CUE_OF, PARENT, PART)

ABOUT = ("headline", "published", "published_external")
"""Keys of a task's data that say what its document is, beside its id."""

KEEP = "keep"
"""On the page of a comparison: the choice of what is kept."""
KEEP_VALUES: dict[str, str] = {
    "a": "the label of a",
    "b": "the label of b",
    "both": "both labels, as two",
    "none": "neither",
    "label": "the label as it is now in the text (leave one, and edit it)",
}
"""Values of :data:`KEEP`, those of :class:`dragoman.schema.decision.Decision`, with what they mean."""
KEEP_KEYS: dict[str, str] = {"a": "a", "b": "b", "both": "t", "none": "n", "label": "l"}
"""Key of each value of :data:`KEEP`: its pass, or *two*, *neither*, *label*."""
REASON = "reason"
"""On the page of a comparison: the text area for the reason."""
