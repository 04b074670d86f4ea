"""A class that is read as code means the same where it stands alone, or is refused; its weights are torch's."""

from __future__ import annotations

import ast

import pytest

from engine.layers.code import Code
from engine.reading.lasting import Uses, changing_defaults, class_values
from engine.reading.loose import loose_in
from engine.reading.reading import ReadingError, from_text, read
from engine.reading.unsteady import counting
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_unsteady import part

NET = "net = nn.Sequential(Part(), nn.Linear(8, 8), Part())\n"
A_AND_B = "a = Part()\n{0}\nnet = nn.Sequential(a, nn.Linear(8, 8), Part())\n"


# -- what may mean something else --------------------------------------------------------------------------------------


KEPT = "is kept from call to call, or shared by objects, and may change"
MEANS = "does not mean the same all along"


@pytest.mark.parametrize(("text", "why"), [
    (f"k = 1\n{part(begin='self.k = m', factor='self.k')}m = k + 1\na = Part()\nk = 5\nm = k + 1\n{NET}",
     f"“m” {MEANS}"),
    (f"s = [1]\n{part(begin='t = s; t.append(1); self.k = len(s)', factor='self.k')}{NET}", f"“s” {MEANS}"),
    (f"s = [2]\n{part(begin='self.k = s[0]', factor='self.k')}{A_AND_B.format('box = [s]; box[0][0] = 7')}",
     f"“s” {MEANS}"),
    (f"s = [2]\ndef f(): s[0] = 5\n{part(begin='self.k = s[0]', factor='self.k')}{A_AND_B.format('f()')}",
     f"“s” {MEANS}"),
    (f"s = [2, 3]\n{part(begin='self.k = s[0]', factor='self.k')}{A_AND_B.format('x = s.pop(0)')}", f"“s” {MEANS}"),
    (f"k = [3]\ndef f(): k[0] = 9\n{part(argument='k=k[0]', begin='self.k = k', factor='self.k')}"
     f"{A_AND_B.format('f()')}", f"“k” {MEANS}"),
    (f"class Cfg: opts = [2]\n{part(begin='self.k = Cfg.opts[0]', factor='self.k')}"
     f"def f(): Cfg.opts[0] = 5\n{A_AND_B.format('f()')}", f"“opts” {KEPT}"),
    (f"{part('dims = [2]', factor='len(self.dims)')}d = Part.dims\nd.append(1)\n{NET}", f"“dims” {KEPT}"),
    (f"import itertools\n{part('ids = itertools.count(1)', begin='self.k = next(self.ids)', factor='self.k')}{NET}",
     f"“ids” {KEPT}"),
    (f"{part('lin = nn.Linear(8, 8)', first='x = self.lin(x)')}{NET}", f"“lin” {KEPT}"),
    (f"{part('t = torch.zeros(8)', first='self.t += 1', factor='self.t.clone()')}{NET}", f"“t” {KEPT}"),
    (f"{part(argument='seen=[]', begin='seen += [1]; self.k = len(seen)', factor='self.k')}{NET}", f"“seen” {KEPT}"),
    (f"def f(l=[]):\n    m = l\n    m.append(1)\n    return len(l)\n{part(begin='self.k = f()', factor='self.k')}{NET}",
     f"“l” {KEPT}"),
    (f"def f(x, lin=nn.Linear(8, 8)): return lin(x)\n{part(first='x = f(x)')}{NET}", f"“lin” {KEPT}"),
    (f"{part(begin='self.n = 0', first='self.n += 1', factor='self.n')}{NET}", f"“n” {KEPT}"),
    (f"n = 0\ndef step():\n    global n\n    n += 1\n    return n\n{part(factor='step()')}{NET}",
     "it asks for “global n”"),
    (f"class Opts:\n    k = 2\n{part(begin='self.o = Opts()', factor='self.o.k')}{NET}net[0].o.k = 5\n",
     "it is changed after it was made"),
    (f"{part(begin='self.t = 2 * torch.ones(8)', factor='self.t')}{NET}net[0].t.mul_(3)\n",
     "it is changed after it was made"),
])  # fmt: skip
def test_what_may_change_is_refused(text: str, why: str) -> None:
    with pytest.raises(ReadingError, match=f"Part does not stand alone as code: {why}"):
        from_text(HEAD + text, (8,))


