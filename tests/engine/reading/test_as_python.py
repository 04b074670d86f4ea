"""Python that texts are written in, beside Python and torch themselves: followed exactly, or refused with its line."""

from __future__ import annotations

import pytest
from torch import nn

from engine.messages import LayerloomError
from engine.reading.hierarchy import kinds_of
from engine.reading.layers import KINDS
from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_as_torch import LINEAR, ROW, assert_equal, net, refusal
from tests.in_time import in_time

# -- what is gone through only once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "g = map(lambda n: nn.Linear(8, 8), range(2))\nnet = nn.Sequential(*g, nn.ReLU(), *g)\n",
    "z = zip([nn.Linear(8, 4)], [nn.ReLU()])\na = [m for p in z for m in p]\nb = [m for p in z for m in p]\n"
    "net = nn.Sequential(*a, *b)\n",
    "w = 4\ns = (w for _ in range(1))\nw = 6\nnet = nn.Sequential(nn.Linear(8, next(s)))\n",
    "net = nn.Sequential(nn.Linear(8, 4 if map(str, []) else 5))\n",
    "net = nn.Sequential(nn.Linear(8, 4 if not filter(None, []) else 5))\n",
    "ls = [nn.Linear(8, 8), nn.Dropout(), nn.Dropout(), nn.ReLU()]\nfor l in ls:\n"
    "    if isinstance(l, nn.Dropout): ls.remove(l)\nnet = nn.Sequential(*ls)\n",
    "ls = [nn.Linear(8, 8)]\nfor i, l in enumerate(ls):\n    if i < 3: ls.append(nn.ReLU())\n"
    "net = nn.Sequential(*ls)\n",
    "n = iter([8])\nnet = nn.Sequential(nn.Linear(next(n), next(n, 5)))\n",
    "def gen():\n    yield nn.Linear(8, 8)\n    yield nn.ReLU()\ng = gen()\n"
    "net = nn.Sequential(*g, nn.Linear(8, 3), *g)\n",
    "w = 4\ndef gen():\n    yield nn.Linear(8, w)\ng = gen()\nw = 6\nnet = nn.Sequential(*g)\n",
    "body = nn.Sequential(nn.Linear(8, 8), nn.ReLU())\nc = body.children()\nnet = nn.Sequential(*c, *c)\n",
    "e = enumerate([3, 4])\nx = sum(i for i, _ in e)\ny = sum(i for i, _ in e)\n"
    "net = nn.Sequential(nn.Linear(8, x + 1), nn.Linear(x + 1, y + 1))\n",
    "r = reversed([nn.ReLU(), nn.Linear(8, 4)])\nnet = nn.Sequential(*r, *r)\n",
    "g = (n for n in [1, 2, 3])\na = any(n == 2 for n in g)\nnet = nn.Sequential(nn.Linear(8, next(g)))\n",
    "g = iter([1, 2, 3, 4])\nfor a, b in zip(g, g): pass\nnet = nn.Sequential(nn.Linear(8, a), nn.Linear(a, b))\n",
    "g = (n for n in [1, 2, 3])\na, *b = g\nnet = nn.Sequential(nn.Linear(8, a + len(b) + len(list(g))))\n",
    "d = {'a': 1, 'b': 2}\nw = 0\nfor k, v in d.items():\n    d['b'] = 5\n    w += v\n"
    "net = nn.Sequential(nn.Linear(8, w))\n",
    "net = nn.Sequential(nn.Linear(8, 4), nn.Sequential(nn.ReLU(), nn.ReLU()))\nfor n, m in net.named_modules():\n"
    "    if isinstance(m, nn.Sequential) and n == '1': m[0] = nn.Tanh()\n",
    "net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nfor n, m in net.named_children():\n"
    "    if isinstance(m, nn.ReLU): setattr(net, n, nn.Tanh())\n",
    "from itertools import chain\nnet = nn.Sequential(*chain([nn.Linear(8, 4)], (nn.ReLU() for _ in range(2))))\n",
    "a = max(n for n in [1, 5]) + min(iter([3, 4])) + len(sorted(zip([1], [2])))\n"
    "net = nn.Sequential(nn.Linear(8, a))\n",
    "a = list(filter(lambda n: n > 2, [1, 2, 3, 4]))\nnet = nn.Sequential(*[nn.Linear(8, 8) for _ in a])\n",
    net("return torch.cat([f(x) for f in self.fs], 1)",
        "self.fs = nn.ModuleList(map(lambda n: nn.Linear(8, n), (1, 2)))"),
    net("for k in self.fs: x = self.fs[k](x)\nreturn x",
        "self.fs = nn.ModuleDict({'a': nn.Linear(8, 8), 'b': nn.Tanh()})"),
])  # fmt: skip
def test_what_is_gone_through_gives_what_it_gives_in_python(text: str) -> None:
    assert_equal(HEAD + text, ROW)


