"""Which network a text is about, and how its classes and functions call each other."""

from __future__ import annotations

import pytest

from engine.layers.code import Code
from engine.reading.reading import ReadingError, from_code
from tests.engine.drawn import drawn
from tests.engine.reading.written import network

MINUS = "class Minus(nn.Module):\n    def forward(self, x):\n        return -x\n"
ONE = ("class One(nn.Module):\n    def __init__(self, n=3):\n        super().__init__(); self.a = nn.Linear(3, n)\n"
       "    def forward(self, x):\n        return self.a(x)\n")
RELU = "net = nn.Sequential(nn.ReLU())\n"


@pytest.mark.parametrize(("source", "layers"), [
    ("a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(nn.Tanh())", "Tanh"),
    ("nn.Sequential(nn.ReLU())\nnn.Tanh()", "ReLU"),
    (f"{MINUS}net = Minus()\nhead = nn.ReLU()", "Scale factor=-1.0"),
    (f"{RELU}{MINUS}", "ReLU"),
    (f"head = nn.ReLU()\n{MINUS}", "Scale factor=-1.0"),
    (f"net = nn.ReLU()\n{MINUS}", "ReLU"),
    ("net = nn.ReLU()", "ReLU"),
    ("head = nn.ReLU()\nnet = nn.Sequential(nn.Tanh())", "Tanh"),
    ("net = nn.Sequential(nn.Tanh())\nhead = nn.ReLU()", "Tanh"),
    (f"{MINUS}class B(nn.Module):\n    def forward(self, x):\n        return x.tanh()", "Tanh"),
    (f"{MINUS}class B:\n    pass", "Scale factor=-1.0"),
    (f"{RELU}parts = nn.ModuleList([nn.Tanh()])", "ReLU"),
    (f"{RELU}loss = nn.NoSuchLoss()", "ReLU"),
    (f"{RELU}x = nn.init.frob(3, nn)", "ReLU"),
    (f"{RELU}x = nn.functional.frob(3)", "ReLU"),
    (f"{RELU}x = nn.utils.clip_grad_norm_(net.parameters(), 1)", "ReLU"),
    (f"{RELU}for i in range(3):\n    net = nn.Tanh()\nif True:\n    net = nn.ELU()", "ELU"),
    ("width = 3\nwidth += 4\nnet = nn.Linear(1, width)", "Linear out_features=7"),
    ("a, b = nn.ReLU(), nn.Tanh()\nnet = nn.Sequential(a, b)", "ReLU > Tanh"),
    ("d = {}\nd['x'] = nn.ReLU()\nnet = nn.Sequential(d['x'])", "ReLU"),
    ("from torch.nn import *\nnet = Sequential(Linear(3, 4), ReLU())", "Linear out_features=4 > ReLU"),
    ("net = Sequential(Linear(3, 4), ModuleList([Tanh()])[0])", "Linear out_features=4 > Tanh"),
    ("import torch.nn as tnn\nfrom torch import nn as mm\nfrom torch.nn import Linear as Lin\n"
     "net = tnn.Sequential(mm.Tanh(), Lin(1, 3))", "Tanh > Linear out_features=3"),
    (f"import torch.nn\n{RELU.replace('nn.', 'torch.nn.')}", "ReLU"),
    ("import torch.nn.functional as G\nclass A(nn.Module):\n    def forward(self, x):\n"
     "        return G.relu(x)", "ReLU"),
    ("from builtins import max\nnet = nn.Linear(1, max(3, 4))", "Linear out_features=4"),
    ("from collections import OrderedDict\nnet = nn.Sequential(OrderedDict([('x', nn.ReLU())]))", "ReLU"),
    ("import collections\nnet = nn.Sequential(collections.OrderedDict({'x': nn.ReLU()}))", "ReLU"),
    ("    net = nn.Sequential(nn.ReLU())", "ReLU"),
    ("  >>> net = nn.Sequential(nn.ReLU(),\n  ...   nn.Tanh())\n  >>> net(3)", "ReLU > Tanh"),
    ("def main():\n    return nn.Sequential(nn.ReLU())\nnet = main()", "ReLU"),
])  # fmt: skip
def test_the_network_that_a_text_is_about(source: str, layers: str) -> None:
    assert drawn(from_code(source)) == layers


