"""A class of the code as a layer that is code, with all that it uses of the text. No torch."""

from __future__ import annotations

import ast
import builtins
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any

from engine.layers.base import LayerError
from engine.layers.code import Code
from engine.layers.code.layer import INFERRED
from engine.layers.code.source import arguments, outline
from engine.messages import Message, say
from engine.reading.alone import ASKS, AT_HAND, asks_its_class, free_names, outside_of
from engine.reading.beginnings import begun_in
from engine.reading.lasting import Uses, changing_defaults, class_values, is_constant, is_flat, text_of, with_defaults
from engine.reading.sheet import keeps
from engine.reading.unsteady import counting
from engine.reading.values import (
    Class,
    Function,
    Instance,
    Module,
    Names,
    OwnParameterError,
    Path,
    ReadingError,
    Unknown,
    every_module,
    hanging,
)

if TYPE_CHECKING:
    from engine.reading.context import Context

GIVEN = {"torch": "torch", "nn": "torch.nn"}  # what a code layer has at hand by itself
MOST = 100_000  # characters
MOST_GIVEN = 100  # things in a list that it was made with


def code_of(context: Context, made: Instance) -> Code | None:
    """The class as code, if all that it needs is in the text and torch; None where it does not stand alone."""
    needs = _Needs(context)
    found = None if _is_followed(context, made) else _code(needs, made)
    if not isinstance(found, Code):
        return None
    context.coded += needs.made
    return found


def no_code(context: Context, made: Any, error: ReadingError) -> ReadingError:
    """The error that keeps a class from being followed, with what keeps it from being read as code, too."""
    if not isinstance(made, Instance) or _is_followed(context, made) or not isinstance(error, OwnParameterError):
        return error
    why = _code(_Needs(context), made)
    if isinstance(why, Code) or why is None:
        return error
    both = OwnParameterError("{reason}, and {name} does not stand alone as code: {why}", reason=error.message,
                             name=made.kind.made.name, why=why)
    both.line, both.owner, both.set_line = error.line, error.owner, error.set_line
    return both


def _is_followed(context: Context, made: Instance) -> bool:
    """Whether it cannot be code, whatever else it is."""
    return context.exact or made.kind.method("forward") is None or made.taint is not None or (
        made.kind.is_module and not made.is_begun)


def _code(needs: _Needs, made: Instance) -> Code | Message | None:
    """The class as code, or why it is none."""
    if made.is_changed:
        return say("it is changed after it was made")
    if (forward := made.kind.method("forward")) is not None and isinstance(forward.made, ast.FunctionDef) and any(
            ast.unparse(each) in ("classmethod", "staticmethod") for each in forward.made.decorator_list):
        return say("its forward is no method of an object")
    with_what = _written(made, needs.context.is_own)
    if with_what is None:
        return say("it is made with more than plain values")
    if made.has_twice:
        return say("it is made with one list twice")
    if hidden := _hidden_in(made):
        return say("“{name}” is kept where PyTorch does not see its weights", name=hidden)
    found = needs.of(made.kind)
    if found is None or "forward" not in made.kind.names:
        return needs.lacks
    _check_begun(needs.context, made)
    source = "\n\n\n".join(found) + "\n"
    try:
        if len(source) > MOST or outline(source).name != made.kind.made.name:
            return None
        arguments(with_what)
    except LayerError:
        return None
    return Code(source=source, made_with=with_what)


def _hidden_in(made: Instance) -> str:
    """A list with layers in it that learn, which torch does not look into."""
    for _, part in every_module(made):
        for name, value in part.attributes.items() if isinstance(part, Instance) else ():
            if isinstance(value, (list, tuple, dict)) and any(map(_learns, islice(
                    value.values() if isinstance(value, dict) else value, MOST_GIVEN))):
                return name
    return ""


def _learns(value: Any) -> bool:
    return isinstance(value, Instance) or (isinstance(value, Module) and keeps(value.layer))


