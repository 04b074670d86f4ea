"""The expressions of PyTorch code that is read, worked out with stand-ins for tensors and modules. No torch."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.layers.functions import Scale
from engine.reading.assigning import Assigning
from engine.reading.context import LEARNING, Context
from engine.reading.dimensions import ASKED, asked
from engine.reading.functions import Functions
from engine.reading.layers import KINDS
from engine.reading.modules import BY_HAND, GRADIENT_HOOKS, HOOKED, Buffer, Modules
from engine.reading.paths import is_doubtful, meant, same
from engine.reading.picking import Picking
from engine.reading.plain import BUILTINS, ERRORS, OBJECTS, WIDE, Plain, is_open, words_of
from engine.reading.reach import FILLING, reached, within
from engine.reading.sizes import Size
from engine.reading.sure import is_sure_name
from engine.reading.switches import REASONS
from engine.reading.values import (
    OPAQUE,
    TRAINING,
    Address,
    Chain,
    Class,
    Function,
    Instance,
    Last,
    Lost,
    Marker,
    Measured,
    Method,
    Module,
    Names,
    Numbers,
    Parameter,
    Path,
    Reach,
    ReadingError,
    Super,
    Tensor,
    Unknown,
    Zeros,
    is_module,
    is_own_parameter,
    parts_of,
)

Call = Callable[[Any, list[Any], Names, ast.Call, Names], Any]  # what is called, with what, where
PLACING = ("to", "cuda", "cpu")  # which move a network, and change nothing of it
UNKNOWN = "What happens here depends on values that are not known: “if” on them cannot be read"
ARITHMETIC: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.BitXor: operator.xor,
}  # fmt: skip
COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda one, two: one in two, ast.NotIn: lambda one, two: one not in two,
}  # fmt: skip
CONVERSIONS: Mapping[int, Callable[[Any], Any]] = {-1: lambda value: value, 114: repr, 115: str, 97: ascii}
OUTER, SETS = "__outer__", "__sets__"
# Values that are what they are: of others only a run would tell whether they are the same.
COMPARED = (int, float, str, type(None), list, tuple, dict, set, frozenset, range, Class, Path, Function, Module,
            Instance, Chain, Address)  # fmt: skip

PARAMETERS = tuple(Path(f"torch.nn.{name}") for name in ("Parameter", "parameter.Parameter", "ParameterList",
                                                         "ParameterDict"))
SOUGHT: Mapping[type[ast.AST], bool] = {ast.Eq: True, ast.In: True, ast.NotEq: False, ast.NotIn: False}
# Methods that change which layers a module has, be it one.
STRUCTURAL = frozenset(("append", "extend", "insert", "pop", "add_module", "register_module", "set_submodule",
                        "__setattr__", "__setitem__", "__delitem__", "__delattr__"))  # fmt: skip
# What is asked of a tensor to speak of it, and what plain values are put into words with.
SPOKEN = frozenset((
    "item", "mean", "max", "min", "sum", "std", "var", "norm", "abs", "median", "argmax", "argmin", "any", "all",
    "isnan", "isinf", "isfinite", "size", "dim", "numel", "nelement", "detach", "cpu", "numpy", "tolist", "float",
    "unique", "type", "len", "str", "int", "round", "list", "tuple", "repr", "format", "join"))
ACTIVATIONS = ("torch.relu", "torch.tanh", "torch.sigmoid")


class Expressions:
    """Works out expressions, and puts values where they are assigned to; ``call`` follows what they call."""

    def __init__(self, context: Context, plain: Plain, modules: Modules, functions: Functions, call: Call) -> None:
        self.context, self.plain, self.modules, self.functions, self._call = context, plain, modules, functions, call
        self.picking, self.assigning = Picking(context, functions), Assigning(self)
        self._drawn: Tensor | None = None  # what the last operator made a node for

    # -- conditions ----------------------------------------------------------------------------------------------------

    def truth(self, test: ast.expr, names: Names) -> bool:
        """A condition that depends on nothing unknown. Raises ReadingError."""
        found = self.known(test, names)
        if found is None:
            raise self.context.error(UNKNOWN)
        return found

    def known(self, test: ast.expr, names: Names) -> bool | None:
        """Whether a condition holds, or None where that is not known. Raises the error of what it depends on."""
        return self.holds(self.value(test, names))

    def holds(self, value: Any) -> bool | None:
        """Whether a value counts as true, or None where that is not known. Raises the error that stands for it."""
        if value is TRAINING:
            return self.trained()
        if isinstance(value, Unknown) and value.error is not None:
            raise value.error
        if isinstance(value, Path) and (value.name.startswith("torch.nn.") or value.name in ACTIVATIONS):
            return True  # a class or function
        if _is_open(value):
            return None
        return self._is_true(value)

    def _is_true(self, value: Any) -> bool | None:
        """Whether a value that is known counts as true, which objects may say themselves."""
        for name in ("__bool__", "__len__") if isinstance(value, Instance) else ():
            if value.kind.find(name) is not None:
                return self.holds(self.plain.asked(value, name, []))
        if isinstance(value, Chain) or (isinstance(value, Instance) and isinstance(value.inner, Chain)):
            return bool([*parts_of(value)] if isinstance(value, Instance) else value.parts)
        return True if isinstance(value, (Module, Instance, Class, Function)) else bool(value)

    def trained(self) -> bool:
        """Whether the network trains, in the way that is followed now."""
        self.context.asked += 1
        self.context.training_line = self.context.training_line or self.context.line
        return self.context.training

    # -- expressions --------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, names: Names) -> Any:
        """What an expression stands for. Raises ReadingError."""
        self.context.step(node)
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.context.error("“{text}” cannot be read here", text=_text(node))
        try:
            return self.context.checked(method(node, names))
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            raise self.context.error("This cannot be worked out: {reason}", reason=words_of(error)) from error

    def _of_slice(self, node: ast.Slice, names: Names) -> Any:
        return self.index(node, names)

    def _of_constant(self, node: ast.Constant, names: Names) -> Any:
        if isinstance(node.value, str):
            self.context.spend(len(node.value) // 64)
        return node.value

    def _of_name(self, node: ast.Name, names: Names) -> Any:
        if "__class_body__" in names and node.id in names:
            return names[node.id]
        place = _place(node.id, names)
        if place is not None:
            return place[node.id]
        if node.id in self.context.globals:
            return self.context.globals[node.id]
        if node.id in BUILTINS or node.id in OBJECTS:
            return Path(f"builtins.{node.id}")
        if node.id in ERRORS:
            return OPAQUE
        if not self.context.exact and (node.id in KINDS or node.id in ("Sequential", "ModuleList", "ModuleDict")):
            return Path(f"torch.nn.{node.id}")
        raise self.context.error("“{name}” is not defined in this code: add what defines it", name=node.id)

    def _of_tuple(self, node: ast.Tuple, names: Names) -> Any:
        return tuple(self._elements(node.elts, names))

    def _of_list(self, node: ast.List, names: Names) -> Any:
        return self._elements(node.elts, names)

    def _of_set(self, node: ast.Set, names: Names) -> Any:
        return self.plain.work(set, self._elements(node.elts, names))

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
                pairs |= self.plain.key(self.context.need(self.value(value, names)))
            else:
                found = self.value(key, names)
                pairs[self.plain.key(found)] = self.value(value, names)
        return pairs

    def _of_joinedstr(self, node: ast.JoinedStr, names: Names) -> Any:
        parts = [self._formatted(part, names) for part in node.values]
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        return unknown or self.plain.work("".join, parts)

    def _formatted(self, part: ast.expr, names: Names) -> Any:
        if not isinstance(part, ast.FormattedValue):
            return self.value(part, names)
        value = self.value(part.value, names)
        if not isinstance(value, (str, int, float, bool, type(None))):
            return Unknown(_text(part.value), self.context.error("This text cannot be worked out here"))
        how = self._of_joinedstr(part.format_spec, names) if isinstance(part.format_spec, ast.JoinedStr) else ""
        if isinstance(how, Unknown) or WIDE.search(how):
            return Unknown(_text(part.value), self.context.error("This text cannot be worked out here"))
        return self.plain.work(format, CONVERSIONS[part.conversion](value), how)

    def _of_ifexp(self, node: ast.IfExp, names: Names) -> Any:
        asked = self.context.asked
        part = node.body if self.truth(node.test, names) else node.orelse
        with self.context.branch(asked):
            return self.value(part, names)

    def _of_namedexpr(self, node: ast.NamedExpr, names: Names) -> Any:
        value = self.value(node.value, names)
        self.store(node.target, value, names)
        return value

    def _of_lambda(self, node: ast.Lambda, names: Names) -> Any:
        return Function(node, around=names, defaults=self.defaults(node.args, names))

    def _of_yield(self, node: ast.Yield, names: Names) -> Any:
        """A generator is followed to its end as soon as its first value is asked for."""
        names.setdefault("__yielded__", []).append(None if node.value is None else self.value(node.value, names))
        self.plain.check_length(names["__yielded__"])

    def _of_yieldfrom(self, node: ast.YieldFrom, names: Names) -> Any:
        names.setdefault("__yielded__", []).extend(self.plain.iterate(self.value(node.value, names)))
        self.plain.check_length(names["__yielded__"])

    def _of_starred(self, node: ast.Starred, names: Names) -> Any:
        return self.value(node.value, names)

    def defaults(self, arguments: ast.arguments, names: Names) -> Names:
        """The default values of a function's parameters, worked out where it is defined."""
        words = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
        pairs = [*zip(words[::-1], arguments.defaults[::-1], strict=False),
                 *((argument.arg, value) for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults,
                                                                    strict=True) if value is not None)]
        return {word: self._default(value, names) for word, value in pairs}

    def _default(self, node: ast.expr, names: Names) -> Any:
        try:
            return self.value(node, names)
        except ReadingError as error:
            if self.context.exact or self.context.trying:
                raise
            return Unknown("", error)

    def _of_boolop(self, node: ast.BoolOp, names: Names) -> Any:
        """``and`` and ``or`` give the value that decides. What comes after one that is not known may still decide."""
        found: Any = None
        decided, open_part, is_asked = True, None, False
        stops_at = isinstance(node.op, ast.Or)
        for part in node.values:
            found = self.value(part, names)
            if found is TRAINING:
                found, is_asked = self.trained(), True
            is_true = None if _is_open(found) and not isinstance(found, Path) else self._is_true(found)
            if is_true is None:
                decided, open_part = decided and part is node.values[-1], open_part or found
            elif is_true == stops_at and (decided or isinstance(found, bool)):
                return found
        if decided:
            return TRAINING if found is True and is_asked and not stops_at else found
        error = open_part.error if isinstance(open_part, Unknown) else None
        return Unknown(_text(node), error)

    def _of_compare(self, node: ast.Compare, names: Names) -> Any:
        left = self._asked(node.left, names)
        for op, right in zip(node.ops, node.comparators, strict=True):
            value = self._asked(right, names)
            found = self._compared(node, op, left, value)
            if found is None or isinstance(found, Unknown):
                return found if found is not None else Unknown(_text(node), self.context.error(UNKNOWN))
            if not found:
                return False
            left = value
        return True

    def _asked(self, node: ast.expr, names: Names) -> Any:
        value = self.value(node, names)
        return self.trained() if value is TRAINING else value

    def _compared(self, node: ast.Compare, op: ast.cmpop, one: Any, two: Any) -> Any:
        """What a comparison gives; Unknown or None where only a run would tell."""
        if type(op) in (ast.Is, ast.IsNot):
            if any(map(is_own_parameter, (one, two))) and (one is None or two is None):
                return type(op) is ast.IsNot
            for each in (one, two):
                if isinstance(each, Unknown):
                    return each
            if OPAQUE in (one, two) and None in (one, two):
                return None
            found = same(one, two) if Path in (type(one), type(two)) else one is two
            return None if found is None else found == (type(op) is ast.Is)
        for each in (one, two):
            if isinstance(each, Unknown):
                return each
        if isinstance(one, Tensor) or isinstance(two, Tensor):
            return Unknown(_text(node), self.context.error("“{text}” compares the numbers of a tensor: no layer does "
                                                           "that", text=_text(node)))
        if isinstance(one, (tuple, list)) and isinstance(two, (tuple, list)) and type(op) in (ast.Eq, ast.NotEq):
            if any(isinstance(each, Unknown) for each in (*one, *two)):
                return None
            if _has_sizes(one) or _has_sizes(two):
                return _same_sizes(one, two, type(op) is ast.Eq)
        if isinstance(one, Size) or isinstance(two, Size):
            return _same_sizes([one], [two], type(op) is ast.Eq) if type(op) in (ast.Eq, ast.NotEq) else None
        if any(is_open(each) or (isinstance(each, Marker) and each is not OPAQUE) for each in (one, two)):
            return None
        if type(op) in (ast.In, ast.NotIn) and isinstance(two, Instance):
            return None
        if OPAQUE in (one, two) or not all(isinstance(each, COMPARED) for each in (one, two)):
            return None
        if type(op) in (ast.In, ast.NotIn):
            looked_at = [one] if isinstance(two, (dict, set, frozenset)) else [one, two]
            self.context.spend(self.plain.cost(looked_at))
            self.plain.check_compared(looked_at)
        found = self.plain.work(COMPARISONS[type(op)], one, two)
        if type(op) in SOUGHT and found is not SOUGHT[type(op)] and not self._is_other(one, two):
            return None
        return found

    def _is_other(self, one: Any, two: Any) -> bool:
        """Whether values that differ as they stand here, or of which one is in the other, surely do so."""
        if isinstance(one, Path) and isinstance(two, (list, tuple)):
            return all(same(one, each) is False for each in two)
        if Path in (type(one), type(two)):
            return same(one, two) is False or isinstance(two, (str, range))
        self.context.spend(self.plain.cost([one, two]))
        return not is_doubtful([one, two])

    def _of_unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        value = self.value(node.operand, names)
        if isinstance(value, Tensor) and isinstance(node.op, ast.USub):
            return self.context.add(Scale(factor=-1.0), [value])
        if isinstance(value, Tensor) and isinstance(node.op, ast.UAdd):
            return self.functions.call("clone", [value], {})
        if value is TRAINING:
            value = self.trained()
        if _has_own(value, "__neg__", "__pos__", "__invert__") and not isinstance(node.op, ast.Not):
            raise self.context.error(UNKNOWN)
        if _is_open(value):
            if isinstance(node.op, ast.Not) and self.holds(value) is True:  # of a class
                return False
            if isinstance(node.op, ast.Not) or isinstance(value, Unknown):
                return _as_value(value)  # as little known as before
            raise self.context.error(UNKNOWN)
        table: dict[type[ast.AST], Callable[..., Any]] = {
            ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert}
        if isinstance(node.op, ast.Not):
            found = self._is_true(value)
            return Unknown(_text(node), self.context.error(UNKNOWN)) if found is None else not found
        return self.plain.work(table[type(node.op)], value)

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def _of_binop(self, node: ast.BinOp, names: Names) -> Any:
        if isinstance(node.op, (ast.Add, ast.Mult)):
            together = self._chained(node, names)
            if together is not None:
                return together
        one, two = self.value(node.left, names), self.value(node.right, names)
        return self.joined(node, node.op, one, two)

    def joined(self, node: ast.BinOp | ast.AugAssign, op: ast.operator, one: Any, two: Any) -> Any:
        """Two values joined by an operator. Raises ReadingError."""
        self.context.line = node.lineno
        if isinstance(one, Unknown) or isinstance(two, Unknown):
            if (numbers := _scaled_shape(one, two)) is not None and isinstance(node, ast.BinOp):
                return Numbers(_text(node), getattr(one, "error", None) or getattr(two, "error", None), numbers)
            known = next((each for each in (one, two) if isinstance(each, Unknown) and each.error), None)
            return known or Unknown(_text(node) if isinstance(node, ast.BinOp) else "this")
        if isinstance(one, Tensor) or isinstance(two, Tensor):
            if isinstance(node, ast.BinOp) and (scaled := self._scaled(node, one, two)) is not None:
                return scaled
            count = len(self.context.drawing().nodes)
            made = self.functions.operator(type(op), one, two)
            self._drawn = made if len(self.context.drawing().nodes) > count else None
            return made
        if type(op) not in ARITHMETIC:
            raise self.context.error("“{text}” cannot be read here", text=_text(node))
        error = self.context.error("“{text}” cannot be worked out here", text=_text(node))
        if isinstance(node, ast.BinOp) and (numbers := _scaled_shape(one, two)) is not None:
            return Numbers(_text(node), error, numbers)
        if any(isinstance(each, (Marker, Path, Parameter, Zeros)) or (isinstance(each, Buffer) and isinstance(
                node, ast.BinOp)) for each in (one, two)):
            return Unknown(_text(node), error)
        if isinstance(one, Chain) and isinstance(two, Chain) and isinstance(op, ast.Add):
            return Chain([*one.parts, *two.parts], calls=one.calls)
        return self.plain.work(ARITHMETIC[type(op)], one, two)

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
        held = [self.value(left, names), self.value(parts[0].right, names)]
        for index, part in enumerate(parts[1:], 1):
            if not all(isinstance(value, Tensor) for value in held):
                return self._one_by_one(parts, index, held, names)
            seen = [self._as_it_is(value) for value in held]
            value = self.value(part.right, names)
            held = [now if _is_unchanged(now, then) else then for now, then in zip(held, seen, strict=True)] + [value]
        if not isinstance(held[-1], Tensor):
            return self._one_by_one(parts, len(parts), held, names)
        return self.functions.together(type(node.op), held)

    def _one_by_one(self, parts: Sequence[ast.BinOp], known: int, held: Sequence[Any], names: Names) -> Any:
        """The same pair by pair: each is joined before the next is read, as it may change what is joined."""
        joined = held[0]
        for part, value in zip(parts[:known], held[1:], strict=True):
            joined = self.joined(part, part.op, joined, value)
        for part in parts[known:]:
            joined = self.joined(part, part.op, joined, self.value(part.right, names))
        return joined

    def _as_it_is(self, tensor: Tensor) -> Tensor:
        """What it holds by now, whatever is done with it later; in a file of this program's nothing is."""
        return tensor if self.context.is_own else tensor.copy()

    def _scaled(self, node: ast.BinOp, one: Any, two: Any) -> Tensor | None:
        """``x * a + b`` in one layer: the number is added to the scaling that stands right before it."""
        if not (isinstance(one, Tensor) and isinstance(node.left, ast.BinOp) and type(two) in (int, float)):
            return None
        if one is not self._drawn or one.stale is not None or len(one.storage.tensors) > 1:
            return None
        layer = self.context.drawing().nodes[one.node].layer
        if not isinstance(layer, Scale) or layer.shift or not isinstance(node.op, (ast.Add, ast.Sub)):
            return None
        shift = float(two) if isinstance(node.op, ast.Add) else -float(two)
        self.context.drawing().with_layer(one.node, layer.with_options(shift=shift))
        return one

    # -- comprehensions ------------------------------------------------------------------------------------------------

    def _of_listcomp(self, node: ast.ListComp | ast.SetComp, names: Names) -> Any:
        found: list[Any] = []
        for value in self._each(node, names):
            found.append(value)
            self.plain.check_length(found)
        return found

    def _of_generatorexp(self, node: ast.GeneratorExp, names: Names) -> Any:
        return self.plain.once(self._each(node, names))

    def _of_setcomp(self, node: ast.SetComp, names: Names) -> Any:
        return self.plain.work(set, self._of_listcomp(node, names))

    def _of_dictcomp(self, node: ast.DictComp, names: Names) -> Any:
        inner: Names = {OUTER: names}
        found: Names = {}
        for _ in self._rounds(node.generators, inner, self._first(node.generators, names)):
            key = self.plain.key(self.value(node.key, inner))
            found[key] = self.value(node.value, inner)
            self.plain.check_length(found)
        return found

    def _each(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, names: Names) -> Iterator[Any]:
        """What a comprehension gives: the first of what it goes through is asked for at once, all else on the way."""
        inner: Names = {OUTER: names}
        rounds = self._rounds(node.generators, inner, self._first(node.generators, names))  # also of a class's body
        return (self.value(node.elt, inner) for _ in rounds)

    def _first(self, loops: Sequence[ast.comprehension], names: Names) -> Iterable[Any]:
        return self.plain.iterate(self.value(loops[0].iter, names))

    def _rounds(self, loops: Sequence[ast.comprehension], names: Names, values: Iterable[Any]) -> Iterator[None]:
        """All rounds have one set of names, as in Python: functions made in them see the last."""
        for value in values:
            self.context.step(loops[0].target)
            self.store(loops[0].target, value, names)
            if all(self.truth(test, names) for test in loops[0].ifs):
                if loops[1:]:
                    yield from self._rounds(loops[1:], names, self._first(loops[1:], names))
                else:
                    yield

    # -- looking into things ------------------------------------------------------------------------------------------

    def _of_attribute(self, node: ast.Attribute, names: Names) -> Any:
        owner = self.value(node.value, names)
        return self.attribute(owner, node.attr)

    def attribute(self, owner: Any, name: str) -> Any:
        """``owner.name``; a pair of both where it is a method, if it is called. Raises ReadingError."""
        if isinstance(owner, Path):
            if name == "__name__":
                return owner.name.rpartition(".")[2]
            if not is_sure_name(f"{owner.name}.{name}"):
                self.context.must_succeed()
            return meant(f"{owner.name}.{name}")
        if isinstance(owner, Unknown):
            return self._of_unknown(owner, name)
        if isinstance(owner, Function) and name == "__name__":
            return owner.name if isinstance(owner.made, ast.FunctionDef) else "<lambda>"
        if name == "training" and is_module(owner):
            if self.context.sheet is not None:
                self.context.watched.append(owner)
            return TRAINING
        if name in BY_HAND and (is_module(owner) or isinstance(owner, (Instance, Class))) and not self.context.exact:
            return self.modules.by_hand(owner, name)
        if isinstance(owner, (Instance, Class)):
            found = self.modules.attribute(owner, name)
            if isinstance(found, Lost) and found.function.owner is None:
                return replace(found, function=self.modules.bound(found.function, owner))
            return self._of_property(found, owner, name)
        if isinstance(owner, Super):
            return self._of_super(owner, name)
        if isinstance(owner, (Module, Chain, Parameter)):
            return self.modules.look(owner, name)
        if isinstance(owner, Tensor):
            return self.functions.attribute(owner, name)
        if name == "__enter__" and isinstance(owner, Marker) and owner in REASONS and self.context.sheet is not None:
            self.context.refuse(self.context.error(REASONS[owner]))
        if isinstance(owner, Marker) and name != "manual_seed" and not (
                isinstance(owner, Measured) and name.endswith("_")):
            return owner
        if isinstance(owner, Zeros):
            return self._of_zeros(owner, name)
        if isinstance(owner, tuple) and name in getattr(owner, "_fields", ()):
            return getattr(owner, name)
        return self.context.method(owner, name)

    def _of_unknown(self, owner: Unknown, name: str) -> Any:
        """What is asked of something that is not known: of a class's own parameter more than that is."""
        if name.endswith("_"):
            self.context.set_from_outside(owner, "requires_grad" if name == "__setattr__" else name)
            for part in reached(owner):
                self.context.taint(part, owner.error) if isinstance(part, Tensor) and owner.error is not None else None
        is_filled = owner.of is not None and owner.of.fills and name in FILLING
        if name in LEARNING or (name in STRUCTURAL and not is_filled):
            self.context.taint(owner, owner.error or self.context.error("What “.{name}” changes is not known here",
                                                                       name=name))
        if name in GRADIENT_HOOKS and self.context.is_outside(owner):
            self.context.note(HOOKED)
        if name in ASKED and asked(owner, name, []) is not None:
            return asked(owner, name, []) if name in ("shape", "ndim") else self.context.method(owner, name)
        if isinstance(owner, Numbers) and not name.endswith("_"):
            return Numbers(name, owner.error)
        return _as_value(owner)

    def _of_property(self, found: Any, owner: Any, name: str) -> Any:
        """What is found under a name: of a property what its function gives."""
        if not (isinstance(found, Function) and found.kind in ("property", "cached") and isinstance(owner, Instance)):
            return found
        value = self._call(found, [], {}, ast.Call(ast.Name("property", ast.Load()), [], []), {})
        if found.kind == "cached":
            if is_module(value):
                raise self.context.error("“{name}” is kept where PyTorch does not see it: that cannot be read",
                                         name=name)
            owner.attributes[name] = value
        return value

    def _of_super(self, where: Super, name: str) -> Any:
        """What classes behind one call so; what torch's own classes do there is worked out where it is called."""
        kind = where.owner.kind if isinstance(where.owner, Instance) else where.owner
        if not isinstance(kind, Class) or not isinstance(where.home, Class):
            return self.context.method(where, name)
        if where.home not in kind.lineage():
            raise self.context.error("{name} is no class of this object", name=where.home.made.name)
        holder = kind.holder(name, where.home)
        if holder is None:
            return self.context.method(where, name)
        found = holder.names[name]
        bound = self.modules.bound(found, where.owner) if isinstance(found, Function) else found
        return self._of_property(bound, where.owner, name)

    def _super(self, given: list[Any], names: Names) -> Super:
        if len(given) == 2 and isinstance(given[0], Class) and isinstance(given[1], (Instance, Class)):
            return Super(*given)
        for value in given:
            self.context.need(value)
        if given:
            raise self.context.error("“super” with these arguments cannot be read")
        while "__class__" not in names and OUTER in names:
            names = names[OUTER]
        if names.get("__class__") is None:
            raise self.context.error("“super()” cannot be read here: this function is in no class")
        return Super(names["__class__"], names["__self__"])

    def _of_zeros(self, owner: Zeros, name: str) -> Any:
        """What leaves zeros as they are, or tells where they lie; all else is no beginning of a recurrent layer's."""
        if name in Zeros.KEEP:
            return owner if name == "data" else self.context.method(owner, name)
        if name in ("device", "dtype", "shape", "ndim", "is_cuda", "requires_grad", "grad"):
            return OPAQUE
        error = self.context.error("“{name}” of a tensor that is made here is no layer", name=name)
        self.context.taint(owner, error) if name.endswith("_") else None
        raise error

    def _of_subscript(self, node: ast.Subscript, names: Names) -> Any:
        owner = self.value(node.value, names)
        if isinstance(owner, Tensor):
            return self.picking.picked(owner, self._index_parts(node.slice, names))
        return self.item(owner, self.index(node.slice, names), _text(node))

    def item(self, owner: Any, index: Any, text: str) -> Any:
        """``owner[index]``. Raises ReadingError."""
        if isinstance(owner, Unknown):
            return within(_as_value(owner))
        if isinstance(index, Unknown):
            return index
        if isinstance(owner, Last):
            return self.modules.last_step(owner, index)
        if isinstance(owner, Parameter):
            return self.modules.view(owner, "[]")
        if isinstance(owner, Instance) and owner.kind.find("__getitem__") is not None:
            return self.plain.asked(owner, "__getitem__", [index])
        if isinstance(owner, (Chain, Instance)):
            return self.modules.part_of(owner, index)
        if isinstance(owner, (Marker, Zeros)):
            return owner
        if self.functions.is_open_shape(owner):
            return self.functions.sizes_index(owner, index)
        if isinstance(owner, Path):
            return owner  # ``List[int]`` and the like
        if not isinstance(owner, (list, tuple, dict, str, range)):
            raise self.context.error("“{text}” cannot be read here", text=text)
        return self.plain.work(operator.getitem, owner, index)

    def _index_parts(self, node: ast.expr, names: Names) -> list[Any]:
        if isinstance(node, ast.Tuple):
            return [self.index(part, names) for part in node.elts]
        found = self.index(node, names)
        return list(found) if isinstance(found, tuple) else [found]

    def index(self, node: ast.expr, names: Names) -> Any:
        """What stands between brackets. Raises ReadingError."""
        if isinstance(node, ast.Slice):
            return slice(*(None if part is None else self.value(part, names)
                           for part in (node.lower, node.upper, node.step)))
        return self.value(node, names)

    # -- calls --------------------------------------------------------------------------------------------------------

    def _of_call(self, node: ast.Call, names: Names) -> Any:
        called = self.value(node.func, names)
        if called == Path("builtins.print") and self.context.sheet is not None and _only_looks(node):
            return None  # whatever layers would say of it
        if isinstance(called, Method) and called.name in PLACING and is_module(called.owner) and not (
                self.context.exact or any(word.arg is None for word in node.keywords)):
            given = [self._where(each, names) for each in node.args]
            return self._call(called, given, {str(word.arg): self._where(word.value, names) for word in node.keywords},
                              node, names)
        if isinstance(called, Method) and called.name == "register_buffer" and len(node.args) > 1:
            given = [*self._elements(node.args[:1], names), *self._numbers(node.args[1:2], names),
                     *self._elements(node.args[2:], names)]
        else:
            given = self._numbers(node.args, names) if called in PARAMETERS else self._elements(node.args, names)
        if called == Path("builtins.super"):
            return self._super(given, names)
        named: Names = {}
        for word in node.keywords:
            value = self.value(word.value, names)
            if word.arg is None:
                more = self.plain.work(dict, self.context.need(value))
                named |= more
            elif word.arg in named:
                raise self.context.error("“{name}” is given twice", name=word.arg)
            else:
                named[word.arg] = value
        self.context.line = node.lineno
        return self._call(called, given, named, node, names)

    def _numbers(self, nodes: Sequence[ast.expr], names: Names) -> list[Any]:
        """What a parameter of a class's own begins with; only its kind matters where torch alone computes it."""
        try:
            return self._elements(nodes, names)
        except ReadingError as error:
            if self.context.exact or self.context.trying or not all(self._is_torchs(each, names) for each in nodes):
                raise
            return [Numbers("", error)]

    def _is_torchs(self, node: ast.expr, names: Names) -> bool:
        """Whether all that is called there is torch's, so that nothing else is another afterwards."""
        parts = [*ast.walk(node)]
        if any(isinstance(part, (ast.NamedExpr, ast.Lambda, ast.Await, ast.comprehension)) for part in parts):
            return False
        roots = [_root(part.func) for part in parts if isinstance(part, ast.Call)]
        found = [(_place(root.id, names) or self.context.globals).get(root.id) for root in roots
                 if isinstance(root, ast.Name)]
        return len(found) == len(roots) and all(isinstance(each, Path) and each.name.startswith((
            "torch", "math", "numpy")) for each in found)

    def _where(self, node: ast.expr, names: Names) -> Any:
        """A device; one of which this code says nothing changes no network."""
        try:
            return self.value(node, names)
        except ReadingError as error:
            used = [(_place(each.id, names) or self.context.globals).get(each.id) for each in ast.walk(node)
                    if isinstance(each, ast.Name)]
            if not all(each is None or isinstance(each, (str, int, Path, Unknown, Marker)) for each in used) or any(
                    isinstance(each, ast.NamedExpr) for each in ast.walk(node)):
                raise
            return Unknown(_text(node), error)

    # -- assigning: see there -----------------------------------------------------------------------------------------

    def bind(self, name: str, value: Any, names: Names) -> None:
        """Put a value under a name, where the name lives."""
        names.get(SETS, {}).get(name, names)[name] = value

    def store(self, target: ast.expr, value: Any, names: Names) -> None:
        """Put a value under a name, an attribute or a key. Raises ReadingError."""
        self.assigning.store(target, value, names)


