"""The statements of PyTorch code, followed step by step: nothing of it is executed. No torch.

Every statement is worked out wholly: one that cannot be followed leaves what it would change as unknown, with its line
and reason, never as it was before. Who needs such a value later meets the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from engine.reading.context import Context
from engine.reading.elsewhere import is_elsewhere
from engine.reading.expressions import UNKNOWN, Expressions
from engine.reading.formulas import formula_in
from engine.reading.idle import Idle
from engine.reading.leaving import Leaving
from engine.reading.paths import meant
from engine.reading.plain import Plain
from engine.reading.sure import SURE_NAMES, is_sure_name
from engine.reading.switches import REASONS, STILL, switch
from engine.reading.values import (
    OPAQUE,
    Class,
    Function,
    Instance,
    Lost,
    Marker,
    Names,
    Parameter,
    Path,
    ReadingError,
    Returned,
    Tensor,
    Unknown,
)

OUTER = "__outer__"  # the names around a function's own, and which of them it may set
SETS = "__sets__"
NO_GRAD, STOPPED = "torch.no_grad()", "KeyboardInterrupt"  # the error of a person who stops the code
MOST_BASES = 60
REPLACING = ("unittest.mock", "mock.")  # what stands for something else for a while


class _Leave(ReadingError):  # noqa: N818
    """``break`` (True) or ``continue``; an error where the loop around it is not followed."""

    def __init__(self, wholly: bool, line: int) -> None:
        super().__init__("The code leaves a loop here", line=line)
        self.wholly = wholly


class RaisedError(ReadingError):
    """The code raises an error of its own."""


class LostError(ReadingError):
    """Whether a loop goes on, or a function returns here, is not known."""


class Statements:
    """Follows statements; ``decorate`` says what a decorator makes of a function."""

    def __init__(self, context: Context, plain: Plain, expressions: Expressions,
                 decorate: Callable[[Any, Any, str], Any]) -> None:
        self.context, self.plain, self.expressions, self._decorate = context, plain, expressions, decorate
        self._leaving = Leaving(context, expressions)
        self._idle = Idle(self._leaving.value)

    def run(self, body: Sequence[ast.stmt], names: Names) -> None:
        """Follow statements. Raises ReadingError where nothing after one can be known, and in exact reading."""
        for statement in body:
            self.follow(statement, names)

    def changed_in_place(self, call: ast.Call, names: Names) -> None:
        """Objects whose tensors a call changes of which nothing is known are no longer what their class says."""
        for owner in self._leaving.keepers(call, names):
            owner.is_changed = True

    def follow(self, statement: ast.stmt, names: Names) -> None:
        """Follow one; what it would change is unknown where that cannot be done."""
        self.context.step(statement)
        if self.context.trying and self.context.lost is not None:  # what comes after something that may have failed
            self.leave(statement, self.context.lost, names)
            return
        method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
        if self.context.exact:
            if method is None:
                raise self._unreadable(statement)
            method(statement, names)
            return
        try:
            if method is None:
                raise self._unreadable(statement)
            method(statement, names)
        except (_Leave, RaisedError, LostError):
            raise
        except ReadingError as error:
            self.context.lost = error
            self.leave(statement, error, names)

    def _unreadable(self, statement: ast.stmt) -> ReadingError:
        return self.context.error("“{what}” cannot be read here", what=type(statement).__name__.lower())

    def leave(self, statement: ast.stmt, error: ReadingError, names: Names) -> None:
        """What the statement would change is unknown from now on. Raises LostError, Returned."""
        self._leaving.leave(statement, error, names)
        if has_part([statement], (ast.Return, ast.Yield, ast.YieldFrom)) and self.context.depth:
            raise Returned(Unknown("", error))
        if _leaves_loop(statement):
            raise LostError("{reason}", reason=error.message)

    def lose(self, body: Sequence[ast.stmt], error: ReadingError, names: Names) -> None:
        """What these statements would change is unknown from now on."""
        for statement in body:
            self._leaving.leave(statement, error, names)

    # -- names ---------------------------------------------------------------------------------------------------------

    def _do_import(self, node: ast.Import, names: Names) -> None:
        for alias in node.names:
            if alias.name not in SURE_NAMES:
                self.context.must_succeed()
            full = alias.name if alias.asname else alias.name.partition(".")[0]
            self.expressions.bind(alias.asname or full, Path(full), names)

    def _do_importfrom(self, node: ast.ImportFrom, names: Names) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            called = alias.asname or alias.name
            if not is_sure_name(f"{module}.{alias.name}"):
                self.context.must_succeed()
            if alias.name == "*":
                self._import_all(module, names)
            elif is_elsewhere(module) or not isinstance(names.get(called), (Class, Function)):
                self.expressions.bind(called, meant(f"{module}.{alias.name}"), names)
            else:
                self.context.note("“{name}” of {module} is taken to be what this text calls so", name=called,
                                  module=module)

    def _import_all(self, module: str, names: Names) -> None:
        """What a whole module brings; of a name that the text has by then, too, only a run would tell which it is."""
        if is_elsewhere(module):
            names.update({name: Unknown(name, self.context.error(
                "“from {module} import *” may bring another “{name}” than this text has", module=module, name=name))
                for name, value in names.items() if isinstance(value, (Class, Function))})
        names.update(_starred(module))

    def _do_classdef(self, node: ast.ClassDef, names: Names) -> None:
        if node.keywords:
            raise self.context.error("How objects of {name} are made cannot be read", name=node.name)
        bases = tuple(self.expressions.value(base, names) for base in node.bases)
        made = Class(node, tuple(base for base in bases if base != Path("builtins.object")))
        written: list[Function] = []
        inside: Names = {OUTER: names, "__class_body__": written}
        for statement in node.body:
            self.follow(statement, inside)
        made.names = {name: value for name, value in inside.items() if name not in (OUTER, SETS, "__class_body__")}
        for function in written:
            function.home = made
        for value in made.names.values():
            for each in (value, value.setter) if isinstance(value, Function) else ():
                if each is not None and (each.around is inside or each.around is names):
                    each.home, each.around = each.home or made, names
            if isinstance(value, Instance) and any(value.kind.find(name) for name in ("__get__", "__set__",
                                                                                      "__set_name__")):
                raise self.context.error("What {name} does with its attributes cannot be read", name=node.name)
        if len(made.lineage()) > MOST_BASES:
            raise self.context.error("{name} is built on too many classes", name=node.name)
        if (above := made.holder("__init_subclass__", made)) is not None:
            told = Function(above.names["__init_subclass__"].made, made, above.names["__init_subclass__"].around, above)
            self.expressions.modules.follow(told, [], {})
        self.expressions.bind(node.name, self._decorated(node, made, names), names)

    def _do_functiondef(self, node: ast.FunctionDef, names: Names) -> None:
        around = names if "__class_body__" not in names else names[OUTER]
        made = Function(node, around=around, defaults=self.expressions.defaults(node.args, names))
        if "__class_body__" in names:
            names["__class_body__"].append(made)
        self.expressions.bind(node.name, self._decorated(node, made, names), names)

    def _decorated(self, node: ast.FunctionDef | ast.ClassDef, made: Any, names: Names) -> Any:
        for decorator in reversed(node.decorator_list):
            try:
                found = self.expressions.value(decorator, names)
            except ReadingError as error:
                if self.context.exact or self.context.trying:
                    raise
                found = Unknown("", error)
            self.context.line = decorator.lineno
            made = self._decorate(found, made, ast.unparse(decorator).split("\n")[0][:40])
        return made

    def _do_asyncfunctiondef(self, node: ast.AsyncFunctionDef, names: Names) -> None:
        self.expressions.bind(node.name, Unknown(node.name, self._unreadable(node)), names)

    def _do_expr(self, node: ast.Expr, names: Names) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expressions.value(node.value, names)

    def _do_pass(self, node: ast.Pass, names: Names) -> None:
        pass

    def _do_assert(self, node: ast.Assert, names: Names) -> None:
        """What it demands is so where the code runs; that it fails is only known of plain values."""
        if self.context.exact:
            return
        try:
            holds = self.expressions.known(node.test, names)
        except Returned:
            raise
        except ReadingError as error:
            self.leave(node, error, names) if self._leaving.may_change(node.test, names) else None
            holds = None
        if holds is None:
            self.context.must_succeed()
        if holds is False:
            raise RaisedError("The code raises an error here: “{text}” does not hold", line=self.context.line,
                         text=ast.unparse(node.test)[:60])

    def _do_global(self, node: ast.Global | ast.Nonlocal, names: Names) -> None:
        where = self.context.globals if isinstance(node, ast.Global) else None
        for name in node.names:
            around = names.get(OUTER)
            while where is None and around is not None and name not in around:
                around = around.get(OUTER)
            target = where if where is not None else around
            if target is not None and target is not names:
                names.setdefault(SETS, {})[name] = target

    _do_nonlocal = _do_global

    def _do_return(self, node: ast.Return, names: Names) -> None:
        try:
            value = None if node.value is None else self._one_layer(node.value, names)
        except ReadingError as error:
            if self.context.exact:
                raise
            value = Unknown("", error)
        raise Returned(value)

    def _do_break(self, node: ast.Break, names: Names) -> None:
        raise _Leave(True, self.context.line)

    def _do_continue(self, node: ast.Continue, names: Names) -> None:
        raise _Leave(False, self.context.line)

    def _do_raise(self, node: ast.Raise, names: Names) -> None:
        raise RaisedError("The code raises an error here", line=self.context.line)

    def _do_delete(self, node: ast.Delete, names: Names) -> None:
        for target in node.targets:
            self.expressions.assigning.delete(target, names)

    def _do_assign(self, node: ast.Assign, names: Names) -> None:
        value = self._one_layer(node.value, names)
        if self.context.is_own and isinstance(node.targets[0], ast.Name):
            self.context.named(value, node.targets[0].id)
        for target in node.targets:
            self.expressions.store(target, value, names)

    def _one_layer(self, node: ast.expr, names: Names) -> Any:
        """The value; in a file of this program's a statement is one layer, also where it takes two calls."""
        sheet = self.context.sheet if self.context.is_own else None
        count = len(sheet.nodes) if sheet is not None else 0
        value = self.expressions.value(node, names)
        if sheet is not None and isinstance(value, Tensor) and (made := len(sheet.nodes) - count) > 1:
            sheet.merge(value, made)
        return value

    def _do_annassign(self, node: ast.AnnAssign, names: Names) -> None:
        if node.value is not None:
            self.expressions.store(node.target, self.expressions.value(node.value, names), names)

    def _do_augassign(self, node: ast.AugAssign, names: Names) -> None:
        self.expressions.assigning.augment(node, names)

    # -- ways ----------------------------------------------------------------------------------------------------------

    def _do_if(self, node: ast.If, names: Names) -> None:
        asked = self.context.asked
        holds = self.expressions.known(node.test, names) if self.context.exact else self._known(node, names)
        if holds is None:
            if not self.context.exact and self._idle.all([*node.body, *node.orelse], names):
                return
            raise self.context.error(UNKNOWN)
        with self.context.branch(asked):
            self.run(node.body if holds else node.orelse, names)

    def _known(self, node: ast.If, names: Names) -> bool | None:
        """Whether it holds; None also where what it depends on cannot be read, and either way is the same."""
        try:
            return self.expressions.known(node.test, names)
        except ReadingError:
            is_idle = self._idle.all([*node.body, *node.orelse], names) and not self.context.trying
            if is_idle and not self._leaving.may_change(node.test, names):
                return None
            raise

    def _do_with(self, node: ast.With, names: Names) -> None:
        if self.context.sheet is None and [ast.unparse(item) for item in node.items] == [NO_GRAD]:
            self._set_without_gradient(node, names)
            return
        if [ast.unparse(item) for item in node.items] != [NO_GRAD]:
            self.context.must_succeed()
        for item in node.items:
            text = ast.unparse(item.context_expr)
            maker = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
            known = self._leaving.value(maker, names) if isinstance(maker, ast.Name) else None
            if isinstance(known, (Class, Instance, Function)):
                self._lose_entry(self.expressions.value(item.context_expr, names))
                raise self.context.error("“with” cannot be read here")
            if isinstance(known, Lost) or self._is_own(maker, names):
                self._lose_entry(self.expressions.value(item.context_expr, names))
            if isinstance(made := self._leaving.value(maker, names), Path) and made.name.startswith(REPLACING):
                raise self.context.error("“{name}” puts something else under a name: that cannot be read",
                                         name=made.name)
            if self.context.exact:
                raise self.context.error("“with” cannot be read here")
            if self.context.sheet is not None:
                self._check_switch(item.context_expr, names)
            if item.optional_vars is not None:
                self.expressions.store(item.optional_vars, Unknown(text[:40], self.context.error(
                    "“{text}” is not known here", text=text[:40])), names)
        self.run(node.body, names)

    def _is_own(self, maker: ast.expr, names: Names) -> bool:
        """Whether a method of the code's own is called there."""
        if not isinstance(maker, ast.Attribute):
            return False
        owner = self._leaving.value(maker.value, names)
        if isinstance(maker.value, ast.Call):
            owner = self._leaving.value(maker.value.func, names)
        kind = owner.kind if isinstance(owner, Instance) else owner
        return isinstance(kind, Class) and kind.find(maker.attr) is not None

    def _lose_entry(self, entered: Any) -> None:
        """What an object of the code does where “with” begins and ends is not known any more."""
        for name in ("__enter__", "__exit__") if isinstance(entered, Instance) else ():
            made = entered.kind.method(name)
            if made is not None and isinstance(made.made, ast.FunctionDef) and made.made.args.args:
                around = {} if made.around is None else {OUTER: made.around}
                self.lose(made.made.body, self.context.error("“with” cannot be read here"),
                          {made.made.args.args[0].arg: entered, **around})

    def _check_switch(self, item: ast.expr, names: Names) -> None:
        """Raise a ReadingError where no gradient flows in what is around, or other numbers are computed with."""
        found = self._leaving.value(item.func, names) if isinstance(item, ast.Call) else self.expressions.value(
            item, names)
        if isinstance(found, Path) and isinstance(item, ast.Call):
            found = switch(found.name, [self.expressions.value(each, names) for each in item.args], {
                word.arg or "": self.expressions.value(word.value, names) for word in item.keywords})
        if isinstance(found, Marker) and found in REASONS:
            raise self.context.error(REASONS[found])
        if "checkpoint" in ast.unparse(item):
            raise self.context.error(REASONS[STILL])

    def _set_without_gradient(self, node: ast.With, names: Names) -> None:
        """Values of weights that are set: by a formula, or one by one."""
        found = formula_in(node.body)
        target = None if found is None else self.expressions.value(found[0], names)
        if found is not None and isinstance(target, Parameter):
            self._check_names(node, names)
            self.expressions.modules.begin(target, found[1])
        elif self.context.exact and not all(isinstance(part, ast.Assign) for part in node.body):
            raise self.context.error("“with” cannot be read here")
        else:
            self.run(node.body, names)

    def _check_names(self, node: ast.With, names: Names) -> None:
        """What is read of a formula's lines only as a whole must run, too."""
        used = [each for part in node.body for each in ast.walk(part) if isinstance(each, ast.Name)]
        known = {each.id for each in used if isinstance(each.ctx, ast.Store)}
        for each in used:
            if self.context.exact and each.id not in known:
                self.expressions.value(each, names)

    _do_asyncwith = _do_with

    def _do_try(self, node: ast.Try, names: Names) -> None:
        """What is tried succeeds, where it is sure to; else nothing is known of what it and the rest would change."""
        if self.context.exact:
            raise self._unreadable(node)
        if self._idle.all([*node.body, *node.orelse, *(each for handler in node.handlers for each in handler.body)],
                          names):
            self.run(node.finalbody, names)
            return
        error = self.context.error("Whether this succeeds is not known: “try” cannot be read here")
        is_caught = any(handler.type is None or ast.unparse(handler.type) != STOPPED for handler in node.handlers)
        try:
            if is_caught and not self._tried(node, names):
                self.leave(node, error, names)
            else:
                self.run(node.orelse if is_caught else [*node.body, *node.orelse], names)
        except (Returned, ReadingError):
            self.run(node.finalbody, names)
            raise
        self.run(node.finalbody, names)

    def _tried(self, node: ast.Try, names: Names) -> bool:
        """Follow what is tried; whether it is sure to succeed. Raises Returned where it returns."""
        lost, self.context.lost = self.context.lost, None
        self.context.trying += 1
        try:
            self.run(node.body, names)
        except (RaisedError, LostError):
            return False
        except (Returned, _Leave):
            if self.context.lost is None:
                raise
        finally:
            self.context.trying -= 1
            failed, self.context.lost = self.context.lost is not None, self.context.lost or lost
        return not failed

    def _do_for(self, node: ast.For, names: Names) -> None:
        values = self.plain.iterate(self.expressions.value(node.iter, names))
        self._looped(node, values, names)

    def _looped(self, node: ast.For, values: Any, names: Names) -> None:
        for value in values:
            self.context.step(node)
            self.expressions.store(node.target, value, names)
            if not self._once(node, names):
                break
        else:
            self.run(node.orelse, names)

    def _once(self, node: ast.For | ast.While, names: Names) -> bool:
        """One round; whether the loop goes on. Raises ReadingError where that is not known."""
        try:
            self.run(node.body, names)
        except _Leave as leave:
            return not leave.wholly
        except LostError as lost:
            raise ReadingError("{reason}", reason=lost.message) from lost
        return True

    def _do_while(self, node: ast.While, names: Names) -> None:
        while self.expressions.truth(node.test, names):
            self.context.step(node)
            if not self._once(node, names):
                return
        self.run(node.orelse, names)


def has_part(statements: Sequence[ast.stmt], kinds: tuple[type[ast.AST], ...]) -> bool:
    """Whether they hold such a part, not counting functions and classes in them."""
    waiting: list[ast.AST] = [*statements]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kinds):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return False


def _leaves_loop(statement: ast.stmt) -> bool:
    """Whether a loop around it might end in it."""
    if isinstance(statement, (ast.For, ast.While, ast.AsyncFor, ast.FunctionDef, ast.ClassDef)):
        return False
    if isinstance(statement, (ast.Break, ast.Continue)):
        return True
    return any(_leaves_loop(child) for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt))


def _starred(module: str) -> Names:
    """What ``from torch.nn import *`` and the like bring, as far as it is used without a prefix."""
    from engine.reading.layers import KINDS  # needed for few texts

    if module != "torch.nn":
        return {}
    return {name: Path(f"torch.nn.{name}") for name in (*KINDS, "Module", "Sequential", "ModuleList", "ModuleDict",
                                                        "Parameter", "functional", "init")}


__all__ = ["OPAQUE", "OUTER", "SETS", "LostError", "RaisedError", "Statements", "has_part"]
