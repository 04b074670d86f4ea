"""PyTorch code, .loom text or a line → a graph. The code is read, never executed; no torch."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any

from engine.blocks.settled import settled
from engine.experiment.experiment import from_json
from engine.graph.graph import Graph
from engine.graph.json import read_graph
from engine.layers.base import Shape
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.layout.unplaced import laid_out
from engine.line.grammar import LineError
from engine.line.line import build_line
from engine.messages import LayerloomError, Message, say
from engine.reading.apart import check_apart, keeps_numbers
from engine.reading.blocks import INPUT, input_name, together
from engine.reading.choosing import Choosing
from engine.reading.context import AgainError
from engine.reading.interpreter import Interpreter
from engine.reading.lasting import Uses
from engine.reading.layers import MissingValueError, trains
from engine.reading.mangling import mangled
from engine.reading.modules import UNREAD, UNSAID, Buffer
from engine.reading.optimizing import say_optimized
from engine.reading.own_code import code_of, no_code
from engine.reading.remarks import check_learning, layers_in, name_of, say_loose, say_twice
from engine.reading.sheet import Sheet, keeps
from engine.reading.sizes import BATCH, Dims
from engine.reading.state import State
from engine.reading.texts import Written, written
from engine.reading.tracing import alike, weighted
from engine.reading.unsteady import unsteady
from engine.reading.values import (
    Chain,
    Instance,
    Module,
    OwnParameterError,
    Parameter,
    ReadingError,
    SpentError,
    Tensor,
    Unknown,
    every_module,
    is_module,
    kept_under,
)
from engine.writing.header import MARK, shape_in

__all__ = ["Reading", "ReadingError", "from_code", "from_text", "read"]

LEFT_SHOWN, LEFT_LONG = 4, 48  # statements that are named, and characters of one
CODE_SIGNS = ("nn.", "torch", "def ", "class ", "import ", "Sequential")


@dataclass(frozen=True)
class Reading:
    """The network in a text, and what was left out of it or understood otherwise."""

    graph: Graph
    notes: tuple[Message, ...] = ()


def from_text(text: str, shape: Shape | None = None) -> Graph:
    """The network in a text: a .loom file, PyTorch code, a notebook, or a line. Raises ReadingError where it is none.

    ``shape``: of one example, where it is known.
    """
    return read(text, shape).graph


def read(text: str, shape: Shape | None = None, cancelled: Callable[[], bool] | None = None) -> Reading:
    """The same with notes; ``cancelled`` is asked now and then whether to give up. Raises ReadingError."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ReadingError("There is no text to make layers of")
    try:
        found = written(text)
        if found.is_loom:
            return Reading(_from_loom(text.strip()))
        plain = _without_comments(found.code)
        if found.is_code or any(sign in plain for sign in CODE_SIGNS) or _does_something(plain):
            return _from_written(found, shape, cancelled)
        return Reading(build_line(Graph(), _without_comments(text.strip()))[0])
    except LineError as error:
        raise ReadingError("{reason}", reason=error.message) from error
    except RecursionError as error:
        raise ReadingError("This code is nested too deeply to be read") from error
    except MemoryError as error:
        raise ReadingError("This text needs too much memory to be read") from error


def _does_something(text: str) -> bool:
    """Whether it is Python with more than words and calls, which might be lines of layers."""
    try:
        return any(not isinstance(each, ast.Expr) for each in ast.parse(text).body)
    except (SyntaxError, ValueError):
        return False


