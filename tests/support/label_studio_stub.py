"""A small server with Label Studio's API, and with injected faults."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from loopback_server import LoopbackServer

TOKEN = "a1b2c3d4e5"


class Stub(LoopbackServer):
    """Projects and tasks in memory; ``fault`` is called before and after each request takes effect.

    It gives a status and an answer, which is the address of a redirect where the status says so.
    """

    def __init__(self):
        super().__init__(Handler)
        self.projects, self.stored, self.number = [], {}, 0
        self.fault = lambda method, path, after: None
        self.heard = []
        self.users = {1: "first@example.org", 2: "second@example.org"}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def tasks_of(self, document):
        return [t for t in self.stored.values() if t["data"]["document"] == document]

    def obey(self, method, path, query, body):
        lists = {
            "/api/projects": {"results": self.projects, "next": None},
            "/api/users": [{"id": number, "email": mail} for number, mail in self.users.items()],
        }
        if method == "GET" and path in lists:
            return lists[path]
        if method == "GET" and path.startswith("/api/projects/"):
            return self.projects[int(path.split("/")[3]) - 1]
        if method == "POST" and path == "/api/projects":
            self.projects.append(body | {"id": len(self.projects) + 1})
            return self.projects[-1]
        if method == "POST":
            for task in body:
                self.number += 1
                self.stored[self.number] = task | {"id": self.number, "project": int(path.split("/")[3])}
            return {"task_count": len(body)}
        if method == "DELETE":
            self.stored.pop(int(path.split("/")[3]))
            return None
        found = [t for t in self.stored.values() if t["project"] == int(query["project"][0])]
        size = int(query["page_size"][0])
        at = (int(query["page"][0]) - 1) * size
        return {"tasks": found[at : at + size], "total": len(found)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        parts = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        self.server.heard.append((self.command, parts.path))
        status, given = self.server.fault(self.command, parts.path, False) or (200, None)
        if self.headers["Authorization"] != f"Token {TOKEN}":
            status = 401
        if status == 200:
            given = self.server.obey(self.command, parts.path, parse_qs(parts.query), body)
            status, given = self.server.fault(self.command, parts.path, True) or (200, given)
        data = given if isinstance(given, bytes) else json.dumps(given).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if 300 <= status < 400:
            self.send_header("Location", given)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the library's names
