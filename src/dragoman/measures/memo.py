"""A memo: intermediate results shared by several measures, computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Values by key, each computed on first access. Values are shared and must not be modified."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key; ``make`` is called on first access.

        >>> memo = Memo()
        >>> memo.get("pairs", lambda: [1, 2]) is memo.get("pairs", lambda: [3])
        True

        """
        if key not in self._values:
            self._values[key] = make()
        value: T = self._values[key]
        return value

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        return Memo, ()  # values can be recomputed after unpickling
