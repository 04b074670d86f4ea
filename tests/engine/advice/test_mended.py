"""Broken networks, small ones: what is said first, and what each repair makes of them."""

from __future__ import annotations

import pytest

from engine.advice.advice import advise
from engine.experiment.experiment import Experiment
from engine.units import shape_text
from tests.engine.advice.cases import CASES, FLAT, MNIST, Row, Wired, act, conv, fc, made
from tests.engine.drawn import drawn


def seq(*shape: int) -> Row:
    return ("seq", "Reshape", {"shape": shape}, ["input"])


# the rows; what is said first; of each repair its text and the network it makes, or the data
BROKEN: dict[str, tuple[list[Row], str, list[str]]] = {
    "a window with padding and dilation": ([conv("x", "input", kernel_size=(31, 3), padding=1, dilation=2,
        stride=2)],
        "Conv 2d: the 61×5 window is larger than its 28×28 input",
        ["Set padding to “same”: Conv2d out_channels=4 kernel_size=(31, 3) padding=same dilation=2",
         "Shrink the kernel to 30×3: Conv2d out_channels=4 kernel_size=(30, 3) stride=2 padding=1",
         "Resize the images to 64×64: data of 1×64×64"]),
    "a square window": ([conv("x", "input", kernel_size=31, padding="valid")],
        "Conv 2d: the 31×31 window is larger than its 28×28 input",
        ["Set padding to “same”: Conv2d out_channels=4 kernel_size=31 padding=same",
         "Shrink the kernel to 28×28: Conv2d out_channels=4 kernel_size=28 padding=valid",
         "Resize the images to 32×32: data of 1×32×32"]),
    "a window on a sequence": ([seq(2, 392), ("x", "Conv1d", {"kernel_size": 999, "padding": 2}, ["seq"])],
        "Conv 1d: the 999 window is larger than its 392 input",
        ["Set padding to “same”: Reshape shape=(2, 392) > Conv1d kernel_size=999 padding=same",
         "Shrink the kernel to 396: Reshape shape=(2, 392) > Conv1d kernel_size=396 padding=2"]),
    "a dilated pool": ([("x", "MaxPool2d", {"kernel_size": 9, "dilation": 9}, ["input"])],
        "Max pool: the 73×73 window is larger than its 28×28 input",
        ["Set the window to 28×28: MaxPool2d kernel_size=28",
         "Resize the images to 96×96: data of 1×96×96"]),
    "a power pool": ([("x", "LPPool2d", {"kernel_size": 29}, ["input"])],
        "LP pool: the 29×29 window is larger than its 28×28 input",
        ["Set the window to 28×28: LPPool2d kernel_size=28",
         "Resize the images to 32×32: data of 1×32×32"]),
    "patches too large": ([("x", "Unfold", {"kernel_size": 29}, ["input"])],
        "Unfold: the 29×29 window is larger than its 28×28 input",
        ["Resize the images to 32×32: data of 1×32×32"]),
    "no place for windows": ([("x", "FractionalMaxPool2d", {"kernel_size": 29}, ["input"])],
        "Fractional max pool: the 28×28 input has no 14×14 places for a 29×29 window",
        ["Resize the images to 64×64: data of 1×64×64"]),
    "padding that cuts all away": ([("x", "ConvTranspose2d", {"kernel_size": 3, "padding": 30}, ["input"])],
        "Transposed conv 2d: the padding cuts away all of the 28×28 input",
        []),
    "a first dim that is not there": ([("x", "Flatten", {"start_dim": 5}, ["input"])],
        "Flatten: there is no dim 5 in 1×28×28",
        ["Flatten everything: Flatten"]),
    "a last dim before the first": ([("x", "Flatten", {"start_dim": 2, "end_dim": 1}, ["input"])],
        "Flatten: it would start at dim 2 and end before it",
        ["Flatten everything: Flatten"]),
    "too many dimensions to normalize": ([("x", "LayerNorm", {"dims": 5}, ["input"])],
        "Layer norm: 5 dimensions are to be normalized, but the input 1×28×28 has 3",
        ["Set dimensions to 3: LayerNorm dims=3"]),
    "a dim that is not there": ([("x", "Softmax", {"dim": 5}, ["input"])],
        "Softmax: there is no dim 5 in 1×28×28",
        ["Set dim to 1: Softmax"]),
    "side by side along no dim": ([("x", "Concatenate", {"dim": 5}, ["input", "input"])],
        "Concatenate: there is no dim 5 in 1×28×28",
        []),
    "a window larger than the image": ([("seq", "Reshape", {"shape": (1, 14, 56)}, ["input"]), ("x", "MaxPool2d",
        {"kernel_size": 60}, ["seq"])],
        "Max pool: the 60×60 window is larger than its 14×56 input",
        ["Set the window to 14×56: Reshape shape=(1, 14, 56) > MaxPool2d kernel_size=(14, 56)"]),
    "a window longer than the sequence": ([seq(2, 392), ("x", "MaxPool1d", {"kernel_size": 400}, ["seq"])],
        "Max pool 1d: the 400 window is larger than its 392 input",
        ["Set the window to 392: Reshape shape=(2, 392) > MaxPool1d kernel_size=392"]),
    "a sum over all": ([FLAT, ("x", "Sum", {"dim": (1,)}, ["flat"])],
        "Sum: nothing would be left of 784: turn “Keep dimension” on",
        ["Turn “Keep dimension” on: Flatten > Sum dim=(1,) keepdim=True"]),
    "a sum over no dim": ([("x", "Sum", {"dim": (7,)}, ["input"])],
        "Sum: there is no dim 7 in 1×28×28",
        []),
    "a mode for images on a sequence": ([seq(2, 392), ("x", "Upsample", {"mode": "bilinear"}, ["seq"])],
        "Upsample: “bilinear” does not suit 2×392",
        ["Reshape to 1×2×392: Reshape shape=(2, 392) > Unsqueeze > Upsample mode=bilinear",
         "Set the mode to “nearest”: Reshape shape=(2, 392) > Upsample"]),
    "a circular border": ([("x", "CircularPad2d", {"padding": (30, 30, 0, 0)}, ["input"])],
        "Circular pad 2d needs a border smaller than the 28×28 input",
        ["Use Zero pad 2d: ZeroPad2d padding=(30, 30, 0, 0)"]),
    "a border for sequences on an image": ([("x", "ReplicationPad1d", {"padding": 3}, ["input"])],
        "Replication pad 1d expects channels×length, got 1×28×28",
        ["Use Replication pad 2d: ReplicationPad2d padding=3"]),
    "a reflected border on a sequence": ([seq(784, 1), ("x", "ReflectionPad1d", {"padding": 3}, ["seq"])],
        "Reflection pad 1d needs a border smaller than the 1 input",
        ["Use Zero pad 1d: Reshape shape=(784, 1) > ZeroPad1d padding=3"]),
    "heads": ([seq(28, 28), ("x", "MultiheadAttention", {"num_heads": 5}, ["seq"])],
        "Multi-head attention: 28 features cannot be split among 5 heads",
        ["Set heads to 4: Reshape shape=(28, 28) > MultiheadAttention num_heads=4"]),
    "heads of an encoder": ([seq(28, 28), ("x", "TransformerEncoderLayer", {"nhead": 6}, ["seq"])],
        "Transformer encoder layer: 28 features cannot be split among 6 heads",
        ["Set heads to 4: Reshape shape=(28, 28) > TransformerEncoderLayer nhead=4"]),
    "a factor that does not divide": ([("x", "PixelUnshuffle", {"downscale_factor": 3}, ["input"])],
        "Pixel unshuffle: 28×28 cannot be divided by 3",
        ["Set factor to 2: PixelUnshuffle"]),
    "groups that do not divide the outputs": ([("seq", "Reshape", {"shape": (16, 7, 7)}, ["input"]), conv("x",
        "seq", 15, groups=5)],
        "Conv 2d: 16 input channels cannot be split into 5 groups",
        ["Set groups to 1: Reshape shape=(16, 7, 7) > Conv2d out_channels=15"]),
    "groups to shuffle": ([("seq", "Reshape", {"shape": (16, 7, 7)}, ["input"]), ("x", "ChannelShuffle", {"groups":
        5}, ["seq"])],
        "Channel shuffle: 16 input channels cannot be split into 5 groups",
        ["Set groups to 4: Reshape shape=(16, 7, 7) > ChannelShuffle groups=4"]),
    "sizes to unflatten": ([FLAT, ("x", "Unflatten", {"unflattened_size": (5, 7)}, ["flat"])],
        "Unflatten: 784 numbers do not fit into 5×7",
        ["Set the sizes to –×7: Flatten > Unflatten unflattened_size=(-1, 7)"]),
    "sizes with an open one": ([("x", "Reshape", {"shape": (5, 7, -1)}, ["input"])],
        "Reshape: 784 numbers do not fit into 5×7×–",
        ["Set the sizes to –×7×1: Reshape shape=(-1, 7, 1)"]),
    "a norm for films on an image": ([("x", "BatchNorm3d", {}, ["input"])],
        "Batch norm 3d expects channels×depth×height×width, got 1×28×28",
        ["Use Batch norm 2d: BatchNorm2d"]),
    "a convolution for sequences on an image": ([("x", "Conv1d", {"padding_mode": "circular", "out_channels": 3},
        ["input"])],
        "Conv 1d expects channels×length, got 1×28×28",
        ["Use Conv 2d: Conv2d out_channels=3 padding_mode=circular"]),
    "options for two dimensions on a sequence": ([seq(28, 28), ("x", "Conv2d", {"kernel_size": (3, 5)}, ["seq"])],
        "Conv 2d expects channels×height×width, got 28×28",
        ["Reshape to 1×28×28: Reshape shape=(28, 28) > Unsqueeze > Conv2d kernel_size=(3, 5)"]),
    "a convolution for images on a sequence": ([seq(28, 28), ("x", "Conv2d", {}, ["seq"])],
        "Conv 2d expects channels×height×width, got 28×28",
        ["Use Conv 1d: Reshape shape=(28, 28) > Conv1d"]),
    "a convolution for films on a row": ([FLAT, ("x", "Conv3d", {}, ["flat"])],
        "Conv 3d expects channels×depth×height×width, got 784",
        []),
    "a convolution for sequences on a row": ([FLAT, ("x", "Conv1d", {}, ["flat"])],
        "Conv 1d expects channels×length, got 784",
        ["Reshape to 1×784: Flatten > Unflatten unflattened_size=(1, 784) > Conv1d"]),
    "a row that is an image in colour": ([FLAT, fc("fc", "flat", 768), conv("x", "fc")],
        "Conv 2d expects channels×height×width, got 768",
        ["Reshape to 3×16×16: Flatten > Linear out_features=768 > Unflatten unflattened_size=(3, 16, 16) > Conv2d "
         "out_channels=4"]),
    "a row that is a grey image": ([FLAT, fc("fc", "flat", 256), conv("x", "fc")],
        "Conv 2d expects channels×height×width, got 256",
        ["Reshape to 1×16×16: Flatten > Linear out_features=256 > Unflatten unflattened_size=(1, 16, 16) > Conv2d "
         "out_channels=4"]),
    "a row that is no image": ([FLAT, fc("fc", "flat", 5), conv("x", "fc", kernel_size=1)],
        "Conv 2d expects channels×height×width, got 5",
        []),
    "a Flatten that others read": ([FLAT, conv("x", "flat"), ("y", "ReLU", {}, ["flat"])],
        "Conv 2d expects channels×height×width, got 784",
        ["Reshape to 1×28×28: Flatten > ReLU > Unflatten(flat) unflattened_size=(1, 28, 28) > Conv2d "
         "out_channels=4"]),
    "a recurrent layer on an image": ([("x", "LSTM", {}, ["input"])],
        "LSTM expects length×features, got 1×28×28",
        ["Reshape to 784×1: Flatten start_dim=2 > Permute dims=(2, 1) > LSTM"]),
    "a recurrent layer on a row": ([FLAT, ("x", "LSTM", {}, ["flat"])],
        "LSTM expects length×features, got 784",
        ["Reshape to 1×784: Flatten > Unflatten unflattened_size=(1, 784) > LSTM"]),
    "a linear layer on an image": ([("x", "Linear", {}, ["input"])],
        "Linear expects a flat input, got 1×28×28",
        ["Insert Flatten: Flatten > Linear",
         "Insert global average pooling: AdaptiveAvgPool2d > Flatten > Linear"]),
    "a linear layer on single pixels": ([("gap", "AdaptiveAvgPool2d", {}, ["input"]), ("x", "Linear", {}, ["gap"])],
        "Linear expects a flat input, got 1×1×1",
        ["Insert Flatten: AdaptiveAvgPool2d > Flatten > Linear"]),
    "a linear layer on a film": ([("seq", "Reshape", {"shape": (2, 2, 14, 14)}, ["input"]), ("x", "Linear", {},
        ["seq"])],
        "Linear expects a flat input, got 2×2×14×14",
        ["Insert Flatten: Reshape shape=(2, 2, 14, 14) > Flatten > Linear",
         "Insert global average pooling: Reshape shape=(2, 2, 14, 14) > AdaptiveAvgPool3d > Flatten > Linear"]),
    "a bag of words from a sequence": ([seq(28, 28), ("x", "EmbeddingBag", {}, ["seq"])],
        "Embedding bag expects a row of numbers, got 28×28",
        ["Insert Flatten: Reshape shape=(28, 28) > Flatten > EmbeddingBag"]),
    "sequences of other channels": ([seq(2, 392), ("c", "Conv1d", {"out_channels": 4, "kernel_size": 1}, ["seq"]),
        ("x", "Add", {}, ["seq", "c"])],
        "Add needs inputs of one shape, got 2×392 and 4×392",
        ["Match with a 1×1 convolution: Reshape shape=(2, 392) > Conv1d out_channels=4 kernel_size=1 > Conv1d(seq)"
         " out_channels=4 kernel_size=1 > Add(conv1, c)"]),
    "sequences of other lengths": ([seq(2, 392), ("c", "MaxPool1d", {}, ["seq"]), ("x", "Add", {}, ["seq", "c"])],
        "Add needs inputs of one shape, got 2×392 and 2×196",
        ["Match with a 1×1 convolution: Reshape shape=(2, 392) > MaxPool1d > Conv1d(seq) out_channels=2 "
         "kernel_size=1 stride=2 > Add(conv1, c)",
         "Match with a Linear layer: Reshape shape=(2, 392) > MaxPool1d > Linear(seq) out_features=196 > Add(fc1, "
         "c)"]),
    "three of two sizes": ([("c", "MaxPool2d", {}, ["input"]), ("d", "Conv2d", {"out_channels": 3, "kernel_size":
        1}, ["c"]), ("e", "Conv2d", {"out_channels": 3, "kernel_size": 1}, ["c"]), ("x", "Add", {}, ["d", "e",
        "input"])],
        "Add needs inputs of one shape, got 3×14×14 and 1×28×28",
        ["Match with a 1×1 convolution: MaxPool2d > Conv2d out_channels=3 kernel_size=1 > Conv2d(c) out_channels=3"
         " kernel_size=1 > Conv2d(input) out_channels=3 kernel_size=1 stride=2 > Add(d, e, conv1)",
         "Resize to 14×14: MaxPool2d > Conv2d out_channels=3 kernel_size=1 > Conv2d(c) out_channels=3 "
         "kernel_size=1 > AdaptiveAvgPool2d(input) output_size=14 > Conv2d out_channels=3 kernel_size=1 > Add(d, "
         "e, conv1)"]),
    "a gate for one channel": ([("c", "MaxPool2d", {}, ["input"]), FLAT, fc("g", "flat", 1), ("x", "Multiply", {},
        ["c", "g"])],
        "Multiply needs inputs of one shape, got 1×14×14 and 1",
        ["Reshape the gate to channels×1×1: MaxPool2d > Flatten(input) > Linear out_features=1 > Unflatten "
         "unflattened_size=(1, 1, 1) > Multiply(c, unflatten1)",
         "Insert Flatten: MaxPool2d > Flatten(input) > Linear out_features=1 > Flatten(c) > Linear out_features=1 "
         "> Multiply(fc1, g)"]),
    "an image and a row": ([FLAT, fc("g", "flat", 5), ("x", "Add", {}, ["input", "g"])],
        "Add needs inputs of one shape, got 1×28×28 and 5",
        ["Insert Flatten: Flatten > Linear out_features=5 > Flatten(input) > Linear out_features=5 > Add(fc1, g)"]),
    "sequences of other features": ([seq(28, 28), fc("g", "seq", 7), ("x", "Add", {}, ["seq", "g"])],
        "Add needs inputs of one shape, got 28×28 and 28×7",
        ["Match with a 1×1 convolution: Reshape shape=(28, 28) > Linear out_features=7 > Conv1d(seq) "
         "out_channels=28 kernel_size=1 stride=4 > Add(conv1, g)",
         "Match with a Linear layer: Reshape shape=(28, 28) > Linear out_features=7 > Linear(seq) out_features=7 >"
         " Add(fc1, g)"]),
    "sequences side by side": ([seq(28, 28), ("c", "MaxPool1d", {}, ["seq"]), ("x", "Concatenate", {}, ["seq",
        "c"])],
        "Concatenate: 28×28 and 28×14 differ in more than dim 1",
        []),
    "images side by side": ([("c", "MaxPool2d", {}, ["input"]), conv("d", "input", 3), ("e", "ReLU", {}, ["d"]),
        ("x", "Concatenate", {}, ["c", "d", "e"])],
        "Concatenate: 1×14×14 and 3×26×26 differ in more than dim 1",
        ["Resize to 26×26: MaxPool2d > Conv2d(input) out_channels=3 > ReLU > Upsample(c) size=(26, 26) "
         "scale_factor=None > Concatenate(up1, d, e)"]),
    "two windows": ([conv("a", "input", kernel_size=5), conv("b", "input"), ("x", "Add", {}, ["a", "b"])],
        "Add needs inputs of one shape, got 4×24×24 and 4×26×26",
        ["Set padding of a and b to “same”: Conv2d out_channels=4 kernel_size=5 padding=same > Conv2d(input) "
         "out_channels=4 padding=same > Add(a, b)",
         "Resize to 26×26: Conv2d out_channels=4 kernel_size=5 > Conv2d(input) out_channels=4 > Upsample(a) "
         "size=(26, 26) scale_factor=None > Add(up1, b)"]),
    "two windows in a row": ([conv("s", "input"), act("r", "s"), conv("a", "r", 4), conv("b", "a", 4,
        kernel_size=5), ("x", "Add", {}, ["b", "r"])],
        "Add needs inputs of one shape, got 4×20×20 and 4×26×26",
        ["Set padding of a and b to “same”: Conv2d out_channels=4 > ReLU > Conv2d out_channels=4 padding=same > Conv2d "
         "out_channels=4 kernel_size=5 padding=same > Add(b, r)",
         "Resize to 20×20: Conv2d out_channels=4 > ReLU > Conv2d out_channels=4 > Conv2d out_channels=4 "
         "kernel_size=5 > AdaptiveAvgPool2d(r) output_size=20 > Add(b, pool1)"]),
    "a window with a stride": ([conv("s", "input"), act("r", "s"), conv("a", "r", 4, stride=2), ("x", "Add", {},
        ["a", "r"])],
        "Add needs inputs of one shape, got 4×12×12 and 4×26×26",
        ["Resize to 12×12: Conv2d out_channels=4 > ReLU > Conv2d out_channels=4 stride=2 > AdaptiveAvgPool2d(r) "
         "output_size=12 > Add(a, pool1)"]),
    "a window and a pool": ([conv("s", "input"), act("r", "s"), conv("a", "r", 4), ("p", "MaxPool2d", {}, ["a"]),
        ("x", "Add", {}, ["p", "r"])],
        "Add needs inputs of one shape, got 4×12×12 and 4×26×26",
        ["Resize to 12×12: Conv2d out_channels=4 > ReLU > Conv2d out_channels=4 > MaxPool2d > AdaptiveAvgPool2d(r)"
         " output_size=12 > Add(p, pool1)"]),
    "a transposed window": ([conv("s", "input"), act("r", "s"), ("a", "ConvTranspose2d", {"out_channels": 4,
        "kernel_size": 3}, ["r"]), ("x", "Add", {}, ["a", "r"])],
        "Add needs inputs of one shape, got 4×28×28 and 4×26×26",
        ["Resize to 28×28: Conv2d out_channels=4 > ReLU > ConvTranspose2d out_channels=4 > Upsample(r) size=(28, "
         "28) scale_factor=None > Add(a, up1)"]),
    "one window of two ways": ([conv("s", "input"), act("a", "s"), conv("b", "s"), ("x", "Maximum", {}, ["a",
        "b"])],
        "Maximum needs inputs of one shape, got 4×26×26 and 4×24×24",
        ["Set padding of b to “same”: Conv2d out_channels=4 > ReLU > Conv2d(s) out_channels=4 padding=same > "
         "Maximum(a, b)",
         "Resize to 24×24: Conv2d out_channels=4 > ReLU > Conv2d(s) out_channels=4 > AdaptiveAvgPool2d(a) "
         "output_size=24 > Maximum(pool1, b)"]),
    "a wire missing after two convolutions": ([conv("s", "input", padding=1), act("r", "s"), conv("a", "r",
        padding=1), conv("b", "a", padding=1), ("x", "Add", {}, ["b"])],
        "Add needs at least 2 inputs: draw another wire",
        ["Connect r → x: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > Conv2d "
         "out_channels=4 padding=1 > Add(b, r)",
         "Remove x: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > Conv2d "
         "out_channels=4 padding=1"]),
    "a wire missing after one convolution": ([conv("s", "input", padding=1), act("r", "s"), conv("b", "r",
        padding=1), act("r2", "b"), ("x", "Add", {}, ["r2"])],
        "Add needs at least 2 inputs: draw another wire",
        ["Connect s → x: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > ReLU > Add(r2,"
         " s)",
         "Remove x: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > ReLU"]),
    "a wire missing beside an end": ([conv("s", "input", padding=1), conv("t", "input", padding=1), ("x", "Add", {},
        ["s"])],
        "Add needs at least 2 inputs: draw another wire",
        ["Connect t → x: Conv2d out_channels=4 padding=1 > Conv2d(input) out_channels=4 padding=1 > Add(s, t)"]),
    "a wire missing beside an end that does not fit": ([conv("s", "input", padding=1), conv("t", "input", 8), ("x",
        "Add", {}, ["s"])],
        "Add needs at least 2 inputs: draw another wire",
        ["Remove x: Conv2d out_channels=4 padding=1 > Conv2d(input) out_channels=8"]),
    "a wire missing at the only layer": ([("x", "Bilinear", {}, ["input"])],
        "Bilinear needs at least 2 inputs: draw another wire",
        ["Remove x: "]),
    "no wire at an Add": ([("x", "Add", {}, []), ("y", "Add", {}, ["input", "x"])],
        "Add needs at least 2 inputs: draw another wire",
        []),
    "ends of other channels": ([conv("a", "input"), conv("b", "input", 8)],
        "The network has 2 ends (a, b): join them or remove what is not needed",
        ["Remove b: Conv2d out_channels=4",
         "Concatenate them: Conv2d out_channels=4 > Conv2d(input) out_channels=8 > Concatenate(a, b)"]),
    "ends of other lengths": ([conv("a", "input"), conv("b", "input", 8), ("c", "ReLU", {}, ["b"])],
        "The network has 2 ends (a, c): join them or remove what is not needed",
        ["Remove a: Conv2d out_channels=8 > ReLU",
         "Concatenate them: Conv2d out_channels=4 > Conv2d(input) out_channels=8 > ReLU > Concatenate(c, a)"]),
    "rows of other widths": ([FLAT, fc("a", "flat", 3), fc("b", "flat", 4)],
        "The network has 2 ends (a, b): join them or remove what is not needed",
        ["Remove b: Flatten > Linear out_features=3"]),
    "three ends": ([FLAT, fc("a", "flat", 3), fc("b", "flat", 3), fc("c", "flat", 3), act("d", "c")],
        "The network has 3 ends (a, b, d): join them or remove what is not needed",
        ["Remove a and b: Flatten > Linear out_features=3 > ReLU",
         "Add them up: Flatten > Linear out_features=3 > Linear(flat) out_features=3 > Linear(flat) out_features=3"
         " > ReLU > Add(d, a, b)"]),
    "an Input alone": ([],
        "Nothing follows the Input: add a layer and draw a wire to it",
        ["Add Linear 10: Flatten > Linear out_features=10"]),
    "an end in an image": ([conv("x", "input")],
        "MNIST has 10 classes, but the network ends in 4×26×26",
        ["Add Linear 10: Conv2d out_channels=4 > Flatten > Linear out_features=10",
         "Add global pooling and Linear 10: Conv2d out_channels=4 > AdaptiveAvgPool2d > Flatten > Linear "
         "out_features=10"]),
    "an end in ten channels": ([conv("x", "input", 10)],
        "MNIST has 10 classes, but the network ends in 10×26×26",
        ["Add global average pooling: Conv2d out_channels=10 > AdaptiveAvgPool2d > Flatten",
         "Add Linear 10: Conv2d out_channels=10 > Flatten > Linear out_features=10",
         "Add global pooling and Linear 10: Conv2d out_channels=10 > AdaptiveAvgPool2d > Flatten > Linear "
         "out_features=10"]),
    "an end in ten pixels": ([("gap", "AdaptiveAvgPool2d", {}, ["input"]), conv("x", "gap", 10, kernel_size=1)],
        "MNIST has 10 classes, but the network ends in 10×1×1",
        ["Add Linear 10: AdaptiveAvgPool2d > Conv2d out_channels=10 kernel_size=1 > Flatten > Linear "
         "out_features=10"]),
    "an end in a sequence": ([seq(28, 28)],
        "MNIST has 10 classes, but the network ends in 28×28",
        ["Add Linear 10: Reshape shape=(28, 28) > Flatten > Linear out_features=10"]),
    "an end in a linear layer on a sequence": ([seq(28, 28), fc("x", "seq", 10)],
        "MNIST has 10 classes, but the network ends in 28×10",
        ["Add Linear 10: Reshape shape=(28, 28) > Linear out_features=10 > Flatten > Linear out_features=10"]),
    "an end in a linear layer and others": ([FLAT, fc("x", "flat", 3), ("d", "Dropout", {}, ["x"]), act("e", "d")],
        "MNIST has 10 classes, but the network ends in 3",
        ["Set outputs to 10: Flatten > Linear out_features=10 > Dropout > ReLU"]),
    "an end in a norm": ([FLAT, fc("x", "flat", 3), ("d", "BatchNorm1d", {}, ["x"])],
        "MNIST has 10 classes, but the network ends in 3",
        ["Add Linear 10: Flatten > Linear out_features=3 > BatchNorm1d > Linear out_features=10"]),
    "more loose than bound": ([FLAT, fc("e", "flat", 10), fc("l1", "none"), fc("l2", "l1"), fc("l3", "l2"), fc("l4",
        "l3")],
        "l1 is not connected: it is left out of the network",
        []),
    "three loose ends": ([conv("c", "input"), fc("end", "none", 10), ("r1", "LSTM", {}, ["none"]), ("r2",
        "BatchNorm2d", {}, ["none"]), conv("r3", "r2"), ("g", "Flatten", {}, ["r3"]), fc("z", "g", 10)],
        "MNIST has 10 classes, but the network ends in 4×26×26",
        ["Connect c → r2: Conv2d out_channels=4 > Linear() out_features=10 > LSTM() > BatchNorm2d(c) > Conv2d "
         "out_channels=4 > Flatten > Linear out_features=10",
         "Add Linear 10: Conv2d out_channels=4 > Linear() out_features=10 > LSTM() > BatchNorm2d() > Conv2d "
         "out_channels=4 > Flatten > Linear out_features=10 > Flatten(c) > Linear out_features=10",
         "Add global pooling and Linear 10: Conv2d out_channels=4 > Linear() out_features=10 > LSTM() > "
         "BatchNorm2d() > Conv2d out_channels=4 > Flatten > Linear out_features=10 > AdaptiveAvgPool2d(c) > "
         "Flatten > Linear out_features=10"]),
    "a loose merge": ([FLAT, fc("e", "flat", 10), ("l", "Add", {}, ["none"]), act("m", "l")],
        "l is not connected: it is left out of the network",
        ["Remove l and m: Flatten > Linear out_features=10"]),
    "a gate": (CASES["a gate"][2],
        "Multiply needs inputs of one shape, got 4×26×26 and 4",
        ["Reshape the gate to channels×1×1: Conv2d out_channels=4 > AdaptiveAvgPool2d > Flatten > Linear "
         "out_features=4 > Unflatten unflattened_size=(4, 1, 1) > Multiply(conv, unflatten1) > AdaptiveAvgPool2d >"
         " Flatten > Linear out_features=10"]),
    "two Inputs": (CASES["two Inputs"][2],
        "There are 2 Inputs: keep one",
        ["Keep only input: Flatten > Flatten(input) > Add(flat, flat2) > Linear out_features=10"]),
    "a chain cut in the middle": (CASES["a chain cut in the middle"][2],
        "MNIST has 10 classes, but the network ends in 4×26×26",
        ["Connect act2 → flatten1: Conv2d out_channels=4 > ReLU > Flatten > Linear out_features=10",
         "Add Linear 10: Conv2d out_channels=4 > ReLU > Flatten() > Linear out_features=10 > Flatten(act2) > "
         "Linear out_features=10",
         "Add global pooling and Linear 10: Conv2d out_channels=4 > ReLU > Flatten() > Linear out_features=10 > "
         "AdaptiveAvgPool2d(act2) > Flatten > Linear out_features=10"]),
    "a chain cut where a Flatten was": (CASES["a chain cut where a Flatten was"][2],
        "MNIST has 10 classes, but the network ends in 4×26×26",
        ["Connect act2 → Flatten → end: Conv2d out_channels=4 > ReLU > Flatten > Linear out_features=10",
         "Add Linear 10: Conv2d out_channels=4 > ReLU > Linear() out_features=10 > Flatten(act2) > Linear "
         "out_features=10",
         "Add global pooling and Linear 10: Conv2d out_channels=4 > ReLU > Linear() out_features=10 > "
         "AdaptiveAvgPool2d(act2) > Flatten > Linear out_features=10"]),
    "nothing follows, but a part is there": (CASES["nothing follows, but a part is there"][2],
        "Nothing follows the Input: add a layer and draw a wire to it",
        ["Connect input → row: Flatten > Linear out_features=10",
         "Add Linear 10: Flatten() > Linear out_features=10 > Flatten(input) > Linear out_features=10"]),
    "two linear layers": (CASES["two linear layers"][2],
        "Nothing bends between more and end: two linear layers in a row are no more than one",
        ["Insert Tanh: Flatten > Linear > Tanh > Linear > Tanh > Dropout > Linear out_features=10"]),
    "two convolutions": (CASES["two convolutions"][2],
        "No activation between one and two: two convolutions in a row are no more than a larger one",
        ["Insert ReLU: Conv2d out_channels=4 > BatchNorm2d > ReLU > Conv2d out_channels=4 > AdaptiveAvgPool2d > "
         "Flatten > Linear out_features=10"]),
    "softmax at the end": (CASES["softmax at the end"][2],
        "Cross-entropy already contains softmax: a second one slows learning",
        ["Remove soft: Flatten > Linear out_features=10"]),
    "a second wire missing: a shortcut": (CASES["a second wire missing: a shortcut"][2],
        "Add needs at least 2 inputs: draw another wire",
        ["Connect act → add: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > ReLU > "
         "Conv2d out_channels=4 padding=1 > Add(three, act) > AdaptiveAvgPool2d > Flatten > Linear out_features=10",
         "Remove add: Conv2d out_channels=4 padding=1 > ReLU > Conv2d out_channels=4 padding=1 > ReLU > Conv2d "
         "out_channels=4 padding=1 > AdaptiveAvgPool2d > Flatten > Linear out_features=10"]),
    "no input at all": (CASES["no input at all"][2],
        "Batch norm 2d has no input: draw a wire to it",
        ["Connect stem → bn: Conv2d out_channels=4 > BatchNorm2d > Add(stem, bn) > AdaptiveAvgPool2d > Flatten > "
         "Linear out_features=10"]),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_repairs_make_what_they_say(wired: Wired, what: str) -> None:
    rows, message, repairs = BROKEN[what]
    experiment = Experiment(made(wired, rows), MNIST)
    problem = advise(experiment)[0]
    assert str(problem.message) == message
    mended = [(repair.text, repair.of(experiment)) for repair in problem.repairs]
    assert [f"{text}: {drawn(after.graph)}" if after.data == experiment.data else
            f"{text}: data of {shape_text(after.data.sample_shape)}" for text, after in mended] == repairs


def test_what_is_bypassed_behind_a_removed_end_goes_too_unless_others_lead_there(wired: Wired) -> None:
    rows: list[Row] = [FLAT, fc("one", "flat", 3), act("off", "one"), act("more", "off"), act("act", "flat"),
                       fc("two", "act", 10), ("sum", "Add", {}, ["two", "one"])]
    graph = made(wired, rows).with_marks(["off", "more", "sum"], bypassed=True)
    experiment = Experiment(graph, MNIST)
    repair = next(each for each in advise(experiment)[0].repairs if str(each.text) == "Remove one")
    assert list(repair.of(experiment).graph.nodes) == ["input", "flat", "act", "two", "sum"]
