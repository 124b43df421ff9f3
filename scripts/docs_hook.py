"""MkDocs hooks of the documentation: links to files of the repository, and docstrings as Markdown.

MkDocs knows only files in ``docs`` and reports every other link as broken. A link to ``../FILE`` of the repository is
hidden from it behind a URL scheme, ``repo:FILE``, and then rewritten relative to ``build/docs``, so that a link that is
really broken still fails the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parent.parent
_OUTSIDE = re.compile(r"\]\(\.\./([^)\s#]+)")
_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):`~?")
# From a prompt to the next empty line. The fence gets the same indentation, so that an example stays in its section.
_PROMPT = re.compile(r"^( *)>>> .*(?:\n *\S.*)*", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Give links out of ``docs`` the scheme ``repo:``, except those to missing files, which MkDocs is to report."""
    return _OUTSIDE.sub(lambda m: f"](repo:{m[1]}" if (ROOT / m[1]).exists() else m[0], markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Rewrite these links from the built site to the repository that it was built in."""
    return html.replace('href="repo:', 'href="../../')


class Docstrings(griffe.Extension):
    """Convert docstrings, which have doctest prompts and Sphinx roles for ``help()``, to Markdown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples, and strip the roles."""
        if obj.docstring:
            text = _ROLE.sub("`", obj.docstring.value)
            obj.docstring.value = _PROMPT.sub(lambda m: f"{m[1]}```pycon\n{m[0]}\n{m[1]}```", text)
