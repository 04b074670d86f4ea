"""Graph → the Python source a person would have written: standalone, with the same state dict as ``build_module``."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

from engine.advice import first_error
from engine.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.graph import Graph
from engine.layers.base import Layer, Shape, call, literal, shape_text
from engine.layers.merge import Add
from engine.names import check_name, fresh_name

LINE = 120
CODE_WIDTH = 64  # comments stand in one column to the right of lines up to this long
LONGEST_VARIABLE = 32
AMBIGUOUS = frozenset("lOI")  # unreadable as variables: linters refuse them
# One number under several names: what comes out of one layer goes into the next.
WIDTHS = ("in_channels", "out_channels", "num_channels", "in_features", "out_features", "num_features")


def to_python(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network") -> str:
    """A module that needs only PyTorch. Raises LayerloomError when ``analyze`` finds something wrong."""
    check_name(class_name)
    analysis = analyze(graph, input_shape)
    error = first_error(analysis)
    if error is not None:
        raise error
    network = _use(None, analysis)
    classes = _classes(network, class_name)
    uses_torch = any(use.layer(name).torch.startswith("torch.") for use in _walk(network) for name in use.names)
    imports = ["import torch", "from torch import nn"][not uses_torch :]
    head = "\n".join([_header(analysis), "", *imports])
    return "\n\n\n".join([head, *("\n".join(made.source()) for made in classes)]) + "\n"


def _header(analysis: Analysis) -> str:
    assert analysis.input is not None
    taken, given = analysis.nodes[analysis.input].output_shape or (), analysis.output_shape or ()
    params = f"{analysis.params:,}".replace(",", " ")
    return f'"""Made with Layerloom: input {shape_text(taken)}, output {shape_text(given)}, {params} parameters."""'


# -- what is used where ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Use:
    """One place where a class is used: the whole network, or a block among certain inputs."""

    block: Block | None
    analysis: Analysis
    names: tuple[str, ...]
    inside: Mapping[str, _Use]

    def layer(self, name: str) -> Layer:
        return self.analysis.graph.nodes[name].layer

    def arguments(self, name: str) -> dict[str, Any]:
        return self.layer(name).arguments(self.analysis.nodes[name].input_shapes or ())

    def sources(self, name: str) -> list[str]:
        return [edge.source for edge in self.analysis.graph.inputs[name]]

    def is_module(self, name: str) -> bool:
        return name in self.inside or self.layer(name).torch.startswith("nn.")

    @cached_property
    def structure(self) -> tuple[object, ...]:
        """Equal for uses that one class can serve: everything but the arguments of its modules."""
        return (type(self.block), *((name, self._kind(name), *self.sources(name)) for name in self.names))

    def _kind(self, name: str) -> object:
        if name in self.inside:
            return self.inside[name].structure
        return type(self.layer(name)) if self.is_module(name) else (type(self.layer(name)), str(self.arguments(name)))


def _use(block: Block | None, analysis: Analysis) -> _Use:
    names = tuple(name for name in analysis.graph.order if name in analysis.members)
    inside = {}
    for name in names:
        layer = analysis.graph.nodes[name].layer
        if isinstance(layer, Block):
            inside[name] = _use(layer, layer.inside(analysis.nodes[name].input_shapes or ()))
    return _Use(block, analysis, names, inside)


def _walk(use: _Use) -> Iterator[_Use]:
    """Everything used, what is inside first."""
    for inner in use.inside.values():
        yield from _walk(inner)
    yield use


# -- classes and their parameters -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Text:
    """Source that stands where a value is expected; nothing at all for “no default”."""

    text: str = ""

    def __repr__(self) -> str:
        return self.text


NO_DEFAULT = _Text()


class _Slot(NamedTuple):
    """One argument of one layer inside a class: its value in each use, and its default."""

    node: str
    key: str
    values: tuple[Any, ...]
    default: Any

    @property
    def varies(self) -> bool:
        return len(set(map(literal, self.values))) > 1

    @property
    def is_width(self) -> bool:
        return self.key.endswith(WIDTHS)

    @property
    def vector(self) -> tuple[str, ...]:
        """What the argument is about, and its values."""
        return ("width" if self.is_width else self.key, *map(literal, self.values))


class _Parameter(NamedTuple):
    """An argument of a class: its value in each use, and its default."""

    name: str
    values: tuple[Any, ...]
    default: Any

    def __str__(self) -> str:
        return self.name if self.default is NO_DEFAULT else f"{self.name}={literal(self.default)}"


def _classes(network: _Use, class_name: str) -> list[_Class]:
    groups: dict[tuple[object, ...], list[_Use]] = {}
    for use in _walk(network):
        groups.setdefault(use.structure, []).append(use)
    names = _class_names([uses[0] for uses in groups.values()], class_name)
    home: dict[_Use, _Class] = {}
    for name, uses in zip(names, groups.values(), strict=True):
        made = _Class(name, uses, home)
        home.update(dict.fromkeys(uses, made))
    return list(dict.fromkeys(home.values()))


def _class_names(uses: Sequence[_Use], class_name: str) -> list[str]:
    """The block's kind; where it comes in several forms, what one has more than the smallest is added."""
    names: list[str] = []
    for use in uses:
        name = class_name
        if use.block is not None:
            name = use.block.kind()
            smallest = min((u for u in uses if type(u.block) is type(use.block)), key=lambda other: len(other.names))
            extra = [inner for inner in use.names if inner not in smallest.names]
            name += extra[0].title().replace("_", "") if len(extra) == 1 else ""
            name = fresh_name(name, [*names, class_name]) if name in (*names, class_name) else name
        names.append(name)
    return names


