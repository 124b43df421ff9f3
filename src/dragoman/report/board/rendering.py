"""How the pages are rendered."""

from __future__ import annotations

import jinja2


def environment() -> jinja2.Environment:
    """Make the environment of all templates: everything from outside is escaped."""
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader("dragoman.report", "templates"),
    )
