"""Graph → the Python source a person would have written: standalone, with the same state dict as ``build_module``."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from engine.analysis.analysis import Analysis, analyze, first_error
from engine.blocks.base import Block
from engine.graph.graph import Graph
from engine.layers.base import Shape, call
from engine.names import check_name, fresh_name
from engine.units import SPACE, grouped, shape_text
from engine.writing.classes import WIDTHS, Class, Text, Use, classes, use_of
from engine.writing.own_code import FUTURE, own_sources, without_future

LINE = 120
GAP = "\n" * 3  # between the parts of a file
CODE_WIDTH = 64  # comments stand in one column to the right of lines up to this long
LONGEST_VARIABLE = 32
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")  # a text, as Python writes it
GLUE = "\0"  # in the place of a space at which no line may end
AMBIGUOUS = frozenset("lOI")  # unreadable as variables: linters refuse them


class Source(NamedTuple):
    """A file's text, and where in it each node stands: ``block.conv1`` is inside a block.

    Lines count from 1; a node's own come before those of its copies, where it is repeated.
    """

    text: str
    lines: Mapping[str, tuple[int, ...]]


class Line(NamedTuple):
    """One line of a class, and the node that it is about."""

    text: str
    node: str = ""


def to_python(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network") -> str:
    """A module that needs only PyTorch. Raises LayerloomError when ``analyze`` finds something wrong."""
    return to_source(graph, input_shape, class_name).text


def to_source(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network") -> Source:
    """As ``to_python``, with the lines of each node: where its module is made, and where it is called."""
    return source_of(analyze(graph, input_shape), class_name)


def source_of(analysis: Analysis, class_name: str = "Network") -> Source:
    """The source of a network that is analysed already. Raises LayerloomError when something is wrong with it."""
    check_name(class_name)
    error = first_error(analysis)
    if error is not None:
        raise error
    network = use_of(None, analysis.active)
    own, future = without_future(own_sources(network, class_name))
    made = {made: _source(made) for made in classes(network, class_name)}
    bodies = [*own, *("\n".join(line.text for line in lines) for lines in made.values())]
    uses_torch = any(re.search(r"\btorch\.", body) for body in bodies)
    imports = [*([FUTURE, ""] if future else []), *["import torch", "from torch import nn"][not uses_torch :]]
    parts = ["\n".join([_header(analysis), "", *imports]), *bodies]
    return Source(GAP.join(parts) + "\n", _places(network, made, parts[: len(parts) - len(made)]))


# -- where each node stands -------------------------------------------------------------------------------------------


def _places(network: Use, made: Mapping[Class, Sequence[Line]], before: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The lines of every node, in every place where its class is used."""
    first = sum(part.count("\n") + len(GAP) for part in before) + 1
    numbers: dict[Class, dict[str, list[int]]] = {}
    for one, lines in made.items():
        own = numbers[one] = {}
        for number, line in enumerate(lines, first):
            if line.node:
                own.setdefault(line.node, []).append(number)
        first += len(lines) - 1 + len(GAP)
    home = next(iter(made)).home
    places: dict[str, dict[int, None]] = {}
    for path, use, name in _paths(network, ""):
        places.setdefault(path, {}).update(dict.fromkeys(numbers[home[use]].get(name, ())))
    return {path: tuple(found) for path, found in places.items()}


def _paths(use: Use, way: str) -> Iterator[tuple[str, Use, str]]:
    """Every node of the network with its dotted path, as it is found on the canvas.

    What uses another's weights stands where that one does. The copies of a repeated block are one there.
    """
    for name in use.names:
        yield way + name, use, name
        if name in use.inside:
            within, block = use.inside[use.owner(name)], use.layer(name)
            if isinstance(block, Block) and block.repeat > 1:
                copies = (within.inside[copy] for copy in within.names if copy in within.inside)
                yield from ((way + name, within, copy) for copy in within.names[1:])
                for copy in copies:
                    yield from _paths(copy, f"{way}{name}.")
            else:
                yield from _paths(within, f"{way}{name}.")


def _header(analysis: Analysis) -> str:
    assert analysis.input is not None
    taken, given = analysis.nodes[analysis.input].output_shape or (), analysis.output_shape or ()
    params = grouped(analysis.params).replace(SPACE, " ")
    return f'"""Made with Layerloom: input {shape_text(taken)}, output {shape_text(given)}, {params} parameters."""'


# -- classes ----------------------------------------------------------------------------------------------------------


