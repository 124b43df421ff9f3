"""Settings of Label Studio as ``dragoman author annotate serve`` starts it: its own, and a script on its pages.

This runs in Label Studio's environment, which knows nothing of this package; nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

# Its settings ask for settings while they are loaded: those have to be here by then.
from label_studio.core.settings.base import *  # noqa: F403
from label_studio.core.settings.label_studio import *  # noqa: F403
from label_studio.core.settings.label_studio import MIDDLEWARE as _OWN

MIDDLEWARE = [*_OWN, "dragoman_label_studio.ChosenArrows"]
_SCRIPT = (Path(__file__).parent / "chosen_arrows.js").read_text("utf-8")
_END = b"</body>"


class ChosenArrows:
    """Put the script at the end of every page that the server makes."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Answer a request as Label Studio does, with the script in it where it is a page."""
        response = self.get_response(request)
        page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if page and _END in response.content:
            nonce = str(getattr(request, "csp_nonce", ""))
            script = f'<script nonce="{nonce}">{_SCRIPT}</script>'.encode()
            before, _, after = response.content.rpartition(_END)
            response.content = before + script + _END + after
        return response
