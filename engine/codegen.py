"""Graph → the Python source a person would have written: standalone, with the same state dict as ``build_module``."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import takewhile

from engine.advice import first_error
from engine.analysis import Analysis, analyze
from engine.codegen_classes import WIDTHS, Class, Text, Use, classes, use_of
from engine.codegen_code import FUTURE, own_sources, without_future
from engine.graph import Graph
from engine.layers.base import Shape, call, shape_text
from engine.names import check_name, fresh_name

LINE = 120
CODE_WIDTH = 64  # comments stand in one column to the right of lines up to this long
LONGEST_VARIABLE = 32
AMBIGUOUS = frozenset("lOI")  # unreadable as variables: linters refuse them


def to_python(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network") -> str:
    """A module that needs only PyTorch. Raises LayerloomError when ``analyze`` finds something wrong."""
    check_name(class_name)
    analysis = analyze(graph, input_shape)
    error = first_error(analysis)
    if error is not None:
        raise error
    network = use_of(None, analysis.active)
    own, future = without_future(own_sources(network, class_name))
    bodies = [*own, *("\n".join(_source(made)) for made in classes(network, class_name))]
    uses_torch = any(re.search(r"\btorch\.", body) for body in bodies)
    imports = [*([FUTURE, ""] if future else []), *["import torch", "from torch import nn"][not uses_torch :]]
    return "\n\n\n".join(["\n".join([_header(analysis), "", *imports]), *bodies]) + "\n"


def _header(analysis: Analysis) -> str:
    assert analysis.input is not None
    taken, given = analysis.nodes[analysis.input].output_shape or (), analysis.output_shape or ()
    params = f"{analysis.params:,}".replace(",", " ")
    return f'"""Made with Layerloom: input {shape_text(taken)}, output {shape_text(given)}, {params} parameters."""'


# -- classes ----------------------------------------------------------------------------------------------------------


def _source(made: Class) -> list[str]:
    return [f"class {made.name}(nn.Module):", *_docstring(made), *_constructor(made), *_forward(made)]


def _docstring(made: Class) -> list[str]:
    block = made.uses[0].block
    return [f'    """{(type(block).__doc__ or block.title).strip().splitlines()[0]}"""', ""] if block else []


def _constructor(made: Class) -> list[str]:
    use = made.uses[0]
    definitions = {name: text for name in use.names[1:] if (text := use.definition(name))}
    if not made.slots and not definitions:
        return []
    signature = ", ".join(["self", *map(str, made.parameters)])
    lines = [*_folded(" " * 4, "def __init__", f"({signature}):"), " " * 8 + "super().__init__()"]
    for name in use.names:
        if name in made.slots:
            lines += _fitted(" " * 8, f"self.{name} = ", _construction(made, name))
        elif name in definitions:
            lines += _fitted(" " * 8, "", definitions[name])
    return [*lines, ""]


def _construction(made: Class, name: str) -> str:
    first = made.uses[0]
    arguments = {slot.key: Text(made.named[made.number(slot)].name) if slot.varies else slot.values[0]
                 for slot in made.slots[name]}
    if name not in first.inside:
        return call(first.layer(name).torch, arguments, first.layer(name).positional)
    inner = made.home[first.inside[name]]
    return call(inner.name, arguments, [*takewhile(WIDTHS.__contains__, [p.name for p in inner.parameters])])


def _forward(made: Class) -> list[str]:
    use = made.uses[0]
    variables = _variables(use)
    lines = [f"    def forward(self, {variables[use.names[0]]}):"]
    body: list[tuple[list[str], str]] = []
    for name in use.names[1:]:
        lead = "return " if name == use.analysis.output else f"{variables[name]} = "
        body.append((_statement(use, name, lead, variables), _shape(made, name)))
    return lines + _commented(body)


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
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if not depth:
            return index
    return None


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
