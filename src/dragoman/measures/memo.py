"""What was worked out from some columns before: measures of the same layer ask for the same pairs and keys."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

_KEPT: dict[tuple[object, ...], Any] = {}


def kept(name: str, columns: Sequence[NDArray[np.generic]], make: Callable[[], T], *values: object) -> T:
    """Give what follows from some columns, worked out the first time that it is asked for.

    It is kept as long as all of the columns are, and must not be changed.

    Args:
        name: what is worked out.
        columns: all arrays that it follows from.
        make: works it out.
        values: whatever else it follows from.

    """
    key = (name, *values, *map(id, columns))
    if key not in _KEPT:
        _KEPT[key] = make()
        for column in columns:  # an id means something only as long as what it is of
            weakref.finalize(column, _KEPT.pop, key, None).atexit = False
    found: T = _KEPT[key]
    return found
