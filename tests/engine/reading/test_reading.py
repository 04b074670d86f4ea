"""PyTorch code as graphs, beside what torch itself makes of the same code."""

from __future__ import annotations

from inspect import signature as torch_signature
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.analysis.analysis import analyze
from engine.experiment.experiment import gallery_ids, load_experiment, to_json
from engine.graph.graph import Graph
from engine.layers import LAYERS
from engine.layers.base import Shape
from engine.layers.code import Code
from engine.network.compile import build_module
from engine.reading.layers import KINDS, SIGNATURES, signature
from engine.reading.reading import ReadingError, from_code, from_text
from engine.writing.source import to_python

SEQUENTIAL = """
net = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(),  # the first stage
    nn.AvgPool2d(2, 2),
    nn.Conv2d(6, 16, kernel_size=(5, 5)), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Flatten(),
    nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
"""
NESTED = """
from collections import OrderedDict
width = 8
stem = nn.Sequential(OrderedDict([("conv", nn.Conv2d(3, width, 3, 1, 1)), ("act", nn.ReLU(inplace=True))]))
net = nn.Sequential(stem, *[nn.Conv2d(width, width, 3, padding=1) for _ in range(3)],
                    nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()), nn.Linear(width, 10, bias=False))
net.append(nn.Softmax(dim=-1))
loss = nn.CrossEntropyLoss()
x = torch.randn(2, 3, 8, 8)
"""
TUTORIAL = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, classes: int = 10):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        flat = 16 * 5 * 5
        self.fc1 = nn.Linear(flat, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(x.size(0), -1)
        x = F.dropout(F.relu(self.fc1(x)), p=0.4, training=self.training)
        x = torch.relu(self.fc2(x))
        return F.log_softmax(self.fc3(x), dim=1)

net = Net()
"""
RESNET = """
import torch
from torch import nn
from torch.nn import functional as F

class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(nn.Conv2d(in_planes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)

class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.in_planes = 8
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.layer1 = self._make_layer(block, 8, num_blocks[0], 1)
        self.layer2 = self._make_layer(block, 16, num_blocks[1], 2)
        self.linear = nn.Linear(16, num_classes)

    def _make_layer(self, block, planes, count, stride):
        strides = [stride] + [1] * (count - 1)
        layers = []
        for stride in strides:
            layers.append(block(self.in_planes, planes, stride))
            self.in_planes = planes
        return nn.Sequential(*layers)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer2(self.layer1(out))
        out = F.adaptive_avg_pool2d(out, 1)
        return self.linear(torch.flatten(out, 1))

def small():
    return ResNet(BasicBlock, [2, 2])

net = small()
"""
BRANCHES = """
import torch
from torch import nn

class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleList([nn.Conv2d(3, 4 * (i + 1), 2 * i + 1, padding=i) for i in range(3)])
        self.one = nn.LazyConv2d(4, kernel_size=1)
        self.act = nn.ReLU()
        self.pools = nn.ModuleDict({"max": nn.MaxPool2d(3, 1, 1)})

    def forward(self, x):
        outs = [self.act(branch(x)) for branch in self.branches]
        outs.append(self.one(self.pools["max"](x)))
        y = torch.cat(outs, 1)
        y = y * 0.5 + 1
        a, b = y[:, :4], y[:, 4:8]
        y = a * b - a / 2
        return y.mean([2, 3]).reshape(-1, 2, 2).permute(0, 2, 1).flatten(start_dim=1)
"""
SEQUENCE = """
import torch
from torch import nn

class Tagger(nn.Module):
    def __init__(self, vocabulary=50, dim=8, hidden=12):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.norm = nn.LayerNorm(hidden)
        self.attention = nn.MultiheadAttention(hidden, 3, batch_first=True)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 5)

    def forward(self, tokens):
        x = self.embedding(tokens.long())
        x, _ = self.lstm(x)
        x = self.norm(x)
        attended, _ = self.attention(x, x, x, need_weights=False)
        x = x + attended + x
        _, last = self.gru(x)
        return self.fc(last[-1])
"""
SHARED = """
import torch
from torch import nn

class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 6)
        self.act = nn.Tanh()
        self.register_buffer("offset", torch.full((6,), 0.25))

    def forward(self, x):
        for _ in range(3):
            x = self.act(self.body(x))
        return x + self.offset.expand(x.shape[0], 6)
