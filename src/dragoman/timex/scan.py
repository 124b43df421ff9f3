"""Reading one value from left to right, and the errors that this can end in."""

import re
from typing import NoReturn

MAX_LENGTH = 64
"""The longest value that is read, in characters. The longest canonical form has fewer."""


class TimexError(ValueError):
    """A value that the grammar of :mod:`dragoman.timex` does not allow.

    Attributes:
        value: the value as it was given, whole.
        expected: what could have stood at ``position``, for people, with the nearest legal value if one is obvious.
        position: index into ``value`` where reading stopped, in code points, 0 to ``len(value)``.

    """

    def __init__(self, value: str, expected: str, position: int) -> None:
        # All three go to the base class so that the error survives pickling between worker processes.
        super().__init__(value, expected, position)
        self.value = value
        self.expected = expected
        self.position = position

    def __str__(self) -> str:
        # repr() escapes control and bidirectional characters: the value may come from anybody.
        shown = self.value if len(self.value) <= MAX_LENGTH else self.value[:MAX_LENGTH] + "…"
        return f"{shown!r}: at character {self.position + 1}, expected {self.expected}"


class Failure(Exception):  # noqa: N818 - never leaves the package: the outermost rule turns it into a TimexError
    """Reading stopped at ``position``, where ``expected`` could have stood."""

    def __init__(self, expected: str, position: int) -> None:
        super().__init__(expected, position)
        self.expected = expected
        self.position = position


class Scanner:
    """A cursor over a value. Letters are compared in upper case, since no TIMEX3 token depends on case."""

    def __init__(self, value: str) -> None:
        if len(value) > MAX_LENGTH:
            raise Failure(f"at most {MAX_LENGTH} characters", MAX_LENGTH)
        for position, character in enumerate(value):
            # Before upper(): outside ASCII it can change the length, or turn a foreign letter into an ASCII one.
            if not ("!" <= character <= "~"):
                raise Failure("ASCII letters, digits and signs, without spaces", position)
        self.text = value.upper()
        self.position = 0

    def at(self, prefix: str) -> bool:
        """Tell whether ``prefix`` comes next, without moving."""
        return self.text.startswith(prefix, self.position)

    def accept(self, prefix: str) -> bool:
        """Step over ``prefix`` if it comes next, and tell whether it did."""
        comes_next = self.at(prefix)
        if comes_next:
            self.position += len(prefix)
        return comes_next

    def attempt(self, pattern: str) -> str | None:
        """Step over what the regular expression matches here and return it, or return None and stay."""
        match = re.compile(pattern).match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group()

    def take(self, pattern: str, expected: str) -> str:
        """Step over what the regular expression matches here and return it, or fail."""
        taken = self.attempt(pattern)
        if taken is None:
            self.fail(expected)
        return taken

    def finish(self, expected: str) -> None:
        """Fail unless everything has been read."""
        if self.position < len(self.text):
            self.fail(expected)

    def fail(self, expected: str, position: int | None = None) -> NoReturn:
        """Stop reading at ``position``, which is where the cursor stands unless it is given."""
        raise Failure(expected, self.position if position is None else position)
