"""The section on reviews in the data set card: who reviewed how much, and what follows for gold, and what does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dragoman.languages import get
from dragoman.text import counted, visible

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|~&:@])")
_NATIVE = {True: "a native reader, as they say", False: "no native reader, as they say", None: ""}
CLOSING = """\
The shares estimate the precision of gold: how many of the labels that it has are right. They come from a random sample
within strata (layer, and whether the two passes agree), each card weighted by the labels that it stands for; other
cards, chosen to find mistakes, are not in them, nor are labels made wrong on purpose. What nobody judged counts neither
as right nor as wrong. The interval is the wider, on each side, of Wilson's with the effective number of cards and a
bootstrap over documents. What gold misses was asked about and listed; no recall follows from that.
"""


def section(summary: Mapping[str, Any]) -> str:
    """Format the section in Markdown; text by readers is escaped.

    Args:
        summary: content of ``review.json``.

    """
    parts = [
        "| reader | language | cards answered | of | do not know | labels judged |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for review in summary["reviews"]:
        language = _language(review)
        for reader in review["readers"]:
            who = ", ".join(filter(None, (_escaped(reader["name"]) or "not named", _NATIVE[reader["native"]])))
            counts = (reader[name] for name in ("answered", "cards", "unsure", "labels_judged"))
            parts.append(f"| {who} | {language} | {' | '.join(map(str, counts))} |")
    parts += [
        "",
        "| language | layer | share right | 95 % | cards judged | labels | of which in strata judged |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for review in summary["reviews"]:
        for layer, share in review["shares"].items():
            interval = share["interval"]
            range_ = "–" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"
            value = "–" if share["share"] is None else f"{share['share']:.3f}"
            counts = (share[name] for name in ("cards", "labels", "labels_covered"))
            parts.append(f"| {_language(review)} | {layer} | {value} | {range_} | {' | '.join(map(str, counts))} |")
    parts.append("")
    parts += [_sentence(review) for review in summary["reviews"]]
    return "\n".join(parts) + "\n\n" + CLOSING


def _sentence(review: Mapping[str, Any]) -> str:
    planted, agreement = review["planted"], review["agreement"]
    said = [f"{_language(review)}, {_escaped(review['benchmark'])} {_escaped(review['version'])}:"]
    if planted["answered"]:
        low, high = planted["interval"]
        said.append(
            f"of {counted(planted['answered'], 'answer')} to labels made wrong on purpose "
            f"{planted['caught']} called them wrong "
            f"({planted['caught'] / planted['answered']:.3f}, 95 % {low:.3f}–{high:.3f});"
        )
    else:
        said.append("no label made wrong on purpose was answered;")
    if agreement["pairs"]:
        said.append(
            f"where two readers judged the same card, they agree in {agreement['agree']} of "
            f"{counted(agreement['pairs'], 'pair')};"
        )
    else:
        said.append("no card was judged by two readers;")
    kinds = [finding["kind"] for finding in review["findings"]]
    said.append(
        f"{counted(kinds.count('wrong'), 'card was', 'cards were')} held to be wrong, "
        f"{counted(kinds.count('disputed'), 'is', 'are')} disputed, and in "
        f"{counted(kinds.count('missed'), 'document')} something was found to be missing."
    )
    return " ".join(said)


def _language(review: Mapping[str, Any]) -> str:
    return _escaped(get(review["language"]).name)


def _escaped(text: str) -> str:
    """Escape everything that Markdown or HTML would interpret as markup."""
    return _MARKUP.sub(r"\\\1", visible(" ".join(text.split()))).replace("<", "&lt;").replace(">", "&gt;")
