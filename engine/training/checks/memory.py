"""Whether a training fits into memory, before it takes any; what cannot fit is refused with what would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psutil
import torch

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.data.tensors.data import Data
from engine.experiment.costs import costs_of
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import FLOAT_BYTES
from engine.network.weights import network_too_large
from engine.training.failures import OutOfMemoryError
from engine.units import bytes_text, grouped

MOST = 1_000_000  # examples in a batch, as a recipe has it
SAFE = 0.9  # of what is free: what a batch that is proposed may take
GENEROUS = 1.25  # times what is free: systems find more, as long as it is not much
MIXED, ESTIMATED = 0.5, 0.25  # of the formula's bytes at least, where it is an upper bound


class Line(NamedTuple):
    """At one moment of a step: bytes that no batch size changes, and those of each example."""

    fixed: int
    per_example: int


@dataclass(frozen=True)
class Need:
    """Bytes that a training has alive at the worst of these moments; it is a straight line from some batch on."""

    moments: tuple[Line, ...]

    def of(self, batch: int) -> int:
        """With a batch of so many."""
        return max(line.fixed + line.per_example * batch for line in self.moments)

    def largest(self, free: float) -> int:
        """The largest batch that so many bytes hold; 0: not even one example."""
        if self.fixed > free:
            return 0
        fits = (int((free - line.fixed) // line.per_example) for line in self.moments if line.per_example)
        return max(0, min(MOST, *fits)) if self.per_example else MOST

    @property
    def fixed(self) -> int:
        """Without any example: weights, their gradients, and what the optimizer keeps."""
        return self.of(0)

    @property
    def per_example(self) -> int:
        """What one more adds to a large batch."""
        return max(line.per_example for line in self.moments)


class NoRoomError(OutOfMemoryError):
    """A training cannot fit into memory: it needs ``needed`` bytes, ``free`` are free, a batch of ``fits`` would do."""

    needed = free = batch_size = fits = 0


def need_of(experiment: Experiment, data: Data | None = None, device: torch.device | None = None) -> Need:
    """By the layers' formulas, float32; beside it the data themselves where they are copied to the device.

    Gradients of weights come one after the other on the way back, while what the forward pass has kept goes.
    """
    analysis = analyze(experiment.graph, experiment.data.sample_shape).active
    without = experiment.recipe.model_copy(update={"batch_size": 0})
    kept = costs_of(analysis, without).training_memory - analysis.trainable * FLOAT_BYTES + _copied(data, device)
    moments, gradients = list[Line](), 0
    for moment in reversed(analysis.memory.training_moments()):
        facts = analysis.nodes[moment.node].facts
        gradients += (facts.trainable if facts is not None else 0) * FLOAT_BYTES
        moments += [Line(kept, moment.forward), Line(kept + gradients, moment.backward)]
    return Need((*_outermost(moments), Line(kept + gradients, 0)))


def _outermost(lines: Sequence[Line]) -> Iterator[Line]:
    """Those that no other one is above everywhere."""
    highest = -1
    for line in sorted(set(lines), key=lambda line: (-line.fixed, -line.per_example)):
        if line.per_example > highest:
            highest = line.per_example
            yield line


def _copied(data: Data | None, device: torch.device | None) -> int:
    if data is None or device is None or device.type == "cpu":
        return 0
    return sum(part.inputs.nbytes + part.targets.nbytes for part in (data.train, data.validation, data.test))


def free_memory(device: torch.device) -> int | None:
    """Bytes that a training could have now, what torch holds ready included; None where nobody knows."""
    if device.type == "cuda":
        free = int(torch.cuda.mem_get_info(device)[0])
        return free + int(torch.cuda.memory_reserved(device)) - int(torch.cuda.memory_allocated(device))
    try:
        return int(psutil.virtual_memory().available)
    except (OSError, RuntimeError):
        return None


def _swap(device: torch.device) -> int:
    try:
        return 0 if device.type == "cuda" else int(psutil.swap_memory().free)
    except (OSError, RuntimeError):
        return 0


def expect_room(experiment: Experiment, device: torch.device, data: Data, now: Experiment | None = None) -> None:
    """Raise NoRoomError where a batch clearly cannot fit, NetworkTooLargeError where not even the weights do.

    What might run is not refused. ``now``: what already trains there and gives its memory to the other.
    """
    if (error := refusal(experiment, device, data, now)) is None:
        return
    params = analyze(experiment.graph, experiment.data.sample_shape).params
    raise network_too_large(experiment) if params * FLOAT_BYTES > _at_most(device, error.free) else error


def refusal(experiment: Experiment, device: torch.device, data: Data,
            now: Experiment | None = None) -> NoRoomError | None:
    """Why the training cannot fit, None where it may."""
    free = free_memory(device)
    if free is None:
        return None
    if now is not None:
        free += need_of(now, data, device).of(min(now.recipe.batch_size, len(data.train)))
    need, batch = need_of(experiment, data, device), min(experiment.recipe.batch_size, len(data.train))
    least = need.fixed + (need.of(batch) - need.fixed) * _sure_share(experiment)
    return None if least <= _at_most(device, free) else _no_room(need, batch, free)


def _at_most(device: torch.device, free: int) -> float:
    """What could be found where so much is free."""
    return GENEROUS * (free + _swap(device))


def _sure_share(experiment: Experiment) -> float:
    """How much of what the formula says of an example there is at least."""
    share = MIXED if experiment.recipe.precision_row.is_mixed else 1.0
    return min(share, ESTIMATED) if _estimates(experiment.graph) else share


def _estimates(graph: Graph) -> bool:
    """Whether the memory of a layer is only bounded, also inside blocks of one's own."""
    for node in graph.nodes.values():
        own = node.layer.own_graph if isinstance(node.layer, Block) else None
        if node.layer.estimates or node.layer.category == "code" or (own is not None and _estimates(own)):
            return True
    return False


def _no_room(need: Need, batch: int, free: int) -> NoRoomError:
    fits = _round(need.largest(SAFE * free))
    values = {"free": bytes_text(free), "size": grouped(batch), "fits": grouped(fits)}
    if fits:
        error = NoRoomError("This needs {need} for a batch of {size}, and {free} are free: a batch of {fits} fits",
                            need=bytes_text(need.of(batch)), **values)
    elif need.fixed > SAFE * free:
        error = NoRoomError("This needs {need} for its weights, their gradients and the optimizer alone, and {free} "
                            "are free: no batch fits. A smaller network does", need=bytes_text(need.fixed), **values)
    else:
        error = NoRoomError("This needs {need} for a single example, and {free} are free: no batch fits. Smaller "
                            "examples do", need=bytes_text(need.of(1)), **values)
    error.needed, error.free, error.batch_size, error.fits = need.of(batch), free, batch, fits
    return error


def _round(batch: int) -> int:
    """The power of two that is no larger."""
    return 1 << (batch.bit_length() - 1) if batch else 0
