"""What the servers of the tests have in common: on loopback, in threads, quiet about clients that hang up."""

import sys
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a free port of loopback; what goes wrong in an answer is printed, unless the client is gone."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def start(self):
        """Answer requests, in a thread; ``shutdown`` ends it soon after."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        return thread

    @contextmanager
    def serving(self):
        """Answer requests inside of a ``with``."""
        thread = self.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()
