"""Batches of a split: taken, resized, varied and scaled as a whole."""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.data.options.options import Augment
from engine.data.tensors.augment import LUMA, vary
from engine.data.tensors.data import Data, Split

SEVERAL, AT_ONCE = 64, 2**18  # batches; numbers in them, about what a core's own memory holds


class Batches:
    """A split on a device, ready for a network; ``augment`` lets its images vary as the spec says."""

    def __init__(self, split: Split, data: Data, device: torch.device, augment: bool = False,
                 channels_last: bool = True) -> None:
        """``channels_last``: images lie in memory pixel by pixel, not channel by channel."""
        spec = data.spec
        self._order = torch.channels_last if channels_last else torch.contiguous_format
        self._inputs, self._targets = split.inputs.to(device), split.targets.to(device)
        is_image = spec.is_image and split.inputs.dim() == 4
        self._size = spec.resize if is_image else None
        self._channels = spec.channels if is_image else None
        self._can_vary = augment and is_image
        self._augment = spec.augment if self._can_vary and spec.augment.is_active else None
        shape = (-1,) + (1,) * (split.inputs.dim() - 2)
        self._mean, std = (torch.tensor(value, device=device).view(shape) for value in (data.mean, data.std))
        self._moments = (self._mean, std) if spec.normalize else None

    def __len__(self) -> int:
        return len(self._targets)

    def still(self) -> Batches:
        """The same examples, which do not vary."""
        other = copy(self)
        other._augment = None
        return other

    def varied(self, augment: Augment) -> Batches:
        """The same examples, which vary so from here on."""
        other = copy(self)
        other._augment = augment if self._can_vary and augment.is_active else None
        return other

    @cached_property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one example as ``take`` gives it."""
        first = torch.zeros(1, dtype=torch.int64, device=self._targets.device)
        return tuple(self._plain(first).shape[1:])

    def together(self, batch_size: int) -> int:
        """How many batches are fetched at once: several small ones; where images vary, each draws by itself."""
        if self._augment is not None or not len(self):
            return 1
        numbers = batch_size * max(math.prod(self.sample_shape), math.prod(self._inputs.shape[1:]))
        return max(1, min(SEVERAL, AT_ONCE // max(1, numbers)))

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The examples numbered ``index``: float32 B×…, and their targets B or B×….

        Where images vary, they are drawn from torch's global generator.
        """
        x = self._plain(index)
        if self._augment is not None:
            x = vary(x, self._augment, self._mean, bounded=self._inputs.dtype == torch.uint8)
        if self._moments:
            x = x.sub_(self._moments[0]).div_(self._moments[1])
        if x.dim() == 4:
            x = x.contiguous(memory_format=self._order)
        return x, self._targets.index_select(0, index)

    def _plain(self, index: Tensor) -> Tensor:
        """Of the right channels and size, bytes scaled to 0 … 1."""
        x = self._inputs.index_select(0, index)
        if self._channels == 1:
            x = in_channels(x, 1)
        if self._size:
            x = resized(x, self._size)
        if self._channels == 3:
            x = in_channels(x, 3)
        return x.float().div_(255) if x.dtype == torch.uint8 else x


def in_channels(x: Tensor, channels: int) -> Tensor:
    """B×C×H×W → B×channels×H×W: grey is repeated, colour becomes luma by PIL's own whole-number rule."""
    if x.shape[1] == channels:
        return x
    if x.shape[1] < 3:  # grey, perhaps with an alpha channel
        return x[:, :1].repeat(1, channels, 1, 1)
    if channels == 3:
        return x[:, :3].contiguous()
    if x.dtype == torch.uint8:
        red, green, blue = x[:, :3].int().unbind(1)
        return ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).to(torch.uint8)[:, None]
    return (x[:, :3] * x.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)


def resized(images: Tensor, size: int) -> Tensor:
    """uint8 or float B×C×H×W → B×C×size×size, bytes by PIL's bilinear rule.

    28 → 96 bit for bit, other sizes within 2 greys.
    """
    if images.shape[-2:] == (size, size):
        return images
    if images.dtype != torch.uint8:
        return interpolate(images, size=(size, size), mode="bilinear", antialias=True)
    if images.device.type != "cpu":
        return resized_in_float(images, size)
    # torch resizes four channels at once in the time of one, so grey images travel as each other's channels
    count, channels, *sizes = images.shape
    together = images.reshape(-1, math.gcd(count * channels, 4), *sizes)
    return interpolate(together, size=(size, size), mode="bilinear", antialias=True).view(count, channels, size, size)


def resized_in_float(images: Tensor, size: int) -> Tensor:
    """The same on devices that cannot resize uint8 itself."""
    wide = interpolate(images.float(), size=(size, size), mode="bilinear", antialias=True)
    return wide.round_().clamp_(0, 255).to(torch.uint8)


def ranges(count: int, size: int) -> list[tuple[int, int]]:
    """Where each batch begins and ends.

    A last batch of one example joins the batch before: batch norm cannot learn from one, and none is left out.
    """
    starts = list(range(0, count, size))
    if len(starts) > 1 and size > 1 and count - starts[-1] == 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], count], strict=True))
