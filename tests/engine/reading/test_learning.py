"""What code says of how weights begin and which of them learn: as torch does it, or refused with line and reason."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings
from engine.layers.base import Shape
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.network.initialization import initialize
from engine.network.ready import freeze
from engine.reading.composed import PARTS, names_inside, parts_inside
from engine.reading.context import Context
from engine.reading.modules import Modules
from engine.reading.reading import from_text, read
from engine.reading.values import Chain, Module
from tests.engine.reading.oracle import HEAD, by_torch
from tests.engine.reading.test_as_torch import refusal

ROW, STEPS = (8,), (5, 8)
MLP = "net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Linear(8, 4))\n"
ENCODER = "net = nn.Sequential(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), nn.Linear(8, 2))\n"
DECODER = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
    def forward(self, x): return self.d(x, x)
net = Net()
"""
ATTENTION = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.MultiheadAttention(8, 2, batch_first=True)
        self.f = nn.Linear(8, 2)
    def forward(self, x): return self.f(self.a(x, x, x)[0])
net = Net()
"""
RECURRENT = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.LSTM(8, 4, num_layers=2, batch_first=True, bidirectional=True)
    def forward(self, x): return self.r(x)[0]
net = Net()
"""
OWN = """class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(8))
        self.f = nn.Linear(8, 8)
        {}
    def forward(self, x): return self.f(x) * self.w
net = nn.Sequential(Own(), nn.Linear(8, 4))
"""
FREEZE = "p.requires_grad = False"


def difference(text: str, shape: Shape) -> str:
    """In what a weight begins or learns otherwise than with torch, or ""."""
    want, graph = by_torch(text), from_text(text)
    net = build_module(graph, shape)
    experiment: Any = SimpleNamespace(graph=graph, recipe=SimpleNamespace(initialization="default"),
                                      data=SimpleNamespace(sample_shape=shape))
    initialize(net, experiment)
    freeze(net, node_settings(graph, analyze(graph, shape)))
    pairs = list(zip(net.named_parameters(), want.named_parameters(), strict=True))
    assert [one.shape for (_, one), _ in pairs] == [two.shape for _, (_, two) in pairs]
    return next((key for (key, ours), (_, its) in pairs if ours.requires_grad != its.requires_grad or (
        its.max() == its.min() and not torch.equal(ours, its))), "")


@pytest.mark.parametrize(("made", "lines", "shape"), [
    (MLP, f"for p in net.parameters():\n    {FREEZE}", ROW),
    (MLP, "net[3].requires_grad_(False)", ROW),
    (MLP, f"for n, p in net.named_parameters(prefix='net'):\n    if n.startswith('0'):\n        {FREEZE}", ROW),
    (MLP, f"for n, p in net.named_parameters(prefix='a'):\n    if n.startswith('a.4'):\n        {FREEZE}", ROW),
    (MLP, "for n, m in net.named_modules(prefix='a'):\n    if n == 'a.2':\n        m.requires_grad_(False)", ROW),
    (MLP, f"for p in net.parameters(recurse=False):\n    {FREEZE}", ROW),
    (MLP, f"for p in net[0].parameters(False):\n    {FREEZE}", ROW),
    (MLP, f"last = list(map(id, net[4].parameters()))\nfor p in net.parameters():\n    if id(p) not in last:\n"
     f"        {FREEZE}", ROW),
    (MLP, "for v in net.state_dict().values():\n    v.requires_grad = False", ROW),
    (MLP, "for p in net.parameters():\n    p.data.requires_grad_(False)", ROW),
    (MLP, "for v in net.state_dict(keep_vars=True).values():\n    v.requires_grad = False", ROW),
    (ENCODER, f"for p in net.parameters():\n    {FREEZE}", STEPS),
    (ENCODER, "net[0].requires_grad_(False)", STEPS),
    (ENCODER, f"for m in net[0].modules():\n    for p in m.parameters():\n        {FREEZE}", STEPS),
    (DECODER, f"for n, p in net.named_parameters():\n    if n.startswith('d.'):\n        {FREEZE}", STEPS),
    (ATTENTION, f"for p in net.a.parameters():\n    {FREEZE}", STEPS),
    (ATTENTION, "net.a.in_proj_weight.requires_grad = net.a.in_proj_bias.requires_grad = False\n"
     "net.a.out_proj.requires_grad_(False)", STEPS),
    (RECURRENT, f"for group in net.r.all_weights:\n    for p in group:\n        {FREEZE}", STEPS),
])  # fmt: skip
def test_what_learns_is_what_learns_with_torch(made: str, lines: str, shape: Shape) -> None:
    assert difference(f"{HEAD}{made}{lines}\n", shape) == ""


