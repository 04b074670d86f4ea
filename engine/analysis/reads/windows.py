"""Which places of its input a place along one dimension of a layer's output is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import floor

from engine.layers.spatial import Window

Places = frozenset[int]
BORDERS: dict[str, Callable[[int, int], int]] = {  # the place that one outside of 0 … size − 1 repeats
    "reflect": lambda place, size: -place if place < 0 else 2 * (size - 1) - place,
    "replicate": lambda place, size: min(max(place, 0), size - 1),
    "circular": lambda place, size: place % size,
}
CLOSE = 1e-4  # nearer to a whole number than this, rounding may fall to either side …
EXACT = 2**12  # … of steps that are no multiple of 1 / this


@lru_cache(maxsize=256)
def all_of(size: int) -> Places:
    """Every place along a dimension."""
    return frozenset(range(size))


def within(places: Iterable[int], size: int, border: str = "zeros", bounded: bool = True) -> Places:
    """What there is of these places; those outside are zeros, or repeat others. Not ``bounded``: all of them."""
    if not bounded:
        return frozenset(places)
    if border == "zeros":
        return frozenset([place for place in places if 0 <= place < size])
    repeated = BORDERS[border]
    return frozenset([place if 0 <= place < size else repeated(place, size) for place in places])


def under(places: Places, window: Window) -> Places:
    """What a window reads that slides over the input, the border included: negative places lie before it."""
    kernel, stride, padding, dilation, _ = window
    reach = range(-padding, -padding + dilation * (kernel - 1) + 1, dilation)
    return frozenset([place * stride + step for place in places for step in reach])


def laid_from(places: Places, window: Window) -> Places:
    """What lays its patch over these places in a transposed convolution."""
    kernel, stride, padding, dilation, _ = window
    steps = [place + padding - dilation * step for place in places for step in range(kernel)]
    return frozenset([step // stride for step in steps if step % stride == 0])


def cells(places: Places, size: int, count: int) -> Places:
    """What adaptive pooling to ``count`` cells reads."""
    return frozenset([each for place in places
                      for each in range(place * size // count, -(-(place + 1) * size // count))])


def drawn_windows(places: Places, size: int, count: int, kernel: int) -> Places:
    """What windows of random place may read, in fractional pooling."""
    if count == 1:
        return frozenset(range(size - kernel, size))
    step = (size - kernel) / (count - 1)
    found = [each for place in places for each in range(int(place * step), int(place * step) + kernel + 1)]
    found += range(size - kernel, size) if count - 1 in places else ()
    return frozenset(found)


def blended(places: Places, size: int, count: int, scale: float | None, mode: str, aligned: bool) -> Places:
    """What upsampling to ``count`` places reads, before what lies outside is left out."""
    step = (size - 1) / max(1, count - 1) if aligned else 1 / scale if scale else size / count
    spare = 0.0 if (step * EXACT).is_integer() else CLOSE
    found = list[int]()
    for place in places:
        middle = place * step if aligned or mode == "nearest" else (place + 0.5) * step - 0.5
        first, last = floor(middle - spare), floor(middle + spare)
        if mode == "nearest":
            found += (first, last)
            continue
        found += range(first - 1, last + 3) if mode == "bicubic" else range(first, last + 2)
    return frozenset(found)
