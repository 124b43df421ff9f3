"""Releases on the Hugging Face Hub: addresses, download, and failures of the Hub as numbered problems.

Endpoint (``HF_ENDPOINT``) and token (``HF_TOKEN`` or login) are those of huggingface_hub; the token is never an
argument here.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import regex

from dragoman.http_clients import with_body, within
from dragoman.problems import DragomanError, Problem, error
from dragoman.redaction import redact, register, register_address
from dragoman.redirects import staying_on_the_hub
from dragoman.text import visible

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
Kind = Literal["dataset", "space"]
"""Supported kinds of repository on the Hub."""

LONGEST_PAUSE = 60.0
"""Longest pause between two attempts, in seconds; if the Hub asks for more, there is no further attempt."""
MAX_SECONDS = 30.0
"""Longest wait for an answer of the Hub, or for the beginning of a file, in seconds."""
MAX_ANSWER = 2**26
"""Largest answer of the Hub that is not a file, decompressed, in bytes."""
_PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ADDRESS = regex.compile(rf"({_PART}/{_PART})(?:@([A-Za-z0-9][A-Za-z0-9._/-]{{0,199}}))?")


@dataclass(frozen=True)
class Address:
    """A data set on the Hub: ``owner/name``, and a tag, branch or commit, or None for its main branch."""

    repository: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


def address(text: str) -> Address | None:
    """Parse ``owner/name`` or ``owner/name@revision``; None for anything else."""
    match = _ADDRESS.fullmatch(text)
    # A revision becomes a path in the cache; git does not allow two dots in it either.
    return Address(match[1], match[2]) if match and ".." not in text else None


class HubError(DragomanError):
    """A failure of the Hub.

    Attributes:
        passing: whether the failure is transient, so that another attempt may succeed.
        retry_after: seconds that the Hub asks to wait, or 0.

    """

    def __init__(self, problem: Problem, *, passing: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(problem)
        self.passing = passing and retry_after <= LONGEST_PAUSE
        self.retry_after = retry_after


def fetch(where: Address, *, kind: Kind = "dataset", cache: Path | None = None, endpoint: str | None = None) -> Path:
    """Download a repository at a revision, unless it is in the cache.

    Args:
        where: what to fetch.
        kind: whether it is a data set or a Space.
        cache: cache folder; None for that of huggingface_hub.
        endpoint: URL of the Hub; None for that of huggingface_hub.

    Returns:
        The folder, inside the cache.

    Raises:
        HubError: E740 to E744 and E746, by the kind of failure.
        DragomanError: E108 if the files cannot be stored, E749 without huggingface_hub.

    """
    snapshot_download = library().snapshot_download
    with numbered(str(where)), quiet():
        got = snapshot_download(
            where.repository, repo_type=kind, revision=where.revision, cache_dir=cache, endpoint=endpoint
        )
    return Path(got)


def folder_of(where: str | Path) -> Path:
    """Return a folder unchanged; download a Hub address that is not an existing path.

    Raises:
        HubError, DragomanError: as :func:`fetch`, after several attempts.

    """
    remote = None if Path(where).exists() else address(str(where))
    return Path(where) if remote is None else patiently(lambda: fetch(remote))


def library() -> Any:
    """Import huggingface_hub.

    Raises:
        DragomanError: E749 if it is not installed.

    """
    try:
        import huggingface_hub  # noqa: PLC0415 - an extra
        import huggingface_hub.errors  # noqa: PLC0415 - not an attribute of the package until imported
        import huggingface_hub.utils  # noqa: PLC0415
    except ImportError as cause:
        raise error(
            "E749", "huggingface_hub is not installed.", 'Install the extra: pip install "dragoman[hub]".'
        ) from cause
    register(huggingface_hub.get_token())  # includes the token of a login
    with suppress(ValueError):  # the library itself reports an invalid endpoint
        register_address(huggingface_hub.constants.ENDPOINT)
    return huggingface_hub


def patiently(action: Callable[[], T], *, attempts: int = 5, pause: float = 1.0) -> T:
    """Call an action, and retry with exponential backoff after transient failures.

    Args:
        action: what to call; must be idempotent.
        attempts: maximum number of attempts.
        pause: first pause in seconds; doubled each time, or longer if the Hub asks for it.

    Raises:
        DragomanError: the last failure, or the first that is not transient.

    """
    library()  # raises first if the extra is missing
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential  # noqa: PLC0415 - an extra

    backoff = wait_exponential(multiplier=pause, max=LONGEST_PAUSE)

    def wait(state: RetryCallState) -> float:
        cause = state.outcome.exception() if state.outcome else None
        return max(backoff(state), cause.retry_after if isinstance(cause, HubError) else 0.0)

    def announce(state: RetryCallState) -> None:
        if sys.stderr.isatty():
            cause = state.outcome.exception() if state.outcome else None
            sys.stderr.write(f"{_plain(str(cause))[:200]}\ntrying again in {state.upcoming_sleep:.0f} s\n")

    passing = retry_if_exception(lambda cause: isinstance(cause, HubError) and cause.passing)
    return Retrying(retry=passing, stop=stop_after_attempt(attempts), wait=wait, before_sleep=announce, reraise=True)(
        action
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress huggingface_hub's progress bars and log lines if standard error is not a terminal.

    On a terminal they are shown, with text from the server escaped.
    """
    utils = library().utils
    if sys.stderr.isatty():
        handlers = utils.logging.get_logger().handlers
        for handler in handlers:
            handler.addFilter(_escaped)
        try:
            yield
        finally:
            for handler in handlers:
                handler.removeFilter(_escaped)
        return
    bars, verbosity = utils.are_progress_bars_disabled(), utils.logging.get_verbosity()
    utils.disable_progress_bars()
    utils.logging.set_verbosity_error()
    try:
        yield
    finally:
        utils.logging.set_verbosity(verbosity)
        if not bars:
            utils.enable_progress_bars()


