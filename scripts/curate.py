"""Cut the pages of this repository into segments and documents: `dragoman author curate`."""

from __future__ import annotations

import sys
from pathlib import Path

from dragoman.cli.author import step

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the step and return its exit code."""
    return step("curate", arguments, root=ROOT)


if __name__ == "__main__":
    sys.exit(main())