@pytest.mark.parametrize(("text", "why"), [
    (f"{part(factor='(2 if type(self) is Part else 3)')}{NET}", "it asks for “type.self.”"),
    (f"{part(factor='len(self.__class__.__mro__)')}{NET}", "it asks for “self.__class__”"),
    (f"{part(factor='len(str(Part))')}{NET}", ""),
    (f"{part(factor='len(f' + repr('{self}') + ')')}{NET}", "it asks for “.self.”"),
    (f"{part(argument='n=1, repr=2', factor='len(repr(x))')}{NET}", ""),
    (f"{part(factor='getattr(type(x), ' + repr('__module__') + ')')}{NET}", "it asks for “getattr"),
    (f"from torch import *\n{part(factor='sum(x)')}{NET}", ""),
    (f"def f(x): return x * getattr(f, 'k', 1)\nsetattr(f, 'k', 3)\n{part(first='x = f(x)')}{NET}",
     "“f” is changed after it was defined"),
    (f"def f():\n    f.n = getattr(f, 'n', 0) + 1\n    return f.n\n{part(factor='f()')}{NET}",
     "“f” is changed after it was defined"),
    ("import functools\n@functools.lru_cache(None)\ndef f(): return [1]\n"
     f"{part(begin='f().append(1)', factor='len(f())')}{NET}", "“f” is no plain value"),
    (f"def made():\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n        return n\n    return f()\n"
     f"{part(factor='made()')}{NET}", "it asks for “nonlocal n”"),
    (f"{part('n = 0', first='for v in x.tolist(): Part.n += 1', factor='self.n')}{NET}", ""),
    (f"{part('l, m = nn.Linear(8, 8), 1', first='x = self.l(x)')}{NET}", "“.l, m.” is kept from call to call"),
    (f"{part('if 1: ks = []', factor='len(self.ks)')}{NET}", "“if 1:” is kept from call to call"),
    (f"{part(begin='self.f = [nn.Linear(8, 8)]', first='x = self.f[0](x)')}{NET}",
     "“f” is kept where PyTorch does not see its weights"),
    (part(argument="a, b", begin="a.append(1); self.k = len(b)", factor="self.k") + "l = [1]\nnet = Part(l, l)\n",
     "it is made with one list twice"),
    (part(argument="n=0", begin="self.n = n", first="self.n += 1", factor="self.n") + NET, "“n” is kept from call"),
    (f"n = 1\nimport contextlib\n{part(factor='n')}with contextlib.nullcontext(n := 3): pass\n{NET}", f"“n” {MEANS}"),
    (f"ks = [1]\n{part(begin='m = max(ks, [0]); m.append(4)', factor='len(ks)')}{NET}", f"“ks” {MEANS}"),
    (f"ks = [1]\ndef len(l):\n    l.append(1)\n    return 2\n{part(factor='len(ks)')}{NET}", f"“ks” {MEANS}"),
    (part(first="x = x.flip(0)").replace("def forward(self", "@classmethod\n    def forward(self").replace(
        "self.w", "x") + NET, ""),
    (f"{part(first='x = Part.k * x', attribute='k = 2')}a = Part()\nclass Part:\n    k = 7\nnet = nn.Sequential(a)\n",
     f"“Part” {MEANS}"),
])  # fmt: skip
def test_what_is_another_thing_elsewhere_is_refused(text: str, why: str) -> None:
    with pytest.raises(ReadingError, match=f"Part does not stand alone as code: {why}" if why else None):
        from_text(HEAD + text, (8,))


