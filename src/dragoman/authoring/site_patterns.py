"""Regular expressions of a profile, which somebody else wrote: compiled within bounds.

The library writes counted repetitions out when it compiles, so that a few nested ones of a hundred times each fill the
memory before anything is matched; and a pattern that calls itself can fill the stack. Both are seen before compiling.
What a match costs is bounded where it is made, by time.
"""

from __future__ import annotations

import re
import warnings

import regex

MAX_SIZE = 20_000
"""Most parts of a pattern once its counted repetitions are written out."""

_TOKEN = re.compile(
    r"""
      (?P<call>\(\?(?:R|[0-9]+|[+-][0-9]+|&\w+|P>\w+)\))        # the whole pattern, or a group of it, again
    | (?P<open>\()
    | (?P<close>\))
    | (?P<count>\{\s*(?P<low>[0-9]*)\s*(?:,\s*(?P<high>[0-9]*)\s*)?\})
    | (?P<part>
          \\[pPNxu]\{[^}]*\}                                     # \p{Lu}: braces that count nothing
        | \\.
        | \[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]                # a set, in which nothing is special
        | .
      )
    """,
    re.VERBOSE | re.DOTALL,
)


def compile_bounded(pattern: str) -> regex.Pattern[str]:
    r"""Compile a pattern unless that costs too much.

    A pattern that the library warns of is refused too: it would change its meaning one day.

    Raises:
        regex.error: when it is no regular expression, calls itself, or is larger than :data:`MAX_SIZE`.
        Warning: as the library warns.

    Examples:
        >>> compile_bounded(r"\d{4}-\d{2}").fullmatch("2024-06") is not None
        True

    """
    if (size := _size(pattern)) > MAX_SIZE:
        msg = f"its repetitions written out make {size:,} parts; at most {MAX_SIZE:,} are allowed"
        raise regex.error(msg)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return regex.compile(pattern)


def _size(pattern: str) -> int:
    """Count the parts of a pattern, those in a counted repetition as often as it asks for."""
    sizes, last = [0], [0]  # of each group that is open: its parts so far, and those of its last item
    for token in _TOKEN.finditer(pattern):
        if token["call"]:
            msg = f"{token['call']} calls the pattern from within itself"
            raise regex.error(msg)
        if token["open"]:
            sizes.append(1)
            last.append(0)
        elif token["close"] and len(sizes) > 1:
            size = sizes.pop()
            last.pop()
            sizes[-1] += size
            last[-1] = size
        elif token["count"] and (token["low"] or token["high"]):
            times = max(int(number[:9]) for number in (token["low"], token["high"]) if number)
            sizes[-1] += last[-1] * max(times - 1, 0)
            last[-1] *= max(times, 1)
        else:
            sizes[-1] += 1
            last[-1] = 1
    return sum(sizes)
