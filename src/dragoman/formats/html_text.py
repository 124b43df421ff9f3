"""The text that offsets into an HTML page refer to: its text nodes, concatenated; a line break is one character.

Source: https://html.spec.whatwg.org/multipage/parsing.html, the parts on text; Label Studio computes its offsets in
``domManager.ts`` of its editor.
"""

from __future__ import annotations

from html.parser import HTMLParser

_LEFT_OUT = frozenset({"script", "iframe", "head"})
_PREFORMATTED = frozenset({"pre", "listing", "textarea"})


def text_of(html: str) -> str:
    r"""Return the text of an HTML page: without tags, character references decoded, ``<br>`` as LF.

    White space is not collapsed, unlike in a browser.

    >>> text_of("<p>Rana &amp; Sami<br>met.</p>")
    'Rana & Sami\nmet.'

    """
    parser = _Text()
    parser.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
    parser.close()
    return "".join(parser.pieces)


class _Text(HTMLParser):
    """Collects the text nodes of a page's body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._within = ""
        self._begins = False

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self._begins = tag in _PREFORMATTED
        if tag == "body":
            self.pieces.clear()
        elif tag == "br" and not self._within:
            self.pieces.append("\n")
        elif tag in _LEFT_OUT and not self._within:
            self._within = tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)  # HTML ignores the slash

    def handle_endtag(self, tag: str) -> None:
        self._begins = False
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._begins:
            data = data.removeprefix("\n")
        self._begins = False
        if not self._within:
            self.pieces.append(data)
