"""Weights that are set through other looks at them, one by one, or by their shapes: as with torch, or said."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.layers.base import Shape
from engine.reading.beginnings import gain, parameters_in
from engine.reading.context import Context
from engine.reading.dimensions import rank_in, shape_of
from engine.reading.modules import Modules
from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import refusal
from tests.engine.reading.test_learning import OWN, difference

NET = "net = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))\n"
ATTENTION = "net = nn.Sequential(nn.Linear(8, 8), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True))\n"
CONVOLVED = ("net = nn.Sequential(nn.Conv2d(3, 4, (3, 2), bias=False), nn.ConvTranspose2d(4, 6, 2, groups=2), "
             "nn.BatchNorm2d(6), nn.Flatten(), nn.Linear(336, 2))\n")  # fmt: skip
BY_SIZE = "for p in net.parameters():\n    nn.init.constant_(p, p.numel() + 1000 * p.shape[0] + p.size(-1) / 8)"
OTHERS = ("Linear(8, 4)", "Linear(8, 4, bias=False)", "Bilinear(8, 6, 4)", "Embedding(7, 5)", "EmbeddingBag(7, 5)",
          "GRU(8, 4, 2, batch_first=True, bidirectional=True)", "LSTM(8, 4, batch_first=True)", "PReLU(8)", "PReLU()",
          "RNN(8, 4, bias=False, batch_first=True)", "GroupNorm(2, 8)", "LayerNorm((3, 8))", "LayerNorm(8)",
          "RMSNorm((3, 8))", "BatchNorm3d(4)", "InstanceNorm1d(4, affine=True)", "Conv1d(3, 6, 2)",
          "Conv3d(4, 6, (1, 2, 3), groups=2)", "ConvTranspose2d(4, 6, 2, groups=2)")  # fmt: skip
COMPOSED = ("TransformerEncoderLayer(8, 2, batch_first=True)", "MultiheadAttention(8, 2, batch_first=True)")


@pytest.mark.parametrize(("lines", "shape"), [
    ("net[0].weight.data.view(-1).fill_(7)\nnet[2].weight.data.t().fill_(7)", (8,)),
    ("net[0].weight.detach().numpy()[:] = 0\nnet[2].bias.data.cpu().zero_()", (8,)),
    ("with torch.no_grad(): net[0].weight[0] = 0", (8,)),
    ("net[0].weight.data[-1] = 5.\nnet[2].weight.data[:] = 5.\nnet[2].bias.data[...] = 4", (8,)),
    ("net[0].bias.data[3] = 5.\nnn.init.zeros_(net[0].bias)", (8,)),
    ("nn.init.zeros_(net[0].bias)\nnet[0].bias.data[3] = 5.", (8,)),
    ("for p in net[0].parameters(): p.detach_()", (8,)),
    ("net[0].weight.data = net[0].weight.data.cpu()\nnn.init.zeros_(net[0].weight)", (8,)),
    ("for m in net.modules():\n    if isinstance(m, nn.Linear): m.weight.data.fill_(1 / m.weight.size(1) ** .5)", (8,)),
    ("for p in net.parameters():\n    if len(p.shape) > 1 and p.ndim == 2: nn.init.constant_(p, .3)", (8,)),
    ("net[0].requires_grad_(False)\nfor p in net.parameters():\n    if p.requires_grad: nn.init.constant_(p, .5)",
     (8,)),
    ("for m in net.modules():\n    if isinstance(m, nn.Linear):\n        ins, outs = "
     "nn.init._calculate_fan_in_and_fan_out(m.weight)\n        nn.init.constant_(m.weight, ins + 1000 * outs)", (8,)),
    (BY_SIZE, (8,)),
])  # fmt: skip
def test_weights_that_are_set_begin_as_with_torch(lines: str, shape: Shape) -> None:
    assert difference(f"{HEAD}{NET}{lines}\n", shape) == ""


@pytest.mark.parametrize("made", [*OTHERS, *COMPOSED])
def test_the_sizes_of_weights_are_torchs(made: str) -> None:
    want = dict(eval(f"nn.{made}", {"nn": nn}).named_parameters())
    kind, _, given = made.partition("(")
    ours = eval(f"make({given}", {"make": lambda *given, **named: Modules(Context("")).torch_module(
        kind, list(given), named)})
    found = dict(parameters_in(ours))
    assert {name: rank_in(each) for name, each in found.items()} == {name: each.dim() for name, each in want.items()}
    if made in OTHERS:
        assert {name: shape_of(each) for name, each in found.items()} == {
            name: tuple(each.shape) for name, each in want.items()}


@pytest.mark.parametrize(("made", "lines", "shape"), [
    (CONVOLVED, BY_SIZE, (3, 8, 8)),
    (ATTENTION, "for p in net.parameters():\n    if p.dim() == 1: nn.init.zeros_(p)\n"
     "for p in net[1].parameters():\n    if p.dim() != 1: nn.init.constant_(p, .1)", (5, 8)),
])  # fmt: skip
def test_how_many_dimensions_weights_have_is_known(made: str, lines: str, shape: Shape) -> None:
    assert difference(f"{HEAD}{made}{lines}\n", shape) == ""


UNREAD, UNSAID = "The values that are set here are not read along", "How weights begin here is no setting of a layer"
OUTSIDE = "How a class's own parameter begins is said outside"
BARE = OWN.format("").replace("self.f = nn.Linear(8, 8)", "").replace("self.f(x)", "x")
EACH = "for p in net.parameters():\n    if p.dim() > 1: nn.init.xavier_uniform_(p)"


@pytest.mark.parametrize(("text", "said"), [
    (f"{NET}net[0].weight.data[0, 0] = float('nan')", UNREAD),
    (f"{NET}net[0].weight.data[0, 0] = 1e400", UNREAD),
    (f"{NET}net[0].weight.data[0, 0] = -float('inf')", UNREAD),
    (f"{NET}net[0].weight.data[0, 0] += 5.", UNREAD),
    (f"{NET}net[0].weight.data[net[0].weight.data > 0] = 5.", UNREAD),
    (f"{NET}with torch.no_grad(): net[0].weight[:, 1].fill_(3)", UNREAD),
    (f"{NET}a = net[0].weight.data.select(0, 1)\na.zero_()", UNREAD),
    (f"{NET}w = net[2].weight.data.numpy()\nw *= 0", UNSAID),
    (f"{NET}nn.init.xavier_uniform_(net[0].weight.data.t())", UNSAID),
    (f"{NET}net[0].weight.data = torch.zeros(4, 8)", UNREAD),
    (f"{NET}net[0].weight.register_hook(lambda g: g * 0)", "What is done with the gradient"),
    (f"{OWN.format('')}net[0].w.register_hook(lambda g: g * 0)", "What is done with the gradient"),
    (f"{OWN.format('')}sd = net.state_dict()\nsd['0.w'].zero_()", OUTSIDE),
    (f"{OWN.format('')}nn.init.zeros_(net[0].w)", OUTSIDE),
    (BARE.replace("ones(8)", "randn(1, 8) * 0.02") + EACH, OUTSIDE),
    (BARE.replace("ones(8)", "normal(0, 1, (8,))") + EACH, OUTSIDE),
    (BARE.replace("ones(8)", "ones(2, 8).sum(0)") + EACH, OUTSIDE),
    (BARE.replace("ones(8)", "empty(8, 8).sum(0)") + EACH, OUTSIDE),
    (BARE + EACH, ""),
    (OWN.format("") + EACH, "how its weights begin is said outside of it"),
    (OWN.format("") + "for p in net[1].parameters():\n    if p.dim() > 1: nn.init.zeros_(p)", ""),
])  # fmt: skip
def test_what_is_not_read_of_how_weights_begin_is_said(text: str, said: str) -> None:
    notes = [str(note) for note in read(f"{HEAD}{text}\n", (8,)).notes if "is read as code" not in str(note)]
    assert [said in note for note in notes] == [True] * bool(said)


@pytest.mark.parametrize("value", ["net[2].weight.data", "torch.zeros(4, 5)", "net[0].weight.data.t()"])
def test_a_weight_that_becomes_another_is_refused(value: str) -> None:
    text = f"{HEAD}net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))\nnet[0].weight.data = {value}\n"
    assert refusal(text, (8,)).startswith("Line 5: “weight” becomes another tensor here")


@pytest.mark.parametrize("made", [
    "nn.init.xavier_uniform_(torch.empty(8, 8))", "torch.empty(8, 8).normal_(0, .02)",
    "torch.empty(8, 8).uniform_(-1, 1)", "torch.ones(8, 8) * .02",
    "1e-2 * torch.ones(8, 8)", "torch.eye(8).flip(0)", "torch.randn(8, 8).clamp(min=0) / 8",
])  # fmt: skip
def test_an_own_parameter_may_begin_as_torch_computes_it(made: str) -> None:
    text = BARE.replace("torch.ones(8)", made).replace("x * self.w", "x @ self.w")
    assert outcome(HEAD + text, (8,)) == "equal"


POSITIONS = """class Positions(nn.Module):
    def __init__(self, width=8, most=10):
        super().__init__()
        {}
        at = torch.arange(most, dtype=torch.float32).reshape(-1, 1) / 10000 ** (torch.arange(0, width, 2) / width)
        self.P[:, 0::2] = torch.sin(at)
        self.P[:, 1::2] = torch.cos(at)
    def forward(self, x): return x + self.P[:x.shape[1]]
{}net = nn.Sequential(first, nn.Linear(8, 2))
"""
BUFFER = 'self.register_buffer("P", torch.zeros(most, width))'


def test_numbers_may_be_filled_in_line_by_line_where_an_object_is_made() -> None:
    assert outcome(HEAD + POSITIONS.format(BUFFER, "first = Positions()\n"), (5, 8)) == "equal"
    found = read(HEAD + POSITIONS.format("self.P = torch.zeros(most, width)", "first = Positions()\n"), (5, 8))
    assert ["Positions is read as code" in str(note) for note in found.notes] == [True, False]
    assert "“P” is a plain tensor" in str(found.notes[1])


def test_numbers_that_others_fill_in_afterwards_are_refused() -> None:
    later = "first = Positions()\nfirst.P[0] = torch.sin(torch.ones(8))\n"
    assert outcome(HEAD + POSITIONS.format(BUFFER, later), (5, 8)).startswith("refused: Line 13")


KEEPING = """class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(8))
        {}
    def forward(self, x): return x * self.w * self.b
