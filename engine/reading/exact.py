"""Code followed down to torch's own layers, and what a network must be followed to; to compare both. No torch."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block
from engine.blocks.keys import current, moved
from engine.blocks.settings import node_settings, settings_at
from engine.graph.graph import Graph
from engine.graph.parameters import DEFAULT_INIT, DEFAULTS, NodeParameters, ValueEdit
from engine.layers.base import Layer, Shape
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.reading.beginnings import learns_in_part, parameters_in, parameters_of, rank_of, unsaid
from engine.reading.context import IMPORTED
from engine.reading.interpreter import Interpreter
from engine.reading.mangling import mangled
from engine.reading.modules import Buffer
from engine.reading.sheet import Sheet
from engine.reading.values import Chain, Class, Instance, Module, Names, Path, ReadingError, SpentError, Tensor

MODULE, BEGIN = Path("torch.nn.Module"), "super().__init__()"
Kept = Mapping[str, Module | Buffer]  # by its path, as in a state dict: ``block.conv1``


Record = Sheet  # a graph that is being drawn, and which module each of its nodes calls


@dataclass(frozen=True, eq=False)
class Followed:
    """A network without blocks: torch's layers and functions, what they read, and under which names it keeps them."""

    sheet: Record
    output: Tensor
    kept: Kept
    settings: Mapping[str, NodeParameters]  # how weights begin and learn, by the path of their module

    @cached_property
    def graph(self) -> Graph:
        """What leads to the output; the names of its nodes say nothing. Raises ReadingError."""
        try:
            return self.sheet.graph(self.output)
        except ReadingError:
            raise
        except LayerloomError as error:
            raise ReadingError("{reason}", reason=error.message) from error

    @cached_property
    def _paths(self) -> Mapping[int, str]:
        return {id(part.layer if isinstance(part, Buffer) else part): path for path, part in self.kept.items()}

    def module(self, node: str) -> Module | None:
        """What the node calls, where it is no function."""
        return self.sheet.called.get(node)

    def path(self, node: str) -> str:
        """Under which name that is kept; "" for functions."""
        return self._paths.get(id(self.module(node) or self.graph.nodes[node].layer), "")

    def sources(self, node: str) -> list[str]:
        """What the node reads, by port."""
        return [edge.source for edge in self.graph.inputs[node]]


# -- what a file says --------------------------------------------------------------------------------------------------


def follow(source: str, class_name: str = "Network") -> Followed:
    """The class of a whole file, as it stands. Raises ReadingError where it is not understood to the last word."""
    try:
        reader, sheet = Interpreter(source, exact=True), Record()
        reader.statements.run(mangled(ast.parse(source).body, source), reader.context.globals)
        for value in reader.context.globals.values():
            _check_class(value)
        kind = reader.context.globals.get(class_name)
        if not isinstance(kind, Class):
            raise ReadingError("There is no class {name} in this code", name=class_name)
        network = reader.made_instance(kind, [], {}, None)
        assert isinstance(network, Instance)
        reader.context.sheet = sheet
        output = reader.tracing.forward(network, [sheet.input], {})
    except SpentError as spent:
        raise spent.reason from spent
    except SyntaxError as error:
        raise ReadingError("{reason}", line=error.lineno or 1, reason=error.msg) from error
    except RecursionError as error:
        raise ReadingError("This code is nested too deeply to be read") from error
    kept = _kept_by(network)
    return Followed(sheet, _one(output), kept, {path: _said(part) for path, part in kept.items()})


def _check_class(kind: Any) -> None:
    """Raise ReadingError where a class is no module of torch's, or does not begin as one."""
    if isinstance(kind, Class):
        made = kind.method("__init__")
        first = made.made.body if made is not None and isinstance(made.made, ast.FunctionDef) else []
        if kind.bases != (MODULE,) or (first and ast.unparse(first[0]) != BEGIN):
            raise ReadingError("{name} does not begin as an nn.Module does", line=kind.made.lineno, name=kind.made.name)


def _said(part: Module | Buffer) -> NodeParameters:
    """The settings that the code gives a module. Raises ReadingError where no settings say the same."""
    if isinstance(part, Buffer):
        return DEFAULTS
    if unsaid(part) or learns_in_part(part):
        raise ReadingError("How weights begin here is no setting of a layer: they begin as PyTorch's own")
    return parameters_of(part)


def _one(output: Any) -> Tensor:
    if not isinstance(output, Tensor):
        raise ReadingError("The network must return one tensor that its layers made")
    return output


def _kept_by(made: Instance, way: str = "") -> dict[str, Module | Buffer]:
    """All that an object keeps, also what ``forward`` never calls. Raises ReadingError."""
    found: dict[str, Module | Buffer] = {}
    for name, value in made.attributes.items():
        found |= _kept(name, value, way)
    return found


