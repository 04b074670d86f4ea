"""What can be wrong with a network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.messages import LayerloomError, Message, say
from engine.units import grouped

MOST_LAYERS = 10_000  # in blocks; what is drawn card by card is not counted


class NetworkError(LayerloomError):
    """The graph as a whole is not a network that can run."""


class NoInputError(NetworkError):
    """There is no Input, or more than one."""


class SeveralInputsError(NoInputError):
    """There is more than one."""


class NoShapeError(NoInputError):
    """Nothing says what comes in."""


class UnknownInputError(NetworkError):
    """What comes into a block is not known, because of something outside it: ``source``, with the blocks it is in."""

    def __init__(self, source: str, template: str) -> None:
        self.source = source
        super().__init__(template, name=source)


class NoOutputError(NetworkError):
    """Nothing comes after the Input, or several ends do."""


class SeveralEndsError(NoOutputError):
    """Of a network, or of the inside of a block."""

    def __init__(self, ends: Sequence[str]) -> None:
        self.ends = tuple(ends)
        super().__init__("The network has {count} ends ({names}): join them or remove what is not needed",
                         **self._values)

    def of_block(self) -> Message:
        """What is said where the network is the inside of a block."""
        return say("The block has {count} ends ({names}): join them or remove what is not needed", **self._values)

    @property
    def _values(self) -> dict[str, object]:
        return {"count": len(self.ends), "names": ", ".join(self.ends[:4])}


class MissingInputError(NetworkError):
    """A layer of the network lacks a wire."""


class TooManyLayersError(NetworkError):
    """Blocks in blocks, each as often as it is repeated, are more layers than can be built."""

    def __init__(self, count: int) -> None:
        super().__init__("These are {count} layers, each block as often as it is repeated: at most {most} can be built",
                         count=grouped(count), most=grouped(MOST_LAYERS))


class FaultyLayerError(NetworkError):
    """What is wrong at a layer, with its name."""


class Fault(NamedTuple):
    """Something that is wrong, at a node or (None) in the whole."""

    node: str | None
    error: LayerloomError


def is_unfinished(fault: Fault) -> bool:
    """Whether something is only missing yet, as while one draws: layers, a wire, an end."""
    return isinstance(fault.error, (MissingInputError, NoOutputError)) or type(fault.error) is NoInputError


def missing_input(layer: Layer) -> MissingInputError:
    """What to say of a layer that lacks a wire."""
    if layer.min_inputs == 1:
        return MissingInputError("{layer} has no input: draw a wire to it", layer=layer.title)
    return MissingInputError("{layer} needs at least {count} inputs: draw another wire", layer=layer.title,
                             count=layer.min_inputs)


def whole_faults(graph: Graph, sources: Sequence[str], members: Collection[str], input_shape: Shape | None
                 ) -> list[NetworkError]:
    """What is wrong with the network as a whole; ``sources`` are its Inputs."""
    if not sources:
        return [NoInputError("There is no Input: add one, so that data can come in")]
    if len(sources) > 1:
        return [SeveralInputsError("There are {count} Inputs: keep one", count=len(sources))]
    errors: list[NetworkError] = []
    layer = graph.nodes[sources[0]].layer
    if input_shape is None and isinstance(layer, Input) and layer.shape is None:
        errors.append(NoShapeError("The Input has no shape: choose data, or type its shape"))
    if len(members) == 1:
        errors.append(NoOutputError("Nothing follows the Input: add a layer and draw a wire to it"))
    ends = sorted(name for name in members if not graph.outputs[name])
    if len(ends) > 1:
        errors.append(SeveralEndsError(ends))
    return errors
