"""Which classes the exported source needs: one for each kind, with what differs between its uses as parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

from engine.layers.base import literal
from engine.layers.code import Code
from engine.layers.code.source import definitions
from engine.layers.merge import Add
from engine.names import fresh_name
from engine.writing.forms import Form, form_of, is_written
from engine.writing.labels import called
from engine.writing.parameters import NO_DEFAULT, Parameter
from engine.writing.uses import KEEP, Use, walk

LONGEST_STEM = 32
# One number under several names: what comes out of one layer goes into the next.
WIDTHS = ("in_channels", "out_channels", "num_channels", "in_features", "out_features", "num_features")


class Slot(NamedTuple):
    """One argument of one layer inside a class: its value in each use, and its default.

    ``copy`` counts the copies of a repeated block.
    """

    node: str
    key: str
    values: tuple[Any, ...]
    default: Any
    copy: int = 0

    @property
    def varies(self) -> bool:
        """Whether the uses differ in it."""
        return len(set(map(literal, self.values))) > 1

    @property
    def is_width(self) -> bool:
        """Whether it counts channels or features."""
        return self.key.endswith(WIDTHS)

    @property
    def vector(self) -> tuple[str, ...]:
        """What the argument is about, and its values."""
        return ("width" if self.is_width else self.key, *map(literal, self.values))


def classes(network: Use, class_name: str) -> list[Class]:
    """The classes that serve every use in the network; what is used stands before what uses it."""
    groups: dict[tuple[object, ...], list[Use]] = {}
    for use in walk(network):
        if use.copies == (use,):
            groups.setdefault(use.structure, []).append(use)
    names = _class_names([uses[0] for uses in groups.values()], class_name)
    home: dict[Use, Class] = {}
    for name, uses in zip(names, groups.values(), strict=True):
        block = uses[0].block
        made = Written(name, uses, home) if block is not None and is_written(block) else Class(name, uses, home)
        home.update(dict.fromkeys(uses, made))
    return list(dict.fromkeys(home.values()))


def _class_names(uses: Sequence[Use], class_name: str) -> list[str]:
    """The block's kind; where it comes in several forms, what one has more than the smallest is added."""
    own = [name for use in uses for layer in map(use.layer, use.names) if isinstance(layer, Code)
           for name in definitions(layer.source)]
    names: list[str] = []
    for use in uses:
        name = class_name
        if use.block is not None:
            name = called(use.block)
            alike = (other for other in uses if other.block is not None and called(other.block) == name)
            smallest = min(alike, key=lambda other: len(other.names))
            extra = [inner for inner in use.names if inner not in smallest.names]
            name += extra[0].title().replace("_", "") if len(extra) == 1 else ""
            taken = [*names, *own, class_name, KEEP]
            name = fresh_name(f"{name}2", taken) if name in taken else name
        names.append(name)
    return names


