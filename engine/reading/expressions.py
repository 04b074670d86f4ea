"""The expressions of PyTorch code that is read, worked out with stand-ins for tensors and modules. No torch."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.layers import LAYERS
from engine.layers.functions import Scale
from engine.reading.context import Context, Names
from engine.reading.functions import binary, call_function, index_sizes
from engine.reading.layers import KINDS, layer_of
from engine.reading.modules import Modules
from engine.reading.plain import BUILTINS, Plain
from engine.reading.values import MASK, OPAQUE, Chain, Instance, Last, Marker, Path, SizesOf, Tensor, Unknown

Call = Callable[[Any, list[Any], Names, ast.Call, Names], Any]  # what is called, with what, where
UNKNOWN = "What happens here depends on values that are not known: “if” on them cannot be read"
ARITHMETIC: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
}  # fmt: skip
COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, two: one in two, ast.NotIn: lambda one, two: one not in two,
}  # fmt: skip
TENSORS: Mapping[type[ast.AST], str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply", ast.Div: "Divide",
                                        ast.MatMult: "MatMul"}  # fmt: skip


class Expressions:
    """Works out expressions, and puts values where they are assigned to; ``call`` follows what they call."""

    def __init__(self, context: Context, plain: Plain, modules: Modules, call: Call) -> None:
        self.context, self.plain, self.modules, self._call = context, plain, modules, call

    def truth(self, test: ast.expr, names: Names) -> bool:
        """A condition that depends on nothing unknown. Raises ReadingError."""
        value = self.value(test, names)
        if _is_open(value):
            raise self.context.error(UNKNOWN)
        return bool(value)

    # -- expressions --------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, names: Names) -> Any:
        """What an expression stands for. Raises ReadingError."""
        self.context.step(node)
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.context.error("“{text}” cannot be read here", text=ast.unparse(node)[:40])
        try:
            return method(node, names)
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise self.context.error("This cannot be worked out: {reason}", reason=str(error)[:80]) from error

    def _of_constant(self, node: ast.Constant, names: Names) -> Any:
        return node.value

    def _of_name(self, node: ast.Name, names: Names) -> Any:
        if node.id in names:
            return names[node.id]
        if node.id in self.context.globals:
            return self.context.globals[node.id]
        if node.id in BUILTINS or node.id == "super":
            return Path(f"builtins.{node.id}")
        if not self.context.exact and (node.id in KINDS or node.id in ("Sequential", "ModuleList")):
            return Path(f"torch.nn.{node.id}")
        raise self.context.error("“{name}” is not defined in this code", name=node.id)

    def _of_tuple(self, node: ast.Tuple, names: Names) -> Any:
        return tuple(self._elements(node.elts, names))

    def _of_list(self, node: ast.List, names: Names) -> Any:
        return self._elements(node.elts, names)

    def _elements(self, nodes: Sequence[ast.expr], names: Names) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += self.plain.iterate(self.value(node.value, names))
            else:
                found.append(self.value(node, names))
            self.plain.check_length(found)
        return found

    def _of_dict(self, node: ast.Dict, names: Names) -> Any:
        pairs: Names = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                pairs |= self.value(value, names)
            else:
                pairs[self.value(key, names)] = self.value(value, names)
        return pairs

    def _of_joinedstr(self, node: ast.JoinedStr, names: Names) -> Any:
        return "".join(str(self.value(part.value if isinstance(part, ast.FormattedValue) else part, names))
                       for part in node.values)

    def _of_ifexp(self, node: ast.IfExp, names: Names) -> Any:
        return self.value(node.body if self.truth(node.test, names) else node.orelse, names)

    def _of_boolop(self, node: ast.BoolOp, names: Names) -> Any:
        found: Any = None
        decided = True
        for part in node.values:
            found = self.value(part, names)
            if _is_open(found) and not isinstance(found, Path):
                decided = decided and part is node.values[-1]
            elif bool(found) == isinstance(node.op, ast.Or) and (decided or isinstance(found, bool)):
                return found
        return found if decided else Unknown(ast.unparse(node)[:40])

    def _of_compare(self, node: ast.Compare, names: Names) -> Any:
        left = self.value(node.left, names)
        for op, right in zip(node.ops, node.comparators, strict=True):
            value = self.value(right, names)
            unknown = any(isinstance(each, (Tensor, Unknown, SizesOf, Marker)) for each in (left, value))
            if unknown and type(op) not in (ast.Is, ast.IsNot):
                raise self.context.error(UNKNOWN)
            if not self.plain.work(COMPARISONS[type(op)], left, value):
                return False
            left = value
        return True

    def _of_unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        value = self.value(node.operand, names)
        if isinstance(value, Tensor) and isinstance(node.op, ast.USub):
            return self.context.add(Scale(factor=-1.0), [value])
        if _is_open(value):
            if isinstance(node.op, ast.Not):
                return value  # as little known as before
            raise self.context.error(UNKNOWN)
        table: dict[type[ast.AST], Callable[..., Any]] = {
            ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert}
        return self.plain.work(table[type(node.op)], value)

    def _of_binop(self, node: ast.BinOp, names: Names) -> Any:
        if isinstance(node.op, (ast.Add, ast.Mult)):
            together = self._chained(node, names)
            if together is not None:
                return together
        one, two = self.value(node.left, names), self.value(node.right, names)
        return self._joined(node, one, two)

    def _joined(self, node: ast.BinOp, one: Any, two: Any) -> Any:
        self.context.line = node.lineno
        if isinstance(one, Tensor) or isinstance(two, Tensor):
            if isinstance(node.op, ast.Pow) and isinstance(one, Tensor):
                return call_function(self.context, "pow", [one, two], {})
            kind = TENSORS.get(type(node.op))
            if kind is None:
                raise self.context.error("This operator on tensors is no layer here")
            return self._scaled(node, one, two) or binary(self.context, kind, one, two)
        if isinstance(one, Unknown) or isinstance(two, Unknown):
            return Unknown(ast.unparse(node)[:40])
        if type(node.op) not in ARITHMETIC:
            raise self.context.error("“{text}” cannot be read here", text=ast.unparse(node)[:40])
        return self.plain.work(ARITHMETIC[type(node.op)], one, two)

    def _chained(self, node: ast.BinOp, names: Names) -> Any:
        """``a + b + c`` and ``a * b * c`` of tensors: one layer with all of them; None for anything else."""
        parts: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and type(left.op) is type(node.op):
            parts.append(left)
            left = left.left
        if not parts[1:]:
            return None
        parts.reverse()
        values = [self.value(part, names) for part in (left, *(part.right for part in parts))]
        if all(isinstance(value, Tensor) for value in values):
            return self.context.add(LAYERS[TENSORS[type(node.op)]](), values)
        joined = values[0]
        for part, value in zip(parts, values[1:], strict=True):
            joined = self._joined(part, joined, value)
        return joined

    def _scaled(self, node: ast.BinOp, one: Any, two: Any) -> Tensor | None:
        """``x * a + b`` in one layer: the number is added to the scaling that stands right before it."""
        if not (isinstance(one, Tensor) and isinstance(node.left, ast.BinOp) and isinstance(two, (int, float))):
            return None
        layer = self.context.drawing().nodes[one.node].layer
        if not isinstance(layer, Scale) or layer.shift or not isinstance(node.op, (ast.Add, ast.Sub)):
            return None
        shift = float(two) if isinstance(node.op, ast.Add) else -float(two)
        self.context.drawing().with_layer(one.node, layer.with_options(shift=shift))
        return one

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp, names: Names) -> Any:
        found: list[Any] = []
        self._comprehend(node.generators, dict(names), lambda inner: found.append(self.value(node.elt, inner)))
        return found

    _of_generatorexp = _of_listcomp

    def _of_dictcomp(self, node: ast.DictComp, names: Names) -> Any:
        found: Names = {}
        self._comprehend(node.generators, dict(names), lambda inner: found.__setitem__(
            self.value(node.key, inner), self.value(node.value, inner)))
        return found

    def _comprehend(self, loops: Sequence[ast.comprehension], names: Names, take: Callable[[Names], None]) -> None:
        if not loops:
            take(names)
            return
        for value in self.plain.iterate(self.value(loops[0].iter, names)):
            self.store(loops[0].target, value, names)
            if all(self.truth(test, names) for test in loops[0].ifs):
                self._comprehend(loops[1:], names, take)

    # -- looking into things ------------------------------------------------------------------------------------------

    def _of_attribute(self, node: ast.Attribute, names: Names) -> Any:
        owner = self.value(node.value, names)
        if isinstance(owner, Path):
            return Path(f"{owner.name}.{node.attr}")
        if isinstance(owner, Instance):
            return self.modules.attribute(owner, node.attr)
        if isinstance(owner, Tensor) and node.attr == "shape":
            return SizesOf()
        if isinstance(owner, Tensor) and node.attr in ("T", "mT"):
            return call_function(self.context, "transpose", [owner, -2, -1], {})
        if owner in (MASK, OPAQUE) and node.attr != "manual_seed":
            return owner
        return owner, node.attr  # a method, if it is called

    def _of_subscript(self, node: ast.Subscript, names: Names) -> Any:
        owner = self.value(node.value, names)
        if isinstance(owner, Tensor):
            return self._picked(owner, node.slice, names)
        index = self._index(node.slice, names)
        if isinstance(owner, SizesOf):
            return index_sizes(self.context, index)
        if isinstance(owner, Last):
            return self.modules.last_step(owner, index)
        if isinstance(owner, Chain):
            return self.modules.part_of(owner, index)
        if isinstance(owner, Marker):
            return owner
        if not isinstance(owner, (list, tuple, dict, str)):
            raise self.context.error("“{text}” cannot be read here", text=ast.unparse(node)[:40])
        return self.plain.work(operator.getitem, owner, index)

    def _index(self, node: ast.expr, names: Names) -> Any:
        if isinstance(node, ast.Slice):
            return slice(*(None if part is None else self.value(part, names)
                           for part in (node.lower, node.upper, node.step)))
        return self.value(node, names)

    def _picked(self, x: Tensor, node: ast.expr, names: Names) -> Tensor:
        """``x[:, -1]``, ``x[:, :, 2:5]``, ``x[..., 0]``: layers that take a part of a tensor."""
        parts = [self._index(part, names) for part in (node.elts if isinstance(node, ast.Tuple) else [node])]
        dim = 0
        if parts and parts[0] is Ellipsis:
            parts, dim = parts[1:], 1 - len(parts)
        elif parts and parts[0] != slice(None):
            raise self.context.error("This takes one example out of the batch: begin with x[:, …")
        for part in parts:
            if isinstance(part, slice) and part != slice(None):
                options = {"dim": dim, "start": part.start or 0, "end": part.stop, "step": part.step or 1}
                x = self.context.add(layer_of("Slice", (), options, self.context.line), [x])
            elif isinstance(part, int):
                x = self.context.add(layer_of("Select", (), {"dim": dim, "index": part}, self.context.line), [x])
                dim -= dim >= 0
            elif part is None:
                x = self.context.add(layer_of("Unsqueeze", (), {"dim": dim}, self.context.line), [x])
            elif part != slice(None):
                raise self.context.error("This way to take a part of a tensor is no layer here")
            dim += 1
        return x

    # -- calls --------------------------------------------------------------------------------------------------------

    def _of_call(self, node: ast.Call, names: Names) -> Any:
        called = self.value(node.func, names)
        if called == Path("builtins.super"):
            return Path("super")
        given = self._elements(node.args, names)
        named: Names = {}
        for word in node.keywords:
            if word.arg is None:
                named |= self.plain.work(dict, self.value(word.value, names))
            else:
                named[word.arg] = self.value(word.value, names)
        self.context.line = node.lineno
        return self._call(called, given, named, node, names)

    # -- assigning ----------------------------------------------------------------------------------------------------

    def store(self, target: ast.expr, value: Any, names: Names) -> None:
        """Put a value under a name, an attribute or a key. Raises ReadingError."""
        if isinstance(target, ast.Name):
            names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = list(self.plain.iterate(value))
            if len(values) != len(target.elts) or any(isinstance(each, ast.Starred) for each in target.elts):
                raise self.context.error("{count} values cannot be put into these names", count=len(values))
            for part, each in zip(target.elts, values, strict=True):
                self.store(part, each, names)
        elif isinstance(target, ast.Attribute) and isinstance(owner := self.value(target.value, names), Instance):
            self.modules.set_attribute(owner, target.attr, value)
        elif isinstance(target, ast.Subscript):
            held = self.value(target.value, names)
            if not isinstance(held, (list, dict)):
                raise self.context.error("This assignment cannot be read")
            self.plain.work(held.__setitem__, self.value(target.slice, names), value)
        else:
            raise self.context.error("This assignment cannot be read")


def _is_open(value: Any) -> bool:
    """Whether it is known only when the network runs, or to the caller of the code."""
    return isinstance(value, (Tensor, Unknown, Marker, SizesOf, Path))