"""
SOURCES: dict[str, tuple[str, Shape]] = {
    "sequential": (SEQUENTIAL, (1, 28, 28)), "nested": (NESTED, (3, 8, 8)), "tutorial": (TUTORIAL, (3, 32, 32)),
    "resnet": (RESNET, (3, 16, 16)), "branches": (BRANCHES, (3, 9, 9)), "sequence": (SEQUENCE, (7,)),
    "shared": (SHARED, (6,)),
}  # fmt: skip


def _made_by_torch(source: str) -> nn.Module:
    """The network that the code itself makes."""
    names: dict[str, object] = {"torch": torch, "nn": nn}
    exec(source, names)
    if isinstance(names.get("net"), nn.Module):
        return names["net"]  # type: ignore[return-value]
    return [value for value in names.values() if isinstance(value, type) and issubclass(value, nn.Module)][-1]()


@pytest.mark.parametrize("name", SOURCES)
def test_the_graph_computes_what_the_code_does(name: str) -> None:
    source, shape = SOURCES[name]
    theirs, graph = _made_by_torch(source).eval(), from_code(source)
    batch = torch.randint(0, 9, (2, *shape)).float() if name == "sequence" else torch.randn(2, *shape)
    expected = theirs(batch)
    ours = build_module(graph, shape).eval()
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
    analysis = analyze(graph, shape)
    assert not analysis.faults and analysis.output_shape == tuple(expected.shape[1:])
    mine, own = dict(ours.named_parameters()), list(theirs.named_parameters())
    for (key, value), (_, given) in zip(mine.items(), own, strict=True):
        assert value.shape == given.shape, key
        value.data.copy_(given.data)
    torch.testing.assert_close(ours(batch), expected)


@pytest.mark.parametrize("name", gallery_ids())
def test_exported_code_of_the_gallery_is_read_back(name: str) -> None:
    experiment = load_experiment(f"gallery:{name}")
    shape = experiment.data.sample_shape
    before = analyze(experiment.graph, shape)
    after = analyze(from_code(to_python(experiment.graph, shape)), shape)
    assert not after.faults
    assert (after.params, after.output_shape, after.mult_adds) == (before.params, before.output_shape, before.mult_adds)
    assert {n for n in after.nodes if n in before.nodes} >= {n for n, node in before.graph.nodes.items()
                                                            if node.layer.torch.startswith("nn.") and not node.shares}


def test_names_are_those_of_the_code() -> None:
    graph = from_code(TUTORIAL)
    assert {"conv1", "conv2", "fc1", "fc2", "fc3", "pool"} <= graph.nodes.keys()
    assert [graph.nodes[name].layer.kind() for name in graph.order][:4] == ["Input", "Conv2d", "ReLU", "MaxPool2d"]
    assert len({node.position for node in graph.nodes.values()}) == len(graph.nodes)


def test_one_layer_called_twice_has_one_set_of_weights() -> None:
    graph = from_code(SHARED)
    assert len(graph.shares) == 2 and set(graph.shares.values()) == {"body"}


def test_classes_inside_become_blocks() -> None:
    graph = from_code(RESNET)
    blocks: dict[str, Any] = {name: node.layer for name, node in graph.nodes.items() if node.layer.kind() == "Custom"}
    assert list(blocks) == ["layer1", "layer2"], "lists of blocks are stages"
    assert (blocks["layer1"].label, blocks["layer1"].repeat) == ("Basic Block", 2)
    inside = [node.layer for node in blocks["layer2"].graph.nodes.values() if node.layer.kind() == "Custom"]
    assert [block.label for block in inside] == ["Basic Block"] * 2 and inside[0] != inside[1]


def test_a_class_that_is_no_composition_of_layers_becomes_code() -> None:
    graph = from_code("""
