"""Recurrent and attention layers, buffers and lists of layers, as they are called in code."""

from __future__ import annotations

import pytest

from engine.reading.reading import ReadingError, from_code
from tests.engine.drawn import drawn
from tests.engine.reading.written import network

LSTM, GRU = "self.r = nn.LSTM(3, 4, batch_first=True)", "self.r = nn.GRU(3, 4, batch_first=True)"
BOTH = "Both all steps and the last state are used here: take the last step with x[:, -1]"
ATTENTION = "self.r = nn.MultiheadAttention(8, 2, batch_first=True)"
MASK = "m = x.new_full((4, 4), 1).triu(1)\n"
LIST = "self.s = nn.ModuleDict({'a': nn.Linear(1, 1), 'b': nn.Tanh()})"
ROW = "self.s = nn.ModuleList([nn.Linear(1, 1), nn.Tanh()])"
PLAIN = "self.s = nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Tanh()})"
BUFFER = "self.register_buffer('o', torch.ones(2))"
IN_LIST = "Linear out_features=1"


@pytest.mark.parametrize(("made", "forward", "layers"), [
    (LSTM, "x, (h, c) = self.r(x)\nreturn h[-1]", "LSTM hidden_size=4 returns=last"),
    (LSTM, "x, (h, c) = self.r(x)\nreturn x", "LSTM hidden_size=4"),
    (LSTM, "_, (h, _) = self.r(x)\nreturn torch.cat([h[-1].relu(), h[-1]], 1)",
     "LSTM hidden_size=4 returns=last > ReLU > Concatenate(act1, r)"),
    (GRU, "x, h = self.r(x)\nreturn h[-1]", "GRU hidden_size=4 returns=last"),
    (GRU, "return self.r(x)[0]", "GRU hidden_size=4"),
    ("self.r = nn.RNN(3, 4, 2, 'relu', batch_first=True)", "return self.r(x)[1][-1]",
     "RNN hidden_size=4 num_layers=2 returns=last nonlinearity=relu"),
    (ATTENTION, "return self.r(x, x, x)[0]", "MultiheadAttention"),
    (ATTENTION, "a, w = self.r(x, -x, -x)\nreturn a",
     "Scale factor=-1.0 > Scale(input) factor=-1.0 > MultiheadAttention(input, scale1, scale2)"),
    (ATTENTION, "return self.r(query=x, key=x, value=x)[0]", "MultiheadAttention"),
    (ATTENTION, f"{MASK}return self.r(x, x, x, attn_mask=m)[0]", "MultiheadAttention causal=True"),
    (BUFFER, "return x + self.o.expand(x.shape[0], 2)", "Constant() shape=(2,) > Add(input, o)"),
    ("self.o = torch.zeros((2, 3), dtype=torch.float)", "return x + self.o.expand(x.size(0), 2, 3)",
     "Constant() shape=(2, 3) number=0.0 > Add(input, o)"),
    ("self.o = torch.full((2, 3), 0.25)", "return x * self.o.expand(x.size(0), 2, 3)",
     "Constant() shape=(2, 3) number=0.25 > Multiply(input, o)"),
    ("self.o = torch.rand(2, generator=torch.Generator().manual_seed(7))",
     "return x + self.o.expand(x.size(0), 2)", "Constant() shape=(2,) values=uniform seed=7 > Add(input, o)"),
    ("self.o = torch.randn(2, 1)", "return x + self.o.expand(x.size(0), 2, 1)",
     "Constant() shape=(2, 1) values=normal > Add(input, o)"),
    (LIST, "for n, m in self.s.named_children(): x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
    (LIST, "for n, m in self.s.items(): x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
    (LIST, "for m in self.s.values(): x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
    (LIST, "for m in self.s.children(): x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
    (ROW, "for m in self.s: x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
    (LIST, "for k in self.s.keys(): x = self.s[k](x)\nreturn x", f"{IN_LIST} > Tanh"),
    (ROW, "for m in reversed(self.s): x = m(x)\nreturn x", f"Tanh > {IN_LIST}"),
    (ROW, "for i, m in enumerate(self.s): x = m(x) * i\nreturn x",
     f"{IN_LIST} > Scale factor=0.0 > Tanh > Scale"),
    (PLAIN, "return x * len(self.s)", "Scale factor=2.0"),
    (PLAIN, "return self.s['b'](x)", "Tanh"),
    (ROW, "x = self.s[0](x)\nfor m in self.s[1:]: x = m(x)\nreturn x", f"{IN_LIST} > Tanh"),
])  # fmt: skip
def test_modules_are_called_as_torch_calls_them(made: str, forward: str, layers: str) -> None:
    assert drawn(from_code(network(forward, made))) == layers


@pytest.mark.parametrize(("made", "forward", "reason"), [
    (LSTM, "x, (h, c) = self.r(x)\nreturn h[1]",
     "Of a recurrent layer's last state only h[-1] can be read, in one direction"),
    (GRU.replace(")", ", bidirectional=True)"), "x, h = self.r(x)\nreturn h[-1]",
     "Of a recurrent layer's last state only h[-1] can be read, in one direction"),
    (LSTM, "x, (h, c) = self.r(x)\nreturn torch.cat([x, h[-1]], 1)", BOTH),
    (LSTM, "x, (h, c) = self.r(x)\nreturn torch.cat([h[-1], x], 1)", BOTH),
    (LSTM, "x, (h, c) = self.r(x)\nh[-1]\nreturn nn.Tanh()(x)", BOTH),
    (LSTM, "x, (h, c) = self.r(x)\ny = x.tanh()\nreturn h[-1] + y", BOTH),
    (LSTM, "return self.r()", "LSTM is called here with 0 tensors"),
    (LSTM, "return self.r(x, x)[0]", "LSTM is called here with 2 tensors"),
    (ATTENTION, "return self.r(x, x, x, x)[0]", "Multi-head attention is called here with 4 tensors"),
    (BUFFER, "return x + self.o",
     "A tensor is joined here with something that comes from no layer and is no number: that cannot be read"),
    (BUFFER, "return x + self.o.expand(2, 2)", "“.expand()” cannot be read here"),
    (BUFFER, "return x + self.o.expand()", "“.expand()” cannot be read here"),
    (BUFFER, "return x + self.o.frob()", "“.frob()” cannot be read here"),
    ("self.o = torch.full((2,))", "return x + self.o", "“torch.full” is no layer here"),
    ("self.o = torch.eye(2)", "return x + self.o", "“torch.eye” is no layer here"),
    ("self.register_buffer('o')", "return -x", "“.register_buffer()” cannot be read here"),
    (LIST, "return self.s.frob(x)", "“.frob()” of a layer cannot be read here"),
    (LIST, "return self.s(x)", "A list of layers is not called: go through it with “for”"),
    (ROW, "return self.s[1:](x)", "A list of layers is not called: go through it with “for”"),
    (LIST, "return self.s[5](x)", "There is no 5 in this list of layers"),
    (LIST, "return self.s['c'](x)", "There is no c in this list of layers"),
    ("self.s = nn.Sequential(nn.ReLU())", "return self.s()",
     "A list of layers is not called: go through it with “for”"),
])  # fmt: skip
def test_modules_called_otherwise_are_refused(made: str, forward: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_code(network(forward, made))
    assert str(caught.value).partition(": ")[2] == reason


def test_a_layer_has_the_name_it_is_kept_under() -> None:
    made = ("self.a = nn.Sequential(nn.ReLU())\nself.a.add_module('one', nn.Tanh())\nself.add_module('b', nn.ELU())\n"
            "self.c = self.b\nself.d = nn.Sequential({'x': nn.ReLU(), 'b': nn.Tanh()})")
    graph = from_code(network("return self.d(self.c(self.a(x)))", made))
    assert graph.order == ("input", "act1", "one", "b", "x", "b1")
