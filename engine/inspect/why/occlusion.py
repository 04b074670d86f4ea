"""Occlusion: how much of a probability is lost where a patch of the input is covered (Zeiler and Fergus 2014)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from types import EllipsisType

import torch
from torch import Tensor

from engine.inspect.answers import probabilities
from engine.inspect.lens import Lens
from engine.inspect.why.gradients import score_of

MOST = 1024  # covered inputs that the network is asked about
SHARE = 6  # a patch is this part of a side, unless one is given


@dataclass(frozen=True, eq=False)
class Occlusion:
    """``lost`` has the input's places (H×W, …): what was lost while each was covered, the mean of its patches.

    Of classes a probability, of numbers the answer itself. ``done`` of ``total`` patches are in it; nan: none yet.
    """

    lost: Tensor
    before: float
    done: int
    total: int
    patch: tuple[int, ...]
    stride: tuple[int, ...]


def occlusion(lens: Lens, x: Tensor, class_number: int, *, patch: int | None = None, stride: int | None = None,
              fill: float | None = None, most: int = MOST, batch_size: int = 64,
              cancelled: Callable[[], bool] = lambda: False) -> Iterator[Occlusion]:
    """What is known after each batch, the whole last; it ends early where ``cancelled`` becomes true.

    x is one example 1×…. The patch goes over rows and columns (of a table over single numbers) and is filled with
    ``fill``, or each channel's mean. Where there would be more than ``most`` patches, the stride becomes larger, and
    the patch with it: nothing is left uncovered.
    Raises NoAnswerError or NoSuchClassError.
    """
    sides = tuple(x.shape[2:]) if x.dim() > 3 else tuple(x.shape[1:])
    patches = tuple(min(side, patch or (1 if len(sides) == 1 else max(1, side // SHARE))) for side in sides)
    strides = _strides(sides, patches, stride, most)
    patches = tuple(min(side, max(each)) for side, *each in zip(sides, patches, strides, strict=True))
    corners = list(product(*(_starts(*each) for each in zip(sides, patches, strides, strict=True))))
    grey = torch.full_like(x, fill) if fill is not None else (
        x.double().mean(tuple(range(x.dim() - len(sides), x.dim())), keepdim=True).to(x.dtype).expand_as(x))
    before = _judged(lens, x, class_number)[0]
    total, covered = torch.zeros(sides), torch.zeros(sides)
    for begin in range(0, len(corners), batch_size):
        if cancelled():
            return
        some = [_where(corner, patches) for corner in corners[begin:begin + batch_size]]
        inputs = x.repeat(len(some), *(1,) * (x.dim() - 1))
        for each, where in zip(inputs, some, strict=True):
            each[where] = grey[0][where]
        for lost, where in zip((before - _judged(lens, inputs, class_number)).tolist(), some, strict=True):
            total[where] += lost
            covered[where] += 1
        yield Occlusion(total / covered, float(before), begin + len(some), len(corners), patches, strides)


def _where(corner: tuple[int, ...], patches: tuple[int, ...]) -> tuple[EllipsisType | slice, ...]:
    return (..., *(slice(start, start + size) for start, size in zip(corner, patches, strict=True)))


def _judged(lens: Lens, x: Tensor, class_number: int) -> Tensor:
    """The probability of the class for each example, or the number itself."""
    answer = lens.answer(x)
    score_of(class_number)(answer)  # says where there is no such class
    found = probabilities(answer, lens.experiment)
    return (answer if found is None else found).flatten(1)[:, class_number]


def _strides(sides: tuple[int, ...], patches: tuple[int, ...], stride: int | None, most: int) -> tuple[int, ...]:
    strides = [stride or max(1, size // 2) for size in patches]
    while True:
        counts = [len(_starts(*each)) for each in zip(sides, patches, strides, strict=True)]
        if torch.Size(counts).numel() <= most or max(counts) == 1:
            return tuple(strides)
        strides[counts.index(max(counts))] += 1


def _starts(side: int, patch: int, stride: int) -> list[int]:
    """Where patches begin; the last ends at the edge, so that nothing is never covered."""
    last = side - patch
    return [*range(0, last, stride), last]
