"""A class is one of the program's blocks only where it is the same down to its keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.recognising import CLASSES, Inside, recognised
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import LAYERS
from engine.reading.reading import from_code

WIDTH = 8
BLOCKS: list[tuple[str, dict[str, Any]]] = [
    ("Residual", {"num_channels": 8}), ("Residual", {"num_channels": 4, "stride": 2, "bias": False}),
    ("Residual", {"num_channels": 16, "bottleneck": True}), ("Dense", {"num_convs": 3, "growth_rate": 2}),
    ("Transition", {}), ("Transition", {"out_channels": 5}), ("VGG", {"num_convs": 3, "out_channels": 4}),
    ("NiN", {"out_channels": 4, "kernel_size": 5, "padding": 2}), ("ConvBNReLU", {"out_channels": 3, "stride": 2}),
    ("Inception", {"c1": 1, "c2a": 2, "c2b": 3, "c3a": 4, "c3b": 5, "c4": 6}),
]


def inside(kind: str, options: dict[str, Any], width: int | None = WIDTH, **given: Any) -> tuple[Any, Inside]:
    block: Any = LAYERS[kind].model_validate(options)
    graph = block.expand([(WIDTH, 64, 64)])
    keys = [node.kept_as for node in graph.nodes.values() if node.layer.torch.startswith("nn.")]
    plain = Graph({name: replace(node, key="") for name, node in graph.nodes.items()}, graph.edges)
    return block, Inside(block.class_name, plain, keys, given, width)


@pytest.mark.parametrize(("kind", "options"), BLOCKS)
def test_every_block_is_recognised(kind: str, options: dict[str, Any]) -> None:
    block, found = inside(kind, options)
    assert recognised(found) == block
    assert recognised(replace(found, name=f"{found.name}2")) == block, "a second class of the name"
    assert recognised(replace(found, name="Other")) is None


def test_all_that_have_a_class_can_be_recognised() -> None:
    kinds = {layer for layer in LAYERS.values() if issubclass(layer, Block) and layer.in_palette}
    assert set(CLASSES.values()) == kinds


@pytest.mark.parametrize(("kind", "options"), BLOCKS)
def test_what_is_nearly_one_is_none(kind: str, options: dict[str, Any]) -> None:
    _, found = inside(kind, options)
    last = next(name for name in reversed(found.graph.order) if not found.graph.outputs[name])
    changes = [
        replace(found, keys=[*found.keys[1:], found.keys[0]]),
        replace(found, keys=[*found.keys, "more"]),
        replace(found, graph=found.graph.with_layer(last, LAYERS["Add" if kind == "Inception" else "GELU"]())),
        replace(found, graph=found.graph.with_node(Node("more", LAYERS["ReLU"]())).with_edges([Edge(last, "more")])),
        replace(found, graph=found.graph.with_parameters("input", DEFAULTS).with_marks([last], bypassed=True)),
    ]
    conv = next(name for name, node in found.graph.nodes.items() if node.layer.kind() == "Conv2d")
    changes.append(replace(found, graph=found.graph.with_parameters(conv, DEFAULTS.with_options(trainable=False))))
    wider = found.graph.nodes[conv].layer.with_options(dilation=2)
    changes.append(replace(found, graph=found.graph.with_layer(conv, wider)))
    assert not any(recognised(change) for change in changes)


@pytest.mark.parametrize(("given", "shortcut"), [({}, "auto"), ({"shortcut": "convolution"}, "convolution"),
                                                 ({"shortcut": 3}, "auto")])  # fmt: skip
def test_what_layers_do_not_tell_is_told_by_what_the_class_was_given(given: dict[str, Any], shortcut: str) -> None:
    _, found = inside("Residual", {"num_channels": 4}, **given)
    assert recognised(found).shortcut == shortcut  # type: ignore[union-attr]
    _, found = inside("Transition", {}, **({"out_channels": 4} if given else {}))
    assert recognised(found).out_channels == (4 if given else None)  # type: ignore[union-attr]


def test_without_the_width_nothing_is_taken_for_granted() -> None:
    _, found = inside("Residual", {"num_channels": 4, "stride": 2}, None)
    assert recognised(found).shortcut == "convolution"  # type: ignore[union-attr]
    _, found = inside("Transition", {}, None)
    assert recognised(found).out_channels == 4  # type: ignore[union-attr]


BOOK = """
class DenseBlock(nn.Module):
    def __init__(self, num_convs, input_channels, num_channels):
        super().__init__()
        layer = []
        for i in range(num_convs):
            layer.append(nn.Sequential(
                nn.BatchNorm2d(num_channels * i + input_channels), nn.ReLU(),
                nn.Conv2d(num_channels * i + input_channels, num_channels, kernel_size=3, padding=1)))
        self.net = nn.Sequential(*layer)

    def forward(self, X):
        for blk in self.net:
            Y = blk(X)
            X = torch.cat((X, Y), dim=1)
        return X

net = nn.Sequential(nn.Conv2d(1, 64, 7), DenseBlock(4, 64, 32))
"""


def test_the_books_dense_block_is_the_programs() -> None:
    """Its keys are the same, and so it may be: ``net.0.0.weight``."""
    (block,) = [node.layer for node in from_code(BOOK).nodes.values() if isinstance(node.layer, Block)]
    assert block == LAYERS["Dense"](num_convs=4, growth_rate=32)
    other = from_code(BOOK.replace("self.net", "self.layers"))
    assert [node.layer.kind() for node in other.nodes.values()][-1] == "Custom", "other keys, another block"


def test_a_block_says_what_comes_in() -> None:
    graph = from_code(BOOK.replace("DenseBlock(4, 64", "DenseBlock(4, 32"))
    (name,) = [name for name, node in graph.nodes.items() if isinstance(node.layer, Block)]
    assert graph.nodes[name].declared == (("in_channels", 32),)


def test_what_a_class_says_wrongly_inside_is_not_forgotten() -> None:
    graph = from_code(BOOK.replace("nn.BatchNorm2d(num_channels * i +", "nn.BatchNorm2d(2 * num_channels * i +"))
    assert [node.layer.kind() for node in graph.nodes.values()][-1] == "Custom"
    assert analyze(graph, (1, 32, 32)).faults
