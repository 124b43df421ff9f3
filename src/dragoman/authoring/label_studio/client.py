"""A client for Label Studio servers: with timeouts, retries where they are safe, and redaction of the token.

It uses httpx instead of the SDK, whose import loads opencv, nltk and pandas, whose retries can repeat an import, and
whose errors quote the headers. Tested with Label Studio 1.23 and its REST API (https://api.labelstud.io).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from dragoman import files, json_text
from dragoman.http_clients import tls_context, within
from dragoman.problems import DragomanError, error
from dragoman.redaction import redact, register
from dragoman.redirects import check_redirect
from dragoman.text import visible

if TYPE_CHECKING:
    import httpx

VARIABLES = (
    ("DRAGOMAN_LABEL_STUDIO_URL", "DRAGOMAN_LABEL_STUDIO_TOKEN"),
    ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"),
)
"""Environment variables for URL and token; the first pair that is set is used."""
ATTEMPTS = 4
"""Maximum number of attempts for an idempotent request."""
PAGE = 50
"""Tasks per request."""
MAX_ITEMS = 100_000
"""Maximum number of projects, and of tasks of a project, that are accepted from a server."""
MAX_DEPTH = 64
"""Maximum nesting depth of an answer."""
MAX_ANSWER = 2**28
"""Maximum size of an answer, in bytes: fifty tasks with texts and labels are far smaller."""
_MISSING = 404
_REFUSED = frozenset({401, 403})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def credentials(environment: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Return URL and token from the environment, or None.

    Raises:
        DragomanError: E722 if only one of URL and token is set.

    """
    for url, token in VARIABLES:
        if environment.get(url) and environment.get(token):
            return environment[url], environment[token]
        if environment.get(url) or environment.get(token):
            raise error("E722", f"of {url} and {token} only one is set.", "Set both.")
    return None


def served(data: Path) -> tuple[str, str] | None:
    """Return URL and token of the server that `serve` started with a data folder, or None.

    Raises:
        DragomanError: as :func:`dragoman.files.read_json`.

    """
    process, secret = data / "server.json", data / "credentials.json"
    if not process.is_file() or not secret.is_file():
        return None
    url = files.read_json(process, dict[str, Any]).get("url")
    token = files.read_json(secret, dict[str, Any]).get("token")
    return (url, token) if isinstance(url, str) and isinstance(token, str) else None


