"""What code asks of layers and tensors: what torch keeps, or not known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import nn

from engine.reading.attributes import has, kept
from engine.reading.context import Context
from engine.reading.layers import KINDS
from engine.reading.modules import EVERYWHERE, HOOKS, Modules
from engine.reading.objects import ALSO
from engine.reading.values import OPAQUE, TRAINING, Measured, Module, Parameter, Unknown
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_as_torch import CONV, IMAGE, assert_equal, net, refusal

# Arguments of each class by the beginning of its name; R: its dimensions.
ARGUMENTS = {
    "": [""], "Conv": ["3, 4, 3", "3, 4, 3, 2, 1", "3, 6, 3, groups=3, padding='same', padding_mode='reflect'"],
    "ConvTranspose": ["3, 4, 3", "3, 4, 3, 2, 1, 1", "3, 6, 3, groups=3, bias=False, stride=2"],
    "Conv2d": ["3, 4, [3, 2], (1, 2), [1, 0], dilation=2"], "MaxPool2d": ["[2, 3], stride=None", "(2, 2), [1, 2]"],
    "Linear": ["3, 4", "3, 4, bias=False"], "Bilinear": ["3, 4, 5"], "MaxPool": ["2", "2, 3, 1", "3, dilation=2"],
    "AvgPool": ["2", "2, 3, 1", "2, stride=None", "3, 1, 1, True, False"], "AdaptiveAvg": ["2"], "AdaptiveMax": ["2"],
    "LPPool": ["2, 3", "2.0, 3, 2"], "BatchNorm": ["4", "4, 0.1, 0.2, False", "4, momentum=None, "
                                                   "track_running_stats=False"],
    "InstanceNorm": ["4", "4, affine=True, track_running_stats=True"], "LayerNorm": ["8", "[4, 8]",
     "(4, 8), 0.1, False"],
    "RMSNorm": ["8", "[4, 8], 0.1"], "GroupNorm": ["2, 4", "2, 4, 0.1, False"], "LocalResponse": ["2",
     "2, 0.1, 0.2, 2.0"],
    "Dropout": ["", "0.3", "p=0.2, inplace=True"], "Threshold": ["0.1, 20", "0.1, 20, True"], "PReLU": ["", "3",
     "4, 0.1"],
    "LeakyReLU": ["", "0.3", "0.2, True"], "GELU": ["", "'tanh'"], "RNN": ["3, 4, batch_first=True"],
    "GRU": ["3, 4, 2, batch_first=True, bidirectional=True, dropout=0.1"], "LSTM": ["3, 4, 2, False, True, 0.2, True"],
    "Multihead": ["8, 2, batch_first=True", "8, 2, 0.1, batch_first=True"], "Embedding": ["5, 4", "5, 4, max_norm=1.0"],
    "EmbeddingBag": ["5, 4", "5, 4, mode='sum'"], "Unflatten": ["1, (2, 3)"], "Flatten": ["", "2", "1, 2"],
    "Pixel": ["2"], "ChannelShuffle": ["2"], "Fold": ["(4, 4), 2", "(4, 4), (2, 2), stride=2"],
    "Unfold": ["2", "(2, 2), 1, 1, 2"], "Upsample": ["scale_factor=2", "(4, 4)"], "CosineSimilarity": ["", "2, 0.1"],
    "PairwiseDistance": ["", "2.0, 0.1, True"], "ConstantPad": ["1, 2.0", "(1,) * (2 * R), 0.5"],
    "Fractional": ["2, output_size=3"], "Transformer": ["8, 2, batch_first=True"], "Softmax": ["", "1"],
    "Softmax2d": [""], **{key: ["1", "(1,) * (2 * R)"] for key in ("Zero", "Reflection", "Replication", "Circular")},
}  # fmt: skip


def _texts(kind: str) -> Sequence[str]:
    return ARGUMENTS[max((start for start in ARGUMENTS if kind.startswith(start)), key=len)]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in KINDS for text in _texts(kind)])
def test_a_layer_keeps_what_torch_keeps(kind: str, text: str) -> None:
    rank = next((int(digit) for digit in kind if digit.isdigit()), 1)
    want = eval(f"nn.{kind}({text})", {"nn": nn, "R": rank})
    given, named = eval(f"(lambda *a, **k: (list(a), k))({text})", {"R": rank})
    modules = Modules(Context(""))
    made = modules.torch_module(kind, given, named)
    asked = ("weight", "bias", "transposed", "reset_parameters", "frob")
    for name in {*vars(want), *want._parameters, *want._buffers, *asked}:
        if not name.startswith("_"):
            _check(modules, made, want, name)


def _check(modules: Modules, made: Module, want: nn.Module, name: str) -> None:
    found = modules.look(made, name)
    if isinstance(found, Unknown):
        assert name not in ("weight", "bias") or not hasattr(want, name)
        assert has(made, name) in (None, hasattr(want, name)) or name == "training"
        return
    its = getattr(want, name)
    if isinstance(found, (Parameter, Measured)) or found == OPAQUE:
        assert isinstance(its, nn.Parameter if isinstance(found, Parameter) else torch.Tensor)
    elif found != TRAINING:
        assert (type(found), found) == (type(its), its), name
    assert has(made, name) is not False


def test_what_every_module_has() -> None:
    names = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert names - EVERYWHERE - HOOKS == ALSO


def test_a_lazy_layer_does_not_know_its_input() -> None:
    modules = Modules(Context(""))
    made = modules.torch_module("LazyConv2d", [4, 3], {})
    assert isinstance(modules.look(made, "in_channels"), Unknown) and kept(made, "kernel_size") == (3, 3)


PARTS = f"{CONV}\nself.p = nn.MaxPool2d(2)\nself.d = nn.Dropout(0.3)\nself.s = nn.Sequential(nn.ReLU())"
SOFT = "self.l = nn.LayerNorm(8)\nself.m = nn.Softmax()"


@pytest.mark.parametrize("test", [
    "self.c.kernel_size == 3", "self.c.kernel_size == (3, 3)", "self.c.stride == 1", "self.c.padding == (1, 1)",
    "isinstance(self.c.padding, int)", "isinstance(self.c.padding, tuple)", "self.c.kernel_size[0] == 3",
    "(self.p.stride or 1) == 2", "self.l.normalized_shape == 8", "self.l.normalized_shape == (8,)",
    "self.m.dim is None",
    "self.c.transposed", "self.c.padding_mode == 'zeros'", "self.d.p > 0.2", "self.c.bias is None",
    "hasattr(self.c, 'transposed')", "hasattr(self.c, 'weight')", "hasattr(self.d, 'weight')", "hasattr(self, 'frob')",
    "hasattr(self, 'training')", "hasattr(self.s, 'frob')", "hasattr(self.c, 'forward')", "hasattr(x, 'shape')",
    "getattr(self.d, 'weight', None) is None",
])  # fmt: skip
def test_conditions_on_layers_are_as_torch_has_them(test: str) -> None:
    assert_equal(net(f"y = self.l(self.c(x))\nif {test}:\n    y = y * 2\nreturn y", f"{PARTS}\n{SOFT}"), IMAGE)


@pytest.mark.parametrize("test", [
    "x.is_sparse", "x.is_quantized", "self.c.frob", "not self.c.frob", "self.s.frob", "callable(self.c.frob)",
    "isinstance(x.frob, int)", "bool(x.frob)", "any([x.frob])", "len(self.s.frob)", "self.c.frob.bar",
    "x.frob == x.frob",
    "x.frob is None", "x.grad is None", "hasattr(self.c, 'frob')", "hasattr(x, 'frob')", "self.d.bias is None",
    "self.d.frob or 1", "getattr(self.c, 'frob', 1)", "self.frob.training", "x.frob[0]",
])  # fmt: skip
def test_conditions_on_what_is_not_known_are_refused(test: str) -> None:
    assert refusal(net(f"y = self.c(x)\nif {test}:\n    y = y * 2\nreturn y", PARTS), IMAGE).startswith("Line 13: ")


@pytest.mark.parametrize("test", ["self.training is True", "self.training == True", "self.d.training",
                                  "True == self.training", "self.training != False", "self.s.training is not False"])
def test_whether_it_trains_is_asked_in_many_ways(test: str) -> None:
    dropped = net(f"y = self.c(x)\nif {test}:\n    y = self.d(y)\nreturn y", PARTS)
    assert_equal(dropped, IMAGE)
    assert difference(dropped, IMAGE, training=True) == ""
    other = net(f"y = self.c(x)\nif {test}:\n    y = y * 2\nreturn y", PARTS)
    assert refusal(other, IMAGE) == "Line 13: The network does something else while it trains: no layer does that"


@pytest.mark.parametrize("forward", ["f = self.c.forward\nreturn f(x)", "f = self.c(x).mul\nreturn f(2)",
                                     "y = self.c(x)\nreturn (y.relu if True else y.tanh)()",
                                     "y = self.c(x)\nreturn getattr(y, 'relu')()"])
def test_what_is_only_called_may_be_kept_under_a_name(forward: str) -> None:
    assert_equal(net(forward, CONV), IMAGE)


def test_an_object_that_is_no_module_may_have_a_training_of_its_own() -> None:
    own = "class Options:\n    training = False\noptions = Options()\n"
    assert_equal(net("y = self.c(x)\nreturn y * 2 if options.training else y", CONV).replace(HEAD, HEAD + own), IMAGE)