@pytest.mark.parametrize("text", [
    net("for f in self.g: x = f(x)\nreturn self.l(x)", "self.g = (f for f in [F.relu])\nself.l = nn.Linear(8, 8)"),
    "seen = []\ndef gen():\n    seen.append(1)\n    yield 1\n    seen.append(1)\n    yield 2\nnext(gen())\n"
    "net = nn.Sequential(nn.Linear(8, 3), *[nn.ReLU() for _ in seen])\n",
])  # fmt: skip
def test_generators_that_cannot_be_followed_are_refused(text: str) -> None:
    assert refusal(HEAD + text, ROW).startswith("Line")


def test_a_list_of_layers_does_not_change_while_it_is_gone_through() -> None:
    text = "net = nn.Sequential(nn.Linear(8, 4))\nfor m in net:\n    net.append(nn.Tanh())\n"
    assert "changes while it is gone through" in refusal(HEAD + text, ROW)


# -- what keeps its time -----------------------------------------------------------------------------------------------

WIDE = "a, b = ({}), ({})\nfor _ in range(40): a, b = ({}), ({})\n"
NESTED = (WIDE.format("1,", "1,", "a, a", "b, b"), WIDE.format("[1]", "[1]", "[a, a]", "[b, b]"))


@pytest.mark.parametrize("start", NESTED)
@pytest.mark.parametrize("lines", [
    "c = {a: 1}", "c = {a}", "c = {}\nc[a] = 1", "c = {}.get(a)", "c = a in {}", "c = dict([(a, 1)])", "c = hash(a)",
    "c = {k: 1 for k in [a]}", "c = a == b", "c = a < b", "c = sorted([a, b])", "c = '%s' % (a,)", "c = '%s' % a",
    "c = '{}'.format(a)", "c = f'{a}'", "c = f'{a!r}'", "c = str(a)", "c = repr(a)", "c = nn.Linear(8, a)", "c = {}[a]",
    "c = nn.MaxPool2d(2, return_indices=a)", "c = nn.ModuleDict({'a': nn.ReLU()})[a]", "c = [b].index(a)",
    "c = frozenset([a])", "c = {}\nc.update({a: 1})", "c = set()\nc.add(a)", "c = {1: 2}\ndel c[a]",
    "c = isinstance(3, a)", "c = max(a, b)", "c = {1} | {a}", "c = sorted({1: a, 2: b}.items())", "net[0].p = a",
    "c = getattr(net, a)", "import copy\nc = copy.deepcopy(a)", "c = nn.Conv2d(8, 8, (a, a))", "print(a)",
])  # fmt: skip
def test_a_text_that_looks_into_a_deep_list_ends_in_time(start: str, lines: str) -> None:
    with in_time():
        try:
            read(f"{HEAD}net = nn.Sequential(nn.Linear(8, 4))\n{start}{lines}\n")
        except LayerloomError as error:
            assert len(str(error)) < 300


@pytest.mark.parametrize("expression", [
    "x.view(a)", "x.permute(a)", "x.mean(a)", "F.relu(x, a)", "F.softmax(x, 1, dtype=a)", "torch.cat(a)", "x[:, a]",
    "self.f(x, a)", "F.pad(x, a)", "x.split(a)", "torch.zeros(a)", "x == a", "x.std(1, unbiased=a)",
])  # fmt: skip
def test_a_call_with_a_deep_list_ends_in_time(expression: str) -> None:
    with in_time():
        refusal(NESTED[0] + HEAD + net(f"x = self.f(x)\nreturn {expression}", LINEAR).removeprefix(HEAD), ROW)