@pytest.mark.parametrize("text", [
    f"ks = [1.0, 2.0]\n{part(first='for k in ks: x = x * k', factor='len(ks) * max(ks) * ks[-1]')}{NET}",
    f"cfg = {{'k': 2.0, 'm': 3}}\n{part(begin='self.k = cfg[' + repr('k') + ']', factor='self.k')}{NET}",
    f"k = 2.0\nk = 2.0\n{part(factor='k')}{NET}",
    f"scale = 2\n{part(argument='n=8, scale=1', begin='self.s = scale', factor='scale')}{NET}",
    f"low = float('-inf')\n{part(first='x = x.clamp(min=low)')}{NET}",
    f"max = 7\n{part(factor='max')}{NET}",
    f"{part(argument='act=nn.ReLU()', begin='self.act = act', first='x = self.act(x)')}{NET}",
    f"{part(argument='ks=[1.0, 2.0]', begin='self.k = sum(ks)', factor='self.k')}{NET}",
    f"{part('k = 2.0; ks = (1.0, 3.0)', factor='self.k * self.ks[1]')}{NET}",
    f"{part(begin='self.h = None', first='self.h = x * 2', factor='self.h')}{NET}",
    "import warnings\nimport numpy as np\n"
    f"{part(first='warnings.simplefilter(action=str())', factor='np.sqrt(4.0)')}{NET}".replace("str()", "'ignore'"),
    "dims = [2, 3, 4]\n" + part(argument="ds", begin="self.k = ds.pop(0)", factor="self.k")
    + "net = nn.Sequential(Part(dims), Part(dims))\n",
])  # fmt: skip
def test_what_stays_is_read(text: str) -> None:
    assert difference(HEAD + text, (8,), True) == ""
    assert any(isinstance(node.layer, Code) for node in from_text(HEAD + text, (8,)).nodes.values())


@pytest.mark.parametrize("change", [
    "net[0].b[0] = 9", "net[0].t[1] = 4", "net[0].b.mul_(2)", "for v in net.state_dict().values(): v.fill_(4)"])
def test_fixed_numbers_that_others_change_are_refused(change: str) -> None:
    text = part(begin="self.register_buffer('b', torch.ones(8)); self.t = torch.ones(8)", factor="self.b * self.t")
    assert any(isinstance(node.layer, Code) for node in from_text(HEAD + text + NET, (8,)).nodes.values())
    with pytest.raises(ReadingError):
        from_text(f"{HEAD}{text}{NET}{change}\n", (8,))


def test_code_that_the_network_changes_while_it_runs_is_refused() -> None:
    text = part(begin="self.k = 1", factor="self.k") + (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = Part()\n"
        "        self.f, self.g = nn.Linear(8, 8), nn.Linear(8, 8)\n    def forward(self, x):\n"
        "        y = self.g(self.f(self.a(x)))\n        self.a.k = 4\n        return y\nnet = Net()\n")
    with pytest.raises(ReadingError, match="a is read as code, and changed after it was made"):
        from_text(HEAD + text, (8,))


def test_a_hook_on_all_modules_is_refused() -> None:
    text = f"{part()}{NET}torch.nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 2)\n"
    with pytest.raises(ReadingError, match="register_module_forward_hook"):
        from_text(HEAD + text, (8,))


# -- whose weights they are --------------------------------------------------------------------------------------------


AROUND = """class Around(nn.Module):
    def __init__(self, part):
        super().__init__()
        self.part, self.f = part, nn.Linear(8, 8)
    def forward(self, x):
        return self.f(self.part(x))
a = Part()
"""


@pytest.mark.parametrize("text", [
    f"{part()}{AROUND}net = nn.Sequential(Around(a), nn.ReLU(), Around(a))",
    f"{part()}{AROUND}net = nn.Sequential(Around(a), nn.ReLU(), a)",
    f"{part()}{AROUND}net = nn.Sequential(a, nn.ReLU(), a)",
])
def test_code_that_is_shared_has_one_set_of_weights(text: str) -> None:
    assert difference(HEAD + text, (8,), True) == ""


