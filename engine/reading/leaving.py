"""What a statement that cannot be followed would change: unknown from then on. No torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.reading.context import LEARNING, Context
from engine.reading.modules import UNREAD, Buffer
from engine.reading.optimizing import Optimized, is_made, takes_more
from engine.reading.options import Options
from engine.reading.reach import FILLING, FINDING, Origins, reached, unread_tensor
from engine.reading.values import (
    Chain,
    Function,
    Instance,
    Method,
    Names,
    Once,
    OwnParameterError,
    Parameter,
    Path,
    ReadingError,
    Tensor,
    Unknown,
    Zeros,
    is_module,
)

if TYPE_CHECKING:
    from engine.reading.expressions import Expressions

# Methods that change the list, module or parameter they are called on.
CHANGING = frozenset(("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault",
                      "add_module", "register_module", "register_buffer", "register_parameter", "apply",
                      "register_forward_hook", "register_forward_pre_hook", "set_submodule", "__setattr__",
                      "__setitem__", "__delitem__", "add_argument"))  # fmt: skip
LISTS = frozenset(("append", "update", "extend", "pop", "insert"))  # most lists are no network's
HARMLESS = frozenset(("grad", "requires_grad", "data", "training"))  # of parameters: nothing of the network
NUMBERS_OF = frozenset(("grad", "data", "training"))  # of them what says nothing of how they learn
LAYERS = re.compile(r"(torch\.)?nn\.[A-Z]")  # what is called to make them
IN_PLACE = re.compile(r"[a-z]\w*[a-z0-9]_")  # methods that change their tensor
TRAINING = ("backward", "zero_grad", "step")  # by which a training loop is known


class Leaving:
    """Marks what may have changed."""

    def __init__(self, context: Context, expressions: Expressions) -> None:
        self.context, self.expressions = context, expressions

    def leave(self, statement: ast.stmt, error: ReadingError, names: Names) -> None:
        """Names that it binds and objects that it may change are unknown, for the reason of the error."""
        unknown = Unknown("", error)
        self._change_hidden(statement, names)
        for value in list(self._grown(statement, names)):
            self.context.taint(value, error)
        targets, origins = [*_targets(statement)], Origins(statement, names, self.value)
        reach = {name: origins.of(name) for name in dict.fromkeys(targets) if isinstance(name, str)}
        for name, parts in reach.items():
            self.expressions.bind(name, unknown if parts is None else unknown.reaching(parts), names)
        for target in targets:
            if not isinstance(target, str):
                self._leave_inside(target, unknown, names, statement)
        for value in (*self._changed(statement, names), *self._with_weights(statement, names)):
            self.context.taint(value, error)
        if any(map(_sets_weights, ast.walk(statement))):
            self._say_own(statement, names)
        if self.context.sheet is not None and any(self._changes_weight(node, names) for node in ast.walk(statement)):
            self.context.broken = self.context.broken or error
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (takes_more(node) or is_made(self.value(node.func, names))):
                self.context.optimized.append(Optimized(statement.lineno, [], False))
        self._say(statement)

    def _changes_weight(self, node: ast.AST, names: Names) -> bool:
        """Whether numbers of a layer may be others afterwards."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and IN_PLACE.fullmatch(node.func.attr):
            touched = [self.value(each, names) for each in (node.func.value, *node.args[:1])
                       if not (isinstance(each, ast.Constant) or _is_zeros(each, names))]
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            touched = [self.value(node.value, names)]
            if isinstance(node, ast.Attribute) and node.attr not in HARMLESS:
                return isinstance(touched[0], Parameter)
        else:
            return False
        return any(each is None or isinstance(each, (Unknown, Parameter)) for each in touched)

    def _with_weights(self, statement: ast.stmt, names: Names) -> Iterator[Any]:
        """Layers whose weights may begin or learn otherwise after a statement that does not train."""
        nodes = list(ast.walk(statement))
        if self.context.sheet is not None or self.context.exact or not any(map(_sets_weights, nodes)) or any(
                isinstance(node, ast.Attribute) and node.attr in TRAINING for node in nodes):
            return
        for node in nodes:
            value = self.value(node, names) if isinstance(node, (ast.Name, ast.Attribute)) else None
            yield from () if isinstance(value, Method) else reached(value)

    def _say_own(self, statement: ast.stmt, names: Names) -> None:
        """Parameters of classes' own may begin or learn otherwise."""
        nodes = [node for node in ast.walk(statement) if isinstance(node, (ast.Name, ast.Attribute))]
        how = next((node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in LEARNING), "")
        for node in nodes:
            self.context.line = node.lineno
            self.context.set_from_outside(self.value(node, names), how)

    def _hide(self, owner: Instance, name: str, unknown: Unknown, statement: ast.stmt) -> None:
        """What an object keeps could not be read: where there are layers in it, what others do to them counts."""
        made = any(isinstance(node, ast.Call) and LAYERS.match(ast.unparse(node.func)) for node in ast.walk(statement))
        if made and not self.context.exact and unknown.error is not None and owner in self.context.builder:
            error = OwnParameterError("{reason}", reason=unknown.error.message)
            error.owner, error.is_layers = owner, True
            owner.hidden[name] = Unknown("parameter", error)

    def _change_hidden(self, statement: ast.stmt, names: Names) -> None:
        """A statement that sets something of layers that are not known makes others of them."""
        nodes = [*ast.walk(statement)]
        if not any(map(_sets, nodes)):
            return
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(owner := self.value(node.value, names), Instance) and (
                    node.attr in owner.hidden and owner not in self.context.builder):
                owner.is_changed = True

    def _leave_inside(self, target: ast.Attribute | ast.Subscript, unknown: Unknown, names: Names,
                      statement: ast.stmt) -> None:
        """``self.a = …`` leaves ``a`` unknown, ``held[i] = …`` all that is held."""
        owner = self.value(target.value, names)
        if isinstance(owner, Path):
            self.context.spoil(owner, target.attr if isinstance(target, ast.Attribute) else ast.unparse(target.slice))
        if isinstance(target, ast.Subscript) and isinstance(owner, Parameter):
            self.context.note(UNREAD)
        if isinstance(target, ast.Attribute) and target.attr not in HARMLESS:
            self.context.set_from_outside(owner, "requires_grad")  # how it learns, or what it is
        is_known = owner is not None and not isinstance(owner, Unknown)
        if not is_known and not self._is_kept(target, names):  # reached in a way that cannot be followed
            roots = [*self._roots(target.value, names)]
            is_told = isinstance(owner, Unknown) and isinstance(owner.error, OwnParameterError)
            if not roots and not is_told and _freezes(target, statement):
                roots = [*self.context.made, *(each for each in self.context.builder if each)]
            for value in roots:
                if isinstance(value, Unknown) and isinstance(target, ast.Attribute) and target.attr in NUMBERS_OF:
                    self.context.note(UNREAD) if target.attr == "data" else None
                    continue
                self.context.taint(value, unknown.error or self.context.error("What is set here is not known"))
        if isinstance(target, ast.Attribute) and isinstance(owner, Instance):
            if isinstance(target.ctx, ast.Store):
                owner.attributes[target.attr] = unknown
                self._hide(owner, target.attr, unknown, statement)
                unknown.error.kept_in.append(owner) if unknown.error is not None else None
            owner.is_changed = owner.is_changed or owner not in self.context.builder
        elif not (isinstance(target, ast.Attribute) and target.attr in HARMLESS) or (
                isinstance(owner, (Tensor, Zeros)) and target.attr == "data"):
            assert unknown.error is not None
            self.context.taint(owner, unknown.error)

    def _is_kept(self, target: ast.Attribute | ast.Subscript, names: Names) -> bool:
        """Whether only numbers are others that an object which is being made keeps, and that are not known by now."""
        node = target.value
        owner = self.value(node.value, names) if isinstance(node, ast.Attribute) else None
        if not isinstance(owner, Instance) or not isinstance(node, ast.Attribute) or not isinstance(
                target, ast.Subscript):
            return False
        is_made = any(owner is each for each in self.context.builder)
        return is_made and isinstance(owner.attributes.get(node.attr), (Unknown, Zeros, Buffer))

    def _roots(self, node: ast.expr, names: Names) -> Iterator[Any]:
        """Objects by whose names something is reached."""
        for part in ast.walk(node):
            value = self.value(part, names) if isinstance(part, ast.Name) else None
            if is_module(value) or isinstance(value, (list, dict, Instance, Tensor)) or (
                    isinstance(value, Unknown) and value.of is not None):
                yield value

    def value(self, node: ast.expr, names: Names) -> Any:
        """What stands there by now, without calls."""
        if any(isinstance(part, (ast.Call, ast.Await, ast.NamedExpr)) for part in ast.walk(node)):
            return None
        line = self.context.line
        self.context.spend(1)
        try:
            return self.expressions.value(node, names)
        except ReadingError:
            return None
        finally:
            self.context.line = line

    def _grown(self, statement: ast.stmt, names: Names) -> Iterator[Any]:
        """What ``+=`` and the like change in place, by the names that they have before."""
        for node in ast.walk(statement):
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                value = self.value(ast.Name(node.target.id, ast.Load(), lineno=node.lineno), names)
                if isinstance(value, (Tensor, Zeros, list, dict, set, Buffer)):
                    yield value
                elif isinstance(value, Unknown):
                    yield from (each for each in reached(value) if isinstance(each, Tensor))

    def _changed(self, statement: ast.stmt, names: Names) -> Iterator[Any]:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(value := self.value(node, names), Once):
                yield value
            if isinstance(node, ast.Call):
                yield from self._changed_by(node, names)

    def _changed_by(self, node: ast.Call, names: Names) -> Iterator[Any]:
        given = [self.value(value, names) for value in (*node.args, *(word.value for word in node.keywords))]
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value, names)
            if node.func.attr in CHANGING and (is_module(owner) or isinstance(owner, (list, dict, Chain, Options))):
                yield owner
            if node.func.attr in CHANGING and owner is None:
                yield from (value for value in self._roots(node.func.value, names) if isinstance(value, (list, dict)))
            if node.func.attr in CHANGING | LEARNING and _finds(node.func.value):
                yield from Origins(ast.Pass(), names, self.value).parts(node.func.value)
            elif node.func.attr in CHANGING | LEARNING and isinstance(owner, Unknown) and not (
                    node.func.attr in FILLING and owner.of is not None and owner.of.fills):
                yield owner
            yield from self.keepers(node, names)
        yield from self._tensors_in(node.func, names)
        for value in node.args:
            yield from self._tensors_in(value, names)
        called = self.value(node.func, names)
        if isinstance(called, Function) and _is_surgery(called.made):
            yield from (value for value in given if is_module(value) or isinstance(value, (list, dict)))
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("setattr", "delattr"):
            self.context.spoil(given[0], "…") if isinstance(given[0], Path) else None
            yield from given[:1]
            yield from Origins(ast.Pass(), names, self.value).parts(node.args[0]) if node.args else ()

    def keepers(self, call: ast.Call, names: Names) -> Iterator[Instance]:
        """The object whose tensor a call changes, where nothing else is known of that tensor."""
        is_changing = isinstance(call.func, ast.Attribute) and IN_PLACE.fullmatch(call.func.attr)
        node: ast.expr = call.func.value if is_changing else call.func  # type: ignore[attr-defined]
        while is_changing and isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            if isinstance(node, ast.Attribute) and isinstance(owner := self.value(node.value, names), Instance):
                value = owner.attributes.get(node.attr)
                is_plain = isinstance(value, Unknown) and not isinstance(value.error, OwnParameterError)
                yield from [owner] if is_plain and owner not in self.context.builder else []
            node = node.func if isinstance(node, ast.Call) else node.value

    def _tensors_in(self, node: ast.expr, names: Names) -> Iterator[Any]:
        """Tensors that something is done with, and with them all that looks at the same numbers."""
        for part in ast.walk(node):
            value = self.value(part, names) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) else None
            yield from (each for each in reached(value) if isinstance(each, Tensor))
            if isinstance(value, (Zeros, Buffer)):
                yield value

    def may_change(self, node: ast.expr, names: Names) -> bool:
        """Whether an expression that could not be read may change a tensor."""
        calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
        called = {call.func for call in calls}
        given = (part for part in ast.walk(node) if calls and part not in called and isinstance(
            part, (ast.Name, ast.Attribute, ast.Subscript)))
        return any(map(_is_in_place, calls)) or unread_tensor(self.value(part, names) for part in given) is not None

    def _say(self, statement: ast.stmt) -> None:
        if self.context.depth or self.context.sheet is not None:
            return
        called = {node.func.attr for node in ast.walk(statement)
                  if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
        if called.intersection(TRAINING):
            self.context.line = statement.lineno
            self.context.note("A training loop is left out")


def _freezes(target: ast.expr, statement: ast.stmt) -> bool:
    """Whether all that is gone through in a loop does not learn any more afterwards."""
    if not isinstance(target, ast.Attribute) or target.attr != "requires_grad":
        return False
    loops = [ast.unparse(node.target) for node in ast.walk(statement) if isinstance(node, ast.For)]
    return ast.unparse(target.value) in loops and not any(
        isinstance(node, ast.Assign) and target in node.targets and ast.unparse(node.value) == "True"
        for node in ast.walk(statement))


def _finds(node: ast.expr) -> bool:
    """Whether a call gives a part of what it is given."""
    name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return name in FINDING


def _sets(node: ast.AST) -> bool:
    """Whether something of an object is set there, or taken away."""
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        return isinstance(node.ctx, (ast.Store, ast.Del))
    return isinstance(node, ast.Call) and (ast.unparse(node.func) in ("setattr", "delattr") or (
        isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING))


def _sets_weights(node: ast.AST) -> bool:
    """Whether it may set how a weight begins, or whether it learns."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and IN_PLACE.fullmatch(node.func.attr):
        return not (isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "grad")
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith("vector_to_parameters")
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in ("requires_grad",
                                                                                                 "data")


def _targets(statement: ast.stmt) -> Iterator[Any]:
    """Names that the statement binds, and attributes and places that it stores into; not inside functions in it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
            continue
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*")
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        if not isinstance(node, ast.Lambda):
            waiting += list(ast.iter_child_nodes(node))


def _is_surgery(made: ast.AST) -> bool:
    """Whether a function may change the structure of what it is given."""
    given = {node.arg for node in ast.walk(made) if isinstance(node, ast.arg)}
    for node in ast.walk(made):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)) and (
                node.attr not in HARMLESS and not (isinstance(node.value, ast.Name) and node.value.id == "self")):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
                node.func.attr in CHANGING - LISTS or (node.func.attr in LISTS and isinstance(
                    node.func.value, ast.Name) and node.func.value.id in given)):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
            return True
    return False


def changes_given(made: ast.AST) -> bool:
    """Whether a function may change what it is given, or whether that learns."""
    return _is_surgery(made) or any(isinstance(node, ast.Attribute) and (
        node.attr in LEARNING or (node.attr == "requires_grad" and isinstance(node.ctx, ast.Store)))
        for node in ast.walk(made))


def reaches_out(made: ast.AST) -> bool:
    """Whether a function changes what others may see while it runs, as far as its text tells."""
    own = {node.id for node in ast.walk(made) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(made):
        if isinstance(node, (ast.Global, ast.Nonlocal)) or (
                isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del))):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING and not (
                isinstance(node.func.value, ast.Name) and node.func.value.id in own):
            return True
    return False


def _is_zeros(node: ast.expr, names: Names) -> bool:
    """Whether a name stands for zeros, also for such that were filled."""
    return isinstance(node, ast.Name) and isinstance(names.get(node.id), Zeros)


def _is_in_place(call: ast.Call) -> bool:
    return (isinstance(call.func, ast.Attribute) and bool(IN_PLACE.fullmatch(call.func.attr))) or any(
        word.arg in ("inplace", "out") for word in call.keywords)
