"""What stands in each class of the source: its docstring, constructor and ``forward``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from engine.blocks.base import Block
from engine.names import fresh_name
from engine.units import shape_text
from engine.writing.beginnings import beginnings
from engine.writing.calls import INDENT, constructed
from engine.writing.classes import Class, Written
from engine.writing.labels import APART, quoted
from engine.writing.lines import Line, about, commented, fitted, folded
from engine.writing.naming import SCRATCH, by_itself
from engine.writing.uses import Use

LONGEST_VARIABLE = 32
ROOM = 96  # characters of a docstring
AMBIGUOUS = frozenset("lOI")  # unreadable as variables: linters refuse them
INPUT = "input"
MARKED = re.compile(r"^(.*?)(?:  #: ([\w ]+))?$")


def written(made: Class) -> list[Line]:
    """All lines of a class."""
    head = [Line(f"class {made.name}(nn.Module):"), Line(f'    """{_docstring(made)}"""'), Line("")]
    if isinstance(made, Written):
        return [*head, *_written_constructor(made), *_written_forward(made)]
    return [*head, *_constructor(made), *_forward(made)]


# -- docstrings -------------------------------------------------------------------------------------------------------


def _docstring(made: Class) -> str:
    """What the class is: a block's own words, a person's label for theirs, or what the network takes and gives."""
    use = made.uses[0]
    if use.block is None:
        shapes = (use.analysis.nodes[use.names[0]].output_shape or (), use.analysis.output_shape or ())
        return f"The whole network, from {shape_text(shapes[0])} to {shape_text(shapes[1])}."
    if use.block.own_graph is None:
        return (type(use.block).__doc__ or use.block.title).strip().splitlines()[0]
    told, layers = f"{quoted(use.block.shown_title)}{APART}", _layers(use)
    most = next((count for count in range(len(layers), 1, -1) if len(", ".join(layers[:count])) <= ROOM - len(told)), 1)
    return f"{told}{', '.join([*layers[:most], *['and more'][: most < len(layers)]])}."


def _layers(use: Use) -> list[str]:
    names = [layer.shown_title if isinstance(layer, Block) else layer.title for layer in map(use.layer, use.names[1:])]
    runs = [(name, len([*equal])) for name, equal in groupby(names)]
    return [quoted(name) if count == 1 else f"{quoted(name)} ×{count}" for name, count in runs]


# -- blocks that are made from parameters -----------------------------------------------------------------------------


def _written_constructor(made: Written) -> Iterator[Line]:
    yield from _signature(made)
    yield from _marked(made, made.form.constructor)
    yield Line("")


def _written_forward(made: Written) -> Iterator[Line]:
    yield Line(f"    def forward(self, {SCRATCH}):", (made.uses[0].names[0],))
    yield from _marked(made, made.form.forward)


def _marked(made: Written, text: str) -> Iterator[Line]:
    """Lines of a form with the nodes that they are about: those they name, and those that the end of the line does."""
    names = list(dict.fromkeys(name for use in made.uses for name in use.names[1:]))
    for each in text.strip("\n").split("\n"):
        match = MARKED.match(each)
        assert match is not None
        mentioned = {*re.findall(r"self\.(\w+)", match[1]), *(match[2] or "").split()}
        nodes = [name for name in names if name in mentioned or name.rstrip("0123456789") in (match[2] or "").split()]
        yield Line(INDENT + match[1], tuple(nodes))


# -- the constructor --------------------------------------------------------------------------------------------------


def _signature(made: Class) -> list[Line]:
    takes = ", ".join(["self", *map(str, made.parameters)])
    return [*map(Line, folded(" " * 4, "def __init__", f"({takes}):")), Line(f"{INDENT}super().__init__()")]


def _constructor(made: Class) -> list[Line]:
    use = made.uses[0]
    definitions = {name: text for name in use.names if (text := use.definition(name))}
    if not made.slots and not definitions:
        return []
    lines = _signature(made)
    for name in use.names:
        if name in made.slots:
            lines += about(name, constructed(made, name))
        elif name in definitions:
            lines += about(name, fitted(INDENT, "", definitions[name]))
    lines += [Line(INDENT + line.text, line.nodes) for line in beginnings(use)]
    return [*lines, Line("")]


# -- forward ----------------------------------------------------------------------------------------------------------


def _forward(made: Class) -> list[Line]:
    use = made.uses[0]
    start, named = use.names[0], _to_be_named(use)
    variables = _variables(use, named)
    body: list[tuple[str, list[str], str]] = []
    for name in use.names[1:]:
        is_end = name == use.analysis.output
        lead = "return " if is_end and name not in named else f"{variables[name]} = "
        body.append((name, _statement(use, name, lead, variables), _shape(made, name)))
        if is_end and name in named:
            body.append((name, [f"{INDENT}return {variables[name]}"], ""))
    return [Line(f"    def forward(self, {variables[start]}):", (start,)), *commented(body)]


def _statement(use: Use, name: str, lead: str, variables: Mapping[str, str]) -> list[str]:
    return fitted(INDENT, lead, use.expression(name, [variables[source] for source in use.sources(name)]))


def _shape(made: Class, name: str) -> str:
    """The output's shape, where it is the same in every use."""
    shapes = {use.analysis.nodes[name].output_shape for use in made.uses}
    return shape_text(shapes.pop() or ()) if len(shapes) == 1 else ""


def _to_be_named(use: Use) -> set[str]:
    """Nodes that are kept under no name, and would be called otherwise by whoever reads the code without a variable."""
    plain = by_itself([(name, _stem(use, name), use.is_module(name) or bool(use.definition(name)))
                       for name in use.names])
    return {name for name in use.names[1:] if plain[name] != name and _is_variable(name)}


def _stem(use: Use, name: str) -> str:
    owner = use.owner(name)
    return use.layer(name).stem if owner == name or not use.is_module(owner) else owner


def _is_variable(name: str) -> bool:
    return name not in AMBIGUOUS and len(name) <= LONGEST_VARIABLE and name != SCRATCH


def _variables(use: Use, named: Collection[str]) -> dict[str, str]:
    """``x`` for as many values as can share it one after the other; the others are named after their nodes."""
    last = {source: index for index, name in enumerate(use.names) for source in use.sources(name)}
    taken = {*use.names, *AMBIGUOUS, SCRATCH}
    start, variables = use.names[0], {}
    for name in use.names:
        plain = _is_variable(name) or name == start == SCRATCH
        variables[name] = name if plain else fresh_name(name[:LONGEST_VARIABLE], taken)
        taken.add(variables[name])
    if start == INPUT:
        variables[start] = SCRATCH
    free_at = last[start] if variables[start] == SCRATCH else 0
    made = {name: index for index, name in enumerate(use.names) if index and name in last and name not in named}
    # Taking the value that is needed for the shortest time serves most (interval scheduling).
    for name in sorted(made, key=lambda name: (last[name], made[name])):
        if made[name] >= free_at:
            variables[name], free_at = SCRATCH, last[name]
    return variables
