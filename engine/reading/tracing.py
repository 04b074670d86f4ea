"""Objects of the code's own classes where they are called: one layer with a graph inside, or code. No torch."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from engine.blocks.custom import Custom
from engine.graph.graph import Graph
from engine.layers.base import Layer
from engine.layers.code import Code
from engine.reading.aliasing import aliasing
from engine.reading.blocks import INPUT, block_of, input_name, together
from engine.reading.context import ChangedInsideError, StrangeError
from engine.reading.held import held_in
from engine.reading.own_code import code_of, no_code
from engine.reading.sheet import Sheet, keeps
from engine.reading.sizes import Dims
from engine.reading.values import (
    Function,
    Instance,
    Method,
    Module,
    Names,
    ReadingError,
    Tensor,
    every_module,
    is_module,
    kept_under,
)

if TYPE_CHECKING:
    from engine.reading.interpreter import Interpreter


FORWARD = ast.Call(ast.Name("forward", ast.Load()), [], [])  # how a network is called, where only that is written


class InlineError(ReadingError):
    """An object is no layer of its own: what it does is to be followed where it is called."""


class Tracing:
    """Follows what is called in ``forward`` into graphs."""

    def __init__(self, reader: Interpreter) -> None:
        self.reader, self.context = reader, reader.context
        self._shapes: dict[int, Dims | None] = {}  # that come out, as far as they are known
        self._reached: dict[int, list[Module]] = {}
        self._codes: dict[int, Code] = {}  # objects that do something else while the network trains
        self._changing: set[int] = set()  # objects that change their input in place
        self._looking: set[int] = set()  # objects that give back what looks at their input's numbers

    def instance_called(self, made: Instance, given: list[Any], named: Names) -> Any:
        """One layer with a graph of its own inside; with several tensors, and read exactly, its layers one by one."""
        x = self.context.need(given[0]) if len(given) == 1 and not named else None
        is_alone = isinstance(x, Tensor) and x.spread is None and id(made) not in self.context.inlined and (
            made.kind.is_module)
        if self.context.exact or not is_alone or not isinstance(x, Tensor):
            return self.forward(made, given, named)
        if isinstance(made.inner, Module) and self._forward_of(made) is None:
            self.check_mode(made)
            made.inner.name = made.inner.name or made.name
            return self.reader.module_called(made.inner, given, named)
        try:
            block = self._block(made, x)
        except InlineError:
            return self.forward(made, given, named)
        result = self.context.call(block, [x])
        result.shape = result.shape or self._shapes.pop(id(made), None)
        if isinstance(block.layer, Code):
            self._look_at_code(made, result, x)
        if id(made) in self._changing:
            error = ChangedInsideError("A tensor is changed in place inside of {name}: what it holds then cannot be "
                                       "read", line=self.context.line, name=made.kind.made.name)
            error.made = [made]
            self.context.drawing().changing[result.node] = error
            for other in x.storage.tensors:
                other.stale = error
        if id(made) in self._looking:
            self.context.shares_numbers(result, x)
        return result

    def _look_at_code(self, made: Instance, result: Tensor, x: Tensor) -> None:
        """What code gives back may be what it was given, or look at it; or it has changed that."""
        found = aliasing(made)
        if found.shares:
            self.context.shares_numbers(result, x)
        if found.changes:
            self._changing.add(id(made))

    def _forward_of(self, made: Instance) -> Any:
        """What a call of it follows, where that is the code's own: what it keeps itself stands before its class's."""
        if made.kind.holder("__call__") is not None:
            found = made.kind.find("__call__")
            return self.reader.modules.bound(found, made) if isinstance(found, Function) else self.context.need(found)
        return self.own_forward(made)

    def own_forward(self, made: Instance) -> Any:
        """Its ``forward``, or None where that is torch's. Raises ReadingError where it is not known."""
        is_own = made.kind.is_module and self.reader.modules.is_own(made, "forward")
        if not is_own and made.kind.holder("forward") is None:
            return None
        found = self.reader.expressions.attribute(made, "forward")
        return found if isinstance(found, Method) else self.context.need(found)

    def forward(self, made: Instance, given: list[Any], named: Names) -> Any:
        """What its own ``forward`` makes of tensors. Raises ReadingError."""
        own = self._forward_of(made)
        self.check_mode(made)
        if own is not None:
            return self.reader.called(own, given, named, FORWARD, {})
        if made.inner is not None:
            return self.reader.module_called(made.inner, given, named)
        raise self.context.error("{name} has no forward method", name=made.kind.made.name)

    def check_mode(self, made: Instance) -> None:
        """Raise a ReadingError where a class says itself which of its parts train, or is not made as torch's are."""
        if made.kind.is_module and not made.is_begun:
            raise ReadingError("{name} never calls super().__init__(): PyTorch cannot call it",
                               line=made.line or None, name=made.kind.made.name)
        found = _own_mode(made) or next((name for name in ("train", "eval") if name in made.attributes and (
            self.reader.modules.is_own(made, name))), "")
        if found:
            raise self.context.error("{name} says itself what “{method}” does: that cannot be read",
                                     name=made.kind.made.name, method=found)

    def _block(self, made: Instance, x: Tensor) -> Module:
        """A block of a person's own; code where its inside cannot be read but stands alone. Raises ReadingError."""
        self.look(made)
        called, asked = dict(self.context.called), self.context.asked
        self.context.kept.append(made)  # what is known of it is kept by its id
        code = self._codes.get(id(made))
        block = Module(code, made.name) if code is not None else self._inside(made, x)
        if self.context.training and self.context.asked > asked and not isinstance(block.layer, Code):
            block = self._in_both_ways(made, x, block)
        layer = block.layer
        known = made.blocks.get(self.context.training)
        if known is not None and known.layer == layer:
            return known
        if known is not None:
            raise InlineError("It is another graph in another call")
        block.inside, block.of = self._reached.pop(id(made), []), made
        if isinstance(layer, Code):
            self.context.called = called
        made.blocks[self.context.training] = block
        return block

    def look(self, made: Instance) -> None:
        """Before its first call: whether it still is what its constructor made, so that its class alone says all."""
        made.is_changed = made.is_changed or (made.held is not None and held_in(made) != made.held)
        made.held = None

    def _in_both_ways(self, made: Instance, x: Tensor, block: Module) -> Module:
        """The block, if it does the same while the network predicts; else code, where it stands alone."""
        line, self.context.training = self.context.line, False
        try:
            other = self._inside(made, x)
        except ReadingError:
            other = None
        finally:
            self.context.training, self.context.line = True, line
        if other is not None and _same(block.layer, other.layer):
            return block
        code = self._as_code(made)
        return block if code is None else Module(code, made.name)

    def _as_code(self, made: Instance) -> Code | None:
        code = code_of(self.context, made)
        if code is not None:
            self._codes[id(made)] = code
            self.context.note("{name} is read as code: it does something else while the network trains",
                              name=made.kind.made.name)
        return code

    def _inside(self, made: Instance, x: Tensor) -> Module:
        outer, line = self.context.sheet, self.context.line
        called = input_name(made) if self.context.is_own else INPUT
        sheet = self.context.sheet = Sheet(called, x.shape)
        sheet.is_own = self.context.is_own
        sheet.kept = kept_under(made)
        start = sheet.input
        start.whole = x.whole
        start.last = x.last
        broken, self.context.broken = self.context.broken, None
        try:
            output = self.context.need(self.forward(made, [start], {}))
            if self.context.broken is not None:
                raise self.context.broken
            if not isinstance(output, Tensor) or output is start or output.spread is not None:
                raise InlineError("It is no layer of its own")
            if output.node == called or output.whole or output.home != sheet.number:
                raise InlineError("It is no layer of its own")
            if start.node != called or any(other.stale for other in start.storage.tensors):
                self._changing.add(id(made))
            if output.storage is start.storage:
                self._looking.add(id(made))
            x.shape = x.shape or start.shape
            graph = together(sheet.graph(output, weighted(made)), made, sheet)
            self._reached[id(made)], self._shapes[id(made)] = sheet.reached, output.shape
            block = block_of(made, graph, self.context.is_own)
            if block is None and (code := code_of(self.context, made)) is not None:
                return Module(code, made.name)
            return block or Module(Custom(label=made.kind.made.name, graph=graph), made.name)
        except InlineError:
            raise
        except StrangeError as error:
            raise InlineError("It reads other tensors") from error
        except ReadingError as error:
            code = code_of(self.context, made)
            if code is None:
                raise no_code(self.context, made, error) from None
            self.context.line, self.context.broken = line, None
            self._codes[id(made)] = code
            self.context.note("{name} is read as code: {reason}", name=made.kind.made.name, reason=error.message)
            return Module(code, made.name)
        finally:
            self.context.sheet, self.context.line = outer, line
            self.context.broken = broken or self.context.broken


