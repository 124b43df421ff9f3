"""A scanner for a single value, and its errors."""

import re
from typing import NoReturn

MAX_LENGTH = 64
"""Maximum length of a value, in characters; canonical forms are shorter."""


class TimexError(ValueError):
    """A value that the grammar of :mod:`dragoman.timex` does not allow.

    Attributes:
        value: the value as given, not truncated.
        expected: what would have been allowed at ``position``, in words, with the nearest valid value if there is an
            obvious one.
        position: index into ``value`` at which parsing stopped, in code points, 0 to ``len(value)``.

    """

    def __init__(self, value: str, expected: str, position: int) -> None:
        # All three are passed to the base class, so that the error can be pickled between processes.
        super().__init__(value, expected, position)
        self.value = value
        self.expected = expected
        self.position = position

    def __str__(self) -> str:
        # repr() escapes control and bidirectional characters: the value is untrusted.
        shown = self.value if len(self.value) <= MAX_LENGTH else self.value[:MAX_LENGTH] + "…"
        return f"{shown!r}: at character {self.position + 1}, expected {self.expected}"


class Failure(Exception):  # noqa: N818 - internal: the public functions convert it to a TimexError
    """Parsing stopped at ``position``, where ``expected`` would have been allowed."""

    def __init__(self, expected: str, position: int) -> None:
        super().__init__(expected, position)
        self.expected = expected
        self.position = position


class Scanner:
    """A cursor over a value, converted to upper case, since no TIMEX3 token depends on case."""

    def __init__(self, value: str) -> None:
        if len(value) > MAX_LENGTH:
            raise Failure(f"at most {MAX_LENGTH} characters", MAX_LENGTH)
        for position, character in enumerate(value):
            # Before upper(): outside ASCII it can change the length, or turn a non-ASCII letter into an ASCII one.
            if not ("!" <= character <= "~"):
                raise Failure("ASCII letters, digits and signs, without spaces", position)
        self.text = value.upper()
        self.position = 0

    def at(self, prefix: str) -> bool:
        """Tell whether ``prefix`` is next, without advancing."""
        return self.text.startswith(prefix, self.position)

    def accept(self, prefix: str) -> bool:
        """Advance past ``prefix`` if it is next, and tell whether it was."""
        comes_next = self.at(prefix)
        if comes_next:
            self.position += len(prefix)
        return comes_next

    def attempt(self, pattern: str) -> str | None:
        """Advance past a match of the regular expression and return it; return None if it does not match here."""
        match = re.compile(pattern).match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group()

    def take(self, pattern: str, expected: str) -> str:
        """Advance past a match of the regular expression and return it; raise Failure if it does not match here."""
        taken = self.attempt(pattern)
        if taken is None:
            self.fail(expected)
        return taken

    def finish(self, expected: str) -> None:
        """Raise Failure unless the whole value has been consumed."""
        if self.position < len(self.text):
            self.fail(expected)

    def fail(self, expected: str, position: int | None = None) -> NoReturn:
        """Raise Failure at ``position``; at the cursor if None."""
        raise Failure(expected, self.position if position is None else position)
