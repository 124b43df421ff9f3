"""Who submitted what, when, and how it scored: an embedded database next to the withheld gold, for organisers only.

SQLite with a write-ahead log that is flushed at every commit: accepted submissions survive a killed process. Each
change is one transaction; limits are checked in the transaction that accepts a submission, so that of two concurrent
ones the second sees the first.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from dragoman import redaction
from dragoman.problems import DragomanError, error
from dragoman.text import counted

NAME = "submissions.sqlite"
Shown: TypeAlias = dict[str, float | None]
"""Rounded scores by column; None where a submission attempts nothing."""
MAX_TRIES = 3
"""Maximum number of times that a submission is scored whose scoring was interrupted by the end of the service."""
MAX_ATTEMPTS = 20
"""Attempts that a team may make per day, valid or not, as a multiple of its daily limit."""
_TABLES = """
CREATE TABLE IF NOT EXISTS teams (name TEXT PRIMARY KEY, token TEXT UNIQUE, added TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempts (team TEXT, day TEXT, number INTEGER NOT NULL, PRIMARY KEY (team, day));
CREATE TABLE IF NOT EXISTS submissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, team TEXT NOT NULL, system TEXT NOT NULL, sha256 TEXT NOT NULL,
    received TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    tries INTEGER NOT NULL DEFAULT 0, body BLOB, finished TEXT, exact TEXT, shown TEXT, reason TEXT,
    UNIQUE (team, sha256)
);
"""


class Limits(NamedTuple):
    """How many submissions of each team are scored: per day (UTC), and in total."""

    per_day: int = 5
    total: int = 50


DEFAULT = Limits()


class Submission(NamedTuple):
    """A submission as its team may see it; once done, ``shown`` has the team's best scores up to then."""

    id: int
    team: str
    system: str
    received: str
    state: str
    shown: Shown
    reason: str | None


def team_key(name: str) -> str:
    """Return the key by which team names are compared, regardless of case and spacing.

    >>> team_key(" Team  One")
    'team one'

    """
    return " ".join(name.split()).casefold()


