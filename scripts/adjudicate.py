"""Turn annotation passes into gold: annotations/passes → annotations/gold, one JSON file a document."""

from __future__ import annotations

import sys
from pathlib import Path

from dragoman.build import adjudication, command


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = command.parser(__doc__, Path(__file__).resolve().parent.parent)
    parser.add_argument("--pass", dest="name", default="pilot", metavar="NAME", help="the pass (default: pilot)")
    options = parser.parse_args(arguments)

    def work() -> tuple[dict[str, object], int]:
        gold = adjudication.build_gold(options.root, options.name)
        changed = adjudication.write_gold(options.root, gold)
        return {"documents": sorted(gold), "changed": changed}, 0

    return command.execute(work, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
