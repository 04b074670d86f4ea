"""Parts of a network got in ways that are not followed: what is done to them is seen, or the network is refused."""

from __future__ import annotations

import pytest

from engine.messages import LayerloomError
from engine.reading.reading import from_text, read
from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import refusal
from tests.engine.reading.test_learning import difference

NET = """import collections, contextlib, functools, itertools, operator, random, re, typing
from collections import defaultdict
from unittest.mock import patch
class Net(nn.Module):
    def __init__(self, h=16):
        super().__init__()
        self.a = nn.Linear(8, h)
        self.seq = nn.Sequential(nn.ReLU(), nn.Linear(h, 3))
    def forward(self, x): return self.seq(self.a(x))
"""
MADE = HEAD + NET + "net = Net(6)\n"


@pytest.mark.parametrize("text", [
    "for n, m in list(net.named_modules()):\n    if isinstance(m, nn.ReLU):\n"
    "        parent, _, last = n.rpartition('.')\n        setattr(net.get_submodule(parent), last, nn.Tanh())\n",
    "for n, m in list(net.named_modules()):\n    if isinstance(m, nn.ReLU):\n"
    "        parent = net.get_submodule(n.rsplit('.', 1)[0])\n"
    "        setattr(parent, n.rsplit('.', 1)[1], nn.Tanh())\n",
    "net.get_submodule('seq.0'.partition('.')[0]).append(nn.Tanh())\n",
    "m = operator.attrgetter('seq')(net)\nm[0] = nn.Tanh()\n",
    "operator.itemgetter(0)(net.seq).inplace = False\nnet.seq[0] = nn.Tanh()\n",
    "m = operator.attrgetter('seq')(net)\noperator.methodcaller('append', nn.Tanh())(m)\n",
    "nn.Sequential.append(net.seq, nn.Tanh())\n", "net = torch.fx.symbolic_trace(net)\n",
    "net = nn.SyncBatchNorm.convert_sync_batchnorm(Net(5))\n",
    "class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.act = nn.ReLU()\n"
    "        self.set(nn.Tanh())\n    @typing.no_type_check\n    def set(self, act): self.act = act\n"
    "    def forward(self, x): return self.act(x)\nnet = nn.Sequential(nn.Linear(8, 4), Own())\n",
])  # fmt: skip
def test_what_can_be_followed_is_as_torch_has_it(text: str) -> None:
    assert outcome(MADE + text, (8,)) == "equal"


