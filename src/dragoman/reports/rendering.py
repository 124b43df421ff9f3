"""Templates of the HTML pages: strings are escaped, a content security policy allows only own scripts and styles."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from dragoman.text import visible

MAX_SHOWN = 400
"""Default maximum length of an untrusted string, in characters."""


def environment() -> jinja2.Environment:
    """Make the environment of all templates, with escaping on."""
    jinja = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader("dragoman.reports", "templates"),
    )
    jinja.filters["short"] = short
    return jinja


def short(text: str, length: int = MAX_SHOWN) -> str:
    """Prepare an untrusted string for a page: escape control and bidirectional characters, and truncate."""
    shown = visible(text[: length + 1])
    return shown if len(shown) <= length else shown[:length] + "…"


def script_json(value: Any) -> str:
    """JSON that is safe in a script element of type application/json: no markup can begin in it."""
    text = msgspec.json.encode(value).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def inlined(style: str, *scripts: str) -> dict[str, str]:
    """Read the style sheets and scripts of a page, with their sources for its content security policy.

    Args:
        style: path of the style sheet below the templates; that of the skeleton comes before it.
        scripts: paths of the scripts, in order; they are concatenated.

    Returns:
        ``style``, ``style_source``, ``script`` and ``script_source``. A source is the hash of the text (W3C CSP 3,
        section 2.3.1): the browser executes nothing that a submission contains as a script or style.

    """
    texts = {"style": _text("skeleton.css", style), "script": _text(*scripts)}
    sources = {f"{name}_source": _source(text) for name, text in texts.items()}
    return {**{name: Markup(text) for name, text in texts.items()}, **sources}  # noqa: S704 - files of the package


def _text(*names: str) -> str:
    folder = resources.files("dragoman.reports") / "templates"
    return "".join((folder / name).read_text("utf-8") for name in names)


def _source(text: str) -> str:
    if not text:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