def _check_begun(context: Context, made: Instance) -> None:
    """Raise a ReadingError where something else than the class says which of its weights learn, or how its own
    parameters begin; how its layers begin is noted.
    """
    errors = [value.error for value in (*made.attributes.values(), *made.hidden.values()) if isinstance(value, Unknown)]
    line = max((each.set_line for each in errors if isinstance(each, OwnParameterError)), default=0)
    found = begun_in(made)
    if found != made.begun and not line and [each.frozen for each in found] == [each.frozen for each in made.begun]:
        context.note("{name} is code: how its weights begin is said outside of it, which is not read along",
                     name=made.kind.made.name)
    elif line or found != made.begun:
        raise ReadingError("{name} is code: how its weights begin, and which of them learn, is said outside of it "
                           "here: say it in the class", line=line or made.line or None, name=made.kind.made.name)


def _written(made: Instance, is_own: bool) -> str | None:
    """What it was made with, as it can be typed; None where these are no plain values.

    ``is_own``: in a file of this program's, where what follows from the input is written along.
    """
    given, named = made.given or ([], {})
    values: list[tuple[str | None, Any]] = [*((None, value) for value in given), *named.items()]
    if made.given is None and any(isinstance(value, Unknown) for value in made.attributes.values()):
        constructor = made.kind.method("__init__")
        if constructor is not None and len(constructor.made.args.args) - 1 > len(constructor.made.args.defaults):
            return None
    values += _defaults(made, len(given), named)
    if not all(_is_plain(value) for _, value in values):
        return None
    if is_own:
        values = [(name, value) for name, value in values if name not in INFERRED]
    return ", ".join(repr(value) if name is None else f"{name}={value!r}" for name, value in values)


def _defaults(made: Instance, count: int, named: Names) -> list[tuple[str, Any]]:
    """Arguments that a code layer would take from its input, where the class's own default is meant."""
    constructor = made.kind.method("__init__")
    if made.given is None or constructor is None or not isinstance(constructor.made, ast.FunctionDef):
        return []
    arguments = constructor.made.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)][1:]
    given = dict(with_defaults(arguments))
    return [(argument.arg, _literal(value)) for argument, value in given.items() if argument.arg in INFERRED and (
        argument.arg not in names[:count] and argument.arg not in named)]


