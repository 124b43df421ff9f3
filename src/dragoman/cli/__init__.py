"""The command line: ``dragoman …``. Data goes to stdout, progress and problems to stderr."""

import sys

from dragoman import tuning


def main() -> None:
    """Run the command line; an interrupt at any time, also during imports, exits with 130."""
    try:
        with tuning.command_line():
            from dragoman.cli import app

            app.main()
    except KeyboardInterrupt:
        sys.exit(130)