def _source(made: Class) -> list[Line]:
    head = [f"class {made.name}(nn.Module):", *_docstring(made)]
    return [*map(Line, head), *_constructor(made), *_forward(made)]


def _docstring(made: Class) -> list[str]:
    block = made.uses[0].block
    return [f'    """{(type(block).__doc__ or block.title).strip().splitlines()[0]}"""', ""] if block else []


def _constructor(made: Class) -> list[Line]:
    use = made.uses[0]
    definitions = {name: text for name in use.names if (text := use.definition(name))}
    if not made.slots and not definitions:
        return []
    signature = ", ".join(["self", *map(str, made.parameters)])
    head = [*_folded(" " * 4, "def __init__", f"({signature}):"), " " * 8 + "super().__init__()"]
    lines = [*map(Line, head)]
    for name in use.names:
        if name in made.slots:
            lines += _about(name, _fitted(" " * 8, f"self.{name} = ", _construction(made, name)))
        elif name in definitions:
            lines += _about(name, _fitted(" " * 8, "", definitions[name]))
    return [*lines, Line("")]


def _about(name: str, lines: Sequence[str]) -> list[Line]:
    return [Line(text, name) for line in lines for text in line.split("\n")]


def _construction(made: Class, name: str) -> str:
    first = made.uses[0]
    arguments = {slot.key: Text(made.named[made.number(slot)].name) if slot.varies else slot.values[0]
                 for slot in made.slots[name]}
    if name not in first.inside:
        return call(first.layer(name).torch, arguments, first.layer(name).positional)
    inner = made.home[first.inside[name]]
    return call(inner.name, arguments, [*takewhile(WIDTHS.__contains__, [p.name for p in inner.parameters])])


def _forward(made: Class) -> list[Line]:
    use = made.uses[0]
    variables, start = _variables(use), use.names[0]
    body: list[tuple[str, list[str], str]] = []
    for name in use.names[1:]:
        lead = "return " if name == use.analysis.output else f"{variables[name]} = "
        body.append((name, _statement(use, name, lead, variables), _shape(made, name)))
    return [Line(f"    def forward(self, {variables[start]}):", start), *_commented(body)]


def _shape(made: Class, name: str) -> str:
    """The output's shape, where it is the same in every use."""
    shapes = {use.analysis.nodes[name].output_shape for use in made.uses}
    return shape_text(shapes.pop() or ()) if len(shapes) == 1 else ""


# -- forward --------------------------------------------------------------------------------------------------------


def _variables(use: Use) -> dict[str, str]:
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


def _statement(use: Use, name: str, lead: str, variables: Mapping[str, str]) -> list[str]:
    return _fitted(" " * 8, lead, use.expression(name, [variables[source] for source in use.sources(name)]))


def _fitted(indent: str, lead: str, text: str) -> list[str]:
    """The line; where it is too long, what is in its outermost brackets stands on lines of its own."""
    if len(indent + lead + text) <= LINE:
        return [indent + lead + text]
    start = _outermost(text)
    if start is None:
        return _folded(indent, lead, f"({text})")
    return _folded(indent, lead + text[:start], text[start:])


def _outermost(text: str) -> int | None:
    """Where the bracket opens that closes at the end of the text, or None."""
    if not text.endswith(")"):
        return None
    text, depth = QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text), 0
    for index in range(len(text) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if not depth:
            return index
    return None


def _folded(indent: str, lead: str, bracketed: str) -> list[str]:
    """The line, or what stands in its brackets on lines of its own where it is too long; what is quoted stays whole."""
    if len(indent + lead + bracketed) <= LINE:
        return [indent + lead + bracketed]
    body, end = bracketed[1:].rsplit(")", 1)
    whole = QUOTED.sub(lambda text: text[0].replace(" ", GLUE), body)
    inner = textwrap.wrap(whole, LINE - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}{lead}(", *(f"{indent}    {line.replace(GLUE, ' ')}" for line in inner), f"{indent}){end}"]


def _commented(body: Sequence[tuple[str, list[str], str]]) -> list[Line]:
    """Lines with the shapes to their right, in one column where they are short enough."""
    width = max((len(code[-1]) for _, code, _ in body if len(code[-1]) <= CODE_WIDTH), default=0)
    lines: list[Line] = []
    for name, code, comment in body:
        written = f"{code[-1]:{width}}  # {comment}" if comment else code[-1]
        if len(written) > LINE:
            lines.append(Line(f"        # {comment}", name))
            written = code[-1]
        lines += _about(name, [*code[:-1], written])
    return lines
