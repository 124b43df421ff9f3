"""Label the documents of this repository in a browser: `dragoman author annotate`."""

from __future__ import annotations

import sys
from pathlib import Path

from dragoman.cli.author import step

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the step and return its exit code."""
    return step("annotate", arguments, root=ROOT)


if __name__ == "__main__":
    sys.exit(main())
