"""What a screen reader finds on a page."""

import re

_CONTROL = re.compile(
    r"^\s*- /?(button|checkbox|radio|combobox|searchbox|link|textbox|region|dialog|img|table|list|group|search)\b(.*)$",
    re.MULTILINE,
)
_MUST = {"button", "checkbox", "radio", "combobox", "searchbox", "textbox", "region", "dialog", "img", "link", "table"}


def kinds_and_unnamed(page):
    """Give the kinds of what is in the accessibility tree, and what has to have a name there and has none."""
    tree = page.locator("body").aria_snapshot()
    controls = _CONTROL.findall(tree)
    without = [found for found in controls if found[0] in _MUST and not re.match(r' "[^"]', found[1])]
    return {kind for kind, _ in controls}, without, tree
