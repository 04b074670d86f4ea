"""Random variations of a batch of images, each image its own, as whole-batch operations."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

from engine.data.options.options import Augment

LUMA = (0.299, 0.587, 0.114)  # ITU-R 601-2, as PIL has it
ERASED_AREA, ERASED_RATIO = (0.02, 0.33), (0.3, 3.3)  # Zhong et al. 2017, arXiv:1708.04896


class Chance:
    """Where random numbers come from: torch's global generator, or one's own. ``certain`` leaves nothing out."""

    def __init__(self, generator: torch.Generator | None = None, certain: bool = False) -> None:
        self._generator, self._certain = generator, certain

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """``count`` numbers between the two, on the CPU, so that every device sees the same images."""
        return torch.rand(count, generator=self._generator) * (high - low) + low

    def coins(self, count: int, share: float) -> Tensor:
        """True in that share of the cases."""
        drawn = self.uniform(count) < share
        return torch.ones_like(drawn) if self._certain else drawn

    def whole(self, count: int, end: int) -> Tensor:
        """Whole numbers from 0 to ``end`` − 1."""
        return torch.randint(0, end, (count,), generator=self._generator)


def vary(x: Tensor, augment: Augment, fill: Tensor, chance: Chance | None = None, *, bounded: bool = True) -> Tensor:
    """Images float32 B×C×H×W, in the order crop, flip, rotate, colours, erase (with ``fill``, C×1×1).

    ``bounded``: they were bytes, and colours stay in 0 … 1; numbers of a person's own may lie anywhere.
    """
    chance, count = chance or Chance(), len(x)
    if augment.crop:
        top, left = (chance.whole(count, 2 * augment.crop + 1) for _ in range(2))
        x = cropped(x, augment.crop, top, left)
    if augment.flip:
        x = _where(x, chance.coins(count, 0.5), x.flip(-1))
    if augment.flip_vertical:
        x = _where(x, chance.coins(count, 0.5), x.flip(-2))
    if augment.rotate:
        x = rotated(x, chance.uniform(count, -augment.rotate, augment.rotate))
    for share, change in ((augment.brightness, brightened), (augment.contrast, contrasted),
                          (augment.saturation if x.shape[1] == 3 else 0.0, saturated)):
        if share:
            x = change(x, chance.uniform(count, 1 - share, 1 + share), bounded)
    return erased(x, augment.erase, fill, chance) if augment.erase else x


def _each(values: Tensor, x: Tensor) -> Tensor:
    """One value for each image, on its device."""
    return values.to(x.device).view(-1, 1, 1, 1)


def _where(x: Tensor, chosen: Tensor, other: Tensor) -> Tensor:
    return torch.where(_each(chosen, x), other, x)


def cropped(x: Tensor, margin: int, top: Tensor, left: Tensor) -> Tensor:
    """Black margins added, then B windows of the old size, whose corners are at ``top`` and ``left``."""
    height, width = x.shape[-2:]
    wide = pad(x, (margin,) * 4)
    rows = torch.arange(height, device=x.device) + top.to(x.device)[:, None]
    columns = torch.arange(width, device=x.device) + left.to(x.device)[:, None]
    batch = torch.arange(len(x), device=x.device)
    # indices on both sides of a slice put what they choose first: B×H×W×C
    return wide[batch[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def rotated(x: Tensor, degrees: Tensor) -> Tensor:
    """Each image turned about its centre, counter-clockwise, corners black; bilinear."""
    angle = (degrees * math.pi / 180).to(x.device)
    height, width = x.shape[-2:]
    cos, sin, zero = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle)
    # the grid counts from −1 to 1 in both directions: a turn of pixels that are not square takes their ratio
    rows = (torch.stack([cos, -sin * height / width, zero], 1), torch.stack([sin * width / height, cos, zero], 1))
    grid = affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def brightened(x: Tensor, factors: Tensor, bounded: bool = True) -> Tensor:
    """Times the factor."""
    return _bounded(x * _each(factors, x), bounded)


def _bounded(x: Tensor, bounded: bool) -> Tensor:
    return x.clamp_(0, 1) if bounded else x


def contrasted(x: Tensor, factors: Tensor, bounded: bool = True) -> Tensor:
    """Away from the image's mean grey, or towards it."""
    mean = grey(x).mean((1, 2, 3), keepdim=True)
    return _bounded(mean + (x - mean) * _each(factors, x), bounded)


def saturated(x: Tensor, factors: Tensor, bounded: bool = True) -> Tensor:
    """Away from each pixel's grey, or towards it."""
    plain = grey(x)
    return _bounded(plain + (x - plain) * _each(factors, x), bounded)


def grey(x: Tensor) -> Tensor:
    """Float B×C×H×W → B×1×H×W: luma of three channels, the mean of others."""
    if x.shape[1] != 3:
        return x.mean(1, keepdim=True)
    return (x * x.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)


def erased(x: Tensor, share: float, fill: Tensor, chance: Chance) -> Tensor:
    """A rectangle of random place, area and ratio painted over, in about that share of the images."""
    count, (height, width) = len(x), x.shape[-2:]
    chosen, area = chance.coins(count, share), chance.uniform(count, *ERASED_AREA) * height * width
    ratio = torch.exp(chance.uniform(count, math.log(ERASED_RATIO[0]), math.log(ERASED_RATIO[1])))
    tall = (area * ratio).sqrt().round().clamp(1, height)
    broad = (area / ratio).sqrt().round().clamp(1, width)
    top, left = ((chance.uniform(count) * (room + 1)).floor() for room in (height - tall, width - broad))
    rows, columns = torch.arange(height), torch.arange(width)
    inside = ((rows >= top[:, None]) & (rows < (top + tall)[:, None]))[:, :, None] & (
        (columns >= left[:, None]) & (columns < (left + broad)[:, None]))[:, None, :]
    mask = (inside & chosen[:, None, None])[:, None].to(x.device)
    return torch.where(mask, fill.to(x.dtype), x)