@pytest.mark.parametrize("text", [
    "for n, m in list(net.named_modules()):\n    if isinstance(m, nn.ReLU):\n        path = re.split(r'\\.', n)\n"
    "        owner = net\n        for p in path[:-1]: owner = getattr(owner, p)\n"
    "        setattr(owner, path[-1], nn.Tanh())\n",
    "def get(o, a): return functools.reduce(getattr, [o] + a.split('.'))\nsetattr(get(net, 'seq'), '0', nn.Tanh())\n",
    "m = next(itertools.islice(net.children(), 1, None))\nm[0] = nn.Tanh()\n",
    "m = collections.deque(net.children()).pop()\nm[0] = nn.Tanh()\n",
    "m = collections.deque(net.children(), maxlen=1)[0]\nm[0] = nn.Tanh()\n",
    "class T:\n    def go(self, m, f): m.requires_grad_(f)\n    off = functools.partialmethod(go, f=False)\n"
    "T().off(net.a)\n",
    "from torch.nn.utils import vector_to_parameters\n"
    "vector_to_parameters(torch.zeros_like(torch.cat([p.view(-1) for p in net.parameters()])), net.parameters())\n",
    "ps = filter(None.__ne__, net.a.parameters())\nfor p in ps: p.requires_grad_(False)\n",
    "ps = iter(lambda it=iter(list(net.a.parameters())): next(it, None), None)\nfor p in ps: p.requires_grad_(False)\n",
    "class T:\n    def __init__(self, net): self.net = net\n    @contextlib.contextmanager\n    def off(self):\n"
    "        self.net.seq[0] = nn.Tanh()\n        yield\nwith T(net).off(): pass\n",
    "import weakref\nweakref.ref(net)().seq[0] = nn.Tanh()\n",
    "functools.reduce(lambda _, m: m.requires_grad_(False), net.children(), None)\n",
    "def off(_, m): m.requires_grad_(False)\nlist(itertools.accumulate(net.children(), off, initial=0))\n",
    "m = random.choice(list(net.children()))\nm[0] = nn.Tanh()\n",
    "operator.setitem(net.seq, 0, nn.Tanh())\n", "nn.Sequential.__setitem__(net.seq, 0, nn.Tanh())\n",
    "nn.Linear.__init__(net.a, 8, 6, bias=False)\n",
    "with patch.object(nn, 'ReLU', nn.Tanh): net = Net(6)\n", "Net.__init__.__defaults__ = (9,)\nnet = Net()\n",
    "def f(x): return x\ndef g(x): return 2 * x\nf.__code__ = g.__code__\nnet = Net(5)\n",
    "net = torch.optim.swa_utils.AveragedModel(Net(6))\n",
    "parts = functools.reduce(lambda a, b: a + b, [list(m.parameters()) for m in net.children()])\n"
    "for p in parts: p.requires_grad = False\n",
    "parts = set(net.a.parameters())\nfor p in parts: p.requires_grad = False\n",
    "d = defaultdict(list)\nfor n, m in net.named_children(): d[type(m)].append(m)\n"
    "for m in d[nn.Linear]: m.requires_grad_(False)\n",
    "d = defaultdict(list)\nfor m in net.children(): d[0].append(m)\nfor m in d[0]: nn.init.zeros_(m.bias)\n",
    "opt = torch.optim.SGD(net.a.parameters(), lr=1)\nps = opt.param_groups[0]['params']\n"
    "for p in ps: p.requires_grad = False\n",
    "ps = [p for n, p in net.named_parameters() if re.search('(a+)+', n)]\nfor p in ps: p.requires_grad = False\n",
    # functions under decorators that are not known, and what “with” begins
    "@functools.lru_cache(maxsize=None)\ndef change(m): m.seq[0] = nn.Tanh()\nchange(net)\n",
    "@typing.no_type_check\ndef change(m):\n    if m.seq: m.seq[0] = nn.Tanh()\nchange(m=net)\n",
    "@contextlib.contextmanager\ndef quiet(m):\n    m.requires_grad_(False)\n    yield m\nwith quiet(net.a): pass\n",
    "class Quiet:\n    def __init__(self, m): self.m = m\n    def __enter__(self): self.m.requires_grad_(False)\n"
    "    def __exit__(self, *a): pass\nwith Quiet(net.a): pass\n",
    "@functools.singledispatch\ndef quiet(m): pass\n@quiet.register\ndef _(m: nn.Linear): m.requires_grad_(False)\n"
    "net.apply(quiet)\n",
    "class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(8, 4)\n"
    "    def apply(self, f): return self\n    def forward(self, x): return self.a(x)\n"
    "def zero(m):\n    if isinstance(m, nn.Linear): nn.init.zeros_(m.weight)\n"
    "net = nn.Sequential(Own(), nn.Linear(4, 2))\nnet.apply(zero)\n",
])  # fmt: skip
def test_what_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(LayerloomError):
        from_text(MADE + text, (8,))


@pytest.mark.parametrize("text", [
    "for n, p in net.named_parameters():\n    if re.search('^seq', n): p.requires_grad = False\n",
    "for p in [p for n, p in net.named_parameters() if re.match(r'seq.*', n)]: p.requires_grad_(False)\n",
    "getattr(net, 'seq.1'.rpartition('.')[0]).requires_grad_(False)\n",
    "for p in net.seq.parameters(): p.__setattr__('requires_grad', False)\n",
    "for p in net.seq.parameters(): object.__setattr__(p, 'requires_grad', False)\n",
    "collections.deque((p.requires_grad_(False) for p in net.seq.parameters()), maxlen=0)\n",
    "nn.Module.requires_grad_(net.seq, False)\noperator.methodcaller('requires_grad_', False)(net.seq)\n",
])  # fmt: skip
def test_what_is_frozen_so_is_frozen(text: str) -> None:
    assert difference(MADE + text, (8,)) == ""


@pytest.mark.parametrize("text", [
    "[setattr(p, 'requires_grad', False) for p in net[1].parameters()]\n",
    "list(map(lambda p: setattr(p, 'requires_grad', False), net[1].parameters()))\n",
    "for p in net[1].parameters(): p.__setattr__('requires_grad', False)\n",
])  # fmt: skip
def test_a_class_that_is_code_is_not_frozen_from_outside(text: str) -> None:
    own = ("class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
           "        self.g = nn.Parameter(torch.ones(8))\n    def forward(self, x): return x * self.g\n"
           "net = nn.Sequential(nn.Linear(8, 8), Own())\n")
    assert "code" in refusal(HEAD + own + text, (8,)) or "parameter" in refusal(HEAD + own + text, (8,))


