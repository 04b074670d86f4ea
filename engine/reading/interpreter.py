"""PyTorch code followed call by call with stand-ins for tensors: nothing of it is executed. No torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from engine.blocks.custom import Custom
from engine.layers.code import Code
from engine.reading.context import DEEPEST, Context, Names
from engine.reading.expressions import Expressions
from engine.reading.functions import call_function
from engine.reading.modules import Modules
from engine.reading.plain import BUILTINS, METHODS, Plain
from engine.reading.statements import Statements
from engine.reading.values import (
    OPAQUE,
    Chain,
    Class,
    Function,
    Instance,
    Marker,
    Module,
    Path,
    ReadingError,
    Returned,
    Sheet,
    SizesOf,
    Tensor,
    Unknown,
)


class Interpreter:
    """Follows what code calls, with one who follows its statements and one who works out its expressions."""

    def __init__(self, source: str = "", exact: bool = False) -> None:
        self.context = Context(source, exact)
        self.plain = Plain(self.context)
        self.modules = Modules(self.context, self.plain)
        self.expressions = Expressions(self.context, self.plain, self.modules, self.called)
        self.statements = Statements(self.context, self.plain, self.expressions)

    # -- calls --------------------------------------------------------------------------------------------------------

    def called(self, called: Any, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        """What a call gives. Raises ReadingError."""
        if isinstance(called, Path):
            return self._path_called(called.name, given, named, node, names)
        if isinstance(called, Function):
            return self.function_called(called, given, named)
        if isinstance(called, Class):
            return self.made_instance(called, given, named, node)
        if isinstance(called, (Module, Chain, Instance)):
            return self.module_called(called, given, named)
        if isinstance(called, Marker):
            return called
        if isinstance(called, tuple) and len(called) == 2 and isinstance(called[1], str):
            return self._method_called(called[0], called[1], given, named)
        raise self.context.error("“{text}” cannot be called here", text=ast.unparse(node.func)[:40])

    def _path_called(self, path: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        scope, _, name = path.rpartition(".")
        if scope == "builtins":
            if any(isinstance(value, Unknown) for value in given):
                return Unknown(ast.unparse(node)[:40])
            if name == "float" and given and given[0] in ("-inf", "inf"):
                return OPAQUE
            values = (list(self.plain.iterate(value)) if isinstance(value, Chain) else value for value in given)
            return self.plain.work(BUILTINS[name], *values, **named)
        if scope == "super" or path == "super":
            return self._super_called(name, given, named, names)
        if path.endswith("Parameter"):
            raise self.context.error("A parameter of the class's own is no layer here")
        if scope in ("torch.nn", "nn", "torch.nn.modules"):
            return self.modules.torch_module(name, given, named)
        if scope.startswith("collections") or name == "OrderedDict":
            return self.plain.work(dict, *given)
        if scope.startswith("torch.nn.init") or name in ("manual_seed", "no_grad"):
            return None
        if scope.startswith("torch") or scope in ("operator", "F"):
            if self.context.sheet is None or not _has_tensor([*given, *named.values()]):
                return self.modules.plain_tensor(name, given, named)
            return call_function(self.context, name, given, named)
        raise self.context.error("“{name}” is not known here: only PyTorch and what this code defines can be read",
                                 name=path)

    def _method_called(self, owner: Any, name: str, given: list[Any], named: Names) -> Any:
        if isinstance(owner, Tensor):
            return call_function(self.context, name, [owner, *given], named)
        if isinstance(owner, (Chain, Module)):
            return self.modules.container_method(owner, name, given)
        if isinstance(owner, SizesOf) and name == "numel":
            return OPAQUE
        if name not in METHODS.get(type(owner), ()):
            return self.modules.buffer_method(owner, name, given)
        result = self.plain.work(getattr(owner, name), *given, **named)
        self.plain.check_length(owner)
        return result

    # -- functions ----------------------------------------------------------------------------------------------------

    def function_called(self, function: Function, given: list[Any], named: Names) -> Any:
        """A function or method of the code, followed with these arguments. Raises ReadingError."""
        if self.context.depth >= DEEPEST:
            raise self.context.error("These calls are nested too deeply")
        names = self._bound(function, given, named)
        self.context.depth += 1
        try:
            self.statements.run(function.made.body, names)
        except Returned as returned:
            return returned.value
        finally:
            self.context.depth -= 1
        return None

    def _bound(self, function: Function, given: list[Any], named: Names) -> Names:
        arguments = function.made.args
        expected = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
        values = [function.owner, *given] if function.owner is not None else given
        if len(values) > len(expected) and arguments.vararg is None:
            raise self.context.error("{name} takes {most} arguments, not {count}", name=function.made.name,
                                     most=len(expected), count=len(values))
        names: Names = dict(zip(expected, values, strict=False))
        if arguments.vararg is not None:
            names[arguments.vararg.arg] = tuple(values[len(expected) :])
        defaults = dict(zip(expected[::-1], arguments.defaults[::-1], strict=False))
        defaults |= {argument.arg: default for argument, default in
                     zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is not None}
        expected += [argument.arg for argument in arguments.kwonlyargs]
        rest = {name: value for name, value in named.items() if name not in expected}
        if rest and arguments.kwarg is None:
            raise self.context.error("{name} has no argument “{argument}”", name=function.made.name,
                                     argument=next(iter(rest)))
        if arguments.kwarg is not None:
            names[arguments.kwarg.arg] = rest
        names |= {name: value for name, value in named.items() if name in expected}
        for name in expected:
            if name not in names:
                names[name] = self.expressions.value(defaults[name], {}) if name in defaults else Unknown(name)
        if function.owner is not None:
            names["__class__"] = function.owner.kind.home(function.made)  # as Python itself does for “super”
        return names

    def _super_called(self, name: str, given: list[Any], named: Names, names: Names) -> Any:
        """``super().__init__()`` and the like: a base in the same code is followed, torch's own do nothing here."""
        home, owner = names.get("__class__"), next(iter(names.values()), None)
        method = home.inherited(name) if isinstance(home, Class) and isinstance(owner, Instance) else None
        return self.function_called(Function(method, owner), given, named) if method else None

    # -- the code's own classes, and modules ---------------------------------------------------------------------------

    def made_instance(self, kind: Class, given: list[Any], named: Names, node: ast.Call | None) -> Any:
        """An object of one of the code's own classes. Raises ReadingError."""
        made = Instance(kind)
        if node is not None:
            made.arguments = ast.unparse(node).partition("(")[2][:-1]
        if kind.method("forward") is None:
            raise self.context.error("{name} has no forward method", name=kind.made.name)
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

    def module_called(self, module: Any, given: list[Any], named: Names) -> Any:
        """A module called in ``forward``. Raises ReadingError."""
        if isinstance(module, Module):
            return self.modules.layer_called(module, given, named)
        if isinstance(module, Instance):
            return self._instance_called(module, given, named)
        if not module.calls or not given:
            raise self.context.error("A list of layers is not called: go through it with “for”")
        x = given[0]
        for _, part in module.parts:
            x = self.module_called(part, [x], {})
        return x

    def _instance_called(self, made: Instance, given: list[Any], named: Names) -> Any:
        """One layer with a graph of its own inside; with several tensors, and read exactly, its layers one by one."""
        forward = made.kind.method("forward")
        assert forward is not None
        if self.context.exact or len(given) != 1 or named or not isinstance(given[0], Tensor):
            return self.function_called(Function(forward, made), given, named)
        if made.block is None:
            made.block = Module(self._block(made, forward), made.name)
        return self.context.call(made.block, given)

    def _block(self, made: Instance, forward: ast.FunctionDef) -> Any:
        """A block of a person's own; code where its inside cannot be read but stands alone. Raises ReadingError."""
        outer, line = self.context.sheet, self.context.line
        self.context.sheet = Sheet()
        try:
            output = self.function_called(Function(forward, made), [self.context.sheet.input], {})
            if not isinstance(output, Tensor) or output == self.context.sheet.input:
                raise self.context.error("{name} must return one tensor that its layers made", name=made.kind.made.name)
            return Custom(label=_words(made.kind.made.name)[:60], graph=self.context.sheet.graph(output))
        except ReadingError:
            code = self._code(made)
            if code is None:
                raise
            return code
        finally:
            self.context.sheet, self.context.line = outer, line

    def _code(self, made: Instance) -> Code | None:
        """The class as a layer that is code, if it needs nothing else of the source."""
        source = ast.get_source_segment(self.context.source, made.kind.made)
        own = {name for name, value in self.context.globals.items() if isinstance(value, (Class, Function))}
        used = {node.id for node in ast.walk(made.kind.made) if isinstance(node, ast.Name)}
        imported = {name for name, value in self.context.globals.items() if isinstance(value, Path)} - {"torch", "nn"}
        if self.context.exact or source is None or used & (own | imported):
            return None
        return Code(source=source + "\n", made_with=made.arguments)


def _has_tensor(values: Sequence[Any]) -> bool:
    return any(isinstance(value, Tensor) or (isinstance(value, (list, tuple)) and _has_tensor(value))
               for value in values)


def _words(name: str) -> str:
    """``NestMlp`` as ``Nest Mlp``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