@dataclass(frozen=True, eq=False)
class _Class:
    """One class of the file, for all the places where it is used."""

    name: str
    uses: Sequence[_Use]
    home: Mapping[_Use, _Class]  # of the blocks inside

    @cached_property
    def slots(self) -> Mapping[str, list[_Slot]]:
        """The arguments of each module inside."""
        first = self.uses[0]
        return {name: self._slots(name) for name in first.names if first.is_module(name)}

    def _slots(self, name: str) -> list[_Slot]:
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
        return [_Slot(name, key, tuple(arguments.get(key, default) for arguments in given), default)
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

    def _number(self, slot: _Slot) -> tuple[str, ...]:
        """Equal for slots that one parameter serves."""
        if not slot.is_width:
            return slot.vector
        decided_by = self.uses[0].sources(slot.node)[0] if _taken_in(slot) else slot.node
        return (*slot.vector, self._origins[decided_by])

    @cached_property
    def _named(self) -> Mapping[tuple[str, ...], _Parameter]:
        """One parameter for each number that differs between the uses, named after where it first stands."""
        numbers: dict[tuple[str, ...], list[_Slot]] = {}
        for slot in (slot for slots in self.slots.values() for slot in slots if slot.varies):
            numbers.setdefault(self._number(slot), []).append(slot)
        stems = {number: _stem(slots) for number, slots in numbers.items()}
        count = Counter(stems.values())
        made: dict[tuple[str, ...], _Parameter] = {}
        taken: set[str] = set()
        for number, slots in numbers.items():
            stem, first = stems[number], slots[0]
            name = stem if count[stem] == 1 else f"{first.node[:LONGEST_VARIABLE]}_{stem}"
            name = fresh_name(name, taken) if name in taken else name
            taken.add(name)
            made[number] = _Parameter(name, first.values, first.default)
        return made

    @property
    def parameters(self) -> list[_Parameter]:
        """What the constructor takes, those without default first."""
        return sorted(self._named.values(), key=lambda parameter: parameter.default is not NO_DEFAULT)

    def arguments(self, use: _Use) -> dict[str, Any]:
        """What this use gives the constructor."""
        index = self.uses.index(use)
        given = {parameter.name: parameter.values[index] for parameter in self.parameters}
        return {p.name: given[p.name] for p in self.parameters if literal(given[p.name]) != literal(p.default)}

    # -- as text ----------------------------------------------------------------------------------------------------

    def source(self) -> list[str]:
        """The lines of the class."""
        return [f"class {self.name}(nn.Module):", *self._docstring(), *self._constructor(), *self._forward()]

    def _docstring(self) -> list[str]:
        block = self.uses[0].block
        return [f'    """{(type(block).__doc__ or block.title).strip().splitlines()[0]}"""', ""] if block else []

    def _constructor(self) -> list[str]:
        signature = ", ".join(["self", *map(str, self.parameters)])
        lines = [*_folded(" " * 4, "def __init__", f"({signature}):"), " " * 8 + "super().__init__()"]
        for name in self.slots:
            function, arguments = self._construction(name).split("(", 1)
            lines += _folded(" " * 8, f"self.{name} = {function}", f"({arguments}")
        return [*lines, ""]

    def _construction(self, name: str) -> str:
        first = self.uses[0]
        arguments = {slot.key: _Text(self._named[self._number(slot)].name) if slot.varies else slot.values[0]
                     for slot in self.slots[name]}
        if name not in first.inside:
            return call(first.layer(name).torch, arguments, first.layer(name).positional)
        inner = self.home[first.inside[name]]
        return call(inner.name, arguments, [*takewhile(WIDTHS.__contains__, [p.name for p in inner.parameters])])

    def _forward(self) -> list[str]:
        use = self.uses[0]
        variables = _variables(use)
        lines = [f"    def forward(self, {variables[use.names[0]]}):"]
        body: list[tuple[list[str], str]] = []
        for name in use.names[1:]:
            lead = "return " if name == use.analysis.output else f"{variables[name]} = "
            body.append((_expression(use, name, lead, variables), self._shape(name)))
        return lines + _commented(body)

    def _shape(self, name: str) -> str:
        """The output's shape, where it is the same in every use."""
        shapes = {use.analysis.nodes[name].output_shape for use in self.uses}
        return shape_text(shapes.pop() or ()) if len(shapes) == 1 else ""


def _taken_in(slot: _Slot) -> bool:
    return slot.key.startswith(("in_", "num_"))


def _stem(slots: Sequence[_Slot]) -> str:
    """A name for one number: its first keyword, or ``num_channels`` where that layer both takes and gives as many."""
    first = slots[0]
    for what in ("channels", "features"):
        both = {(first.node, f"in_{what}"), (first.node, f"out_{what}")}
        if both <= {(slot.node, slot.key) for slot in slots}:
            return f"num_{what}"
    return first.key


# -- forward --------------------------------------------------------------------------------------------------------


def _variables(use: _Use) -> dict[str, str]:
    """``x`` for as many values as can share it one after the other; the others are named after their nodes."""
    last = {source: index for index, name in enumerate(use.names) for source in use.sources(name)}
    taken = {*use.names, *AMBIGUOUS, "x"}
    start = use.names[0]
    variables = {}
    for name in use.names:
        plain = name not in AMBIGUOUS and len(name) <= LONGEST_VARIABLE and (name != "x" or name == start)
        variables[name] = name if plain else fresh_name(name[:LONGEST_VARIABLE], taken)
        taken.add(variables[name])
    free_at = last[start] if variables[start] == "x" else 0
    made = {name: index for index, name in enumerate(use.names) if index and name in last}
    # Taking the value that is needed for the shortest time serves most (interval scheduling).
    for name in sorted(made, key=lambda name: (last[name], made[name])):
        if made[name] >= free_at:
            variables[name], free_at = "x", last[name]
    return variables


def _expression(use: _Use, name: str, lead: str, variables: Mapping[str, str]) -> list[str]:
    layer, values = use.layer(name), [variables[source] for source in use.sources(name)]
    indent = " " * 8
    if use.is_module(name):
        return _folded(indent, f"{lead}self.{name}", f"({', '.join(values)})")
    if isinstance(layer, Add):
        text = " + ".join(values)
        return [indent + lead + text] if len(indent + lead + text) <= LINE else _folded(indent, lead, f"({text})")
    arguments = {"": _Text(f"[{', '.join(values)}]"), **use.arguments(name)}
    function, rest = call(layer.torch, arguments, [""]).split("(", 1)
    return _folded(indent, lead + function, f"({rest}")


def _folded(indent: str, lead: str, bracketed: str) -> list[str]:
    """The line, or what stands in its brackets on lines of its own where it is too long."""
    if len(indent + lead + bracketed) <= LINE:
        return [indent + lead + bracketed]
    body, end = bracketed[1:].rsplit(")", 1)
    inner = textwrap.wrap(body, LINE - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}{lead}(", *(f"{indent}    {line}" for line in inner), f"{indent}){end}"]


def _commented(body: Sequence[tuple[list[str], str]]) -> list[str]:
    """Lines with the shapes to their right, in one column where they are short enough."""
    width = max((len(code[-1]) for code, _ in body if len(code[-1]) <= CODE_WIDTH), default=0)
    lines: list[str] = []
    for code, comment in body:
        written = f"{code[-1]:{width}}  # {comment}" if comment else code[-1]
        if len(written) > LINE:
            lines.append(f"        # {comment}")
            written = code[-1]
        lines += [*code[:-1], written]
    return lines
