"""Publish a release folder on the Hugging Face Hub: `dragoman author publish`."""

from __future__ import annotations

import sys

from dragoman.cli.author import step


def main(arguments: list[str] | None = None) -> int:
    """Run the step and return its exit code."""
    return step("publish", arguments)


if __name__ == "__main__":
    sys.exit(main())
