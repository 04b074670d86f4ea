"""What code gives back may be what it was given: changed in place, it is refused where it is used again."""

from __future__ import annotations

import pytest

from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import refusal

TEXT = """def same(v): return v
def new(v): return torch.tanh(v)
def doubled(v):
    v.mul_(2)
    return v * 1
class New(nn.Module):
    def forward(self, x): return x * 2
class View(nn.Module):
    def forward(self, x): return x.view(-1, 8)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.i, self.new, self.look = nn.Parameter(torch.ones(8)), nn.Identity(), New(), View()
        self.s, self.t = nn.Sequential(nn.Identity(), nn.GELU()), nn.Sequential(nn.Flatten(), nn.Dropout(0.), View())
        self.e = nn.Sequential()
    def twice(self, v): return v * 2
    def less(self, v): return v.squeeze()
    def listed(self, v):
        held = []
        held.append(v)
        return held[0]
    def kept(self, v):
        self.last = v
        return self.last
    def looped(self, v):
        for each in (v, v): last = each
        return last
    def forward(self, x): return {} if self.w.sum() > 0 else x * 1
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.f = Own(), nn.Linear(8, 8)
    def forward(self, x):
        h = self.f(x)
        y = self.a(h)
        {}
        return y + h
net = Net()
"""
NEW = ("torch.relu(x)", "F.softmax(x, 1)", "x + 0", "-x", "x @ torch.eye(8)", "self.s(x)", "self.twice(x)", "new(x)",
       "self.new(x)", "torch.cat([x, x], 1)[:, :8]", "F.leaky_relu(x, -1)", "torch.where(x > 0, x, -x)", "self.w * x",
       "F.pad(x, (0, 0))", "x - x.mean(1, keepdim=True)", "F.normalize(x, dim=1)", "x.clone()", "(x @ x.T).tanh() @ x")
SAME = ("torch.einsum('bi->bi', x)", "torch.broadcast_to(x, x.shape)", "self.i(x)", "list([x])[0]", "max([x])",
        "x.flatten(1)", "torch.atleast_2d(x)", "torch.broadcast_tensors(x, x)[0]", "torch.positive(x)", "x.real", "+x",
        "torch.flatten(input=x, start_dim=1)", "self.t(x)", "self.e(x)", "torch.chunk(x, 1, 1)[0]", "same(x)",
        "self.less(x)", "(x if x.shape[0] > 0 else x + 1)", "next(iter([x]))", "[v for v in (x,)][0]", "{'a': x}['a']",
        "(lambda v: v)(x)", "getattr(x, 'view')(-1, 8)", "x.as_strided(x.shape, x.stride())", "self.look(x)",
        "x.unfold(1, 8, 8)[:, 0]", "x.tensor_split(1)[0]", "[a for a, b in zip([x], [x])][0]", "self.listed(x)",
        "self.kept(x)", "self.looped(x)", "F.dropout(x, 0.5, False)", "([x] + [x])[0]", "x.to(torch.float)")
CHANGED = ("F.relu(x, True)", "F.relu(x, inplace=True)", "torch.add(x, 1, out=x)", "doubled(x)", "x.mul_(2)")


@pytest.mark.parametrize("body", NEW)
def test_numbers_of_its_own_may_be_changed_in_place(body: str) -> None:
    assert outcome(HEAD + TEXT.format(body, "y += 1"), (8,)) == "equal"


@pytest.mark.parametrize("body", SAME)
def test_what_may_be_the_input_is_refused_where_it_is_changed_in_place(body: str) -> None:
    said = refusal(HEAD + TEXT.format(body, "y += 1"), (8,))
    assert said.startswith("Line 39: A tensor is changed in place in line 39 under another name")


@pytest.mark.parametrize("body", SAME)
def test_what_may_be_the_input_is_read_where_nothing_changes_in_place(body: str) -> None:
    assert outcome(HEAD + TEXT.format(body, "y = y + 1"), (8,)) == "equal"


@pytest.mark.parametrize("body", CHANGED)
def test_code_that_changes_its_input_in_place_is_refused_where_that_is_used_again(body: str) -> None:
    assert outcome(HEAD + TEXT.format(body, "y = y + 1"), (8,)).startswith("refused")
