"""Modules of code that is read: made, kept, looked into, and called where they are one layer. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.layers import LAYERS
from engine.layers.inputs import Constant
from engine.reading.context import Context, Names
from engine.reading.layers import INFERRED, KINDS, arguments_of, layer_of
from engine.reading.plain import Plain
from engine.reading.values import BATCH, MASK, OPAQUE, Chain, Function, Instance, Last, Module, Tensor

RECURRENT = ("RNN", "LSTM", "GRU")


@dataclass(frozen=True)
class Buffer:
    """A tensor of fixed numbers that the module keeps."""

    layer: Constant
    name: str = ""


class Modules:
    """Torch's modules, lists of them, and what objects of the code's own classes keep."""

    def __init__(self, context: Context, plain: Plain) -> None:
        self.context, self.plain = context, plain

    # -- making -------------------------------------------------------------------------------------------------------

    def torch_module(self, name: str, given: list[Any], named: Names) -> Any:
        """``nn.Something(…)``. Raises ReadingError."""
        if name in ("Sequential", "ModuleList", "ModuleDict"):
            return self._container(name, given)
        kind = name.removeprefix("Lazy")
        if kind not in KINDS:
            raise self.context.error("There is no layer for nn.{name}", name=name)
        layer = (self._lazy(kind, given, named) if name != kind else
                 layer_of(KINDS[kind], given, named, self.context.line))
        return Module(layer, made_as=name, arguments=arguments_of(KINDS[kind], given, named))

    def _lazy(self, kind: str, given: list[Any], named: Names) -> Any:
        """Lazy classes take what others do, without the size of the input, which comes first there."""
        first = LAYERS[KINDS[kind]].positional[:1]
        given = [None, *given] if first and first[0] in INFERRED else given
        return layer_of(KINDS[kind], given, named, self.context.line)

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
            raise self.context.error("Something in this list is no layer")

    def plain_tensor(self, name: str, given: list[Any], named: Names) -> Any:
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
            raise self.context.error("“torch.{name}” is no layer here", name=name)
        else:
            options["number"] = number
        layer = layer_of("Constant", (), options, self.context.line, ("shape",))
        assert isinstance(layer, Constant)
        return Buffer(layer)

    # -- what objects and lists of them hold ---------------------------------------------------------------------------

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
        raise self.context.error("self.{name} is used, but nowhere made in a way that can be read", name=name)

    def buffer_method(self, owner: Any, name: str, given: list[Any]) -> Any:
        """What is called on a buffer, a generator or the module itself. Raises ReadingError."""
        if isinstance(owner, Instance) and name in ("register_buffer", "add_module") and len(given) > 1:
            self.set_attribute(owner, str(given[0]), given[1])
            return None
        if isinstance(owner, Buffer) and name == "expand" and given[:1] == [BATCH] and (
                not self.context.exact or tuple(given[1:]) == owner.layer.shape):
            return self.context.add(owner.layer, [], owner.name)
        if owner == OPAQUE and name == "manual_seed":
            return given[0]
        raise self.context.error("“.{name}()” cannot be read here", name=name)

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
        raise self.context.error("There is no {index} in this list of layers", index=index)

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
                self.plain.check_length(owner.parts)
                return owner
            if name in ("values", "children"):
                return [part for _, part in owner.parts]
            if name in ("items", "named_children"):
                return list(owner.parts)
            if name == "keys":
                return [key for key, _ in owner.parts]
        raise self.context.error("“.{name}()” of a layer cannot be read here", name=name)

    # -- calling ------------------------------------------------------------------------------------------------------

    def layer_called(self, module: Module, given: list[Any], named: Names) -> Any:
        """A layer called with tensors: one more node. Raises ReadingError."""
        tensors = [value for value in (*given, *named.values()) if isinstance(value, Tensor)]
        kind = module.layer.kind()
        most = module.layer.max_inputs
        if not tensors or (most is not None and len(tensors) > most):
            raise self.context.error("{layer} is called here with {count} tensors", layer=module.layer.title,
                                     count=len(tensors))
        if self.context.exact and (named or len(tensors) < len(given)):
            raise self.context.error("{layer} is called here with more than tensors", layer=module.layer.title)
        if MASK in (*given, *named.values()) and "causal" in type(module.layer).model_fields:
            module.layer = module.layer.with_options(causal=True)
        if kind == "MultiheadAttention" and len(set(tensors)) == 1:
            tensors = tensors[:1]
        x = self.context.call(module, tensors)
        if kind in RECURRENT:
            state = Last(x.node)
            return x, (state, OPAQUE) if kind == "LSTM" else state
        return (x, OPAQUE) if kind == "MultiheadAttention" else x

    def last_step(self, state: Last, index: Any) -> Tensor:
        """``h[-1]`` of a recurrent layer. Raises ReadingError."""
        layer = self.context.drawing().nodes[state.node].layer
        if index != -1 or getattr(layer, "bidirectional", False):
            raise self.context.error("Of a recurrent layer's last state only h[-1] can be read, in one direction")
        return self.context.last_step(state)