def _literal(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return value  # no plain value


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return hanging(value, MOST_GIVEN) <= MOST_GIVEN and all(map(_is_plain, value))
    return value is None or isinstance(value, (int, str, bool)) or (isinstance(value, float) and isfinite(value))


MEANS = "“{name}” does not mean the same all along"


class _Needs:
    """What a class uses, in the order in which it must stand."""

    def __init__(self, context: Context) -> None:
        self.context, self.globals = context, context.globals
        self.imports: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.made: list[ast.AST] = []  # definitions among them
        self.lacks: Message | None = None  # why it does not stand alone
        self._kind: Class | None = None

    def of(self, kind: Class) -> list[str] | None:
        """Imports, then what it uses, then itself; None where something is missing."""
        self._kind = kind
        if star := self.context.unsteady.star or self.context.uses.by_hand():
            self.lacks = say("with “{name}” any name may mean anything", name=star)
        if asked := asks_its_class(kind.made):
            self.lacks = say(ASKS, name=asked)
        self._add(kind.made.name, kind)
        if self.lacks is not None:
            return None
        imports = [_import(name, path) for name, path in self.imports.items() if GIVEN.get(name) != path]
        return ["\n".join(imports), *self.parts.values()] if imports else list(self.parts.values())

    def _add(self, name: str, value: Any) -> None:
        if name in self.parts or name in self.imports or self.lacks is not None:
            return
        unsteady = self.context.unsteady
        is_changed = name in unsteady.changed and not isinstance(value, Path)  # functions of a module are called
        if isinstance(value, (list, dict, set)):  # it can be changed under another name
            is_changed = is_changed or not self.context.uses.only_reads(name)
        if is_changed or (name in unsteady.bound and value is not self._kind):
            self.lacks = say(MEANS, name=name)
        elif isinstance(value, (Class, Function)):
            self._add_definition(name, value)
        elif isinstance(value, Path):
            if value.name.partition(".")[0] not in AT_HAND:
                self.lacks = say("it uses “{name}”", name=value.name)
            self.imports[name] = value.name
        elif is_constant(value) or is_flat(value):
            self.parts[name] = f"{name} = {text_of(value)}"
        else:
            self.lacks = say("“{name}” is no plain value", name=name)

    def _add_definition(self, name: str, value: Any) -> None:
        self.lacks = self._lack(name, value)
        if self.lacks is not None:
            return
        text = ast.get_source_segment(self.context.source, value.made) or ""
        text = "".join(f"@{ast.unparse(each)}\n" for each in value.made.decorator_list) + text
        self.imports.pop(name, None)
        try:
            waiting, at_once = free_names(text)
        except SyntaxError as error:  # such as a name of the function around it
            self.lacks = say("“{name}” is no code by itself: {reason}", name=name, reason=error.msg)
            return
        self.lacks = outside_of(value.made, waiting, self.context.unsteady.rewritten)
        if missing := waiting - self.globals.keys() - vars(builtins).keys():
            self.lacks = say("“{name}” is not defined", name=min(missing))
        if name in at_once:
            self.lacks = say("“{name}” is built on itself", name=name)
        if isinstance(value, Class) and name in self.context.unsteady.bound and _asks_itself(value.made):
            self.lacks = say(MEANS, name=name)
        self.parts[name] = ""  # it may use itself
        for used in sorted(waiting - {name}):
            if used in self.globals:
                self._add(used, self.globals[used])
        if early := [used for used in at_once if self.parts.get(used) == ""]:  # it is only begun
            self.lacks = say("“{name}” is built on itself", name=early[0])
        del self.parts[name]
        self.parts[name] = text
        self.made.append(value.made)

    def _lack(self, name: str, value: Any) -> Message | None:
        """Why a definition is not all that its name means, or means more where it stands."""
        around = value.around if isinstance(value, Function) else None
        if getattr(value.made, "name", "") != name or value.made.col_offset or (
                around is not None and around is not self.globals):
            return say("“{name}” is defined inside of something else, or under another name", name=name)
        if isinstance(value, Class) and (value.is_changed or not (
                value.names.keys() <= self._own(value) | {"__dataclass__"})):
            return say("“{name}” is changed after it was defined", name=name)
        if kept := counting(value.made) or next(iter(changing_defaults(value.made)), "") or self._shared(value):
            return say("“{name}” is kept from call to call, or shared by objects, and may change", name=kept)
        if self.context.uses.is_set_upon(name):
            return say("“{name}” is changed after it was defined", name=name)
        return None

    def _shared(self, value: Any) -> str:
        """What a class itself keeps that may not stay what it was."""
        for name, made in class_values(value.made) if isinstance(value, Class) else ():
            is_list = isinstance(made, (ast.List, ast.Dict, ast.Set)) and is_flat(value.names.get(name))
            if not (is_list and self.context.uses.only_reads(f".{name}", 0) and Uses(value.made.body).only_reads(name)):
                return name
        return ""

    def _own(self, value: Class) -> set[str]:
        own = {node.name for node in value.made.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        return own | {node.id for part in value.made.body for node in ast.walk(part)
                      if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _asks_itself(made: ast.ClassDef) -> bool:
    """Whether a class uses its own name for more than to say whose parent it means."""
    parents = {id(node.args[0]) for node in ast.walk(made) if isinstance(node, ast.Call) and node.args
               and isinstance(node.func, ast.Name) and node.func.id == "super"}
    return any(isinstance(node, ast.Name) and node.id == made.name and id(node) not in parents
               for node in ast.walk(made))


def _import(name: str, path: str) -> str:
    scope, _, last = path.rpartition(".")
    if not scope:
        return f"import {path}" if name == path else f"import {path} as {name}"
    return f"from {scope} import {last}" if last == name else f"from {scope} import {last} as {name}"
