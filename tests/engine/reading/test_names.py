"""Which of several things a name means, as Python and torch have it: followed exactly, or refused with its line."""

from __future__ import annotations

import pytest

from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD, by_torch, difference
from tests.engine.reading.test_as_torch import IMAGE, LINEAR, ROW, assert_equal, net, refusal

OTHER = "    def other(self, x):\n        return torch.tanh(self.f(x)) * 2\n"


def _class(made: str, more: str = "", made_with: str = "", beside: str = "", forward: str = "return self.f(x)") -> str:
    """A network with a linear layer: what its constructor does beside it, what its class has, what comes after."""
    lines = "".join(f"        {line}\n" for line in made.split("\n") if made)
    return (f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.f = nn.Linear(8, 8)\n{lines}    def forward(self, x):\n        {forward}\n{more}"
            f"net = Net({made_with})\n{beside}")


# -- forward -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    _class("self.forward = self.other", OTHER),
    _class("if True: self.forward = lambda x: self.f(x).relu()"),
    _class("", OTHER, beside="net.forward = net.other\n"),
    _class("", beside="def f(x):\n    return net.f(x).relu() + 3\nnet.forward = f\n"),
    _class("", beside="import types\ndef f(self, x):\n    return self.f(x).relu() + 3\n"
                      "net.forward = types.MethodType(f, net)\n"),
    _class("", beside="from functools import partial\ndef f(x, by):\n    return net.f(x) * by\n"
                      "net.forward = partial(f, by=3)\n"),
    _class("", OTHER, beside="setattr(net, 'forward', net.other)\n"),
    _class("", OTHER, beside="Net.forward = Net.other\n"),
    _class("", OTHER, beside="net.forward = net.other\ndel net.forward\n"),
    _class("self.forward = self.other", OTHER, beside="import copy\nnet = nn.Sequential(net)\n"
                                                      "net.append(copy.deepcopy(net[0]))\n"),
    _class("self.forward = nn.Tanh()"), _class("self.forward = self.f.forward"),
    _class("self.forward = self.other", f"{OTHER}    def __call__(self, x): return super().__call__(x) * 2\n"),
    f"{HEAD}class Net(nn.Linear):\n    def forward(self, x): return super().forward(x) * 2\n"
    "    def __call__(self, x): return super().__call__(x) + 1\nnet = nn.Sequential(Net(8, 8))\n",
    _class("self.b = nn.BatchNorm1d(8)", OTHER, forward="return self.other(self.b(self.f(x)))",
           beside="net = nn.Sequential(net, nn.ReLU())\nfor m in net.modules():\n    if type(m) is Net:\n"
                  "        delattr(m, 'b')\n        m.forward = m.other\n"),
])  # fmt: skip
def test_an_object_s_own_forward_stands_before_its_class_s(text: str) -> None:
    assert_equal(text, ROW)
    assert difference(text, ROW, training=True) == ""


@pytest.mark.parametrize(("text", "reason"), [
    ("net = nn.Sequential(nn.Linear(8, 4))\nnet.forward = lambda x: x * 2\n", "Line 5: What is put into this list"),
    ("net = nn.Sequential(nn.Linear(8, 4))\nnet[0].forward = torch.tanh\n", "Line 5: “forward” of a layer is changed"),
    ("import abc\nclass L(nn.Linear):\n    @abc.frob\n    def forward(self, x):\n        return x\nnet = L(8, 4)\n",
     "Line 6: What the decorator “@abc.frob” does"),
    ("class L(nn.Linear):\n    forward = staticmethod(torch.tanh)\nnet = nn.Sequential(L(8, 4))\n",
     "Line 6: “0” is made, but nothing of it reaches the output"),
    ("class L(nn.Linear):\n    def forward(self, x): return torch.tanh(x)\nnet = nn.Sequential(L(8, 4), nn.Tanh())\n",
     "Line 6: “0” is made, but nothing of it reaches the output"),
    (_class("self.d = nn.Dropout()", beside="net.train = lambda mode=True: net\n").removeprefix(HEAD),
     "Line 12: Net says itself what “train” does"),
])  # fmt: skip
def test_a_forward_that_cannot_be_followed_is_refused(text: str, reason: str) -> None:
    assert refusal(HEAD + text, ROW).startswith(reason)