HOLDING = """class Net(nn.Module):
    {0}
    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(8, 8), nn.Linear(8, 8)
        {1}
    def forward(self, x):
        {2}
        return self.g(self.f(x))
net = Net()
"""
UNSEEN = "is kept where PyTorch does not see its weights"
UNUSED = "is made, but nothing of it reaches the output"


@pytest.mark.parametrize(("text", "reason"), [
    (HOLDING.format("pass", "self.ps = [Part(), Part()]", "x = self.ps[1](self.ps[0](x))"), f"“Part” {UNSEEN}"),
    (HOLDING.format("p = Part()", "pass", "x = self.p(x)"), f"“Part” {UNSEEN}"),
    ("p = Part()\n" + HOLDING.format("pass", "pass", "x = p(x)"), f"“Part” {UNSEEN}"),
    (HOLDING.format("pass", "self.aux = Part()", "out = {'aux': self.aux(x)}"), f"“aux” {UNUSED}"),
    ("class Both(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
     "        self.v, self.a = nn.Parameter(torch.ones(8)), Part()\n    def forward(self, x):\n"
     "        return self.a(x) + self.v\nc = Both()\nnet = nn.Sequential(c, nn.ReLU(), c.a)\n",
     "“a” is used inside of Both and elsewhere, with the same weights"),
])  # fmt: skip
def test_code_is_kept_where_torch_sees_it(text: str, reason: str) -> None:
    with pytest.raises(ReadingError, match=reason):
        from_text(HEAD + part() + text, (8,))


def test_code_without_numbers_may_be_kept_anywhere() -> None:
    text = ("class Centred(nn.Module):\n    def forward(self, x):\n        return (x - x.mean()) * (x > 0).float()\n"
            + HOLDING.format("pass", "self.ps = [Centred()]", "x = self.ps[0](x)"))
    assert difference(HEAD + text, (8,)) == ""


HIDING = """import numpy as np
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(8))
        self.body = nn.Sequential(nn.Linear(8, 8), nn.Dropout(float(np.max([0.5]))))
    def forward(self, x):
        return self.body(x * self.w)
net = Net()
"""


@pytest.mark.parametrize("change", [
    "for m in net.modules():\n    if isinstance(m, nn.Dropout): m.p = 0.1",
    "for m in net.children():\n    m.eps = 1e-3", "for n, m in net.named_modules():\n    m.p = 0.1",
    "for p in net.parameters(): p.requires_grad = False", "net.requires_grad_(False)",
    "for n, m in net.body.named_children():\n    setattr(net.body, n, nn.Tanh())", "net.body[1] = nn.Tanh()",
    "def quiet(m):\n    if isinstance(m, nn.Dropout): m.p = 0.0\nnet.apply(quiet)",
])
def test_what_is_done_to_layers_that_are_not_known_is_refused(change: str) -> None:
    with pytest.raises(ReadingError):
        from_text(f"{HEAD}{HIDING}{change}\n", (8,))


def test_what_is_only_asked_of_them_changes_nothing() -> None:
    graph = from_text(HEAD + HIDING, (8,))
    assert any(isinstance(node.layer, Code) for node in graph.nodes.values())
    asked = ("print(sum(p.numel() for p in net.parameters()))\nfor m in net.modules(): print(m)\n"
             "o = torch.optim.SGD(net.parameters(), lr=0.1)\n")
    assert from_text(HEAD + HIDING + asked, (8,)) == graph


@pytest.mark.parametrize("given", ["", "in_channels=6", "6", "in_channels=4"])
def test_a_default_of_code_stays_the_class_s_own(given: str) -> None:
    text = ("class Scale(nn.Module):\n    def __init__(self, in_channels=4):\n        super().__init__()\n"
            "        self.k, self.w = in_channels, nn.Parameter(torch.ones(5))\n    def forward(self, x):\n"
            f"        return x * self.w * self.k\nnet = Scale({given})\n")
    assert difference(HEAD + text, (6, 5)) == ""