@pytest.mark.parametrize("lines", [
    "l = [0] * 90000\nwhile l: l.pop(0)", "d = {}\nfor i in range(90000): d[i] = d", "g = [1]\n"
    "for _ in range(20000): g = (x for x in g)\nsum(g)", "s = set(range(90000))\nwhile True: s & s",
    "l = [1]\nfor x in l: l.append(x)", "l = list(range(90000))\nwhile True: any(l)",
])  # fmt: skip
def test_a_long_list_ends_in_time(lines: str) -> None:
    with in_time(), pytest.raises(LayerloomError, match=r"too many steps|too deeply"):
        read(f"{HEAD}net = nn.Sequential(nn.Linear(8, 4))\n{lines}\n")


def test_bases_are_put_in_order_in_time() -> None:
    pairs = "".join(f"class A{i}(A{i - 1}, B{i - 1}): pass\nclass B{i}(A{i - 1}, B{i - 1}): pass\n"
                    for i in range(1, 25))
    with in_time():
        assert_equal(f"{HEAD}class A0: pass\nclass B0: pass\n{pairs}"
                     "net = nn.Sequential(nn.Linear(8, 4 if isinstance(A24(), B2) else 5))\n", ROW)


@pytest.mark.parametrize("number", ["ord('c') - 94", "int(chr(53))", "len(hex(300))", "len(bin(9)[2:]) + 1"])
def test_letters_and_numbers_are_pythons(number: str) -> None:
    assert_equal(f"{HEAD}net = nn.Sequential(nn.Linear(8, {number}))", (8,))


# -- tensors that are filled -------------------------------------------------------------------------------------------

GRU, STEPS = "self.r = nn.GRU(8, 5, batch_first=True)", (7, 8)


def _hidden(lines: str) -> str:
    return net(f"h = torch.zeros(1, x.size(0), 5)\n{lines}\nreturn self.r(x, h)[0]", GRU)


@pytest.mark.parametrize("lines", ["h = h.to(x.device).contiguous()", "v = h.clone()\nv.fill_(2)", "h.requires_grad_()",
                                   "map(lambda t: t.fill_(1), [h])"])
def test_zeros_that_stay_so_are_a_beginning(lines: str) -> None:
    assert_equal(_hidden(lines), STEPS)


@pytest.mark.parametrize("lines", [
    "nn.init.xavier_uniform_(h)", "h.fill_(1)", "h[0] = 1", "h = h.uniform_()", "h += 1", "g = h\ng += 1",
    "h = h.cos()", "v = h.view(1, -1, 5)\nv.fill_(2)", "h.data.fill_(1)", "h.data = h.data + 1",
    "def f(t): t.fill_(1)\nf(h)", "torch.add(h, 1, out=h)", "for t in [h]: t[:] = 1", "self.h = h\nself.h.fill_(1)",
    "setattr(h, 'data', h + 1)", "list(map(lambda t: t.fill_(1), [h]))",
])  # fmt: skip
def test_zeros_that_are_filled_are_refused(lines: str) -> None:
    assert refusal(_hidden(lines), STEPS).startswith("Line 1")


@pytest.mark.parametrize("lines", ["nn.init.zeros_(y)", "y.data = y.data * 2", "y.data = x",
                                   "v = y.view(-1, 8)\nv.frob_()", "setattr(y, 'data', x)",
                                   "nn.init.constant_(tensor=y, val=1)",
                                   "torch._foreach_add_([y], 1)"])
def test_a_tensor_that_is_filled_is_refused(lines: str) -> None:
    assert refusal(net(f"y = self.f(x)\n{lines}\nreturn y", LINEAR), ROW).startswith("Line 1")


