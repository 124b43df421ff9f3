"""A memo: values that several measures ask for, worked out once and held as long as what they belong to."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Values by key, each made when it is first asked for. They are shared: whoever takes one must not change it."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value of a key; ``make`` is called the first time.

        >>> memo = Memo()
        >>> memo.get("pairs", lambda: [1, 2]) is memo.get("pairs", lambda: [3])
        True

        """
        if key not in self._values:
            self._values[key] = make()
        value: T = self._values[key]
        return value

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        return Memo, ()  # what it holds can be made again, wherever it is sent
