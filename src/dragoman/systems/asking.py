"""Query a system about one document, and turn the outcome, whatever it is, into a log entry."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman import json_text
from dragoman.redaction import plain
from dragoman.systems import run_log
from dragoman.systems.protocol import Reply, System, SystemFailure, Unreachable, unlabelled
from dragoman.systems.run_log import Entry, Status
from dragoman.systems.valid_labels import UnusableError, Valid, message, valid

if TYPE_CHECKING:
    from dragoman.reading.target import Target
    from dragoman.schema.records import Document

MAX_UNREACHABLE = 3
"""Consecutive documents for which the system was unreachable, after which the run stops."""
MAX_REPR = 2**20
"""Maximum characters in the log of labels that are not JSON (as their ``repr``) and of a traceback."""
MAX_PROBLEMS = 100
"""Maximum number of problems of one document in the log."""


class Watch:
    """Detects that a system has become unreachable; safe to call from several threads.

    Attributes:
        stopped: why the run must stop, and what to do; empty as long as it need not.

    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self.stopped = ""

    def answered(self) -> None:
        """Record that the system answered."""
        with self._lock:
            self._in_a_row = 0

    def failed(self, cause: BaseException) -> None:
        """Record that the system failed."""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if isinstance(cause, Unreachable) else 0
            if isinstance(cause, Unreachable) and self._in_a_row >= MAX_UNREACHABLE:
                self.stopped = f"{MAX_UNREACHABLE} documents in a row failed in this way. {cause.hint}"


def ask(system: System, document: Document, target: Target, watch: Watch, *, strict: bool = False) -> Entry:
    """Query a system about a document.

    Args:
        system: the system; any exception that it raises fails this document alone.
        document: with or without labels.
        target: what the answer is validated against.
        watch: records whether the system answered.
        strict: whether one invalid label, or one failed piece, fails the document; else it is dropped and reported.

    """
    start = time.monotonic()
    try:
        given = system.predict(unlabelled(document))
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - a system may raise anything
        watch.failed(cause)
        reply = (cause.reply if isinstance(cause, SystemFailure) else None) or Reply(None)
        what_to_do = f" {cause.hint}" if isinstance(cause, Unreachable) else ""
        why = f"{type(cause).__name__}: {message(cause)}{what_to_do}"
        entry = _entry(document, "failed", start, reply._replace(labels=None), [why])
        entry.traceback = None if isinstance(cause, SystemFailure) else _traceback(cause)
        return entry
    watch.answered()
    reply = given if isinstance(given, Reply) else Reply(given)
    if reply.labels is None:
        return _entry(document, "left out", start, reply)
    try:
        checked = valid(reply.labels, document, target)
    except Exception as cause:  # noqa: BLE001 - the labels may be anything
        why = str(cause) if isinstance(cause, UnusableError) else f"{type(cause).__name__}: {message(cause)}"
        return _entry(document, "failed", start, _as_words(reply)._replace(labels=None), [why])
    if strict and (checked.problems or reply.failed_pieces):
        said = _as_words(reply)._replace(labels=None, problems=(*reply.problems, *checked.problems))
        return _entry(document, "failed", start, said)
    return _checked(document, start, reply, checked)


def reread(system: System, document: Document, target: Target, old: Entry, *, strict: bool = False) -> Entry | None:
    """Read the answer about a document again, as it stands in the log; None where it does not stand there as a whole.

    Args:
        system: which reads it.
        document: with or without labels.
        target: what the answer is checked against.
        old: its entry in the log.
        strict: as in :func:`ask`.

    """
    read = system.reread
    if read is None or not old.parts:
        return None
    entry = ask(system._replace(predict=lambda d: read(d, old.answers)), document, target, Watch(), strict=strict)
    entry.seconds, entry.tokens, entry.estimated, entry.reread = old.seconds, old.tokens, old.estimated, True
    return entry


def _checked(document: Document, start: float, reply: Reply, checked: Valid) -> Entry:
    kept = _as_words(reply) if checked.problems else reply
    # Failed pieces come first: more labels may be dropped than the log has room to name.
    kept = kept._replace(labels=checked.labels, problems=(*reply.problems, *checked.problems))
    if checked.fields:
        kept = kept._replace(repairs=(*kept.repairs, "unknown field"))
    entry = _entry(document, "answered", start, kept)
    entry.left_out = checked.left_out
    return entry


def _entry(document: Document, status: Status, start: float, reply: Reply, problems: Sequence[str] = ()) -> Entry:
    tokens = run_log.tokens(reply.tokens)
    answers = [(plain(text), reason) for text, reason in reply.parts if text is not None and reason is not None]
    whole = answers if len(answers) == len(reply.parts) else []
    raw = "\n".join(text for text, _ in whole) if whole else reply.raw
    return Entry(
        document.id,
        status,
        round(time.monotonic() - start, 3),
        reply.labels,
        list(map(plain, [*problems, *reply.problems][:MAX_PROBLEMS])),
        None if raw is None else plain(str(raw)),
        tokens if any(tokens) else [],
        estimated=bool(reply.estimated),
        repairs=list(map(str, reply.repairs)),
        unmapped={plain(label): count for label, count in reply.unmapped.items()},
        failed_pieces=reply.failed_pieces,
        parts=[(len(text), reason) for text, reason in whole],
    )


def _as_words(reply: Reply) -> Reply:
    """Keep the labels of an answer as ``raw``, for an entry whose labels differ from the system's."""
    return reply if reply.raw is not None else reply._replace(raw=_words(reply.labels))


def _words(labels: Any) -> str | None:
    """Write labels as JSON, or as their ``repr`` if they are not JSON."""
    for write in (lambda value: json_text.canonical(value).decode(), repr):
        with contextlib.suppress(Exception):  # the labels may be anything
            return plain(write(labels))[:MAX_REPR]
    return None


def _traceback(cause: BaseException) -> str | None:
    try:
        return plain("".join(traceback.format_exception(cause)))[-MAX_REPR:]
    except Exception:  # noqa: BLE001 - even formatting an exception of a system may raise
        return None
