"""Splits and batches: a data set is one uint8 tensor, and a batch is taken, resized and scaled as a whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.data.download import fetch
from engine.data.sources import Arrays, Bytes, read_arrays
from engine.data.spec import DataSpec
from engine.messages import LayerloomError

TEST_SHARE = 0.15  # of data sets without an official test part


class StoppedError(LayerloomError):
    """Stopped by the person before training began."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images uint8 N×C×H×W as stored, labels int64 N."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Data:
    """Three disjoint splits; ``mean`` and ``std`` per channel of the training pixels, scaled to 0 … 1."""

    spec: DataSpec
    train: Split
    validation: Split
    test: Split
    mean: tuple[float, ...]
    std: tuple[float, ...]


def load_data(spec: DataSpec, root: Path | None = None, progress: Callable[[int, int], object] | None = None,
              cancelled: Callable[[], bool] | None = None) -> Data:
    """The data, downloaded into ``root`` (default: the per-user folder) where they are missing.

    ``progress(done, total)`` counts bytes of one file. Raises DataError, or StoppedError once ``cancelled()`` is true.
    """
    for step in fetch(spec.dataset, root):
        if cancelled is not None and cancelled():
            raise StoppedError("The download was stopped")
        if progress is not None:
            progress(step.done, step.total)
    return split_data(spec, read_arrays(spec.dataset, root))


def split_data(spec: DataSpec, arrays: Arrays) -> Data:
    """Set test (where there is no official one) and validation images aside, by the spec's seed."""
    order = np.random.default_rng(spec.seed).permutation(len(arrays.labels))
    images, labels = arrays.images, arrays.labels
    if arrays.test_images is not None and arrays.test_labels is not None:
        test = _split(arrays.test_images, arrays.test_labels)
    else:
        count = _share(TEST_SHARE, len(order))
        test, order = _split(images[order[:count]], labels[order[:count]]), order[count:]
    count = _share(spec.validation, len(order))
    validation = _split(images[order[:count]], labels[order[:count]])
    train = _split(images[order[count:]], labels[order[count:]])
    return Data(spec, train, validation, test, *_moments(train.images))


def _share(share: float, count: int) -> int:
    """That share, leaving at least one on both sides."""
    return min(max(1, round(share * count)), count - 1)


def _split(images: Bytes, labels: Bytes) -> Split:
    return Split(torch.from_numpy(np.ascontiguousarray(images)), torch.from_numpy(labels.astype(np.int64)))


def _moments(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation per channel, exact: from how often each of the 256 values occurs."""
    values = torch.arange(256, dtype=torch.float64) / 255
    means, deviations = [], []
    for channel in images.unbind(1):
        share = torch.bincount(channel.reshape(-1), minlength=256).double() / channel.numel()
        mean = float(share @ values)
        means.append(mean)
        deviations.append(float(share @ (values - mean) ** 2) ** 0.5 or 1.0)  # a blank channel stays as it is
    return tuple(means), tuple(deviations)


class Batches:
    """A split on a device, ready for a network."""

    def __init__(self, split: Split, data: Data, device: torch.device) -> None:
        self._images, self._labels = split.images.to(device), split.labels.to(device)
        self._resize = data.spec.resize
        self._moments: tuple[Tensor, Tensor] | None = None
        if data.spec.normalize:
            mean, std = (torch.tensor(value, device=device).view(-1, 1, 1) for value in (data.mean, data.std))
            self._moments = mean, std

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one example as ``take`` gives it."""
        first = torch.zeros(1, dtype=torch.int64, device=self._labels.device)
        return tuple(self.take(first)[0].shape[1:])

    def take(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """The examples numbered ``index``: float32 B×C×H×W, channels last in memory, and labels B."""
        images = self._images.index_select(0, index)
        if self._resize:
            images = resized(images, self._resize)
        x = images.float().div_(255)
        if self._moments:
            x = x.sub_(self._moments[0]).div_(self._moments[1])
        return x.contiguous(memory_format=torch.channels_last), self._labels.index_select(0, index)


def resized(images: Tensor, size: int) -> Tensor:
    """uint8 B×C×H×W → B×C×size×size, by PIL's bilinear rule: 28 → 96 bit for bit, other sizes within 2 greys."""
    if images.shape[-2:] == (size, size):
        return images
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