class SubmissionLog:
    """The submission log of one private bundle; teams are identified by :func:`team_key` of their names.

    Args:
        path: the database; created if missing, readable only by its owner.
        now: returns the current time, in UTC.

    Raises:
        DragomanError: from every method, E108 if the database cannot be written: full disk, missing permission.

    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now
        with self._writing() as db:
            for statement in _TABLES.split(";\n"):
                db.execute(statement)
        path.chmod(0o600)

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a transaction with an exclusive write lock: committed as a whole, or rolled back."""
        return self._transaction("BEGIN IMMEDIATE")

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a read transaction on one snapshot, which neither waits for writers nor blocks them."""
        return self._transaction("BEGIN")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        except sqlite3.Error as cause:
            raise self._unwritable(cause) from cause
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(begin)
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK") if db.in_transaction else None
                raise
            db.execute("COMMIT")
        except sqlite3.Error as cause:
            raise self._unwritable(cause) from cause
        finally:
            db.close()

    def _unwritable(self, cause: Exception) -> DragomanError:
        hint = "Free some space or check permissions; earlier submissions are not lost."
        return error("E108", f"the log of submissions cannot be written: {cause}.", hint, file=self._path.name)

    def _time(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def add_team(self, name: str) -> str:
        """Add a team, or issue a new token to an existing one.

        Returns:
            Its token, which is not stored: the database has only its hash.

        Raises:
            DragomanError: E841 for an invalid name.

        """
        if not 0 < len(name.strip()) <= 100 or not name.isprintable():
            raise error("E841", f"{name[:40]!r} cannot be the name of a team.", "Use 1 to 100 printable characters.")
        token = secrets.token_urlsafe(32)
        redaction.register(token)
        with self._writing() as db:
            known = self._named(db).get(team_key(name), name.strip())
            db.execute(
                "INSERT INTO teams VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET token = excluded.token",
                (known, _hash(token), self._time()),
            )
        return token

    @staticmethod
    def _named(db: sqlite3.Connection) -> dict[str, str]:
        """Return the names of teams that have tokens, as written, by :func:`team_key`."""
        return {team_key(name): name for (name,) in db.execute("SELECT name FROM teams")}

    def team_of(self, token: str) -> str:
        """Name the team of a token.

        Raises:
            DragomanError: E841 for a token that no team has.

        """
        with self._reading() as db:
            row = db.execute("SELECT name FROM teams WHERE token = ?", (_hash(token),)).fetchone()
        if row is None:
            raise error("E841", "no team has this token.", "Ask the organisers for one.")
        redaction.register(token)  # unknown tokens are no secrets, and a client that sends many would fill the list
        return str(row[0])

    def attempt(self, team: str, limits: Limits) -> None:
        """Count an attempt, before it is known whether the submission is valid.

        Raises:
            DragomanError: E840 over :data:`MAX_ATTEMPTS` times the daily limit, or if a valid submission would exceed a
                limit.

        """
        team = team_key(team)
        with self._writing() as db:
            self._check(db, team, limits)
            day = self._time()[:10]
            db.execute(
                "INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT (team, day) DO UPDATE SET number = number + 1",
                (team, day),
            )
            (number,) = db.execute("SELECT number FROM attempts WHERE team = ? AND day = ?", (team, day)).fetchone()
            if number > MAX_ATTEMPTS * limits.per_day:
                looked = counted(number - 1, "submission of this team was", "submissions of this team were")
                what = f"{looked} checked today."
                raise error("E840", what, "Check them with `dragoman validate` first; submit again tomorrow (UTC).")

    def submit(self, team: str, system: str, body: bytes, limits: Limits) -> int:
        """Accept a submission and queue it; identical bytes from one team are one submission.

        Returns:
            Its id.


        Raises:
            DragomanError: E840 over a limit.

        """
        digest = hashlib.sha256(body).hexdigest()
        team = team_key(team)
        with self._writing() as db:
            row = db.execute("SELECT id FROM submissions WHERE team = ? AND sha256 = ?", (team, digest)).fetchone()
            if row is not None:
                return int(row[0])
            self._check(db, team, limits)
            cursor = db.execute(
                "INSERT INTO submissions (team, system, sha256, received, state, body) "
                "VALUES (?, ?, ?, ?, 'queued', ?)",
                (team, system, digest, self._time(), body),
            )
            return int(cursor.lastrowid or 0)

    def known(self, team: str, body: bytes) -> int | None:
        """Return the id of the team's submission with these bytes, or None."""
        team = team_key(team)
        with self._reading() as db:
            digest = hashlib.sha256(body).hexdigest()
            row = db.execute("SELECT id FROM submissions WHERE team = ? AND sha256 = ?", (team, digest)).fetchone()
        return None if row is None else int(row[0])

    def record(
        self,
        team: str,
        system: str,
        digest: str,
        exact: Mapping[str, Any] | None,
        rounded: Mapping[str, float | None],
        limits: Limits,
    ) -> Shown | None:
        """Record predictions that were scored elsewhere, by the hash of their bytes.

        Args:
            team: the submitting team.
            system: the system that made them.
            digest: hash of the predictions.
            exact: scores by column; None for predictions that could not be scored, which count.
            rounded: the same, rounded.
            limits: how many submissions of a team are scored.

        Returns:
            The disclosed scores, as in :meth:`finish`, also if they were recorded before; None over a limit: nothing
            may be shown then.

        """
        team = team_key(team)
        with self._writing() as db:
            known = db.execute("SELECT shown FROM submissions WHERE team = ? AND sha256 = ?", (team, digest)).fetchone()
            if known is not None:
                noted: Shown = json.loads(known[0] or "{}")
                return noted
            try:
                self._check(db, team, limits)
            except DragomanError:
                return None
            now, shown = self._time(), _new(rounded, self._best(db, team))
            state, scores = ("failed", None) if exact is None else ("done", json.dumps(exact))
            db.execute(
                "INSERT INTO submissions (team, system, sha256, received, state, finished, exact, shown) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (team, system, digest, now, state, now, scores, json.dumps(shown)),
            )
        return shown

    def _check(self, db: sqlite3.Connection, team: str, limits: Limits) -> None:
        total, today = self._counted(db, team)
        if total >= limits.total:
            what = f"this team has made {counted(total, 'submission')}, of {limits.total} in total."
            raise error("E840", what, "Ask the organisers.")
        if today >= limits.per_day:
            what = f"this team has made {counted(today, 'submission')} today, of {limits.per_day} a day."
            raise error("E840", what, "Submit again tomorrow (UTC).")

    def _counted(self, db: sqlite3.Connection, team: str) -> tuple[int, int]:
        row = db.execute(
            "SELECT COUNT(*), COALESCE(SUM(substr(received, 1, 10) = ?), 0) FROM submissions WHERE team = ?",
            (self._time()[:10], team),
        ).fetchone()
        return int(row[0]), int(row[1])

    def requeue(self) -> None:
        """Queue submissions again whose scoring was interrupted; those that were tried too often fail."""
        with self._writing() as db:
            db.execute(
                "UPDATE submissions SET state = 'failed', reason = 'its scoring was cut off too often', finished = ? "
                "WHERE state = 'running' AND tries >= ?",
                (self._time(), MAX_TRIES),
            )
            db.execute("UPDATE submissions SET state = 'queued' WHERE state = 'running'")

    def take(self) -> tuple[int, bytes] | None:
        """Take the oldest queued submission; return its id and bytes, or None if the queue is empty."""
        with self._writing() as db:
            row = db.execute("SELECT id, body FROM submissions WHERE state = 'queued' ORDER BY id LIMIT 1").fetchone()
            if row is None:
                return None
            db.execute("UPDATE submissions SET state = 'running', tries = tries + 1 WHERE id = ?", (row[0],))
        return int(row[0]), bytes(row[1])

    def finish(self, number: int, exact: Mapping[str, float | None], rounded: Mapping[str, float | None]) -> None:
        """Record the scores of a submission that was taken.

        Disclosed are the scores that improve on the team's best so far, column by column: a submission that is not
        better by at least one step discloses nothing new (the Ladder of Blum and Hardt 2015, with rounding as its
        step).
        """
        with self._writing() as db:
            (team,) = db.execute("SELECT team FROM submissions WHERE id = ?", (number,)).fetchone()
            shown = _new(rounded, self._best(db, team))
            db.execute(
                "UPDATE submissions SET state = 'done', exact = ?, shown = ?, finished = ? "
                "WHERE id = ? AND state = 'running'",
                (json.dumps(exact), json.dumps(shown), self._time(), number),
            )

    def fail(self, number: int, reason: str) -> None:
        """Record that a submission that was taken could not be scored; it counts towards the limits."""
        with self._writing() as db:
            db.execute(
                "UPDATE submissions SET state = 'failed', reason = ?, finished = ? WHERE id = ? AND state = 'running'",
                (reason, self._time(), number),
            )

    @staticmethod
    def _best(db: sqlite3.Connection, team: str) -> dict[str, float]:
        best: dict[str, float] = {}
        for (shown,) in db.execute("SELECT shown FROM submissions WHERE team = ? AND shown IS NOT NULL", (team,)):
            for name, score in json.loads(shown).items():
                if score is not None:
                    best[name] = max(score, best.get(name, score))
        return best

    def of_team(self, team: str) -> list[Submission]:
        """All submissions of a team, in order."""
        team = team_key(team)
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, team, system, received, state, shown, reason FROM submissions WHERE team = ? ORDER BY id",
                (team,),
            ).fetchall()
        best: Shown = {}
        made = []
        for number, name, system, received, state, shown, reason in rows:
            new = json.loads(shown or "{}")
            best |= {column: score for column, score in new.items() if score is not None or column not in best}
            held = {column: new.get(column, score) for column, score in best.items()}
            made.append(Submission(number, name, system, received, state, held if state == "done" else {}, reason))
        return made

    def teams(self) -> dict[str, tuple[int, dict[str, float]]]:
        """Return the number of submissions and the best disclosed scores of every team that submitted something."""
        with self._reading() as db:
            counts = db.execute("SELECT team, COUNT(*) FROM submissions GROUP BY team ORDER BY team").fetchall()
            named = self._named(db)
            return {named.get(team, team): (number, self._best(db, team)) for team, number in counts}

    def lines(self) -> list[dict[str, Any]]:
        """Return all submissions with exact and disclosed scores: for organisers only."""
        columns = (
            "id",
            "team",
            "system",
            "sha256",
            "received",
            "state",
            "tries",
            "finished",
            "exact",
            "shown",
            "reason",
        )
        with self._reading() as db:
            rows = db.execute(f"SELECT {', '.join(columns)} FROM submissions ORDER BY id").fetchall()  # noqa: S608 - our own names
        made = [dict(zip(columns, row, strict=True)) for row in rows]
        return [row | {name: json.loads(row[name] or "null") for name in ("exact", "shown")} for row in made]


def _new(rounded: Mapping[str, float | None], best: Mapping[str, float]) -> Shown:
    """Drop the scores that do not improve on the best so far; None where a layer was not attempted."""
    return {name: score for name, score in rounded.items() if score is None or score > best.get(name, -1.0)}


def _hash(token: str) -> str:
    # A token has 256 random bits and cannot be guessed, so that no slow hash is needed.
    return hashlib.sha256(token.encode()).hexdigest()
