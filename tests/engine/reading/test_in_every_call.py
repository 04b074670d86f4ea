"""What ``forward`` changes, makes or asks of layers in every call: equal to torch, or refused with its line."""

from __future__ import annotations

import pytest

from engine.layers.base import Shape
from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD, difference
from tests.engine.reading.test_as_torch import CONV, IMAGE, net, refusal

PARTS = f"{CONV}\nself.bn = nn.BatchNorm2d(4)\nself.d = nn.Dropout(0.5)"
CLASS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
    def forward(self, x):
        return self.bn(self.c(x))
"""


def assert_the_same(text: str, shape: Shape = IMAGE) -> None:
    """In both modes, with what a call leaves behind."""
    for training in (False, True):
        for known in (False, True):
            assert difference(text, shape, training, known) == "", f"{training=} {known=}"


# -- which layers train ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "self.d.train()", "self.train()", "self.d.eval()", "self.bn.eval()", "self.bn.train(False)", "super().train()",
    "nn.Module.eval(self.bn)", "for m in self.modules():\n    m.eval()", "if self.training:\n    self.bn.eval()",
    "self.apply(lambda m: m.eval())", "self.bn.reset_running_stats()", "self.bn.running_mean.zero_()",
    "self.bn.training = False", "self.training = True",
])  # fmt: skip
@pytest.mark.parametrize("forward", ["{}\nreturn self.d(self.bn(self.c(x)))",
                                     "y = self.d(self.bn(self.c(x)))\n{}\nreturn y"])
def test_a_mode_that_forward_sets_is_refused(statement: str, forward: str) -> None:
    assert refusal(net(forward.format(statement), PARTS), IMAGE).startswith(("Line 11:", "Line 12:", "Line 13:"))


@pytest.mark.parametrize("end", [
    "    def train(self, mode=True):\n        super().train(mode)\n        self.bn.eval()\n        return self\n",
    "    def eval(self):\n        return self\n", "Net.train = lambda self, mode=True: self\n",
])  # fmt: skip
def test_a_class_that_says_itself_what_trains_is_refused(end: str) -> None:
    assert "Net says itself what “" in refusal(f"{HEAD}{CLASS}{end}net = Net()\n", IMAGE)
    around = "class Two(Net):\n    def forward(self, x):\n        return super().forward(x) * 2\nnet = Two()\n"
    assert "Two says itself what “" in refusal(f"{HEAD}{CLASS}{end}{around}", IMAGE)


@pytest.mark.parametrize(("base", "made", "call"), [("BatchNorm2d", "Fixed(4)", "bn"),
                                                    ("ModuleList", "Fixed([nn.BatchNorm2d(4)])", "bn[0]")])
def test_a_frozen_part_is_refused(base: str, made: str, call: str) -> None:
    own = f"class Fixed(nn.{base}):\n    def train(self, mode=True):\n        return super().train(False)\n"
    text = CLASS.replace("nn.BatchNorm2d(4)", made).replace("self.bn(", f"self.{call}(")
    assert "Fixed says itself what “train” does" in refusal(f"{HEAD}{own}{text}net = Net()\n", IMAGE)


@pytest.mark.parametrize("end", [
    "net = Net()\nnet.train()\nnet.eval()\n", "net = Net().eval()\n", "net = Net()\nnet.bn.eval()\nnet.train()\n",
    "    def train(self, mode=True):\n        '''As ever.'''\n        return super().train(mode)\nnet = Net()\n",
    "    def train(self, mode=True):\n        super().train(mode)\n        return self\nnet = Net().train()\n",
])  # fmt: skip
def test_the_mode_of_a_whole_network_is_no_part_of_it(end: str) -> None:
    assert_the_same(HEAD + CLASS + end)
    assert read(HEAD + CLASS + end).notes == ()


@pytest.mark.parametrize("end", ["net.bn.eval()", "for m in net.modules():\n    if m is not net:\n        m.eval()"])
def test_the_mode_of_a_part_is_noted(end: str) -> None:
    said = [str(note) for note in read(f"{HEAD}{CLASS}net = Net()\n{end}\n").notes]
    assert len(said) == 1 and said[0].endswith("“.eval()” of a part is not read along: the whole network trains or "
                                               "predicts")


# -- layers that are made where they are called, or kept where torch does not see them ---------------------------------


@pytest.mark.parametrize("layer", [
    "nn.Dropout(0.3)", "nn.AlphaDropout()", "nn.RReLU()", "nn.BatchNorm2d(4, affine=False)",
    "nn.InstanceNorm2d(4, track_running_stats=True)", "nn.Sequential(nn.ReLU(), nn.Dropout(0.2))",
])  # fmt: skip
def test_a_layer_that_would_always_train_is_refused(layer: str) -> None:
    assert "is made anew in every call here" in refusal(net(f"return {layer}(self.c(x))", CONV), IMAGE)


@pytest.mark.parametrize("layer", [
    "nn.Dropout(0)", "nn.InstanceNorm2d(4)", "nn.GroupNorm(2, 4, affine=False)", "nn.LayerNorm(8, "
    "elementwise_affine=False)", "nn.BatchNorm2d(4, affine=False, track_running_stats=False)", "nn.ReLU()",
])  # fmt: skip
def test_a_layer_that_keeps_nothing_may_be_made_in_forward(layer: str) -> None:
    assert_the_same(net(f"return {layer}(self.c(x))", CONV))


DROP = "class D(nn.Module):\n    def forward(self, x, y):\n        return F.dropout(x, 0.5, self.training) + y\n"
INNER = ("class B(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
         "        self.l = nn.Conv2d(4, 4, 1)\n"
         "        self.ds = [{}]\n    def forward(self, x):\n        return self.ds[0](self.l(x))\n")


@pytest.mark.parametrize("text", [
    net("return self.ds[0](self.c(x))", f"{CONV}\nself.ds = [nn.Dropout(0.3)]"),
    net("return drop(self.c(x))", CONV).replace("class Net", "drop = nn.Dropout(0.3)\nclass Net"),
    net("y = self.c(x)\nreturn D()(y, y)", CONV).replace("class Net", f"{DROP}class Net"),
    net("y = self.c(x)\nreturn self.d[0](y, y)", f"{CONV}\nself.d = (D(),)").replace("class Net", f"{DROP}class Net"),
    *(net("return self.b(self.c(x))", f"{CONV}\nself.b = B()").replace("class Net", f"{INNER.format(part)}class Net")
      for part in ("nn.Dropout(0.5)", "nn.Conv2d(4, 4, 1)")),
])  # fmt: skip
def test_what_torch_does_not_see_is_refused(text: str) -> None:
    assert "is kept where PyTorch does not see it" in refusal(text, IMAGE)


def test_a_part_that_asks_whether_it_trains_is_read_where_torch_sees_it() -> None:
    text = net("y = self.c(x)\nreturn self.d(y, y)", f"{CONV}\nself.d = D()").replace("class Net", f"{DROP}class Net")
    assert_the_same(text)


# -- weights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "nn.init.zeros_(self.c.bias)", "self.c.weight.data.zero_()", "self.c.weight.data.clamp_(0)",
    "self.requires_grad_(False)", "self.c.requires_grad_(False)", "self.c.weight.requires_grad = False",
    "self.c.weight.requires_grad_(False)", "for p in self.parameters():\n    p.requires_grad = False",
    "self.c.weight.data = self.c.weight.data * 2", "self.c.weight.data *= 2", "self.c.weight.data[0] = 0",
    "with torch.no_grad():\n    self.c.weight.zero_()", "with torch.no_grad():\n    self.c.weight[0] = 0",
    "with torch.no_grad():\n    for p in self.parameters():\n        p.mul_(0)", "self.c.reset_parameters()",
    "with torch.no_grad():\n    torch.clamp_(self.c.weight, 0)", "self.c.weight.detach().zero_()",
    "w = self.c.weight\nw.data.mul_(0)", "self.load_state_dict(self.state_dict())",
    "if self.training:\n    self.c.weight.data.clamp_(0)", "if not self.training:\n    self.c.weight.data.clamp_(0)",
    "self.apply(lambda m: nn.init.zeros_(m.weight) if isinstance(m, nn.Conv2d) else None)",
])  # fmt: skip
@pytest.mark.parametrize("forward", ["{}\nreturn self.c(x)", "y = self.c(x)\n{}\nreturn y"])
def test_weights_that_forward_sets_are_refused(statement: str, forward: str) -> None:
    assert refusal(net(forward.format(statement), CONV), IMAGE).startswith(("Line 9:", "Line 10:", "Line 11:"))


@pytest.mark.parametrize("statement", ["print(self.c.weight.norm())", "self.zero_grad()", "n = self.c.weight.shape[0]"])
def test_weights_that_forward_looks_at_are_as_they_were(statement: str) -> None:
    assert_the_same(net(f"{statement}\nreturn self.c(x)", CONV))


# -- what the next call reads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forward", [
    "y = self.c(x) * self.n\nself.n = 3\nreturn y", "self.n += 1\nreturn self.c(x) * self.n",
    "y = self.c(x) + self.last if self.last is not None else self.c(x)\nself.last = y\nreturn y",
    "y = self.d(self.c(x))\nself.d.p = 0.9\nreturn y",
])  # fmt: skip
def test_a_call_that_the_next_one_sees_is_refused(forward: str) -> None:
    assert "Line 1" in refusal(net(forward, f"{CONV}\nself.n, self.last = 2, None\nself.d = nn.Dropout(0.5)"), IMAGE)


@pytest.mark.parametrize("forward", ["self.y = self.c(x)\nreturn self.y * 2", "self.n = 3\nreturn self.c(x) * self.n",
                                     "self.calls += 1\nreturn self.c(x)", "self.d.p = 0.1\nreturn self.d(self.c(x))"])
def test_what_a_call_sets_for_itself_is_read(forward: str) -> None:
    assert_the_same(net(forward, f"{CONV}\nself.n, self.calls = 2, 0\nself.d = nn.Dropout(0.5)"))
