"""How modules of code that is read are made and called: torch's, lists of them, the code's own classes. No torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.blocks.custom import Custom
from engine.layers import LAYERS
from engine.layers.code import Code
from engine.layers.inputs import Constant
from engine.reading.layers import INFERRED, KINDS, layer_of
from engine.reading.values import (
    BATCH,
    MASK,
    OPAQUE,
    Chain,
    Class,
    Function,
    Instance,
    Last,
    Marker,
    Module,
    Path,
    ReadingError,
    Returned,
    Sheet,
    Tensor,
    Unknown,
)

DEEPEST = 60
RECURRENT = ("RNN", "LSTM", "GRU")


@dataclass(frozen=True)
class Buffer:
    """A tensor of fixed numbers that the module keeps."""

    layer: Constant
    name: str = ""


class Making:
    """The part of the reader that knows modules; the other part follows the code."""

    sheet: Sheet | None
    globals: dict[str, Any]
    source: str
    depth: int
    line: int

    if TYPE_CHECKING:

        def error(self, template: str, **values: object) -> ReadingError: ...
        def run(self, body: Sequence[ast.stmt], names: dict[str, Any]) -> None: ...
        def value(self, node: ast.expr, names: dict[str, Any]) -> Any: ...
        def drawing(self) -> Sheet: ...
        def check_length(self, value: Any) -> None: ...

    # -- making -------------------------------------------------------------------------------------------------------

    def torch_module(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """``nn.Something(…)``. Raises ReadingError."""
        if name in ("Sequential", "ModuleList", "ModuleDict"):
            return self._container(name, given)
        kind = name.removeprefix("Lazy")
        if kind not in KINDS:
            raise self.error("There is no layer for nn.{name}", name=name)
        return Module(self._lazy(kind, given, named) if name != kind else
                      layer_of(KINDS[kind], given, named, self.line))

    def _lazy(self, kind: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Lazy classes take what others do, without the size of the input, which comes first there."""
        first = LAYERS[KINDS[kind]].positional[:1]
        return layer_of(KINDS[kind], [None, *given] if first and first[0] in INFERRED else given, named, self.line)

    def _container(self, name: str, given: list[Any]) -> Chain:
        parts: list[tuple[str, Any]] = []
        only = given[0] if len(given) == 1 else None
        if isinstance(only, dict):
            parts = [(str(key), part) for key, part in only.items()]
        elif isinstance(only, (list, tuple)) or (isinstance(only, Chain) and name != "Sequential"):
            parts = [("", part) for part in (only if not isinstance(only, Chain) else [p for _, p in only.parts])]
        else:
            parts = [("", part) for part in given]
        for key, part in parts:
            self._check_module(part)
            if key and not getattr(part, "name", "?"):
                part.name = key
        return Chain(parts, calls=name == "Sequential")

    def _check_module(self, part: Any) -> None:
        if not isinstance(part, (Module, Chain, Instance)):
            raise self.error("Something in this list is no layer")

    def made_instance(self, kind: Class, given: list[Any], named: dict[str, Any], node: ast.Call | None) -> Any:
        """An object of one of the code's own classes. Raises ReadingError."""
        made = Instance(kind)
        if node is not None:
            made.arguments = ast.unparse(node).partition("(")[2][:-1]
        if kind.method("forward") is None:
            raise self.error("{name} has no forward method", name=kind.made.name)
        constructor = kind.method("__init__")
        if constructor is None:
            return made
        try:
            self.function_called(Function(constructor, made), given, named)
        except ReadingError:
            code = self._code(made) if node is not None else None
            if code is None:
                raise
            return Module(code)
        return made

    def set_attribute(self, owner: Instance, name: str, value: Any) -> None:
        """``self.name = value``: a module is called by the name it is kept under."""
        if isinstance(value, (Module, Chain, Instance)) and not value.name:
            value.name = name
        if isinstance(value, Buffer):
            value = Buffer(value.layer, name)
        owner.attributes[name] = value

    def attribute(self, owner: Instance, name: str) -> Any:
        """``self.name``. Raises ReadingError."""
        if name in owner.attributes:
            return owner.attributes[name]
        method = owner.kind.method(name)
        if method is not None:
            return Function(method, owner)
        if name == "training":
            return OPAQUE
        if name in ("apply", "eval", "train"):
            return OPAQUE
        if name in ("register_buffer", "add_module"):
            return owner, name
        raise self.error("self.{name} is used, but nowhere made in a way that can be read", name=name)

    def super_called(self, name: str, given: list[Any], named: dict[str, Any], names: dict[str, Any]) -> Any:
        """``super().__init__()`` and the like: a base in the same code is followed, torch's own do nothing here."""
        owner = next((value for value in names.values() if isinstance(value, Instance)), None)
        bases = [base for base in owner.kind.bases if isinstance(base, Class)] if owner else []
        method = next((found for base in bases if (found := base.method(name))), None)
        return self.function_called(Function(method, owner), given, named) if method else None

    def plain_tensor(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """A tensor of fixed numbers: ``torch.full((3, 4), 0.5)``. Raises ReadingError."""
        if name in ("Generator", "manual_seed", "linspace", "arange"):
            return OPAQUE
        sizes = given[0] if given and isinstance(given[0], (tuple, list)) else [v for v in given if type(v) is int]
        number: Any = {"ones": 1.0, "zeros": 0.0}.get(name)
        if name == "full" and len(given) > 1:
            number = given[1]
        options: dict[str, Any] = {"shape": tuple(sizes)}
        if name in ("rand", "randn"):
            seed = named.get("generator")
            options |= {"values": "uniform" if name == "rand" else "normal",
                        "seed": seed if isinstance(seed, int) else 0}
        elif number is None:
            raise self.error("“torch.{name}” is no layer here", name=name)
        else:
            options["number"] = number
        layer = layer_of("Constant", (), options, self.line, ("shape",))
        assert isinstance(layer, Constant)
        return Buffer(layer)

    def buffer_method(self, owner: Any, name: str, given: list[Any]) -> Any:
        """What is called on a buffer, a generator or the module itself. Raises ReadingError."""
        if isinstance(owner, Instance) and name in ("register_buffer", "add_module") and len(given) > 1:
            self.set_attribute(owner, str(given[0]), given[1])
            return None
        if isinstance(owner, Buffer) and name == "expand" and given[:1] == [BATCH]:
            return self.drawing().add(owner.layer, [], owner.name)
        if isinstance(owner, Marker) and name == "manual_seed":
            return given[0]
        raise self.error("“.{name}()” cannot be read here", name=name)

    # -- calling ------------------------------------------------------------------------------------------------------

    def function_called(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any:
        """A function or method of the code, followed with these arguments. Raises ReadingError."""
        if self.depth >= DEEPEST:
            raise self.error("These calls are nested too deeply")
        names = self._bound(function, given, named)
        self.depth += 1
        try:
            self.run(function.made.body, names)
        except Returned as returned:
            return returned.value
        finally:
            self.depth -= 1
        return None

    def _bound(self, function: Function, given: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        arguments = function.made.args
        expected = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
        values = [function.owner, *given] if function.owner is not None else given
        if len(values) > len(expected) and arguments.vararg is None:
            raise self.error("{name} takes {most} arguments, not {count}", name=function.made.name, most=len(expected),
                             count=len(values))
        names: dict[str, Any] = dict(zip(expected, values, strict=False))
        if arguments.vararg is not None:
            names[arguments.vararg.arg] = tuple(values[len(expected) :])
        defaults = dict(zip(expected[::-1], arguments.defaults[::-1], strict=False))
        defaults |= {argument.arg: default for argument, default in
                     zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is not None}
        expected += [argument.arg for argument in arguments.kwonlyargs]
        rest = {name: value for name, value in named.items() if name not in expected}
        if rest and arguments.kwarg is None:
            raise self.error("{name} has no argument “{argument}”", name=function.made.name, argument=next(iter(rest)))
        if arguments.kwarg is not None:
            names[arguments.kwarg.arg] = rest
        names |= {name: value for name, value in named.items() if name in expected}
        for name in expected:
            if name not in names:
                names[name] = self.value(defaults[name], {}) if name in defaults else Unknown(name)
        return names

    def module_called(self, module: Any, given: list[Any], named: dict[str, Any]) -> Any:
        """A module called in ``forward``. Raises ReadingError."""
        if isinstance(module, Module):
            return self._layer_called(module, given, named)
        if isinstance(module, Instance):
            return self._instance_called(module, given, named)
        if not module.calls or not given:
            raise self.error("A list of layers is not called: go through it with “for”")
        x = given[0]
        for _, part in module.parts:
            x = self.module_called(part, [x], {})
        return x

    def _layer_called(self, module: Module, given: list[Any], named: dict[str, Any]) -> Any:
        tensors = [value for value in (*given, *named.values()) if isinstance(value, Tensor)]
        kind, sheet = module.layer.kind(), self.drawing()
        most = module.layer.max_inputs
        if not tensors or (most is not None and len(tensors) > most):
            raise self.error("{layer} is called here with {count} tensors", layer=module.layer.title,
                             count=len(tensors))
        if MASK in (*given, *named.values()) and "causal" in type(module.layer).model_fields:
            module.layer = module.layer.with_options(causal=True)
        if kind == "MultiheadAttention" and len(set(tensors)) == 1:
            tensors = tensors[:1]
        x = sheet.call(module, tensors)
        if kind in RECURRENT:
            state = Last(x.node)
            return x, (state, OPAQUE) if kind == "LSTM" else state
        return (x, OPAQUE) if kind == "MultiheadAttention" else x

    def last_step(self, state: Last, index: Any) -> Tensor:
        """``h[-1]`` of a recurrent layer. Raises ReadingError."""
        layer = self.drawing().nodes[state.node].layer
        if index != -1 or getattr(layer, "bidirectional", False):
            raise self.error("Of a recurrent layer's last state only h[-1] can be read, in one direction")
        if any(edge.source == state.node for edge in self.drawing().edges):
            raise self.error("Both all steps and the last state are used here: take the last step with x[:, -1]")
        self.drawing().with_layer(state.node, layer.with_options(returns="last"))
        return Tensor(state.node)

    def part_of(self, chain: Chain, index: Any) -> Any:
        """One of a list of modules, or some. Raises ReadingError."""
        parts = chain.parts
        if isinstance(index, slice):
            return Chain(parts[index], calls=chain.calls)
        if isinstance(index, str):
            found = next((part for key, part in parts if key == index), None)
            if found is not None:
                return found
        elif isinstance(index, int) and -len(parts) <= index < len(parts):
            return parts[index][1]
        raise self.error("There is no {index} in this list of layers", index=index)

    def container_method(self, owner: Any, name: str, given: list[Any]) -> Any:
        """``append``, ``add_module`` … of a list of modules. Raises ReadingError."""
        if isinstance(owner, Chain):
            if name == "append" and given:
                self._check_module(given[0])
                owner.parts.append(("", given[0]))
                return owner
            if name == "add_module" and len(given) == 2:
                self._check_module(given[1])
                given[1].name = given[1].name or str(given[0])
                owner.parts.append((str(given[0]), given[1]))
                return None
            if name == "extend" and given and isinstance(given[0], (list, tuple, Chain)):
                new = given[0].parts if isinstance(given[0], Chain) else [("", part) for part in given[0]]
                for _, part in new:
                    self._check_module(part)
                owner.parts += new
                self.check_length(owner.parts)
                return owner
            if name in ("values", "children"):
                return [part for _, part in owner.parts]
            if name in ("items", "named_children"):
                return list(owner.parts)
            if name == "keys":
                return [key for key, _ in owner.parts]
        raise self.error("“.{name}()” of a layer cannot be read here", name=name)

    # -- the code's own classes ---------------------------------------------------------------------------------------

    def _instance_called(self, made: Instance, given: list[Any], named: dict[str, Any]) -> Any:
        """One layer with a graph of its own inside; with several tensors, its layers one by one."""
        forward = made.kind.method("forward")
        assert forward is not None
        if len(given) != 1 or named or not isinstance(given[0], Tensor):
            return self.function_called(Function(forward, made), given, named)
        if made.block is None:
            made.block = Module(self._block(made, forward), made.name)
        return self.drawing().call(made.block, given)

    def _block(self, made: Instance, forward: ast.FunctionDef) -> Any:
        """A block of a person's own; code where its inside cannot be read but stands alone. Raises ReadingError."""
        outer, line = self.sheet, self.line
        self.sheet = Sheet()
        try:
            output = self.function_called(Function(forward, made), [self.sheet.input], {})
            if not isinstance(output, Tensor) or output == self.sheet.input:
                raise self.error("{name} must return one tensor that its layers made", name=made.kind.made.name)
            return Custom(label=_words(made.kind.made.name)[:60], graph=self.sheet.graph(output))
        except ReadingError:
            code = self._code(made)
            if code is None:
                raise
            return code
        finally:
            self.sheet, self.line = outer, line

    def _code(self, made: Instance) -> Code | None:
        """The class as a layer that is code, if it needs nothing else of the source."""
        source = ast.get_source_segment(self.source, made.kind.made)
        own = {name for name, value in self.globals.items() if isinstance(value, (Class, Function))}
        used = {node.id for node in ast.walk(made.kind.made) if isinstance(node, ast.Name)}
        imported = {name for name, value in self.globals.items() if isinstance(value, Path)} - {"torch", "nn"}
        if source is None or used & (own | imported):
            return None
        return Code(source=source + "\n", made_with=made.arguments)


def _words(name: str) -> str:
    """``NestMlp`` as ``Nest Mlp``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
