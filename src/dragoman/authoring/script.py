"""What the maintainer's scripts share: how they are told what to do, and how they fail."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dragoman import files
from dragoman.output import standard_output
from dragoman.problems import DragomanError
from dragoman.text import visible, visible_json


def parser(description: str | None, root: Path, epilog: str = "") -> argparse.ArgumentParser:
    """Make a parser with the options that every script has.

    Args:
        description: the script's docstring.
        root: the default of ``--root``.
        epilog: what stands after the options.

    """
    made = bare_parser(description, epilog)
    made.add_argument(
        "--root",
        type=Path,
        default=root,
        metavar="DIR",
        help="the folder that holds corpus/ (default: this repository)",
    )
    return made


def bare_parser(description: str | None, epilog: str = "") -> argparse.ArgumentParser:
    """Make a parser for a script that reads no source root."""
    made = argparse.ArgumentParser(
        description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--json", action="store_true", help="print the outcome as JSON")
    return made


def execute(action: Callable[[], tuple[dict[str, Any], int]], *, as_json: bool) -> int:
    """Run a script's work and print its outcome.

    Args:
        action: does the work; gives named values and an exit code.
        as_json: print them as JSON; otherwise a line each.

    Returns:
        The exit code: the action's, 1 after printing the problems that it raised, or 130 when it was interrupted.

    """
    try:
        with standard_output():
            return _execute(action, as_json=as_json)
    except KeyboardInterrupt:
        return 130


def _execute(action: Callable[[], tuple[dict[str, Any], int]], *, as_json: bool) -> int:
    try:
        outcome, code = action()
    except DragomanError as cause:
        if as_json:
            sys.stdout.write(visible_json(files.pretty_json({"problems": cause.problems}).decode()))
        for problem in cause.problems:
            sys.stderr.write(visible(str(problem)) + "\n")
        return 1
    if as_json:
        sys.stdout.write(visible_json(files.pretty_json(outcome).decode()))
    else:
        for name, value in outcome.items():
            shown = (", ".join(map(str, value)) or "none") if isinstance(value, list) else value
            sys.stdout.write(f"{name.replace('_', ' ')}: {visible(str(shown))}\n")
    return code
