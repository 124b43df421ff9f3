"""The kit as one HTML file that works offline: it saves its state in the browser, and downloads the answers as one
file.
"""

from __future__ import annotations

import msgspec
from markupsafe import Markup

from dragoman.authoring.review.kit import Kit
from dragoman.languages import appearance, get
from dragoman.reports.rendering import environment, inlined, script_json


def render(kit: Kit) -> str:
    """Render a kit as HTML; nothing is fetched, and content of labels and texts is never interpreted as markup."""
    sample = "".join(text for card in kit.cards[:50] for line in card.lines for text, _ in line)
    shown = appearance(sample, kit.language)
    data = {
        "kit": kit.digest(),
        "cards": msgspec.to_builtins(kit.cards),
        "words": kit.words,
        "language": kit.language,
        "direction": shown.direction,
    }
    return (
        environment()
        .get_template("review/page.html")
        .render(
            words=kit.words,
            language=kit.interface,
            direction=get(kit.interface).direction or "ltr",
            benchmark=f"{kit.benchmark} {kit.version}",
            data=Markup(script_json(data)),  # noqa: S704 - the JSON is escaped, so that it cannot contain markup
            **inlined("review/review.css", "review/cards.js"),
        )
    )
