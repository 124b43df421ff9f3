"""One document: the system is asked, and whatever comes back becomes an entry of the log."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.redaction import plain
from dragoman.systems import run_log
from dragoman.systems.protocol import Reply, System, SystemFailure, Unreachable, unlabelled
from dragoman.systems.run_log import Entry, Status
from dragoman.systems.valid_labels import UnusableError, Valid, message, valid

if TYPE_CHECKING:
    from dragoman.reading.target import Target
    from dragoman.schema.records import Document

MAX_UNREACHABLE = 3
"""Documents in a row for which a system cannot be reached, after which no further one is asked about."""
MAX_REPR = 2**20
"""Characters of labels that are no JSON and stand in the log as Python writes them, and of a traceback."""
MAX_PROBLEMS = 100
"""Problems of one document that stand in the log."""


class Watch:
    """Notices, from several threads, that a system cannot be reached any more.

    Attributes:
        stopped: why no further document is to be asked about, and what to do; empty as long as all is well.

    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self.stopped = ""

    def answered(self) -> None:
        """Take note that there was an answer."""
        with self._lock:
            self._in_a_row = 0

    def failed(self, cause: BaseException) -> None:
        """Take note that there was none."""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if isinstance(cause, Unreachable) else 0
            if isinstance(cause, Unreachable) and self._in_a_row >= MAX_UNREACHABLE:
                self.stopped = f"{MAX_UNREACHABLE} documents in a row failed in this way. {cause.hint}"


def ask(system: System, document: Document, target: Target, watch: Watch, *, strict: bool = False) -> Entry:
    """Ask a system about a document.

    Args:
        system: which may do anything: it fails on this document alone.
        document: with or without labels.
        target: what the answer is checked against.
        watch: told whether there was an answer.
        strict: whether one label that is not valid, or one piece that failed, fails the document; else it is left
            out, and named.

    """
    start = time.monotonic()
    try:
        given = system.predict(unlabelled(document))
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - a system may do anything
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
    # Pieces that failed are named first: there may be more labels left out than the log names.
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
    """Keep an answer as it was given, where its labels do not stand in the log as they were."""
    return reply if reply.raw is not None else reply._replace(raw=_words(reply.labels))


def _words(labels: Any) -> str | None:
    """Write labels as JSON, or what is none as Python does."""
    for write in (lambda value: files.canonical_json(value).decode(), repr):
        with contextlib.suppress(Exception):  # the labels may be anything
            return plain(write(labels))[:MAX_REPR]
    return None


def _traceback(cause: BaseException) -> str | None:
    try:
        return plain("".join(traceback.format_exception(cause)))[-MAX_REPR:]
    except Exception:  # noqa: BLE001 - an exception of the system's own
        return None