def _kept(name: str, value: Any, way: str) -> dict[str, Module | Buffer]:
    if isinstance(value, Instance):
        return _kept_by(value, f"{way}{name}.")
    if isinstance(value, Chain):
        found: dict[str, Module | Buffer] = {}
        for index, (key, part) in enumerate(value.parts):
            found |= _kept(key or str(index), part, f"{way}{name}.")
        return found
    if isinstance(value, (Module, Buffer)):
        return {way + name: value}
    if value is not None:
        raise ReadingError("self.{name} is no layer", name=name)
    return {}


# -- what a network is -------------------------------------------------------------------------------------------------


def expect(analysis: Analysis) -> Followed:
    """What the code of a network must say, in the words of the same reader. Raises ReadingError for a person's code."""
    drawing = _Expected()
    try:
        output = drawing.draw(analysis.active, drawing.sheet.input)
    except SpentError as spent:
        raise spent.reason from spent
    return Followed(drawing.sheet, output, drawing.kept, _set(analysis, drawing.kept))


def _set(analysis: Analysis, kept: Kept) -> dict[str, NodeParameters]:
    """The settings of each module, with those of the blocks around it. Raises ReadingError where code cannot say."""
    around = node_settings(analysis.graph, analysis)
    now = moved(analysis) if any(own.edits for own in around.values()) else {}
    names = {key: name for name, key in now.items()}
    edits: dict[str, list[ValueEdit]] = {}
    for place, own in around.items():
        for edit in own.edits:
            path, _, last = current(f"{names.get(place, place)}.{edit.key}", now).rpartition(".")
            edits.setdefault(path, []).append(edit.model_copy(update={"key": last}))
    return {path: _as_said(part, settings_at(around, path), tuple(edits.get(path, ()))) for path, part in kept.items()}


def _as_said(part: Module | Buffer, own: NodeParameters, edits: tuple[ValueEdit, ...]) -> NodeParameters:
    """What of a module's settings its tensors have. Raises ReadingError where they are not known by name."""
    begins = NodeParameters(weight=own.weight, bias=own.bias, trainable=own.trainable, edits=edits)
    if begins == DEFAULTS or isinstance(part, Buffer) or not part.layer.has_weights():
        if edits:
            raise ReadingError("Values of this network are set by hand where reading does not see them")
        return DEFAULTS
    ranks = [rank_of(parameter) for _, parameter in parameters_in(part)]
    if not ranks:
        raise ReadingError("How this network begins is more than can be read")
    return NodeParameters(weight=own.weight if max(ranks) > 1 else DEFAULT_INIT, trainable=own.trainable, edits=edits,
                          bias=own.bias if min(ranks) == 1 else DEFAULT_INIT)


class _Expected:
    """The walk of the compiler, with a reader in torch's place."""

    def __init__(self) -> None:
        self.sheet, self.kept = Record(), dict[str, Module | Buffer]()
        self._reader = Interpreter(exact=True)
        self._reader.context.globals |= IMPORTED
        self._reader.context.sheet = self.sheet

    def draw(self, analysis: Analysis, given: Tensor, way: str = "") -> Tensor:
        """The layers of a network or of a block, from what is given to it to what it returns."""
        graph, values = analysis.graph, dict[str, Tensor]()
        for name in graph.order:
            if name not in analysis.members:
                continue
            node, shapes = graph.nodes[name], analysis.nodes[name].input_shapes or ()
            inputs = [values[source] for source in analysis.sources(name)]
            path = way + graph.nodes[node.shares or name].kept_as
            if node.listed and (again := self._again(path, way + name)):
                self.kept |= again
                path = way + name
            if isinstance(node.layer, Input):
                values[name] = given
            elif isinstance(node.layer, Block):
                values[name] = self.draw(node.layer.inside(shapes), inputs[0], f"{path}.")
            else:
                values[name] = self._called(node.layer, path, inputs, shapes)
        assert analysis.output is not None
        return values[analysis.output]

    def _again(self, path: str, other: str) -> Kept:
        """What is kept there, by its paths where another name stands for it."""
        return {other + at.removeprefix(path): part for at, part in self.kept.items()
                if at == path or at.startswith(f"{path}.")}

    def _called(self, layer: Layer, path: str, inputs: list[Tensor], shapes: tuple[Shape, ...]) -> Tensor:
        if isinstance(layer, Code):
            raise ReadingError("{name} is code, which is run and not read", name=path)
        if path not in self.kept and (part := self._part(layer, shapes)) is not None:
            self.kept[path] = part
        names = {f"x{index}": tensor for index, tensor in enumerate(inputs)}
        expression = layer.expression("module", [*names], shapes)
        return _one(self._value(expression, {**names, "module": self.kept.get(path)}))

    def _part(self, layer: Layer, shapes: tuple[Shape, ...]) -> Module | Buffer | None:
        """What the layer keeps under its name."""
        if source := layer.tensor_source(shapes):
            made = self._value(source, {})
            assert isinstance(made, Buffer)
            return made
        if not layer.torch.startswith("nn."):
            return None
        module = self._reader.modules.torch_module(layer.torch.removeprefix("nn."), [], layer.arguments(shapes))
        assert isinstance(module, Module)
        return module

    def _value(self, source: str, names: Names) -> Any:
        return self._reader.expressions.value(ast.parse(source, mode="eval").body, names)