@pytest.mark.parametrize("lines", ["h += 1", "h.fill_(1)", "h[0] = 1", "nn.init.ones_(h)"])
def test_a_kept_tensor_that_is_filled_is_no_beginning_of_zeros(lines: str) -> None:
    made = f"{GRU}\nself.d = nn.Linear(5, 2)\nself.e = nn.Linear(2, 2)\nh = torch.zeros(1, 3, 5)\nself.h = h\n{lines}"
    assert refusal(net("return self.e(self.d(self.r(x, self.h)[0]))", made), STEPS).startswith("Line")


# -- what changes from call to call ------------------------------------------------------------------------------------

COUNT = f"{LINEAR}\nself.n, self.s, self.a = 0, [], nn.LeakyReLU(0.1)"
TWICE = ("class B(nn.Module):\n    n = 1\n    def __init__(self):\n        super().__init__()\n        self.l = [1]\n"
         "    def forward(self, x):\n        {}\n        return x * {}\nb = B()\n"
         "net = nn.Sequential(nn.Linear(8, 8), b, b)\n")  # fmt: skip


@pytest.mark.parametrize("forward", [
    "self.n += 1\nreturn self.f(x)", "self.n = 3\nreturn self.f(x) * self.n", "self.n = self.f(x)\nreturn self.n * 2",
    "self.s = []\nself.s.append(self.f(x))\nreturn self.s[-1]", "self.a.negative_slope = 0.3\nreturn self.a(self.f(x))",
])  # fmt: skip
def test_what_is_set_anew_in_every_call_may_be_kept(forward: str) -> None:
    assert_equal(net(forward, COUNT if "self.a" in forward else COUNT.replace(", nn.LeakyReLU(0.1)", ", 0")), ROW)


@pytest.mark.parametrize("text", [
    net("self.n += 1\nreturn self.f(x) * self.n", COUNT),
    net("self.s.append(1)\nreturn self.f(x) * len(self.s)", COUNT),
    net("y = self.f(x)\nif self.n == 0: y = y * 2\nself.n = 1\nreturn y", COUNT),
    net("self.a.negative_slope *= 2\nreturn self.a(self.f(x))", COUNT),
    net("self.f, self.g = self.g, self.f\nreturn self.f(F.relu(self.g(x)))", f"{LINEAR}\nself.g = nn.Linear(8, 8)"),
    net("out, self.h = self.f(x, self.h)\nreturn out", "self.f = nn.GRU(8, 8, batch_first=True)\nself.h = None"),
    HEAD + TWICE.format("self.n += 1", "self.n"), HEAD + TWICE.format("self.l.append(1)", "len(self.l)"),
    HEAD + TWICE.format("B.n += 1", "B.n"), f"{HEAD}l = [1]\n" + TWICE.format("l.append(1)", "len(l)"),
    f"{HEAD}n = 1\ndef f(x):\n    global n\n    n += 1\n    return x * n\n" + TWICE.format("x = f(x)", "2"),
])  # fmt: skip
def test_what_is_kept_from_call_to_call_and_read_is_refused(text: str) -> None:
    said = refusal(text, (7, 8) if "GRU" in text else ROW)
    assert "changes from call to call" in said or "when it is called again" in said


# -- classes -----------------------------------------------------------------------------------------------------------

SET = ("class C:\n    @property\n    def width(self): return self._w\n    @width.setter\n"
       "    def width(self, v): self._w = v * 2\nc = C()\n")
DATA = "from dataclasses import dataclass\n@dataclass\nclass C:\n    h: int = 5\n"
BASE = ("class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(8, 8)\n"
        "    def g(self, x): return x\n    def forward(self, x): return self.g(self.f(x))\n")


