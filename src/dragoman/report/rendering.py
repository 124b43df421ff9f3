"""How the pages are rendered: everything from outside is escaped, and no style or script works but ours."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

import jinja2
from markupsafe import Markup

from dragoman.text import visible

MAX_SHOWN = 400
"""Characters of a string from outside that are shown, where nothing else is said."""


def environment() -> jinja2.Environment:
    """Make the environment of all templates: everything from outside is escaped."""
    made = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader("dragoman.report", "templates"),
    )
    made.filters["short"] = short
    return made


def short(text: str, most: int = MAX_SHOWN) -> str:
    """Text from outside for a page: control and direction characters shown, cut at a length."""
    shown = visible(text[: most + 1])
    return shown if len(shown) <= most else shown[:most] + "…"


def inlined(style: str, *scripts: str) -> dict[str, str]:
    """Give style and scripts of ours for a template: their text, and the sources under which a browser takes them.

    Args:
        style: path of the style sheet below the templates; that of the skeleton comes before it.
        scripts: paths of the scripts, in order; they become one.

    Returns:
        ``style``, ``style_source``, ``script`` and ``script_source``, the sources for the content security policy
        (W3C CSP 3, section 2.3.1): whatever a submission holds, a browser takes it neither for code nor for style.

    """
    made = {"style": _text("skeleton.css", style), "script": _text(*scripts)}
    sources = {f"{what}_source": _source(text) for what, text in made.items()}
    return {**{what: Markup(text) for what, text in made.items()}, **sources}  # noqa: S704 - our own files


def _text(*names: str) -> str:
    folder = resources.files("dragoman.report") / "templates"
    return "".join((folder / name).read_text("utf-8") for name in names)


def _source(text: str) -> str:
    if not text:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
