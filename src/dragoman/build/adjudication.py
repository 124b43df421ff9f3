"""From passes to gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import files
from dragoman.build.pages import read_curated
from dragoman.build.passes import read_pass
from dragoman.problems import error

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.schema.records import Labels


def build_gold(root: Path, name: str) -> dict[str, Labels]:
    """Turn the labels of a single pass into gold.

    Args:
        root: the source root.
        name: the pass, a folder under ``annotations/passes/``.

    Raises:
        DragomanError: with everything that is wrong with the pass; E701 when there is no such pass.

    """
    folder = files.child(root / "annotations" / "passes", name)
    documents = {document.id: document for page in read_curated(root) for document in page.documents}
    gold = read_pass(folder, documents)
    if not gold:
        raise error(
            "E701", f"the pass {name!r} has no labels.", "Passes stand in annotations/passes/.", file=str(folder)
        )
    return gold


def write_gold(root: Path, gold: dict[str, Labels]) -> list[str]:
    """Write gold files and remove those of documents that have gold no more; return the documents that changed."""
    folder = root / "annotations" / "gold"
    changed = [name for name, labels in gold.items() if files.write(folder / f"{name}.json", files.pretty_json(labels))]
    for path in folder.glob("*.json"):
        if path.stem not in gold:
            path.unlink()
            changed.append(path.stem)
    return sorted(changed)
