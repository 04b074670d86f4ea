"""Another layer in the place of one that is there: wires, place and whatever both have in common stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from engine.blocks.custom import Custom
from engine.graph.edits import with_layers
from engine.graph.frames import with_members_renamed
from engine.graph.graph import Graph, Node, UnknownNodeError, with_heirs
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.graph.room import apart
from engine.layers.base import Layer, OptionError
from engine.layers.code import Code
from engine.names import fresh_name

# What gives the number of channels or features goes by several names.
WIDTHS = ("out_channels", "out_features", "num_channels", "hidden_size")


def carried(old: Layer, layer: Layer) -> Layer:
    """``layer`` with the old one's options wherever both have them and nothing else was asked for."""
    try:
        return layer.with_options(**dict(_common(old, layer)))
    except OptionError:  # some do not go together: one after the other, as far as they do
        for option, value in _common(old, layer):
            try:
                layer = layer.with_options(**{option: value})
            except OptionError:
                continue
        return layer


def _common(old: Layer, new: Layer) -> Iterator[tuple[str, object]]:
    """Options that mean the same in both: of one name, or how many channels come out."""
    fields, own = type(old).model_fields, isinstance(new, (Custom, Code))
    for option, field in type(new).model_fields.items():
        if getattr(new, option) != field.default or (own and option != "repeat"):
            continue
        if option in fields:
            if (option in old.apart) == (option in new.apart):
                yield option, getattr(old, option)
        elif option in WIDTHS and (same := next((name for name in WIDTHS if name in fields), None)):
            yield option, getattr(old, same)


def replaced(graph: Graph, names: Collection[str], layer: Layer, *,
             keep_names: bool = False) -> tuple[Graph, tuple[str, ...]]:
    """``layer`` in the place of each named one; also their names now, in the graph's order. Raises UnknownNodeError.

    Place, marks, common options and wires stay, but for wires into inputs that it does not have; higher cards get
    room. A name given by the program becomes one of the new kind (unless ``keep_names``), a person's own stays. Weights
    stay shared among those that are all replaced.
    """
    chosen = set(names)
    if unknown := sorted(chosen - graph.nodes.keys()):
        raise UnknownNodeError("There is no layer named {name}", name=unknown[0])
    old, graph = graph, _on_their_own(graph, chosen) if layer.has_weights() else _on_their_own(graph, chosen, all_=True)
    new = {name: carried(graph.nodes[name].layer, layer) for name in graph.nodes if name in chosen}
    called = {name: name for name in new} if keep_names else _called(graph, new)
    nodes = {}
    for name, node in graph.nodes.items():
        if name in new:
            node = replace(node, layer=new[name], name=called[name], parameters=_kept(node, old, new[name]))
        if node.shares in called:
            node = replace(node, shares=called[node.shares])
        nodes[node.name] = node
    most = {name: other.max_inputs for name, other in new.items()}
    edges = tuple(
        replace(edge, source=called.get(edge.source, edge.source), target=called.get(edge.target, edge.target))
        if edge.source in called or edge.target in called else edge
        for edge in graph.edges if (limit := most.get(edge.target)) is None or edge.port < limit
    )
    frames = with_members_renamed(graph.frames, called)
    before = replace(old, nodes={called.get(name, name): node for name, node in old.nodes.items()})
    return apart(before, replace(graph, nodes=nodes, edges=edges, frames=frames)), tuple(called.values())


def _on_their_own(graph: Graph, chosen: set[str], *, all_: bool = False) -> Graph:
    """Sharing ends between a layer that is replaced and one that is not; with ``all_`` among the replaced too."""
    for name, owner in graph.shares.items():
        if graph.nodes[name].shares is None or not {name, owner} & chosen:
            continue
        if all_ or not {name, owner} <= chosen:
            leaving = name if name in chosen else owner
            graph = _leaving(graph, leaving)
    return graph


def _leaving(graph: Graph, name: str) -> Graph:
    """The node with weights of its own; where others used them, the first of these has them now."""
    node = graph.nodes[name]
    nodes = with_heirs({**graph.nodes, name: replace(node, shares=None, listed=False)}, [node])
    return replace(graph, nodes=nodes)


