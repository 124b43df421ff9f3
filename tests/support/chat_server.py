"""A server with OpenAI's chat completions API over real HTTP on loopback, with canned answers: gold, or bad ones."""

import json
import threading
from http.server import BaseHTTPRequestHandler

from loopback_server import LoopbackServer

from dragoman.systems import answers, prompt

KEY = "a-key-that-must-not-be-seen"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def completion(content, *, finish="stop", usage=USAGE, **message):
    """The body of a completion, as bytes."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    return json.dumps(body | ({} if usage is None else {"usage": usage})).encode()


_known = {}


def gold_and_texts(benchmark):
    """Gold of each document as an answer, and documents by the text that a model is shown; made once a benchmark."""
    if benchmark.fingerprint not in _known:
        gold = {d.id: json.dumps(answers.gold(d), ensure_ascii=False) for d in benchmark.documents}
        _known[benchmark.fingerprint] = gold, {prompt.shown(d): d.id for d in benchmark.documents}
    return _known[benchmark.fingerprint]


class ChatServer:
    """Answers with ``answer(document id, number of the request)``: a status, a text, and headers.

    The text is the model's answer if the status is 200, else the error message; ``body(document id)`` returns a body
    that replaces the completion, and ``raw(document id)`` the bytes of a whole response, in parts, after which the
    connection is closed.
    """

    def __init__(self, benchmark):
        self.asked, self.requests, self.headers = {}, [], []
        self.answer = lambda name, time: (200, self.gold.get(name), {})
        self.finish = "stop"
        self.body = lambda name: None
        self.raw = lambda name: None
        self.usage = USAGE
        self.benchmark = benchmark
        gold, self.by_text = gold_and_texts(benchmark)
        self.gold = dict(gold)
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = server.by_text.get(body["messages"][-1]["content"])  # None: a piece of a document
                with server.lock:
                    server.asked[name] = time = server.asked.get(name, 0) + 1
                    server.requests.append(body)
                    server.headers.append({key.lower(): value for key, value in self.headers.items()})
                status, said, headers = server.answer(name, time)
                error = json.dumps({"error": {"message": said}}).encode()
                good = status == 200
                data = completion(said, finish=server.finish, usage=server.usage) if good else error
                data = data if (whole := server.body(name)) is None else whole
                raw = server.raw(name)
                if raw is not None:
                    self.close_connection = True
                    for part in raw:
                        self.wfile.write(part)
                    return
                self.send_response(status)
                for key, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.http = LoopbackServer(Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        self.http.start()

    def close(self):
        """Stop serving and release the port."""
        self.http.shutdown()
        self.http.server_close()
