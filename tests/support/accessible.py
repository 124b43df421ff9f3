"""The accessibility tree of a page, as a screen reader gets it."""

import re

_CONTROL = re.compile(
    r"^\s*- /?(button|checkbox|radio|combobox|searchbox|link|textbox|region|dialog|img|table|list|group|search)\b(.*)$",
    re.MULTILINE,
)
_MUST = {"button", "checkbox", "radio", "combobox", "searchbox", "textbox", "region", "dialog", "img", "link", "table"}


def kinds_and_unnamed(page):
    """Return the roles in the accessibility tree, the elements that need a name and have none, and the tree."""
    tree = page.locator("body").aria_snapshot()
    controls = _CONTROL.findall(tree)
    without = [found for found in controls if found[0] in _MUST and not re.match(r' "[^"]', found[1])]
    return {kind for kind, _ in controls}, without, tree
