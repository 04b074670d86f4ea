"""Classes of the code as blocks: the program's own, or a person's; and lists of them as ×N and stages. No torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.gathering import Group, gathered
from engine.blocks.recognising import CLASSES, SIDE, Inside, recognised
from engine.blocks.settled import has_declared
from engine.graph.graph import Graph
from engine.graph.parameters import DEFAULT_INIT, DEFAULTS, NodeParameters, ValueEdit
from engine.layers.inputs import Input
from engine.reading.order import draws
from engine.reading.sheet import Sheet
from engine.reading.sizes import known_size
from engine.reading.values import Chain, Instance, Module, every_module
from engine.writing.labels import label_in
from engine.writing.naming import SCRATCH

LONGEST_LABEL = 60
INPUT = "input"


def block_of(made: Instance, graph: Graph, is_own: bool) -> Module | None:
    """The block that an object of the code is, by the graph of what it does.

    None where a file of this program's has a person's code there, which is no block.
    """
    found = _recognised(made, graph)
    if found is not None:
        return found
    label = _label(made.kind.made, is_own)
    return None if label is None else Module(Custom(label=label, graph=graph), made.name)


def _label(kind: ast.ClassDef, is_own: bool) -> str | None:
    if is_own:
        return label_in(ast.get_docstring(kind, clean=False) or "", kind.name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.name)[:LONGEST_LABEL]


def input_name(made: Instance) -> str:
    """What comes in is called as the argument of ``forward``, unless that has the name of any variable."""
    forward = made.kind.method("forward")
    names = [argument.arg for argument in forward.made.args.args[1:]] if forward is not None else []
    return names[0] if len(names) == 1 and names[0] != SCRATCH else INPUT


# -- the program's blocks ---------------------------------------------------------------------------------------------


def _recognised(made: Instance, graph: Graph) -> Module | None:
    if made.kind.made.name.rstrip("0123456789") not in CLASSES:
        return None
    keys = {id(part): way for way, part in every_module(made) if isinstance(part, Module)}
    plain, settings = _lifted(graph, {name: way for way, name in _places(made, graph)})
    width = _width(graph)
    block = None if plain is None else recognised(
        Inside(made.kind.made.name, plain, [*keys.values()], _given(made), width))
    if block is None or not _is_consistent(graph, width):
        return None
    declared = () if width is None else (("in_channels", width),)
    return Module(block, made.name, declared=declared, settings=settings)


def _is_consistent(graph: Graph, width: int | None) -> bool:
    """Whether all that the code says of inputs inside is so: the block says nothing of them any more."""
    if width is None:
        return not has_declared(graph)
    return not analyze(graph, (width, SIDE, SIDE)).faults


def _given(made: Instance) -> Mapping[str, Any]:
    """What its constructor was given, by name."""
    constructor = made.kind.method("__init__")
    given, named = made.given or ([], {})
    if constructor is None or not isinstance(constructor.made, ast.FunctionDef):
        return named
    names = [argument.arg for argument in constructor.made.args.args[1:]]
    return {**dict(zip(names, given, strict=False)), **named}


def _width(graph: Graph) -> int | None:
    """The channels that come in, as the first layers say."""
    start = next(name for name, node in graph.nodes.items() if isinstance(node.layer, Input))
    said = [value for edge in graph.outputs[start] for name, value in graph.nodes[edge.target].declared
            if name in ("in_channels", "num_features")]
    return next((value for value in said if type(value) is int), None)


def _places(made: Instance, graph: Graph) -> list[tuple[str, str]]:
    """The key of each module inside, and the node that calls it."""
    return [(way, name) for way, part in every_module(made) if isinstance(part, Module)
            for name in part.places.values() if name in graph.nodes]


def _lifted(graph: Graph, keys: Mapping[str, str]) -> tuple[Graph | None, NodeParameters]:
    """The graph without settings, and those that the block has for all in it; None where they are not the same."""
    nodes = {name: node for name, node in graph.nodes.items() if node.layer.has_weights()}
    own = {name: (DEFAULTS if name not in nodes else node.parameters) for name, node in graph.nodes.items()}
    if all(settings == DEFAULTS for settings in own.values()):
        return graph, DEFAULTS
    main = [own[name].model_copy(update={"edits": ()}) for name, node in nodes.items()
            if node.layer.category != "normalization"]
    norms = [own[name] for name, node in nodes.items() if node.layer.category == "normalization"]
    same = all(settings == main[0] for settings in main) and all(
        (norm.weight, norm.bias, norm.trainable) == (DEFAULT_INIT, DEFAULT_INIT, main[0].trainable) for norm in norms)
    if not main or not same:
        return None, DEFAULTS
    edits = tuple(ValueEdit(key=f"{keys[name]}.{edit.key}", index=edit.index, value=edit.value)
                  for name, settings in own.items() for edit in settings.edits)
    plain = {name: replace(node, parameters=DEFAULTS) for name, node in graph.nodes.items()}
    return Graph(plain, graph.edges, graph.frames), main[0].model_copy(update={"edits": edits})


# -- lists of blocks --------------------------------------------------------------------------------------------------


def together(graph: Graph, network: Any, sheet: Sheet) -> Graph:
    """The graph with the blocks of each list as one, where they follow each other."""
    groups = _groups(graph, network, sheet)
    if not groups:
        return graph
    shape = known_size(sheet.input.shape)
    return gathered(graph, groups, shape)


def _is_drawn_between(graph: Graph, nodes: Sequence[str]) -> bool:
    """Whether other layers draw random numbers after the first of these nodes, and before the last that does."""
    drawing = [name for name in graph.order if draws(graph.nodes[name].layer)]
    places = [place for place, name in enumerate(drawing) if name in nodes]
    return bool(places) and places[-1] - places[0] >= len(places)


def _groups(graph: Graph, network: Any, sheet: Sheet) -> Sequence[Group]:
    calls: dict[int, list[str]] = {}
    for name, module in sheet.called.items():
        if name in graph.nodes:
            calls.setdefault(id(module), []).append(name)
    groups = []
    for _, chain in every_module(network):
        if not isinstance(chain, Chain):
            continue
        blocks = [[name for block in part.blocks.values() for name in calls.get(id(block), ())]
                  for _, part in chain.parts if isinstance(part, Instance)]
        nodes = tuple(names[0] for names in blocks if len(names) == 1)
        if len(nodes) > 1 and all(len(names) <= 1 for names in blocks) and not _is_drawn_between(graph, nodes):
            groups.append(Group(chain.name, nodes, whole=len(nodes) == len(chain.parts)))
    return groups


