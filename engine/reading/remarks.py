"""What a network that was read keeps otherwise than torch would: refused, or said in a note. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.graph.graph import Graph
from engine.layers.code import Code
from engine.layers.code.source import outline
from engine.reading.beginnings import layer_in, learns_in_part
from engine.reading.context import Context
from engine.reading.loose import draws_in, loose_in
from engine.reading.modules import Buffer
from engine.reading.values import Instance, Module, ReadingError, every_module, parts_of


def check_learning(part: Any) -> None:
    """Raise a ReadingError where some weights of a layer learn, and others do not."""
    layer = layer_in(part)
    if layer is not None and learns_in_part(layer):
        raise ReadingError("Of {name} only some weights learn in this code: no setting of a layer says that",
                           line=max(layer.frozen.values()), name=name_of(part))


def say_loose(context: Context, network: Any, graph: Graph) -> None:
    """A note on each plain tensor, which torch would not save."""
    drawn = list(layers_in(graph))
    codes = {outline(layer.source).name: layer.source for layer in drawn if isinstance(layer, Code)}
    for part in (part for _, part in every_module(network) if isinstance(part, Instance)):
        context.line = part.line or context.line
        plain = [name for name, value in part.attributes.items() if isinstance(
            value, Buffer) and not value.is_kept and value.layer in drawn]
        for name in dict.fromkeys([*plain, *loose_in(codes.get(part.kind.made.name, ""))]):
            context.note("“{name}” is a plain tensor, which PyTorch does not save: here it is saved along", name=name)
        if draws_in(codes.get(part.kind.made.name, "")):
            context.note("{name} keeps random numbers, which are not saved: each new network has others",
                         name=part.kind.made.name)


def say_twice(context: Context, network: Any) -> None:
    """A note on each layer that torch keeps under more names than it is called."""
    names = Counter(id(inner) for _, part in every_module(network) for _, inner in parts_of(part))
    for _, part in every_module(network):
        if 0 < _calls(part) < names[id(part)]:
            context.line = getattr(part, "line", 0) or context.line
            context.note("“{name}” is kept under several names: PyTorch saves its weights under each, here they are "
                         "saved once", name=name_of(part))


def _calls(part: Any) -> int:
    """How often something with weights is called in one graph."""
    made = part.blocks.values() if isinstance(part, Instance) else [part]
    return max((each.calls for each in made if isinstance(each, Module) and each.layer.has_weights()), default=0)


def layers_in(graph: Graph) -> Iterator[Any]:
    """All layers, also inside of blocks."""
    for node in graph.nodes.values():
        yield node.layer
        if isinstance(inner := getattr(node.layer, "graph", None), Graph):
            yield from layers_in(inner)


def name_of(module: Any) -> str:
    """What it is called in a sentence."""
    return module.name or (module.kind.made.name if isinstance(module, Instance) else module.layer.title)
