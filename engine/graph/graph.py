"""The network as an immutable value: nodes, edges, pure edits, named errors, order and difference."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from engine.graph.frames import Frame, with_members_renamed, without_members
from engine.graph.grid import Flow
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.layers.base import Layer
from engine.messages import LayerloomError
from engine.names import check_name

Position = tuple[float, float]
MAX_INPUTS = 1024  # of layers that take any number


class GraphError(LayerloomError):
    """An edit or a file describes something that is not a network."""


class DuplicateNameError(GraphError):
    """Two nodes would have one name."""


class UnknownNodeError(GraphError):
    """An edge or an edit names a node that is not there."""


class CycleError(GraphError):
    """The wire would lead a layer's output back into itself."""


class PortTakenError(GraphError):
    """The input already has a wire."""


class NoSuchPortError(GraphError):
    """The layer has no such input."""


class SharingError(GraphError):
    """These nodes cannot have the same weights."""


@dataclass(frozen=True, slots=True)
class Node:
    """A layer with a name (its key in the state dict) and a place on the canvas (scene pixels, top left).

    ``shares`` names the node whose weights it uses instead of its own; where it is ``listed``, a state dict has them
    under its name, too, as that of ``nn.Sequential(fc, nn.ReLU(), fc)``. A ``bypassed`` one passes its first input on.
    ``label`` (a colour of ``frames.COLORS``) and ``collapsed`` concern only how it is drawn. ``declared`` is what code
    that was read says of its input, by torch's names of the arguments. ``key`` is where a state dict keeps its weights
    where that is not its name (``net.0.2``): only inside blocks that are made from parameters.
    """

    name: str
    layer: Layer
    position: Position = (0.0, 0.0)
    parameters: NodeParameters = DEFAULTS
    shares: str | None = None
    listed: bool = False
    bypassed: bool = False
    label: str = ""
    collapsed: bool = False
    declared: tuple[tuple[str, int | tuple[int, ...]], ...] = ()
    key: str = ""

    @property
    def kept_as(self) -> str:
        """Its key in the state dict of the graph that it is in."""
        return self.key or self.name


