"""Saliency: which of the input's numbers a score depends on most (Simonyan et al. 2014), and its smoother forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from engine.inspect.lens import Lens, NoAnswerError, Scalar

Kind = Literal["gradient", "times input", "smooth"]
AT_ONCE = 8  # noisy copies in one pass


def saliency(lens: Lens, x: Tensor, of: Scalar, kind: Kind = "gradient", *, copies: int = 24, noise: float = 0.15,
             seed: int = 0, cancelled: Callable[[], bool] = lambda: False) -> Tensor:
    """Of one example 1×…, in its shape: |∂score/∂x|, or x·∂score/∂x with its sign, or the first over noisy copies.

    ``smooth`` is SmoothGrad (Smilkov et al. 2017): ``noise`` is its deviation as a share of the input's range. Where
    ``cancelled`` becomes true it ends with the copies that were made. Raises NoAnswerError where nothing depends on x.
    """
    if kind == "smooth":
        return _smooth(lens, x, of, copies, noise, seed, cancelled).abs()
    gradient = gradient_at_input(lens, x, of)[0]
    return gradient * x[0] if kind == "times input" else gradient.abs()


def gradient_at_input(lens: Lens, x: Tensor, of: Scalar) -> Tensor:
    """∂score/∂x for B×…; raises NoAnswerError where there is none."""
    found = lens.back(x, of, only=()).of_x
    if found is None:
        raise NoAnswerError("The answer has no gradient at the input")
    return found


def over_channels(values: Tensor) -> Tensor:
    """The largest of each pixel's channels by size, C×H×W → H×W, as in the paper; what has no channels stays."""
    return values.abs().amax(0) if values.dim() > 2 else values.abs()


def _smooth(lens: Lens, x: Tensor, of: Scalar, copies: int, noise: float, seed: int, cancelled: Callable[[], bool]
            ) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    deviation = noise * float(x.max() - x.min())
    total, done = torch.zeros_like(x[0]), 0
    while done < copies and not (done and cancelled()):
        count = min(AT_ONCE, copies - done)
        drawn = torch.randn((count, *x.shape[1:]), generator=generator)
        total += gradient_at_input(lens, x + deviation * drawn, of).sum(0)
        done += count
    return total / max(1, done)
