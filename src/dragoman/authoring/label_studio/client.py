"""Talking to a Label Studio server: bounded in time, tried again where that is safe, the token never shown.

Spoken directly over httpx and not through the SDK, whose import loads opencv, nltk and pandas, whose own retries
would send an import twice, and whose errors quote the headers. Known to fit: Label Studio 1.23 and its REST API
(https://api.labelstud.io).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from dragoman import files
from dragoman.problems import DragomanError, error
from dragoman.redaction import redact, register
from dragoman.text import visible

if TYPE_CHECKING:
    import httpx

VARIABLES = (
    ("DRAGOMAN_LABEL_STUDIO_URL", "DRAGOMAN_LABEL_STUDIO_TOKEN"),
    ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"),
)
"""Environment variables with the address and the token, the first pair that is set wins."""
ATTEMPTS = 4
"""How often a request is made that may be made twice."""
PAGE = 50
"""Tasks a request."""
_MISSING = 404
_REFUSED = frozenset({401, 403})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def credentials(environment: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Address and token from the environment, or None.

    Raises:
        DragomanError: E722 where an address stands without a token or the other way round.

    """
    for url, token in VARIABLES:
        if environment.get(url) and environment.get(token):
            return environment[url], environment[token]
        if environment.get(url) or environment.get(token):
            raise error("E722", f"of {url} and {token} only one is set.", "Set both.")
    return None


def served(data: Path) -> tuple[str, str] | None:
    """Address and token of the server that `serve` started with a data folder, or None.

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
        url: its address.
        token: a user's access token, of either kind that Label Studio has.
        timeout: seconds that a request may take.
        wait: seconds before the first repetition, doubled each time.

    Raises:
        DragomanError: E722 for an address that is none.

    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0, wait: float = 0.5) -> None:
        try:
            import httpx  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise error("E720", "httpx is not installed.", "Install the extra `annotate`.") from None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
            raise error("E722", "the address is no plain http address.", "Write http://127.0.0.1:8080, say.")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise error("E722", "the token holds characters that no token has.", "Copy it again.")
        self._token = token
        register(token)
        self._wait = wait
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._client = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            trust_env=parts.hostname not in _LOOPBACK,  # no proxy between us and ourselves
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
        """Log in: a legacy token is sent as it is, a personal one is exchanged for one that holds for minutes."""
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
        """Make a request and read the JSON that it gives.

        Args:
            method: of HTTP.
            path: below the server's address.
            body: sent as JSON.
            twice: whether it may be made again after a failure; by default reading and deleting may.
            query: parameters of the address.

        Raises:
            DragomanError: E720 no answer, or errors without end; E721 refused; E727 not there; E728 no JSON.

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
            answer = self._client.request(method, path, json=body, params=query or None)
        except httpx.HTTPError as cause:
            # Its text may hold the request, so only its kind is told.
            what = f"{where}: {type(cause).__name__}."
            hint = "See that the server runs and the address is right, then run this again: it goes on where it was."
            raise error("E720", what, hint) from None
        return self._understood(answer, where)

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
            return answer.json()
        except (ValueError, RecursionError):
            raise error("E728", f"{where}: the answer is no JSON.", "Is this address that of Label Studio?") from None

    def projects(self) -> Iterator[dict[str, Any]]:
        """All projects that the token may see."""
        page = 1
        while True:
            given = self.request("GET", "/api/projects", page=page, page_size=PAGE)
            results = given.get("results") if isinstance(given, dict) else None
            if not isinstance(results, list):
                raise error("E728", "the list of projects is none.", "Is this address that of Label Studio?")
            yield from (item for item in results if isinstance(item, dict) and type(item.get("id")) is int)
            if not given.get("next"):
                return
            page += 1

    def project(self, title: str) -> int | None:
        """Id of the first project of a title."""
        return min((item["id"] for item in self.projects() if item.get("title") == title), default=None)

    def labelling_config(self, project: int) -> str:
        """Labelling configuration of a project, as XML."""
        given = self.request("GET", f"/api/projects/{project}")
        config = given.get("label_config") if isinstance(given, dict) else None
        if not isinstance(config, str):
            raise error("E728", "the project has no labelling configuration.", "Look at the server's page.")
        return config

    def users(self) -> dict[int, str]:
        """Mail addresses of the users by their numbers."""
        given = self.request("GET", "/api/users")
        if not isinstance(given, list):
            raise error("E728", "the list of users is none.", "Is this address that of Label Studio?")
        return {
            user["id"]: user["email"]
            for user in given
            if isinstance(user, dict) and type(user.get("id")) is int and isinstance(user.get("email"), str)
        }

    def create_project(self, title: str, config: str, description: str) -> int:
        """Create a project and give its id."""
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
        """All tasks of a project, with their annotations and predictions."""
        page, seen = 1, 0
        while True:
            query: dict[str, Any] = {"project": project, "fields": "all", "page": page, "page_size": PAGE}
            given = self.request("GET", "/api/tasks", **query)
            tasks = given.get("tasks") if isinstance(given, dict) else None
            if not isinstance(tasks, list) or type(given.get("total")) is not int:
                raise error("E728", "the list of tasks is none.", "Is this address that of Label Studio?")
            yield from (task for task in tasks if isinstance(task, dict) and type(task.get("id")) is int)
            seen += len(tasks)
            if not tasks or seen >= given["total"]:
                return
            page += 1

    def import_tasks(self, project: int, tasks: list[dict[str, Any]]) -> None:
        """Import tasks with annotations and predictions; never tried again by itself, as it might have worked."""
        self.request("POST", f"/api/projects/{project}/import", tasks)

    def delete_task(self, task: int) -> None:
        """Delete a task with all that belongs to it."""
        try:
            self.request("DELETE", f"/api/tasks/{task}")
        except DragomanError as cause:
            if cause.problems[0].code != "E727":  # gone already: a repeated request
                raise
