"""What stands for what while PyTorch code is read: tensors, modules, things that are known only by name. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.graph.graph import Edge, Graph, Node
from engine.layers import Layer
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.names import InvalidNameError, check_name, fresh_name

MOST_NODES = 5000


class ReadingError(LayerloomError):
    """The text is nothing that can be made into layers; ``line`` counts from 1, None where no line is to blame."""

    def __init__(self, template: str, /, *, line: int | None = None, **values: object) -> None:
        prefix = "" if line is None else "Line {line}: "
        super().__init__(prefix + template, **values, **({} if line is None else {"line": line}))
        self.line = line


class Returned(Exception):  # noqa: N818  (no error)
    """What a function gives back, on its way to the caller."""

    def __init__(self, value: Any) -> None:
        self.value = value


@dataclass(frozen=True)
class Path:
    """Something imported, by its full name: ``torch.nn.Conv2d``."""

    name: str


@dataclass(frozen=True)
class Tensor:
    """What comes out of a node of the graph that is being made."""

    node: str
    last: bool = False  # of a recurrent layer's steps only the last


@dataclass(frozen=True)
class Unknown:
    """A value that only the caller of the code would know, by its name."""

    name: str


@dataclass(frozen=True)
class Marker:
    """A value of which only the kind matters: the batch size, a mask, something that nobody reads."""

    kind: str


BATCH, OPAQUE, MASK = Marker("batch"), Marker("opaque"), Marker("mask")


@dataclass(frozen=True)
class Last:
    """The state that a recurrent layer ends with: its ``[-1]`` is the last step."""

    node: str


@dataclass(frozen=True)
class SizesOf:
    """The shape of a tensor, of which only the batch is known by name."""


@dataclass(eq=False)
class Module:
    """A layer that was made and waits to be called."""

    layer: Layer
    name: str = ""
    places: dict[int, str] = field(default_factory=dict)  # by graph: the node that has its weights
    made_as: str = ""  # the class that torch knows it by
    arguments: dict[str, Any] = field(default_factory=dict)  # as given there, also what follows from the input


@dataclass(eq=False)
class Chain:
    """Modules called one after the other, or merely kept in a list."""

    parts: list[tuple[str, Any]]
    name: str = ""
    calls: bool = True  # a ModuleList does not


@dataclass(eq=False)
class Function:
    """A function of the code, and the object it is a method of."""

    made: ast.FunctionDef
    owner: Instance | None = None


@dataclass(eq=False)
class Class:
    """A class of the code."""

    made: ast.ClassDef
    bases: tuple[Any, ...]

    def method(self, name: str) -> ast.FunctionDef | None:
        """Its own, or that of a base in the same code."""
        found = next((node for node in self.made.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
        return found or self.inherited(name)

    def inherited(self, name: str) -> ast.FunctionDef | None:
        """The method of a base in the same code."""
        return next((method for base in self._bases() if (method := base.method(name))), None)

    def home(self, method: ast.FunctionDef) -> Class | None:
        """Which of this class and its bases the method stands in."""
        if method in self.made.body:
            return self
        return next((home for base in self._bases() if (home := base.home(method))), None)

    def _bases(self) -> list[Class]:
        return [base for base in self.bases if isinstance(base, Class)]


@dataclass(eq=False)
class Instance:
    """An object of a class of the code."""

    kind: Class
    attributes: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    block: Module | None = None  # what it becomes where it is one layer
    arguments: str = ""  # as written where it was made


class Sheet:
    """A graph that is being drawn."""

    def __init__(self, input_name: str = "input") -> None:
        self.nodes: dict[str, Node] = {input_name: Node(input_name, Input())}
        self.edges: list[Edge] = []
        self.input = Tensor(input_name)
        self.lasts: set[str] = set()  # recurrent layers of which the last step is taken
        self._numbers: dict[str, str] = {}

    def add(self, layer: Layer, inputs: Iterable[Any], name: str = "", shares: str | None = None) -> Tensor:
        """A node that reads these tensors. Raises ReadingError."""
        if len(self.nodes) >= MOST_NODES:
            raise ReadingError("This code makes more than {most} layers", most=MOST_NODES)
        name = self._name(layer, name)
        self.nodes[name] = Node(name, layer, shares=shares)
        for port, source in enumerate(inputs):
            self.edges.append(Edge(source.node, name, port))
        return Tensor(name)

    def _name(self, layer: Layer, wanted: str) -> str:
        try:
            check_name(wanted)
        except InvalidNameError:
            wanted = ""
        if wanted and wanted not in self.nodes:
            return wanted
        stem = wanted or layer.stem
        self._numbers[stem] = fresh_name(self._numbers.get(stem, stem), self.nodes)
        return self._numbers[stem]

    def call(self, module: Module, inputs: Iterable[Any]) -> Tensor:
        """A node for one more call of a module; from the second on it uses the weights of the first."""
        first = module.places.get(id(self))
        tensor = self.add(module.layer, inputs, module.name, first if first and module.layer.has_weights() else None)
        module.places.setdefault(id(self), tensor.node)
        return tensor

    def with_layer(self, node: str, layer: Layer) -> None:
        """Change a node that was added."""
        old = self.nodes[node]
        self.nodes[node] = Node(node, layer, shares=old.shares)

    def graph(self, output: Tensor) -> Graph:
        """What leads from the input to the output; the input itself is always there."""
        needed, stack = {output.node, self.input.node}, [output.node]
        sources: dict[str, list[str]] = {}
        for edge in self.edges:
            sources.setdefault(edge.target, []).append(edge.source)
        while stack:
            name = stack.pop()
            owner = self.nodes[name].shares
            for source in [*sources.get(name, []), *([owner] if owner else [])]:
                if source not in needed:
                    needed.add(source)
                    stack.append(source)
        return Graph.of([node for name, node in self.nodes.items() if name in needed],
                        [edge for edge in self.edges if edge.target in needed])