@pytest.mark.parametrize(("made", "lines", "shape"), [
    (MLP, "n = 0\ndef f(m):\n    global n\n    if isinstance(m, nn.Linear):\n        n += 1\n"
     "        nn.init.constant_(m.weight, n)\nnet.apply(f)", ROW),
    (MLP, "seen = []\ndef f(m):\n    if isinstance(m, nn.Linear) and not seen:\n        seen.append(1)\n"
     "        nn.init.zeros_(m.bias)\nnet.apply(f)", ROW),
    (MLP, "from functools import partial\ndef f(m, v):\n    if isinstance(m, nn.Linear):\n"
     "        nn.init.constant_(m.bias, v)\nnet.apply(partial(f, v=2))", ROW),
    (MLP, "@torch.no_grad()\ndef f(m):\n    if isinstance(m, nn.Linear):\n        m.weight.fill_(2)\n"
     "net.apply(f)", ROW),
    (MLP, "def f(m):\n    name = m.__class__.__name__\n    if name.find('Linear') != -1:\n"
     "        m.weight.data.fill_(2)\n    elif 'BatchNorm' in name:\n        nn.init.constant_(m.weight.data, 1.0)\n"
     "net.apply(f)", ROW),
    (MLP, "net.state_dict()['2.weight'].fill_(1)", ROW),
    (MLP, "nn.init.ones_(net[0].weight.detach())", ROW),
    (ENCODER, "for p in net.parameters():\n    if p.dim() > 1:\n        nn.init.constant_(p, 0.1)", STEPS),
    (DECODER, "for p in net.parameters():\n    if p.dim() > 1:\n        nn.init.constant_(p, 0.1)", STEPS),
    (DECODER, "for m in net.modules():\n    if isinstance(m, nn.LayerNorm):\n        nn.init.ones_(m.weight)", STEPS),
    (ATTENTION, "for p in net.parameters():\n    if p.dim() > 1:\n        nn.init.constant_(p, 0.1)", STEPS),
    (ATTENTION, "nn.init.zeros_(net.a.in_proj_bias)\nnn.init.zeros_(net.a.out_proj.bias)", STEPS),
    (RECURRENT, "for names in net.r._all_weights:\n    for name in filter(lambda n: 'bias' in n, names):\n"
     "        getattr(net.r, name).data.fill_(1.)", STEPS),
])  # fmt: skip
def test_what_weights_begin_as_is_torchs(made: str, lines: str, shape: Shape) -> None:
    assert difference(f"{HEAD}{made}{lines}\n", shape) == ""


@pytest.mark.parametrize(("text", "said"), [
    (f"{MLP}net[0].bias.requires_grad = False", "Line 5: Of Linear only some weights learn"),
    (f"{ENCODER}net[0].linear1.requires_grad_(False)", "Line 5: Of Transformer encoder layer only some weights learn"),
    (f"{RECURRENT}for p in net.r.all_weights[0]: {FREEZE}", "Line 10: Of r only some weights learn"),
    (f"{MLP}import random\nfor p in random.sample([*net.parameters()], 2):\n    {FREEZE}", "Line 6: “random.sample”"),
    (f"{MLP}for p in net.parameters():\n    if p.sum() > 40:\n        nn.init.zeros_(p)", "Line 6: What happens"),
    (f"{MLP}net[3].running_mean.fill_(3.)", "Line 5: “running_mean” of a layer is changed"),
    (f"{MLP}net[3].running_var[0] = 3.", "Line 5: “running_var” of a layer is changed"),
    (f"{MLP}nn.init.ones_(net.state_dict()['3.running_mean'])", "Line 5: “running_mean” of a layer is changed"),
    (f"{ENCODER}for m in net.modules():\n    if isinstance(m, nn.Dropout): m.p = 0.5", "Line 6: “p” of a layer"),
    (f"{OWN.format('')}for p in net.parameters():\n    {FREEZE}", "Line 13: Own is code: how its weights begin"),
    (f"{OWN.format('')}net.requires_grad_(False)", "Line 12: Own is code: how its weights begin"),
    (f"{OWN.format('')}net[0].w.detach_()", "Line 12: Own is code: how its weights begin"),
    (f"{OWN.format('')}net[0].f.requires_grad_(False)", "Line 11: Own is code: how its weights begin"),
])  # fmt: skip
def test_what_no_setting_says_is_refused_with_its_line(text: str, said: str) -> None:
    shape = STEPS if text.startswith((ENCODER, RECURRENT)) else ROW
    assert refusal(f"{HEAD}{text}\n", shape).startswith(said)


@pytest.mark.parametrize("lines", [
    "nn.init.zeros_(self.w)", "self.requires_grad_(False)", "self.f.weight.data.fill_(1)"])
def test_an_own_layer_may_say_itself_how_it_begins(lines: str) -> None:
    assert len(from_text(HEAD + OWN.format(lines)).nodes) == 3