@pytest.mark.parametrize("text", [
    f"{SET}c.width = 3\nc.width += 1\nnet = nn.Sequential(nn.Linear(8, c.width))\n",
    f"{SET}setattr(c, 'width', 3)\nnet = nn.Sequential(nn.Linear(8, c.width))\n",
    "from functools import cached_property\nclass C:\n    n = 0\n    @cached_property\n    def w(self):\n"
    "        C.n += 1\n        return C.n\nc = C()\na = c.w + c.w\nnet = nn.Sequential(nn.Linear(8, a))\n",
    f"{DATA}    def __post_init__(self): self.h = self.h * 2\nnet = nn.Sequential(nn.Linear(8, C().h))\n",
    f"{DATA}    w: int = 2\nnet = nn.Sequential(nn.Linear(8, C(3).h), nn.Linear(3, C(w=4, h=1).w))\n",
    f"{DATA}class D(C):\n    w: int = 3\nnet = nn.Sequential(nn.Linear(8, D(4).h))\n",
    "class A:\n    w = 3\n    def __init_subclass__(cls):\n        super().__init_subclass__()\n        cls.w += 1\n"
    "class B(A): pass\nnet = nn.Sequential(nn.Linear(8, B.w), nn.Linear(4, A.w))\n",
    f"{BASE}class B(A):\n    def forward(self, x): return super().forward(x) * 2\nclass C(B):\n"
    "    def forward(self, x): return super(B, self).forward(x) + 1\nnet = C()\n",
    f"{BASE}class B(A):\n    def __init__(self):\n        super(A, self).__init__()\n        self.f = nn.Linear(8, 4)\n"
    "net = B()\n",
    f"{BASE}class B(A):\n    def g(self, x): return super().g(x) * 2\nclass C(A):\n"
    "    def g(self, x): return super().g(x) + 1\nclass D(B, C): pass\nnet = D()\n",
    f"{BASE}class B(A):\n    def __call__(self, x): return super().__call__(x) * 2\nnet = nn.Sequential(B())\n",
    "class A:\n    @classmethod\n    def make(cls): return nn.Linear(8, cls.w)\nclass B(A):\n    w = 4\n"
    "    @classmethod\n    def make(cls): return nn.Sequential(super().make(), nn.ReLU())\nnet = B.make()\n",
    "class A:\n    @property\n    def w(self): return 3\nclass B(A):\n    @property\n"
    "    def w(self): return super().w + 1\nnet = nn.Sequential(nn.Linear(8, B().w))\n",
    "class M:\n    def forward(self, x): return x * 2\nclass B(nn.Linear, M): pass\nnet = B(8, 4)\n",
    "class M:\n    def forward(self, x): return super().forward(x) * 2\nclass B(M, nn.Linear): pass\nnet = B(8, 4)\n",
    "class C:\n    def __len__(self): return 6\n    def __getitem__(self, i): return i + 1\n"
    "    def __iter__(self): return iter([1, 2, 3])\n    def __setitem__(self, i, v): self.w = v * 2\nc = C()\n"
    "c[0] = 3\nnet = nn.Sequential(nn.Linear(8, len(c)), nn.Linear(6, c[2]), nn.Linear(3, sum(c)), "
    "nn.Linear(6, c.w))\n",
    "class C:\n    def __iter__(self):\n        yield nn.Linear(8, 4)\n        yield nn.ReLU()\n"
    "net = nn.Sequential(*C())\n",
])  # fmt: skip
def test_classes_are_what_python_makes_of_them(text: str) -> None:
    assert_equal(HEAD + text, ROW)


