"""The worker: takes the submission that waits longest, has it scored, and notes the outcome, until it is stopped."""

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
"""Seconds until a worker that nobody wakes looks again."""


class Worker:
    """Scores queued submissions one after another, in a thread of its own.

    Args:
        closed: what they are scored against, and their log.
        bounds: of the process of each.

    """

    def __init__(self, closed: Closed, bounds: Bounds = DEFAULT) -> None:
        self._closed = closed
        self._bounds = bounds
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)

    def start(self) -> None:
        """Take up what an earlier service was ended in the middle of, and begin."""
        self._closed.log.requeue()
        self._thread.start()

    def wake(self) -> None:
        """Say that something was queued."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the submission at hand, and stop."""
        self._stopped.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        cut_off = False
        while not self._stopped.is_set():
            try:
                if cut_off:
                    self._closed.log.requeue()
                    cut_off = False
                busy = self.step()
            except DragomanError as cause:  # a full disk: the submission stays as it is, and is taken up again
                LOG.warning("%s", redaction.redact(str(cause)))
                busy, cut_off = False, True
            if not busy:
                self._woken.wait(WAIT)
                self._woken.clear()

    def step(self) -> bool:
        """Score one submission; give whether there was one."""
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