@pytest.mark.parametrize(("lines", "said"), [
    ("torch.nn.utils.vector_to_parameters(torch.ones(188), net.parameters())", "How weights begin"),
    ("with torch.no_grad():\n    for p in net.parameters(): p += 1", "How weights begin"),
    ("net[0].weight.data *= 3", "How weights begin"),
    ("torch.set_default_dtype(torch.float64)\nnet[0] = nn.Linear(8, 8)", "Numbers of another kind"),
    ("net[0] = nn.Linear(8, 8, dtype=torch.float64)", "Numbers of another kind"),
    ("net[0] = nn.Linear(8, 8, dtype=torch.float32, device='cpu')", ""),
])  # fmt: skip
def test_what_is_understood_otherwise_is_noted(lines: str, said: str) -> None:
    notes = [str(note) for note in read(f"{HEAD}{MLP}{lines}\n").notes]
    assert len(notes) == bool(said) and all(said in note for note in notes)


INSIDE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 8)
    {}
    def part(self, x):
        {}
        return self.f(x)
    def forward(self, x): return self.part(x)
net = Net()
"""


@pytest.mark.parametrize(("decorator", "first", "said"), [
    ("@torch.no_grad()", "", "Line 12: No gradient flows"), ("@torch.no_grad", "", "Line 12: No gradient flows"),
    ("@torch.inference_mode()", "", "Line 12: No gradient flows"),
    ("@torch.autocast('cpu')", "", "Line 12: Numbers of another kind"),
    ("@torch.set_grad_enabled(False)", "", "Line 12: No gradient flows"),
    ("", "torch.set_grad_enabled(False)", "Line 10: No gradient flows"),
    ("", "torch.set_grad_enabled(self.training)", "Line 10: No gradient flows through this part while it predicts"),
    ("", "with torch.set_grad_enabled(self.training): x = x + 1", "Line 10: No gradient flows through this part while"),
    ("", "torch.set_grad_enabled(not self.training)", "Line 10: No gradient flows through this part:"),
    ("", "torch.set_grad_enabled(torch.version.cuda)", "Line 10: Whether a gradient flows"),
    ("", "c = torch.no_grad(); c.__enter__()", "Line 10: No gradient flows"),
    ("from torch import no_grad as still", "with torch.no_grad(): x = x * 2", "Line 10: No gradient flows"),
    ("", "with torch.autocast('cpu'): x = self.f(x)", "Line 10: Numbers of another kind"),
])  # fmt: skip
def test_a_network_without_gradients_or_in_other_numbers_is_refused(decorator: str, first: str, said: str) -> None:
    assert refusal(HEAD + INSIDE.format(decorator, first or "pass"), ROW).startswith(said)


@pytest.mark.parametrize(("decorator", "first"), [
    ("@torch.enable_grad()", ""), ("", "torch.set_grad_enabled(True)"),
    ("", "with torch.set_grad_enabled(True): x = x + 1"),
    ("", "with torch.autocast('cpu', enabled=False): x = x + 1"),
])  # fmt: skip
def test_gradients_that_flow_anyway_change_nothing(decorator: str, first: str) -> None:
    assert difference(HEAD + INSIDE.format(decorator, first or "pass"), ROW) == ""


# -- what torch's layers are made of -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", ["", ", bias=False"])
@pytest.mark.parametrize("kind", [*PARTS, "Transformer"])
def test_parts_and_weights_of_composed_layers_are_torchs(kind: str, options: str) -> None:
    given = f"8, 2{', 1, 2, 16' if kind == 'Transformer' else ''}{options}"
    want = eval(f"nn.{kind}({given}, batch_first=True)", {"nn": nn})
    made = eval(f"make({given}, batch_first=True)", {
        "make": lambda *given, **named: Modules(Context("")).torch_module(kind, list(given), named)})
    assert names_inside(made) == [name for name, _ in want.named_parameters()]
    assert [*_walked(made)] == [(name, type(part).__name__) for name, part in want.named_modules() if not isinstance(
        part, (nn.ModuleList, nn.TransformerEncoder, nn.TransformerDecoder))][1:]


def _walked(part: Module | Chain, way: str = "") -> Any:
    for place, (name, inner) in enumerate(part.parts if isinstance(part, Chain) else parts_inside(part)):
        if isinstance(inner, Module):
            yield f"{way}{name or place}", inner.made_as
        yield from _walked(inner, f"{way}{name or place}.")


def test_separate_projections_have_their_own_weights() -> None:
    want = nn.MultiheadAttention(8, 2, kdim=4, vdim=6, bias=False)
    made = Modules(Context("")).torch_module("MultiheadAttention", [8, 2], {
        "kdim": 4, "vdim": 6, "bias": False, "batch_first": True})
    assert names_inside(made) == [name for name, _ in want.named_parameters()]


def test_a_part_called_by_itself_is_refused() -> None:
    text = ATTENTION.replace("self.a(x, x, x)[0]", "self.a.out_proj(self.a(x, x, x)[0])")
    with pytest.raises(LayerloomError, match="A part of Multi-head attention is called by itself"):
        from_text(HEAD + text)


def test_how_layers_inside_of_code_begin_is_noted() -> None:
    notes = read(f"{OWN.format('')}nn.init.zeros_(net[0].f.weight)", (8,)).notes
    assert any("Own is code: how its weights begin is said outside of it, which is not read along" in str(note)
               for note in notes)
