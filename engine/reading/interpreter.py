"""PyTorch code followed call by call with stand-ins for tensors: nothing of it is executed. No torch."""

from __future__ import annotations

import ast
import copy
import itertools
import math
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.reading.context import DEEPEST, Context
from engine.reading.dimensions import fans
from engine.reading.expressions import PARAMETERS, Expressions
from engine.reading.functions import Functions, OpenShape
from engine.reading.leaving import changes_given, reaches_out
from engine.reading.library import BOOK
from engine.reading.modules import UNSAID, Buffer, Modules
from engine.reading.objects import Objects
from engine.reading.optimizing import is_optimizer, optimized, takes_more
from engine.reading.options import Options
from engine.reading.ordering import Ordering
from engine.reading.plain import BUILTINS, MATH, METHODS, OBJECTS, Plain
from engine.reading.reach import PASSING, holds_tensor, reached, reaching, unread_tensor
from engine.reading.sizes import BATCH
from engine.reading.statements import OUTER, LostError, Statements, has_part
from engine.reading.sure import is_sure_call
from engine.reading.switches import DEFAULTS, FLOWS, IN_32_BITS, REASONS, keeps_kind, switch
from engine.reading.tracing import FORWARD, Tracing
from engine.reading.values import (
    OPAQUE,
    TRAINING,
    Chain,
    Class,
    Function,
    Instance,
    Last,
    Lost,
    Marker,
    Method,
    Module,
    Names,
    Once,
    OwnParameterError,
    Parameter,
    Path,
    ReadingError,
    Returned,
    SpentError,
    Storage,
    Super,
    Tensor,
    Unknown,
    every_module,
    is_module,
)
from engine.writing.uses import KEEP


