"""The reason for which something is refused is true; and dropout that only training reaches needs no argument."""

from __future__ import annotations

import pytest

from engine.layers.base import Shape
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_as_torch import refusal

NET = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 8)
        {}
    def drop(self, x): return F.dropout(x, 0.3)
    def forward(self, x):
        {}
        return x
net = Net()
"""
WITHOUT = "“dropout” without training=self.training"


@pytest.mark.parametrize("lines", [
    "if self.training: x = F.dropout(x, 0.3)", "x = F.dropout(x, 0.3) if self.training else x",
    "if not self.training: pass\n        else: x = F.dropout(x, 0.3)",
    "if self.training and x is not None: x = self.drop(x)",
])  # fmt: skip
@pytest.mark.parametrize("training", [True, False])
def test_dropout_where_only_training_comes_needs_no_argument(lines: str, training: bool) -> None:
    text = HEAD + NET.format("pass", f"x = self.f(x)\n        {lines}")
    assert difference(text, (8,), training) == ""
    inside = text.replace("net = Net()", "net = nn.Sequential(Net(), nn.Linear(8, 3))")
    assert difference(inside, (8,), training) == ""


@pytest.mark.parametrize(("made", "line", "shape", "said"), [
    ("pass", "x = F.dropout(self.f(x), 0.3)", (8,), f"Line 11: {WITHOUT}"),
    ("pass", "if self.training or True: x = self.drop(self.f(x))", (8,), f"Line 9: {WITHOUT}"),
    ("pass", "if self.training: x = self.f(x)\n        x = self.drop(x)", (8,), f"Line 9: {WITHOUT}"),
    ("pass", "x = torch.pow(2, self.f(x))", (8,), "Line 11: “pow” is called here without a tensor of the network in"),
    ("pass", "x = self.f(x) * torch.tensor(2.0)", (8,), "Line 11: A tensor is joined here with a value that is not "
     "worked out"),
    ("self.e = nn.Embedding.from_pretrained(torch.randn(10, 8))", "x = self.f(self.e(x).mean(1))", (5,),
     "Line 8: “nn.Embedding.from_pretrained” begins with weights that are given"),
    ("self.g = nn.GRU(8, 6, batch_first=True)", "x = self.g(x)[0].transpose(0, 1)[-1]", (5, 8),
     "Line 11: “transpose” must leave the batch first"),
    ("self.f = nn.Conv2d(3, 4, 3)", "x = self.f(x).view(-1, 6 * 6)", (3, 8, 8),
     "flatten1: The code makes rows of 36 numbers: an example has 144, and they would be mixed"),
])  # fmt: skip
def test_what_is_refused_is_refused_for_a_true_reason(made: str, line: str, shape: Shape, said: str) -> None:
    assert refusal(HEAD + NET.format(made, line), shape).startswith(said)
