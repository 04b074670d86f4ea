"""What flows through a network: shapes, parameters, computation and memory, by the layers' own arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from engine.graph import Graph
from engine.layers.base import FLOAT_BYTES, Facts, Layer, Shape, numel
from engine.layers.inputs import Input
from engine.messages import LayerloomError


class NetworkError(LayerloomError):
    """The graph as a whole is not a network that can run."""


class NoInputError(NetworkError):
    """There is no Input, or more than one."""


class NoOutputError(NetworkError):
    """Nothing comes after the Input, or several ends do."""


class MissingInputError(NetworkError):
    """A layer of the network lacks a wire."""


class Fault(NamedTuple):
    """Something that is wrong, at a node or (None) in the whole."""

    node: str | None
    error: LayerloomError


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What is known about one node; ``facts`` is None while its inputs are unknown or wrong."""

    input_shapes: tuple[Shape, ...] | None
    facts: Facts | None

    @property
    def output_shape(self) -> Shape | None:
        """Shape of one example that comes out, without batch."""
        return self.facts.output_shape if self.facts else None


class Costs(NamedTuple):
    """The four standing questions; memory in bytes, float32."""

    params: int
    mult_adds: int  # for one example
    training_memory: int
    inference_memory: int


@dataclass(frozen=True)
class Analysis:
    """The answer to ``analyze``: reports by node, faults, and where the network begins and ends."""

    graph: Graph
    nodes: Mapping[str, NodeReport]
    faults: tuple[Fault, ...]
    input: str | None
    output: str | None
    members: frozenset[str]  # nodes the input reaches: the network; others are loose and left out

    @property
    def output_shape(self) -> Shape | None:
        """What the whole network returns for one example."""
        return self.nodes[self.output].output_shape if self.output else None

    @cached_property
    def params(self) -> int:
        """How many numbers the whole network learns."""
        return sum(self.nodes[name].facts.params for name in self._known)  # type: ignore[union-attr]

    @cached_property
    def mult_adds(self) -> int:
        """Multiply-adds of the whole network for one example."""
        return sum(self.nodes[name].facts.mult_adds for name in self._known)  # type: ignore[union-attr]

    @cached_property
    def _known(self) -> tuple[str, ...]:
        return tuple(n for n in self.graph.order if n in self.members and self.nodes[n].facts is not None)

    @cached_property
    def kept_by_node(self) -> Mapping[str, int]:
        """Bytes per example that autograd keeps for each node until the backward pass.

        A tensor kept both by the layer that made it and by the layer that reads it is one tensor, counted where it is
        made; views (Flatten) keep what they look at.
        """
        makers: dict[str, str] = {}
        keeps: dict[str, int] = dict.fromkeys(self._known, 0)
        learns: set[str] = set()
        for name in self._known:
            facts, sources = self._facts(name), [edge.source for edge in self.graph.inputs[name]]
            makers[name] = makers.get(sources[0], sources[0]) if facts.is_view and sources else name
            if not facts.params and learns.isdisjoint(sources):
                continue
            learns.add(name)
            keeps[name] += facts.saves_bytes
            tensors = [makers.get(source, source) for source in sources] if facts.saves_input else []
            for maker in (*tensors, *((makers[name],) if facts.saves_output else ())):
                keeps[maker] = keeps[maker] | _KEPT
        return {
            name: (kept & ~_KEPT) + (numel(self._facts(name).output_shape) * FLOAT_BYTES if kept & _KEPT else 0)
            for name, kept in keeps.items()
        }

    def _facts(self, name: str) -> Facts:
        facts = self.nodes[name].facts
        assert facts is not None
        return facts

    @cached_property
    def kept_bytes(self) -> int:
        """What one example leaves in memory between the forward and the backward pass."""
        return sum(self.kept_by_node.values())

    @cached_property
    def peak_bytes(self) -> int:
        """The most that one example has alive at one moment when only predicting, its input included."""
        order = {name: index for index, name in enumerate(self._known)}
        last = dict(order)
        base: dict[str, str] = {}
        for name in self._known:
            sources = [edge.source for edge in self.graph.inputs[name] if edge.source in order]
            base[name] = base[sources[0]] if self._facts(name).is_view and sources else name
            for source in sources:
                last[base[source]] = max(last[base[source]], order[name])
        alive = peak = 0
        ends: dict[int, int] = {}
        for index, name in enumerate(self._known):
            facts = self._facts(name)
            peak = max(peak, alive + facts.peak_bytes)
            if base[name] == name:
                size = numel(facts.output_shape) * FLOAT_BYTES
                alive += size
                ends[last[name]] = ends.get(last[name], 0) + size
            alive -= ends.pop(index, 0)
        return peak

    def costs(self, batch_size: int, optimizer_state: int = 0) -> Costs:
        """The whole network: weights, gradients, optimizer state and what is kept of every example of the batch."""
        weights = self.params * FLOAT_BYTES
        return Costs(self.params, self.mult_adds, weights * (2 + optimizer_state) + self.kept_bytes * batch_size,
                     weights + self.peak_bytes * batch_size)

    def node_costs(self, name: str, batch_size: int, optimizer_state: int = 0) -> Costs | None:
        """One layer's part, or None while its shape is unknown."""
        facts = self.nodes[name].facts
        if facts is None:
            return None
        weights = facts.params * FLOAT_BYTES
        return Costs(facts.params, facts.mult_adds,
                     weights * (2 + optimizer_state) + self.kept_by_node.get(name, 0) * batch_size,
                     weights + (0 if facts.is_view else numel(facts.output_shape) * FLOAT_BYTES * batch_size))