@pytest.mark.parametrize("text", [
    "trainer = Trainer(net)\ntrainer.callbacks.append(3)\ntrainer.epochs = 3\ntrainer.args['lr'] = 1\n",
    "from x import Trainer, evaluate\ntrainer = Trainer(net)\ntrainer.callbacks.append(3)\ntrainer.epochs = 3\n"
    "trainer.args['lr'] = 1\nacc = evaluate(net)\nacc['best'] = 1\n",
    "x = torch.randn(2, 8)\ny = net(x)\ny[0] = 1\ny.requires_grad = False\n",
    "history = defaultdict(list)\nfor epoch in range(2): history['loss'].append(epoch)\nhistory['loss'][0] = 3\n",
    "losses = collections.deque(maxlen=3)\nlosses.append(3)\nlosses[0] = 4\n",
    "from data import loader\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor x, y in loader:\n"
    "    opt.zero_grad()\n    out = net(x)\n    out[0] = 1\n    loss = F.cross_entropy(out, y)\n    loss.backward()\n"
    "    opt.step()\n",
    "count = functools.reduce(lambda n, p: n + p.numel(), net.parameters(), 0)\n",
    "seen = collections.Counter(type(m).__name__ for m in net.modules())\nseen['Linear'] += 1\n",
    "names = sorted(set(n.rpartition('.')[0] for n, _ in net.named_parameters()))\nnames.append('x')\n",
    "from timm import summary\n@functools.lru_cache\ndef count(n): return sum(p.numel() for p in n.parameters())\n"
    "count(net)\nsummary(net)\n",
])  # fmt: skip
def test_what_changes_nothing_of_the_network_is_left_out(text: str) -> None:
    assert read(MADE + text, (8,)).graph == from_text(MADE, (8,))


@pytest.mark.parametrize("text", [
    "class B(nn.BatchNorm1d):\n    def __init__(self, n):\n        super().__init__(n)\n"
    "        nn.init.zeros_(self.weight)\nnet = nn.Sequential(nn.Linear(8, 8), B(8))\n",
    "class B(nn.BatchNorm1d):\n    def reset_parameters(self):\n        super().reset_parameters()\n"
    "        nn.init.uniform_(self.weight)\nnet = nn.Sequential(nn.Linear(8, 8), B(8))\n",
    "from timm.models.layers import trunc_normal_\nclass Own(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.f = nn.Linear(8, 4)\n        trunc_normal_(self.f.weight, std=.02)\n"
    "    def forward(self, x): return self.f(x)\nnet = Own()\n",
])  # fmt: skip
def test_how_weights_begin_where_no_setting_says_it_is_noted(text: str) -> None:
    assert any("begin" in str(note) for note in read(HEAD + text, (8,)).notes)


@pytest.mark.parametrize(("text", "high"), [("uniform_(to=3.)", 3.0), ("uniform_(0., 2.)", 2.0), ("uniform_()", 1.0)])
def test_words_of_a_tensor_s_own_methods_say_how_it_begins(text: str, high: float) -> None:
    graph = from_text(f"{HEAD}net = nn.Sequential(nn.Linear(8, 8), nn.ReLU())\nnet[0].weight.data.{text}\n", (8,))
    init = next(iter(node for node in graph.nodes.values() if node.layer.kind() == "Linear")).parameters.weight
    assert (init.kind, init.low, init.high) == ("uniform", 0.0, high)


@pytest.mark.parametrize(("text", "why"), [
    ("class Own(nn.Module):\n    @typing.no_type_check\n    def __init__(self, h=6):\n        super().__init__()\n"
     "        self.a = nn.Linear(8, h)\n    def forward(self, x): return self.a(x)\nnet = Own(4)\n", "no_type_check"),
    ("class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.all = nn.ModuleList()\n"
     "        self.add(8)\n    @typing.no_type_check\n    def add(self, n): self.all.append(nn.Linear(n, n))\n"
     "    def forward(self, x):\n        for each in self.all: x = each(x)\n        return x\nnet = Own()\n",
     "no_type_check"),
])  # fmt: skip
def test_the_decorator_is_the_reason(text: str, why: str) -> None:
    assert why in refusal(MADE + text, (8,))


def test_the_object_that_a_text_makes_is_meant_also_where_nothing_keeps_it() -> None:
    text = HEAD + NET + "opt = torch.optim.SGD(Net(5).parameters(), lr=0.1)\n"
    assert outcome(text + "net = Net(5)\n", (8,)) == "equal" and from_text(text, (8,)) == from_text(
        HEAD + NET + "net = Net(5)\n", (8,))


@pytest.mark.parametrize("said", [
    "'after', x.shape, x.mean().item()", "f'{x.std():.3f}', float(x.max()), x.detach().cpu().numpy()[0]",
    "x.size(0), len(x), torch.isnan(x).any()", "", "x.mean(), sep=str(x.sum())",
])  # fmt: skip
def test_what_forward_only_prints_is_left_out(said: str) -> None:
    text = ("class Own(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.a = nn.Linear(8, 4)\n"
            f"    def forward(self, x):\n        x = self.a(x)\n        print({said})\n        return x\nnet = Own()\n")
    assert outcome(HEAD + text, (8,)) == "equal"
    changed = text.replace("print(", "print(x.add_(1), ") if said else text.replace("print(", "print(x.add_(1)")
    assert outcome(HEAD + changed, (8,)) .partition(":")[0] in ("equal", "refused")