MADE = ["torch.ones(8)", "torch.empty(8)", "torch.Tensor(8).zero_()", "torch.eye(8)[0]", "torch.ones(8) / 8",
        "nn.init.ones_(torch.empty(8))"]


@pytest.mark.parametrize("made", MADE)
def test_which_of_its_parameters_learn_is_said_in_the_class(made: str) -> None:
    text = HEAD + part().replace("torch.ones(8)", made)
    frozen = "for p in net[0].parameters(): p.requires_grad = False\n"
    with pytest.raises(ReadingError, match="Part is code: how its weights begin, and which of them learn"):
        from_text(text + NET + frozen, (8,))
    own = text.replace("        pass\n    def forward", "        self.w.requires_grad = False\n    def forward")
    assert difference(own + NET, (8,)) == ""


def test_how_its_parameters_begin_is_said_where_that_is_not_known() -> None:
    begin = "for p in net.parameters():\n    if p.dim() > 1:\n        nn.init.xavier_uniform_(p)\n"
    notes = [str(note) for note in read(HEAD + part().replace("ones(8)", "ones(8, 8)").replace("* self", "@ self")
                                        + NET + begin, (8,)).notes]
    assert any("How a class's own parameter begins is said outside of the class" in note for note in notes)


@pytest.mark.parametrize(("keeps", "is_said"), [
    ("self.p = torch.randperm(8).tolist()", True), ("self.p = [torch.randn(8)]", True),
    ("self.p = float(nn.Linear(8, 8).weight.sum())", True), ("import math; self.p = math.pi", False),
    ("self.p = torch.randn(8)", False), ("self.p = [v.item() for v in torch.linspace(0, 1, 3)]", False),
    ("self.register_buffer('p', torch.tril(torch.ones(8, 8)))", False), ("self.p = int(self.w.shape[0])", False),
])
def test_random_numbers_that_are_not_saved_are_said(keeps: str, is_said: bool) -> None:
    notes = [str(note) for note in read(HEAD + part(begin=keeps) + NET, (8,)).notes]
    assert any("Part keeps random numbers, which are not saved" in note for note in notes) is is_said


def test_a_text_that_never_ends_costs_nothing() -> None:
    text = ("def made():\n    t = (1, 1)\n    for i in range(40): t = (t, t)\n    return t\nT = made()\n"
            + part(factor="(3 if T else 1)") + NET)
    with pytest.raises(ReadingError, match="“T” is no plain value"):
        from_text(HEAD + text, (8,))


def test_how_weights_begin_inside_of_code_needs_no_note() -> None:
    text = part(begin="nn.init.trunc_normal_(self.w)") + NET
    assert not any("How weights begin" in str(note) for note in read(HEAD + text, (8,)).notes)
    outside = text + "nn.init.trunc_normal_(net[1].weight)\n"
    assert any("How weights begin" in str(note) for note in read(HEAD + outside, (8,)).notes)


# -- what a text does with its lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("use", "is_read"), [
    ("x = k[0]", True), ("for i in k: pass", True), ("[i for i in k]", True), ("len(k)", True), ("f(*k)", True),
    ("f(**k)", True), ("1 in k", True), ("k.items()", True), ("k + [1]", True), ("f'{k}'", True), ("x[k]", False),
    ("assert k", True), ("y = 1 if k else 2", True), ("not k", True),
    ("k[0] = 1", False), ("k[0] += 1", False), ("del k[0]", False), ("k.append(1)", False), ("j = k", False),
    ("f(k)", False), ("f(a=k)", False), ("g = lambda: k", False), ("[k]", False), ("x = k or 1", False),
    ("for k in x: pass", False), ("k += [1]", False), ("with k: pass", False), ("return_ = (yield k)", False),
])  # fmt: skip
def test_a_list_is_only_read(use: str, is_read: bool) -> None:
    assert Uses(ast.parse(f"k = [1]\n{use}").body).only_reads("k") is is_read
    assert Uses(ast.parse(use.replace("k", "C.k")).body).only_reads(".k", 0) is is_read or "for k" in use