@dataclass(frozen=True, eq=False)
class Class:
    """One class of the file, for all the places where it is used."""

    name: str
    uses: Sequence[Use]
    home: Mapping[Use, Class]  # of the blocks inside

    @cached_property
    def slots(self) -> Mapping[str, list[Slot]]:
        """The arguments of each module inside."""
        first = self.uses[0]
        return {name: self._slots(name) for name in first.names if first.is_module(name)}

    def _slots(self, name: str) -> list[Slot]:
        first = self.uses[0]
        if name in first.inside:
            copies = [use.inside[name].copies for use in self.uses]
            return [slot for number, parts in enumerate(zip(*copies, strict=True))
                    for slot in self._slots_of_block(name, number, parts)]
        layer, given = first.layer(name), [use.arguments(name) for use in self.uses]
        inferred = {key: NO_DEFAULT for key in given[0] if key not in type(layer).model_fields}
        own = type(layer).model_fields.items()
        defaults = inferred | {key: NO_DEFAULT if key in layer.required else field.default for key, field in own}
        return _slots_for(name, 0, given, defaults)

    def _slots_of_block(self, name: str, copy: int, uses: Sequence[Use]) -> list[Slot]:
        inner = self.home[uses[0]]
        defaults = {parameter.name: parameter.default for parameter in inner.parameters}
        return _slots_for(name, copy, [inner.arguments(use) for use in uses], defaults)

    @cached_property
    def _origins(self) -> Mapping[str, str]:
        """The node that decided how wide each node's output is: what merely keeps its input's width is passed over.

        Numbers that are equal by chance, such as the widths of two branches, are thus kept apart.
        """
        use = self.uses[0]
        origins: dict[str, str] = {}
        for name in use.names:
            sources = [origins[source] for source in use.sources(name)]
            origins[name] = sources[0] if sources and self._keeps_width(name) else name
            if isinstance(use.layer(name), Add):
                origins.update({other: sources[0] for other, origin in origins.items() if origin in sources})
        return origins

    def _keeps_width(self, name: str) -> bool:
        widths = [slot for slot in self.slots.get(name, ()) if slot.is_width]
        into, out = ({slot.vector for slot in widths if _taken_in(slot) is taken} for taken in (True, False))
        match self.uses[0].layer(name).category:
            case "merge":
                return isinstance(self.uses[0].layer(name), Add)
            case "block":
                return bool(into) and out <= into
            case _:
                return out <= into

    def number(self, slot: Slot) -> tuple[str, ...]:
        """Equal for slots that one parameter serves."""
        if not slot.is_width:
            return slot.vector
        decided_by = self.uses[0].sources(slot.node)[0] if _taken_in(slot) and not slot.copy else slot.node
        return (*slot.vector, self._origins[decided_by])

    @cached_property
    def named(self) -> Mapping[tuple[str, ...], Parameter]:
        """One parameter for each number that differs between the uses, named after where it first stands."""
        numbers: dict[tuple[str, ...], list[Slot]] = {}
        for slot in (slot for slots in self.slots.values() for slot in slots if slot.varies):
            numbers.setdefault(self.number(slot), []).append(slot)
        stems = {number: _stem(slots) for number, slots in numbers.items()}
        count = Counter(stems.values())
        made: dict[tuple[str, ...], Parameter] = {}
        taken: set[str] = set()
        for number, slots in numbers.items():
            stem, first = stems[number], slots[0]
            name = stem if count[stem] == 1 else f"{first.node[:LONGEST_STEM]}_{stem}"
            name = fresh_name(name, taken) if name in taken else name
            taken.add(name)
            made[number] = Parameter(name, first.values, first.default)
        return made

    @cached_property
    def parameters(self) -> Sequence[Parameter]:
        """What the constructor takes, those without default first."""
        return sorted(self.named.values(), key=lambda parameter: parameter.default is not NO_DEFAULT)

    @property
    def positional(self) -> Sequence[str]:
        """Those that are given without their keyword."""
        return [*takewhile(WIDTHS.__contains__, [parameter.name for parameter in self.parameters])]

    def arguments(self, use: Use) -> dict[str, Any]:
        """What this use gives the constructor."""
        index = self.uses.index(use)
        return {each.name: each.values[index] for each in self.parameters if each.is_given(index)}


@dataclass(frozen=True, eq=False)
class Written(Class):
    """The class of a block that is made from parameters."""

    @cached_property
    def form(self) -> Form:
        """What stands in it."""
        blocks = [use.block for use in self.uses if use.block is not None]
        shapes = [use.analysis.nodes[use.names[0]].output_shape or () for use in self.uses]
        return form_of(blocks, [shape[0] for shape in shapes])

    @property
    def parameters(self) -> Sequence[Parameter]:
        return self.form.parameters

    @property
    def positional(self) -> Sequence[str]:
        return self.form.positional


def _slots_for(name: str, copy: int, given: Sequence[dict[str, Any]], defaults: Mapping[str, Any]) -> list[Slot]:
    return [Slot(name, key, tuple(arguments.get(key, default) for arguments in given), default, copy)
            for key, default in defaults.items() if any(key in arguments for arguments in given)]


def _taken_in(slot: Slot) -> bool:
    return slot.key.startswith(("in_", "num_"))


def _stem(slots: Sequence[Slot]) -> str:
    """A name for one number: its first keyword, or ``num_channels`` where that layer both takes and gives as many."""
    first = slots[0]
    for what in ("channels", "features"):
        both = {(first.node, f"in_{what}"), (first.node, f"out_{what}")}
        if both <= {(slot.node, slot.key) for slot in slots}:
            return f"num_{what}"
    return first.key
