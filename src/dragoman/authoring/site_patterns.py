"""Untrusted regular expressions of profiles, compiled within bounds.

The library expands counted repetitions when it compiles, so that a few nested ones of a hundred each exhaust the memory
before anything is matched; and a recursive pattern can overflow the stack. Both are detected before compiling. The cost
of matching is bounded by a timeout where patterns are used.
"""

from __future__ import annotations

import re
import warnings

import regex

MAX_SIZE = 20_000
"""Maximum number of elements of a pattern after expansion of its counted repetitions."""

_TOKEN = re.compile(
    r"""
      (?P<call>\(\?(?:R|[0-9]+|[+-][0-9]+|&\w+|P>\w+)\))        # recursion into the pattern or one of its groups
    | (?P<open>\()
    | (?P<close>\))
    | (?P<count>\{\s*(?P<low>[0-9]*)\s*(?:,\s*(?P<high>[0-9]*)\s*)?\})
    | (?P<part>
          \\[pPNxu]\{[^}]*\}                                     # \p{Lu}: braces that are not a repetition
        | \\.
        | \[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]                # a character set, in which nothing is special
        | .
      )
    """,
    re.VERBOSE | re.DOTALL,
)


def compile_bounded(pattern: str) -> regex.Pattern[str]:
    r"""Compile a pattern, unless it is too expensive.

    Patterns with a warning of the library are rejected too, since their meaning may change in future versions.

    Raises:
        regex.error: if it is not a regular expression, is recursive, or is larger than :data:`MAX_SIZE`.
        Warning: a warning of the library.

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
    """Count the elements of a pattern after expansion of counted repetitions."""
    sizes, last = [0], [0]  # per open group: number of elements so far, and of its last item
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
