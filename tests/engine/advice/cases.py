"""Broken networks, each with what is said of it; rows are a node's name, kind, options and sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.data.spec.spec import DataSpec
from engine.graph.graph import Edge, Graph
from engine.layers.base import Shape

Wired = Callable[..., Graph]
Row = tuple[str, str, dict[str, Any], list[str]]
MNIST = DataSpec(dataset="mnist")

CONV: Row = ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3}, ["input"])
FLAT: Row = ("flat", "Flatten", {}, ["input"])


def head(source: str) -> list[Row]:
    return [("gap", "AdaptiveAvgPool2d", {}, [source]), ("row", "Flatten", {}, ["gap"]),
            ("end", "Linear", {"out_features": 10}, ["row"])]  # fmt: skip


def flat_head(source: str) -> list[Row]:
    return [("end", "Linear", {"out_features": 10}, [source])]


def conv(name: str, source: str, channels: int = 4, **options: Any) -> Row:
    return (name, "Conv2d", {"out_channels": channels, "kernel_size": 3, **options}, [source])


def act(name: str, source: str, kind: str = "ReLU") -> Row:
    return (name, kind, {}, [source])


def fc(name: str, source: str, count: int = 64) -> Row:
    return (name, "Linear", {"out_features": count}, [source])


def deep(kind: str, count: int) -> list[Row]:
    rows, source = [FLAT], "flat"
    for index in range(count):
        rows += [fc(f"fc{index}", source), act(f"act{index}", f"fc{index}", kind)]
        source = f"act{index}"
    return [*rows, *flat_head(source)]


# the problem's severity and node; the rows; the texts of its repairs, in order
Case = tuple[str, str | None, list[Row], list[str]]
CASES: dict[str, Case] = {
    "a linear layer after an image": ("error", "end", [CONV, *flat_head("conv")],
                                      ["Insert Flatten", "Insert global average pooling"]),
    "another rank": ("error", "pool", [CONV, ("pool", "MaxPool1d", {}, ["conv"]), *head("pool")],
                     ["Use Max pool"]),
    "a flat row for a convolution": ("error", "conv", [FLAT, ("conv", "Conv2d", {}, ["flat"]), *head("conv")],
                                     ["Remove flat", "Reshape to 1×28×28"]),
    "an image for attention": ("error", "att", [
        conv("conv", "input"), ("att", "TransformerEncoderLayer", {}, ["conv"]), ("last", "Flatten", {}, ["att"]),
        *flat_head("last")], ["Reshape to 676×4"]),
    "heads that do not divide": ("error", "att", [
        CONV, ("seq", "Flatten", {"start_dim": 2}, ["conv"]), ("att", "MultiheadAttention", {"num_heads": 5}, ["seq"]),
        ("row", "Flatten", {}, ["att"]), *flat_head("row")], ["Set heads to 4"]),
    "features for a recurrent layer": ("error", "rnn", [
        FLAT, ("rnn", "LSTM", {"returns": "last"}, ["flat"]), *flat_head("rnn")], ["Reshape to 1×784"]),
    "a bag of words from an image": ("error", "bag", [("bag", "EmbeddingBag", {}, ["input"]), *flat_head("bag")],
                                     ["Insert Flatten"]),
    "layer norm over too many": ("error", "ln", [FLAT, ("ln", "LayerNorm", {"dims": 3}, ["flat"]), *flat_head("ln")],
                                 ["Set dimensions to 1"]),
    "a kernel too large": ("error", "conv", [conv("conv", "input", kernel_size=31), *head("conv")],
                           ["Set padding to “same”", "Shrink the kernel to 28×28", "Remove conv",
                            "Resize the images to 32×32"]),
    "pooled too often": ("error", "pool", [
        conv("conv", "input", kernel_size=28), ("pool", "MaxPool2d", {}, ["conv"]), *head("pool")],
        ["Set the window to 1×1", "Remove pool", "Resize the images to 32×32"]),
    "a kernel too large inside a block": ("error", "block", [
        ("block", "ConvBNReLU", {"kernel_size": 31, "padding": 0}, ["input"]), *head("block")],
        ["Remove block", "Resize the images to 32×32"]),
    "groups": ("error", "conv2", [CONV, conv("conv2", "conv", 6, groups=3), *head("conv2")], ["Set groups to 2"]),
    "groups of the data": ("error", "conv", [conv("conv", "input", 6, groups=3), *head("conv")],
                           ["Set groups to 1", "Give the data 3 channels"]),
    "group norm": ("error", "gn", [CONV, ("gn", "GroupNorm", {"num_groups": 3}, ["conv"]), *head("gn")],
                   ["Set groups to 2"]),
    "pixel shuffle": ("error", "up", [CONV, ("up", "PixelShuffle", {"upscale_factor": 3}, ["conv"]), *head("up")],
                      ["Insert a 1×1 convolution"]),
    "a border too large": ("error", "conv", [
        conv("conv", "input", padding=30, padding_mode="reflect"), *head("conv")], ["Fill the border with zeros"]),
    "a reflected border too large": ("error", "pad", [("pad", "ReflectionPad2d", {"padding": 30}, ["input"]),
                                                      *head("pad")], ["Use Zero pad 2d"]),
    "numbers that do not fit": ("error", "shape", [("shape", "Reshape", {"shape": (5, 28, 28)}, ["input"]),
                                                   *head("shape")], ["Set the sizes to –×28×28"]),
    "a shortcut of other channels": ("error", "add", [
        conv("stem", "input"), act("relu", "stem"), conv("deep", "relu", 8, padding=1),
        ("add", "Add", {}, ["deep", "stem"]), *head("add")], ["Match with a 1×1 convolution"]),
    "a shortcut of another size": ("error", "add", [
        conv("stem", "input"), act("relu", "stem"), conv("deep", "relu", 8, padding=1, stride=2),
        ("add", "Subtract", {}, ["stem", "deep"]), *head("add")], ["Match with a 1×1 convolution", "Resize to 13×13"]),
    "a convolution without padding": ("error", "add", [
        conv("stem", "input"), act("relu", "stem"), conv("deep", "relu"),
        ("add", "Add", {}, ["deep", "stem"]), *head("add")],
        ["Set padding of deep to “same”", "Resize to 24×24"]),
    "three ways": ("error", "add", [
        conv("stem", "input"), act("a", "stem"), act("b", "stem", "Tanh"), conv("c", "stem", 7, padding=1),
        ("add", "Add", {}, ["a", "b", "c"]), *head("add")], ["Match with a 1×1 convolution"]),
    "features of other widths": ("error", "add", [
        FLAT, fc("one", "flat", 8), fc("two", "flat", 6), ("add", "Add", {}, ["one", "two"]), act("act", "add"),
        *flat_head("act")], ["Match with a Linear layer"]),
    "a gate": ("error", "mul", [
        CONV, ("gap", "AdaptiveAvgPool2d", {}, ["conv"]), ("row", "Flatten", {}, ["gap"]), fc("fc", "row", 4),
        ("mul", "Multiply", {}, ["conv", "fc"]), ("pool", "AdaptiveAvgPool2d", {}, ["mul"]),
        ("out", "Flatten", {}, ["pool"]), *flat_head("out")], ["Reshape the gate to channels×1×1"]),
    "side by side of other sizes": ("error", "cat", [
        conv("one", "input", padding=1), ("two", "MaxPool2d", {}, ["input"]),
        ("cat", "Concatenate", {}, ["one", "two"]), *head("cat")], ["Resize to 14×14"]),
    "an image beside features": ("error", "cat", [
        CONV, FLAT, ("cat", "Concatenate", {}, ["flat", "conv"]), *flat_head("cat")], ["Insert Flatten"]),
    "a second wire missing: a shortcut": ("error", "add", [
        conv("stem", "input", padding=1), act("act", "stem"), conv("one", "act", padding=1), act("two", "one"),
        conv("three", "two", padding=1), ("add", "Add", {}, ["three"]), *head("add")],
        ["Connect act → add", "Remove add"]),
    "no input at all": ("error", "bn", [
        conv("stem", "input"), ("bn", "BatchNorm2d", {}, []), ("add", "Add", {}, ["stem", "bn"]), *head("add")],
        ["Connect stem → bn"]),
    "two ends": ("error", None, [FLAT, fc("one", "flat", 10), act("act", "flat"), fc("two", "act", 10)],
                 ["Remove one", "Add them up"]),
    "two ends, one of them long": ("error", None, [
        FLAT, fc("one", "flat", 3), act("sig", "one", "Sigmoid"), act("act", "flat"), fc("two", "act", 8),
        act("act2", "two"), fc("three", "act2", 10)], ["Remove one and sig"]),
    "nothing follows": ("error", None, [], ["Add Linear 10"]),
    "nothing follows, but a part is there": ("error", None, [("row", "Flatten", {}, []), *flat_head("row")],
                                             ["Connect input → row", "Add Linear 10"]),
    "a chain cut in the middle": ("error", "act2", [
        CONV, act("act2", "conv"), ("flatten1", "Flatten", {}, []), *flat_head("flatten1")],
        ["Connect act2 → flatten1", "Add Linear 10", "Add global pooling and Linear 10"]),
    "a chain cut where a Flatten was": ("error", "act2", [CONV, act("act2", "conv"), *flat_head("none")],
                                        ["Connect act2 → Flatten → end", "Add Linear 10",
                                         "Add global pooling and Linear 10"]),
    "no output layer, as many channels": ("error", "last", [conv("last", "input", 10)],
                                          ["Add global average pooling", "Add Linear 10",
                                           "Add global pooling and Linear 10"]),
    "too many outputs": ("error", "end", [FLAT, fc("end", "flat", 7)], ["Set outputs to 10"]),
    "two Inputs": ("error", None, [
        ("input2", "Input", {}, []), FLAT, ("flat2", "Flatten", {}, ["input2"]), ("add", "Add", {}, ["flat", "flat2"]),
        *flat_head("add")], ["Keep only input"]),
    "an Input nobody reads": ("error", None, [("input2", "Input", {}, []), FLAT, *flat_head("flat")],
                              ["Keep only input"]),
    "softmax at the end": ("warning", "soft", [FLAT, *flat_head("flat"), ("soft", "Softmax", {}, ["end"])],
                           ["Remove soft"]),
    "softmax before the end": ("warning", "soft", [
        CONV, ("soft", "LogSoftmax", {}, ["late"]), ("late", "Linear", {"out_features": 10}, ["row"]),
        ("row", "Flatten", {}, ["conv"]), ("last", "Flatten", {}, ["soft"])],
        ["Remove soft", "Use negative log-likelihood"]),
    "an activation at the end": ("hint", "act", [FLAT, *flat_head("flat"), act("act", "end")], ["Remove act"]),
    "two linear layers": ("warning", "end", [FLAT, fc("fc", "flat"), act("act", "fc", "Tanh"), fc("more", "act"),
                                             ("drop", "Dropout", {}, ["more"]), *flat_head("drop")],
                          ["Insert Tanh"]),
    "two linear layers that squeeze": ("hint", "end", [FLAT, fc("fc", "flat", 5), *flat_head("fc")], ["Insert ReLU"]),
    "two convolutions": ("hint", "two", [conv("one", "input"), ("bn", "BatchNorm2d", {}, ["one"]), conv("two", "bn"),
                                         *head("two")], ["Insert ReLU"]),
    "many sigmoids": ("hint", "act0", deep("Sigmoid", 5), ["Replace every sigmoid by ReLU"]),
    "a loose layer": ("hint", "spare", [FLAT, *flat_head("flat"), ("spare", "Linear", {}, []), act("tail", "spare")],
                      ["Remove spare and tail"]),
    "in place": ("error", "act", [FLAT, fc("fc", "flat"), ("act", "ReLU", {"inplace": True}, ["fc"]),
                                  ("sum", "Add", {}, ["fc", "act"]), *flat_head("sum")], ["Turn “in place” off"]),
}  # fmt: skip


def made(wired: Wired, rows: list[Row], shape: Shape | None = None) -> Graph:
    """The rows as a network behind an Input; “none” is nothing."""
    graph = wired(shape=shape) if shape else wired()
    for name, kind, options, _ in rows:
        graph = graph.with_node(wired((name, kind, options, [])).nodes[name])
    edges = [Edge(source, name, port) for name, _, _, sources in rows for port, source in enumerate(sources)
             if source != "none"]  # fmt: skip
    return graph.with_edges(edges)