def test_defaults_and_class_values_that_may_change() -> None:
    text = ("class A:\n    k = 1\n    ks = [1]\n    t = (1, 2)\n    f = nn.ReLU\n    g = nn.Linear(1, 1)\n"
            "    h: int = g()\n"
            "    def a(self, a=1, b=[], c=nn.ReLU(), d=nn.Linear(1, 1), *, e={}, f=(1, [2]), g=x.y, h=float('a')):\n"
            "        return b + [1], e\n    def b(self, ok=[1]):\n        return sum(ok) + ok[0]\n")
    [made] = ast.parse(text).body
    assert isinstance(made, ast.ClassDef)
    assert sorted(changing_defaults(made)) == ["d", "e", "f"]
    assert [name for name, _ in class_values(made)] == ["ks", "g", "h"]


@pytest.mark.parametrize(("method", "name"), [
    ("def forward(self, x): self.n += 1", ""), ("def forward(self, x): self.n += 1; return self.n", "n"),
    ("def forward(self, x): self.go(self.n)\n    def go(self, n): self.n = 2", "n"),
    ("def forward(self, x): self.h = x + self.h; return self.h", "h"),
    ("def forward(self, x): self.l.append(1)", "l"), ("def forward(self, x): self.d[0] = 1", "d"),
    ("def forward(self, x): self.h = x", ""), ("def forward(self, x): self.t = self.t + 1", ""),
    ("def other(self): self.n = 2", ""), ("def forward(self, x): return self.l[0] + self.n", ""),
])  # fmt: skip
def test_what_an_object_counts(method: str, name: str) -> None:
    text = ("class A:\n    def __init__(self):\n        self.n, self.h = 0, None\n        self.n = 0\n"
            f"        self.l = [1]\n        self.t = torch.ones(8)\n    {method}\n")
    assert counting(ast.parse(text).body[0]) == name


@pytest.mark.parametrize(("value", "is_tensor"), [
    ("torch.ones(8)", True), ("1 - torch.eye(8)", True), ("-torch.ones(2)", True), ("2 * t", True), ("t.t()", True),
    ("(torch.rand(3) > .5).float()", True), ("torch.cat([t, t])", True), ("t[0]", True), ("t.T + 0", True),
    ("F.one_hot(t, 8)", True), ("self.made()", True), ("self.w.detach() * 2", True), ("self.w", False),
    ("self.size()", False), ("torch.rand(1).item()", False), ("t.size(0)", False), ("t.shape", False),
    ("nn.Parameter(torch.ones(8))", False),
    ("nn.Linear(1, 1)", False), ("8", False), ("torch.Size([1])", False), ("len(t)", False),
])  # fmt: skip
@pytest.mark.parametrize("line", [
    "self.a = {0}", "self.a: object = {0}", "b, self.a = 1, {0}", "setattr(self, 'a', {0})",
    "self.build()\n    def build(self):\n        t = torch.ones(2, 2)\n        self.a = {0}"])
def test_plain_tensors_of_a_class(line: str, value: str, is_tensor: bool) -> None:
    text = ("class A(nn.Module):\n    def made(self):\n        return torch.ones(8)\n    def size(self):\n"
            "        return 8\n    def __init__(self):\n        t = torch.ones(2, 2)\n"
            f"        self.w = nn.Parameter(t)\n        {line.format(value)}\n"
            "    def other(self):\n        self.b = torch.ones(8)\n")
    assert loose_in(text) == (["a"] if is_tensor else [])
