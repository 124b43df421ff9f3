"""Changes made on the page, label by label."""

from __future__ import annotations

from typing import Any

from dragoman.authoring.label_studio.label_fields import Draft, Label, spans, view
from dragoman.schema.layers import LAYER_NAMES

Change = dict[str, Any]


def difference(document: str, before: Draft, after: Draft) -> list[Change]:
    """Compare two states of a document's labels.

    Returns:
        One change per added or removed label, and one per changed field: document, layer, label, change (``added``,
        ``removed`` or ``changed``), the label's text, and for a field its name and its value before and after.

    """
    old, new = view(before), view(after)
    changes: list[Change] = []
    for layer in LAYER_NAMES:
        labels = {label.get("id"): label for label in [*before[layer], *after[layer]]}
        for name in dict.fromkeys([*old[layer], *new[layer]]):
            was, now = old[layer].get(name), new[layer].get(name)
            change: Change = {"document": document, "layer": layer, "label": name, "text": surface(labels[name])}
            if was is None or now is None:
                kind = "added" if was is None else "removed"
                changes.append(change | {"change": kind, "type": labels[name].get("type")})
                continue
            changes.extend(
                change | {"change": "changed", "field": field, "before": was.get(field), "after": now.get(field)}
                for field in dict.fromkeys([*was, *now])
                if was.get(field) != now.get(field)
            )
    return changes


def surface(label: Label) -> str:
    """Return the text of a label, its fragments joined by an ellipsis."""
    return " … ".join(str(fragment.get("text", "")) for fragment in spans(label))


def readable(change: Change) -> str:
    """Format a change in one line, as in ``000.article-1 + entities e9 PER 'text'``; not escaped for a terminal."""
    sign = {"added": "+", "removed": "-", "changed": "~"}[change["change"]]
    head = f"{change['document']} {sign} {change['layer']} {change['label']}"
    if change["change"] == "changed":
        return f"{head} {change['text']!r}: {change['field']} {change['before']!r} → {change['after']!r}"
    return f"{head} {change['type'] or ''} {change['text']!r}".replace("  ", " ")
