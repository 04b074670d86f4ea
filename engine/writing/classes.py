"""Which classes the exported source needs: one for each structure, with what differs between its uses as parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block
from engine.layers.base import Layer, literal
from engine.layers.code import Code
from engine.layers.code.source import definitions
from engine.layers.merge import Add
from engine.names import fresh_name

LONGEST_STEM = 32
KEEP = "keep_constants"  # what makes buffers of a person's plain tensors
# One number under several names: what comes out of one layer goes into the next.
WIDTHS = ("in_channels", "out_channels", "num_channels", "in_features", "out_features", "num_features")


@dataclass(frozen=True, eq=False)
class Use:
    """One place where a class is used: the whole network, or a block among certain inputs."""

    block: Block | None
    analysis: Analysis
    names: tuple[str, ...]
    inside: Mapping[str, Use]

    def layer(self, name: str) -> Layer:
        """The node's layer."""
        return self.analysis.graph.nodes[name].layer

    def arguments(self, name: str) -> dict[str, Any]:
        """What torch is called with at the node."""
        return self.layer(name).arguments(self.analysis.nodes[name].input_shapes or ())

    def sources(self, name: str) -> list[str]:
        """The nodes it gets its inputs from."""
        return self.analysis.sources(name)

    def owner(self, name: str) -> str:
        """The node under whose name its weights are kept."""
        return self.analysis.graph.nodes[name].shares or name

    def is_module(self, name: str) -> bool:
        """Whether the node makes a submodule with arguments, and is no mere function or user of another's weights."""
        return self.owner(name) == name and (name in self.inside or self.layer(name).torch.startswith("nn."))

    def definition(self, name: str) -> str:
        """What stands in the constructor for a node that is no such submodule: a buffer, a person's own class."""
        layer, shapes = self.layer(name), self.analysis.nodes[name].input_shapes or ()
        if source := layer.tensor_source(shapes):
            return f'self.register_buffer("{name}", {source})'
        if isinstance(layer, Code) and self.owner(name) == name:
            made = layer.construction(shapes)
            return f"self.{name} = {KEEP}({made})" if layer.trial(shapes).loose else f"self.{name} = {made}"
        return ""

    def expression(self, name: str, inputs: Sequence[str]) -> str:
        """How the node is called with these inputs."""
        shapes = self.analysis.nodes[name].input_shapes or ()
        return self.layer(name).expression(f"self.{self.owner(name)}", inputs, shapes)

    @cached_property
    def structure(self) -> tuple[object, ...]:
        """Equal for uses that one class can serve: everything but the arguments of its modules."""
        parts = ((name, self._kind(name), *self.sources(name)) for name in self.names)
        return (self.block.class_name if self.block else None, *parts)

    def _kind(self, name: str) -> object:
        if name in self.inside and self.owner(name) == name:
            return self.inside[name].structure
        if self.is_module(name) or name == self.names[0]:
            return type(self.layer(name))
        count = range(len(self.sources(name)))
        return self.definition(name), self.expression(name, [f"x{index}" for index in count])


def use_of(block: Block | None, analysis: Analysis) -> Use:
    """The use, and all that is inside it."""
    names = tuple(name for name in analysis.graph.order if name in analysis.members)
    inside = {}
    for name in names:
        layer = analysis.graph.nodes[name].layer
        if isinstance(layer, Block):
            inside[name] = use_of(layer, layer.inside(analysis.nodes[name].input_shapes or ()))
    return Use(block, analysis, names, inside)


def walk(use: Use) -> Iterator[Use]:
    """Everything used, what is inside first."""
    for name, inner in use.inside.items():
        if use.owner(name) == name:  # the others use what stands there
            yield from walk(inner)
    yield use


# -- classes and their parameters -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """Source that stands where a value is expected; nothing at all for “no default”."""

    text: str = ""

    def __repr__(self) -> str:
        return self.text


NO_DEFAULT = Text()


class Slot(NamedTuple):
    """One argument of one layer inside a class: its value in each use, and its default."""

    node: str
    key: str
    values: tuple[Any, ...]
    default: Any

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


class Parameter(NamedTuple):
    """An argument of a class: its value in each use, and its default."""

    name: str
    values: tuple[Any, ...]
    default: Any

    def __str__(self) -> str:
        return self.name if self.default is NO_DEFAULT else f"{self.name}={literal(self.default)}"


def classes(network: Use, class_name: str) -> list[Class]:
    """The classes that serve every use in the network; what is used stands before what uses it."""
    groups: dict[tuple[object, ...], list[Use]] = {}
    for use in walk(network):
        groups.setdefault(use.structure, []).append(use)
    names = _class_names([uses[0] for uses in groups.values()], class_name)
    home: dict[Use, Class] = {}
    for name, uses in zip(names, groups.values(), strict=True):
        made = Class(name, uses, home)
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
            name = use.block.class_name
            alike = (other for other in uses if other.block is not None and other.block.class_name == name)
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
        if name in self.uses[0].inside:
            inner = self.home[self.uses[0].inside[name]]
            given = [inner.arguments(use.inside[name]) for use in self.uses]
            defaults = {parameter.name: parameter.default for parameter in inner.parameters}
        else:
            given = [use.arguments(name) for use in self.uses]
            layer = self.uses[0].layer(name)
            inferred = {key: NO_DEFAULT for key in given[0] if key not in type(layer).model_fields}
            own = type(layer).model_fields.items()
            defaults = inferred | {key: NO_DEFAULT if key in layer.required else field.default for key, field in own}
        return [Slot(name, key, tuple(arguments.get(key, default) for arguments in given), default)
                for key, default in defaults.items() if any(key in arguments for arguments in given)]

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
        decided_by = self.uses[0].sources(slot.node)[0] if _taken_in(slot) else slot.node
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

    @property
    def parameters(self) -> list[Parameter]:
        """What the constructor takes, those without default first."""
        return sorted(self.named.values(), key=lambda parameter: parameter.default is not NO_DEFAULT)

    def arguments(self, use: Use) -> dict[str, Any]:
        """What this use gives the constructor."""
        index = self.uses.index(use)
        given = {parameter.name: parameter.values[index] for parameter in self.parameters}
        return {p.name: given[p.name] for p in self.parameters if literal(given[p.name]) != literal(p.default)}


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
