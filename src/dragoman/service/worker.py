"""The worker: scores the oldest queued submission and records the outcome, until it is stopped."""

from __future__ import annotations

import logging
import threading

from dragoman import redaction
from dragoman.leaderboard.closed import CANNOT_BE_SCORED, Closed, rounded_scores
from dragoman.leaderboard.isolation import Failure
from dragoman.problems import DragomanError
from dragoman.service.scoring_job import DEFAULT, Bounds, scores_of

LOG = logging.getLogger("dragoman.service")
WAIT = 1.0
"""Polling interval in seconds, for submissions that nothing signalled."""


class Worker:
    """Scores queued submissions one after another, in its own thread.

    Args:
        closed: withheld gold and the log of submissions.
        bounds: limits of the process for each submission.

    """

    def __init__(self, closed: Closed, bounds: Bounds = DEFAULT) -> None:
        self._closed = closed
        self._bounds = bounds
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)

    def start(self) -> None:
        """Requeue submissions that an earlier service left unfinished, and start the thread."""
        self._closed.log.requeue()
        self._thread.start()

    def wake(self) -> None:
        """Signal that a submission was queued."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the current submission, and stop."""
        self._stopped.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        interrupted = False
        while not self._stopped.is_set():
            try:
                if interrupted:
                    self._closed.log.requeue()
                    interrupted = False
                busy = self.step()
            except DragomanError as cause:  # for example a full disk: the submission is requeued and tried again
                LOG.warning("%s", redaction.redact(str(cause)))
                busy, interrupted = False, True
            if not busy:
                self._woken.wait(WAIT)
                self._woken.clear()

    def step(self) -> bool:
        """Score one submission; return whether there was one."""
        log = self._closed.log
        taken = log.take()
        if taken is None:
            return False
        number, body = taken
        scores = scores_of(body, self._closed.gold, self._bounds)
        if isinstance(scores, Failure):
            LOG.warning("submission %d failed: %s", number, redaction.redact(scores.reason))
            log.fail(number, CANNOT_BE_SCORED)
        else:
            log.finish(number, scores, rounded_scores(scores, self._closed.gold))
            LOG.info("submission %d scored", number)
        return True