class Server:
    """A Label Studio server.

    Args:
        url: URL of the server.
        token: a user's access token, legacy or personal.
        timeout: timeout in seconds, for the complete answer.
        wait: seconds before the first retry, doubled each time.

    Raises:
        DragomanError: E722 for an invalid URL or token, E720 if httpx is not installed.

    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0, wait: float = 0.5) -> None:
        try:
            import httpx  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise error("E720", "httpx is not installed.", "Install the extra `annotate`.") from None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise error("E722", "the address is not a plain http address.", "Write http://127.0.0.1:8080, say.")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise error("E722", "the token holds characters that no token has.", "Copy it again.")
        self._token = token
        register(token)
        self._wait, self._timeout = wait, timeout
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._client = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            trust_env=parts.hostname not in _LOOPBACK,  # no proxy for loopback addresses
            follow_redirects=True,
            event_hooks={"response": [lambda response: check_redirect(response, VARIABLES[0][0])]},
            verify=tls_context(httpx),
        )
        self._authorized = False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def _authorize(self) -> None:
        """Log in: a legacy token is sent as it is; a personal one is exchanged for a short-lived access token."""
        if self._authorized:
            return
        if self._token.count(".") == 2:  # a JSON web token
            given = self._send("POST", "/api/token/refresh", {"refresh": self._token})
            access = given.get("access") if isinstance(given, dict) else None
            if not isinstance(access, str):
                raise error("E721", "the server gives no access for this token.", "Make a new token on its page.")
            register(access)
            self._client.headers["Authorization"] = f"Bearer {access}"
        else:
            self._client.headers["Authorization"] = f"Token {self._token}"
        self._authorized = True

    def request(self, method: str, path: str, body: Any = None, *, twice: bool | None = None, **query: Any) -> Any:
        """Send a request and return the JSON of the answer.

        Args:
            method: HTTP method.
            path: path below the server's URL.
            body: sent as JSON.
            twice: whether the request may be repeated after a failure; by default GET and DELETE may.
            query: query parameters.

        Raises:
            DragomanError: E720 no answer, or repeated server errors; E721 refused; E727 not found; E728 invalid JSON,
                or too large; E770 a redirect to another host.

        """
        import tenacity  # noqa: PLC0415

        self._authorize()
        twice = method in {"GET", "DELETE"} if twice is None else twice
        attempt = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS if twice else 1),
            wait=tenacity.wait_exponential(self._wait, max=10),
            retry=tenacity.retry_if_exception(
                lambda cause: isinstance(cause, DragomanError) and cause.problems[0].code == "E720"
            ),
            reraise=True,
        )
        return attempt(self._send, method, path, body, query)

    def _send(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        import httpx  # noqa: PLC0415

        where = f"{method} {self.url}{path}"
        try:
            begin = partial(self._answer, method, path, body, query)
            answer = within(self._timeout, begin, lambda: httpx.ReadTimeout("the answer does not begin"))
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            # The message may quote the request with its token, so only the type is reported.
            what = f"{where}: {type(cause).__name__}."
            hint = "See that the server runs and the address is right, then run this again: it goes on where it was."
            raise error("E720", what, hint) from None
        return self._understood(answer, where)

    def _answer(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None) -> httpx.Response:
        """Receive an answer in pieces, with bounds on its size and total time."""
        import httpx  # noqa: PLC0415

        end = time.monotonic() + self._timeout
        with self._client.stream(method, path, json=body, params=query or None) as answer:
            data = bytearray()
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > MAX_ANSWER:
                    what = f"{method} {self.url}{path}: the answer is over {MAX_ANSWER:,} bytes."
                    raise error("E728", what, "Is this address that of Label Studio?")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("the answer does not end", request=answer.request)
            return httpx.Response(answer.status_code, content=bytes(data))

    def _understood(self, answer: httpx.Response, where: str) -> Any:
        status = answer.status_code
        if status in _LATER:
            hint = "Look at the server's log, then run this again: it goes on where it was."
            raise error("E720", f"{where}: status {status}.", hint)
        if status in _REFUSED:
            raise error("E721", f"{where}: status {status}.", "Check the token, and that legacy tokens are allowed.")
        if status == _MISSING:
            raise error("E727", f"{where}: not there.", "Check the address; push first.")
        if not answer.is_success:
            said = visible(redact(answer.text)[:200])
            raise error("E721", f"{where}: status {status}: {said}", "Is this a Label Studio of 1.20 or later?")
        if not answer.content:
            return None
        try:
            if json_text.depth(answer.content) > MAX_DEPTH:
                raise error("E728", f"{where}: the answer is nested more than {MAX_DEPTH} deep.")
            return answer.json()
        except (ValueError, RecursionError):
            raise error("E728", f"{where}: the answer is not JSON.", "Is this address that of Label Studio?") from None

    def projects(self) -> Iterator[dict[str, Any]]:
        """Yield all projects that the token has access to."""
        yield from self._listed("projects", "results", lambda given, _: not given.get("next"))

    def _listed(
        self, what: str, name: str, is_last: Callable[[dict[str, Any], int], bool], **query: Any
    ) -> Iterator[dict[str, Any]]:
        """Iterate over a paginated list, as long as pages have new items.

        Args:
            what: name of the list in the URL.
            name: key of the items in an answer.
            is_last: tells whether an answer is the last page, from the answer and the number of items so far.
            query: further query parameters.

        Raises:
            DragomanError: E728 if it is not a list, or has more than :data:`MAX_ITEMS` items.

        """
        page, came, seen = 1, 0, set[int]()
        while True:
            given = self.request("GET", f"/api/{what}", **query, page=page, page_size=PAGE)
            items = given.get(name) if isinstance(given, dict) else None
            if not isinstance(items, list):
                raise error("E728", f"the list of {what} is not a list.", "Is this address that of Label Studio?")
            new = [item for item in items if isinstance(item, dict) and type(item.get("id")) is int]
            new = [item for item in new if item["id"] not in seen]
            seen |= {item["id"] for item in new}
            came += len(items)
            if came > MAX_ITEMS:
                hint = "Is this address that of Label Studio?"
                raise error("E728", f"the server gives more than {MAX_ITEMS:,} {what}.", hint)
            yield from new
            if is_last(given, came) or not items:
                return
            if not new:  # prevents an endless loop
                hint = "Is this address that of Label Studio?"
                raise error("E728", f"the server says that there are more {what}, and gives none that is new.", hint)
            page += 1

    def project(self, title: str) -> int | None:
        """Return the id of the first project with a title."""
        return min((item["id"] for item in self.projects() if item.get("title") == title), default=None)

    def labelling_config(self, project: int) -> str:
        """Return the labelling configuration of a project, as XML."""
        given = self.request("GET", f"/api/projects/{project}")
        config = given.get("label_config") if isinstance(given, dict) else None
        if not isinstance(config, str):
            raise error("E728", "the project has no labelling configuration.", "Look at the server's page.")
        return config

    def users(self) -> dict[int, str]:
        """Return the email addresses of the users by their ids."""
        given = self.request("GET", "/api/users")
        if not isinstance(given, list):
            raise error("E728", "the list of users is not a list.", "Is this address that of Label Studio?")
        return {
            user["id"]: user["email"]
            for user in given
            if isinstance(user, dict) and type(user.get("id")) is int and isinstance(user.get("email"), str)
        }

    def create_project(self, title: str, config: str, description: str) -> int:
        """Create a project and return its id."""
        body = {
            "title": title,
            "label_config": config,
            "description": description,
            "show_collab_predictions": True,
        }
        made = self.request("POST", "/api/projects", body)
        if not isinstance(made, dict) or type(made.get("id")) is not int:
            raise error("E728", "the new project has no id.", "Look at the server's page.")
        return int(made["id"])

    def tasks(self, project: int) -> Iterator[dict[str, Any]]:
        """Yield all tasks of a project, with their annotations and predictions."""

        def is_last(given: dict[str, Any], came: int) -> bool:
            if type(given.get("total")) is not int:
                raise error("E728", "the list of tasks is not a list.", "Is this address that of Label Studio?")
            return came >= int(given["total"])

        yield from self._listed("tasks", "tasks", is_last, project=project, fields="all")

    def import_tasks(self, project: int, tasks: list[dict[str, Any]]) -> None:
        """Import tasks with annotations and predictions; never retried, since a failed request may have succeeded."""
        self.request("POST", f"/api/projects/{project}/import", tasks)

    def delete_task(self, task: int) -> None:
        """Delete a task with everything that belongs to it."""
        try:
            self.request("DELETE", f"/api/tasks/{task}")
        except DragomanError as cause:
            if cause.problems[0].code != "E727":  # already deleted, by an earlier attempt
                raise
