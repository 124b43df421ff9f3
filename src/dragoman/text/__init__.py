"""Texts and spans: span validation, quote search, mapping of spans between versions of a text, safe display.

Offsets are Unicode code points, half-open, unless a name states another unit.
"""

from dragoman.text.display import counted, visible, visible_json
from dragoman.text.offsets import Block, Span, SpanFault, TextMap, Unit
from dragoman.text.quote_places import IN_ORDER, POLICIES, Policy
from dragoman.text.quotes import Located, find, locate_quote, locate_quotes, nowhere, quote_of
from dragoman.text.span_checks import MAX_OFFSET, check_span, explain_mismatch

__all__ = [
    "IN_ORDER",
    "MAX_OFFSET",
    "POLICIES",
    "Block",
    "Located",
    "Policy",
    "Span",
    "SpanFault",
    "TextMap",
    "Unit",
    "check_span",
    "counted",
    "explain_mismatch",
    "find",
    "locate_quote",
    "locate_quotes",
    "nowhere",
    "quote_of",
    "visible",
    "visible_json",
]
