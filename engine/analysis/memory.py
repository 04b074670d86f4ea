"""What a network has in memory while it trains and while it predicts, by the facts of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from engine.graph.graph import Graph
from engine.layers.base import Facts


class Kept(NamedTuple):
    """What autograd keeps: outputs of these nodes, and bytes of each node's own (masks, indices, a block's inside)."""

    tensors: set[str]
    own: dict[str, int]


class Moment(NamedTuple):
    """What is alive of one example while a node is computed, and while its gradients are: bytes."""

    node: str
    forward: int
    backward: int


class Memory:
    """The tensors of a network that runs: when each is made, who keeps it, when it goes. Bytes per example, float32."""

    def __init__(self, graph: Graph, facts: Mapping[str, Facts], start: str | None, end: str | None) -> None:
        self._graph, self._facts = graph, facts  # of the network's nodes, in order, as far as they are known
        self._start, self._end = start, end

    def owners(self, *, predicting: bool) -> dict[str, str]:
        """Which node made the memory that each node's output lies in: a view's lies where its source's does."""
        inputs = self._graph.inputs
        owners: dict[str, str] = {}
        for name, facts in self._facts.items():
            view = facts.is_view_predicting if predicting else facts.is_view
            owners[name] = owners[inputs[name][0].source] if view and inputs[name] else name
        return owners

    def _last_use(self, owners: Mapping[str, str]) -> dict[str, int]:
        """When each owner's memory is touched for the last time, as a place in the order."""
        inputs, last = self._graph.inputs, {}
        for index, name in enumerate(owners):
            last[owners[name]] = index
            for edge in inputs[name]:
                last[owners[edge.source]] = index
        return last

    def kept(self, *, input_learns: bool = False) -> Kept:
        """What autograd keeps until the backward pass. Before the first weights it keeps nothing.

        A tensor kept both by the layer that made it and by the layer that reads it is one tensor, kept where it is
        made. ``input_learns``: gradients flow into the input too, as they do inside a block.
        """
        inputs, owners = self._graph.inputs, self.owners(predicting=False)
        shares, known = self._graph.shares, self._facts
        tensors: set[str] = set()
        own = {self._start: 0} if input_learns and self._start else {}
        for name, facts in known.items():
            edges = inputs[name]
            learns = facts.trainable or (name in shares and shares[name] in known and known[shares[name]].trainable)
            if not learns and not any([edge.source in own for edge in edges]):  # noqa: C419  (faster as a list)
                continue
            own[name] = facts.saves_bytes
            if facts.saves_input:
                tensors.update([owners[edge.source] for edge in edges])
            if facts.saves_output:
                tensors.add(owners[name])
        return Kept(tensors, own)

    @cached_property
    def kept_by_node(self) -> Mapping[str, int]:
        """Bytes per example that stay for the backward pass because of each node."""
        tensors, own = self.kept()
        return {
            name: own.get(name, 0) + (facts.output_bytes if name in tensors else 0)
            for name, facts in self._facts.items()
        }

    @cached_property
    def kept_bytes(self) -> int:
        """What one example leaves in memory between the forward and the backward pass."""
        return sum(self.kept_by_node.values())

    @cached_property
    def peak_bytes(self) -> int:
        """The most that one example has alive at one moment when only predicting, its input included throughout."""
        owners = self.owners(predicting=True)
        last, freed = self._last_use(owners), [0] * (len(owners) + 1)
        last.update({owners[name]: len(self._facts) for name in (self._start, self._end) if name in owners})
        alive = peak = 0
        for index, (name, facts) in enumerate(self._facts.items()):
            peak = max(peak, alive + facts.peak_bytes)
            if owners[name] == name:
                size = facts.output_bytes
                alive += size
                freed[last[name]] += size
            alive -= freed[index]
        return peak

    @cached_property
    def training_bytes(self) -> int:
        """The most that one example has alive at one moment of a training step, its input included throughout."""
        return max(self.training_peaks())

    def training_peaks(self, *, inside_block: bool = False) -> tuple[int, int]:
        """The most alive on the way forward and on the way back, bytes per example."""
        moments = self.training_moments(inside_block=inside_block)
        return max([m.forward for m in moments], default=0), max([m.backward for m in moments], default=0)

    def training_moments(self, *, inside_block: bool = False) -> list[Moment]:
        """What is alive while each node is computed, on the way forward and on the way back.

        Forward: all that is kept so far, and what is only passing. Backward: what is still kept, and the gradient of
        every tensor between its making and its last reading. ``inside_block``: gradients flow into the input too, and
        whether the output is kept is for the network around to say.
        """
        owners, (tensors, own) = self.owners(predicting=False), self.kept(input_learns=inside_block)
        last, staying = self._last_use(owners), {*tensors, self._start, *([] if inside_block else [self._end])}
        freed, flowed = [0] * len(owners), [0] * len(owners)
        kept = passing = gradients = 0
        moments = list[Moment]()
        for index, (name, facts) in enumerate(self._facts.items()):
            size = facts.output_bytes if owners[name] == name else 0
            # Of a block's steps each has its own sum: its input's gradient is not there before the last of them.
            forward = kept + passing + max(facts.peak_bytes, facts.forward_bytes)
            before = kept + gradients - flowed[index]
            until, inside = last[owners[name]], 0
            if name in staying:
                kept += size
            else:
                passing += size
                freed[until] += size
            if name in own:
                kept += own[name]
                gradients += size
                flowed[until] += size
                inside = max(0, facts.peak_bytes - size)
            if facts.backward_bytes and name in own:
                kept_outside = size if name in staying and not facts.saves_output else 0
                backward = before + facts.backward_bytes + kept_outside
            else:
                backward = kept + gradients + inside
            moments.append(Moment(name, max(forward, kept), backward))
            passing -= freed[index]
            gradients -= flowed[index]
        return moments
