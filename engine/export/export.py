"""Taking the work away: weights and code as files, each proved by reading it back and comparing outputs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.files import write_text
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message, say
from engine.network.weights import (
    RANDOM,
    WeightsError,
    WeightsFileError,
    check_weights,
    empty_module,
    initial_module,
    load_weights,
    room_for_weights,
    save_weights,
)

__all__ = [
    "SUFFIXES", "ExportError", "Exported", "WeightsError", "WeightsFileError", "check_weights", "export",
    "load_weights",
]  # fmt: skip

SUFFIXES = (".safetensors", ".pt", ".py")
TOLERANCE = 1e-6  # of the largest output: the same operations on the same numbers
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
    """Write .safetensors or .pt (a state dict), or .py (a class that needs only PyTorch), and prove it.

    Without ``weights`` they are those that training begins with. Raises ExportError, WeightsError, WriteError (what
    was there before survives), NetworkTooLargeError or what is wrong with the network.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ExportError("{path}: this kind of file cannot be written. The name may end in {suffixes}",
                          path=path.name, suffixes=", ".join(SUFFIXES))
    if weights is None:
        weights = initial_module(experiment).state_dict()
    check_weights(experiment, weights)
    shape = _input_shape(experiment)
    if suffix == ".py":
        from engine.writing.source import to_python

        write_text(path, to_python(experiment.graph, shape))
    else:
        with room_for_weights(experiment):
            save_weights(weights, path)
    return _proved(experiment, path, weights, shape)


def _input_shape(experiment: Experiment) -> Shape:
    """Shape of one example: the Input's own, or else the data's."""
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return shape or experiment.data.sample_shape


def _proved(experiment: Experiment, path: Path, weights: Mapping[str, Tensor], shape: Shape) -> Exported:
    """What the written file gives, held against the network itself."""
    try:
        if path.suffix.lower() == ".py":
            again = _filled(_module_from(path, whole=bool(sources_of(experiment.graph))), weights)
        else:
            again = _filled(_again(experiment), load_weights(path))
        return _compared(path, _filled(_again(experiment), weights), again, shape)
    except Exception as error:  # whatever it is: the file is no good, and that must be said
        return Exported(path, False, math.nan, say("{file} is written, but cannot be read back: {reason}",
                                                   file=path.name, reason=error))


def _module_from(path: Path, *, whole: bool) -> nn.Module:
    """The network of an exported file, made without memory for its weights; ``whole``: with it, as own code needs."""
    namespace: dict[str, Any] = {"__name__": path.stem}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), namespace)
    with RANDOM, torch.random.fork_rng(devices=[]), torch.device("cpu" if whole else "meta"):
        module: nn.Module = namespace["Network"]()
    return module


def _again(experiment: Experiment) -> nn.Module:
    """The network, to be filled with weights; what own code keeps beside them is there already."""
    return initial_module(experiment) if sources_of(experiment.graph) else empty_module(experiment)


def _filled(module: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    if any(value.is_meta for value in module.state_dict().values()):
        module.to_empty(device="cpu")
    module.load_state_dict(weights)
    return module.eval()


def _seeded(module: nn.Module, batch: Tensor) -> Tensor:
    torch.default_generator.manual_seed(0)
    output: Tensor = module(batch)
    return output


@torch.no_grad()
def _compared(path: Path, ours: nn.Module, theirs: nn.Module, shape: Shape) -> Exported:
    batch = torch.rand(BATCH, *shape, generator=torch.Generator().manual_seed(0))
    with RANDOM, torch.random.fork_rng(devices=[]):  # own code may draw, also when it only predicts
        expected, got = (_seeded(module, batch) for module in (ours, theirs))
    same = (expected == got) | (expected.isnan() & got.isnan())  # ∞ − ∞ and NaN − NaN are no difference
    difference = float((expected - got).abs().masked_fill(same, 0.0).max())
    largest = float(expected.nan_to_num(0.0, 0.0, 0.0).abs().max())
    if difference <= TOLERANCE * max(1.0, largest):
        return Exported(path, True, difference, say("{file} is written and verified: read back, its outputs are equal",
                                                    file=path.name))
    return Exported(path, False, difference, say("{file} is written, but read back its outputs differ by {difference}",
                                                 file=path.name, difference=f"{difference:.2g}"))
