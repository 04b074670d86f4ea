"""A class that is read as code means what its names meant when its objects were made, and keeps nothing for later."""

from __future__ import annotations

import ast

import pytest

from engine.reading.reading import ReadingError, from_text
from engine.reading.unsteady import unsteady
from tests.engine.reading.oracle import HEAD, difference

CLASS = """class Part(nn.Module):
    {attribute}
    def __init__(self, {argument}):
        super().__init__()
        self.w = nn.Parameter(torch.ones(8))
        {begin}
    def forward(self, x):
        {first}
        return x * self.w * {factor}
"""
NET = "net = nn.Sequential(nn.Linear(8, 8), Part())\n"


def part(attribute: str = "pass", argument: str = "n=1", begin: str = "pass", first: str = "pass",
         factor: str = "1.0") -> str:
    return CLASS.format(attribute=attribute, argument=argument, begin=begin, first=first, factor=factor)


@pytest.mark.parametrize("text", [
    f"k = 2.0\n{part(begin='self.k = k', factor='self.k')}a = Part()\nk = 3.0\nnet = nn.Sequential(a, Part())",
    f"ks = [2.0]\n{part(factor='ks[0]')}{NET}ks[0] = 4.0",
    f"ks = [2.0]\ndef put(l):\n    l[0] = 5.0\n{part(begin='self.k = ks[0]', factor='self.k')}a = Part()\nput(ks)\n"
    "net = nn.Sequential(a, Part())",
    f"ks = [2.0]\njs = ks\n{part(begin='self.k = ks[0]', factor='self.k')}a = Part()\njs[0] = 5.0\n"
    "net = nn.Sequential(a, Part())",
    f"def f(x): return 2.0\n{part(begin='self.k = f(1)', factor='self.k')}a = Part()\ndef f(x): return 3.0\n"
    "net = nn.Sequential(a, Part())",
    f"from math import pi as k\n{part(begin='self.k = k', factor='self.k')}a = Part()\nfrom math import e as k\n"
    "net = nn.Sequential(a, Part())",
    f"{part('ks = [1.0]', factor='self.ks[0]')}Part.ks[0] = 3.0\n{NET}",
    f"{part('ks = [1.0]', factor='sum(self.ks)')}{NET}net[1].ks.append(3.0)\n",
    f"seen = []\n{part(begin='seen.append(1)', factor='len(seen)')}{NET}",
    f"seen = []\n{part(first='seen.append(1)', factor='len(seen)')}{NET}",
    f"{part('made = []', begin='self.made.append(1)', factor='len(self.made)')}{NET}",
    f"{part(argument='seen=[]', begin='seen.append(1); self.n = len(seen)', factor='self.n')}{NET}",
    f"{part(begin='self.d = dict()', first='self.d[1] = self.d.get(1, 0) + 1', factor='self.d[1]')}{NET}",
])  # fmt: skip
def test_what_may_have_meant_something_else_is_refused(text: str) -> None:
    with pytest.raises(ReadingError):
        from_text(HEAD + text, (8,))


@pytest.mark.parametrize("text", [
    f"k = 2.0\n{part(begin='self.k = k', factor='self.k')}{NET}",
    f"{part()}{part()}{NET}print(Part())\ntorch.manual_seed(0)",
    "layers = []\nlayers.append(1)\n"
    f"{part(begin='layers = [2.0]; layers.append(2.0); self.k = layers[0]', factor='self.k')}{NET}",
    f"{part('ks = [1.0, 2.0]', factor='sum(self.ks)')}{NET}",
])  # fmt: skip
def test_what_means_the_same_all_along_is_read(text: str) -> None:
    assert difference(HEAD + text, (8,), True) == ""


ALIAS = """class Noise(nn.Module):
    def forward(self, x):
        if self.training:
            x = x + torch.rand_like(x) * 0
        return {gives}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.noise = nn.Linear(8, 8), Noise()
    def forward(self, x):
        h = self.fc(x)
        y = self.noise(h)
        {change}
        return y + h
net = Net()
"""


