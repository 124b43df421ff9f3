"""Put two annotation passes and the decisions on them together: annotations/passes → annotations/gold.

Lists what is undecided, and builds no gold while anything is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from dragoman.authoring import adjudication, agreement, script
from dragoman.authoring.disagreements import Point

EPILOG = """\
A decision is a line of annotations/decisions.jsonl: {"document", "layer", "a": id or null, "b": id or null,
"keep": "a", "b", "both", "none" or "label", "reason"}, and where keep is "label" the label itself as "entity",
"date" or "claim".
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = script.parser(__doc__, Path(__file__).resolve().parent.parent, EPILOG)
    parser.add_argument("--list", action="store_true", help="show what is undecided, with both labels; build nothing")
    options = parser.parse_args(arguments)

    def work() -> tuple[dict[str, Any], int]:
        if options.list:
            cases = adjudication.read_cases(options.root)
            open_points = [shown(point) for case in cases.values() for point in case.undecided()]
            return {"undecided": open_points if options.json else len(open_points)} | (
                {} if options.json else {f"point {i}": point for i, point in enumerate(open_points, 1)}
            ), int(bool(open_points))
        gold = adjudication.build_gold(options.root)
        outcome: dict[str, Any] = {"documents": len(gold), "changed": adjudication.write_gold(options.root, gold)}
        return outcome | {"agreement_changed": agreement.write(options.root, gold)}, 0

    return script.execute(work, as_json=options.json)


def shown(point: Point) -> dict[str, Any]:
    """Lay a point open: where it is, in what the passes differ, and both labels."""
    document, layer, _, _ = point.key
    return {
        "document": document,
        "layer": layer,
        "differences": point.differences,
        "a": None if point.a is None else msgspec.to_builtins(point.a),
        "b": None if point.b is None else msgspec.to_builtins(point.b),
    }


if __name__ == "__main__":
    sys.exit(main())