@dataclass(frozen=True, slots=True)
class Edge:
    """A wire from the output of ``source`` to input number ``port`` of ``target``, drawn through the points ``via``."""

    source: str
    target: str
    port: int = 0
    via: tuple[Position, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Nodes by name, in the order they were added, edges and frames. Never changed: every edit is another Graph.

    ``flow`` says on which sides of its cards wires come in and go out. The constructor trusts its arguments; use
    ``Graph.of`` for values from outside.
    """

    nodes: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    edges: tuple[Edge, ...] = ()
    frames: tuple[Frame, ...] = ()
    flow: Flow = "down"

    @staticmethod
    def of(nodes: Iterable[Node], edges: Iterable[Edge] = ()) -> Graph:
        """A checked Graph without frames. Raises InvalidNameError, DuplicateNameError or what ``with_edge`` raises."""
        return Graph().with_nodes(nodes).with_edges(edges)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((tuple(self.nodes.values()), self.edges, self.frames, self.flow))

    # -- looking ------------------------------------------------------------------------------------------------

    @cached_property
    def inputs(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires into each node, by port."""
        into: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            into[edge.target].append(edge)
        return {
            name: tuple(edges) if len(edges) < 2 else tuple(sorted(edges, key=lambda edge: edge.port))
            for name, edges in into.items()
        }

    @cached_property
    def outputs(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires out of each node."""
        out: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            out[edge.source].append(edge)
        return {name: tuple(edges) for name, edges in out.items()}

    @cached_property
    def shares(self) -> Mapping[str, str]:
        """Nodes that use another's weights, and whose."""
        return {name: node.shares for name, node in self.nodes.items() if node.shares is not None}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Topological order; among nodes that are ready, the one added first goes first."""
        rank = {name: index for index, name in enumerate(self.nodes)}
        names = tuple(self.nodes)
        if all([rank[edge.source] < rank[edge.target] for edge in self.edges]):  # noqa: C419  (faster as a list)
            return names
        waiting = {name: len(edges) for name, edges in self.inputs.items()}
        ready = [rank[name] for name, count in waiting.items() if not count]
        order = []
        while ready:
            name = names[heapq.heappop(ready)]
            order.append(name)
            for edge in self.outputs[name]:
                waiting[edge.target] -= 1
                if not waiting[edge.target]:
                    heapq.heappush(ready, rank[edge.target])
        return tuple(order)

    @cached_property
    def active(self) -> Graph:
        """The same without bypassed nodes, each one's first input led on; the graph itself where there are none."""
        if not (gone := {name for name, node in self.nodes.items() if node.bypassed}):
            return self
        left = self.without(gone)
        led = [Edge(source, edge.target, edge.port) for name in gone if (source := self._active_source(name, gone))
               for edge in self.outputs[name] if edge.target not in gone]
        return left.with_edges(sorted(led, key=lambda edge: (edge.target, edge.port)))

    def _active_source(self, name: str, gone: Collection[str]) -> str | None:
        """What a bypassed node passes on: the first node above it, by first inputs, that is not bypassed itself."""
        while name in gone:
            if not self.inputs[name]:
                return None
            name = self.inputs[name][0].source
        return name

    def downstream(self, start: str) -> set[str]:
        """Every node that ``start``'s output reaches, ``start`` itself included."""
        seen, stack = {start}, [start]
        while stack:
            for edge in self.outputs[stack.pop()]:
                if edge.target not in seen:
                    seen.add(edge.target)
                    stack.append(edge.target)
        return seen

    def free_port(self, name: str) -> int | None:
        """The first input of the node without a wire, or None when all are taken."""
        taken = {edge.port for edge in self.inputs[name]}
        most = self.nodes[name].layer.max_inputs
        port = next(port for port in range(len(taken) + 1) if port not in taken)
        return port if port < (MAX_INPUTS if most is None else most) else None

    def check_edge(self, edge: Edge) -> None:
        """Raise a GraphError, saying why, unless the wire can be added."""
        self._check_ends(edge)
        if any(other.port == edge.port for other in self.inputs[edge.target]):
            raise PortTakenError("This input of {name} already has a wire", name=edge.target)
        if edge.source == edge.target:
            raise CycleError("{name} cannot feed itself: this wire would make a loop", name=edge.target)
        if edge.source in self.downstream(edge.target):
            raise CycleError("{source} comes after {target}: this wire would make a loop", source=edge.source,
                             target=edge.target)

    def _check_ends(self, edge: Edge) -> None:
        for name in (edge.source, edge.target):
            if name not in self.nodes:
                raise UnknownNodeError("A wire names {name}, which is not in the network", name=name)
        most = self.nodes[edge.target].layer.max_inputs
        if most == 0:
            raise NoSuchPortError("{name} is where data comes in: it takes no wire", name=edge.target)
        if not 0 <= edge.port < (MAX_INPUTS if most is None else most):
            raise NoSuchPortError("{name} has no input number {port}", name=edge.target, port=edge.port + 1)

    # -- pure edits ---------------------------------------------------------------------------------------------

    def _keeping_structure(self, nodes: Mapping[str, Node], frames: tuple[Frame, ...] | None = None) -> Graph:
        """The same names and wires with other nodes: what was computed about the structure stays true."""
        graph = Graph(nodes, self.edges, self.frames if frames is None else frames, self.flow)
        known = self.__dict__
        graph.__dict__.update((k, known[k]) for k in ("inputs", "outputs", "order", "shares") if k in known)
        return graph

    def with_node(self, node: Node) -> Graph:
        """Add a node. Raises InvalidNameError or DuplicateNameError."""
        return self.with_nodes([node])

    def with_nodes(self, nodes: Iterable[Node]) -> Graph:
        """Add many nodes. Raises InvalidNameError or DuplicateNameError."""
        together = dict(self.nodes)
        for node in nodes:
            check_name(node.name)
            if node.name in together:
                raise DuplicateNameError("There are two layers named {name}", name=node.name)
            together[node.name] = node
        for node in together.values() if any(node.shares is not None for node in together.values()) else ():
            _check_sharing(together, node)
        return replace(self, nodes=together)

    def with_edge(self, edge: Edge) -> Graph:
        """Add a wire. Raises UnknownNodeError, NoSuchPortError, PortTakenError or CycleError."""
        self.check_edge(edge)
        return replace(self, edges=(*self.edges, edge))

    def with_edges(self, edges: Iterable[Edge]) -> Graph:
        """Add many wires, checked together in linear time. Raises as ``with_edge``."""
        edges = tuple(edges)
        taken = {(edge.target, edge.port) for edge in self.edges}
        for edge in edges:
            self._check_ends(edge)
            if (edge.target, edge.port) in taken:
                raise PortTakenError("This input of {name} already has a wire", name=edge.target)
            taken.add((edge.target, edge.port))
        graph = replace(self, edges=(*self.edges, *edges))
        looped = self.nodes.keys() - set(graph.order)
        if looped:
            raise CycleError("These layers form a loop: {names}", names=", ".join(graph._a_loop(looped)[:5]))
        return graph

    def _a_loop(self, unordered: Collection[str]) -> list[str]:
        """One loop among the nodes that no order can place: they all have a wire from another of them."""
        trail: dict[str, int] = {}
        name = next(name for name in self.nodes if name in unordered)
        while name not in trail:
            trail[name] = len(trail)
            name = next(edge.source for edge in self.inputs[name] if edge.source in unordered)
        return list(trail)[trail[name] :][::-1]

    def with_layer(self, name: str, layer: Layer) -> Graph:
        """Change a node's layer; wires into inputs it does not have are removed. Raises UnknownNodeError."""
        node = self._node(name)
        nodes = {**self.nodes, name: replace(node, layer=layer)}
        if self.shares:  # one set of weights, one layer
            owner = node.shares or name
            nodes.update({n: replace(nodes[n], layer=layer) for n, of in self.shares.items() if of == owner})
            nodes[owner] = replace(nodes[owner], layer=layer)
        most = layer.max_inputs
        if most is None or most == node.layer.max_inputs:
            return self._keeping_structure(nodes)
        changed = {n for n in nodes if nodes[n] is not self.nodes[n]}
        return replace(self, nodes=nodes, edges=self._edges_into(layer, changed))

    def _edges_into(self, layer: Layer, names: Collection[str]) -> tuple[Edge, ...]:
        """The wires without those into inputs that these nodes do not have, now that they are this layer."""
        most = layer.max_inputs
        return tuple(edge for edge in self.edges if edge.target not in names or most is None or edge.port < most)

    def with_layers(self, layers: Mapping[str, Layer]) -> Graph:
        """Change the layers of several nodes. Raises UnknownNodeError."""
        graph = self
        for name, layer in layers.items():
            graph = graph.with_layer(name, layer)
        return graph

    def with_parameters(self, name: str, parameters: NodeParameters) -> Graph:
        """Change how a node's weights begin and learn. Raises UnknownNodeError."""
        return self._keeping_structure({**self.nodes, name: replace(self._node(name), parameters=parameters)})

    def with_declared(self, name: str, declared: tuple[tuple[str, int | tuple[int, ...]], ...]) -> Graph:
        """Change what code says of a node's input; of those that share its weights, too. Raises UnknownNodeError."""
        owner = self._node(name).shares or name
        together = {owner, *(n for n, of in self.shares.items() if of == owner)}
        return self._keeping_structure({n: replace(node, declared=declared) if n in together else node
                                        for n, node in self.nodes.items()})

    def with_shares(self, name: str, owner: str | None) -> Graph:
        """Let a node use another's weights (None: its own again), and be the same layer. Raises SharingError.

        Whatever shares with the node, or with what the owner itself shares, joins them.
        """
        node = self._node(name)
        if owner is None:
            return replace(self, nodes={**self.nodes, name: replace(node, shares=None, listed=False)})
        owner = self._node(owner).shares or owner
        if owner == name:
            raise SharingError("{name} has these weights itself", name=name)
        if type(self.nodes[owner].layer) is not type(node.layer):
            raise SharingError("{name} and {owner} are not the same kind of layer: they cannot share weights",
                               name=name, owner=owner)
        layer, joins = self.nodes[owner].layer, {name, *(n for n, of in self.shares.items() if of == name)}
        nodes = {n: replace(other, layer=layer, shares=owner) if n in joins else other
                 for n, other in self.nodes.items()}
        return replace(self, nodes=nodes, edges=self._edges_into(layer, joins))

    def moved(self, positions: Mapping[str, Position]) -> Graph:
        """Move nodes; bends of a wire between two that go the same way go with them. Raises UnknownNodeError."""
        nodes = {**self.nodes, **{n: replace(self._node(n), position=position) for n, position in positions.items()}}
        edges = tuple(_led_along(edge, self.nodes, nodes) if edge.via else edge for edge in self.edges)
        return self._keeping_structure(nodes) if edges == self.edges else replace(self, nodes=nodes, edges=edges)

    def renamed(self, old: str, new: str) -> Graph:
        """Rename a node, keeping its place and wires. Raises as ``with_node``, and UnknownNodeError."""
        self._node(old)
        if new == old:
            return self
        check_name(new)
        if new in self.nodes:
            raise DuplicateNameError("There are two layers named {name}", name=new)

        def name_now(name: str) -> str:
            return new if name == old else name

        nodes = {
            name_now(name): replace(other, name=name_now(name), shares=other.shares and name_now(other.shares))
            if name == old or other.shares == old else other
            for name, other in self.nodes.items()
        }
        edges = tuple(
            replace(edge, source=name_now(edge.source), target=name_now(edge.target))
            if old in (edge.source, edge.target) else edge for edge in self.edges
        )
        return replace(self, nodes=nodes, edges=edges, frames=with_members_renamed(self.frames, {old: new}))

    def without(self, names: Collection[str]) -> Graph:
        """Remove nodes and every wire at them. Raises UnknownNodeError."""
        gone = set(names)
        for name in gone:
            self._node(name)
        nodes = {name: node for name, node in self.nodes.items() if name not in gone}
        if self.shares:
            nodes = with_heirs(nodes, [self.nodes[name] for name in gone])
        edges = tuple(e for e in self.edges if e.source not in gone and e.target not in gone)
        return replace(self, nodes=nodes, edges=edges, frames=without_members(self.frames, gone))

    def without_edges(self, edges: Collection[Edge]) -> Graph:
        """Remove wires; those that are not there are ignored."""
        gone = set(edges)
        return replace(self, edges=tuple(edge for edge in self.edges if edge not in gone))

    def inserted(self, node: Node, edge: Edge) -> Graph:
        """Put a node into a wire. Raises as ``with_node``."""
        graph = self.without_edges([edge]).with_node(node)
        return graph.with_edges([Edge(edge.source, node.name), Edge(node.name, edge.target, edge.port)])

    def healed(self, name: str) -> Graph:
        """Remove a node and lead its first input on to everything it fed. Raises UnknownNodeError."""
        before, after = self.inputs[self._node(name).name], self.outputs[name]
        graph = self.without([name])
        return graph.with_edges(Edge(before[0].source, e.target, e.port) for e in after) if before else graph

    def with_marks(self, names: Collection[str], **marks: Any) -> Graph:
        """Nodes with other ``bypassed``, ``label`` or ``collapsed``. Raises UnknownNodeError."""
        return self._keeping_structure({**self.nodes, **{n: replace(self._node(n), **marks) for n in names}})

    def with_frames(self, frames: Iterable[Frame]) -> Graph:
        """Other comment frames; members that are no nodes are left out."""
        known = (replace(f, members=tuple(n for n in f.members if n in self.nodes)) for f in frames)
        return self._keeping_structure(self.nodes, tuple(known))

    def with_via(self, edge: Edge, via: tuple[Position, ...]) -> Graph:
        """The wire drawn through other points. Raises UnknownNodeError where there is no such wire."""
        if edge not in self.edges:
            raise UnknownNodeError("A wire names {name}, which is not in the network", name=edge.source)
        return replace(self, edges=tuple(replace(e, via=via) if e == edge else e for e in self.edges))

    def _node(self, name: str) -> Node:
        if name not in self.nodes:
            raise UnknownNodeError("There is no layer named {name}", name=name)
        return self.nodes[name]


def _led_along(edge: Edge, before: Mapping[str, Node], after: Mapping[str, Node]) -> Edge:
    """The wire with its bends moved as both its ends are."""
    ways = {tuple(round(end - start, 3) for start, end in zip(before[name].position, after[name].position, strict=True))
            for name in (edge.source, edge.target)}
    (dx, dy), *others = ways
    return edge if others else replace(edge, via=tuple((x + dx, y + dy) for x, y in edge.via))


def _check_sharing(nodes: Mapping[str, Node], node: Node) -> None:
    if node.shares is None:
        return
    owner = nodes.get(node.shares)
    if owner is None or owner.shares is not None or owner.layer != node.layer or owner is node:
        raise SharingError("{name} cannot use the weights of {owner}: that must be another layer just like it, with "
                           "weights of its own", name=node.name, owner=node.shares)


def with_heirs(nodes: dict[str, Node], gone: Collection[Node]) -> dict[str, Node]:
    """The first that shared the weights of a node that is gone has them now, and how they begin and learn."""
    for owner in gone:
        heirs = [name for name, node in nodes.items() if node.shares == owner.name]
        for name in heirs:
            own = name == heirs[0]
            nodes[name] = replace(nodes[name], shares=None if own else heirs[0],
                                  listed=nodes[name].listed and not own,
                                  parameters=owner.parameters if own else nodes[name].parameters)
    return nodes