_KEPT = 1 << 62  # marks a node whose output is kept, in the same number as the bytes it keeps besides


def analyze(graph: Graph, input_shape: Shape | None = None) -> Analysis:
    """Walk the graph once. ``input_shape`` (without batch) is what an Input without a shape of its own receives.

    Never raises: what is wrong is in ``faults``, and whatever does not depend on it is still analysed.
    """
    reports: dict[str, NodeReport] = {}
    faults: list[Fault] = []
    sources = [name for name, node in graph.nodes.items() if isinstance(node.layer, Input)]
    members = graph.downstream(sources[0]) if sources else set()
    inputs = graph.inputs
    for name in graph.order:
        layer = graph.nodes[name].layer
        if layer.max_inputs == 0:
            shapes = (input_shape,) if input_shape is not None else ((),) if layer.shape else None  # type: ignore[attr-defined]
        else:
            edges = inputs[name]
            known = [shape for edge in edges if (shape := reports[edge.source].output_shape) is not None]
            shapes = tuple(known) if len(known) == len(edges) >= layer.min_inputs else None
            if name in members and len(edges) < layer.min_inputs:
                faults.append(Fault(name, MissingInputError("{layer} needs at least {count} inputs: draw another wire",
                                                            layer=layer.title, count=layer.min_inputs)))
        facts = None
        if shapes is not None:
            try:
                facts = facts_of(layer, shapes)
            except LayerloomError as error:
                faults.append(Fault(name, error))
        reports[name] = NodeReport(shapes, facts)
    faults.extend(Fault(None, error) for error in _whole(graph, sources, members, input_shape))
    ends = [name for name in members if not graph.outputs[name]]
    return Analysis(graph, reports, tuple(faults), sources[0] if sources else None,
                    ends[0] if len(ends) == 1 and len(members) > 1 else None, frozenset(members))


def _whole(graph: Graph, sources: list[str], members: set[str], input_shape: Shape | None) -> list[NetworkError]:
    """What is wrong with the network as a whole."""
    if not sources:
        return [NoInputError("There is no Input: add one, so that data can come in")]
    if len(sources) > 1:
        return [NoInputError("There are {count} Inputs: keep one", count=len(sources))]
    errors: list[NetworkError] = []
    layer = graph.nodes[sources[0]].layer
    if input_shape is None and isinstance(layer, Input) and layer.shape is None:
        errors.append(NoInputError("The Input has no shape: choose data, or type its shape"))
    if len(members) == 1:
        errors.append(NoOutputError("Nothing follows the Input: add a layer and draw a wire to it"))
    ends = sorted(name for name in members if not graph.outputs[name])
    if len(ends) > 1:
        errors.append(NoOutputError("The network has {count} ends ({names}): join them or remove what is not needed",
                                    count=len(ends), names=", ".join(ends[:4])))
    return errors


@lru_cache(maxsize=16_384)
def facts_of(layer: Layer, shapes: tuple[Shape, ...]) -> Facts:
    """The layer's facts for these inputs, remembered."""
    return layer.facts(shapes)
