"""Functions and classes that are made by others: decorators, functions that return functions, named tuples."""

from __future__ import annotations

import pytest

from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import LINEAR, ROW, assert_equal, net, refusal

TWICE = "def twice(f):\n    def g(self, x):\n        return f(self, f(self, x))\n    return g\n"
TIMES = ("def times(n):\n    def with_f(f):\n        return lambda self, x: f(self, x) * n\n"
         "    return with_f\n")
WRAPPED = ("import functools\ndef twice(f):\n    @functools.wraps(f)\n    def g(self, *a, **k):\n"
           "        return f(self, f(self, *a, **k))\n    return g\n")
REGISTER = ("REG = {}\ndef register(name):\n    def keep(c):\n        REG[name] = c\n        return c\n"
            "    return keep\n"
            "@register('a')\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.f = nn.Linear(8, 8)\n    def forward(self, x): return self.f(x)\n"
            "@register('b')\nclass B(A):\n    def forward(self, x): return super().forward(x) * 2\n")
KEEP = ("class Keep:\n    def __init__(self, f):\n        self.f = f\n"
        "    def __call__(self, x): return self.f(x) * 2\n")
CHANGED = ("def changed(c):\n    old = c.forward\n    c.forward = lambda self, x: old(self, x) * 3\n"
           "    return c\n@changed\n")


def _decorated(before: str, decorator: str) -> str:
    text = net("return self.f(x)", LINEAR).removeprefix(HEAD)
    return HEAD + before + text.replace("    def forward", f"    {decorator}\n    def forward")


@pytest.mark.parametrize("text", [
    _decorated(TWICE, "@twice"), _decorated(TIMES, "@times(3)"), _decorated(TWICE + TIMES, "@twice\n    @times(2)"),
    _decorated(WRAPPED, "@twice"),
    HEAD + KEEP + net("return self.act(self.f(x))", LINEAR + "\n@Keep\ndef act(x): return x + 1\nself.act = act")
    .removeprefix(HEAD),
    _decorated(TIMES + "from functools import partial\n", "@times(n=2)"),
    f"{HEAD}{REGISTER}net = REG['b']()\n", f"{HEAD}{REGISTER}net = nn.Sequential(*[c() for c in REG.values()])\n",
    net("return self.act(self.f(x)) * self.k", LINEAR).replace("    def forward", "    def act(x): return x * 2\n"
        "    act = staticmethod(act)\n    k = property(lambda self: 3)\n    def forward"),
    f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.f = nn.Linear(8, 8)\n"
    "def to(c):\n    def put(f):\n        setattr(c, f.__name__, f)\n    return put\n@to(Net)\n"
    "def forward(self, x): return self.f(x) * 2\nnet = Net()\n",
    HEAD + CHANGED + net("return self.f(x)", LINEAR).removeprefix(HEAD),
    net("return act(self.f(x))", LINEAR).replace(HEAD, f"{HEAD}def twice(f): return lambda x: f(f(x))\n@twice\n"
                                                       "def act(x): return torch.tanh(x) * 2\n"),
])  # fmt: skip
def test_decorators_of_the_text_are_followed(text: str) -> None:
    assert_equal(text, ROW)


@pytest.mark.parametrize("decorator", ["abc.frob", "abc.frob(3)", "torch.frob"])
def test_a_decorator_that_is_not_known_is_named(decorator: str) -> None:
    said = f"Line 9: What the decorator “@{decorator}” does is not known"
    assert refusal(_decorated("import abc\n", f"@{decorator}"), ROW) == said
    text = f"{HEAD}import abc\n@{decorator}\nclass Net(nn.Linear):\n    pass\nnet = nn.Sequential(Net(8, 4))\n"
    assert refusal(text, ROW) == said.replace("9", "5")


@pytest.mark.parametrize("text", [
    "def make(k):\n    def f(self, x): return self.f(x) * k\n    return f\nk = 5\n"
    + net("return x", LINEAR).removeprefix(HEAD).replace("    def forward(self, x):\n        return x\n",
                                                         "    forward = make(2)\n"),
    "class A(nn.Module):\n    k = 1\n    def __init__(self):\n        super().__init__()\n"
    "        self.f, self.k = nn.Linear(8, 8), 2\nclass B(A):\n    def __init__(self): super().__init__()\n"
    "class Net(B):\n    def __init__(self):\n        B.__init__(self)\n"
    "    def forward(self, x): return self.f(x) * self.k\nnet = Net()\n",
    "class A(nn.Module):\n    def forward(self, x): return x * 2\nclass B(A):\n"
    "    def forward(self, x): return super().forward(x) + 1\nclass Net(B):\n    def __init__(self):\n"
    "        super().__init__()\n        self.f = nn.Linear(8, 8)\n"
    "    def forward(self, x): return B.forward(self, self.f(x))\nnet = Net()\n",
])  # fmt: skip
def test_a_function_keeps_the_names_around_it_and_its_class(text: str) -> None:
    assert_equal(HEAD + text, ROW)


