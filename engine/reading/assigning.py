"""Where values are put: names, attributes, places in lists, and what is changed in place or deleted. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.reading.values import (
    Chain,
    Instance,
    Kept,
    Marker,
    Measured,
    Names,
    Parameter,
    Path,
    Tensor,
    Unknown,
    Zeros,
    in_words,
)

if TYPE_CHECKING:
    from engine.reading.expressions import Expressions


class Assigning:
    """Puts values where they are assigned to."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions, self.context, self.plain = expressions, expressions.context, expressions.plain
        self.modules, self.functions = expressions.modules, expressions.functions

    def store(self, target: ast.expr, value: Any, names: Names) -> None:
        """Put a value under a name, an attribute or a key. Raises ReadingError."""
        if isinstance(target, ast.Name):
            self.expressions.bind(target.id, value, names)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value, names)
        elif isinstance(target, ast.Starred):
            self.store(target.value, value, names)
        elif isinstance(target, ast.Attribute):
            self.modules.set_attribute(self.expressions.value(target.value, names), target.attr, value)
        elif isinstance(target, ast.Subscript):
            self._put(target, value, names)
        else:
            raise self.context.error("This assignment cannot be read")

    def _unpack(self, target: ast.Tuple | ast.List, value: Any, names: Names) -> None:
        if isinstance(value, Unknown):
            for part in target.elts:
                self.store(part, value, names)
            return
        starred = next((i for i, each in enumerate(target.elts) if isinstance(each, ast.Starred)), None)
        values = list(self._unpacked(value, len(target.elts), starred))
        if starred is not None:
            behind = len(target.elts) - starred - 1
            if len(values) < starred + behind:
                raise self.context.error("{count} values cannot be put into these names", count=len(values))
            end = len(values) - behind
            values = [*values[:starred], values[starred:end], *values[end:]]
        if len(values) != len(target.elts):
            raise self.context.error("{count} values cannot be put into these names", count=len(values))
        for part, each in zip(target.elts, values, strict=True):
            self.store(part, each, names)

    def _unpacked(self, value: Any, count: int, starred: int | None) -> Iterator[Any]:
        """What is put into names; the sizes of a tensor of which nothing is known are as many as there are names."""
        if isinstance(value, (Marker, Zeros)):
            return iter([value] * count)
        if self.functions.is_open_shape(value):
            if starred is not None:
                raise self.context.error("How many dimensions this tensor has is not known here")
            return iter(self.functions.sizes_of(value, count))
        return iter(self.plain.iterate(value))

    def _put(self, target: ast.Subscript, value: Any, names: Names) -> None:
        held = self.context.need(self.expressions.value(target.value, names))
        if isinstance(held, (Tensor, Zeros)):
            self.context.taint(held, self.context.error(
                "A part of a tensor is written over here: no layer does that"))
            return
        index = self.expressions.index(target.slice, names)
        if isinstance(held, Instance) and held.kind.find("__setitem__") is not None:
            self.plain.asked(held, "__setitem__", [index, value])
        elif isinstance(held, Kept):
            self.modules.keep_part(held, index, value)
        elif isinstance(held, (Chain, Instance)):
            self.modules.put_part(held, index, value)
        elif isinstance(held, Parameter):
            self.modules.set_value(held, index, value)
        elif isinstance(held, Measured):
            self.modules.measured_anew(held)
        elif isinstance(held, Path):
            self.context.spoil(held, in_words(index))
        elif isinstance(held, Marker):
            return
        elif isinstance(held, (list, dict)) and not isinstance(index, Unknown):
            self.plain.work(held.__setitem__, index, value)
            self.plain.check_length(held)
        elif isinstance(held, (list, dict)):
            self.context.taint(held, self.context.error("Where this is put is not known"))
        else:
            raise self.context.error("This assignment cannot be read")

    def augment(self, node: ast.AugAssign, names: Names) -> None:
        """``a += b``: in place, where the value is one that changes."""
        found = self.expressions.value(_loaded(node.target), names)
        self.context.set_from_outside(found, "data")
        one = self.context.need(found)
        two = self.expressions.value(node.value, names)
        self.context.line = node.lineno
        if isinstance(one, Tensor):
            made = self.context.need(self.expressions.joined(node, node.op, one, two))
            value: Any = self.context.in_place(one, made)
        elif isinstance(one, list) and isinstance(node.op, ast.Add):
            two = self.context.need(two)
            one.extend(list(self.plain.iterate(two)))
            self.plain.check_length(one)
            value = one
        elif isinstance(one, Chain) and isinstance(node.op, ast.Add):
            self.modules.container_method(one, "extend", [two])
            value = one
        elif isinstance(one, (dict, set)) and isinstance(node.op, ast.BitOr):
            one.update(self.plain.key(self.context.need(two)))
            value = one
        elif isinstance(one, (Parameter, Measured)):
            self.modules.fill(one, type(node.op).__name__, [two], {})
            return
        else:
            value = self.expressions.joined(node, node.op, one, two)
            if isinstance(one, Zeros) and isinstance(value, Unknown) and value.error is not None:
                self.context.taint(one, value.error)
        self.store(node.target, value, names)

    def delete(self, target: ast.expr, names: Names) -> None:
        """``del name``, ``del self.part``, ``del net[3]``. Raises ReadingError."""
        if isinstance(target, ast.Name):
            if target.id not in names:
                self.context.must_succeed()
            names.pop(target.id, None)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self.delete(part, names)
        elif isinstance(target, ast.Attribute):
            self.modules.delete_attribute(self.expressions.value(target.value, names), target.attr)
        elif isinstance(target, ast.Subscript):
            held = self.context.need(self.expressions.value(target.value, names))
            index = self.expressions.index(target.slice, names)
            if isinstance(held, Instance) and held.kind.find("__delitem__") is not None:
                self.plain.asked(held, "__delitem__", [index])
            elif isinstance(held, Kept):
                self.modules.drop_part(held, index)
            elif isinstance(held, (Chain, Instance)):
                self.modules.delete_part(held, index)
            elif isinstance(held, (list, dict)):
                self.plain.work(held.__delitem__, index)
            else:
                raise self.context.error("“del” cannot be read here")


def _loaded(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    copied = ast.parse(ast.unparse(target), mode="eval").body
    for part in ast.walk(copied):
        ast.copy_location(part, target)
    return copied
