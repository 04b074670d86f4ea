"""Memory for large arrays, taken a bit at a time."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.progress import Work

PAGE, BIT = 4096, 1 << 24  # bytes
FREE_BYTES, PACKED = 2**26, 100  # real data of more bytes than these are not packed to so small a part
T = TypeVar("T", bound=np.generic)


def room_for(shape: tuple[int, ...], dtype: type[T]) -> Work[NDArray[T]]:
    """An array whose values mean nothing yet. The system gives memory at the first write to it, which takes a second
    for half a gigabyte, and columns written one after the other would ask for all of it at once."""
    made = np.empty(shape, dtype)
    content = made.reshape(-1).view(np.uint8)
    for begin in range(0, content.size, BIT):
        content[begin : begin + BIT : PAGE] = 0
        yield
    return made