@pytest.mark.parametrize(("source", "reason"), [
    (f"{RELU}net = nn.Frob()", "Line 2: There is no layer for nn.Frob"),
    (f"{RELU}net = torch.nn.Frob(3)", "Line 2: There is no layer for nn.Frob"),
    (f"{RELU}net = Sequential(3)", "Line 2: Something in this list is no layer"),
    ("class A(nn.Module):\n    def __init__(self):\n        for i in 3: self.a = i\n    def forward(self, x):\n"
     "        return x * self.a\nA()",
     "Line 3: This cannot be gone through step by step: its contents are not known here"),
    ("class A(nn.Module):\n    pass\nnet = nn.Sequential(A(), nn.ReLU())", "Line 3: A has no forward method"),
    ("x = 3", "This code makes no network: it needs an nn.Sequential(…) or a class with forward"),
    ("parts = nn.ModuleList([nn.Tanh()])",
     "This code makes no network: it needs an nn.Sequential(…) or a class with forward"),
    ("net = nn.Sequential()", "The network must return one tensor that its layers made"),
    ("\n" * 200_001, "This code is too long to be read"),
    ("net = nn.Sequential(\n", "Line 1: '(' was never closed"),
    ("\nnet = '\ud800'", "Line 2: There are characters here that are no text"),
    (f"net = nn.Linear(1, {'-' * 500}1)", "This code is nested too deeply to be read"),
    ("for i in 3: pass\nclass A(nn.Module):\n    def __init__(self): super().__init__(); self.k = nn.ReLU()\n"
     "    def forward(self, x):\n        for i in range(5001): x = x.tanh()\n"
     "        return x", "This code makes more than 5000 layers"),
    ("class A(nn.Module):\n    def forward(self, x):\n        for i in range(9999):\n            for j in range(20): 3"
     "\n        return x", "Line 4: This code takes too many steps to be read"),
])  # fmt: skip
def test_a_text_that_makes_no_network_says_why(source: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_code(source)
    assert str(caught.value) == reason


CALLS = "class Net(nn.Module):\n    def forward(self, x):\n        return "
KEPT = ("class Net(nn.Module):\n    def __init__(self): super().__init__(); self.kept = nn.ReLU()\n"
        "    def forward(self, x):\n        return ")


@pytest.mark.parametrize(("function", "call", "layers"), [
    ("def f(x, k=3, *more, s=2, **rest):\n    return x * k + s", "f(x, s=5)", "Scale factor=3.0 shift=5.0"),
    ("def f(x, k=3, *more, s=2, **rest):\n    return x * more[1] + s", "f(x, 1, 6, 7)", "Scale factor=7.0 shift=2.0"),
    ("def f(x, *ks):\n    for k in ks: x = x * k\n    return x", "f(x, 2, 3)", "Scale factor=2.0 > Scale factor=3.0"),
    ("def f(x, **ks):\n    return x * ks['a']", "f(x, a=4)", "Scale factor=4.0"),
    ("def f(x, *, a, b=2):\n    return x * a + b", "f(x, a=4)", "Scale factor=4.0 shift=2.0"),
    ("def f(x, /, a=3):\n    return x * a", "f(x)", "Scale factor=3.0"),
    ("def f(x, a=2, b=5):\n    return x * a + b", "f(x, b=1)", "Scale factor=2.0 shift=1.0"),
    ("def f(x, a, b=5):\n    return x * a + b", "f(x, 2)", "Scale factor=2.0 shift=5.0"),
    ("def f(x):\n    '''Text.'''\n    pass\n    return -x", "f(x=x)", "Scale factor=-1.0"),
    ("def f(n):\n    return g(n) * 2\ndef g(n):\n    return n + 1", "x * f(3)", "Scale factor=8.0"),
])  # fmt: skip
def test_arguments_find_their_names(function: str, call: str, layers: str) -> None:
    assert drawn(from_code(f"{function}\n{CALLS}{call}")) == layers


@pytest.mark.parametrize(("function", "call", "reason"), [
    ("def f(x): return x", "f(x, 3)", "Line 5: f takes 1 arguments, not 2"),
    ("def f(x): return x", "f(x, y=3)", "Line 5: f has no argument “y”"),
    ("def f(x, a): return x * a", "f(x)", "Line 5: f needs a value for “a”"),
    ("def f(x, *, a): return x * a", "f(x)", "Line 5: f needs a value for “a”"),
    ("def f(x): return f(x)", "f(x)", "Line 1: These calls are nested too deeply"),
    ("def f(x): x = -x", "f(x)", "The network must return one tensor that its layers made"),
])  # fmt: skip
def test_arguments_that_do_not_fit_are_said(function: str, call: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_code(f"{function}\n{KEPT}{call}")
    assert str(caught.value) == reason


def test_calls_may_be_sixty_deep_and_no_deeper() -> None:
    source = f"def f(x, n):\n    return -x if n == 0 else f(x, n - 1)\n{CALLS}f(x, {{}})"
    assert drawn(from_code(source.format(58))) == "Scale factor=-1.0"
    with pytest.raises(ReadingError, match="too deeply"):
        from_code(source.format(59))


BASES = f"""
class Base(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a = nn.Linear(1, n)
    def forward(self, x):
        return self.a(x)
    def act(self, x):
        return x.tanh()
{MINUS}"""


@pytest.mark.parametrize(("kind", "layers"), [
    ("class B(Base):\n    def __init__(self):\n        super().__init__(7)", "Linear out_features=7"),
    ("class B(Base):\n    def __init__(self):\n        super(B, self).__init__(7)\n"
     "    def forward(self, x):\n        return -super().forward(x)", "Linear out_features=7 > Scale factor=-1.0"),
    ("class B(Base):\n    pass\nclass C(B):\n    def __init__(self, m=2):\n        super().__init__(n=m * 4)",
     "Linear out_features=8"),
    ("class B(Base):\n    def __init__(self, n):\n        super().__init__(n + 1)\nclass C(B):\n"
     "    def __init__(self):\n        super().__init__(4)", "Linear out_features=5"),
    ("class B(nn.Module, Base):\n    def __init__(self):\n        super().__init__(2)\n"
     "    def act(self, x):\n        return super().act(x) * 2\n"
     "    def forward(self, x):\n        return self.act(self.a(x))", "Linear out_features=2 > Tanh > Scale "
     "factor=2.0"),
    ("class B(Minus, Base):\n    def __init__(self):\n        nn.Module.__init__(self)", "Scale factor=-1.0"),
    ("class B(Base, Minus):\n    def __init__(self):\n        super().__init__(9)", "Linear out_features=9"),
])  # fmt: skip
def test_what_a_class_has_from_its_bases(kind: str, layers: str) -> None:
    assert drawn(from_code(f"{BASES}{kind}")) == layers


def test_an_object_is_one_block_and_twice_the_same_shares_its_weights() -> None:
    graph = from_code(f"{ONE}i = One()\nnet = nn.Sequential(i, One(n=5), i)")
    assert [(name, graph.nodes[name].shares) for name in graph.order] == [
        ("input", None), ("one1", None), ("one2", None), ("one3", "one1")]
    inner = graph.nodes["one2"].layer.graph  # type: ignore[attr-defined]
    assert drawn(inner) == "Linear out_features=5" and inner.order == ("input", "a")


@pytest.mark.parametrize(("body", "layers"), [
    ("return self.i(x, -x)", "Scale factor=-1.0 > Linear(input) out_features=3 > Add(a, scale1)"),
    ("return self.i(x, y=-x)", "Scale factor=-1.0 > Linear(input) out_features=3 > Add(a, scale1)"),
    ("return self.i(x=x, y=x.tanh())", "Tanh > Linear(input) out_features=3 > Add(a, act1)"),
])  # fmt: skip
def test_an_object_called_with_several_tensors_is_drawn_layer_by_layer(body: str, layers: str) -> None:
    inner = ONE.replace("self, x", "self, x, y").replace("self.a(x)", "self.a(x) + y")
    assert drawn(from_code(f"{inner}{network(body, 'self.i = One()')}")) == layers


@pytest.mark.parametrize(("inner", "source"), [
    ("def g(x): return x.frob()\nclass I(nn.Module):\n    def forward(self, x):\n        return g(x)",
     "def g(x): return x.frob()\n\n\nclass I(nn.Module):\n    def forward(self, x):\n        return g(x)\n"),
    ("from torch.nn import functional as G\nclass I(nn.Module):\n    def forward(self, x):\n        return G.frob(x)",
     "from torch.nn import functional as G\n\n\n"
     "class I(nn.Module):\n    def forward(self, x):\n        return G.frob(x)\n"),
    ("DEEP = 3\nclass I(nn.Module):\n    def forward(self, x):\n        return x.frob(DEEP)",
     "DEEP = 3\n\n\nclass I(nn.Module):\n    def forward(self, x):\n        return x.frob(DEEP)\n"),
])
def test_a_class_becomes_code_with_what_it_uses_of_the_text(inner: str, source: str) -> None:
    graph = from_code(f"{inner}\n{network('return self.i(x) * 2', 'self.i = I()')}")
    assert graph.nodes["i"].layer == Code(source=source)


@pytest.mark.parametrize(("inner", "reason"), [
    ("class I(nn.Module):\n    def forward(self, x):\n        return frob(x)",
     "“frob” is not defined in this code: add what defines it"),
    ("import frob\nclass I(nn.Module):\n    def forward(self, x):\n        return frob.g(x)",
     "“frob.g” is not known here: only PyTorch and what this code defines can be read"),
    (f"{MINUS}def held():\n    class I(nn.Module):\n        def forward(self, x):\n            return x.frob()\n"
     "    return I\nI = held()", "“frob” is no layer here: only functions that are layers can be read"),
    (f"{MINUS}class I(nn.Module):\n    def forward(self, x):\n        return Minus().frob(x) + frob",
     "self.frob is used, but nowhere made in a way that can be read: add what makes it"),
])  # fmt: skip
def test_a_class_that_needs_the_code_around_it_does_not_become_code(inner: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_code(f"{inner}\n{network('return self.i(x) * 2', 'self.i = I()')}")
    assert str(caught.value).partition(": ")[2] == reason


@pytest.mark.parametrize(("inner", "made_with"), [
    ("class I(nn.Module):\n    def __init__(self, n, k):\n        super().__init__()\n"
     "    def forward(self, x):\n        return torch.frob(x)", "3, k=4"),
    ("class I(nn.Module):\n    def forward(self, x):\n        return x[::2]", ""),
    ("class I(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
     "        self.w = nn.Parameter(torch.zeros(n))\n    def forward(self, x):\n        return x * self.w", "3"),
])  # fmt: skip
def test_a_class_that_stands_alone_becomes_code_as_it_was_made(inner: str, made_with: str) -> None:
    graph = from_code(f"{inner}\n{network('return self.i(x) * 2', f'self.i = I({made_with})')}")
    assert graph.nodes["i"].layer == Code(source=f"{inner}\n", made_with=made_with)
    assert drawn(graph).endswith("Scale factor=2.0")


def test_a_line_after_a_block_is_told_as_it_stands() -> None:
    with pytest.raises(ReadingError, match=r"^Line 11: A tensor is joined"):
        from_code(f"{ONE}{network('return self.i(x) + [3]', 'self.i = One()')}")


def test_names_that_are_taken_or_no_names_are_counted() -> None:
    graph = from_code(network("x = self.fc1(x)\nx = self.fc1(self.b['no name'](x))\nreturn self.c(self.b['1'](x))",
                              "self.fc1 = nn.Linear(1, 1)\nself.b = nn.ModuleDict({'no name': nn.Linear(1, 1), "
                              "'1': nn.Linear(1, 1)})\nself.c = nn.ReLU()"))
    assert graph.order == ("input", "fc1", "fc2", "fc3", "fc4", "c")
    assert graph.shares == {"fc3": "fc1"}