def _escaped(record: logging.LogRecord) -> bool:
    record.msg, record.args = visible(redact(record.getMessage())), ()
    return True


@contextmanager
def numbered(where: str) -> Iterator[None]:
    """Convert exceptions of huggingface_hub, and redirects to another host (E770), to numbered problems.

    Args:
        where: the requested address, as ``owner/name@v1.0.0``.

    """
    session = library().utils.get_session()
    with staying_on_the_hub(), _bounded(session, where), _numbered(where):
        yield


@contextmanager
def _bounded(session: Any, where: str) -> Iterator[None]:
    """Bound the time and the size of answers of the Hub, which huggingface_hub does not.

    Files, which are written to the disk in parts, are bounded in the time until they begin; requests that send
    something, which may take long, in the size of the answer.

    Args:
        session: the library's client; of releases below 1.0, which have another one, nothing is bounded.
        where: the requested address, for problems.

    """
    if not hasattr(session, "event_hooks"):
        yield
        return
    given, send = vars(session).get("send"), session.send

    def bounded(request: Any, *, stream: bool = False, **options: Any) -> Any:
        def answer() -> Any:
            response = send(request, stream=True, **options)
            return response if stream else _read(response, where)

        if request.method not in {"GET", "HEAD"}:
            return answer()
        return within(MAX_SECONDS, answer, lambda: _unanswered(where, f"there is none after {MAX_SECONDS:.0f} s"))

    session.send = bounded
    try:
        yield
    finally:
        del session.send
        if given is not None:
            session.send = given


def _read(response: Any, where: str) -> Any:
    """Read the body of a response, within bounds; that of a HEAD request is empty, whatever its headers say."""
    if response.request.method == "HEAD":
        response.read()
        return response
    body = bytearray()
    try:
        for part in response.iter_bytes(2**16):
            body += part
            if len(body) > MAX_ANSWER:
                raise _unanswered(where, f"it has over {MAX_ANSWER:,} bytes")
    finally:
        response.close()
    return with_body(response, bytes(body))


def _unanswered(where: str, why: str) -> HubError:
    hint = "Check HF_ENDPOINT if it is set, and whether a proxy answers in the Hub's place."
    return HubError(Problem(code="E744", what=f"the Hub's answer is not taken: {why}.", hint=hint, file=where))