# -- a class and its objects -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    _class("self.act = nn.Tanh()", "    act = nn.ReLU()\n", forward="return self.act(self.f(x))"),
    _class("self.act = nn.Tanh()", "    act = None\n", forward="return self.act(x) if self.act else self.f(x)"),
    _class("self.act = nn.Tanh()", "    def act(self, x):\n        return x * 3\n",
           forward="return self.act(self.f(x))"),
    _class("self.act = nn.Tanh()", "    act = 3\n", forward="return self.f(x) * getattr(self, 'act', 2)"),
    _class("self.k = 2", "    k = 3\n", forward="return self.f(x) * self.k"),
    _class("self.act = nn.Tanh()", "    act = None\n", beside="del Net.act\n", forward="return self.act(self.f(x))"),
])  # fmt: skip
def test_a_class_attribute_hides_a_layer_of_its_name(text: str) -> None:
    assert_equal(text, ROW)


@pytest.mark.parametrize(("made", "more", "reason"), [
    ("self.head = nn.Linear(8, 3)", "    head = None\n", "Line 8: “head” is hidden: the class Net calls"),
    ("self.head = nn.Linear(8, 3)", "    def head(self, x):\n        return x\n", "Line 8: “head” is hidden"),
    ("self.head = nn.ModuleList([nn.Linear(8, 3)])", "    head = []\n", "Line 8: “head” is hidden"),
    ("self.add_module('head', nn.ReLU())", "    head = None\n", "Line 8: “head” is there already"),
    ("self.register_buffer('head', torch.ones(8))", "    head = 3\n", "Line 8: “head” is there already"),
])  # fmt: skip
def test_what_a_class_hides_is_not_lost_unseen(made: str, more: str, reason: str) -> None:
    text = _class(made, more, forward="return self.head(self.f(x)) if self.head else self.f(x)")
    assert refusal(text, ROW).startswith(reason)


def test_a_layer_is_not_found_under_a_name_that_every_module_has() -> None:
    assert refusal(_class("self.type = nn.Linear(8, 8)", forward="return self.type(self.f(x))"), ROW)


# -- names that begin with two underscores -----------------------------------------------------------------------------

TWICE = ("{head}class Base(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
         "        self.{a} = nn.Linear(8, 8)\n    def __act(self, x): return torch.relu(x)\n"
         "    def forward(self, x): return self.__act(self.{a}(x))\nclass _Net(Base):\n"
         "    __by = 3\n    def __act(self, x): return torch.tanh(x)\n    def __init__(self, __n=8):\n"
         "        super().__init__()\n        self.{a} = nn.Linear(8, __n)\n"
         "    def forward(self, x): return self.{a}(super().forward(x)) * self.__by\nnet = _Net()\n{more}")


@pytest.mark.parametrize("name", ["__l", "__long_name", "__l_", "__l__", "_l", "__"])
@pytest.mark.parametrize("more", ["", "net = nn.Sequential(net, net._Net__act and nn.ReLU())\n"])
def test_private_names_are_those_of_their_class(name: str, more: str) -> None:
    assert_equal(TWICE.format(a=name, head=HEAD, more=more), ROW)


@pytest.mark.parametrize("beside", ["net.__act(3)", "getattr(net, '__act')(3)", "net._Net__act(3)"])
def test_private_names_are_others_outside(beside: str) -> None:
    made = f"n = {beside}\nnet = nn.Sequential(nn.Linear(8, n))\n"
    text = _class("", "    def __act(self, n): return n - 1\n", beside=made)
    if "Net__act" in beside:
        assert_equal(text, ROW)
    else:
        with pytest.raises(AttributeError):
            by_torch(text)
        assert "Line 12: " in refusal(text, ROW)


