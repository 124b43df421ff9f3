"""The command line: ``dragoman …``. Data on stdout, progress and problems on stderr."""

import atexit
import gc
import sys

_OBJECTS = 50_000
"""So many new objects are looked through for cycles, not 700: modules and results are many objects and no garbage."""


def main() -> None:
    """Run the command line; interrupted at any time, also while it is being loaded, it ends with 130."""
    thresholds = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # at its end the interpreter would look through all objects once more
    try:
        from dragoman.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.set_threshold(*thresholds)
