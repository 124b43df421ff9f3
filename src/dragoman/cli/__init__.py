"""The command line: ``dragoman …``. Data goes to stdout, progress and problems to stderr."""

import signal
import sys
import threading
from types import FrameType

from dragoman import tuning


def main() -> None:
    """Run the command line; an interrupt at any time, also during imports, exits with 130."""
    is_interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal is_interrupted
        is_interrupted = True
        signal.default_int_handler(number, frame)

    # In the background interrupts are ignored, and only the main thread gets them.
    is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_default and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, interrupt)
    try:
        with tuning.command_line():
            from dragoman.cli import app

            app.main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        if is_interrupted:  # libraries turn an interrupt into other errors, as numpy does while it is imported
            sys.exit(130)
        raise
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
