"""Windows that slide over one, two or three dimensions: what convolution and pooling have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from engine.layers.base import KernelTooLargeError, Shape
from engine.units import shape_text

Size = int | tuple[int, ...]  # one number for every dimension, or one for each
Extent1 = Annotated[int, Field(ge=1, le=65_536)]
Margin1 = Annotated[int, Field(ge=0, le=65_536)]


def one_number(rank: int) -> BeforeValidator:
    """(5, 5) and [5, 5] mean 5: one value for one meaning."""

    def collapsed(value: object) -> object:
        same = isinstance(value, (list, tuple)) and len(value) == rank and all(part == value[0] for part in value)
        return value[0] if same else value  # type: ignore[index]

    return BeforeValidator(collapsed)


Extent = Annotated[Extent1 | tuple[Extent1, Extent1], one_number(2)]
"""A height and width of at least 1: one number for both, or a pair."""
Margin = Annotated[Margin1 | tuple[Margin1, Margin1], one_number(2)]
"""A height and width of at least 0."""
Extent3 = Annotated[Extent1 | tuple[Extent1, Extent1, Extent1], one_number(3)]
"""A depth, height and width of at least 1."""
Margin3 = Annotated[Margin1 | tuple[Margin1, Margin1, Margin1], one_number(3)]
"""A depth, height and width of at least 0."""


def spread(value: Size, rank: int) -> tuple[int, ...]:
    """One number for each dimension."""
    return value if isinstance(value, tuple) else (value,) * rank


def size_text(value: Size, rank: int = 2) -> str:
    """A window's size, as ``5×5``."""
    return shape_text(spread(value, rank))


def option_text(value: object) -> str:
    """An option of one number, several, or a word: ``2``, ``2×1``, ``same``."""
    return shape_text(value) if isinstance(value, tuple) else str(value)


class Window(NamedTuple):
    """One dimension of a sliding window."""

    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    ceil_mode: bool = False

    def output(self, size: int) -> int:
        """⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 (torch.nn.Conv2d); 0 or less: too large."""
        kernel, stride, padding, dilation, ceil_mode = self
        room = size + 2 * padding - dilation * (kernel - 1) - 1
        if not ceil_mode:
            return room // stride + 1
        last = -(-room // stride)
        # torch drops a last window that would start in the right padding
        return last if last * stride >= size + padding else last + 1

    def formula(self, size: int) -> str:
        """The rule with its numbers: ``⌊(28 + 2·2 − 5)/1⌋ + 1 = 28``."""
        pad = f" + 2·{self.padding}" if self.padding else ""
        reach = str(self.kernel) if self.dilation == 1 else f"{self.dilation}·({self.kernel} − 1) − 1"
        left, right = ("⌈", "⌉") if self.ceil_mode else ("⌊", "⌋")
        return f"{left}({size}{pad} − {reach})/{self.stride}{right} + 1 = {self.output(size)}"


Windows = tuple[Window, ...]


@lru_cache(maxsize=1024)
def windows(rank: int, kernel: Size, stride: Size, padding: Size, dilation: Size = 1, ceil_mode: bool = False
            ) -> Windows:
    """A window for each dimension."""
    options = (spread(value, rank) for value in (kernel, stride, padding, dilation))
    return tuple([Window(k, s, p, d, ceil_mode) for k, s, p, d in zip(*options, strict=True)])


def slide(title: str, shape: Shape, windows: Windows) -> tuple[int, ...]:
    """The sizes after the windows, channels left aside. Raises KernelTooLargeError."""
    sizes = [window.output(size) for window, size in zip(windows, shape[1:], strict=True)]
    if min(sizes) < 1:
        kernel = shape_text([window.dilation * (window.kernel - 1) + 1 for window in windows])
        raise KernelTooLargeError("{layer}: the {kernel} window is larger than its {size} input", layer=title,
                                  kernel=kernel, size=shape_text(shape[1:]))
    return tuple(sizes)


def expect_whole(title: str, shape: Shape, windows: Windows) -> None:
    """Raise KernelTooLargeError where the input, without its border, is smaller than the window."""
    if any(window.kernel > size for window, size in zip(windows, shape[1:], strict=True)):
        raise KernelTooLargeError("{layer}: the {kernel} window is larger than its {size} input", layer=title,
                                  kernel=shape_text([window.kernel for window in windows]), size=shape_text(shape[1:]))


def formulas(shape: Shape, windows: Sequence[Window]) -> tuple[str, ...]:
    """The rule with its numbers, one line when all dimensions agree."""
    lines = [window.formula(size) for window, size in zip(windows, shape[1:], strict=True)]
    return (lines[0],) if len(set(lines)) == 1 else tuple(lines)