@contextmanager
def _numbered(where: str) -> Iterator[None]:
    errors = library().errors
    transport = errors.HfHubHTTPError.__bases__[0]  # httpx.HTTPError or httpx2.HTTPError, depending on the version
    try:
        yield
    except errors.HfHubHTTPError as cause:
        raise _refusal(where, cause) from None  # the request in the cause contains the token
    except errors.HFValidationError:
        raise error("E742", "the Hub takes no such name.", "Write owner/name.", file=where) from None
    except errors.LocalEntryNotFoundError as cause:  # the Hub failed, and it is not in the cache
        inner = cause.__cause__
        raise (_refusal(where, inner) if isinstance(inner, errors.HfHubHTTPError) else _silence(where, inner)) from None
    except (errors.OfflineModeIsEnabled, transport, ConnectionError) as cause:
        raise _silence(where, cause) from None
    except (errors.LocalTokenNotFoundError, errors.OIDCError):
        raise HubError(Problem(code="E741", what="there is no token.", hint=LOG_IN, file=where)) from None
    except RuntimeError as cause:  # a large file that could not be sent
        raise _unsent(where, cause, transport) from None
    except (ValueError, KeyError, TypeError) as cause:  # not JSON, or not what the library expects
        raise _nonsense(where, cause) from None
    except OSError as cause:
        if cause.errno is None:  # raised by the library for an incomplete download
            raise _nonsense(where, cause) from None
        hint = "Free some space, or set HF_HOME to a folder that can be written."
        raise error("E108", f"what the Hub gave cannot be kept: {cause.strerror}.", hint, file=where) from None


LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may do this."


def _silence(where: str, cause: BaseException | None) -> HubError:
    what = f"the Hub does not answer: {_plain(str(cause) or type(cause).__name__)}."
    hint = "Check the network, and HF_ENDPOINT and HF_HUB_OFFLINE if they are set; then run it again."
    return HubError(Problem(code="E740", what=what, hint=hint, file=where), passing=True)


def _unsent(where: str, cause: RuntimeError, transport: type[Exception]) -> HubError:
    """Make the error for a large file that could not be sent; the reason is the cause of the library's exception."""
    inner = cause.__cause__
    if isinstance(inner, library().errors.HfHubHTTPError):
        return _refusal(where, inner)
    return _silence(where, inner) if isinstance(inner, (transport, ConnectionError)) else _nonsense(where, cause)


def _nonsense(where: str, cause: Exception) -> HubError:
    what = f"the Hub's answer is not understood: {_plain(str(cause)) or type(cause).__name__}."
    hint = "Check HF_ENDPOINT if it is set, and whether a proxy answers in the Hub's place."
    return HubError(Problem(code="E744", what=what, hint=hint, file=where), passing=True)


def _refusal(where: str, cause: Any) -> HubError:
    """Make the numbered error for a response of the Hub, by its HTTP status."""
    response, errors = cause.response, library().errors
    status = response.status_code
    reason = _plain(cause.server_message or response.reason_phrase)
    asked = _plain(f"{response.request.method} {response.request.url.path}")
    missing = isinstance(cause, errors.RepositoryNotFoundError) and not isinstance(cause, errors.GatedRepoError)
    code, hint = "E746", "Correct what it names, and run it again."
    if status == 404 or (missing and library().get_token() is None):
        code, hint = "E742", f"Check the name and the revision; if it is private or gated: {LOG_IN}"
    elif status in (401, 403):
        code, hint = "E741", LOG_IN
    elif status == 429:
        code, hint = "E743", "Wait, and run it again: what is done already is not done twice."
    elif status >= 500 or status == 408:
        code, hint = "E744", "Run it again later: what is done already is not done twice."
    elif status in (409, 412):
        hint = "Somebody else is at work on it, or it changed meanwhile: look, and run it again."
    return HubError(
        Problem(code=code, what=f"the Hub answers {status} to {asked}: {reason}.", hint=hint, file=where),
        passing=status in (408, 409, 412, 429) or status >= 500,
        retry_after=_seconds(response.headers.get("Retry-After", "")),
    )


def _seconds(header: str) -> float:
    """Parse a Retry-After header in seconds; a date counts as the longest pause."""
    if not header:
        return 0.0
    return float(header) if header.strip().isdecimal() else LONGEST_PAUSE


def _plain(message: str) -> str:
    """Shorten a message of the Hub to one line, with tokens removed and control characters escaped."""
    return visible(redact(" ".join(message.split())).rstrip("."))[:300]