@pytest.mark.parametrize("gives", [
    "x", "x.view(x.shape)", "x.t().t()", "x.contiguous()", "x if self.training else x[:]"])
@pytest.mark.parametrize("change", ["y += 1", "y.mul_(2)", "y *= 2"])
def test_what_code_gives_back_may_be_what_it_was_given(gives: str, change: str) -> None:
    with pytest.raises(ReadingError, match="in place"):
        from_text(HEAD + ALIAS.format(gives=gives, change=change), (8,))
    assert difference(HEAD + ALIAS.format(gives="x * 2", change=change), (8,), True) == ""


def test_the_order_of_a_set_is_not_taken_for_one() -> None:
    text = "net = nn.Sequential(nn.Linear(8, 8), *[{0}[n]() for n in {1}])"
    acts = '{"a": nn.ReLU, "b": nn.Tanh}'
    with pytest.raises(ReadingError, match="The order of a set is another in every run"):
        from_text(HEAD + text.format(acts, '{"a", "b"}'), (8,))
    assert difference(HEAD + text.format(acts, 'sorted({"a", "b"})'), (8,), True) == ""


def test_a_comprehension_in_a_class_asks_the_class_only_for_what_it_goes_through_first() -> None:
    text = ("n = 3\nclass Net(nn.Module):\n    n = 2\n    sizes = [8 * n for _ in range(n)]\n    def __init__(self):\n"
            "        super().__init__()\n        self.fc = nn.Linear(8, self.sizes[0] + len(self.sizes))\n"
            "    def forward(self, x):\n        return self.fc(x)\nnet = Net()")
    assert difference(HEAD + text, (8,), True) == ""


TWICE = f"""{part()}class Whole(nn.Module):
    def __init__(self):
        super(Whole, self).__init__()
        self.part, self.w = Part(), nn.Parameter(torch.ones(8))
    def forward(self, x):
        {{does}}
net = Whole()
"""


@pytest.mark.parametrize(("does", "is_read"), [
    ("return self.part(x) * self.w", True), ("return x * self.w * isinstance(self.part, nn.Module)", True),
    ("return x * self.w * isinstance(self.part, Part)", False),
    ("return x * self.w * (type(self.part) is Part)", False),
])  # fmt: skip
def test_of_which_class_something_is_where_a_class_is_written_twice(does: str, is_read: bool) -> None:
    text = HEAD + TWICE.format(does=does)
    assert difference(text, (8,), True) == ""
    if is_read:
        assert difference(text + part(), (8,), True) == ""
    else:
        with pytest.raises(ReadingError, match="it asks for the class “Part”, which is written twice"):
            from_text(text + part(), (8,))


@pytest.mark.parametrize(("asks", "name"), [
    ("id(self) % 7", "id"), ("hash(self) % 7", "hash"), ("len(repr(self.w))", "repr"),
    ("len(Part.__module__)", "__module__"), ("type(self).k", "type\\(self\\)"), ("len(dir())", "dir"),
    ("(__name__ == '__main__')", "__name__"),
    ("len(open('/proc/version').read())", "open")])
def test_code_that_asks_for_more_than_its_class_is_refused(asks: str, name: str) -> None:
    with pytest.raises(ReadingError, match=f"and Part does not stand alone as code: it asks for “{name}”"):
        from_text(HEAD + part(begin=f"self.k = {asks}", factor="self.k") + NET, (8,))


