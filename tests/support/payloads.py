"""Injection payloads of an attacker, and checks of what a page that shows them must never do.

A payload that runs sets ``window.ran`` or asks for evil.example: :func:`watch` sees either.
"""

from pathlib import Path
from urllib.parse import urlsplit

LONG = "x" * 100_000

PAYLOADS = {
    "script": "<script>window.ran='script'</script>",
    "image": "<img src=x onerror=\"window.ran='image'\">",
    "frame": "<iframe srcdoc=\"<script>parent.ran='frame'</script>\" src=https://evil.example/></iframe>",
    "drawing": "<svg onload=\"window.ran='drawing'\"><use href=https://evil.example/#a></svg>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href=https://evil.example/>",
    "form": '<form action=https://evil.example/><input name=type autofocus onfocus="window.ran=1"></form>',
    "double quote": '" onmouseover="window.ran=\'attribute\'" autofocus onfocus="window.ran=\'attribute\'" x="',
    "single quote": "' onmouseover='window.ran=1' autofocus onfocus='window.ran=1' style='position:fixed;inset:0",
    "backquote": "`${window.ran='template'}` ${{1:2}} \\",
    "end of script": "</script><script>window.ran='end of script'</script>",
    "comment": "<!--<script>",
    "end of comment": "--> --!> ]]> <!-- <script> </title></textarea></noscript><h1>",
    "json": "\"}]};window.ran='json';//\u2028\u2029",
    "unicode escapes": "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e \\x3cscript> &lt;script&gt; &#60;script>",
    "style": "</style><style>*{display:none!important}</style><link rel=stylesheet href=https://evil.example/a.css>",
    "rule": "red;}*{background:url(https://evil.example/b)!important;display:none}/*",
    "function": "url(https://evil.example/c) expression(window.ran=1) var(--page) @import 'https://evil.example/d'",
    "template": "{{ 7 * 7 }}{% raw %}{# #}<%= 7 %>{{ self.__init__.__globals__ }}",
    "property": "__proto__",
    "method": "hasOwnProperty constructor toString",
    "javascript": "javascript:window.ran='javascript'",
    "javascript, hidden": "\x01 java\tscript\n:window.ran=1",
    "data": "data:text/html,<script>window.ran='data'</script>",
    "override": "\u202etxet desrever",
    "override, many": "\u202e\u202d" * 200 + "deep",
    "isolates, open": "\u2067\u2066\u2068 open, and \u202b\u202a embedded",
    "isolates, closed": "\u2069\u2069\u202c\u202c closed\u2069 \u202eand turned",
    "Arabic letters": "\u0627\u0628\u062a 123 (\u0627) :",
    "nothing to see": "a\u200b\u200c\u200d\u2060\ufeff\u00adb\u180e\u3164\u115f\u2800",
    "tags": "x\U000e0073\U000e0063\ufe0f\U0001f3f4",
    "control": "\x00\x07\x08\x0b\x1b[31m\x1b]0;title\x07\x7f\x85\x9b31m\r\n\t",
    "marks": "Z" + "\u0300\u0316\u0489" * 300 + "algo",
    "wide": "\ufdfd\U0001242b\u2e3b" * 60,
    "lines": "\n" * 300 + "far below",
    "long": LONG,
    "long words": ("word " * 2_000).strip(),
    "long, Arabic": "\u0628" * 10_000,
}
"""Payloads for every place that shows external strings."""

URLS = {
    "javascript": "javascript:window.ran='url'",
    "javascript, capitals": "JaVaScRiPt:window.ran=1",
    "javascript, space": " javascript:window.ran=1",
    "javascript, tab": "java\tscript:window.ran=1",
    "javascript, line": "https://example.org\njavascript:window.ran=1",
    "data": "data:text/html,<script>window.ran=1</script>",
    "file": "file:///etc/passwd",
    "relative": "//evil.example/a",
    "user": "https://example.org@evil.example/",
    "backslash": "https://evil.example\\@example.org/",
    "quote": 'https://example.org/"onmouseover="window.ran=1',
    "tag": "https://example.org/<script>window.ran=1</script>",
    "override": "https://example.org/\u202egro.live",
    "homograph": "https://ex\u0430mple.org/",
    "long": "https://example.org/" + LONG,
}
"""None of these may become a link."""


def identifiers():
    """Return the payloads that are valid names in a submission: at most 512 characters, without control characters."""
    return {
        what: payload[:512]
        for what, payload in PAYLOADS.items()
        if not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in payload)
    }


def watch(page):
    """Record in ``page.bad`` all that a page must not do: run a payload, open a dialog, log, fail, request a URL."""
    page.bad = []
    page.on("dialog", lambda dialog: (page.bad.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: page.bad.append(message.text))
    page.on("pageerror", lambda fault: page.bad.append(str(fault)))
    page.on("popup", lambda popup: page.bad.append(popup.url))
    page.on("request", lambda asked: urlsplit(asked.url).scheme == "file" or page.bad.append(asked.url))
    return page


_STRAYS = (Path(__file__).parent / "strays.js").read_text("utf-8")


def strays(page):
    """Return the elements that overflow their box, were moved by an external string, or cover something."""
    return page.evaluate(_STRAYS)
