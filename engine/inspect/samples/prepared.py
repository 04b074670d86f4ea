"""How the data prepare an example: channels, size, scaling, their own mean and deviation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine.data.sources.image_folder import ImageFolder
from engine.data.spec.reading import described
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.samples.sample import SampleError, input_shape
from engine.units import shape_text

CPU = torch.device("cpu")


def data_for(experiment: Experiment, root: Path | None) -> Data:
    """The data; without their examples where these decide nothing of how another is prepared.

    Raises DataError.
    """
    spec = experiment.data
    if follows_from_examples(spec):
        return load_data(spec, root)
    none = Split(torch.empty(0, *spec.stored_shape, dtype=torch.uint8), torch.empty(0, dtype=torch.int64))
    return Data(spec, none, none, none, (0.0,), (1.0,))


def follows_from_examples(spec: DataSpec) -> bool:
    """Whether how an example is prepared is only known once the data are read."""
    return spec.normalize or not spec.is_known or not holds_bytes(spec)


def with_known_data(experiment: Experiment, root: Path | None) -> Experiment:
    """The same, with the classes and shapes of a person's own data, which may not have been looked at yet.

    Raises DataError.
    """
    if experiment.data.is_known:
        return experiment
    return replace(experiment, data=described(experiment.data, root))


def holds_bytes(spec: DataSpec) -> bool:
    """Whether examples are stored as bytes 0 … 255, as far as that is known before they are read."""
    if not spec.is_image:
        return False
    if isinstance(spec.source, ImageFolder):
        return True
    return spec.known.stored == "uint8" if spec.known is not None else spec.source.kind in ("bundled", "download")


def as_given(data: Data, stored: Tensor) -> Tensor:
    """N×… as stored → float32 N×… as a network gets them."""
    count = len(stored)
    batches = Batches(Split(stored, torch.zeros(count)), data, CPU, channels_last=False)
    return batches.take(torch.arange(count))[0]


def expect_fit(experiment: Experiment, data: Data, x: Tensor) -> Tensor:
    """The same B×…. Raises SampleError where the network, of data as they were found, takes another shape."""
    wanted = input_shape(replace(experiment, data=data.spec))
    if tuple(x.shape[1:]) != wanted:
        raise SampleError("An example of the data is {given}, but the network takes {wanted}",
                          given=shape_text(tuple(x.shape[1:])), wanted=shape_text(wanted))
    return x


def in_own_unit(spec: DataSpec, numbers: Tensor) -> Tensor:
    """Numbers to be learned as they are in the table: where their logarithm is learned, without it."""
    is_log = spec.table.log_target and "preparation" in spec.source.pages(spec)
    return numbers.float().exp() if is_log else numbers.float()
