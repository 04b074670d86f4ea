"""Taking the work away: weights and code as files, each proved by reading it back and comparing outputs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.export.formats import FORMATS, NetworkFormat, Taken
from engine.formats import format_of, suffixes
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message, say
from engine.network.weights import RANDOM, check_weights, initial_module, trained_module
from engine.units import value_text

BATCH = 4


class ExportError(LayerloomError):
    """The file's kind is not one that can be written."""


@dataclass(frozen=True)
class Exported:
    """A written file; ``difference`` is the largest between its outputs and the network's, on a random batch."""

    path: Path
    verified: bool
    difference: float
    message: Message


def export(experiment: Experiment, path: str | os.PathLike[str],
           weights: Mapping[str, Tensor] | None = None) -> Exported:
    """Write the network as the file's suffix says, and prove it.

    Without ``weights`` they are those that training begins with. Raises ExportError, WeightsError, WriteError (what
    was there before survives), NetworkTooLargeError or what is wrong with the network.
    """
    path = Path(path)
    kind = _kind(path)
    if weights is None:
        weights = initial_module(experiment).state_dict()
    check_weights(experiment, weights)
    taken = Taken(experiment, weights, _input_shape(experiment))
    kind.write(taken, path)
    return _proved(kind, taken, path)


def _kind(path: Path) -> NetworkFormat:
    """What the file is to be. Raises ExportError."""
    kind = format_of(path, FORMATS)
    if kind is None:
        raise ExportError("{path}: this kind of file cannot be written. The name may end in {suffixes}",
                          path=path.name, suffixes=suffixes(FORMATS))
    missing = [name for name in kind.needs if find_spec(name) is None]
    if missing:
        raise ExportError("{path}: this kind of file needs {packages}, which is not installed here", path=path.name,
                          packages=", ".join(missing))
    return kind


def _input_shape(experiment: Experiment) -> Shape:
    """Shape of one example: the Input's own, or else the data's."""
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return shape or experiment.data.sample_shape


def _proved(kind: NetworkFormat, taken: Taken, path: Path) -> Exported:
    """What the written file gives, held against the network itself."""
    try:
        again = kind.read(taken, path)
        return _compared(kind, path, trained_module(taken.experiment, taken.weights), again, taken.shape)
    except Exception as error:  # whatever it is: the file is no good, and that must be said
        return Exported(path, False, math.nan, say("{file} is written, but cannot be read back: {reason}",
                                                   file=path.name, reason=error))


def _seeded(module: nn.Module, batch: Tensor) -> Tensor:
    torch.default_generator.manual_seed(0)
    output: Tensor = module(batch)
    return output


@torch.no_grad()
def _compared(kind: NetworkFormat, path: Path, ours: nn.Module, theirs: nn.Module, shape: Shape) -> Exported:
    batch = torch.rand(BATCH, *shape, generator=torch.Generator().manual_seed(0))
    with RANDOM, torch.random.fork_rng(devices=[]):  # own code may draw, also when it only predicts
        expected, got = (_seeded(module, batch) for module in (ours, theirs))
    same = (expected == got) | (expected.isnan() & got.isnan())  # ∞ − ∞ and NaN − NaN are no difference
    difference = float((expected - got).abs().masked_fill(same, 0.0).max())
    largest = float(expected.nan_to_num(0.0, 0.0, 0.0).abs().max())
    if difference <= kind.tolerance * max(1.0, largest):
        return Exported(path, True, difference, say("{file} is written and verified: read back, its outputs are equal",
                                                    file=path.name))
    return Exported(path, False, difference, say("{file} is written, but read back its outputs differ by {difference}",
                                                 file=path.name, difference=value_text(difference, 2)))
