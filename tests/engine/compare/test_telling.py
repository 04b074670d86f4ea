"""What was changed from one run to the next, as a person would write it: edits of all kinds, each with its sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.edits import dissolved, inner, make_block, with_inner
from engine.blocks.repeats import as_block, repeated
from engine.blocks.replacing import replaced, replaced_all
from engine.compare.telling import in_one_line, what_changed
from engine.data.options.options import Augment, Known
from engine.experiment.experiment import Experiment, Variant, gallery_ids, load_experiment, to_json
from engine.experiment.recipe import Recipe
from engine.graph import marks
from engine.graph.edits import appended, connected, inserted, part, pasted, with_layers
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import Init, ValueEdit
from engine.layers.activation import GELU, LeakyReLU, ReLU, Sigmoid
from engine.layers.base import Layer, LayerError
from engine.layers.combine import Subtract
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm1d, BatchNorm2d
from engine.layers.pooling import MaxPool2d
from engine.layers.regularization import Dropout
from engine.layers.sequence import LSTM, Embedding
from engine.line.line import build_line
from engine.messages import LayerloomError, say
from engine.training.steering import LIVE, told
from tests.engine.cases import experiment

Edit = Callable[[Experiment], Experiment]


@cache
def of(id: str) -> Experiment:
    return load_experiment(f"gallery:{id}")


# -- edits, as the program makes them ---------------------------------------------------------------------------------


def drawn(edit: Callable[[Graph], Graph]) -> Edit:
    return lambda one: replace(one, graph=edit(one.graph))


def options(*names: str, **values: Any) -> Edit:
    return drawn(lambda graph: with_layers(graph, {name: graph.nodes[name].layer.with_options(**values)
                                                   for name in names}))


def learning(*names: str, **values: Any) -> Edit:
    def edit(graph: Graph) -> Graph:
        for name in names:
            graph = graph.with_parameters(name, graph.nodes[name].parameters.with_options(**values))
        return graph

    return drawn(edit)


def another(layer: Layer, *names: str) -> Edit:
    return drawn(lambda graph: replaced(graph, names, layer)[0])


def all_of(kind: str, layer: Layer) -> Edit:
    return drawn(lambda graph: replaced_all(graph, kind, layer, inside=True)[0])


def behind(layer: Layer, *names: str) -> Edit:
    def edit(graph: Graph) -> Graph:
        for name in names:
            graph = appended(graph, layer, [name])[0]
        return graph

    return drawn(edit)


def healed(*names: str) -> Edit:
    def edit(graph: Graph) -> Graph:
        for name in names:
            graph = graph.healed(name)
        return graph

    return drawn(edit)


def wire(graph: Graph, source: str, target: str) -> Edge:
    return next(edge for edge in graph.edges if (edge.source, edge.target) == (source, target))


def rewired(cut: list[tuple[str, str]], new: list[tuple[str, str]]) -> Edit:
    def edit(graph: Graph) -> Graph:
        graph = graph.without_edges([wire(graph, *ends) for ends in cut])
        for source, target in new:
            graph = connected(graph, source, target)
        return graph

    return drawn(edit)


def renamed(**names: str) -> Edit:
    def edit(graph: Graph) -> Graph:
        for old, new in names.items():
            graph = graph.renamed(old, new)
        return graph

    return drawn(edit)


def recipe(**values: Any) -> Edit:
    return lambda one: replace(one, recipe=one.recipe.with_options(**values))


def data(**values: Any) -> Edit:
    return lambda one: replace(one, data=one.data.with_options(**values))


def dataset(id: str, path: str = "") -> Edit:
    return lambda one: replace(one, data=one.data.with_dataset(id, path))


def block(label: str, *names: str) -> Edit:
    return drawn(lambda graph: make_block(graph, names, label)[0])


def analysed(one: Experiment) -> Analysis:
    return analyze(one.graph, one.data.sample_shape)


def inside(path: str, edit: Edit) -> Edit:
    def outer(one: Experiment) -> Experiment:
        names = path.split(".")
        within = edit(Experiment(inner(analysed(one), names).graph)).graph
        return replace(one, graph=with_inner(one.graph, names, within, analysed(one)))

    return outer


def code(name: str, old: str, new: str) -> Edit:
    def edit(one: Experiment) -> Experiment:
        source = one.graph.nodes[name].layer.source
        assert old in source
        return options(name, source=source.replace(old, new))(one)

    return edit


def then(*edits: Edit) -> Edit:
    def edit(one: Experiment) -> Experiment:
        for each in edits:
            one = each(one)
        return one

    return edit


def added(layer: Layer, source: str, target: str) -> Edit:
    return drawn(lambda graph: inserted(graph, layer, wire(graph, source, target))[0])


def behind_act(graph: Graph, *numbers: int) -> Graph:
    """Batch norms taken from before their activation to behind it."""
    for number in numbers:
        norm, act = f"bn{number}", f"act{number}"
        graph = marks.put_into(graph.healed(norm).with_node(graph.nodes[norm]), [norm], graph.outputs[act][0])
    return graph


STEM = block("Stem", "conv1", "act1", "pool1")
TWO_STEMS = then(block("One", "conv1", "act1"), block("Two", "conv2", "act2"))
SUM = behind(Add(), "act4")
ONE_DROPOUT = behind(Dropout(p=0.2), "act3")
SWAPPED = [("conv1", "act1"), ("act1", "pool1"), ("pool1", "conv2")], [("conv1", "pool1"), ("pool1", "act1"),
                                                                      ("act1", "conv2")]
FROZEN = ("conv1", "conv2", "fc1", "fc2")
TABLE = dataset("table", "/home/me/houses.csv")


# -- the sentences -----------------------------------------------------------------------------------------------------

# network of the gallery, what was there already, the edit, the sentence, and the other way round
Row = tuple[str, Edit | None, Edit, str, str]
ROWS: list[Row] = [
    # options of layers
    ("lenet", None, options("conv2", out_channels=8), "conv2 16 → 8 channels", "conv2 8 → 16 channels"),
    ("lenet", None, options("conv2", out_channels=8, kernel_size=3), "conv2 16 → 8 channels and 5×5 → 3×3 kernel",
     "conv2 8 → 16 channels and 3×3 → 5×5 kernel"),
    ("lenet", None, options("conv2", out_channels=8, kernel_size=3, stride=2, padding=1),
     "conv2 16 → 8 channels and 5×5 → 3×3 kernel, conv2 stride 1 → 2 and pad 0 → 1",
     "conv2 8 → 16 channels and 3×3 → 5×5 kernel, conv2 stride 2 → 1 and pad 1 → 0"),
    ("lenet", None, options("conv2", kernel_size=(5, 5), stride=(1, 1)), "nothing changed", "nothing changed"),
    ("lenet", None, options("conv2", stride=(1, 2)), "conv2 stride 1×1 → 1×2", "conv2 stride 1×2 → 1×1"),
    ("lenet", None, options("conv1", "conv2", kernel_size=3), "Conv 2d 5×5 → 3×3 kernel everywhere",
     "Conv 2d 3×3 → 5×5 kernel everywhere"),
    ("alexnet", None, options("conv3", "conv4", "conv5", kernel_size=5), "conv3, conv4, conv5: 3×3 → 5×5 kernel",
     "conv3, conv4, conv5: 5×5 → 3×3 kernel"),
    ("alexnet", None, options("conv2", "conv3", "conv4", "conv5", bias=False), "conv2 … conv5: bias off",
     "conv2 … conv5: bias on"),
    ("lenet", None, options("fc1", bias=False), "fc1 bias off", "fc1 bias on"),
    ("lenet", None, options("fc1", "fc2", "fc3", bias=False), "Linear bias off everywhere",
     "Linear bias on everywhere"),
    ("lenet", ONE_DROPOUT, options("drop1", p=0.0), "Dropout 0.2 → 0", "Dropout 0 → 0.2"),
    ("mlp-dropout", options("drop1", p=0.5), options("drop1", "drop2", p=0.0), "Dropout 0.5 → 0 everywhere",
     "Dropout 0 → 0.5 everywhere"),
    ("mlp-dropout", None, options("drop2", p=0.0), "drop2 0.5 → 0", "drop2 0 → 0.5"),
    ("resnet18", None, options("pool1", kernel_size=5), "Max pool 3×3 → 5×5 kernel", "Max pool 5×5 → 3×3 kernel"),
    ("resnet18", None, options("stage1", repeat=3), "stage1 ×2 → ×3", "stage1 ×3 → ×2"),
    ("resnet18", None, options("stage2", bottleneck=True), "stage2 bottleneck on", "stage2 bottleneck off"),
    ("densenet", None, options("dense1", growth_rate=16), "dense1 growth rate 32 → 16",
     "dense1 growth rate 16 → 32"),
    ("googlenet", None, options("inception1", c1=32), "inception1 1×1 path 64 → 32 channels",
     "inception1 1×1 path 32 → 64 channels"),
    ("vgg11-full", None, drawn(lambda graph: with_layers(graph, {
        name: node.layer.with_options(out_channels=node.layer.out_channels // 2) for name, node in graph.nodes.items()
        if "vgg" in name})), "VGG channels halved everywhere",
     "VGG channels doubled everywhere"),
    ("lenet", behind(LeakyReLU(), "fc3"), options("act5", negative_slope=0.2), "Leaky ReLU slope 0.01 → 0.2",
     "Leaky ReLU slope 0.2 → 0.01"),
    ("lenet", behind(LSTM(), "fc3"), options("lstm1", hidden_size=32, dropout=0.1, num_layers=2),
     "LSTM 64 → 32 hidden units and 1 → 2 layers, LSTM dropout 0 → 0.1",
     "LSTM 32 → 64 hidden units and 2 → 1 layers, LSTM dropout 0.1 → 0"),
    ("lenet", behind(Embedding(), "fc3"), options("embedding1", max_norm=2.0), "Embedding longest off → 2",
     "Embedding longest 2 → off"),
    ("lenet", None, options("pool1", stride=None), "pool1 stride 2 → as the kernel", "pool1 stride as the kernel → 2"),
    ("lenet", None, options("input", shape=(1, 32, 32)), "input shape from the data → 1×32×32",
     "input shape 1×32×32 → from the data"),
    ("alexnet", None, options("conv1", "conv3", "conv4", "conv5", bias=False), "Conv 2d bias off in 4 of 5 places",
     "Conv 2d bias on in 4 of 5 places"),
    ("my-linear", options("mine1", made_with=f"units=6{'4' * 40}"), options("mine1", made_with=f"units=6{'4' * 41}"),
     "mine1 other arguments", "mine1 other arguments"),
    # another kind of layer
    ("lenet", None, all_of("Sigmoid", ReLU()), "Sigmoid → ReLU everywhere", "ReLU → Sigmoid everywhere"),
    ("lenet", STEM, all_of("Sigmoid", ReLU()), "Sigmoid → ReLU everywhere", "ReLU → Sigmoid everywhere"),
    ("lenet", None, another(ReLU(), "act1", "act2"), "act1, act2: Sigmoid → ReLU", "ReLU → Sigmoid everywhere"),
    ("alexnet", None, another(GELU(), "act1", "act2", "act3", "act4"), "act1 … act4: ReLU → GELU",
     "GELU → ReLU everywhere"),
    ("alexnet", None, another(GELU(), "act1", "act2", "act3", "act4", "act6"), "ReLU → GELU in 5 of 7 places",
     "GELU → ReLU everywhere"),
    ("lenet", all_of("Sigmoid", ReLU()), another(LeakyReLU(), "act1"), "act1: ReLU → Leaky ReLU",
     "Leaky ReLU → ReLU"),
    ("resnet18", None, another(MaxPool2d(), "pool2"), "Adaptive average pool → Max pool",
     "pool2: Max pool → Adaptive average pool"),
    ("lenet", None, another(Conv2d(), "pool1"), "pool1: Average pool → Conv 2d", "conv3: Conv 2d → Average pool"),
    # what came and went
    ("lenet", None, added(Dropout(), "fc1", "act3"), "added Dropout after fc1", "removed drop1"),
    ("lenet", None, behind(BatchNorm2d(), "conv1", "conv2"), "added Batch norm 2d after every Conv 2d",
     "removed every Batch norm 2d"),
    ("lenet", None, behind(BatchNorm1d(), "fc1", "fc2"), "added Batch norm 1d after fc1 and fc2",
     "removed every Batch norm 1d"),
    ("lenet", behind(Dropout(), "fc3"), behind(Dropout(), "pool1", "fc1"), "added Dropout after pool1 and fc1",
     "removed drop2 and drop3"),
    ("alexnet", None, behind(Dropout(), "pool1", "conv1", "conv3", "act7", "fc3"), "added 5 × Dropout",
     "removed drop3 … drop7"),
    ("lenet", None, then(behind(Conv2d(), "pool2"), behind(ReLU(), "conv3")), "added Conv 2d and ReLU after pool2",
     "removed conv3 and act5"),
    ("lenet", None, then(behind(Conv2d(), "pool2"), behind(Conv2d(), "conv3")), "added 2 × Conv 2d after pool2",
     "removed conv3 and conv4"),
    ("lenet", None, healed("pool2"), "removed pool2", "added Average pool after act2"),
    ("lenet", None, drawn(lambda graph: graph.without(["pool2"])), "removed pool2", "added Average pool after act2"),
    ("lenet", None, healed("act2", "act4", "pool2"), "removed act2, pool2 and act4",
     "added Sigmoid and Average pool after conv2, added Sigmoid after fc2"),
    ("lenet", None, healed("pool1", "pool2"), "removed every Average pool",
     "added Average pool after act1 and act2"),
    ("lenet", None, healed("act1", "act2", "act3", "act4"), "removed every Sigmoid",
     "added 4 × Sigmoid"),
    ("inception-small", None, behind(BatchNorm2d(), "pool1", "pool2", "pool3"),
     "added Batch norm 2d after every pooling layer", "removed every Batch norm 2d"),
    ("alexnet", None, then(*(behind(layer, "fc3") for layer in (Linear(), ReLU(), Dropout(), Linear(), ReLU()))),
     "added 5 layers after fc3", "removed 5 layers"),
    ("lenet", None, drawn(lambda graph: pasted(graph, part(graph, ["conv1", "act1"]), (300.0, 0.0))[0]),
     "added Conv 2d and Sigmoid", "removed conv3 and act5"),
    # wires
    ("lenet", None, rewired([("act4", "fc3")], [("act3", "fc3")]), "rewired: fc3 after act3 instead of act4",
     "rewired: fc3 after act4 instead of act3"),
    ("lenet", None, rewired([("act4", "fc3")], []), "fc3 no longer wired to act4", "fc3 wired to act4"),
    ("lenet", SUM, rewired([], [("act3", "add1")]), "shortcut from act3 to add1", "no shortcut from act3 to add1"),
    ("lenet", None, then(SUM, rewired([], [("act3", "add1")])), "added Add of act4 and act3", "removed add1"),
    ("lenet", None, rewired(*SWAPPED), "act1 and pool1 swapped", "pool1 and act1 swapped"),
    ("lenet", then(behind(Subtract(), "act4"), rewired([], [("act3", "sub1")])), rewired(
        [("act4", "sub1"), ("act3", "sub1")], [("act3", "sub1"), ("act4", "sub1")]), "inputs of sub1 in another order",
     "inputs of sub1 in another order"),
    ("lenet-bn", None, drawn(lambda graph: behind_act(graph, 1)), "bn1 and act1 swapped", "act1 and bn1 swapped"),
    ("lenet-bn", None, drawn(lambda graph: behind_act(graph, 1, 2)),
     "Batch norm 2d and Sigmoid swapped in 2 places", "Sigmoid and Batch norm 2d swapped in 2 places"),
    ("alexnet", None, drawn(lambda graph: marks.put_into(graph.healed("pool3").with_node(graph.nodes["pool3"]),
                                                         ["pool3"], graph.outputs["act3"][0])),
     "moved: pool3 after act3 instead of act5", "moved: pool3 after act5 instead of act3"),
    # names alone
    ("lenet", None, renamed(conv1="stem"), "renamed only: conv1 → stem", "renamed only: stem → conv1"),
    ("lenet", None, renamed(conv1="stem", fc3="head"), "renamed only: conv1 → stem, fc3 → head",
     "renamed only: stem → conv1, head → fc3"),
    ("lenet", None, renamed(conv1="a", conv2="b", fc1="c", fc2="d"), "renamed only: 4 layers",
     "renamed only: 4 layers"),
    ("lenet", None, then(renamed(fc1="head"), recipe(lr=0.5)), "lr 0.9 → 0.5", "lr 0.5 → 0.9"),
    ("lenet", None, then(renamed(conv1="stem"), options("stem", out_channels=8)), "stem 6 → 8 channels",
     "conv1 8 → 6 channels"),
    ("lenet", STEM, drawn(lambda graph: graph.with_layer("stem", graph.nodes["stem"].layer.with_options(
        label="Head"))), "renamed only: Stem → Head", "renamed only: Head → Stem"),
    # what decides nothing
    ("lenet", None, drawn(lambda graph: graph.moved({"conv1": (500.0, 3.0)})), "nothing changed", "nothing changed"),
    ("lenet", None, drawn(lambda graph: marks.with_frame(graph, Frame("Look", ("conv1",)))), "nothing changed",
     "nothing changed"),
    ("lenet", None, drawn(lambda graph: graph.with_marks(["conv1"], label="red", collapsed=True)), "nothing changed",
     "nothing changed"),
    ("lenet", None, lambda one: replace(one, title="Mine", about="…"), "nothing changed", "nothing changed"),
    ("resnet18", None, inside("stage1", lambda one: one), "nothing changed", "nothing changed"),
    # blocks
    ("lenet", None, STEM, "conv1, act1 and pool1 made block stem", "block stem dissolved"),
    ("lenet", STEM, drawn(lambda graph: dissolved(graph, "stem", analyze(graph, (1, 28, 28)))[0]),
     "block stem dissolved", "conv1, act1 and pool1 made block stem"),
    ("resnet18", None, lambda one: replace(one, graph=dissolved(one.graph, "stage1", analysed(one))[0]),
     "block stage1 dissolved", "residual1 and residual2 made block stage1"),
    ("lenet", then(healed("pool1", "pool2"), options("conv1", "conv2", out_channels=6, padding=2)),
     drawn(lambda graph: as_block(graph, repeated(graph)[0], "Part")[0]),
     "4 layers made block part", "block part dissolved"),
    ("lenet", STEM, inside("stem", options("conv1", kernel_size=3)), "stem.conv1 5×5 → 3×3 kernel",
     "stem.conv1 3×3 → 5×5 kernel"),
    ("lenet", STEM, inside("stem", behind(BatchNorm2d(), "conv1")), "added Batch norm 2d after stem.conv1",
     "removed stem.bn1"),
    ("lenet", STEM, inside("stem", behind(BatchNorm2d(), "input")), "added Batch norm 2d at the start of stem",
     "removed stem.bn1"),
    ("lenet", STEM, inside("stem", renamed(conv1="first")), "renamed only: stem.conv1 → first",
     "renamed only: stem.first → conv1"),
    ("residual-small", block("Body", "residual1", "residual2"), inside("body.residual1", options(
        "conv1", kernel_size=1, padding=0)), "body.residual1.conv1 3×3 → 1×1 kernel and pad 1 → 0",
     "body.residual1.conv1 1×1 → 3×3 kernel and pad 0 → 1"),
    ("lenet", None, then(STEM, inside("stem", options("conv1", kernel_size=3))),
     "added Stem after input, removed conv1, act1 and pool1",
     "added Conv 2d, Sigmoid and Average pool after input, removed stem"),
    ("lenet", TWO_STEMS, then(inside("one", options("conv1", bias=False)), inside("two", options(
        "conv2", bias=False))), "Conv 2d bias off everywhere", "Conv 2d bias on everywhere"),
    ("resnet18", None, inside("stage1", options("conv2", kernel_size=5)), "stage1.conv2 3×3 → 5×5 kernel",
     "stage1.conv2 5×5 → 3×3 kernel"),
    # how layers take part
    ("lenet", None, drawn(lambda graph: marks.bypass_turned(graph, ["act2"])), "act2 bypassed",
     "act2 no longer bypassed"),
    ("mlp-dropout", None, drawn(lambda graph: marks.bypass_turned(graph, ["drop1", "drop2"])),
     "every Dropout bypassed", "every Dropout no longer bypassed"),
    ("lenet", None, learning("conv1", trainable=False), "conv1 frozen", "conv1 learns"),
    ("lenet", None, learning("fc1", "fc2", trainable=False), "fc1 and fc2 frozen", "fc1 and fc2 learn"),
    ("lenet", None, learning("conv1", "conv2", trainable=False), "every Conv 2d frozen", "every Conv 2d learns"),
    ("lenet", None, learning(*FROZEN, trainable=False), "all layers but fc3 frozen", "all layers but fc3 learn"),
    ("lenet", None, learning(*FROZEN, "fc3", trainable=False), "all layers frozen", "all layers learn"),
    ("lenet", None, learning("fc1", weight=Init(kind="xavier_uniform")), "fc1 starts as Xavier uniform",
     "fc1 starts as PyTorch's own"),
    ("lenet", None, learning("fc1", "fc2", weight=Init(kind="normal", std=0.5)),
     "fc1 and fc2 start as Normal (mean 0, std 0.5)", "fc1 and fc2 start as PyTorch's own"),
    ("lenet", None, learning("fc1", bias=Init(kind="constant", value=1)), "biases of fc1 start as Constant 1",
     "biases of fc1 start as PyTorch's own"),
    ("lenet", None, learning("fc1", weight=Init(std=0.7)), "nothing changed", "nothing changed"),
    ("lenet", None, learning("fc3", lr_multiplier=10), "fc3 lr ×1 → ×10", "fc3 lr ×10 → ×1"),
    ("lenet", None, learning("fc3", decay_multiplier=0), "fc3 weight decay ×1 → ×0", "fc3 weight decay ×0 → ×1"),
    ("lenet", None, learning("fc3", edits=(ValueEdit(key="weight", index=(0, 0), value=1.0),)),
     "1 value of fc3 set by hand", "no values of fc3 set by hand"),
    ("lenet", learning("fc3", edits=tuple(ValueEdit(key="bias", index=(at,), value=1.0) for at in range(2))),
     learning("fc3", edits=tuple(ValueEdit(key="bias", index=(at,), value=1.0) for at in range(5))),
     "2 → 5 values of fc3 set by hand", "5 → 2 values of fc3 set by hand"),
    ("tied", None, drawn(lambda graph: graph.with_shares("shared2", None)), "shared2 has weights of its own",
     "shared2 shares weights with shared"),
    ("tied", None, options("shared", bias=False), "shared bias off", "shared bias on"),
    ("tied", None, healed("shared"), "removed shared",
     "added Linear after act1, shared2 shares weights with shared"),
    ("my-linear", None, code("mine1", "torch.randn", "torch.ones"), "code of mine1: 1 line changed",
     "code of mine1: 1 line changed"),
    ("my-linear", None, options("mine1", made_with="units=7"), "mine1 arguments units=64 → units=7",
     "mine1 arguments units=7 → units=64"),
    ("my-linear", None, then(code("mine1", "torch.randn", "torch.ones"), code("mine1", "return torch",
                                                                            "# Mine\n        return torch")),
     "code of mine1: 2 lines changed", "code of mine1: 2 lines changed"),
    ("my-linear", code("mine1", "return torch", "# One\n        # Two\n        return torch"), code(
        "mine1", "# One\n        # Two", "# Two\n        # One"), "code of mine1: lines in another order",
     "code of mine1: lines in another order"),
    # another network
    ("alexnet", None, lambda one: of("vgg11"), "AlexNet → VGG-11, a quarter as wide, lr 0.01 → 0.05",
     "VGG-11, a quarter as wide → AlexNet, lr 0.05 → 0.01"),
    ("alexnet", None, drawn(lambda graph: of("vgg11").graph), "another network: 21 → 13 layers",
     "another network: 13 → 21 layers"),
    ("lenet", None, lambda one: of("lenet-bn"), "added Batch norm 2d after every Conv 2d, "
     "added Batch norm 1d after fc1 and fc2, conv1 pad 2 → 0, and 1 more",
     "removed every Batch norm 2d and every Batch norm 1d, conv1 pad 0 → 2, lr 1 → 0.9"),
    # data
    ("house-prices", TABLE, lambda one: replace(one, data=one.data.model_copy(update={"known": Known(
        sample_shape=(3,), examples=7)})), "nothing changed", "nothing changed"),
    ("lenet", data(augment={"flip": True}), dataset("table", "/home/me/x.csv"), "Fashion-MNIST → x.csv",
     "x.csv → Fashion-MNIST"),
    ("lenet", None, dataset("mnist"), "Fashion-MNIST → MNIST", "MNIST → Fashion-MNIST"),
    ("lenet", None, dataset("cifar10"), "Fashion-MNIST → CIFAR-10", "CIFAR-10 → Fashion-MNIST"),
    ("lenet", dataset("emnist"), data(emnist="letters"), "EMNIST balanced → EMNIST letters",
     "EMNIST letters → EMNIST balanced"),
    ("house-prices", None, TABLE, "House prices → houses.csv", "houses.csv → House prices"),
    ("house-prices", TABLE, dataset("table", "/home/me/flats.csv"), "houses.csv → flats.csv",
     "flats.csv → houses.csv"),
    ("house-prices", TABLE, dataset("table", "/mnt/houses.csv"), "houses.csv from another place",
     "houses.csv from another place"),
    ("lenet", None, data(resize=32), "28×28 → 32×32 pictures", "32×32 → 28×28 pictures"),
    ("lenet", None, data(resize=28), "nothing changed", "nothing changed"),
    ("lenet", dataset("folder", "/home/me/pets"), data(resize=64), "full-size → 64×64 pictures",
     "64×64 → full-size pictures"),
    ("lenet", dataset("folder", "/home/me/pets"), data(channels=1), "channels of pictures as they are → 1",
     "channels of pictures 1 → as they are"),
    ("lenet", None, data(channels=3), "pictures 1 → 3 channels", "pictures 3 → 1 channels"),
    ("lenet", None, data(normalize=True), "normalisation on", "normalisation off"),
    ("lenet", None, data(augment={"flip": True}), "augmentation: flip on", "augmentation: flip off"),
    ("lenet", None, data(augment={"flip": True, "crop": 4, "rotate": 15}),
     "augmentation: crop 0 → 4, flip on and rotate 0 → 15", "augmentation off"),
    ("lenet", None, data(validation=0.2), "validation share 0.1 → 0.2", "validation share 0.2 → 0.1"),
    ("lenet", None, data(seed=4), "split seed 0 → 4", "split seed 4 → 0"),
    ("house-prices", TABLE, data(table={"target": "price"}), "target the last one → price",
     "target price → the last one"),
    ("house-prices", TABLE, data(table={"kinds": (("zip", "category"),)}), "column zip: auto → category",
     "column zip: category → auto"),
    ("house-prices", TABLE, data(table={"kinds": (("zip", "category"), ("id", "ignore"))}),
     "2 columns of another kind", "2 columns of another kind"),
    ("house-prices", TABLE, data(table={"standardize": False, "missing_numbers": "median"}),
     "missing numbers mean → median, standardising off", "missing numbers median → mean, standardising on"),
    ("weight-decay", None, data(synthetic={"noise": 0.5, "rows": 50}), "noise 0.01 → 0.5, 20 → 50 training rows",
     "noise 0.5 → 0.01, 50 → 20 training rows"),
    ("linreg", None, data(synthetic={"weight": (2.0, 1.5)}), "true weight (2, -3.4) → (2, 1.5)",
     "true weight (2, 1.5) → (2, -3.4)"),
    # recipe
    ("lenet", None, recipe(lr=0.05), "lr 0.9 → 0.05", "lr 0.05 → 0.9"),
    ("lenet", None, recipe(batch_size=64), "batch 256 → 64", "batch 64 → 256"),
    ("lenet", None, recipe(epochs=20), "10 → 20 epochs", "20 → 10 epochs"),
    ("lenet", None, recipe(optimizer="adam"), "SGD → Adam", "Adam → SGD"),
    ("lenet", None, recipe(optimizer="momentum:nesterov=yes"), "SGD → SGD + momentum (Nesterov)",
     "SGD + momentum (Nesterov) → SGD"),
    ("lenet", recipe(optimizer="adam"), recipe(optimizer="adam:beta1=0.8,amsgrad=yes"),
     "Adam: beta 1 0.9 → 0.8 and AMSGrad on", "Adam: beta 1 0.8 → 0.9 and AMSGrad off"),
    ("lenet", None, recipe(schedule="cosine"), "schedule constant → cosine", "schedule cosine → constant"),
    ("lenet", None, recipe(schedule="step:every=5,factor=0.5"), "schedule constant → step (every 5, factor 0.5)",
     "schedule step (every 5, factor 0.5) → constant"),
    ("lenet", recipe(schedule="step"), recipe(schedule="step:every=5"), "step schedule: every 10 → 5",
     "step schedule: every 5 → 10"),
    ("lenet", None, recipe(warmup=3), "warm-up off → 3", "warm-up 3 → off"),
    ("lenet", None, recipe(loss="mse"), "loss cross-entropy → mean squared error",
     "loss mean squared error → cross-entropy"),
    ("lenet", None, recipe(reduction="sum"), "loss mean → sum over a batch", "loss sum → mean over a batch"),
    ("lenet", None, recipe(label_smoothing=0.1), "label smoothing 0 → 0.1", "label smoothing 0.1 → 0"),
    ("lenet", None, recipe(class_weights="balanced"), "class weights all the same → balanced",
     "class weights balanced → all the same"),
    ("lenet", None, recipe(precision="bfloat16"), "float32 → bfloat16 (mixed)", "bfloat16 (mixed) → float32"),
    ("lenet", None, recipe(clip_norm=0.5), "clip norm off → 0.5", "clip norm 0.5 → off"),
    ("lenet", None, recipe(early_stop=5), "early stop off → 5", "early stop 5 → off"),
    ("lenet", None, recipe(weight_decay=0.001), "weight decay 0 → 0.001", "weight decay 0.001 → 0"),
    ("lenet", None, recipe(l1=1e-5), "L1 decay 0 → 1e-5", "L1 decay 1e-5 → 0"),
    ("lenet", None, recipe(decay_biases=False), "biases do not decay", "biases decay"),
    ("lenet", None, recipe(folds=5), "k-fold off → 5", "k-fold 5 → off"),
    ("lenet", None, recipe(averaging="ema"), "weight averaging off → moving average",
     "weight averaging moving average → off"),
    ("lenet", None, recipe(deterministic=False), "not repeatable", "repeatable"),
    ("lenet", None, recipe(initialization="normal_unit"), "weights start as Normal, σ = 1",
     "weights start as Xavier uniform"),
    ("lenet", None, recipe(accumulate=4), "1 → 4 batches a step", "4 → 1 batches a step"),
    ("lenet", None, recipe(best_by="validation_f1"), "best epoch by auto → validation F1",
     "best epoch by validation F1 → auto"),
    ("lenet", None, recipe(device="cpu"), "device auto → cpu", "device cpu → auto"),
    ("lenet", None, recipe(seed=1), "seed 0 → 1", "seed 1 → 0"),
    ("lenet", None, lambda one: replace(one, variants=(Variant(title="a", recipe={"lr": 0.3}),)), "0 → 1 variants",
     "1 → 0 variants"),
    ("lenet", lambda one: replace(one, variants=(Variant(title="a", recipe={"lr": 0.3}),)),
     lambda one: replace(one, variants=(Variant(title="a", recipe={"lr": 0.2}),)), "other variants", "other variants"),
    ("lenet", None, recipe(schedule="one_cycle:shape=linear"), "schedule constant → one cycle (shape straight lines)",
     "schedule one cycle (shape straight lines) → constant"),
    ("lenet", recipe(lr=0.1234561), recipe(lr=0.1234562), "lr 0.1234561 → 0.1234562", "lr 0.1234562 → 0.1234561"),
    ("lenet", recipe(lr=1 / 3), recipe(lr=2 / 3), "lr 0.33333 → 0.66667", "lr 0.66667 → 0.33333"),
    # several at once: network, data, recipe; the seed last
    ("lenet", None, then(recipe(lr=0.05, seed=3), options("conv2", out_channels=8)),
     "conv2 16 → 8 channels, lr 0.9 → 0.05, seed 0 → 3", "conv2 8 → 16 channels, lr 0.05 → 0.9, seed 3 → 0"),
    ("lenet", None, then(recipe(seed=3), data(normalize=True)), "normalisation on, seed 0 → 3",
     "normalisation off, seed 3 → 0"),
    ("lenet", None, recipe(lr=0.05, optimizer="adam", batch_size=64, epochs=20, seed=3, clip_norm=1, l1=0.1),
     "SGD → Adam, lr 0.9 → 0.05, batch 256 → 64, and 4 more", "Adam → SGD, lr 0.05 → 0.9, batch 64 → 256, and 4 more"),
    ("lenet-digits", None, lambda one: of("lenet"), "Digits → Fashion-MNIST, Adam → SGD, lr 0.003 → 0.9, and 2 more",
     "Fashion-MNIST → Digits, SGD → Adam, lr 0.9 → 0.003, and 2 more"),
]  # fmt: skip


@pytest.mark.parametrize(("id", "first", "edit", "words", "reverse"), ROWS)
def test_an_edit_is_told_as_a_person_would(id: str, first: Edit | None, edit: Edit, words: str, reverse: str) -> None:
    before = first(of(id)) if first is not None else of(id)
    after = edit(before)
    assert str(in_one_line(what_changed(before, after))) == words
    assert str(in_one_line(what_changed(after, before))) == reverse


# -- what is true of any edits -----------------------------------------------------------------------------------------

DRAWN_ONLY = ("position", "label", "collapsed", "listed", "declared", "frames", "flow", "exposed")
LONG = "a_name_" + 57 * "n"


def course(one: Experiment) -> Any:
    """All that a run follows from, names included, read out of the file that would be written."""
    return _without_drawing(json.loads(to_json(replace(one, title="", about=""))))


def _without_drawing(value: Any) -> Any:
    if isinstance(value, dict):
        own = ("parameters",) if "shares" in value else ()  # those of the layer that has the weights count
        kept = {key: _without_drawing(each) for key, each in value.items() if key not in (*DRAWN_ONLY, "known", *own)}
        return {**kept, "edges": sorted(edge[:3] for edge in value["edges"])} if "edges" in value else kept
    return sorted(map(_without_drawing, value), key=str) if isinstance(value, list) and value and isinstance(
        value[0], dict) else value


def what_is_inside(one: Experiment, name: str) -> Any:
    return course(Experiment(inner(analysed(one), [name]).graph))


def edited(one: Experiment, draw: st.DrawFn) -> Experiment:
    """One random edit; the same again where this one cannot be made."""
    graph = one.graph
    names = [name for name, node in graph.nodes.items() if not isinstance(node.layer, Input)] or list(graph.nodes)
    name = draw(st.sampled_from(names))
    layer = draw(st.sampled_from([ReLU(), Dropout(), Conv2d(), Linear(), BatchNorm2d(), Add(), LSTM()]))
    edits: Mapping[str, Callable[[], Experiment]] = {
        "replace": lambda: another(layer, name)(one),
        "replace all": lambda: all_of(type(graph.nodes[name].layer).kind(), layer)(one),
        "append": lambda: behind(layer, name)(one), "heal": lambda: healed(name)(one),
        "remove": lambda: drawn(lambda graph: graph.without([name]))(one),
        "rename": lambda: renamed(**{name: draw(st.sampled_from([LONG, "stem", "head"]))})(one),
        "move": lambda: drawn(lambda graph: graph.moved({name: (7.0, draw(st.floats(-500, 500)))}))(one),
        "color": lambda: drawn(lambda graph: graph.with_marks([name], label="red"))(one),
        "bypass": lambda: drawn(lambda graph: marks.bypass_turned(graph, [name]))(one),
        "freeze": lambda: learning(name, trainable=draw(st.booleans()))(one),
        "begin": lambda: learning(name, weight=Init(kind="normal", std=draw(st.floats(0, 1))))(one),
        "cut": lambda: drawn(lambda graph: graph.without_edges([draw(st.sampled_from(graph.edges))]))(one),
        "wire": lambda: drawn(lambda graph: connected(graph, draw(st.sampled_from(names)), name))(one),
        "block": lambda: block(draw(st.sampled_from(["Part", "A block of a very long and \n odd name " + 20 * "x"])),
                               *names[names.index(name):][:draw(st.integers(1, 4))])(one),
        "inside": lambda: inside(name, lambda within: edited(within, draw))(one),
        "width": lambda: options(name, out_channels=draw(st.integers(1, 99)))(one),
        "rate": lambda: recipe(lr=draw(st.floats(1e-6, 1)), seed=draw(st.integers(0, 3)))(one),
        "data": lambda: data(validation=draw(st.floats(0, 0.5)), augment={"flip": draw(st.booleans())})(one),
        "file": lambda: dataset("table", "/home/me/" + draw(st.sampled_from(["x" * 200, "a\nb", "é.csv"])))(one),
        "title": lambda: replace(one, title=draw(st.text(max_size=300))),
    }
    try:
        kind = draw(st.sampled_from(list(edits)))
        after = edits[kind]()
        # a block that was only opened is another layer in the file, and the same to a run
        return one if kind == "inside" and what_is_inside(after, name) == what_is_inside(one, name) else after
    except (LayerloomError, LayerError):
        return one


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Experiment, Experiment]:
    """A network of the gallery, and the same after a few edits."""
    before = of(draw(st.sampled_from(["lenet", "resnet18", "mlp-dropout", "tied", "my-linear", "inception-small"])))
    after = before
    for _ in range(draw(st.integers(0, 5))):
        after = edited(after, draw)
    return before, after


@given(pairs())
@settings(max_examples=120, deadline=None)
def test_whatever_was_edited_it_is_one_line_and_nothing_where_a_run_goes_the_same(
        pair: tuple[Experiment, Experiment]) -> None:
    before, after = pair
    forth, back = what_changed(before, after), what_changed(after, before)
    same = course(before) == course(after)
    assert bool(forth) == bool(back) == (not same), [*map(str, forth), "|", *map(str, back)]
    for parts in (forth, back):
        line = str(in_one_line(parts))
        assert "\n" not in line and len(line) <= 120 and "None" not in line and line.strip() == line
        assert len(set(map(str, parts))) == len(parts), "nothing is said twice"


@pytest.mark.parametrize("id", gallery_ids())
def test_of_a_network_read_again_nothing_is_told(id: str) -> None:
    assert what_changed(of(id), load_experiment(f"gallery:{id}")) == () == what_changed(of(id), of(id))


@given(st.fixed_dictionaries({}, optional={
    "lr": st.floats(1e-6, 100), "batch_size": st.integers(1, 9999), "epochs": st.integers(1, 99),
    "weight_decay": st.floats(0, 1), "momentum": st.floats(0, 0.99), "clip_norm": st.floats(0, 9),
    "early_stop": st.integers(0, 9), "seed": st.integers(0, 99)}))
@settings(max_examples=40, deadline=None)
def test_the_other_way_round_the_values_change_places(values: dict[str, Any]) -> None:
    before, after = Experiment(), recipe(**values)(Experiment())

    forth, back = ([str(part) for part in what_changed(*pair)] for pair in ((before, after), (after, before)))
    assert len(forth) == sum(value != getattr(before.recipe, name) for name, value in values.items())
    assert [re.sub(r"(\S+) → (\S+)", r"\2 → \1", words) for words in forth] == back


def test_a_share_that_a_recurrent_layer_drops_is_told_alike() -> None:
    before = experiment(("lstm1", "LSTM", {"num_layers": 2}), ("lstm2", "LSTM", {"num_layers": 2}))
    [words] = told({"lstm1.dropout": 0.5}, {"lstm1.dropout": 0.0})
    [part] = what_changed(before, options("lstm1", dropout=0.5)(before))
    assert str(words) == str(part) == "lstm1 dropout 0 → 0.5"


def test_a_text_that_names_no_optimizer_is_told_as_it_stands() -> None:
    """Of a damaged file of a run."""
    assert [str(words) for words in told({"optimizer": "adamm"}, {"optimizer": "sgd"})] == ["SGD → adamm"]


def test_what_is_told_of_a_recipe_is_what_a_run_that_is_steered_notes() -> None:
    before = experiment(("drop1", "Dropout", {"p": 0.5}), ("fc1", "Linear", {}), ("drop2", "Dropout", {}))
    after = then(recipe(lr=0.01, weight_decay=0.1, l1=0.2, momentum=0.5, batch_size=7, epochs=9, early_stop=3,
                        clip_norm=1, clip_value=2), options("drop1", p=0.2), learning("fc1", trainable=False))(before)
    changes = {name: getattr(after.recipe, name) for name in LIVE} | {"drop1.p": 0.2, "fc1.trainable": False}
    was = {name: getattr(before.recipe, name) for name in LIVE} | {"drop1.p": 0.5, "fc1.trainable": True}
    assert sorted(map(str, told(changes, was))) == sorted(map(str, what_changed(before, after)))
    varied = data(augment={"crop": 2})(before)
    noted = told({"augment": varied.data.augment.model_dump()}, {"augment": Augment().model_dump()})
    assert [str(part) for part in what_changed(before, varied)] == [f"augmentation: {words}" for words in noted]


@pytest.mark.parametrize("name", Recipe.model_fields)
def test_every_option_of_a_recipe_has_its_words(name: str) -> None:
    """As a field of the recipe is added, so its words: none is called by its name in the code."""
    old = getattr(Recipe(), name)
    other: dict[str, Any] = {"loss": "mse", "reduction": "sum", "class_weights": "balanced", "optimizer": "adam",
                             "schedule": "cosine", "schedule_by": "batch", "best_by": "train_loss", "device": "cpu",
                             "averaging": "ema", "precision": "tf32", "initialization": "normal"}
    new = other.get(name, not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else 0.5)
    [part] = what_changed(Experiment(), recipe(**{name: new})(Experiment()))
    assert ("_" not in str(part) and str(part)[0] == str(part)[0].lower()) or name in ("optimizer", "l1")


# -- lines -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "most", "line"), [
    (0, 3, "nothing changed"), (1, 3, "p0"), (3, 3, "p0, p1, p2"), (4, 3, "p0, p1, p2, and 1 more"),
    (7, 2, "p0, p1, and 5 more"), (2, 1, "p0, and 1 more"), (2, 0, "p0, and 1 more")])
def test_a_line_says_how_many_more_there_are(count: int, most: int, line: str) -> None:
    assert str(in_one_line([say("p{index}", index=index) for index in range(count)], most)) == line


def test_parts_that_do_not_fit_into_a_line_are_counted() -> None:
    parts = [say("{text}", text=letter * 50) for letter in "abc"]
    assert str(in_one_line(parts)) == f"{'a' * 50}, {'b' * 50}, and 1 more"


def test_of_a_long_name_its_beginning_and_end_are_told() -> None:
    before = renamed(fc1=LONG)(of("lenet"))
    [part] = what_changed(before, options(LONG, out_features=7)(before))
    assert str(part) == "a_name_nnnnn…nnnnnnnnnnn 120 → 7 features" and len(str(part).split()[0]) == 24


def test_a_large_network_is_told_as_a_small_one() -> None:
    graph = build_line(Graph(), "input 8, " + ", ".join(["linear 8, relu"] * 1000))[0]
    before = replace(of("lenet"), graph=graph)
    assert str(in_one_line(what_changed(before, all_of("ReLU", Sigmoid())(before)))) == "ReLU → Sigmoid everywhere"
    gone = drawn(lambda graph: graph.without([f"act{index}" for index in range(1, 500)]))
    assert str(in_one_line(what_changed(before, gone(before)))) == "removed act1 … act499"


def test_a_block_whose_input_is_unknown_is_still_told() -> None:
    """What is inside a block that is made from parameters depends on what comes in; where nothing does, it is named."""
    one = experiment(("stage1", "Residual", {}))
    loose = replace(one, graph=Graph.of([Node("stage1", one.graph.nodes["stage1"].layer)]))
    own = inside("stage1", lambda within: within)(replace(one, data=of("lenet").data))
    after = replace(loose, graph=loose.graph.with_layer("stage1", own.graph.nodes["stage1"].layer))
    assert [str(part) for part in what_changed(loose, after)] == ["another Residual"]