class Interpreter:
    """Follows what code calls, with one who follows its statements and one who works out its expressions."""

    def __init__(self, source: str = "", exact: bool = False, cancelled: Callable[[], bool] | None = None) -> None:
        self.context = Context(source, exact, *([cancelled] if cancelled else []))
        self.plain = Plain(self.context)
        self.modules = Modules(self.context)
        self.functions = Functions(self.context)
        self.expressions = Expressions(self.context, self.plain, self.modules, self.functions, self.called)
        self.statements = Statements(self.context, self.plain, self.expressions, self.decorated)
        self.objects = Objects(self)
        self.tracing, self.ordering = Tracing(self), Ordering(self.plain, self._given)
        self.modules.follow, self.plain.asked = self.function_called, self._asked
        self._book: Names | None = None
        self._yields: dict[ast.AST, bool] = {}  # functions, and whether they are generators

    # -- calls --------------------------------------------------------------------------------------------------------

    def called(self, called: Any, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        """What a call gives. Raises ReadingError."""
        found = reaching(self._called(called, given, named, node, names), called, given, named)
        self.context.strange += isinstance(found, Unknown)
        return found

    def _given(self, called: Any, given: list[Any]) -> Any:
        """What a call gives that stands nowhere in the text."""
        return self.called(called, given, {}, FORWARD, {})

    def _called(self, called: Any, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        if isinstance(called, Path):
            return self._path_called(self._full(called.name), given, named, node, names)
        if isinstance(called, Method):
            return self._method_called(called.owner, called.name, given, named)
        if isinstance(called, Unknown):
            self.statements.changed_in_place(node, names)
            self._follow_lost(called, given, named) if isinstance(called, Lost) else None
            return self._unknown_called(called, [*given, *named.values()])
        if isinstance(called, Function):
            return self.function_called(called, given, named)
        if isinstance(called, Class):
            return self.made_instance(called, given, named, node)
        if isinstance(called, (Module, Chain, Instance)):
            return self._module_or_value(called, given, named, node)
        if isinstance(called, Partial):
            return self.called(called.function, [*called.given, *given], {**called.named, **named}, node, names)
        if isinstance(called, Marker):
            self._optimized(given[0]) if given and takes_more(node) else None
            return called
        if isinstance(called, type):  # of a named tuple
            return self.plain.work(called, *given, **named)
        raise self.context.error("“{text}” cannot be called here", text=ast.unparse(node.func)[:40])

    def _full(self, path: str) -> str:
        """The name by which torch's own documentation knows it."""
        if path.startswith("torch.nn.modules.") and path.count(".") > 3:
            return f"torch.nn.{path.rpartition('.')[2]}"
        return path

    def _unknown_called(self, called: Unknown, given: list[Any]) -> Any:
        """Nothing is known of what it does: tensors that it is given may be others afterwards."""
        if called.error is not None and holds_tensor([called, *given]):
            raise called.error
        if called.error is None:
            raise self.context.error("“{text}” cannot be called here", text=called.name)
        if called.of is not None and called.of.fills:
            called.of.parts.extend(part for value in given for part in reached(value))
        return called

    def _follow_lost(self, called: Lost, given: list[Any], named: Names) -> None:
        """A function under a decorator that is not known may run or not: what it would change is not known."""
        function = called.function
        if called.error is None or not isinstance(function.made, ast.FunctionDef) or self.context.depth >= DEEPEST:
            return
        self.context.depth += 1
        self.context.builder.append(function.owner)
        try:
            self.statements.lose(function.made.body, called.error, self._bound(function, given, named))
        except (Returned, LostError):
            pass
        except ReadingError:
            for part in reached([*given, *named.values()]):
                self.context.taint(part, called.error)
        finally:
            self.context.builder.pop()
            self.context.depth -= 1

    def _module_or_value(self, called: Any, given: list[Any], named: Names, node: ast.Call) -> Any:
        """Outside of ``forward`` nothing is known of what a network gives."""
        if self.context.sheet is None and not self.context.exact and not any(
                isinstance(value, Tensor) for value in given) and (is_module(called)):
            if isinstance(called, Module) and not given:
                return self.module_called(called, given, named)
            return Unknown(ast.unparse(node)[:40], self.context.error("What comes out of a network is not known here"))
        return self.module_called(called, given, named)

    def _path_called(self, path: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        scope, _, name = path.rpartition(".")
        if not is_sure_call(path, given, named):
            self.context.must_succeed()
        if (error := unread_tensor([*given, *named.values()])) is not None:
            raise error
        if name.startswith("register_module_") and path.startswith("torch."):
            self.context.spoil(Path(scope), name)
        if scope == "builtins":
            return self._builtin_called(name, given, named, node, names)
        if path.startswith(("d2l.", "d2lzh")) and not self.context.exact:
            return self._book_called(path, given, named, node)
        if path == "numpy.prod" and len(given) == 1 and not named:
            return self.plain.work(math.prod, self.plain.whole(given[0]))
        if scope == "math":
            return self._math_called(name, given, node)
        if Path(path) in PARAMETERS:
            return self._own_parameter([*given, named.get("data")][0])
        if scope in ("torch.nn", "nn", "torch.nn.parallel"):
            return self._torch_module(name, given, named)
        if name == "OrderedDict":
            return self.plain.work(dict, *map(self.plain.whole, given), **named)
        if path in ("re.search", "re.match", "re.fullmatch") and len(given) == 2 and not named:
            return self.plain.matches(name, *given)
        if path == "collections.namedtuple":
            return self.plain.work(namedtuple, *map(self.plain.whole, given), **named)
        if path == "functools.wraps":
            return OPAQUE
        if path == "dataclasses.dataclass" and not given and named.keys() <= {"eq", "repr", "frozen", "order"}:
            return Path(path)
        if scope == "torch.nn.init":
            return self._begun(name, given, named)
        if name in ("manual_seed", "set_num_threads", "seed"):
            return None
        if (found := switch(path, given, named)) is not None:
            return self._switched(name, found)
        if path.startswith("torch.") and name in DEFAULTS:
            return None if given and keeps_kind("dtype", given[0]) else self.context.note(IN_32_BITS)
        if path in ("copy.deepcopy", "copy.copy"):
            return self._copied(given, path == "copy.copy")
        if path == "types.MethodType" and len(given) == 2 and isinstance(given[0], Function) and (
                given[0].owner is None and not named):
            return replace(given[0], owner=given[1])
        if scope == "builtins.object" and given:
            return self.objects.by_object(name, given)
        if path in ("functools.partial", "partial"):
            return Partial(given[0], given[1:], named)
        if path in ("torch.compile", "torch.jit.script", "torch.jit.ignore") and given and is_module(given[0]):
            return given[0]
        if path == "argparse.ArgumentParser" and "parents" not in named:
            return Options(self.context, self._given)
        if scope == "operator" and name in ("attrgetter", "itemgetter", "methodcaller") and given:
            return Partial(Path(f"{path}()"), given, named)
        if path.startswith("operator.") and path.endswith("()"):
            return self._got(name, given, named, names)
        if path in ("operator.setitem", "operator.delitem") and given:
            return self._rebuilt(path, given[:1])
        if path.startswith("itertools."):
            return self._itertools(name, given, node)
        if scope.partition(".")[0] == "torch" or scope in ("operator", "F"):
            return self._torch_called(path, scope, name, given, named, node)
        return self._foreign_called(path, [*given, *named.values()], node)

    def _own_parameter(self, value: Any) -> Unknown:
        error = OwnParameterError("A parameter of the class's own is no layer here", line=self.context.line)
        error.owner = self.context.builder[-1] if self.context.builder else None
        error.shape = value.layer.shape if isinstance(value, Buffer) else getattr(value, "shape", None)
        return Unknown("parameter", error)

    def _switched(self, name: str, found: Marker) -> Marker:
        """``set_grad_enabled`` holds from now on, the others only around what they are put around."""
        if name == "set_grad_enabled" and found in REASONS and self.context.sheet is not None:
            self.context.refuse(self.context.error(REASONS[found]))
        return found

    def _torch_module(self, name: str, given: list[Any], named: Names) -> Any:
        made = self.modules.torch_module(name, given, named)
        self._at_top(made) if is_module(made) else None
        return made

    def _at_top(self, made: Any) -> None:
        if self.context.depth == 0 and self.context.sheet is None:
            self.context.made.append(made)

    def _torch_called(self, path: str, scope: str, name: str, given: list[Any], named: Names, node: ast.Call) -> Any:
        if name == "vector_to_parameters" and len(given) == 2:
            for value in self.plain.iterate(given[1]):
                self.modules.fill(value, name, [], {})
            return None
        if scope.startswith("torch.nn.utils") and not name.startswith(("clip_grad", "parameters_to")):
            return self._rebuilt(path, given)
        if scope.startswith(("torch.ao", "torch.quantization", "torch.jit")) and any(map(is_module, given)):
            return self._rebuilt(path, given)
        if scope == "operator" and (symbol := _OPERATORS.get(name.strip("_"))) and len(given) == 2:
            return self.expressions.joined(ast.BinOp(ast.Name("a"), symbol(), ast.Name("b"), lineno=self.context.line,
                                                     col_offset=0), symbol(), *given)
        if _has_tensor([*given, *named.values()]) and self.context.sheet is not None:
            return self.functions.call(name, given, named, scope)
        if scope.startswith("torch.nn.") and name == "__init__" and given and isinstance(given[0], Instance):
            return self.objects.torch_super(given[0], name, given[1:], named)
        if scope.startswith("torch.nn.") and given and is_module(given[0]) and scope.rpartition(".")[2][:1].isupper():
            return self._of_class(path, name, given, named)
        if path == "torch.fx.symbolic_trace" and len(given) == 1:
            return given[0]
        if is_optimizer(scope):
            self._optimized(given[0] if given else named.get("params"))
        if name == "from_pretrained" and scope.startswith("torch.nn."):
            raise self.context.error("“{name}” begins with weights that are given: make the layer, and load them",
                                     name=path.removeprefix("torch."))
        if scope.startswith("torch.") and scope not in ("torch.nn.functional", "torch.random", "torch.linalg"):
            if given and is_module(given[0]):
                return Unknown(ast.unparse(node)[:40], self.context.error(
                    "What “{name}” makes of a network is not known here", name=path))
            return OPAQUE if not self.context.exact else self._none(name)
        if name == "linspace" and len(given) == 3 and not self.context.exact and (
                type(given[2]) is int and all(type(each) in (int, float) for each in given[:2])):
            return self._linspace(*given)
        if named.get("requires_grad") is True and not self.context.exact:
            return Unknown("parameter", self.context.error(
                "A tensor that learns is kept outside of PyTorch's sight here: make it an nn.Parameter(…)"))
        unknown = self._unknown_in([*given, *named.values()])
        if unknown is not None and not self.context.exact:
            return Unknown(ast.unparse(node)[:40], unknown.error or self.context.error(
                "“torch.{name}” is no layer here", name=name))
        if name in ("is_available", "device_count", "Generator", "optim") and not self.context.exact:
            return OPAQUE
        return self.modules.plain_tensor(name, given, named)

    def _of_class(self, path: str, name: str, given: list[Any], named: Names) -> Any:
        """A method of torch's class called with its object: ``nn.Module.apply(net, f)``. Raises ReadingError."""
        if name == "convert_sync_batchnorm":
            return given[0]  # layers of the same numbers
        if name in ("__init__", "__setitem__", "__delitem__") and not isinstance(given[0], Instance):
            return self._rebuilt(path.removeprefix("torch."), given[:1])
        return self.objects.method(given[0], name, given[1:], named)

    def _optimized(self, params: Any) -> None:
        self.context.optimized.append(optimized(self.context, self.plain, params))

    def _linspace(self, start: float, end: float, count: int) -> list[float]:
        """Numbers at equal distances, as they are used for rates."""
        self.context.spend(max(count, 0))
        return [start + (end - start) * place / (count - 1) if count > 1 else start for place in range(count)]

    def _none(self, name: str) -> Any:
        raise self.context.error("“torch.{name}” is no layer here", name=name)

    def _rebuilt(self, path: str, given: list[Any]) -> Any:
        """What changes modules in ways of its own."""
        error = self.context.error("“{name}” changes a layer in a way that cannot be read", name=path)
        for value in given:
            if is_module(value):
                self.context.taint(value, error)
        raise error

    def _foreign_called(self, path: str, given: list[Any], node: ast.Call) -> Any:
        error = self.context.error("“{name}” is not known here: only PyTorch and what this code defines can be read",
                                   name=path)
        if self.context.exact or holds_tensor(given):
            raise error
        if path.endswith("_") and any(isinstance(value, Parameter) for value in given):
            self.context.note(UNSAID)  # as “trunc_normal_” of others
        if path.startswith(PASSING):  # which go through what they are given, or call it
            for value in given if path.startswith(("collections.", "functools.reduce")) else ():
                list(value) if isinstance(value, Once) else None
            if (made := next((value for value in given if isinstance(value, Function)), None)) is not None:
                for part in reached(given) if changes_given(made.made) else ():
                    self.context.taint(part, error)
                return Lost(ast.unparse(node)[:40], error, function=made)
        return Unknown(ast.unparse(node)[:40], error)

    def _begun(self, name: str, given: list[Any], named: Names) -> Any:
        if name == "calculate_gain":
            from engine.reading.beginnings import gain  # needed for few texts

            return self.plain.work(gain, *given, **named)
        named = dict(named)
        target = given[0] if given else named.pop("tensor", None)
        if name == "_calculate_fan_in_and_fan_out":
            return fans(target) or (OPAQUE, OPAQUE)
        self.modules.fill(target, name if name.endswith("_") else f"{name}_", given[1:], named)
        return target

    def _copied(self, given: list[Any], shallow: bool) -> Any:
        value = self.context.need(given[0]) if given else None
        if isinstance(value, Tensor):
            raise self.context.error("“copy” of a tensor cannot be read here")
        self.context.spend(self.plain.cost(value) + 50 * sum(1 for _ in every_module(value)))
        if isinstance(value, Instance) and any(value.kind.find(name) for name in ("__copy__", "__deepcopy__",
                                                                                  "__reduce__", "__getstate__")):
            raise self.context.error("How an object is copied here cannot be read")
        if not shallow or (isinstance(value, Module) and not value.layer.has_weights()):
            return copy.deepcopy(value)
        if is_module(value):
            raise self.context.error("This copy shares its weights with the layer: take the layer itself, or "
                                     "copy.deepcopy")
        return replace(value, attributes=dict(value.attributes)) if isinstance(value, Instance) else copy.copy(value)

    def _got(self, how: str, given: list[Any], named: Names, names: Names) -> Any:
        """What ``operator.attrgetter("a.b")(value)`` and its like give; the value comes last. Raises ReadingError."""
        *asked, owner = given
        if how == "methodcaller()":
            method = self.expressions.attribute(owner, self.context.as_name(asked[0]))
            return self.called(method, asked[1:], named, FORWARD, names)
        if len(asked) != 1:
            raise self.context.error("“{text}” cannot be called here", text=f"operator.{how}")
        if how == "itemgetter()":
            return self.expressions.item(owner, asked[0], how)
        for name in self.context.as_name(asked[0]).split("."):
            owner = self.expressions.attribute(owner, name)
        return owner

    def _math_called(self, name: str, given: list[Any], node: ast.Call) -> Any:
        unknown = next((value for value in given if isinstance(value, Unknown)), None)
        if unknown is not None:
            return unknown
        if self.context.exact or name not in MATH or not callable(MATH[name]):
            raise self.context.error("“{name}” is not known here: only PyTorch and what this code defines can be read",
                                     name=f"math.{name}")
        return self.plain.work(MATH[name], *given)

    def _itertools(self, name: str, given: list[Any], node: ast.Call) -> Any:
        if name == "chain":
            return self.plain.once(itertools.chain(*map(self.plain.iterate, given)))
        if name == "product" and len(given) == 2:
            return self.plain.once(itertools.product(*map(list, map(self.plain.iterate, given))))
        return self._foreign_called(f"itertools.{name}", given, node)

    # -- builtins ------------------------------------------------------------------------------------------------------

    def _builtin_called(self, name: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        if name in OBJECTS:
            return self.objects.builtin(name, given, named, node, names)
        if name == "print":
            return None
        if name == "len" and len(given) == 1 and isinstance(given[0], Tensor):
            return BATCH
        if name == "len" and len(given) == 1 and isinstance(given[0], Instance) and given[0].kind.find("__len__"):
            return self._asked(given[0], "__len__", [])
        if name == "bool" and len(given) == 1:
            return self._as_bool(given[0], node)
        if name == "float" and given and given[0] in ("-inf", "inf"):
            return OPAQUE if self.context.exact or self.context.sheet else float(given[0])
        given = list(map(self.plain.whole, given)) if name not in ("len", "bool") else given
        unknown = self._unknown_in(given)
        if unknown is not None and name not in ("list", "tuple", "dict", "len"):
            return Unknown(ast.unparse(node)[:40], unknown.error)
        if any(isinstance(value, Unknown) for value in given):
            first = next(value for value in given if isinstance(value, Unknown))
            return Unknown(ast.unparse(node)[:40], first.error)
        if name in ("abs", "sum", "max", "min") and given and _has_tensor(given):
            return self._of_tensors(name, given, node)
        if any(isinstance(value, (Marker, Parameter, Path)) for value in given) and name not in ("list", "tuple"):
            return OPAQUE
        if name in ("max", "min", "sorted") and given and named.get("key") is not None:
            return self.ordering.builtin(name, given, named)
        if name == "str" and given and not isinstance(given[0], (str, int, float, bool, type(None))):
            raise self.context.error("This text cannot be worked out here")
        values = [self._gone_through(value, name) for value in given]
        return self.plain.work(BUILTINS[name], *values, **named)

    def _as_bool(self, value: Any, node: ast.Call) -> Any:
        if value is TRAINING:
            return value
        if isinstance(value, Unknown):
            return Unknown(ast.unparse(node)[:40], value.error)
        found = self.expressions.holds(value)
        return OPAQUE if found is None else found

    def _gone_through(self, value: Any, name: str) -> Any:
        if isinstance(value, (Chain, Instance)) and name not in ("bool", "str"):
            return list(self.plain.iterate(value))
        if isinstance(value, OpenShape):
            return self.functions.sizes_of(value, 0) if value.tensor.shape is not None else self._no_sizes()
        return value

    def _no_sizes(self) -> Any:
        raise self.context.error("How many dimensions this tensor has is not known here")

    def _unknown_in(self, given: list[Any]) -> Unknown | None:
        for value in given:
            for each in value if isinstance(value, (list, tuple)) and len(value) < 1000 else (value,):
                if isinstance(each, Unknown):
                    return each
        return None

    def _of_tensors(self, name: str, given: list[Any], node: ast.Call) -> Any:
        """``sum`` of tensors is one after the other added; ``max`` and the like look at numbers."""
        if name == "abs":
            return self.functions.call("abs", given, {})
        if name == "sum" and len(given) == 1 and isinstance(given[0], (list, tuple)):
            values = list(given[0])
            if len(values) > 1 and all(isinstance(value, Tensor) for value in values):
                return self.functions.together(ast.Add, values)
            total: Any = 0
            for value in values:
                total = self.expressions.joined(ast.BinOp(ast.Name("a"), ast.Add(), ast.Name("b"), lineno=node.lineno,
                                                          col_offset=0), ast.Add(), total, value)
            return total
        raise self.context.error("“{text}” cannot be read here", text=ast.unparse(node)[:40])

    # -- methods -------------------------------------------------------------------------------------------------------

    def _method_called(self, owner: Any, name: str, given: list[Any], named: Names) -> Any:
        if isinstance(owner, Super):
            return self._super_called(owner, name, given, named)
        if isinstance(owner, Tensor):
            return self.functions.call(name, [owner, *given], named, "torch.Tensor")
        if (isinstance(owner, float) and name == "item") or (isinstance(owner, list) and name == "tolist"):
            return owner  # numbers of ``torch.linspace``
        if isinstance(owner, OpenShape):
            return self.objects.of_shape(owner, name)
        if isinstance(owner, Options):
            return owner.asked(name, given, named)
        if name not in METHODS.get(type(owner), ()):
            self.context.must_succeed()
        if isinstance(owner, Last):
            layer: Any = self.context.drawing().nodes[owner.node].layer
            if name == "squeeze" and given == [0] and layer.num_layers == 1:
                return self.modules.last_step(owner, -1)
            raise self.context.error("Of a recurrent layer's last state only h[-1] can be read, in one direction")
        if isinstance(owner, (Module, Chain, Instance, Class, Parameter)) or name not in METHODS.get(type(owner), ()):
            return self.objects.method(owner, name, given, named)
        unknown = next((value for value in given if isinstance(value, Unknown)), None)
        if unknown is not None and name in ("pop", "insert", "get", "index", "setdefault", "join", "format"):
            if isinstance(owner, (list, dict)) and name in ("pop", "insert", "setdefault"):
                self.context.taint(owner, unknown.error or self.context.error("Where this is put is not known"))
            return unknown
        if unknown is not None and isinstance(owner, list) and name in ("extend", "remove"):
            self.context.taint(owner, unknown.error or self.context.error("What is put here is not known"))
            return None
        if isinstance(owner, list) and name == "sort" and named.get("key") is not None:
            return self.ordering.sort(owner, named)
        if name in ("extend", "update", "join") and given:
            given = [list(self.plain.iterate(given[0])) if not isinstance(given[0], dict) else given[0],
                     *map(self.plain.whole, given[1:])]
        return self.plain.method(owner, name, given, named)

    # -- functions ----------------------------------------------------------------------------------------------------

    def function_called(self, function: Function, given: list[Any], named: Names) -> Any:
        """A function or method of the code, followed with these arguments. Raises ReadingError."""
        if self.context.depth >= DEEPEST:
            raise SpentError("These calls are nested too deeply", line=self.context.line)
        if function.switch is not None and function.switch in REASONS and self.context.sheet is not None:
            self.context.refuse(self.context.error(REASONS[function.switch]))
        if self.context.is_own and function.name == KEEP and given:
            return given[0]
        names = self._bound(function, given, named)
        if function.made not in self._yields:
            self._yields[function.made] = isinstance(function.made, ast.FunctionDef) and has_part(
                function.made.body, (ast.Yield, ast.YieldFrom))
        if not self._yields[function.made]:
            return self._stepped_into(function, names)
        if isinstance(function.made, ast.FunctionDef) and reaches_out(function.made):
            error = self.context.error("What a generator changes on its way cannot be read")
            self.statements.lose(function.made.body, error, names)
            raise error
        return self.plain.once(self._generated(function, names))

    def _generated(self, function: Function, names: Names) -> Iterator[Any]:
        """What a generator gives: followed to its end before the first value is given."""
        found = self._stepped_into(function, names)
        self.context.need(found)
        yield from names.get("__yielded__", ())

    def _stepped_into(self, function: Function, names: Names) -> Any:
        outer, line = self.context.is_library, self.context.line
        self.context.is_library = outer or bool(function.around and function.around.get("__library__"))
        self.context.depth += 1
        self.context.builder.append(function.owner)
        self.context.frames.append((function, names))
        try:
            return self._followed(function, names)
        finally:
            self.context.builder.pop()
            self.context.frames.pop()
            self.context.depth -= 1
            if self.context.is_library is not outer:
                self.context.is_library, self.context.line = outer, line

    def _followed(self, function: Function, names: Names) -> Any:
        if isinstance(function.made, ast.Lambda):
            return self.expressions.value(function.made.body, names)
        try:
            self.statements.run(function.made.body, names)
        except Returned as returned:
            return returned.value
        return None

    def _bound(self, function: Function, given: list[Any], named: Names) -> Names:
        arguments = function.made.args
        expected = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
        values = [function.owner, *given] if function.owner is not None else given
        if len(values) > len(expected) and arguments.vararg is None:
            raise self.context.error("{name} takes {most} arguments, not {count}", name=function.name,
                                     most=len(expected), count=len(values))
        names: Names = dict(zip(expected, values, strict=False))
        twice = next((name for name in named if name in names), None)
        if twice is not None:
            raise self.context.error("“{name}” is given twice", name=twice)
        if arguments.vararg is not None:
            names[arguments.vararg.arg] = tuple(values[len(expected) :])
        defaults = function.defaults or {}
        expected += [argument.arg for argument in arguments.kwonlyargs]
        rest = {name: value for name, value in named.items() if name not in expected}
        if rest and arguments.kwarg is None:
            raise self.context.error("{name} has no argument “{argument}”", name=function.name,
                                     argument=next(iter(rest)))
        if arguments.kwarg is not None:
            names[arguments.kwarg.arg] = rest
        names |= {name: value for name, value in named.items() if name in expected}
        for name in expected:
            if name not in names:
                names[name] = defaults[name] if name in defaults else self._missing(function, name)
        if function.around is not None:
            names[OUTER] = function.around
        if function.home is not None and values:  # as Python itself does for “super”
            names["__class__"], names["__self__"] = function.home, values[0]
        return names

    def _missing(self, function: Function, name: str) -> Unknown:
        """Only a constructor that nobody calls has values that are not known."""
        if not self.context.exact and not (function.name == "__init__" and self._is_unasked(function)):
            raise self.context.error("{name} needs a value for “{argument}”", name=function.name, argument=name)
        return Unknown(name)

    def _is_unasked(self, function: Function) -> bool:
        return isinstance(function.owner, Instance) and function.owner.given is None

    def _super_called(self, where: Super, name: str, given: list[Any], named: Names) -> Any:
        """``super().__init__()`` and the like, where no class of this code says what that is."""
        if isinstance(where.owner, Instance):
            return self.objects.torch_super(where.owner, name, given, named)
        if name in ("__init__", "__init_subclass__"):
            return None
        raise self.context.error("“super().{name}” cannot be read here", name=name)

    def _asked(self, owner: Instance, name: str, given: list[Any]) -> Any:
        """What an object's own method gives that Python itself asks for, as ``__len__``."""
        found = owner.kind.find(name)
        if not isinstance(found, Function):
            raise self.context.error("“{name}” of an object cannot be read here", name=name)
        return self.function_called(self.modules.bound(found, owner), given, {})

    # -- decorators ----------------------------------------------------------------------------------------------------

    def decorated(self, decorator: Any, made: Any, text: str) -> Any:
        """What a decorator makes of a function or class. Raises ReadingError where that is not known."""
        if isinstance(decorator, AddTo):
            if isinstance(made, Function):
                decorator.kind.is_changed = True
                decorator.kind.names[made.name] = replace(made, owner=None, home=decorator.kind)
            return made
        if isinstance(decorator, Method) and decorator.name == "setter" and isinstance(decorator.owner, Function) and (
                isinstance(made, Function)):
            return replace(decorator.owner, setter=made)
        found = switch(decorator.name, [], {}) if isinstance(decorator, Path) else decorator
        if isinstance(made, Function) and isinstance(found, Marker) and found in (*REASONS, FLOWS):
            return replace(made, switch=found)
        if isinstance(decorator, (Function, Class, Partial)) and not self.context.exact:
            return self.called(decorator, [made], {}, FORWARD, {})
        if decorator in (None, OPAQUE):
            return made
        if not isinstance(decorator, Path):
            return self._undecorated(text, made)
        name = decorator.name.rpartition(".")[2]
        kinds = {"staticmethod": "static", "classmethod": "class", "property": "property",
                 "cached_property": "cached"}
        if isinstance(made, Function) and name in kinds:
            return replace(made, kind=kinds[name])
        if isinstance(made, Class) and name == "dataclass":
            made.names["__dataclass__"] = True
            return made
        if name in ("abstractmethod", "wraps", "overload", "override", "export", "unused",
                    "ignore", "script_method", "total_ordering", "final"):
            return made
        return self._undecorated(text, made)

    def _undecorated(self, text: str, made: Any) -> Unknown:
        error = self.context.error("What the decorator “@{name}” does is not known", name=text)
        return Lost("", error, function=made) if isinstance(made, Function) else Unknown("", error)

    # -- the book's package --------------------------------------------------------------------------------------------

    def book(self) -> Names:
        """What the book's own package brings along, followed once."""
        if self._book is None:
            self._book = {"__library__": True}
            outer, line, self.context.is_library = self.context.is_library, self.context.line, True
            depth, self.context.depth = self.context.depth, self.context.depth + 1
            try:
                self.statements.run(ast.parse(BOOK).body, self._book)
            finally:
                self.context.is_library, self.context.line, self.context.depth = outer, line, depth
        return self._book

    def from_book(self, path: str) -> Any:
        """A class or function of the book's package, or None."""
        name = path.rpartition(".")[2]
        return self.book().get(name) if path.startswith("d2l") else None

    def _book_called(self, path: str, given: list[Any], named: Names, node: ast.Call) -> Any:
        name = path.rpartition(".")[2]
        if path == "d2l.tab.selected":  # which of the book's editions a line is of
            return any(each in ("pytorch", "all") for each in given)
        if name == "add_to_class" and given and isinstance(given[0], Class):
            return AddTo(given[0])
        found = self.from_book(path)
        if isinstance(found, Class):
            return self.made_instance(found, given, named, node)
        if isinstance(found, Function):
            return self.function_called(found, given, named)
        if path.startswith(("d2l.torch.nn.", "d2l.torch.torch.")):
            raise self.context.error("“{name}” is not known here: only PyTorch and what this code defines can be read",
                                     name=path)
        return self._foreign_called(path, [*given, *named.values()], node)

    # -- the code's own classes, and modules ---------------------------------------------------------------------------

    def made_instance(self, kind: Class, given: list[Any], named: Names, node: ast.Call | None) -> Any:
        """An object of one of the code's own classes. Raises ReadingError."""
        made = self.objects.made(kind, given, named, node)
        if is_module(made):
            self._at_top(made)
        return made

    def module_called(self, module: Any, given: list[Any], named: Names) -> Any:
        """A module called in ``forward``. Raises ReadingError."""
        self.context.need(module)
        if isinstance(module, Module):
            return self.modules.layer_called(module, given, named)
        if isinstance(module, Instance):
            return self.tracing.instance_called(module, given, named)
        if not module.calls or len(given) + len(named) != 1:
            raise self.context.error("A list of layers is not called: go through it with “for”")
        x = next(iter([*given, *named.values()]))
        for place, (_, part) in enumerate(module.parts):
            if self.context.is_own and isinstance(part, Instance) and not part.name:
                part.name = f"{module.name}__{place}"  # until they are one: no other is called so
            x = self.module_called(part, [x], {})
        return x


MANY = 2000  # things in a list that are looked at for tensors


class Partial:
    """A function with some of its arguments given."""

    def __init__(self, function: Any, given: list[Any], named: Names) -> None:
        self.function, self.given, self.named = function, given, named


class AddTo:
    """What ``d2l.add_to_class(Class)`` decorates with."""

    def __init__(self, kind: Class) -> None:
        self.kind = kind


_OPERATORS: dict[str, type[ast.operator]] = {"add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div,
                                             "matmul": ast.MatMult, "pow": ast.Pow, "floordiv": ast.FloorDiv,
                                             "mod": ast.Mod}  # fmt: skip


def _has_tensor(values: Sequence[Any], deep: int = 2) -> bool:
    return any(isinstance(value, Tensor) or (deep and isinstance(value, (list, tuple)) and len(value) < MANY
                                             and _has_tensor(value, deep - 1)) for value in values[:MANY])


__all__ = ["TRAINING", "Interpreter", "ReadingError", "Storage"]