def _called(graph: Graph, new: dict[str, Layer]) -> dict[str, str]:
    """What the replaced are called: the number of a name given by the program stays where it can."""
    taken, called = set(graph.nodes), {}
    for name, layer in new.items():
        number = _number(name, graph.nodes[name].layer)
        called[name] = name
        if number is not None and not isinstance(layer, type(graph.nodes[name].layer)):
            taken.discard(name)
            called[name] = _name(layer.stem, number, taken)
            taken.add(called[name])
    return called


def _number(name: str, layer: Layer) -> str | None:
    """The number behind a name given by the program (“” where there is none), or None for a person's own name."""
    match = re.fullmatch(re.escape(layer.stem.rstrip("0123456789")) + r"(\d*)", name)
    return match[1] if match else None


def _name(stem: str, number: str, taken: set[str]) -> str:
    numbered = f"{stem.rstrip('0123456789')}{number}"
    return numbered if number and numbered not in taken else fresh_name(stem, taken)


def _kept(node: Node, graph: Graph, layer: Layer) -> NodeParameters:
    """How its weights begin and learn, without single values set by hand, which belong to the old tensors."""
    settings = graph.nodes[node.name].parameters
    if settings == DEFAULTS or not layer.has_weights():
        return DEFAULTS
    return settings.model_copy(update={"edits": ()})


class LayerKind(NamedTuple):
    """Layers that can be replaced together: of one kind, or one of a person's own blocks."""

    key: str
    layer: Layer  # the first of them
    here: tuple[str, ...]  # names
    inside: int  # how many more inside blocks that hold a graph of their own, to any depth; of a repeated one once

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.here) + self.inside


def kind_key(layer: Layer) -> str:
    """What it is replaced together with: its kind, or its label where it is a block of a person's own."""
    return f"own:{layer.label}" if isinstance(layer, Custom) else layer.kind()


def layer_kinds(graph: Graph, within: Collection[str] | None = None) -> tuple[LayerKind, ...]:
    """What can be replaced, in the graph's order; with ``within`` only what is among these and inside them."""
    found: dict[str, LayerKind] = {}
    for name, node in graph.nodes.items():
        if within is not None and name not in within:
            continue
        if node.layer.max_inputs != 0:
            _count(found, node.layer, (name,), 0)
        for inner in layer_kinds(node.layer.graph) if isinstance(node.layer, Custom) else ():
            _count(found, inner.layer, (), inner.total)
    return tuple(found.values())


def _count(found: dict[str, LayerKind], layer: Layer, names: tuple[str, ...], inside: int) -> None:
    key = kind_key(layer)
    known = found.get(key, LayerKind(key, layer, (), 0))
    found[key] = known._replace(here=(*known.here, *names), inside=known.inside + inside)


def replaced_all(graph: Graph, kind: str, layer: Layer, within: Collection[str] | None = None, *,
                 inside: bool = False, keep_names: bool = False) -> tuple[Graph, tuple[str, ...]]:
    """``layer`` in the place of all of a kind, or of those among ``within``; also the names of the new ones here.

    ``inside``: also within blocks that hold a graph of their own.
    """
    among = set(graph.nodes) if within is None else set(within)
    here = [name for name in of_kind(graph, kind) if name in among]
    if inside:
        graph = _inside_blocks(graph, kind, layer, among.difference(here), keep_names)
    return replaced(graph, here, layer, keep_names=keep_names)


def of_kind(graph: Graph, kind: str) -> tuple[str, ...]:
    """The layers of a kind, in the graph's order."""
    return tuple(name for name, node in graph.nodes.items() if kind_key(node.layer) == kind)


def _inside_blocks(graph: Graph, kind: str, layer: Layer, among: Collection[str], keep_names: bool) -> Graph:
    for name in among:
        block = graph.nodes[name].layer
        if isinstance(block, Custom):
            own = replaced_all(block.graph, kind, layer, inside=True, keep_names=keep_names)[0]
            if own != block.graph:
                exposed = tuple(each for each in block.exposed if each.stands_in(own))
                graph = with_layers(graph, {name: block.model_copy(update={"graph": own, "exposed": exposed})})
    return graph
