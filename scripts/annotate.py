"""Label in a browser with Label Studio: push labels to a server, pull them back, and lose nothing.

WHAT is `documents` (without labels), `gold`, `pass NAME`, `predictions FILE` (JSONL of any system, as suggestions), or
for two passes `compare A B`. `push` may be run again: it imports what is missing and says where both sides were
changed. `pull` shows what was changed and writes files below --out (default: --root, that is in place); of `compare
A B` it adds lines to a file of decisions.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dragoman.authoring import script
from dragoman.authoring.label_studio import server_commands, sync_commands

ROOT = Path(__file__).resolve().parent.parent
EPILOG = """\
The server is known by its address and a token in the environment, never on the command line:
DRAGOMAN_LABEL_STUDIO_URL and DRAGOMAN_LABEL_STUDIO_TOKEN, or LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY.

Exit codes: 0 done, 1 something is wrong or was left alone (each with a number), 2 wrong usage.
"""
Action = Callable[[Namespace], tuple[dict[str, Any], int]]


def parser() -> ArgumentParser:
    """Make the parser with its subcommands."""
    made = script.parser(__doc__, ROOT, EPILOG)
    subcommands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    server_commands.add(subcommands)
    sync_commands.add(subcommands)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    made = parser()
    options = made.parse_args(arguments)
    action: Action = options.action
    try:
        return script.execute(lambda: action(options), as_json=options.json)
    except sync_commands.Usage as cause:
        made.error(str(cause))


if __name__ == "__main__":
    sys.exit(main())
