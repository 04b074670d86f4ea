"""A class whose layers are those of a block that is made from parameters, down to its keys, is that block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.blocks.base import Block
from engine.blocks.convolutional import VGG, ConvBNReLU, NiN
from engine.blocks.dense import Dense, Transition
from engine.blocks.inception import Inception
from engine.blocks.residual import Residual
from engine.graph.graph import Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import OptionError
from engine.layers.convolution import Conv2d
from engine.messages import LayerloomError

SIDE = 64  # of the images on which blocks are compared
CLASSES: Mapping[str, type[Block]] = {
    "ConvBNReLU": ConvBNReLU, "VGG": VGG, "NiN": NiN, "Inception": Inception, "DenseBlock": Dense,
    "Transition": Transition, "Residual": Residual, "Bottleneck": Residual,
}  # fmt: skip


@dataclass(frozen=True)
class Inside:
    """What is known of a class: its name, layers, the keys of its modules in torch's order, and how it was made.

    ``given``: what its constructor was given, by name. ``width``: the channels that come in, where that is said.
    """

    name: str
    graph: Graph
    keys: Sequence[str]
    given: Mapping[str, Any] = field(default_factory=dict)
    width: int | None = None

    @property
    def convolutions(self) -> list[Conv2d]:
        """Its convolutions, in order."""
        return [node.layer for node in self.graph.nodes.values() if isinstance(node.layer, Conv2d)]


def recognised(inside: Inside) -> Block | None:
    """The block of which every layer, wire, name and key is the same; None where there is none."""
    kind = CLASSES.get(inside.name.rstrip("0123456789"))
    if kind is None or not inside.convolutions:
        return None
    for options in _likely(kind, inside):
        try:
            block = kind().with_options(**options)
            wanted = block.expand([(inside.width or 1, SIDE, SIDE)])
        except (OptionError, LayerloomError):
            continue
        if isinstance(block, Block) and block.class_name == inside.name.rstrip("0123456789") and _is(wanted, inside):
            return block
    return None


def _likely(kind: type[Block], inside: Inside) -> Iterator[dict[str, Any]]:
    """Options that its layers say, most likely first."""
    convs, given = inside.convolutions, inside.given
    first, last = convs[0], convs[-1]
    if kind is ConvBNReLU:
        yield _of(first, "out_channels", "kernel_size", "stride", "padding", "bias")
    elif kind is NiN:
        yield _of(first, "out_channels", "kernel_size", "stride", "padding")
    elif kind is VGG:
        yield {"num_convs": len(convs), "out_channels": first.out_channels}
    elif kind is Dense:
        yield {"num_convs": len(convs), "growth_rate": first.out_channels}
    elif kind is Inception:
        names = ("c1", "c2a", "c2b", "c3a", "c3b", "c4")
        yield {name: conv.out_channels for name, conv in zip(names, convs, strict=False)}
    elif kind is Transition:
        own = [None, last.out_channels] if given.get("out_channels") is None else [last.out_channels]
        yield from ({"out_channels": out} for out in own if out is not None or inside.width is not None)
    elif kind is Residual:
        yield from _likely_residual(inside)


def _likely_residual(inside: Inside) -> Iterator[dict[str, Any]]:
    main = 3 if inside.name.startswith("Bottleneck") else 2
    convs = inside.convolutions
    if len(convs) < main:
        return
    strided = convs[main - 2]
    shortcuts = [inside.given.get("shortcut", "auto"), "auto", "convolution", "identity"]
    for shortcut in dict.fromkeys(shortcuts):
        if shortcut != "auto" or inside.width is not None:
            yield {"num_channels": convs[main - 1].out_channels, "stride": strided.stride, "shortcut": shortcut,
                   "bottleneck": main == 3, "bias": strided.bias}


def _of(conv: Conv2d, *names: str) -> dict[str, Any]:
    return {name: getattr(conv, name) for name in names}


# -- whether it is the same -------------------------------------------------------------------------------------------


def _is(wanted: Graph, inside: Inside) -> bool:
    keys = [node.kept_as for node in wanted.nodes.values() if node.layer.torch.startswith("nn.")]
    return [*inside.keys] == keys and same_layers(wanted, inside.graph)


def same_layers(wanted: Graph, found: Graph) -> bool:
    """Whether both have the same layers and wires, and the same names where these are keys."""
    if len(wanted.nodes) != len(found.nodes):
        return False
    pairs: dict[str, str] = {}
    waiting = [(_end(wanted), _end(found))]
    while waiting:
        one, two = waiting.pop()
        if pairs.get(one, two) != two or not _alike(wanted.nodes[one], found.nodes[two]):
            return False
        if one not in pairs:
            pairs[one] = two
            sources, others = ([(edge.port, edge.source) for edge in graph.inputs[name]]
                               for graph, name in ((wanted, one), (found, two)))
            if [port for port, _ in sources] != [port for port, _ in others]:
                return False
            waiting += [(mine, its) for (_, mine), (_, its) in zip(sources, others, strict=True)]
    return len(pairs) == len(wanted.nodes) == len(set(pairs.values()))


def _alike(one: Node, two: Node) -> bool:
    is_kept = one.layer.torch.startswith("nn.") and not one.key
    return (one.layer == two.layer and two.shares is None and not two.bypassed and two.parameters == DEFAULTS
            and (one.name == two.name or not is_kept))


def _end(graph: Graph) -> str:
    return next(name for name in reversed(graph.order) if not graph.outputs[name])