# -- imports -----------------------------------------------------------------------------------------------------------

LIKE = ("def relu(x):\n    return x.clamp(min=0.5)\nclass Linear(nn.Module):\n    def __init__(self, a, b):\n"
        "        super().__init__()\n        self.a = nn.Linear(a, 3)\n        self.b = nn.Linear(3, b)\n"
        "    def forward(self, x):\n        return self.b(self.a(x))\n")


@pytest.mark.parametrize("text", [
    f"{LIKE}from torch.nn import Linear\nnet = nn.Sequential(Linear(8, 8), nn.ReLU())\n",
    f"{LIKE}from torch.nn import *\nnet = nn.Sequential(Linear(8, 8), nn.ReLU())\n",
    f"from torch.nn import *\n{LIKE}net = nn.Sequential(Linear(8, 8), nn.ReLU())\n",
    f"from torch.nn import Linear\n{LIKE}net = nn.Sequential(Linear(8, 8), nn.ReLU())\n",
    f"{LIKE}from torch.nn.functional import relu\n{net('return relu(self.f(x))', LINEAR).removeprefix(HEAD)}",
    f"{LIKE}import torch.nn.functional as Linear\n{net('return Linear.relu(self.f(x))', LINEAR).removeprefix(HEAD)}",
    "from collections import OrderedDict as OD\nnet = nn.Sequential(OD([('a', nn.Linear(8, 4)), ('b', nn.ReLU())]))\n",
    "class OrderedDict:\n    pass\nfrom collections import OrderedDict\n"
    "net = nn.Sequential(OrderedDict(a=nn.Linear(8, 4)))\n",
])  # fmt: skip
def test_the_last_that_is_bound_is_what_a_name_means(text: str) -> None:
    assert_equal(HEAD + text, ROW)


def test_a_name_that_all_of_a_module_may_bring_is_refused() -> None:
    text = f"{HEAD}{LIKE}from torch.nn.functional import *\nnet = nn.Sequential(Linear(8, 8))\n"
    assert refusal(text, ROW) == ("Line 13: “from torch.nn.functional import *” may bring another “Linear” than this "
                                  "text has")


def test_another_file_of_the_same_text_is_meant_where_it_is_not_known() -> None:
    reading = read(f"{HEAD}{LIKE}from models.linear import Linear\nnet = Linear(8, 8)\n")
    assert [str(note) for note in reading.notes] == ["Line 13: “Linear” of models.linear is taken to be what this text "
                                                     "calls so"]


# -- code of others ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [
    "F.relu = torch.tanh", "nn.ReLU = nn.Tanh", "setattr(F, 'relu', torch.tanh)", "F.__dict__['relu'] = torch.tanh",
    "torch.Tensor.relu = torch.tanh", "nn.Linear.reset_parameters = lambda self: None", "del nn.ReLU",
    "delattr(nn, 'ReLU')", "import math\nmath.pi = 3", "def f():\n    F.relu = torch.tanh\nf()",
    "import torch.nn.functional as G\nG.relu = torch.tanh", "nn.ReLU.forward = lambda self, x: x",
    "try: F.relu = torch.tanh\nexcept Exception: pass",
    "import numpy\nF.relu = numpy.frob()[3]", "import os\nif os.frob(): F.relu = torch.tanh",
    "import os\nif os.frob(): setattr(F, 'relu', torch.tanh)",
])  # fmt: skip
def test_code_of_others_that_is_changed_is_refused(change: str) -> None:
    before, after = net("return F.relu(self.f(x))", LINEAR), net("return self.f(x)", LINEAR)
    for text in (f"{HEAD}{change}\n{before}", f"{after}{change}\n"):
        assert "is changed here, which is no code of this text" in refusal(text, ROW)


