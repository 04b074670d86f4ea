"""Windows along one dimension: which places of the input each place of the output reads, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from engine.inspect.steps.values import Index

BORDER = -1  # a place that is none of the input's


class Cell(NamedTuple):
    """A place that is read: where in the input (or ``BORDER``), with which tap of the kernel, where it lies unbent."""

    source: int
    tap: int
    lies: int


@dataclass(frozen=True)
class Axis:
    """The cells that each place of the output reads."""

    cells: tuple[tuple[Cell, ...], ...]

    @cached_property
    def readers(self) -> dict[int, list[tuple[int, Cell]]]:
        """By place of the input: the places of the output that read it, and by which cell."""
        found: dict[int, list[tuple[int, Cell]]] = {}
        for output, cells in enumerate(self.cells):
            for cell in cells:
                found.setdefault(cell.source, []).append((output, cell))
        return found


def bent(place: int, size: int, mode: str) -> int:
    """Where a place beyond the border is taken from, as torch's padding modes have it."""
    if 0 <= place < size:
        return place
    if mode == "reflect":
        return -place if place < 0 else 2 * (size - 1) - place
    if mode == "replicate":
        return min(max(place, 0), size - 1)
    return place % size if mode == "circular" else BORDER


def sliding(size: int, output: int, kernel: int, stride: int, before: int, dilation: int, mode: str = "zeros",
            after: int | None = None) -> Axis:
    """A window that moves: ``before`` and ``after`` are added at the ends; what is beyond them is not read at all."""
    end = size + (before if after is None else after)
    return Axis(tuple(tuple(Cell(bent(lies, size, mode), tap, lies) for tap in range(kernel)
                            if (lies := place * stride - before + tap * dilation) < end) for place in range(output)))


def transposed(size: int, output: int, kernel: int, stride: int, padding: int, dilation: int) -> Axis:
    """A transposed convolution: each input reaches ``kernel`` places of the output."""
    return Axis(tuple(tuple(Cell(far // stride, tap, far // stride) for tap in range(kernel)
                            if (far := place + padding - tap * dilation) % stride == 0 and 0 <= far < size * stride)
                      for place in range(output)))


def adaptive(size: int, output: int) -> Axis:
    """Windows that share the input out evenly, from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉."""
    return Axis(tuple(tuple(Cell(source, tap, source) for tap, source in enumerate(
        range(place * size // output, -(-(place + 1) * size // output)))) for place in range(output)))


def window(axes: Sequence[Axis], place: Sequence[int]) -> Iterator[tuple[Cell, ...]]:
    """All cells of a window, one for each dimension at a time, row by row."""
    return product(*(axis.cells[i] for axis, i in zip(axes, place, strict=True)))


def seen_by(axes: Sequence[Axis], place: Sequence[int]) -> Iterator[tuple[Index, tuple[Cell, ...]]]:
    """The places of the output that read a place of the input, and by which cells."""
    for found in product(*(axis.readers.get(i, []) for axis, i in zip(axes, place, strict=True))):
        yield tuple(output for output, _ in found), tuple(cell for _, cell in found)


def source_of(cells: Sequence[Cell]) -> Index | None:
    """Where in the input, or None in a border."""
    place = tuple(cell.source for cell in cells)
    return None if BORDER in place else place


def taps_of(cells: Sequence[Cell]) -> Index:
    """Which tap of the kernel."""
    return tuple(cell.tap for cell in cells)


def bounds(axes: Sequence[Axis], place: Sequence[int]) -> tuple[Index, Index, Index]:
    """Where a window begins and ends (not included), and how far apart its cells are."""
    lies = [[cell.lies for cell in axis.cells[i]] or [0] for axis, i in zip(axes, place, strict=True)]
    low, high = tuple(min(each) for each in lies), tuple(max(each) + 1 for each in lies)
    return low, high, tuple(abs(each[1] - each[0]) if len(each) > 1 else 1 for each in lies)


def spread(value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """One number for each dimension."""
    return (value,) * rank if isinstance(value, int) else tuple(value)
