"""Base of the test servers: on loopback, threaded, silent about clients that disconnect."""

import sys
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a free loopback port; errors in a handler are printed, unless the client has disconnected."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def start(self):
        """Answer requests in a thread, until ``shutdown``."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        return thread

    @contextmanager
    def serving(self):
        """Answer requests within a ``with`` block."""
        thread = self.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()