def _without_comments(text: str) -> str:
    """The text without lines that are comments; a comment alone is a line in its form."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join(lines) or text.lstrip("# ")


def _from_loom(text: str) -> Graph:
    try:
        raw = json.loads(text)
        return from_json(text).graph if isinstance(raw, dict) and "format" in raw else read_graph(raw)
    except LayerloomError as error:
        raise ReadingError("{reason}", reason=error.message) from error
    except (ValueError, RecursionError) as error:
        raise ReadingError("This text begins like a .loom file, but cannot be read as one") from error


def from_code(source: str, shape: Shape | None = None) -> Graph:
    """The network of PyTorch code: what it calls ``net`` or ``model``, else the last it makes, else its last class.

    Understood are modules and functions that are layers here, classes and functions of the code itself, and Python on
    plain values. Whatever cannot be followed and reaches the network is an error with its line: ReadingError.
    """
    try:
        return _from_written(written(source, must_be_code=True), shape, None).graph
    except RecursionError as error:
        raise ReadingError("This code is nested too deeply to be read") from error


def _from_written(found: Written, shape: Shape | None, cancelled: Callable[[], bool] | None) -> Reading:
    try:
        return _Text(found, shape, cancelled).reading()
    except SpentError as spent:
        raise found.placed(spent.reason) from spent
    except ReadingError as error:
        raise found.placed(error) from error


class _Text:
    """One text that is read."""

    def __init__(self, found: Written, shape: Shape | None, cancelled: Callable[[], bool] | None) -> None:
        self.found = found
        self.reader = Interpreter(found.code, cancelled=cancelled)
        self.context = self.reader.context
        self.body = found_body(found)
        self.context.unsteady, self.context.uses = unsteady(self.body), Uses(self.body)
        docstring = ast.get_docstring(ast.Module(self.body, []), clean=False) or ""
        self.context.is_own = docstring.startswith(MARK)
        said, is_typed = shape_in(docstring)
        self.shape, self.typed = shape or said, said if is_typed else None

    def reading(self) -> Reading:
        """The network, followed in both of its ways. Raises ReadingError."""
        choosing = Choosing(self.reader)
        choosing.run(self.body)
        self.context.check_unspoiled()
        network = choosing.network()
        try:
            graph = self._drawn(network)
            self.context.check_unspoiled()
        except ReadingError as error:
            if isinstance(network, Instance) and network.given is None and (
                    isinstance(error, MissingValueError) or (isinstance(error, OwnParameterError) and _needs_values(
                        network) and not _has_parts(network))):
                raise choosing.missing(network.kind) from error
            raise
        self.reader.modules.say_unsaid(network)
        choosing.say_others(network)
        for made in self.context.coded:
            self.context.forget_notes(made, (UNSAID, UNREAD))
        self._say_modes(network)
        say_loose(self.context, network, graph)
        say_twice(self.context, network)
        say_optimized(self.context, self.reader.objects.all_weights(network))
        if self.typed is not None:
            start = next(name for name, node in graph.nodes.items() if isinstance(node.layer, Input))
            graph = graph.with_layer(start, Input(shape=self.typed))
        graph = graph if self.shape is None else settled(graph, self.shape)
        return Reading(laid_out(graph), tuple(self._notes(choosing.left)))

    def _say_modes(self, network: Any) -> None:
        """A note where only a part was put into another mode, and the whole never after it."""
        parts = {id(part): part for _, part in every_module(network) if part is not network}
        last = max((line for owner, _, line in self.context.modes if owner is network), default=0)
        for owner, name, line in self.context.modes:
            inside = [part for _, part in every_module(owner) if isinstance(part, Module) and trains(part.layer)]
            if id(owner) in parts and line > last and inside:
                self.context.line = line
                self.context.note("“.{name}()” of a part is not read along: the whole network trains or predicts",
                                  name=name)

    def _notes(self, left: list[ast.stmt]) -> list[Message]:
        skipped = [say("Left out: {what}", what=each) for each in self.found.skipped]
        told = [line for line, _ in self.context.notes]
        left = [each for each in left if not any(each.lineno <= line <= (each.end_lineno or 0) for line in told)]
        skipped += [say("Left out, for no layer comes of it: {what}", what=", ".join(_places(left)))] if left else []
        lines = [(self.found.place(line), note) for line, note in self.context.notes]
        return [*skipped, *(say("{place}: {note}", place=place, note=note) for place, note in lines)]

    def _drawn(self, network: Any) -> Graph:
        if isinstance(network, Instance):
            self.reader.tracing.look(network)
        state = State(self.context, network, self.body)
        try:
            graph, output = self._followed_again(network, state)
            sheet = self.context.drawing()
            self._check_again(network, state, graph, output)
        except ReadingError as error:
            code = self._as_code(network, error)
            if code is None:
                raise no_code(self.context, network, error) from None
            return code
        self.context.sheet = sheet
        self._check_parts(network)
        if self.context.state_line:
            self._check_next_call(network, graph, output)
        self._check_buffers(network, graph)
        if self.context.training_line:
            self._check_other_way(network, graph, output)
        return together(graph, network, sheet)

    def _check_again(self, network: Any, state: State, graph: Graph, output: str) -> None:
        """What code keeps from one call to the next is not read in the next. Raises ReadingError."""
        if state.forget():
            layers = [(part, part.layer) for _, part in every_module(network) if isinstance(part, Module)]
            try:
                other, end = self._followed(network, may_pass_on=True)
                is_same = alike(graph, other, output, end) and all(part.layer == layer for part, layer in layers)
            finally:
                state.restore()
            if not is_same:
                raise ReadingError("The network does something else when it is called again: no layer does that",
                                   line=getattr(network, "line", 0) or None)

    def _followed_again(self, network: Any, state: State) -> tuple[Graph, str]:
        """The network; objects that are no layers of their own are followed where they are called."""
        while True:
            try:
                return self._followed(network)
            except AgainError as error:
                new = {id(made) for made in error.made} - self.context.inlined
                if not new:
                    raise
                self.context.inlined |= new
                state.restore()

    def _followed(self, network: Any, may_pass_on: bool = False) -> tuple[Graph, str]:
        shape: Dims | None = None if self.shape is None else (BATCH, *self.shape)
        called = input_name(network) if self.context.is_own and isinstance(network, Instance) else INPUT
        sheet = self.context.sheet = Sheet(called, shape)
        sheet.is_own = self.context.is_own
        sheet.kept = kept_under(network)
        self.context.watched.clear()
        self._name_parts(network)
        for _, part in every_module(network):  # what was drawn in the other way is another graph
            if isinstance(part, Module):
                part.places.clear()
        self.context.broken = None
        output = self._output(network, sheet)
        if self.context.broken is not None:
            raise self.context.broken
        output = self.context.need(output)
        if not isinstance(output, Tensor) or output.home != sheet.number or (
                output.node == sheet.start and not may_pass_on):
            raise ReadingError("The network must return one tensor that its layers made")
        if output.spread is not None or output.whole:
            raise ReadingError("What the network returns is only repeated, or whole numbers: no layer does that")
        graph = sheet.graph(output, weighted(network))
        check_apart(self.context, sheet.reached)
        return graph, output.node

    def _name_parts(self, network: Any) -> None:
        """A layer is called by a name under which it is kept by now."""
        names: dict[int, list[str]] = {}
        parts: dict[int, Any] = {}
        for _, part in every_module(network):
            for name, inner in part.attributes.items() if isinstance(part, Instance) else ():
                if is_module(inner):
                    names.setdefault(id(inner), []).append(name)
                    parts[id(inner)] = inner
        for key, called in names.items():
            if parts[key].name not in called:
                parts[key].name = called[0]

    def _output(self, network: Any, sheet: Sheet) -> Any:
        self.context.need(network)
        if isinstance(network, Instance):
            return self.reader.tracing.forward(network, [sheet.input], {})
        return self.reader.module_called(network, [sheet.input], {})

    def _as_code(self, network: Any, error: ReadingError) -> Graph | None:
        """A single layer of a person's own, beside which nothing else is made."""
        if not isinstance(network, Instance) or isinstance(error, MissingValueError) or not _is_own_layer(network):
            return None
        if _needs_values(network):
            return None
        code = code_of(self.context, network)
        if code is None:
            return None
        sheet = Sheet()
        self.context.line = network.line or 1
        self.context.note("{name} is read as code: {reason}", name=network.kind.made.name, reason=error.message)
        return sheet.graph(sheet.call(Module(code, ""), [sheet.input]))

    def _check_other_way(self, network: Any, graph: Graph, output: str) -> None:
        """What the network does while it predicts is the same without what drops values."""
        line, self.context.training = self.context.training_line, False
        try:
            other, end = self._followed(network, may_pass_on=True)
        finally:
            self.context.training = True
        if not alike(graph, other, output, end):
            raise ReadingError("The network does something else while it trains: no layer does that", line=line)

    def _check_next_call(self, network: Any, graph: Graph, output: str) -> None:
        """What the network sets in a call changes nothing of what it does in the next."""
        line = self.context.state_line
        other, end = self._followed(network)
        if not alike(graph, other, output, end):
            raise ReadingError("The network does something else in its next call: no layer does that", line=line)

    # -- what the network keeps ----------------------------------------------------------------------------------------

    def _check_parts(self, network: Any) -> None:
        """All that torch would keep is called, and all that is called torch would keep. Raises ReadingError."""
        kept: set[int] = set()
        reached = {id(module): module for module in self._reached()}
        inside = self._inside_code(network, reached)
        for way, part in every_module(network):
            kept.add(id(part))
            if id(part) in inside:
                continue
            check_learning(part)
            kept.update(id(block) for block in part.blocks.values()) if isinstance(part, Instance) else None
            if isinstance(part, Instance):
                self._check_code(part)
                self.reader.tracing.check_mode(part)
                self._check_attributes(part)
                if part.inner is not None:
                    kept.add(id(part.inner))
            layers = [part] if not isinstance(part, Instance) else (
                [*part.blocks.values()] if _is_code(part) else [part.inner])
            layer = layers[0] if layers else None
            if isinstance(layer, Module) and keeps(layer.layer) and not any(id(each) in reached for each in layers):
                self._check_hidden(layer)
                raise ReadingError("“{name}” is made, but nothing of it reaches the output: PyTorch would keep its "
                                   "weights. Call it, or take it out", line=part.line or None,
                                   name=way or name_of(part))
        assert self.context.sheet is not None
        for module in [*self.context.sheet.called.values(), *reached.values(), *self.context.watched]:
            if id(module) not in kept and (not isinstance(module, Module) or trains(module.layer)):
                raise ReadingError("“{name}” is kept where PyTorch does not see it: it would always train. Put it into "
                                   "an attribute of its own", line=module.line or None, name=name_of(module))
            if id(module) not in kept and keeps_numbers(module):
                made = module.of or module
                raise ReadingError("“{name}” is kept where PyTorch does not see its weights: put it into an "
                                   "nn.ModuleList or an attribute of its own", line=made.line or None,
                                   name=name_of(made))

    def _check_code(self, part: Instance) -> None:
        if _is_code(part) and part.is_changed:
            raise ReadingError("{name} is read as code, and changed after it was made: no layer does that",
                               line=part.line or None, name=name_of(part))

    def _check_hidden(self, part: Module) -> None:
        if found := self.context.hidden.get(id(part)):
            raise ReadingError("“{name}” is hidden: the class {kind} calls something else so, which PyTorch finds "
                               "first. It would keep these weights all the same: rename one of both",
                               line=part.line or None, name=found[0], kind=found[1])

    def _check_buffers(self, network: Any, graph: Graph) -> None:
        """Numbers that torch has in its state dict are in the network, too. Raises ReadingError."""
        drawn, inside = list(layers_in(graph)), self._inside_code(network, {id(each) for each in self._reached()})
        for _, part in every_module(network):
            if not isinstance(part, Instance) or id(part) in inside or _is_code(part):
                continue
            for name, value in part.attributes.items():
                if isinstance(value, Buffer) and value.is_kept and value.layer not in drawn:
                    raise ReadingError("“{name}” is kept, but nothing of it reaches the output: PyTorch would save it. "
                                       "Use it, or take it out", line=part.line or None, name=name)

    def _reached(self) -> list[Module]:
        """All modules that lead to the output, also inside of blocks."""
        assert self.context.sheet is not None
        waiting, found = list(self.context.sheet.reached), dict[int, Module]()
        while waiting:
            module = waiting.pop()
            if id(module) not in found:
                found[id(module)] = module
                waiting += module.inside
        return list(found.values())

    def _inside_code(self, network: Any, reached: Container[int]) -> set[int]:
        """What objects keep that are read as code, which calls it itself."""
        return {id(inner) for _, part in every_module(network) if isinstance(part, Instance) and any(
            isinstance(block.layer, Code) and id(block) in reached for block in part.blocks.values())
            for _, inner in every_module(part) if inner is not part}

    def _check_attributes(self, part: Instance) -> None:
        if _is_code(part):
            return
        for value in part.attributes.values():
            if isinstance(value, Unknown) and value.error is not None and (
                    value.name == "parameter" or self._made_of_layers(value.error)):
                raise value.error
            if isinstance(value, Parameter):
                raise ReadingError("A layer's weight is kept under another name, too: that cannot be read",
                                   line=part.line or None)
            if isinstance(value, (list, tuple, dict)) and self._hides(value):
                continue

    def _made_of_layers(self, error: ReadingError) -> bool:
        lines = self.found.code.splitlines()
        line = lines[error.line - 1] if error.line and error.line <= len(lines) else ""
        return "nn." in line and "Loss" not in line

    def _hides(self, value: Any) -> bool:
        return any(isinstance(each, (Module, Chain)) for each in (value.values() if isinstance(value, dict) else value))


