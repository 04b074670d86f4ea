"""How a class makes the modules in it: one call, or a ``nn.Sequential`` of them for a repeated block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from engine.layers.base import call, literal
from engine.writing.classes import Class, Slot
from engine.writing.lines import fitted, listed
from engine.writing.parameters import Text

INDENT = " " * 8
LEAST = 3  # copies whose numbers grow evenly, to be written as a loop


def constructed(made: Class, name: str) -> list[str]:
    """The lines that make the module of a node: ``self.conv1 = nn.Conv2d(1, 6, kernel_size=5)``."""
    first, lead = made.uses[0], f"self.{name} = "
    if name not in first.inside:
        layer = first.layer(name)
        return fitted(INDENT, lead, call(layer.torch, _arguments(made, made.slots[name]), layer.positional))
    copies = first.inside[name].copies
    calls = [(made.home[copy], _arguments(made, [slot for slot in made.slots[name] if slot.copy == number]))
             for number, copy in enumerate(copies)]
    if copies == (first.inside[name],):
        return fitted(INDENT, lead, _call(*calls[0]))
    return listed(INDENT, f"{lead}nn.Sequential", [*_in_a_row(calls)])


def _arguments(made: Class, slots: Sequence[Slot]) -> dict[str, Any]:
    return {slot.key: Text(made.named[made.number(slot)].name) if slot.varies else slot.values[0] for slot in slots}


def _call(made: Class, arguments: dict[str, Any]) -> str:
    return call(made.name, arguments, made.positional)


def _in_a_row(calls: Sequence[tuple[Class, dict[str, Any]]]) -> Iterator[str]:
    """The arguments of ``nn.Sequential``: equal ones as ``*(Residual(64) for _ in range(2))``."""
    if growing := _growing(calls):
        yield growing
        return
    for text, equal in groupby(_call(*each) for each in calls):
        count = len([*equal])
        yield text if count == 1 else f"*({text} for _ in range({count}))"


def _growing(calls: Sequence[tuple[Class, dict[str, Any]]]) -> str:
    """Copies of which one number grows by the same in each: ``*(DenseBlock(4, 64 + 8 * i, 2) for i in range(3))``."""
    made, first = calls[0]
    changing = [key for key in first if len({literal(arguments.get(key)) for _, arguments in calls}) > 1]
    if len(calls) < LEAST or len(changing) != 1 or any(one is not made or one_s.keys() != first.keys()
                                                       for one, one_s in calls):
        return ""
    numbers = [arguments[changing[0]] for _, arguments in calls]
    if not all(type(number) is int for number in numbers):
        return ""
    step = numbers[1] - numbers[0]
    if step <= 0 or numbers != [numbers[0] + step * index for index in range(len(numbers))]:
        return ""
    grown = Text(f"{numbers[0]} + {step} * i")
    return f"*({_call(made, {**first, changing[0]: grown})} for i in range({len(numbers)}))"
