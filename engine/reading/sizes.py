"""Sizes of tensors that are known by where they come from, and shapes rearranged by them. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Any

from engine.messages import ImpossibleError

_numbers = count(1)


@dataclass(frozen=True)
class Size:
    """A product of sizes that are not known as numbers: ``2·c·h``."""

    atoms: tuple[str, ...]
    factor: int = 1

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Size):
            return Size(tuple(sorted(self.atoms + other.atoms)), self.factor * other.factor)
        return _made(self.atoms, self.factor * other) if type(other) is int else NotImplemented

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        exact = divided(self, other)
        return exact if exact is not None else _compound("//", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _compound("//", other, self)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Size) and other.atoms == self.atoms:
            return _made(self.atoms, self.factor + other.factor)
        return self if other == 0 else _compound("+", *sorted((self, other), key=str))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Size) and other.atoms == self.atoms:
            return _made(self.atoms, self.factor - other.factor)
        return self if other == 0 else _compound("-", self, other)

    def __mod__(self, other: Any) -> Any:
        return 0 if type(other) is int and other and not self.factor % other else _compound("%", self, other)

    def __pow__(self, other: Any) -> Any:
        if type(other) is not int or not 0 < other <= 4:
            raise UnknownSizeError("The size of a tensor is asked for here: write it as a number")
        return Size(tuple(sorted(self.atoms * other)), self.factor**other)

    def settled(self, known: Mapping[str, int]) -> Any:
        """The same with sizes that are known as numbers."""
        if not any(atom in known for atom in self.atoms):
            return self
        factor = self.factor * prod(known.get(atom, 1) for atom in self.atoms)
        atoms = tuple(atom for atom in self.atoms if atom not in known)
        return Size(atoms, factor) if atoms else factor

    def __str__(self) -> str:
        return "·".join([*([str(self.factor)] if self.factor != 1 else []), *self.atoms])


class UnknownSizeError(ImpossibleError):
    """Only a number will do, and the size is none."""


Dim = int | Size
BATCH = Size(("batch",))


def fresh() -> Size:
    """A size of which nothing is known."""
    return Size((f"size{next(_numbers)}",))


def _made(atoms: tuple[str, ...], factor: int) -> Dim:
    return Size(atoms, factor) if factor else 0


def _compound(sign: str, one: Any, two: Any) -> Size:
    """What is no product is one size of its own, the same wherever it is written."""
    if not isinstance(one, int | Size) or not isinstance(two, int | Size):
        raise UnknownSizeError("The size of a tensor is asked for here: write it as a number")
    text = f"({one}{sign}{two})"
    if len(text) > 200:
        return fresh()
    return Size((text,))


def product(sizes: Sequence[Dim]) -> Dim:
    """All sizes multiplied."""
    total: Any = 1
    for size in sizes:
        total = total * size
    return total  # type: ignore[no-any-return]


def divided(whole: Any, part: Any) -> Dim | None:
    """The quotient where it is known to be a whole number."""
    one, two = (size if isinstance(size, Size) else Size((), size) for size in (whole, part))
    if type(two.factor) is not int or not two.factor or one.factor % two.factor:
        return None
    atoms = list(one.atoms)
    for atom in two.atoms:
        if atom not in atoms:
            return None
        atoms.remove(atom)
    factor = one.factor // two.factor
    return Size(tuple(atoms), factor) if atoms else factor


Step = tuple[str, dict[str, Any]]  # a layer's kind and its options


def filled(source: Sequence[Dim], target: Sequence[Dim]) -> list[Dim] | None:
    """The target with its −1 worked out; None where that is not known."""
    known, total = [size for size in target if size != -1], product(source)
    if len(known) == len(target):
        return list(target) if product(target) == total else None
    left = divided(total, product(known))
    return None if left is None or len(known) + 1 != len(target) else [left if s == -1 else s for s in target]


def rearranged(source: Sequence[Dim], target: Sequence[Dim]) -> list[Step] | None:
    """Layers that give a tensor another shape (neither with its batch); None where they are not known."""
    steps: list[Step] = []
    here = there = 0
    place = 1  # of the dimension that comes next, in the tensor as it is by now
    while here < len(source) and there < len(target):
        group = _alike(source[here:], target[there:])
        if group is None:
            return None
        before, after = group
        steps += _regrouped(place, before, target[there : there + after])
        if after > 1 and sum(not isinstance(s, int) for s in target[there : there + after]) > 1:
            return None
        here, there, place = here + before, there + after, place + after
    if any(size != 1 for size in (*source[here:], *target[there:])):
        return None
    steps += [("Squeeze", {"dim": place}) for _ in source[here:]]
    return steps + [("Unsqueeze", {"dim": place + index}) for index in range(len(target) - there)]


def _alike(source: Sequence[Dim], target: Sequence[Dim]) -> tuple[int, int] | None:
    """How many dimensions of both hold the same numbers."""
    here = there = 1
    while True:
        one, two = product(source[:here]), product(target[:there])
        if one == two:
            return here, there
        if there < len(target) and divided(one, two) is not None:
            there += 1
        elif here < len(source) and divided(two, one) is not None:
            here += 1
        else:
            return None


def _regrouped(place: int, before: int, sizes: Sequence[Dim]) -> list[Step]:
    steps: list[Step] = []
    if before > 1:
        steps.append(("Flatten", {"start_dim": place, "end_dim": place + before - 1}))
    if len(sizes) > 1:
        steps.append(("Unflatten", {"dim": place, "unflattened_size": tuple(
            size if isinstance(size, int) else -1 for size in sizes)}))
    return steps


# -- what layers make of shapes ----------------------------------------------------------------------------------------

Dims = tuple[Dim, ...]  # with the batch first


def known_size(shape: Dims | None) -> tuple[int, ...] | None:
    """The shape of one example in numbers, where all are known."""
    if shape is None or not all(type(size) is int for size in shape[1:]):
        return None
    return shape[1:]  # type: ignore[return-value]
