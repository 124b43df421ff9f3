"""The command line: ``dragoman …``. Data on stdout, progress and problems on stderr."""

from dragoman.cli.app import main

__all__ = ["main"]