@pytest.mark.parametrize("text", [
    f"{DATA}net = nn.Sequential(nn.Linear(8, 4 if C() == C() else 5))\n",
    f"{DATA}net = nn.Sequential(nn.Linear(8, 4 if C() in [C()] else 5))\n",
    f"{DATA}net = nn.Sequential(nn.Linear(8, 1 + [C(3), C()].index(C())))\n",
    f"{DATA}net = nn.Sequential(nn.Linear(8, 4 if (C(), 1) == (C(), 1) else 5))\n",
    "class C:\n    def __hash__(self): return 1\n    def __eq__(self, o): return True\nd = {C(): 1, C(): 2}\n"
    "net = nn.Sequential(nn.Linear(8, len(d)))\n",
    "class C:\n    def put(self, v): self.w = v * 2\n    width = property(None, put)\nc = C()\nc.width = 3\n"
    "net = nn.Sequential(nn.Linear(8, c.w))\n",
    "class C:\n    def __getattr__(self, n): return 5\nnet = nn.Sequential(nn.Linear(8, C().w))\n",
    "class M(type):\n    def __call__(cls): return 5\nclass C(metaclass=M): pass\n"
    "net = nn.Sequential(nn.Linear(8, C()))\n",
    "class D:\n    def __get__(self, o, t): return 7\nclass C:\n    w = D()\n"
    "net = nn.Sequential(nn.Linear(8, C().w))\n",
    "from enum import Enum\nclass E(Enum):\n    A = 4\nnet = nn.Sequential(nn.Linear(8, 4 if E.A == 4 else 5))\n",
    "class S(nn.Sequential):\n    def __iter__(self): return iter([])\nnet = S(nn.Linear(8, 8), nn.ReLU())\n",
    "w = 3\nclass T:\n    def __enter__(self):\n        global w\n        w = 5\n    def __exit__(self, *a): pass\n"
    "with T(): net = nn.Sequential(nn.Linear(8, w))\n",
    f"{BASE}class B(A):\n    def g(self, x): return x * 2\nnet = A()\nnet.__class__ = B\n",
    "from functools import lru_cache\n@lru_cache\ndef make(n): return nn.Linear(n, n)\n"
    "net = nn.Sequential(make(8), make(8))\n",
    "class T(nn.Sequential):\n    def forward(self, x): return super().forward(x) * 2\n"
    "net = T(nn.Linear(8, 4), nn.ReLU())[:1]\n",
])  # fmt: skip
def test_what_a_class_says_itself_and_is_not_followed_is_refused(text: str) -> None:
    assert refusal(HEAD + text, ROW).startswith("Line")


def test_a_layer_begins_as_its_subclass_says() -> None:
    made = ("class L(nn.Linear):\n    def reset_parameters(self):\n        super().reset_parameters()\n"
            "        nn.init.zeros_(self.weight)\nnet = nn.Sequential(L(8, 4))\n")
    assert_equal(HEAD + made, ROW)
    weights = [node.parameters.weight.kind for node in read(HEAD + made).graph.nodes.values()]
    assert weights == ["default", "constant"]
    asked = "class L(nn.Conv2d):\n    def _conv_forward(self, x, w, b): return x\nnet = nn.Sequential(L(3, 4, 3))\n"
    assert "asks for" in refusal(HEAD + asked, (3, 8, 8))


# -- torch's modules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*KINDS, "Sequential", "ModuleList", "ModuleDict",
                                  *(f"Lazy{kind}" for kind in KINDS if hasattr(nn, f"Lazy{kind}"))])
def test_the_classes_above_each_of_torchs(name: str) -> None:
    assert kinds_of(name) == {each.__name__ for each in getattr(nn, name).__mro__ if each is not object}


@pytest.mark.parametrize("test", [
    "isinstance(nn.ReLU6(), nn.Hardtanh)", "issubclass(nn.Conv2d, nn.Module)", "issubclass(nn.Conv2d, nn.Linear)",
    "isinstance(nn.BatchNorm2d(3), nn.modules.batchnorm._BatchNorm)", "isinstance(nn.Linear, nn.Linear)",
    "isinstance(nn.InstanceNorm2d(3), nn.modules.batchnorm._BatchNorm)", "hasattr(nn.Sequential(nn.ReLU()), '0')",
    "isinstance(nn.AlphaDropout(), nn.modules.dropout._DropoutNd)", "hasattr(nn.Sequential(nn.ReLU()), '1')",
    "isinstance(nn.ConvTranspose2d(3, 3, 3), nn.modules.conv._ConvNd)", "hasattr(nn.ReLU(), 'bias')",
    "hasattr(nn.Linear(3, 3, bias=False), 'bias')", "hasattr(nn.BatchNorm1d(3, affine=False), 'weight')",
    "hasattr(nn.Linear(3, 3), 'running_mean')", "type(nn.Conv2d(3, 3, 3)).__name__ == 'Conv2d'",
])  # fmt: skip
def test_what_is_asked_of_torchs_classes(test: str) -> None:
    assert_equal(f"{HEAD}net = nn.Sequential(nn.Linear(8, 4 if {test} else 5))\n", ROW)


