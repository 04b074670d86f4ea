"""Mean and deviation of training examples, per channel or feature."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.data.progress import Work, made_by
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import in_channels

CHUNK = 4096  # images whose pixels are counted at once
Moments = tuple[tuple[float, ...], tuple[float, ...]]


def moments(spec: DataSpec, inputs: Tensor) -> Moments:
    """Of inputs N×… as the network gets them: bytes scaled to 0 … 1, in the spec's channels."""
    return made_by(measuring(spec, inputs))


def measuring(spec: DataSpec, inputs: Tensor) -> Work[Moments]:
    """The same, channel by channel: it can be left at each."""
    channels = spec.channels if spec.is_image and inputs.dim() == 4 else None
    if inputs.dtype == torch.uint8:
        return _of_bytes(inputs, channels or inputs.shape[1])
    if channels:
        inputs = in_channels(inputs, channels)
    channels_first = inputs.transpose(0, 1) if inputs.dim() > 1 else inputs[None]
    found = []
    for channel in channels_first.unbind(0):  # one by one: doubles take much room
        found.append(_of_numbers(channel))
        yield
    mean, std = (torch.tensor(values, dtype=torch.float64) for values in zip(*found, strict=True))
    return _whole(mean, std)


def _of_numbers(values: Tensor) -> tuple[float, float]:
    doubles = values.double()
    return float(doubles.mean()), float(doubles.std(correction=0))


def _of_bytes(images: Tensor, channels: int) -> Moments:
    """Exact: from how often each of the 256 values occurs."""
    values = torch.arange(256, dtype=torch.float64) / 255
    counts = torch.zeros(channels, 256, dtype=torch.int64)
    for chunk in torch.split(images, CHUNK):
        for index, channel in enumerate(in_channels(chunk, channels).unbind(1)):
            counts[index] += torch.bincount(channel.reshape(-1), minlength=256)
    share = counts.double() / counts.sum(1, keepdim=True)
    mean = share @ values
    return _whole(mean, (share * (values - mean[:, None]) ** 2).sum(1).sqrt())


def _whole(mean: Tensor, std: Tensor) -> Moments:
    """What never changes stays as it is: a deviation of 1."""
    blank = std <= 1e-7 * mean.abs().clamp(min=1e-30)
    return tuple(mean.tolist()), tuple(std.masked_fill(blank, 1.0).tolist())
