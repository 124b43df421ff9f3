"""Recognise other rows of the project given as lines of a submission, for better hints."""

from __future__ import annotations

from typing import Any

from dragoman.schema.shape import Fault

_LABELS = ("type", "form", "mod", "role", "polarity", "modality", "act", "kind")
"""Fields that are class labels in the data set."""


def mistaken(row: dict[str, Any]) -> Fault | None:
    """Return a fault if a row is a single label, or of a release without texts; None for any other."""
    if "document" in row and not row.keys().isdisjoint({"start", "content"}):
        hint = "Give the rows of the configuration `documents`: one document a row, with all its labels."
        return Fault("E202", "document", "the line is a label, not a document.", hint)
    if "sha256" in row and "text" not in row and "layers_annotated" in row:
        hint = "Put the texts back, and give that release: dragoman rehydrate DIR --pages PAGES --out RELEASE."
        return Fault("E202", "sha256", "the line is of a release without texts.", hint)
    return None


def advice(fault: Fault) -> str:
    """Return an additional hint for a fault, or an empty string."""
    if fault.code == "E203" and not fault.hint.startswith("Did you mean"):
        return "With --ignore-unknown-fields it is passed over."
    if fault.code == "E202" and "found the number" in fault.what and fault.path.endswith(_LABELS):
        return "Numbers of class labels have names: give the `Dataset` itself, not its rows."
    return ""
