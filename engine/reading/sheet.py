"""A graph that is being drawn while code is followed. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count, islice, pairwise

from engine.analysis.analysis import facts_of
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.layers import LAYERS, Layer
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.names import InvalidNameError, check_name, fresh_name
from engine.reading.beginnings import parameters_of
from engine.reading.order import chains, keeps_statistics, ordered
from engine.reading.shapes import shape_after
from engine.reading.sizes import Dims, known_size
from engine.reading.values import Module, ReadingError, Tensor

MOST_NODES = 5000
_numbers = count(1)
Declared = tuple[tuple[str, int | tuple[int, ...]], ...]


class Sheet:
    """Nodes and wires; what each of its tensors is a picture of is kept by the tensors."""

    def __init__(self, input_name: str = "input", shape: Dims | None = None) -> None:
        self.number = next(_numbers)  # no other sheet has it, also when this one is gone
        self.nodes: dict[str, Node] = {input_name: Node(input_name, Input())}
        self.edges: list[Edge] = []
        self.start, self.input = input_name, Tensor(input_name, shape)
        self.input.home = self.number
        self.is_own = False  # drawn from a file of this program's: everything is as it was
        self.lasts: set[str] = set()  # recurrent layers of which the last step is taken
        self.called: dict[str, Module] = {}
        self.kept: Mapping[int, Sequence[str]] = {}  # the names of each module, by its id, as often as torch keeps it
        self.changing: dict[str, ReadingError] = {}  # blocks that change what they read in place, by their nodes
        self._calls = Counter[int]()
        self.reached: list[Module] = []  # what leads to the output of the graph that was made last
        self._numbers: dict[str, str] = {}
        self._numbered: set[str] = set()  # nodes that are called after their kind, for want of a name

    def add(self, layer: Layer, inputs: Sequence[Tensor], name: str = "", shares: str | None = None,
            declared: Declared = (), parameters: NodeParameters = DEFAULTS) -> Tensor:
        """A node that reads these tensors. Raises ReadingError."""
        if len(self.nodes) >= MOST_NODES:
            raise ReadingError("This code makes more than {most} layers", most=MOST_NODES)
        name = self._name(layer, name)
        self.nodes[name] = Node(name, layer, shares=shares, declared=declared, parameters=parameters)
        for port, source in enumerate(inputs):
            self.edges.append(Edge(source.node, name, port))
        made = Tensor(name, _shape(layer, inputs))
        made.home = self.number
        return made

    def _name(self, layer: Layer, wanted: str) -> str:
        try:
            check_name(wanted)
        except InvalidNameError:
            wanted = ""
        if wanted and wanted not in self.nodes:
            return wanted
        stem = wanted or layer.stem
        self._numbers[stem] = fresh_name(self._numbers.get(stem, stem), self.nodes)
        self._numbered.add(self._numbers[stem])
        return self._numbers[stem]

    def merge(self, tensor: Tensor, calls: int) -> None:
        """The last nodes as the one layer that takes so many calls, if they are."""
        names = [*islice(reversed(self.nodes), calls)][::-1]
        layers = [self.nodes[name].layer for name in names]
        pairs = pairwise(names)
        if any([edge.target for edge in self.edges if edge.source == one] != [two] for one, two in pairs):
            return
        if layers[0].max_inputs is None and {*layers} == {layers[0]}:
            self._as_one(tensor, names, names[-1], layers[0])
        elif layers == [LAYERS["Transpose"]().with_options(dim0=-2, dim1=-1), LAYERS["MatMul"]()]:
            self._as_one(tensor, names, names[1], layers[1].with_options(transpose=True))
        elif layers[0].kind() == "CosineSimilarity" and layers[1:] == [
                LAYERS["Unsqueeze"]().with_options(dim=dict(layers[0])["dim"])]:
            self._as_one(tensor, names, names[0], layers[0].with_options(keepdim=True))

    def _as_one(self, tensor: Tensor, names: Sequence[str], kept: str, layer: Layer) -> None:
        """One layer that reads whatever these read from elsewhere, in that order."""
        sources = [edge.source for name in names for edge in sorted(
            (edge for edge in self.edges if edge.target == name), key=lambda edge: edge.port)]
        own = set(names)
        if layer.kind() == "MatMul":
            sources = [source for source in sources if source not in own][::-1]
        self.edges = [edge for edge in self.edges if edge.target not in own]
        self.edges += [Edge(source, kept, port) for port, source in enumerate(
            source for source in sources if source not in own)]
        self.nodes[kept] = replace(self.nodes[kept], layer=layer)
        for name in own - {kept}:
            del self.nodes[name]
        tensor.node = kept

    def rename(self, tensor: Tensor, name: str) -> None:
        """Call the node of a tensor so, if it has no name of its own and the other is free."""
        old = tensor.node
        if old not in self._numbered or name in self.nodes or tensor.home != self.number or not _is_name(name):
            return
        self._numbered.discard(old)
        self.nodes = {(name if each == old else each): (replace(node, name=name) if each == old else node)
                      for each, node in self.nodes.items()}
        self.edges = [Edge(name if edge.source == old else edge.source, name if edge.target == old else edge.target,
                           edge.port) for edge in self.edges]
        for other in {id(each): each for each in (tensor, *tensor.storage.tensors)}.values():
            other.node = name if other.node == old else other.node
        if (module := self.called.pop(old, None)) is not None:
            self.called[name] = module
            module.places.update({sheet: name for sheet, node in module.places.items() if node == old})

    def call(self, module: Module, inputs: Sequence[Tensor]) -> Tensor:
        """A node for one more call of a module; from the second on it uses the weights of the first."""
        first = module.places.get(self.number)
        shares = first if first and keeps(module.layer) else None
        others = self.kept.get(id(module.of or module), ())[self._calls[id(module)]:] if shares else ()
        self._calls[id(module)] += 1
        module.calls = max(module.calls, self._calls[id(module)])
        tensor = self.add(module.layer, inputs, others[0] if others else module.name, shares, module.declared,
                          DEFAULTS if shares else module.settings or parameters_of(module))
        if others:
            self.nodes[tensor.node] = replace(self.nodes[tensor.node], listed=True)
        module.places.setdefault(self.number, tensor.node)
        self.called[tensor.node] = module
        return tensor

    def with_layer(self, node: str, layer: Layer) -> None:
        """Change a node that was added."""
        old = self.nodes[node]
        self.nodes[node] = replace(old, layer=layer)

    def graph(self, output: Tensor, rank: Sequence[Module] = ()) -> Graph:
        """What leads from the input to the output; the input itself is always there.

        ``rank``: the modules in the order in which torch keeps them, so that the state dict has the same.
        """
        needed = self._needed(output)
        self.reached = [module for name, module in self.called.items() if name in needed]
        places = {id(module): place for place, module in enumerate(rank)}
        kept = [place for name in self.nodes if name in needed and (
            place := places.get(id(self.called.get(name)))) is not None and not self.nodes[name].shares]
        names = [name for name in self.nodes if name in needed]
        edges = [edge for edge in self.edges if edge.target in needed]
        graph = Graph.of([self._without_harm(name, edges) for name in names], edges)
        if kept != sorted(kept):  # other layers run as soon as they can, so that these decide
            graph = self._by_rank(graph, {name: places.get(id(self.called.get(name)), -1) for name in names})
        self._check_changing(graph.order, edges)
        self._check_statistics(self._needed(output, owners=False))
        return graph

    def _by_rank(self, graph: Graph, rank: Mapping[str, int]) -> Graph:
        """The nodes by rank; what must run as the code calls it still does."""
        names = sorted(graph.nodes, key=lambda name: rank[name])
        made = Graph.of([graph.nodes[name] for name in names], graph.edges)
        place = {name: index for index, name in enumerate(made.order)}
        fixed = chains(graph.nodes, [*graph.nodes])
        if all(place[one] < place[two] for chain in fixed for one, two in pairwise(chain)):
            return made
        names = ordered([*graph.nodes], rank, graph.edges, fixed)
        return Graph.of([graph.nodes[name] for name in names], graph.edges)

    def _check_statistics(self, needed: Collection[str]) -> None:
        """Raise a ReadingError where a layer also measures what does not reach the output."""
        reached = {id(module) for module in self.reached}
        for name, module in self.called.items():
            if name not in needed and id(module) in reached and keeps_statistics(module.layer):
                raise ReadingError("“{name}” is also called where nothing of it reaches the output: PyTorch would "
                                   "measure that along", line=module.line or None, name=module.name or name)

    def _check_changing(self, order: Sequence[str], edges: Sequence[Edge]) -> None:
        """Raise a ReadingError where something is read after a block has changed it in place."""
        place = {name: index for index, name in enumerate(order)}
        for name in [name for name in order if name in self.changing]:
            changed = {self._root(edge.source) for edge in edges if edge.target == name}
            if any(self._root(edge.source) in changed and place[edge.target] > place[name] for edge in edges):
                raise self.changing[name]

    def _root(self, name: str) -> str:
        """The node whose numbers this one shows."""
        while self._passes_on(name):
            name = next(edge.source for edge in self.edges if edge.target == name)
        return name

    def _passes_on(self, name: str) -> bool:
        layer = self.nodes[name].layer
        return bool(getattr(layer, "is_view", False)) or layer.category == "regularization"

    def _without_harm(self, name: str, edges: Iterable[Edge]) -> Node:
        """A layer that changes its input in place must not where another reads that, too."""
        node = self.nodes[name]
        if self.is_own or not getattr(node.layer, "inplace", False):
            return node
        sources = [edge.source for edge in edges if edge.target == name]
        readers = [edge for edge in edges if edge.source in sources]
        if len(readers) < 2 and not any(map(self._passes_on, sources)):
            return node
        return replace(node, layer=node.layer.with_options(inplace=False))

    def _needed(self, output: Tensor, owners: bool = True) -> set[str]:
        needed, stack = {output.node, self.start}, [output.node]
        sources: dict[str, list[str]] = {}
        for edge in self.edges:
            sources.setdefault(edge.target, []).append(edge.source)
        while stack:
            name = stack.pop()
            owner = self.nodes[name].shares if owners else None
            for source in [*sources.get(name, []), *([owner] if owner else [])]:
                if source not in needed:
                    needed.add(source)
                    stack.append(source)
        return needed


def keeps(layer: Layer) -> bool:
    """Whether it has weights or running statistics, which are one set however often it is called."""
    return layer.has_weights() or bool(getattr(layer, "track_running_stats", False))


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except InvalidNameError:
        return False
    return True


def _shape(layer: Layer, inputs: Sequence[Tensor]) -> Dims | None:
    """What comes out, as far as that is known."""
    known = [known_size(tensor.shape) for tensor in inputs]
    if inputs and all(shape is not None for shape in known) and not isinstance(layer, Code):
        try:
            made = facts_of(layer, tuple(shape for shape in known if shape is not None)).output_shape
        except LayerloomError:
            return None  # the analysis says what is wrong
        assert inputs[0].shape is not None
        return (inputs[0].shape[0], *made)
    return shape_after(layer, [tensor.shape for tensor in inputs])