def _own_mode(made: Instance) -> str:
    """What its class says itself of what torch's have; “parameters” may name its own one by one, as the book does."""
    found = made.kind.own_mode()
    method = made.kind.method(found) if found == "parameters" else None
    body = method.made.body if method is not None and isinstance(method.made, ast.FunctionDef) else []
    value = body[-1].value if body and isinstance(body[-1], ast.Return) else None
    if not isinstance(value, (ast.List, ast.Tuple)) or any(is_module(part) for part in made.attributes.values()):
        return found
    return "" if all(ast.unparse(part).startswith("self.") for part in value.elts) else found


def weighted(network: Any) -> list[Module]:
    """All modules with weights in the order in which torch keeps them; a block stands for what is in it."""
    found: list[Module] = []
    for _, part in every_module(network):
        if isinstance(part, Module):
            found.append(part)
        elif isinstance(part, Instance) and part is not network:
            found += part.blocks.values()
        if isinstance(part, Instance) and isinstance(part.inner, Module):
            found.append(part.inner)
    return found


# -- whether two ways through a network are the same -------------------------------------------------------------------


def alike(one: Graph, two: Graph, output_one: str, output_two: str) -> bool:
    """Whether both compute the same but for what only drops values while the network trains."""
    known: dict[Any, int] = {}
    return _mark(one, output_one, known) == _mark(two, output_two, known)


def _same(one: Layer, two: Layer) -> bool:
    """Whether both blocks compute the same, but for what only drops values."""
    if isinstance(one, Custom) and isinstance(two, Custom):
        return alike(one.graph, two.graph, _end(one.graph), _end(two.graph))
    return one == two


def _mark(graph: Graph, output: str, known: dict[Any, int]) -> int:
    marks: dict[str, int] = {}
    for name in graph.order:
        node = graph.nodes[name]
        sources = tuple(marks[edge.source] for edge in graph.inputs[name])
        if node.layer.category == "regularization" and sources:
            marks[name] = sources[0]
            continue
        keyed = node.shares or name if keeps(node.layer) else ""
        marks[name] = known.setdefault((_layer_mark(node.layer, known), keyed, sources), len(known))
    return marks[output]


def _layer_mark(layer: Any, known: dict[Any, int]) -> Any:
    if isinstance(layer, Custom):
        return layer.label, _mark(layer.graph, _end(layer.graph), known)
    return layer.with_options(inplace=False) if getattr(layer, "inplace", False) else layer


def _end(graph: Graph) -> str:
    return next(name for name in reversed(graph.order) if not graph.outputs[name])