MOST_PARTS = 2  # of a layer of a person's own that keeps numbers, too


def _is_code(part: Instance) -> bool:
    return any(isinstance(block.layer, Code) for block in part.blocks.values())


def _is_own_layer(network: Instance) -> bool:
    """Whether it is no composition of layers, or one around numbers that it keeps itself."""
    keeps = any(isinstance(value, Buffer) or (isinstance(value, Unknown) and value.name == "parameter")
                for value in network.attributes.values())
    count = sum(part is not network for _, part in every_module(network))
    return not count or (keeps and count <= MOST_PARTS)


def _has_parts(network: Instance) -> bool:
    return any(part is not network for _, part in every_module(network))


def _needs_values(network: Instance) -> bool:
    """Whether it was made by nobody, and needs values to be made."""
    made = network.kind.method("__init__")
    if network.given is not None or made is None:
        return False
    return len(made.made.args.args) - 1 > len(made.made.args.defaults)


def found_body(found: Written) -> list[ast.stmt]:
    """The statements of a text. Raises ReadingError."""
    try:
        body = ast.parse(found.code).body
        _check_compiles(found.code)
        return mangled(body, found.code)
    except SyntaxError as error:
        raise ReadingError("{reason}", line=error.lineno or 1, reason=error.msg) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ReadingError("The code cannot be read: {reason}", reason=str(error)) from error


def _check_compiles(code: str) -> None:
    """Raise a SyntaxError where Python itself refuses what has been parsed; what a later cell begins with may stand."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd, not wrong
            compile(code, "code", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        if "__future__" not in str(error.msg):
            raise


def _places(left: list[ast.stmt]) -> Iterator[str]:
    """The first line of each of some statements, as far as there is room."""
    for statement in left[:LEFT_SHOWN]:
        words = ast.unparse(statement).split("\n")[0]
        yield f"“{words if len(words) <= LEFT_LONG else words[: LEFT_LONG - 1] + '…'}”"
    if len(left) > LEFT_SHOWN:
        yield f"… ({len(left)})"
