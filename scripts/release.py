"""Build a release from corpus and gold: parquet, the card with its YAML, and a manifest with the fingerprint.

With --bundle, the same rows are also written as JSONL into the package, so that they travel in the wheel, and the
numbers in the card are renewed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dragoman import files
from dragoman.build import command, releasing

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = command.parser(__doc__, ROOT)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the release folder to write")
    parser.add_argument("--bundle", action="store_true", help="renew src/dragoman/data and the numbers in the card")
    options = parser.parse_args(arguments)
    if options.out is None and not options.bundle:
        parser.error("give --out DIR, or --bundle, or both")
    if options.bundle and options.root.resolve() != ROOT:
        parser.error("--bundle renews what travels in this package, and goes with this repository's own data alone")

    def work() -> tuple[dict[str, object], int]:
        release = releasing.source.assemble(options.root)
        outcome: dict[str, object] = {"name": release.name, "version": release.version}
        if options.out is not None:
            releasing.write(release, options.root, options.out)
            outcome["written"] = str(options.out)
        if options.bundle:
            card = releasing.current_card(options.root, release)
            outcome["bundle_changed"] = releasing.bundle.write(release, ROOT / "src" / "dragoman" / "data")
            outcome["card_changed"] = files.write(options.root / "DATASET_CARD.md", card.encode())
        return outcome | {"fingerprint": release.fingerprint}, 0

    return command.execute(work, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
