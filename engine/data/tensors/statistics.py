"""What the data are, in numbers: plain values for the window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.data.formats.arrays import Skipped
from engine.data.formats.preview import Preview
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split, Unscaled
from engine.layers.base import Shape
from engine.messages import Message

CHUNK = 4096  # examples that are looked at together


class Part(NamedTuple):
    """The training, validation or test examples; ``counts`` is by class, none where numbers are learned."""

    name: str
    examples: int
    counts: tuple[int, ...]
    inputs: Shape
    inputs_dtype: str
    targets: Shape
    targets_dtype: str
    bytes: int


class Moments(NamedTuple):
    """One channel, feature or target of the training examples; bytes are scaled to 0 … 1. NaN: all missing."""

    name: str
    mean: float
    std: float
    least: float
    most: float


class Statistics(NamedTuple):
    """Everything the data tab shows beside samples; ``spec`` has what was found in a person's file."""

    spec: DataSpec
    parts: tuple[Part, ...]
    channels: tuple[Moments, ...]  # of a table: its columns before they are filled and standardised
    targets: tuple[Moments, ...]  # where numbers are learned
    truth: Mapping[str, list[float]]
    preview: Preview | None
    skipped: tuple[Skipped, ...]
    notes: tuple[Message, ...]


def statistics(data: Data) -> Statistics:
    """Count and measure loaded data."""
    report, parts = data.report, {"train": data.train, "validation": data.validation, "test": data.test}
    channels = _of_table(data.unscaled, report.features) if data.unscaled is not None else (
        _of_tensor(data.train.inputs, report.features))
    targets = () if data.spec.task == "classification" else _of_tensor(data.train.targets, ())
    return Statistics(data.spec, tuple(_part(name, split, data.spec) for name, split in parts.items()), channels,
                      targets, data.truth, report.preview, report.skipped, report.notes)


def _part(name: str, split: Split, spec: DataSpec) -> Part:
    counts: tuple[int, ...] = ()
    if spec.task == "classification":
        counts = tuple(torch.bincount(split.targets, minlength=spec.num_classes).tolist())
    inputs, targets = split.inputs, split.targets
    return Part(name, len(split), counts, tuple(inputs.shape), _dtype(inputs), tuple(targets.shape), _dtype(targets),
                inputs.nbytes + targets.nbytes)


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _names(count: int, names: tuple[str, ...], is_image: bool) -> tuple[str, ...]:
    if len(names) == count:
        return names
    if is_image and count in (1, 3):
        return ("grey",) if count == 1 else ("red", "green", "blue")
    return tuple(map(str, range(count)))


def _of_tensor(values: Tensor, names: tuple[str, ...]) -> tuple[Moments, ...]:
    """Of N×C×…: each channel; of N×F: each feature."""
    count = values.shape[1] if values.dim() > 1 else 1
    rows = [_of_bytes(channel) if values.dtype == torch.uint8 else _of_numbers(channel)
            for channel in values.reshape(len(values), count, -1).unbind(1)]
    return tuple(Moments(name, *row) for name, row in
                 zip(_names(count, names, values.dim() == 4), rows, strict=True))


Four = tuple[float, float, float, float]  # mean, deviation, least, most


def _of_bytes(channel: Tensor) -> Four:
    """From how often each of the 256 values occurs: no copy in larger numbers is made."""
    counts = sum(torch.bincount(chunk.reshape(-1), minlength=256) for chunk in torch.split(channel, CHUNK))
    share = torch.as_tensor(counts).double() / channel.numel()
    values = torch.arange(256).double() / 255
    mean, there = share @ values, values[share > 0]
    return float(mean), float((share @ (values - mean) ** 2).sqrt()), float(there[0]), float(there[-1])


def _of_numbers(channel: Tensor) -> Four:
    values = channel.double()
    return float(values.mean()), float(values.std(correction=0)), float(values.min()), float(values.max())


def _of_table(table: Unscaled, names: tuple[str, ...]) -> tuple[Moments, ...]:
    """Of the columns, missing values not counted."""
    found = []
    for index, name in enumerate(names):
        column = table.rows[table.of_train, index]
        there = column[~np.isnan(column)]
        numbers = (there.mean(), there.std(), there.min(), there.max()) if len(there) else (np.nan,) * 4
        found.append(Moments(name, *map(float, numbers)))
    return tuple(found)
