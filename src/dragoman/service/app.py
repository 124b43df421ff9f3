"""The scoring service as a web application (Starlette): it accepts submissions and returns aggregate scores.

``POST /submissions?system=NAME`` takes predictions as its body, ``GET /submissions`` and ``GET /submissions/N`` return
their status, ``GET /board`` the best submission of every team, ``GET /`` the rules. The ``/submissions`` routes require
the header ``Authorization: Bearer TOKEN``. Responses are JSON; an error has numbered problems, as in ``dragoman …
--json``.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import msgspec
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dragoman import redaction
from dragoman.leaderboard.closed import steps
from dragoman.problems import DragomanError, Problem
from dragoman.service.scoring_job import DEFAULT, MAX_BYTES, Bounds, problems_of
from dragoman.service.worker import Worker
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.leaderboard.closed import Closed
    from dragoman.leaderboard.submission_log import Submission

LOG = logging.getLogger("dragoman.service")
MAX_AT_ONCE = 4
"""Submissions that are received and validated concurrently; each may take :data:`MAX_BYTES` of memory."""
MAX_SECONDS = 120.0
"""Timeout for receiving the body of a submission, in seconds."""
MAX_NAME = 120
_STATUS = {"E106": 413, "E108": 507, "E202": 422, "E840": 429, "E841": 401}
Handler = Callable[[Request], Awaitable[Response]]


def application(closed: Closed, bounds: Bounds = DEFAULT) -> Starlette:
    """Make the application, with a worker that runs for as long as it does.

    Args:
        closed: withheld gold, its rules and its log of submissions.
        bounds: limits of the process for each submission.

    """
    service = _Service(closed, bounds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        service.worker.start()
        try:
            yield
        finally:
            await to_thread.run_sync(service.worker.stop)

    routes = [
        Route("/", _answered(service.rules)),
        Route("/board", _answered(service.board)),
        Route("/submissions", _answered(service.submissions), methods=["GET"]),
        Route("/submissions", _answered(service.submit), methods=["POST"]),
        Route("/submissions/{number:int}", _answered(service.submission)),
    ]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _no_such, 405: _no_such})


async def _no_such(_: Request, __: Exception) -> Response:
    return _json({"problems": [{"what": "there is nothing here, or not by this method."}]}, 404)


def _answered(handler: Handler) -> Handler:
    """Turn exceptions of a handler into responses that reveal no internals."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except DragomanError as cause:
            return _refused(list(cause.problems))
        except TimeoutError:
            return _json({"problems": [{"what": "the submission took too long to arrive."}]}, 408)
        except Exception as cause:  # noqa: BLE001 - no traceback goes to a client, and no secret into the log
            LOG.warning("a request failed: %s", redaction.redact(repr(cause)))
            return _json({"problems": [{"what": "the service failed; the reason is in its log."}]}, 500)

    return answer


def _json(value: Any, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def _refused(problems: list[Problem]) -> Response:
    shown = [msgspec.to_builtins(problem) for problem in problems]
    body = redaction.redact(msgspec.json.encode({"problems": shown}).decode())
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(body, _STATUS.get(problems[0].code, 422), headers, "application/json")


class _Service:
    """Request handlers, and their shared state."""

    def __init__(self, closed: Closed, bounds: Bounds) -> None:
        self.closed = closed
        self.bounds = bounds
        self.worker = Worker(closed, bounds)
        self.target = closed.benchmark.target(closed.gold.data.split)
        self.slots = anyio.Semaphore(MAX_AT_ONCE)

    async def rules(self, _: Request) -> Response:
        """Return the data and the rules of the benchmark."""
        data, limits = self.closed.gold.data, self.closed.limits
        return _json(
            {
                "data": {
                    "name": data.name,
                    "version": data.version,
                    "split": data.split,
                    "fingerprint": data.fingerprint,
                },
                "rounded_to": steps(self.closed.gold),
                "submissions": {"per_day": limits.per_day, "total": limits.total},
                "max_bytes": MAX_BYTES,
            }
        )

    async def board(self, _: Request) -> Response:
        """Return the best scores of every team, and its number of submissions."""
        teams = await to_thread.run_sync(self.closed.log.teams)
        main = next(iter(steps(self.closed.gold)))
        rows = [{"team": team, "submissions": number, "best": best} for team, (number, best) in teams.items()]
        return _json(sorted(rows, key=lambda row: (-row["best"].get(main, -1.0), row["team"])))

    async def submissions(self, request: Request) -> Response:
        """List the submissions of the requesting team."""
        team = await self._team(request)
        made = await to_thread.run_sync(self.closed.log.of_team, team)
        return _json([_shown(each) for each in made])

    async def submission(self, request: Request) -> Response:
        """Return the status of a submission of the requesting team; those of other teams are reported as not found."""
        team = await self._team(request)
        return await self._answer(team, request.path_params["number"])

    async def submit(self, request: Request) -> Response:
        """Accept a submission: authenticate, check its size and the limits, validate it, and queue it."""
        team = await self._team(request)
        system = visible(request.query_params.get("system", "")).strip()[:MAX_NAME] or "unnamed"
        async with self.slots:
            with anyio.fail_after(MAX_SECONDS):
                body = await _body(request)
            log, limits = self.closed.log, self.closed.limits
            known = await to_thread.run_sync(log.known, team, body)
            if known is not None:  # resubmitted, for example after a lost connection: it counts once
                return await self._answer(team, known)
            await to_thread.run_sync(log.attempt, team, limits)
            problems = await to_thread.run_sync(problems_of, body, self.target, self.bounds)
            if problems:
                return _refused(problems)
            number = await to_thread.run_sync(log.submit, team, system, body, limits)
        self.worker.wake()
        LOG.info("submission %d queued", number)
        return await self._answer(team, number, 202)

    async def _answer(self, team: str, number: int, status: int = 200) -> Response:
        made = await to_thread.run_sync(self.closed.log.of_team, team)
        found = [_shown(each) for each in made if each.id == number]
        return (
            _json(found[0], status) if found else _json({"problems": [{"what": "there is no such submission."}]}, 404)
        )

    async def _team(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        return await to_thread.run_sync(self.closed.log.team_of, token)


async def _body(request: Request) -> bytes:
    """Read a request body up to the limit.

    Raises:
        DragomanError: E106 if the body is over the limit.

    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            what = f"the submission is over {MAX_BYTES:,} bytes."
            raise DragomanError(Problem(code="E106", what=what, hint="Send it compressed, and its labels alone."))
        parts.append(part)
    return b"".join(parts)


def _shown(submission: Submission) -> dict[str, Any]:
    made = submission._asdict()
    del made["team"]
    made["scores"] = made.pop("shown")
    return made