def _place(name: str, names: Names) -> Names | None:
    """The names, from these outwards, that have such a one; those of a class are not seen from its methods."""
    around: Names | None = names
    while around is not None:
        target = around.get(SETS, {}).get(name)
        if target is not None:
            return target if name in target else None
        if name in around and (around is names or "__class_body__" not in around):
            return around
        around = around.get(OUTER)
    return None


def _only_looks(call: ast.Call) -> bool:
    """Whether what is printed is only measured: nothing is another afterwards."""
    parts = [part for word in (*call.args, *(word.value for word in call.keywords)) for part in ast.walk(word)]
    if any(isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for part in parts):
        return False
    called = [part.func for part in parts if isinstance(part, ast.Call)]
    return all(getattr(func, "attr", getattr(func, "id", "")) in SPOKEN for func in called)


def _root(node: ast.expr) -> ast.expr:
    """What the first thing in a chain of names and calls is."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def _is_open(value: Any) -> bool:
    """Whether it is known only when the network runs, or to the caller of the code."""
    return isinstance(value, (Tensor, Unknown, Marker, Path, Size, Parameter, Last, Zeros))


def _as_value(value: Any) -> Any:
    """What comes of something that is not known, and is not called."""
    if not isinstance(value, Method):
        return value
    return Unknown(value.name, value.error, of=Reach([*reached(value)]))


def _scaled_shape(one: Any, two: Any) -> tuple[int, ...] | None:
    """The shape of a tensor of fixed numbers that is joined with one number; None of all else."""
    for each, other in ((one, two), (two, one)):
        if isinstance(each, (Buffer, Numbers)) and isinstance(other, (int, float)):
            return each.layer.shape if isinstance(each, Buffer) else each.shape
    return None


def _has_own(value: Any, *names: str) -> bool:
    """Whether the code itself says what these operators do with an object."""
    return isinstance(value, Instance) and any(value.kind.find(name) is not None for name in names)


def _is_unchanged(now: Tensor, then: Tensor) -> bool:
    return now is then or (now.node == then.node and now.stale is then.stale)


def _has_sizes(values: Sequence[Any]) -> bool:
    return any(isinstance(each, Size) for each in values)


def _same_sizes(one: Sequence[Any], two: Sequence[Any], equal: bool) -> bool | None:
    """Whether sizes are the same; None where only a run would tell."""
    if len(one) != len(two):
        return not equal
    known = [a == b if type(a) is type(b) is int or a == b else None for a, b in zip(one, two, strict=True)]
    if False in known:
        return not equal
    return equal if None not in known else None


def _text(node: ast.AST) -> str:
    return ast.unparse(node)[:40]
