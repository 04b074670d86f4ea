"""Every kind of file that a network is taken away as: one row each. Loads torch when something is taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.analysis.analysis import analyze
from engine.compare.belonging import network_id
from engine.data.spec.entering import entering
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.export.weight_files import WEIGHTS, load_weights, save_weights
from engine.files import write_text
from engine.formats import Format
from engine.layers.base import Shape
from engine.messages import Message

if TYPE_CHECKING:
    from torch import Tensor, nn

SAME = 1e-6  # of the largest output: the same operations on the same numbers


@dataclass(frozen=True)
class Taken:
    """What is taken away: a network with these weights, for examples of this shape."""

    experiment: Experiment
    weights: Mapping[str, Tensor]
    shape: Shape


@dataclass(frozen=True)
class NetworkFormat(Format):
    """A kind of file that holds a network or its weights, and what proves that it does."""

    write: Callable[[Taken, Path], None]  # whole or not at all; raises WriteError
    read: Callable[[Taken, Path], nn.Module]  # the network made again from the file; raises whatever is wrong with it
    # In what the file's network is another, found without torch, if it can be; raises ReadingError where it cannot.
    differs: Callable[[Taken, Path], Message | None] | None = None
    tolerance: float = SAME  # how far outputs may differ, as a share of the largest
    needs: tuple[str, ...] = ()  # packages beside those that the program always has


# -- weights -----------------------------------------------------------------------------------------------------------


def _write_weights(taken: Taken, path: Path) -> None:
    from engine.network.weights import room_for_weights  # loads torch

    with room_for_weights(taken.experiment):
        save_weights(taken.weights, path, network_id(taken.experiment))


def _with_weights(taken: Taken, path: Path) -> nn.Module:
    from engine.network.weights import trained_module  # loads torch

    return trained_module(taken.experiment, load_weights(path))


# -- code --------------------------------------------------------------------------------------------------------------


def _write_source(taken: Taken, path: Path) -> None:
    from engine.writing.source import to_python  # a room that the window's dialogs need not load

    rule = taken.experiment.recipe.initialization
    write_text(path, to_python(taken.experiment.graph, taken.shape, initialization=rule,
                               entering=entering(taken.experiment.data)))


def _from_source(taken: Taken, path: Path) -> nn.Module:
    """The network of the file, made without memory for its weights, unless own code is in it."""
    import torch  # the window and the terminal ask for kinds of files before torch is there

    from engine.network.weights import RANDOM, filled  # loads torch

    namespace: dict[str, Any] = {"__name__": path.stem}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), namespace)
    whole = bool(sources_of(taken.experiment.graph))
    with RANDOM, torch.random.fork_rng(devices=[]), torch.device("cpu" if whole else "meta"):
        module: nn.Module = namespace["Network"]()
    return filled(module, taken.weights)


def _in_source(taken: Taken, path: Path) -> Message | None:
    from engine.export.same import difference  # with all that reads code: only where there is no torch

    return difference(path.read_text(encoding="utf-8"), analyze(taken.experiment.graph, taken.shape))


# -- the table ---------------------------------------------------------------------------------------------------------

WITH_WEIGHTS = (*(NetworkFormat(each.suffix, each.title, _write_weights, _with_weights) for each in WEIGHTS),)
CODE = (NetworkFormat(".py", "Python", _write_source, _from_source, _in_source),)
FORMATS = (*WITH_WEIGHTS, *CODE)