@pytest.mark.parametrize("change", ["Net.k = len(os.environ) + 3", "setattr(Net, os.environ['A'] + 'k', 3)",
                                    "Net.k = os.frob()[1:2]"])
def test_a_class_that_is_changed_as_nobody_knows_is_refused(change: str) -> None:
    text = net("return self.f(x) * self.k", LINEAR).replace("    def forward", "    k = 1\n    def forward")
    assert refusal(f"{text}import os\n{change}\n", ROW).startswith("Line 13: ")


def test_super_outside_of_a_class_is_refused() -> None:
    text = f"{net('return self.f(x)', LINEAR)}def f(self, x): return super().forward(x)\nNet.forward = f\n"
    assert refusal(text, ROW) == "Line 11: “super()” cannot be read here: this function is in no class"


OWN = ("class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
       "        self.w = nn.Parameter(torch.ones(8))\n    def act(self, x): return x\n"
       "    def forward(self, x): return act(self.act(x)) * self.w\n")


@pytest.mark.parametrize("text", [
    f"def act(x): return x\n{OWN}Own.act = lambda self, x: x * 3\n", f"act = lambda x: x * 2\n{OWN}",
    f"def twice(f):\n    return lambda x: f(f(x))\n@twice\ndef act(x): return torch.tanh(x) * 2\n{OWN}",
    f"def act(x): return x\ndef more(c):\n    c.act = lambda self, x: x * 3\n    return c\n@more\n{OWN}",
    f"from collections import namedtuple\nC = namedtuple('C', 'a')\nc = C(2)\ndef act(x): return x * c.a\n{OWN}",
    f"def same(f): return f\n@same\ndef act(x): return x * 2\n{OWN}",
    f"def same(f): return f\ndef act(x): return x * 2\n@same\n{OWN}",
])  # fmt: skip
def test_code_is_taken_over_only_as_it_is(text: str) -> None:
    assert not outcome(f"{HEAD}{text}net = nn.Sequential(nn.Linear(8, 8), Own())\n", ROW).startswith("WRONG")


@pytest.mark.parametrize("text", [
    "from collections import namedtuple\nC = namedtuple('C', 'a b')\nc = C(8, b=4)\nn = c.b\n",
    "import collections\nC = collections.namedtuple('C', ['a', 'b'], defaults=[4])\nc = C(8)\na, n = c\n",
    "from collections import namedtuple\nC = namedtuple('C', 'a, b')\nn = sum(c.a * c.b for c in [C(1, 2), C(2, 1)])\n",
    "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass C:\n    a: int = 4\nn = C().a\n",
])  # fmt: skip
def test_named_values_are_read(text: str) -> None:
    assert_equal(f"{HEAD}{text}net = nn.Sequential(nn.Linear(8, n))\n", ROW)


@pytest.mark.parametrize("text", ["from collections import deque\nn = list(deque([(4, 8), (8, 3)]))[0][0]\n",
                                  "from collections import Counter\nn = Counter(['ab', 'ab'])['ab'] * 2\n",
                                  "from torchvision import models\nn = models.frob(4)\n"])
def test_what_is_no_code_of_the_text_is_named_in_full(text: str) -> None:
    found = refusal(f"{HEAD}{text}net = nn.Sequential(nn.Linear(8, n))\n", ROW)
    assert found.startswith("Line 5: “") and found.endswith("only PyTorch and what this code defines can be read")


@pytest.mark.parametrize("tried", ["@frob\n    def f(): pass", "@fails\n    def f(): pass", "C.__dict__['k'] = 3",
                                   "[3, 'a'].sort(key=lambda v: v)", "collections.namedtuple('C', 'a b')(1)"])
def test_what_may_fail_is_not_taken_as_done(tried: str) -> None:
    text = (f"{HEAD}import collections\nclass C: pass\ndef fails(f): raise ValueError\nw = 3\ntry:\n    {tried}\n"
            "    w = 5\nexcept Exception:\n    w = 4\nnet = nn.Sequential(nn.Linear(8, w))\n")
    assert "Whether this succeeds is not known" in refusal(text, ROW)
