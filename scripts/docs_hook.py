"""Lets pages of the documentation link to files of the repository that lie outside ``docs``.

MkDocs knows only what lies in ``docs`` and calls every other link broken. A link to ``../FILE`` passes it as one with a
scheme of its own, ``repo:FILE``, and is then pointed from ``build/docs`` at the file, so that a link that is really
broken still ends the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s#]+)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Give links that leave ``docs`` a scheme; one to a file that is not there stays as it is, for MkDocs to report."""
    return _OUTSIDE.sub(lambda m: f"](repo:{m[1]}" if (ROOT / m[1]).exists() else m[0], markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Point these links from the built site at the repository that it was built in."""
    return html.replace('href="repo:', 'href="../../')
