"""The command line: ``dragoman …``. Data on stdout, progress and problems on stderr."""

import sys

from dragoman import tuning


def main() -> None:
    """Run the command line; interrupted at any time, also while it is being loaded, it ends with 130."""
    try:
        with tuning.command_line():
            from dragoman.cli import app

            app.main()
    except KeyboardInterrupt:
        sys.exit(130)