@pytest.mark.parametrize("setting", [
    "torch.backends.cudnn.benchmark = True", "import torch.backends.cudnn as cudnn\ncudnn.deterministic = True",
    "torch.backends.cuda.matmul.allow_tf32 = True", "import os\nos.environ['A'] = '1'",
])  # fmt: skip
def test_settings_that_change_no_network_are_passed_over(setting: str) -> None:
    assert_equal(f"{HEAD}{setting}\n{net('return self.f(x)', LINEAR)}", ROW)


# -- options that are set later ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "change"), [
    ("nn.Conv2d(3, 4, 3)", "c.padding = (1, 1)"), ("nn.Conv2d(3, 4, 3)", "c.stride = 2"),
    ("nn.Conv2d(3, 4, 3, padding_mode='reflect', padding=1)", "c.stride = (2, 2)"),
    ("nn.Conv2d(3, 4, 3, padding_mode='reflect', padding=1)", "c.dilation = (2, 2)"),
    ("nn.ReflectionPad2d(2)", "c.padding = (1, 1, 1, 1)"), ("nn.MaxPool2d(2)", "c.stride = 1"),
    ("nn.ConvTranspose2d(3, 4, 3)", "c.stride = (2, 2)"), ("nn.BatchNorm2d(3)", "c.eps = 0.5"),
])  # fmt: skip
@pytest.mark.parametrize("of", ["{}", "Own({})"])
def test_options_that_torch_reads_in_every_call_may_be_set_later(layer: str, change: str, of: str) -> None:
    kind, _, given = layer.partition("(")
    made = layer if of == "{}" else f"Own({given}"
    assert_equal(f"{HEAD}class Own({kind}):\n    pass\nc = {made}\n{change}\nnet = nn.Sequential(c)\n", IMAGE)
    inside = f"class Own({kind}):\n    def __init__(self, *a, **k):\n        super().__init__(*a, **k)\n        self"
    assert_equal(f"{HEAD}{inside}{change[1:]}\nnet = nn.Sequential(Own({given})\n", IMAGE)


@pytest.mark.parametrize(("layer", "change"), [
    ("nn.Conv2d(3, 4, 3, padding_mode='reflect', padding=1)", "padding = (0, 0)"),
    ("nn.Conv2d(3, 4, 3, padding_mode='circular', padding='same')", "dilation = (2, 2)"),
    ("nn.Conv2d(3, 4, 3)", "padding_mode = 'circular'"), ("nn.Conv2d(3, 3, 3)", "groups = 3"),
    ("nn.ConvTranspose2d(3, 4, 3, stride=2)", "output_padding = (1, 1)"), ("nn.BatchNorm2d(3)", "affine = False"),
    ("nn.BatchNorm2d(3)", "track_running_stats = False"), ("nn.Conv2d(3, 4, 3)", "bias = None"),
    ("nn.Conv2d(3, 4, 3)", "_reversed_padding_repeated_twice = (1, 1, 1, 1)"),
])  # fmt: skip
def test_options_that_torch_has_worked_with_by_then_are_refused(layer: str, change: str) -> None:
    name, (kind, _, given) = change.partition(" ")[0], layer.partition("(")
    inside = f"class Own({kind}):\n    def __init__(self, *a, **k):\n        super().__init__(*a, **k)\n        self"
    for text in (f"c = {layer}\nc.{change}\nnet = nn.Sequential(c)\n",
                 f"{inside}.{change}\nnet = nn.Sequential(Own({given})\n"):
        assert f"“{name}” of a layer is changed here: that cannot be read" in refusal(HEAD + text, IMAGE)


def test_an_option_of_torch_s_layer_is_not_one_of_the_same_name_here() -> None:
    made = f"{LINEAR}\nself.d = nn.PairwiseDistance(2.0, keepdim=True)\nself.d.p = 1.0"
    text = net("return self.d(self.f(x), x)", made)
    assert refusal(text, ROW) == "Line 9: “p” of a layer is changed here: that cannot be read"




