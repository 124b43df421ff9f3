"""The command line: ``dragoman …``. Data on stdout, progress and problems on stderr."""

import gc
import sys

_OBJECTS = 50_000
"""So many new objects are looked through for cycles, not 700: modules and results are many objects and no garbage."""


def main() -> None:
    """Run the command line; interrupted at any time, also while it is being loaded, it ends with 130."""
    gc.set_threshold(_OBJECTS)
    try:
        from dragoman.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # as it ends, the interpreter looks through all objects once more
