"""The order in which layers run, where it decides what comes out: random numbers, and what a layer measures."""

from __future__ import annotations

import pytest

from engine.reading.reading import from_text
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_as_torch import net, refusal

MADE = ("self.k = nn.Linear(8, 8)\nself.d = nn.Dropout(0.5)\nself.l = nn.Linear(8, 8)\nself.n = nn.BatchNorm1d(8)\n"
        "self.r = nn.RReLU()\n")  # fmt: skip
TWO = "y = self.l(x)\nz = self.k(x)\n"
PART = """class Part(nn.Module):
    def __init__(self, made):
        super().__init__()
        self.l = nn.Linear(8, 8)
        self.d = made
    def forward(self, x): return self.d(self.l(x))
"""


@pytest.mark.parametrize("forward", [
    "u = self.n(self.l(x))\nv = self.n(self.k(x))\nreturn v - u", "u = self.n(self.l(x))\nreturn self.k(self.n(x)) - u",
    f"{TWO}y = self.d(y)\nreturn y - 2 * self.d(z)", f"{TWO}z = self.d(z)\nreturn self.d(y) - 2 * z",
    "return torch.cat([self.d(self.l(x)), self.d(self.k(x)), self.d(x)], 1)",
    "y = F.dropout(self.l(x), 0.5, self.training)\nreturn y - self.k(F.dropout(x, 0.5, self.training))",
    "y = self.r(self.l(x))\nreturn y - self.k(self.r(x))",
])  # fmt: skip
def test_calls_run_in_the_order_of_the_code(forward: str) -> None:
    used = [line for line in MADE.splitlines() if f"{line.split(' =')[0]}(" in forward]
    assert difference(net(forward, "\n".join(used)), (8,), training=True) == ""


@pytest.mark.parametrize(("made", "forward"), [
    ("self.a = Part(nn.Dropout(0.5))\nself.b = Part(nn.Dropout(0.5))", "y = self.b(x)\nreturn self.a(x) - 2 * y"),
    ("self.b = Part(nn.BatchNorm1d(8))\nself.a = nn.Linear(8, 8)", "y = self.b(self.a(x))\nreturn self.b(x) - 2 * y"),
    ("self.s = nn.ModuleList([Part(nn.Dropout(0.5)) for _ in range(3)])\nself.d = nn.Dropout(0.5)",
     "y = x\nfor part in self.s:\n    y = part(y)\n    x = self.d(x)\nreturn y - 2 * x"),
])  # fmt: skip
def test_so_do_blocks_in_which_something_is_drawn_or_measured(made: str, forward: str) -> None:
    assert difference(net(forward, made).replace(HEAD, HEAD + PART), (8,), training=True) == ""


@pytest.mark.parametrize("forward", [
    "self.n(x)\nreturn self.n(self.l(x))", "y = self.n(self.l(x))\nself.n(x)\nreturn y"])
def test_what_is_measured_where_nothing_comes_of_it_is_refused(forward: str) -> None:
    made = "self.l = nn.Linear(8, 8)\nself.n = nn.BatchNorm1d(8)"
    assert "“n” is also called where nothing of it reaches the output" in refusal(net(forward, made), (8,))


def test_where_nothing_is_drawn_weights_stand_as_torch_keeps_them() -> None:
    graph = from_text(net("y = self.l(x)\nreturn self.k(x) - y", "self.k = nn.Linear(8, 8)\nself.l = nn.Linear(8, 8)"))
    assert [name for name in graph.order if name in ("k", "l")] == ["k", "l"]