import torch
from torch import nn

class Odd(nn.Module):
    def __init__(self, times):
        super().__init__()
        self.times = times

    def forward(self, x):
        while x.sum() > self.times:
            x = x / 2
        return x

net = nn.Sequential(nn.Linear(4, 4), Odd(3))
""")
    code = next(node.layer for node in graph.nodes.values() if isinstance(node.layer, Code))
    assert code.made_with == "3" and code.summary() == "Odd"


@pytest.mark.parametrize(("source", "line", "words"), [
    ("net = nn.Sequential(nn.Linear(3, 4),\n    nn.Frobnicate(3))", 2, "Frobnicate"),
    ("net = nn.Sequential(nn.Conv2d(3, 4, 0))", 1, "Kernel size must be at least 1"),
    ("net = nn.Sequential(nn.LSTM(3, 4))", 1, "batch_first"),
    ("import torch\nfrom torch import nn\nclass N(nn.Module):\n"
     "    def __init__(self): super().__init__(); self.k = nn.ReLU()\n    def forward(self, x):\n"
     "        if x.shape[0] > 3:\n"
     "            return x * 2\n        return x", 6, "not known"),
    ("class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
     "        self.k, self.l, self.m = nn.ReLU(), nn.ReLU(), nn.ReLU(); self.w = nn.Parameter(1)\n"
     "    def forward(self, x):\n        return x * self.w", 4, "parameter"),
    ("class N(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        self.fc = "
     "nn.Linear(4, width)\n    def forward(self, x):\n        return self.fc(x)", 1, "width"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        while True: x = x + 1\n        return x", 4, "too many steps"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        return self.fc(x)", 4, "self.fc"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        return torch.fft.fft(x)", 4, "fft"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        return x.view(-1)", 4, "batch"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        return self.forward(x)", 4, "nested"),
    ("class N(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        for i in range(9**9):\n            x = x + 1\n"
     "        return x", 4, "long"),
    ("nn.Sequential(nn.Linear(3, 4)", 1, "never closed"),
])  # fmt: skip
def test_what_cannot_be_read_names_its_line(source: str, line: int, words: str) -> None:
    with pytest.raises(ReadingError, match=words) as raised:
        from_code(source)
    assert raised.value.line == line
    assert f"{line}" in str(raised.value)


@pytest.mark.parametrize("source", ["", "x = 3", "print('hello')", "class A: pass"])
def test_code_without_a_network_is_said(source: str) -> None:
    with pytest.raises(ReadingError):
        from_code(source)


def test_code_is_never_run(tmp_path: Path) -> None:
    target = tmp_path / "made"
    source = f"__import__('os').mkdir({str(target)!r})\nnet = nn.Sequential(nn.Linear(1, 2), nn.ReLU())\n"
    assert len(from_code(source).nodes) == 3
    for evil in (f"open({str(target)!r}, 'w')", f"().__class__.__bases__[0].__subclasses__()[0]({str(target)!r})"):
        with pytest.raises(ReadingError):
            from_code(f"net = nn.Sequential(nn.Linear(1, {evil}))")
    assert not target.exists()


def _arguments(name: str) -> list[str]:
    """Torch's names of the arguments, in its order, without where the tensors lie."""
    return [p for p in torch_signature(getattr(nn, name).__init__).parameters if p not in ("self", "device", "dtype")]


TELLING = [name for name in KINDS if not {"args", "kwargs"} & set(_arguments(name))]


@pytest.mark.parametrize("name", TELLING)
def test_arguments_are_in_torchs_order(name: str) -> None:
    ours = list(signature(KINDS[name]))
    assert ours == _arguments(name)[: len(ours)]


def test_only_recurrent_layers_do_not_tell_their_arguments() -> None:
    assert {name for name in KINDS if name not in TELLING and signature(KINDS[name])} == {"RNN", "LSTM", "GRU"}
    assert set(SIGNATURES) <= LAYERS.keys()


