"""What a kind of layer tells of its arithmetic; which kind is whose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from engine.inspect.steps.scene import At, Known
from engine.inspect.steps.values import Factor, Index, Line, NoStepsError, Part, Term, Window
from engine.messages import Message


class Forward(NamedTuple):
    """How an output number is made. ``scale``: the size of what is added on the way."""

    formula: Message
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    value: float
    scale: float
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Slope:
    """How an output number moves with one input: ∂y/∂x is the product of the factors.

    ``example``: another than the output's own.
    """

    port: int
    index: Index
    factors: tuple[Factor, ...]
    example: int | None = None


class Kind(ABC):
    """The arithmetic of a kind of layers: every method speaks of the one output number that it is ``at``."""

    @abstractmethod
    def forward(self, at: At) -> Forward:
        """How it is made."""

    def inputs(self, at: At) -> Iterator[Slope]:
        """Of every input number it reads, how it moves with it."""
        raise NoStepsError("{layer}: how it hands its gradient on is not shown in steps; the gradients of its input "
                           "and its weights are seen as pictures", layer=at.known.layer.title)

    def weights(self, at: At) -> Iterator[tuple[Factor, Factor]]:
        """Every weight it reads, and how it moves with it."""
        return iter(())

    @abstractmethod
    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        """The terms of ∂L/∂x of one input number of ``at.example``, as far as it goes through this layer.

        ``at.index`` does not matter.
        """

    def weight_terms(self, at: At, name: str, index: Index) -> Iterator[Term]:
        """The terms of ∂L/∂w of one of the layer's weights, over all examples."""
        raise NoStepsError("{layer}: the gradient of {name} is not shown in steps, but in the list of its gradients",
                           layer=at.known.layer.title, name=name)


class Linked(Kind):
    """Where an input is known to be read by a few outputs, each with a slope."""

    @abstractmethod
    def readers(self, at: At, port: int, index: Index) -> Iterator[tuple[Index, tuple[Factor, ...]]]:
        """Which outputs of the same example read it, and how they move with it."""

    def reached(self, at: At, port: int, index: Index) -> Iterator[Term]:
        for output, factors in self.readers(at, port, index):
            yield Term((at.of_g(output), *factors))


KINDS: dict[str, Kind] = {}


K = TypeVar("K", bound=type[Kind])


def steps_for(*names: str) -> Callable[[K], K]:
    """Register a kind for layers by their name (“Conv2d”)."""

    def registered(kind: K) -> K:
        KINDS.update(dict.fromkeys(names, kind()))
        return kind

    return registered


def kind_of(known: Known) -> Kind | None:
    """Whose arithmetic a layer has, if it can be shown."""
    return KINDS.get(known.layer.kind())


def expect_kind(at: At) -> Kind:
    """The same. Raises NoStepsError, naming what can be seen instead."""
    kind = kind_of(at.known)
    if kind is None:
        raise NoStepsError("{layer} is not shown step by step. Its output, its weights and its gradients are seen as "
                           "pictures", layer=at.known.layer.title)
    return kind

