"""A small server with the part of the Hub's API that publishing and loading a data set or a static Space need, and with
injected faults. Spaces are stored as ``spaces/owner/name``.

Everything is in memory. Files are regular ones or, if `large` matches their path, in LFS: in one upload, or in parts of
`chunk` bytes. Xet is not supported.
"""

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from loopback_server import LoopbackServer

TOKEN = "hf_not_a_real_token_0123456789"


@dataclass
class Fault:
    """An injected failure of a request whose method and path match.

    `status` is the status of the answer; `drop` closes the connection without an answer; `hold` blocks until the client
    is gone. With `after`, the request takes effect first.
    """

    request: str
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b'{"error": "as told"}'
    drop: bool = False
    hold: bool = False
    after: bool = False
    times: int = 1


class Large(bytes):
    """A file in LFS, of which git has a pointer."""

    @property
    def sha256(self):
        return hashlib.sha256(self).hexdigest()

    @property
    def pointer(self):
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self)}\n".encode()


@dataclass
class Repo:
    private: bool = False
    gated: object = False
    commits: dict = field(default_factory=dict)  # id -> {path: bytes}
    main: str = ""
    tags: dict = field(default_factory=dict)

    def commit(self, files):
        # The number of commits is part of the id, so that the same files twice are two commits.
        content = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
        self.main = hashlib.sha1(json.dumps([len(self.commits), content], sort_keys=True).encode()).hexdigest()
        self.commits[self.main] = files
        return self.main

    def resolve(self, revision):
        if revision in ("main", None):
            return self.main
        return self.tags.get(revision) or (revision if revision in self.commits else None)


