"""A few examples as small pictures with their labels, or as numbers: plain values for the window."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.data.options.corrections import ExampleId
from engine.data.tensors.batches import in_channels
from engine.data.tensors.data import Data
from engine.data.tensors.identity import stored_example

LARGEST = 128  # pixels; larger images are made smaller
DIGITS = 4
MOST_COLUMNS = 40
MOST_CORRECTED, FEW = 1000, 8


class Sample(NamedTuple):
    """Pixels row by row with channels last, 1 or 3 channels."""

    pixels: bytes
    channels: int
    height: int
    width: int
    label: str


def samples(data: Data, count: int) -> list[Sample]:
    """The first training examples, as stored, or none where they are not images."""
    inputs = data.train.inputs[:count]
    if inputs.dim() != 4:
        return []
    images = _small(_in_bytes(inputs if inputs.shape[1] in (1, 3) else in_channels(inputs, 3)))
    _, channels, height, width = images.shape
    labels = [_label(data, target) for target in data.train.targets[:count]]
    return [Sample(image.permute(1, 2, 0).contiguous().numpy().tobytes(), channels, height, width, label)
            for image, label in zip(images, labels, strict=True)]


def _label(data: Data, target: Tensor) -> str:
    if data.spec.task == "classification":
        return data.spec.classes[int(target)]
    return f"{target.item():.{DIGITS}g}" if target.numel() == 1 else ""


def _in_bytes(images: Tensor) -> Tensor:
    """Numbers stretched over what a screen can show."""
    if images.dtype == torch.uint8:
        return images
    least, most = images.aminmax()
    return ((images - least) / (most - least).clamp(min=1e-12) * 255).round().to(torch.uint8)


def _small(images: Tensor) -> Tensor:
    height, width = images.shape[-2:]
    if max(height, width) <= LARGEST:
        return images
    size = [max(1, round(side * LARGEST / max(height, width))) for side in (height, width)]
    return interpolate(images, size=size, mode="bilinear", antialias=True)


class Stored(NamedTuple):
    """An example that was corrected, as it is stored: ``is_there``: the data still have it; a picture, or numbers."""

    label: str = ""
    picture: Sample | None = None
    numbers: tuple[float, ...] = ()
    is_there: bool = True


def corrected_samples(data: Data) -> dict[ExampleId, Stored]:
    """All that were corrected, also those that are left out now; of very many the first."""
    return {each.id: _stored(data, each.id) for each in data.spec.corrections[:MOST_CORRECTED]}


def _stored(data: Data, id: ExampleId) -> Stored:
    found = stored_example(data, id)
    if found is None:
        return Stored(is_there=False)
    inputs, target = found
    label = _label(data, target.exp() if data.spec.learns_log else target)
    if inputs.dim() != 3:
        return Stored(label, numbers=tuple(inputs.flatten()[:FEW].tolist()))
    image = inputs[None] if len(inputs) in (1, 3) else in_channels(inputs[None], 3)
    image = _small(_in_bytes(image))[0]
    channels, height, width = image.shape
    pixels = image.permute(1, 2, 0).contiguous().numpy().tobytes()
    return Stored(label, Sample(pixels, channels, height, width, label))


class Rows(NamedTuple):
    """Examples that are no images, as rows of numbers: inputs as stored, then the target."""

    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]


def rows(data: Data, count: int) -> Rows:
    """The first training examples, flat, at most ``MOST_COLUMNS`` of their numbers; none where they are images."""
    if data.train.inputs.dim() == 4:
        return Rows((), ())
    inputs = data.train.inputs[:count].flatten(1)
    names = data.report.features or tuple(f"x{index}" for index in range(inputs.shape[1]))
    targets = data.train.targets[:count].reshape(len(inputs), -1)
    heads = ("y",) if targets.shape[1] == 1 else tuple(f"y{index}" for index in range(targets.shape[1]))
    shown = torch.cat([inputs[:, :MOST_COLUMNS].double(), targets[:, :MOST_COLUMNS].double()], dim=1)
    return Rows((*names[:MOST_COLUMNS], *heads[:MOST_COLUMNS]), tuple(map(tuple, shown.tolist())))
