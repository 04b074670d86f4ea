"""What each transform does to one training image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.formats.arrays import Array
from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.data.tensors.augment import Chance, vary
from engine.data.tensors.batches import in_channels, resized
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.messages import Message, say


class Transformed(NamedTuple):
    """An image after a transform: uint8 C×H×W, after normalising float32; other examples float32 as they are."""

    title: Message
    array: Array


def steps(spec: DataSpec, index: int, root: Path | None = None) -> tuple[Transformed, ...]:
    """Of training example ``index``, from as it is stored to what the network gets. Raises DataError, IndexError."""
    return steps_of(load_data(spec, root), index)


def steps_of(data: Data, index: int) -> tuple[Transformed, ...]:
    """The same of loaded data. Where chance decides, it is the same for the same image; every transform is shown."""
    if not 0 <= index < len(data.train):
        raise IndexError(f"there is no training example {index}")
    spec, stored = data.spec, data.train.inputs[index : index + 1]
    made = [Transformed(say("As stored"), stored[0].numpy())]
    x, mean, std = stored, *(torch.tensor(value).view((-1,) + (1,) * (stored.dim() - 2))
                             for value in (data.mean, data.std))
    if spec.is_image and stored.dim() == 4:
        for title, image in _still(spec, stored):
            made.append(Transformed(title, image[0].numpy()))
            x = image
        is_bytes = x.dtype == torch.uint8
        x = x.float() / 255 if is_bytes else x
        for title, image in _random(spec.augment, x, mean, index, is_bytes):
            shown = (image[0] * 255).round().to(torch.uint8) if is_bytes else image[0]
            made.append(Transformed(title, shown.numpy()))
            x = image
    if spec.normalize:
        made.append(Transformed(say("Normalised"), ((x - mean) / std)[0].numpy()))
    return tuple(made)


def _still(spec: DataSpec, x: Tensor) -> Iterator[tuple[Message, Tensor]]:
    if spec.channels and x.shape[1] != spec.channels:
        x = in_channels(x, spec.channels)
        yield say("Grey") if spec.channels == 1 else say("Three channels"), x
    if spec.resize and x.shape[-2:] != (spec.resize, spec.resize):
        yield say("Resized"), resized(x, spec.resize)


def _random(augment: Augment, x: Tensor, fill: Tensor, seed: int,
            bounded: bool) -> Iterator[tuple[Message, Tensor]]:
    chance = Chance(torch.Generator().manual_seed(seed), certain=True)
    for name, field in Augment.model_fields.items():
        value = getattr(augment, name)
        if value and not (name == "saturation" and x.shape[1] != 3):
            x = vary(x, Augment.model_validate({name: value}), fill, chance, bounded=bounded)
            yield say(field.title or name), x