@pytest.mark.parametrize("text", [
    "import copy\nl = nn.Dropout(0.2)\nm = copy.copy(l)\nm.p = 0.0\nnet = nn.Sequential(l, nn.Linear(8, 4), m)\n",
    "import copy\nclass C:\n    def __init__(self): self.w = [4]\nc = C()\nd = copy.copy(c)\nd.w.append(5)\n"
    "net = nn.Sequential(nn.Linear(8, sum(c.w)))\n",
    "r = nn.ReLU()\nbody = nn.Sequential(nn.Linear(8, 8), r, nn.Linear(8, 8), r)\n"
    "net = nn.Sequential(*body.children())\n",
    "r = nn.ReLU()\nbody = nn.Sequential(nn.Linear(8, 8), r, r)\n"
    "net = nn.Sequential(*[m for n, m in body.named_children() if n != '1'])\n",
    "d = nn.ModuleDict({'a': nn.Linear(8, 8), 'b': nn.Tanh()})\nd.update({'a': nn.ReLU(), 'c': nn.Linear(8, 3)})\n"
    "net = nn.Sequential(*[d[k] for k in d])\n",
    "net = nn.Sequential(nn.Linear(8, 4, bias='False'), nn.Linear(4, 4, None), nn.Linear(4, 3, ''))\n",
    "net = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4, affine='no'))\n",
    net("return self.f(x)", f"{LINEAR}\nself.register_buffer('b', torch.ones(3), persistent=False)"),
    net("return self.f(x)", f"{LINEAR}\nself.loss = nn.CrossEntropyLoss()\nfor m in self.modules():\n"
        "    if isinstance(m, nn.Linear): nn.init.zeros_(m.bias)"),
    net("return self.f(x)", f"{LINEAR}\nself.loss = nn.MSELoss()")
    + "net = nn.Sequential(*list(net.children())[:-1])\n",
])  # fmt: skip
def test_modules_are_kept_and_copied_as_torch_does(text: str) -> None:
    assert_equal(HEAD + text, ROW)


@pytest.mark.parametrize(("text", "said"), [
    ("import copy\nl = nn.Linear(8, 8)\nnet = nn.Sequential(l, copy.copy(l))\n", "shares its weights"),
    (net("return self.f(x)", f"{LINEAR}\nself.register_buffer('b', torch.ones(3))"), "“b” is kept"),
    (net("return self.f(x)", f"{LINEAR}\nself.n = nn.BatchNorm2d(4, affine=False)"), "“n” is made"),
    (net("return self.f(x)", f"{LINEAR}\nself.loss = nn.CrossEntropyLoss(weight=torch.ones(4))"), "CrossEntropyLoss"),
])  # fmt: skip
def test_what_torch_would_save_and_is_not_used_is_refused(text: str, said: str) -> None:
    assert said in refusal(HEAD + text, ROW)





@pytest.mark.parametrize("act", ["F.relu", "torch.tanh", "None", "nn.ReLU()"])
def test_a_function_counts_as_true(act: str) -> None:
    text = (f"class Net(nn.Module):\n    def __init__(self, act={act}):\n        super().__init__()\n"
            "        self.fc, self.act = nn.Linear(8, 8), act\n    def forward(self, x):\n        x = self.fc(x)\n"
            "        return self.act(x) if self.act else x\nnet = Net()")
    assert difference(HEAD + text, (8,), True) == ""


@pytest.mark.parametrize("asked", ["self.training and self.p > 0.", "self.p > 0. and self.training"])
def test_a_condition_with_the_mode_is_the_mode(asked: str) -> None:
    text = ("class Net(nn.Module):\n    def __init__(self, p=0.5):\n        super().__init__()\n"
            "        self.fc, self.p = nn.Linear(8, 8), p\n    def forward(self, x):\n"
            f"        return F.dropout(self.fc(x), self.p, {asked})\nnet = Net()")
    assert difference(HEAD + text, (8,), False) == ""