class Hub(LoopbackServer):
    """The server; use as a context manager."""

    block_on_close = False

    def __init__(self):
        super().__init__(Handler)
        self.repos, self.faults, self.log = {}, [], []
        self.held, self.release = threading.Event(), threading.Event()
        self.large, self.chunk = None, None  # pattern of paths that are stored by LFS; size of a part
        self.store, self.parts, self.broken = {}, {}, {}  # objects by SHA-256; parts of one; what LFS refuses, and why
        self.spoilt = None  # path of a file that is served with a wrong last byte
        self.lock = threading.RLock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def store_url(self):
        """URL of the LFS store: on another host, as the Hub's, so that the token must not be sent there."""
        return f"http://localhost:{self.server_port}/lfs-store"

    @property
    def writes(self):
        """Return the requests that can change something, without read-only ones."""
        return [line for line in self.log if not re.match("GET|HEAD", line) and "/paths-info/" not in line]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # send headers and body together: as separate packets they are delayed by 40 ms (Nagle)

    def log_message(self, *_):
        pass

    def answer(self, status=200, body=b"", headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def missing(self, kind):
        self.answer(404, {"error": f"{kind} not found"}, {"X-Error-Code": f"{kind}NotFound"})

    def handle_request(self):
        hub = self.server
        url = urlsplit(self.path)
        path = unquote(url.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = f"{self.command} {path}"
        with hub.lock:
            hub.log.append(line)
            fault = next((f for f in hub.faults if f.times and re.search(f.request, line)), None)
            if fault:
                fault.times -= 1
        if fault and fault.after:
            real, self.answer = self.answer, lambda *_, **__: None
            with hub.lock:
                self.route(path, body)
            self.answer = real
        if fault and fault.hold:
            hub.held.set()
            hub.release.wait(60)
        if fault and (fault.drop or fault.hold):
            self.close_connection = True
            return
        if fault:
            self.answer(fault.status, fault.body, fault.headers)
            return
        with hub.lock:
            self.route(path, body)

    do_GET = do_POST = do_PUT = do_HEAD = handle_request  # noqa: N815 - the names are those of http.server

    def route(self, path, body):
        hub = self.server
        if path.startswith("/lfs-store/"):
            self.of_store(*path.split("/")[2:], body=body)
            return
        may_write = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if self.command in ("POST", "PUT") and "/paths-info/" not in path and not may_write:
            self.answer(401, {"error": "Invalid username or password."})
        elif path == "/api/validate-yaml":
            self.answer(body={"errors": [], "warnings": []})
        elif found := re.fullmatch(r"/(?:datasets|spaces)/([^/]+/[^/]+)\.git/info/lfs/(objects/batch|verify)", path):
            self.of_lfs(found[2], json.loads(body))
        elif path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization'] or 'user'}/{asked['name']}"
            if asked["type"] == "space":
                self.create_space(f"spaces/{name}", asked)
                return
            if name in hub.repos:
                self.answer(
                    409, {"error": "You already created this dataset repo", "url": f"{hub.url}/datasets/{name}"}
                )
                return
            hub.repos[name] = Repo(private=asked.get("visibility") == "private")
            hub.repos[name].commit({".gitattributes": b"*.parquet filter=lfs\n"})
            self.answer(body={"url": f"{hub.url}/datasets/{name}", "name": name, "id": "1"})
        elif found := re.fullmatch(r"/(?:api/)?(datasets|spaces)/([^/]+/[^/]+)(?:/([a-z-]+)(?:/(.*))?)?", path):
            name = found[2] if found[1] == "datasets" else f"spaces/{found[2]}"
            repo = hub.repos.get(name)
            if repo is None or (repo.private and not may_write):
                self.missing("Repo")
            else:
                self.of_repo(found[2], repo, found[3] or "revision", found[4] or "main", body)
        else:
            self.missing("Entry")

    def create_space(self, name, asked):
        """Create a static Space, with the files that the Hub adds to a new one."""
        hub = self.server
        if asked.get("sdk") != "static":
            self.answer(400, {"error": "the SDK of a Space is missing"})
        elif name in hub.repos:
            self.answer(409, {"error": "You already created this space repo", "url": f"{hub.url}/{name}"})
        else:
            hub.repos[name] = Repo(private=asked.get("visibility") == "private")
            hub.repos[name].commit(
                {
                    ".gitattributes": b"",
                    "README.md": b"---\nsdk: static\n---\n",
                    "index.html": b"hello",
                    "style.css": b"",
                }
            )
            self.answer(body={"url": f"{hub.url}/{name}", "name": name.removeprefix("spaces/"), "id": "1"})

    def of_lfs(self, what, asked):
        hub = self.server
        if what == "verify":
            there = hub.store.get(asked["oid"])
            if there is None or len(there) != asked["size"]:
                self.answer(404, {"error": "no such object"})
            else:
                self.answer(body={})
            return
        objects = []
        for each in asked["objects"]:
            made, place = {"oid": each["oid"], "size": each["size"]}, f"{hub.store_url}/{each['oid']}"
            verify = {"href": f"{hub.url}/datasets/user/x.git/info/lfs/verify"}
            if reason := hub.broken.get(each["oid"]):
                made["error"] = {"code": 422, "message": reason}
            elif each["oid"] not in hub.store:
                upload = {"href": place}
                if hub.chunk:
                    count = -(-each["size"] // hub.chunk)
                    urls = {f"{i:05}": f"{place}/{i}" for i in range(1, count + 1)}
                    upload = {"href": f"{place}/complete", "header": {"chunk_size": str(hub.chunk), **urls}}
                made["actions"] = {"upload": upload, "verify": verify}
            objects.append(made)
        self.answer(body={"transfer": "multipart" if hub.chunk else "basic", "objects": objects})

    def of_store(self, key, part=None, body=b""):
        """Handle the LFS store, whose URLs are presigned, as the Hub's."""
        hub = self.server
        assert "Authorization" not in self.headers, "the token is not for the store"
        if self.command in ("GET", "HEAD"):
            data = hub.store.get(key)
            self.answer(404) if data is None else self.answer_file(data)
            return
        if part is None:
            data = body
        elif part != "complete":
            hub.parts[key, int(part)] = body
            self.answer(headers={"ETag": f'"{part}"'})
            return
        else:
            data = b"".join(hub.parts.pop((key, each["partNumber"])) for each in json.loads(body)["parts"])
        if hashlib.sha256(data).hexdigest() != key:
            self.answer(400, {"error": "other bytes than were announced"})
        else:
            hub.store[key] = data
            self.answer(body={})

    def answer_file(self, data, headers=None):
        """Answer with a file, or the requested range of it."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None:
            self.answer(body=bytes(data), headers=headers)
            return
        low, high = int(asked[1]), min(int(asked[2] or len(data) - 1), len(data) - 1)
        told = {"Content-Range": f"bytes {low}-{high}/{len(data)}", **(headers or {})}
        self.answer(206, bytes(data[low : high + 1]), told)

    def of_repo(self, name, repo, what, rest, body):  # noqa: C901, PLR0912 - one case an endpoint
        if what == "settings":
            asked = json.loads(body)
            repo.gated = asked.get("gated", repo.gated)
            repo.private = asked["visibility"] == "private" if "visibility" in asked else repo.private
            self.answer(body={})
            return
        if what == "refs":
            main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.main}
            tags = [{"name": t, "ref": f"refs/tags/{t}", "targetCommit": c} for t, c in repo.tags.items()]
            self.answer(body={"branches": [main], "converts": [], "tags": tags})
            return
        revision, _, inside = rest.partition("/")
        commit = repo.resolve(revision)
        if commit is None:
            self.missing("Revision")
            return
        files = repo.commits[commit]
        match what:
            case "revision":
                siblings = [
                    {"rfilename": p, "size": len(d), "blobId": oid(d), **pointed(d, "sha256")}
                    for p, d in sorted(files.items())
                ]
                seen = {"private": repo.private, "gated": repo.gated, "tags": [], "downloads": 0}
                self.answer(body={"id": name, "_id": "1", "sha": commit, "siblings": siblings, **seen})
            case "tree":
                self.answer(body=entries(files, inside))
            case "paths-info":
                asked = json.loads(body)["paths"] if body[:1] == b"{" else []
                every = {entry["path"]: entry for entry in [*entries(files, ""), *folders(files)]}
                self.answer(body=[every[p.strip("/")] for p in asked if p.strip("/") in every])
            case "preupload":
                asked = json.loads(body)["files"]
                oids = {f["path"]: oid(files[f["path"]]) if f["path"] in files else None for f in asked}
                large = self.server.large or "(?!)"
                modes = {p: "lfs" if re.search(large, p) else "regular" for p in oids}
                told = [{"path": p, "oid": o, "uploadMode": modes[p], "shouldIgnore": False} for p, o in oids.items()]
                self.answer(body={"files": told})
            case "commit":
                self.take_commit(name, repo, files, [json.loads(line) for line in body.splitlines()])
            case "tag":
                tag = json.loads(body)["tag"]
                if tag in repo.tags:
                    self.answer(409, {"error": f"Tag {tag} already exists"})
                else:
                    repo.tags[tag] = commit
                    self.answer(body={})
            case "resolve" if inside in files:
                data = files[inside]
                headers = {"X-Repo-Commit": commit, "ETag": f'"{oid(data)}"'}
                if isinstance(data, Large):
                    where = f"{self.server.store_url}/{data.sha256}"
                    linked = {"X-Linked-Size": str(len(data)), "X-Linked-ETag": f'"{data.sha256}"'}
                    self.answer(302, headers={**headers, **linked, "Location": where})
                    return
                if inside == self.server.spoilt:
                    data = data[:-1] + bytes([data[-1] ^ 1])
                self.answer_file(data, {**headers, "ETag": f'"{oid(data)}"'})
            case _:
                self.missing("Entry")

    def take_commit(self, name, repo, files, lines):
        header = lines[0]["value"]
        if header.get("parentCommit", repo.main) != repo.main:
            self.answer(412, {"error": "A commit has happened since. Please refresh and try again."})
            return
        after = dict(files)
        for line in lines[1:]:
            if line["key"] == "file":
                after[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            elif line["key"] == "lfsFile" and line["value"]["oid"] in self.server.store:
                after[line["value"]["path"]] = Large(self.server.store[line["value"]["oid"]])
            elif line["key"] == "deletedFile":
                del after[line["value"]["path"]]
            else:
                self.answer(400, {"error": f"not spoken here: {line['key']}"})
                return
        new = repo.commit(after)
        self.answer(body={"commitUrl": f"{self.server.url}/datasets/{name}/commit/{new}", "commitOid": new})


def oid(data):
    data = data.pointer if isinstance(data, Large) else data
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def pointed(data, key):
    """Return the metadata of a file in LFS."""
    if not isinstance(data, Large):
        return {}
    return {"lfs": {key: data.sha256, "size": len(data), "pointerSize": len(data.pointer)}}


def entries(files, inside):
    prefix = f"{inside}/" if inside else ""
    chosen = {p: d for p, d in sorted(files.items()) if p.startswith(prefix)}
    return [{"type": "file", "path": p, "size": len(d), "oid": oid(d), **pointed(d, "oid")} for p, d in chosen.items()]


def folders(files):
    names = {"/".join(p.split("/")[:depth]) for p in files for depth in range(1, p.count("/") + 1)}
    return [
        {"type": "directory", "path": name, "size": 0, "oid": hashlib.sha1(name.encode()).hexdigest()} for name in names
    ]