def test_texts_of_every_kind_are_told_apart() -> None:
    experiment = load_experiment("gallery:lenet")
    assert from_text(to_json(experiment)) == experiment.graph
    assert analyze(from_text(SEQUENTIAL), (1, 28, 28)).params == 61_706
    line = from_text("conv 6 5x5 p2, sigmoid, avgpool 2, conv 16 5x5, sigmoid, avgpool 2, flatten, linear 120, "
                     "sigmoid, linear 84, sigmoid, linear 10")
    assert analyze(line, (1, 28, 28)).params == 61_706
    assert len(from_text("# conv 6, relu").nodes) == 3
    for nothing in ("", "   ", "hello world, this is prose", "{}", "{"):
        with pytest.raises(ReadingError):
            from_text(nothing)


def test_a_comment_with_the_line_form_leads_code_that_is_read() -> None:
    graph = from_text(f"# conv 6, relu\n{SEQUENTIAL}")
    assert isinstance(graph, Graph) and analyze(graph, (1, 28, 28)).params == 61_706


def test_prompts_of_an_interpreter_are_left_out() -> None:
    source = ">>> m = nn.Sequential(nn.Linear(3, 4),\n...     nn.ReLU())\n>>> m\nSequential(...)"
    assert len(from_code(source).nodes) == 3


def _forward_of(made: str, body: str) -> str:
    lines = [f"        {line}" for line in ("super().__init__()", *made.splitlines())]
    steps = [f"        {line}" for line in body.splitlines()]
    return "\n".join(["class Net(nn.Module):", "    def __init__(self, flag):", *lines,
                      "    def forward(self, x):", *steps])


def test_what_is_added_twice_leaves_the_first_tensor_as_it_was() -> None:
    graph = from_code(_forward_of("self.a = nn.ReLU()", "y = self.a(x) * 2\nreturn torch.cat([y, y + 1 + 3], 1)"))
    assert graph.nodes["scale1"].layer == LAYERS["Scale"]().with_options(factor=2.0)


@pytest.mark.parametrize("test", ["not flag", "flag and True", "False or flag", "-flag"])
def test_a_condition_on_what_is_not_known_is_not_guessed(test: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_code(_forward_of(f"self.a = nn.Tanh() if {test} else nn.ReLU()", "return self.a(x)"))
    assert caught.value.line == 4


def test_what_is_decided_without_the_unknown_is_read() -> None:
    made = "norm = None or nn.Identity\nself.a = nn.Tanh() if flag and False else nn.ReLU()\nself.b = norm()"
    assert "ReLU" in {node.layer.kind() for node in from_code(_forward_of(made, "return self.b(self.a(x))")
                                                              ).nodes.values()}


@pytest.mark.parametrize("made", [
    "a = 'a' ** 2", "a = {**3}", "a = {[]: 1}", "a = {[]: 1 for i in range(2)}", "a = self.b['x':]",
    "a = self.b[::0]", "self.b.extend([3])", "a = 1 << 10 ** 9", "a = len('%999999999d' % 1)", "a = 2 @ 3",
    "a = [0]\nfor i in range(60): a.extend(a)", "a = [0]\nfor i in range(60): a = [*a, *a]",
    "a = (0,) * 10000 * 10000", "for i in range(60): self.b.extend(self.b)",
    "a = 0\nfor i in range(60): a = [a, a]\na = str(a)", "break",
])  # fmt: skip
def test_hostile_code_is_refused_with_its_line(made: str) -> None:
    used = "\nself.b = nn.ReLU() if a is None else nn.Tanh()" if "a" in made.split() else ""  # else it is left out
    with pytest.raises(ReadingError) as caught:
        from_code(_forward_of(f"self.b = nn.Sequential(nn.ReLU())\n{made}{used}", "return self.b(x)"))
    assert caught.value.line in (5, 6, 7)
