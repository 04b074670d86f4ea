"""A graph in the form of a line, as short as it can be read back. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from engine.graph.graph import Graph
from engine.layers import Layer
from engine.line.grammar import JOINS, parse_line, read_line
from engine.line.values import LineError, bare_options
from engine.search.synonyms import ALIASES

SHORT = {"stride": "s", "padding": "p", "dilation": "d", "groups": "g"}
DEEPEST = 12  # brackets within brackets that anybody would read
UNWRITABLE = ("Custom", "Code")  # what is inside them is no text of a line


def line_of(graph: Graph) -> str:
    """The line that gives the same network, branches that meet again in brackets.

    Where wires lead otherwise it gives the same layers: chains in order, ``;`` between those that other wires join.
    Raises LineError where a layer has no line form: a block of one's own, code.
    """
    for full in (False, True):
        text = _whole(graph, full)
        if text:
            return text
    chains = _chains(graph)
    layers = tuple(graph.nodes[name].layer for chain in chains for name in chain)
    text = "; ".join(", ".join(item_of(graph.nodes[name].layer) for name in chain) for chain in chains)
    if not text or _reads_as(text, layers):
        return text
    return "; ".join(", ".join(item_of(graph.nodes[name].layer, full=True) for name in chain) for chain in chains)


class _Step(NamedTuple):
    """A part of a line, and the nodes that it stands for, in the order in which they are read."""

    text: str
    names: tuple[str, ...]


def _whole(graph: Graph, full: bool) -> str:
    """The line with every wire of the graph; "" where there is none."""
    ends = [name for name in graph.nodes if not graph.outputs[name]]
    if len(ends) != 1:
        return ""
    steps = _back(graph, _dominators(graph), ends[0], None, full, 0)
    if steps is None:
        return ""
    names = [name for step in steps for name in step.names]
    text = ", ".join(step.text for step in steps)
    return text if len(names) == len(graph.nodes) and _gives(text, graph, names) else ""


def _dominators(graph: Graph) -> dict[str, str | None]:
    """The last node that all ways to a node lead through."""
    above: dict[str, str | None] = {}
    depth: dict[str | None, int] = {None: 0}
    for name in graph.order:
        common = graph.inputs[name][0].source if graph.inputs[name] else None
        for edge in graph.inputs[name][1:]:
            other: str | None = edge.source
            while common != other:
                if depth[common] < depth[other]:
                    common, other = other, common
                common = above[common] if common is not None else None
        above[name], depth[name] = common, depth[common] + 1
    return above


def _back(graph: Graph, above: Mapping[str, str | None], name: str | None, stop: str | None, full: bool,
          depth: int) -> list[_Step] | None:
    """The steps from behind ``stop`` to the node; None where there are too many ways."""
    steps: list[_Step] = []
    while name is not None and name != stop:
        layer, before = graph.nodes[name].layer, graph.inputs[name]
        if len(before) < 2:
            steps.append(_Step(item_of(layer, full=full), (name,)))
            name = before[0].source if before else None
            continue
        sign = next((sign for sign, join in JOINS.items() if layer == join()), None)
        branches = [_back(graph, above, edge.source, above[name], full, depth + 1) for edge in before]
        if sign is None or depth >= DEEPEST or any(branch is None for branch in branches):
            return None
        parts = [branch for branch in branches if branch is not None]
        inside = f" {sign} ".join(", ".join(step.text for step in part) for part in parts)
        steps.append(_Step(f"({inside})", (*(n for part in parts for step in part for n in step.names), name)))
        name = above[name]
    return steps[::-1]


def _gives(text: str, graph: Graph, names: Sequence[str]) -> bool:
    """Whether the line, read, has these nodes in this order and exactly the graph's wires."""
    try:
        items = read_line(text)
    except LineError:
        return False
    if len(items) != len(names):
        return False
    index = {name: number for number, name in enumerate(names)}
    return all(item.layer == graph.nodes[name].layer and
               tuple(i for i in item.after if i >= 0) == tuple(index[edge.source] for edge in graph.inputs[name])
               for item, name in zip(items, names, strict=True))


def _chains(graph: Graph) -> list[list[str]]:
    """Nodes one after the other, as long as each first reads the one before."""
    chains: list[list[str]] = []
    for name in graph.order:
        before = graph.inputs[name]
        if before and chains and before[0].source == chains[-1][-1]:
            chains[-1].append(name)
        else:
            chains.append([name])
    return chains


def item_of(layer: Layer, *, full: bool = False) -> str:
    """One layer with the values that differ from the usual ones; with its full name if asked. Raises LineError."""
    if layer.kind() in UNWRITABLE:
        raise LineError("{layer} has no line form", 0, 0, layer=layer.title)
    name = layer.kind().lower() if full else name_of(layer.kind())
    short = " ".join([name, *_short_values(layer)])
    if _reads_as(short, (layer,)):
        return short
    return " ".join([name, *(f"{option}={text_of(value)}{_mark(value)}" for option, value in _changed(layer).items())])


def _mark(value: Any) -> str:
    """What tells a tuple of one from a number."""
    return "x" if isinstance(value, tuple) and len(value) == 1 else ""


def _reads_as(text: str, layers: tuple[Layer, ...]) -> bool:
    try:
        return parse_line(text) == layers
    except LineError:
        return False


@cache
def name_of(kind: str) -> str:
    """What a line calls it: the first alias, else the kind in lower case."""
    return next((name for name, found in ALIASES.items() if found == (kind, {})), kind.lower())


def _changed(layer: Layer) -> dict[str, Any]:
    fields = type(layer).model_fields
    return {name: value for name, value in layer if value != fields[name].default}


def _short_values(layer: Layer) -> list[str]:
    changed, kind = _changed(layer), type(layer)
    order = bare_options(kind)
    first = [name for name in order if name in kind.required] or order[:1]
    if kind.category == "block" and "stride" not in order:  # inception 64 96 128 16 32 32
        first = order[: max((order.index(name) + 1 for name in changed if name in order), default=1)]
    written = []
    for name in kind.model_fields:
        value = getattr(layer, name)
        if name == "kernel_size" and "out_channels" in kind.model_fields:
            written.append("x".join(map(str, (value,) * 2)) if isinstance(value, int) and name_of(
                kind.kind()).endswith(("conv", "dw", "deconv", "cbr", "nin")) else f"k{text_of(value)}")
        elif name in first and (name in changed or name in kind.required or kind.category == "block"):
            written.append(text_of(value))
        elif name in changed and name != "repeat":
            written.append(f"{SHORT[name]}{text_of(value)}" if name in SHORT else f"{name}={text_of(value)}")
    return [*written, *([f"x{changed['repeat']}"] if "repeat" in changed else [])]


def text_of(value: Any) -> str:
    """A value as a line has it."""
    if isinstance(value, tuple):
        return "x".join(map(text_of, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, str):
        return value if value.isidentifier() else json.dumps(value, ensure_ascii=False)
    return repr(value)