net = Own()
"""


@pytest.mark.parametrize("line", ["net.b.mul_(3)", "b = net.b\nb += 3", "net.b[0] = 3.", "nn.init.zeros_(net.b)"])
@pytest.mark.parametrize("made", [
    "self.register_buffer('b', torch.ones(8) * 2)", "self.register_buffer('b', torch.empty(8))",
    "self.b = torch.ones(8) * 2", "self.b = torch.empty(8)", "self.b = torch.eye(8).sum(0)",
])  # fmt: skip
def test_a_tensor_that_others_change_is_no_more_what_its_class_says(line: str, made: str) -> None:
    text = HEAD + KEEPING.format(made)
    assert len(read(text, (8,)).graph.nodes) == 2
    assert refusal(f"{text}{line}\n", (8,)).startswith("Line ")


def test_a_buffer_that_is_changed_by_its_key_is_no_more_what_its_class_says() -> None:
    text = HEAD + KEEPING.format("self.register_buffer('b', torch.ones(8) * 2)")
    assert "it is changed after it was made" in refusal(f"{text}net.state_dict()['b'].fill_(2)", (8,))


def test_a_class_may_set_its_own_parameters_by_their_sizes() -> None:
    made = "torch.Tensor(8, 8))\n        self.reset()"
    text = BARE.replace("torch.ones(8))", made).replace("x * self.w", "x @ self.w")
    reset = """    def reset(self):
        bound = 1 / self.w.size(1) ** 0.5
        if self.w is not None: self.w.data.uniform_(-bound, bound)
    def forward"""
    assert outcome(HEAD + text.replace("    def forward", reset), (8,)) == "equal"


@pytest.mark.parametrize("given", [
    ("relu",), ("tanh",), ("selu",), ("linear",), ("sigmoid",), ("conv2d",), ("conv_transpose2d",), ("leaky_relu",),
    ("leaky_relu", 0.2), ("leaky_relu", 0)])
def test_gains_are_torchs(given: tuple[str, float]) -> None:
    assert gain(*given) == pytest.approx(torch.nn.init.calculate_gain(*given))
