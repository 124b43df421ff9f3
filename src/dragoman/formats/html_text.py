"""The text that offsets into an HTML page count in: its text nodes, one after the other, a line break as one character.

Source: https://html.spec.whatwg.org/multipage/parsing.html, as far as it concerns text; what Label Studio counts is in
its editor's ``domManager.ts``.
"""

from __future__ import annotations

from html.parser import HTMLParser

_LEFT_OUT = frozenset({"script", "iframe", "head"})
_PREFORMATTED = frozenset({"pre", "listing", "textarea"})


def text_of(html: str) -> str:
    r"""Give the text of an HTML page: no tags, references as the characters that they stand for, ``<br>`` as LF.

    White space stays as it is, though a browser shows less of it.

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
        self.handle_starttag(tag, attributes)  # a slash means nothing in HTML

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
