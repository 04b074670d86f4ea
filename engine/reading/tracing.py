"""Objects of the code's own classes where they are called: one layer with a graph inside, or code. No torch."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.blocks.custom import Custom
from engine.graph.graph import Graph
from engine.layers.code import Code
from engine.reading.blocks import INPUT, block_of, input_name, together
from engine.reading.context import StrangeError
from engine.reading.own_code import code_of
from engine.reading.sheet import Sheet
from engine.reading.values import Chain, Function, Instance, Module, Names, ReadingError, SpentError, Tensor, every_module

if TYPE_CHECKING:
    from engine.reading.interpreter import Interpreter


class InlineError(ReadingError):
    """An object is no layer of its own: what it does is to be followed where it is called."""


class Tracing:
    """Follows what is called in ``forward`` into graphs."""

    def __init__(self, reader: Interpreter) -> None:
        self.reader, self.context = reader, reader.context

    def instance_called(self, made: Instance, given: list[Any], named: Names) -> Any:
        """One layer with a graph of its own inside; with several tensors, and read exactly, its layers one by one."""
        x = self.context.need(given[0]) if len(given) == 1 and not named else None
        if self.context.exact or not isinstance(x, Tensor) or x.spread is not None:
            return self.forward(made, given, named)
        if isinstance(made.inner, Module) and self._forward_of(made) is None:
            made.inner.name = made.inner.name or made.name
            return self.reader.module_called(made.inner, given, named)
        try:
            block = self._block(made, x)
        except InlineError:
            return self.forward(made, given, named)
        self.context.called.update(id(part) for _, part in every_module(made))
        return self.context.call(block, [x])

    def _forward_of(self, made: Instance) -> Function | None:
        found = made.kind.method("__call__") or made.kind.method("forward")
        return None if found is None else self.reader.modules._bound(found, made)  # type: ignore[no-any-return]

    def forward(self, made: Instance, given: list[Any], named: Names) -> Any:
        """What its own ``forward`` makes of tensors. Raises ReadingError."""
        own = self._forward_of(made)
        if own is not None:
            return self.reader.function_called(own, given, named)
        if made.inner is not None:
            return self.reader.module_called(made.inner, given, named)
        raise self.context.error("{name} has no forward method", name=made.kind.made.name)

    def _block(self, made: Instance, x: Tensor) -> Module:
        """A block of a person's own; code where its inside cannot be read but stands alone. Raises ReadingError."""
        called = set(self.context.called)
        block = self._inside(made, x)
        layer = block.layer
        known = made.blocks.get(self.context.training)
        if known is not None and known.layer == layer:
            return known
        if known is not None:
            raise InlineError("It is another graph in another call")
        if isinstance(layer, Code):
            self.context.called = called
        made.blocks[self.context.training] = block
        return block

    def _inside(self, made: Instance, x: Tensor) -> Module:
        outer, line = self.context.sheet, self.context.line
        called = input_name(made) if self.context.is_own else INPUT
        sheet = self.context.sheet = Sheet(called, x.shape)
        sheet.is_own = self.context.is_own
        start = sheet.input
        start.whole = x.whole
        start.last = x.last
        try:
            output = self.context.need(self.forward(made, [start], {}))
            if not isinstance(output, Tensor) or output is start or start.node != called or output.spread is not None:
                raise InlineError("It is no layer of its own")
            if output.node == called or output.whole or output.home != id(sheet):
                raise InlineError("It is no layer of its own")
            x.shape = x.shape or start.shape
            graph = together(sheet.graph(output, weighted(made)), made, sheet)
            block = block_of(made, graph, self.context.is_own)
            if block is None and (code := code_of(self.reader, made)) is not None:
                return Module(code, made.name)
            return block or Module(Custom(label=made.kind.made.name, graph=graph), made.name)
        except (InlineError, SpentError):
            raise
        except StrangeError as error:
            raise InlineError("It reads other tensors") from error
        except ReadingError as error:
            code = code_of(self.reader, made)
            if code is None:
                raise
            self.context.line = line
            self.context.note("{name} is read as code: {reason}", name=made.kind.made.name, reason=error.message)
            return Module(code, made.name)
        finally:
            self.context.sheet, self.context.line = outer, line


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


def _mark(graph: Graph, output: str, known: dict[Any, int]) -> int:
    marks: dict[str, int] = {}
    for name in graph.order:
        node = graph.nodes[name]
        sources = tuple(marks[edge.source] for edge in graph.inputs[name])
        if node.layer.category == "regularization" and sources:
            marks[name] = sources[0]
            continue
        keyed = node.shares or name if node.layer.has_weights() else ""
        marks[name] = known.setdefault((_layer_mark(node.layer, known), keyed, sources), len(known))
    return marks[output]


def _layer_mark(layer: Any, known: dict[Any, int]) -> Any:
    if isinstance(layer, Custom):
        return layer.label, _mark(layer.graph, _end(layer.graph), known)
    return layer.with_options(inplace=False) if getattr(layer, "inplace", False) else layer


def _end(graph: Graph) -> str:
    return next(name for name in reversed(graph.order) if not graph.outputs[name])


Kept = Mapping[str, Any]
__all__ = ["Chain", "Tracing", "alike", "ast", "weighted"]