# -- the parts of a module, by hand ------------------------------------------------------------------------------------

SEQUENCE = "nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))"
NAMED = "nn.Sequential(OrderedDict([('a', nn.Tanh()), ('1', nn.ReLU()), ('3', nn.Linear(8, 8))]))"


@pytest.mark.parametrize("change", [
    "net._modules.pop('1')", "del net._modules['1']", "net._modules['1'] = nn.Tanh()", "net._modules['x'] = nn.Tanh()",
    "del net[1]\nnet.append(nn.Tanh())", "delattr(net, '1')\nnet.append(nn.Linear(8, 2))", "net = net[:2]\nnet.pop(-1)",
    "m = net._modules.pop('1')\nnet.add_module('x', m)", "net = net[1:]\ndel net[0]",
    "for k, m in net._modules.items():\n    if k == '1': net._modules[k] = nn.Tanh()",
])  # fmt: skip
@pytest.mark.parametrize("made", [SEQUENCE, NAMED])
def test_parts_are_put_and_taken_by_hand(made: str, change: str) -> None:
    assert_equal(f"{HEAD}from collections import OrderedDict\nnet = {made}\n{change}\n", ROW)


def test_a_part_that_is_put_at_the_end_may_stand_for_another() -> None:
    """Torch calls it by how many there are, whatever is called so."""
    given = "OrderedDict([('1', nn.Linear(8, 8))])"
    assert_equal(f"{HEAD}from collections import OrderedDict\nnet = nn.Sequential({given})\n"
                 "net.append(nn.Linear(8, 4))\n", ROW)


@pytest.mark.parametrize("change", ["net._modules.clear()", "net._modules.popitem()", "net._modules.move_to_end('0')",
                                    "net._modules.pop('x')", "net._modules = {}"])
def test_parts_that_are_changed_otherwise_are_refused(change: str) -> None:
    assert refusal(f"{HEAD}net = {SEQUENCE}\n{change}\n", ROW).startswith("Line 5: ")


# -- attributes, by hand -----------------------------------------------------------------------------------------------

PLAIN = ("class C:\n    n = 3\n    def __init__(self, **k):\n        {}\nc = C(n=5)\n"
         "net = nn.Sequential(nn.Linear(8, c.n))\n")


@pytest.mark.parametrize("line", ["self.__dict__.update(k)", "vars(self).update(k)", "self.__dict__['n'] = k['n']",
                                  "object.__setattr__(self, 'n', k['n'])", "d = self.__dict__\n        d['n'] = 4",
                                  "for a, b in k.items(): setattr(self, a, b)\n        del self.__dict__['n']"])
def test_attributes_of_plain_objects_are_a_dict(line: str) -> None:
    assert_equal(HEAD + PLAIN.format(line), ROW)


@pytest.mark.parametrize("made", ["object.__setattr__(self, 'k', 2)", "nn.Module.__setattr__(self, 'k', 2)",
                                  "super().__setattr__('k', 2)", "type(self).k = 2"])
def test_attributes_of_modules_are_set_in_many_ways(made: str) -> None:
    assert_equal(_class(made, "    k = 1\n", forward="return self.f(x) * self.k"), ROW)


@pytest.mark.parametrize("made", [
    "self.__dict__.update(k=2)", "self.__dict__['k'] = 2", "vars(self).update(k=2)", "d = self.__dict__",
    "object.__setattr__(self, 'act', nn.Tanh())", "self.f._parameters.pop('weight')",
    "self.f._parameters['bias'] = None",
    "self._buffers['b'] = torch.ones(8)", "self.f._forward_hooks[0] = print", "object.__delattr__(self, 'f')",
])  # fmt: skip
def test_what_torch_keeps_is_not_changed_unseen(made: str) -> None:
    found = refusal(_class(made, "    k, act = 1, None\n", forward="return self.f(x) * self.k"), ROW)
    assert found.startswith("Line 8: What is done with “") and found.endswith("by hand cannot be read")