@pytest.mark.parametrize(("text", "why"), [
    (f"k = 1\nk = 2\n{part(factor='k')}{NET}", "“k” does not mean the same all along"),
    (f"import os\n{part(factor='len(os.sep)')}{NET}", "it uses “os”"),
    (f"ks = nn.ModuleList()\n{part(factor='len(ks)')}{NET}", "“ks” is no plain value"),
    (f"{part('made = []', begin='self.made.append(1)')}{NET}",
     "“made” is kept from call to call, or shared by objects, and may change"),
    (f"{part(argument='n')}net = nn.Sequential(nn.Linear(8, 8), Part(nn.ReLU()))", "it is made with more than plain"),
    (f"{part()}def say(self): return 1\nPart.say = say\n{NET}", "“Part” does not mean the same all along"),
    ("def inner():\n" + part().replace("\n", "\n    ").replace("class", "    class", 1) + "return Part\n"
     "Part = inner()\n" + NET, "“Part” is defined inside of something else"),
])  # fmt: skip
def test_why_a_class_does_not_stand_alone(text: str, why: str) -> None:
    with pytest.raises(ReadingError, match=f"Part does not stand alone as code: {why}"):
        from_text(HEAD + text, (8,))


@pytest.mark.parametrize(("package", "is_read"), [("math", True), ("sys", False), (".other", False)])
def test_code_imports_only_what_is_the_same_everywhere(package: str, is_read: bool) -> None:
    text = HEAD + part(first="import math" if is_read else f"from {package} import path") + NET
    if is_read:
        assert difference(text, (8,), True) == ""
    else:
        with pytest.raises(ReadingError):
            from_text(text, (8,))


@pytest.mark.parametrize(("size", "gives"), [
    ("3 if id(nn) == id(nn) else 4", 3), ("3 if id(nn) in {id(torch), id(F)} else 4", 4),
    ("id(nn) % 7 + 1", None), ("len(str(id(nn)))", None), ("3 if id(nn) > 5 else 4", None)])
def test_an_address_is_the_same_or_not_and_nothing_else(size: str, gives: int | None) -> None:
    text = HEAD + f"net = nn.Sequential(nn.Linear(8, {size}))"
    if gives is None:
        with pytest.raises(ReadingError):
            from_text(text, (8,))
    else:
        assert difference(text, (8,)) == ""


def test_the_address_of_a_weight_is_that_of_the_weight() -> None:
    net = "net = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 2))\n"
    text = net + ("own = list(map(id, net[1].parameters()))\nfor p in net.parameters():\n    if id(p) not in own:\n"
                  "        p.requires_grad = False\n")
    assert from_text(HEAD + text, (8,)) == from_text(HEAD + net + "net[0].requires_grad_(False)", (8,))


@pytest.mark.parametrize("name", ["parameters", "named_parameters", "modules", "children"])
def test_a_class_that_says_itself_what_it_keeps_is_refused(name: str) -> None:
    text = ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(8, 8)\n    def forward(self, x):\n        return self.fc(x)\n"
            f"    def {name}(self):\n        return []\nnet = Net()")
    with pytest.raises(ReadingError, match=f"Net says itself what “{name}” does"):
        from_text(HEAD + text, (8,))


def test_a_class_may_name_its_own_parameters_one_by_one() -> None:
    text = ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.w = nn.Parameter(torch.ones(8))\n    def forward(self, x):\n        return x * self.w\n"
            "    def parameters(self):\n        return [self.w]\nnet = nn.Sequential(nn.Linear(8, 8), Net())")
    assert len(from_text(HEAD + text, (8,)).nodes) == 3
    with pytest.raises(ReadingError, match="says itself what “parameters” does"):
        from_text(HEAD + text.replace("super().__init__()\n", "super().__init__(); self.fc = nn.Linear(8, 8)\n"), (8,))


def test_names_of_a_text() -> None:
    found = unsteady(ast.parse(
        "import torch\nimport torch\nfrom torch import nn\nimport torch.nn as nn\na = 1\na = 2\nb = []\nb.append(1)\n"
        "c = 1\nfor d in b:\n    e = d\nclass F: pass\nclass F: pass\ndef g():\n    global h\n[i := 1]\nj[0] = 1\n"
        "with open('x') as k: pass\ndel m\ntry:\n    n = 1\nexcept E:\n    n = 2\n").body)
    assert found.bound == {"a", "n"}
    assert found.changed == {"b", "d", "e", "h", "i", "j", "m"}
    assert found.rewritten == {"F"}
