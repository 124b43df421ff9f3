"""Characters that XML 1.0 allows."""

from __future__ import annotations


def allowed(char: str) -> bool:
    """Tell whether a character is allowed in an XML document (XML 1.0, production 2)."""
    return (char >= " " and char not in "\ufffe\uffff") or char in "\t\n\r"
