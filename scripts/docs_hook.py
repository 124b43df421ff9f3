"""What the documentation's site needs beside its tools: links to the repository, and docstrings as Markdown.

MkDocs knows only what lies in ``docs`` and calls every other link broken. A link to ``../FILE`` passes it as one with a
scheme of its own, ``repo:FILE``, and is then pointed from ``build/docs`` at the file, so that a link that is really
broken still ends the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parent.parent
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s#]+)")
_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):`~?")
# From a prompt to the next empty line. The fence takes the indentation, so that an example in a section stays there.
_PROMPT = re.compile(r"^( *)>>> .*(?:\n *\S.*)*", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return links that leave ``docs`` a scheme; one to a file that is not there stays as it is, for MkDocs to report."""
    return _OUTSIDE.sub(lambda m: f"](repo:{m[1]}" if (ROOT / m[1]).exists() else m[0], markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Point these links from the built site at the repository that it was built in."""
    return html.replace('href="repo:', 'href="../../')


class Docstrings(griffe.Extension):
    """Docstrings are written for ``help()``, with prompts before examples and Sphinx's roles: Markdown has neither."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples, and leave roles out."""
        if obj.docstring:
            text = _ROLE.sub("`", obj.docstring.value)
            obj.docstring.value = _PROMPT.sub(lambda m: f"{m[1]}```pycon\n{m[0]}\n{m[1]}```", text)
