"""How the pages are rendered: everything from outside is escaped, and no script runs but ours."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

import jinja2
from markupsafe import Markup


def environment() -> jinja2.Environment:
    """Make the environment of all templates: everything from outside is escaped."""
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader("dragoman.report", "templates"),
    )


def script(name: str) -> dict[str, str]:
    """Give a script of ours for a template: its text, and the source under which a browser may run it.

    Args:
        name: its path below the templates.

    Returns:
        ``script`` and ``script_source``, the latter for the content security policy (W3C CSP 3, section 2.3.1):
        whatever a submission holds, a browser does not take it for code.

    """
    text = (resources.files("dragoman.report") / "templates" / name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"script": Markup(text), "script_source": f"'sha256-{digest}'"}  # noqa: S704 - our own file
