"""Settings for the Label Studio that ``dragoman author annotate serve`` starts: its own, plus a script on its pages.

This runs in Label Studio's environment, where the package is not installed, so nothing of it can be imported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

# Label Studio's settings read each other while they are imported, so this order matters.
from label_studio.core.settings.base import *  # noqa: F403
from label_studio.core.settings.label_studio import *  # noqa: F403
from label_studio.core.settings.label_studio import MIDDLEWARE as _OWN

MIDDLEWARE = [*_OWN, "dragoman_label_studio.ChosenArrows"]
_SCRIPT = (Path(__file__).parent / "chosen_arrows.js").read_text("utf-8")
_END = b"</body>"


class ChosenArrows:
    """Middleware that adds the script to the end of every HTML page."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Process a request with Label Studio, and add the script if the response is an HTML page."""
        response = self.get_response(request)
        page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if page and _END in response.content:
            nonce = str(getattr(request, "csp_nonce", ""))
            script = f'<script nonce="{nonce}">{_SCRIPT}</script>'.encode()
            before, _, after = response.content.rpartition(_END)
            response.content = before + script + _END + after
        return response
