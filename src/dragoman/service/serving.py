"""Runs the scoring service for one private bundle, with a log from which secrets are redacted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dragoman import redaction
from dragoman.leaderboard import isolation
from dragoman.locking import only_writer
from dragoman.problems import error

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.leaderboard.closed import Closed
    from dragoman.service.scoring_job import Bounds


class _Redacted(logging.Formatter):
    """A log formatter that redacts secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return redaction.redact(super().format(record))


def serve(closed: Closed, folder: Path, host: str, port: int, bounds: Bounds) -> None:
    """Serve until interrupted (SIGINT, SIGTERM).

    Args:
        closed: withheld gold, its rules and its log of submissions.
        folder: the private bundle; it is locked against other services.
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        bounds: limits of the process for each submission.

    Raises:
        DragomanError: E842 without the extra ``service``, or if another service has locked the bundle.

    """
    isolation.start_server()
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from dragoman.service.app import application  # noqa: PLC0415 - as above
    except ImportError as cause:
        raise error("E842", "the scoring service is not installed.", "Install the extra: dragoman[service].") from cause
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(message)s"))
    for name in ("dragoman.service", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
    # No access log: headers contain tokens, and URLs contain arbitrary client input.
    config = uvicorn.Config(
        application(closed, bounds),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=64,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=10,
    )
    with only_writer(folder, "E842"):
        uvicorn.Server(config).run()
