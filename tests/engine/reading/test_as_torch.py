"""Texts of the kinds that were read as another network: equal to torch, or refused with their line and reason."""

from __future__ import annotations

import textwrap

import pytest

from engine.layers.base import Shape
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.reading.reading import from_text
from tests.engine.reading.oracle import HEAD, difference

CONV = "self.c = nn.Conv2d(3, 4, 3, padding=1)"
LINEAR = "self.f = nn.Linear(8, 8)"
IMAGE, ROW = (3, 8, 8), (8,)


def net(forward: str, made: str) -> str:
    """A text with a class around these lines."""
    return (f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"{textwrap.indent(made, ' ' * 8)}\n    def forward(self, x):\n{textwrap.indent(forward, ' ' * 8)}\n"
            "net = Net()\n")


def assert_equal(text: str, shape: Shape) -> None:
    assert difference(text, shape) == ""
    assert difference(text, shape, known=True) == "", "where the input's shape is known while reading"


def refusal(text: str, shape: Shape) -> str:
    with pytest.raises(LayerloomError) as caught:
        build_module(from_text(text), shape)
    return str(caught.value)


# -- tensors that change in place --------------------------------------------------------------------------------------


@pytest.mark.parametrize("forward", [
    "F.relu_(y)\nreturn y", "F.relu(y, inplace=True)\nreturn y", "z = y\nF.relu_(y)\nreturn z",
    "z = y\ny += 1\nreturn z", "z = y\ny = y + 1\nreturn z * 2", "z = [y]\ny.mul_(2)\nreturn z[0]",
    "ys = [y for _ in range(3)]\nys[0] += 1\nreturn ys[2]", "z = y.clone()\ny.mul_(3)\nreturn z",
    "y.clamp_(min=0).mul_(3)\nreturn y", "y *= torch.sigmoid(y)\nreturn y", "self.h = y\ny += 1\nreturn self.h",
    "y -= y.mean(dim=(2, 3), keepdim=True)\nreturn y", "v = y.flatten(1)\nF.relu(v, inplace=True)\nreturn v",
    "def act(t):\n    t.relu_()\nact(y)\nreturn y", "F.elu(y, 2.0, True)\nreturn y",
    "F.threshold(y, 0.1, 0.5, inplace=True)\nreturn y", "nn.functional.leaky_relu_(y, 0.3)\nreturn y",
    "F.dropout(y, 0.5, self.training, inplace=True)\nreturn y", "y.add_(y, alpha=2)\nreturn y",
    "nn.ReLU(inplace=True)(y)\nreturn y", "z = nn.Identity()(y)\nz.mul_(2)\nreturn y",
    "return y + F.relu_(y)", "return torch.cat([y, F.relu_(y)], 1)", "return y + 1 + F.relu_(y)",
    "return y * 2 * y.mul_(2)", "z = y * 3\nreturn y * z * y.mul_(2)", "z = y * 3\nreturn z + y + F.relu_(y) + z",
    "return y + y * 3 + y.add_(1) + y.mul_(2) + y", "return 1 + y + y.add_(1)", "return y + (y * 2) + 1 + y.mul_(3)",
    "z = y * 2\nw = (0 + z) + 1\nreturn w * z", "def twice(t):\n    self.k = t * 2\n    return 0 + self.k\n"
    "w = (0 + twice(y)) - 1\nreturn w * self.k", "return (y * 2 + 1) * (y * 3 - 1)",
])  # fmt: skip
def test_every_name_sees_a_change_in_place(forward: str) -> None:
    assert_equal(net(f"y = self.c(x)\n{forward}", CONV), IMAGE)


@pytest.mark.parametrize("forward", [
    "v = y.view(y.size(0), -1)\ny.add_(1)\nreturn v", "y[:, 0] = 0\nreturn y", "y[:] = 0\nreturn y",
    "a, b = y[:, :2], y[:, 2:]\na.mul_(2)\nreturn torch.cat([a, b], 1)", "a = y[:, :2]\na.mul_(2)\nreturn y",
    "y.zero_()\nreturn y", "y.copy_(y * 2)\nreturn y", "y.data.mul_(2)\nreturn y", "z = y.detach()\nz.mul_(2)\n"
    "return y",
    "z = y.contiguous()\nz.mul_(2)\nreturn y", "y.transpose(1, 2).relu_()\nreturn y",
    "w = y.unsqueeze(1)\nw += 1\nreturn y", "torch.add(y, 1, out=y)\nreturn y", "u = y.unbind(1)\nu[0].add_(1)\n"
    "return y",
    "torch.frob_(y)\nreturn y", "z = nn.Dropout(0.5)(y)\nz.mul_(2)\nreturn y",
])  # fmt: skip
def test_a_change_that_cannot_be_followed_is_refused_with_its_line(forward: str) -> None:
    assert refusal(net(f"y = self.c(x)\n{forward}", CONV), IMAGE).startswith(("Line 10", "Line 11"))


BLOCK = """class B(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(4, 4, 3, padding=1)
    def forward(self, x):
        x = F.relu(x, inplace=True)
        return self.c(x)
"""


@pytest.mark.parametrize("forward", [
    "y = self.c(x)\nz = torch.tanh(y)\nreturn z + y + self.b(y)", "y = self.c(x)\nreturn y + torch.tanh(y) + self.b(y)",
    "y = self.c(x)\nreturn y * torch.tanh(y) * self.b(y) * y",
])  # fmt: skip
@pytest.mark.parametrize("block", ["B()", "nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(4, 4, 1))"])
def test_a_part_that_changes_what_is_added_before_it(forward: str, block: str) -> None:
    assert_equal(net(forward, f"{CONV}\nself.b = {block}").replace("class Net", f"{BLOCK}class Net"), IMAGE)


@pytest.mark.parametrize("forward", ["return self.b(self.c(x))", "y = self.c(x)\nreturn self.b(y) + y",
                                     "y = self.c(x)\nreturn torch.cat([y, self.b(y)], 1)"])
def test_what_a_block_does_to_its_input_is_seen_outside(forward: str) -> None:
    text = net(forward, f"{CONV}\nself.b = B()").replace("class Net", f"{BLOCK}class Net")
    assert_equal(text, IMAGE)


# -- every argument counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", [
    "torch.add(x, self.f(x), alpha=0.1)", "torch.sub(x, self.f(x), alpha=2)", "self.f(x).add(x, alpha=0.5)",
    "torch.sub(self.f(x), 3, alpha=2)", "torch.sub(other=x, input=self.f(x))", "torch.mean(self.f(x), 1, True)",
    "torch.cat(dim=1, tensors=(self.f(x), x))", "F.normalize(self.f(x))", "F.normalize(self.f(x), dim=-1, eps=0.5)",
    "F.gelu(self.f(x), approximate='tanh')", "F.softplus(self.f(x), 2, 10)", "F.hardtanh(self.f(x))",
    "F.glu(self.f(x))", "F.layer_norm(self.f(x), (8,))", "F.layer_norm(self.f(x), [8], None, None, 0.1)",
    "self.f(x).clamp(max=0.3)", "self.f(x).clip(-0.1)", "torch.clamp(self.f(x) * 5, min=0)", "self.f(x).clamp_min(0.1)",
    "torch.clamp(self.f(x), 0.1, 0.3)", "self.f(x).norm(dim=1, keepdim=True)", "torch.rsqrt(self.f(x).abs() + 1)",
    "1 / (1 + torch.exp(-self.f(x)))", "abs(self.f(x))", "sum([self.f(x), x, x])", "self.f(x).softmax(-1)",
    "torch.softmax(self.f(x), 1)", "self.f(x).log_softmax(1, torch.float32)", "torch.linalg.norm(self.f(x), dim=1, "
    "keepdim=True)", "torch.linalg.norm(self.f(x), 2, 1, True)", "torch.linalg.norm(self.f(x), 2.0, [1], keepdim=True)",
    "torch.linalg.vector_norm(self.f(x), 2, -1, True)",
    "F.softmax(self.f(x))", "F.dropout(self.f(x), training=False)", "F.dropout(self.f(x), 0.3, self.training)",
    "F.dropout(self.f(x), p=0)", "F.pairwise_distance(self.f(x), x, keepdim=True)", "self.f(x).to('cpu').to(x.device)",
    "torch.max(self.f(x), dim=1, keepdim=True).values", "torch.cat([self.f(x)], 1)", "self.f(x)[:, None, :].squeeze(1)",
    "self.f(x)[..., None].squeeze(-1)", "self.f(x)[:, -3:]", "torch.cat(torch.split(self.f(x), [3, 5], "
    "dim=1)[::-1], 1)",
])  # fmt: skip
def test_arguments_mean_what_they_mean_to_torch(expression: str) -> None:
    assert_equal(net(f"return {expression}", LINEAR), ROW)


@pytest.mark.parametrize(("expression", "words"), [
    ("torch.div(self.f(x), x, rounding_mode='floor')", "rounding"), ("self.f(x).std(1, unbiased=False)", "correction"),
    ("self.f(x).std(dim=1, correction=0)", "correction"), ("torch.sum(self.f(x), 1, dtype=torch.float64)", "dtype"),
    ("F.softmax(self.f(x), 1, dtype=torch.float64)", "dtype"), ("F.normalize(self.f(x), p=1)", "order"),
    ("torch.norm(self.f(x), 1, 1, True)", "order"), ("torch.linalg.vector_norm(self.f(x), 1, 1)", "order"),
    ("torch.linalg.norm(self.f(x), 1, 1, True)", "order"), ("torch.linalg.matrix_norm(self.f(x))", "matrix_norm"),
    ("torch.softmax(self.f(x), 1, torch.float64)", "dtype"), ("self.f(x).softmax(1, torch.float64)", "dtype"),
    ("self.f(x).unfold(1, 2, 1)", "unfold"), ("F.relu(self.f(x), inplace=x.frob)", "“.frob” is not known here"),
    ("F.layer_norm(self.f(x), [8], self.f.bias)", "weight"), ("F.linear(x, self.f.weight)", "linear"),
    ("self.f(x).squeeze()", "dim"), ("self.f(x).softmax(0)", "batch"), ("self.f(x).long().float()", "whole numbers"),
    ("self.f(x).to(torch.float64)", "torch.float64"), ("self.f(x).T", "batch"),
    ("F.dropout(self.f(x))", "self.training"),
    ("torch.cat([self.f(x), x])", "batch"), ("self.f(x) * (x > 0)", "compares the numbers"),
    ("F.rrelu(self.f(x))", "rrelu"),
    ("F.relu(self.f(x), True, 3)", "at most 2"), ("F.relu(self.f(x), frob=3)", "frob"),
    ("F.leaky_relu()", "leaky_relu"),
    ("torch.clamp(self.f(x), min=x)", "number"), ("F.elu(self.f(x), alpha=1, input=x)", "input"),
    ("nn.Linear(8, 8)(self.f(x))", "anew"), ("self.f(x, x)", "2 tensors"), ("self.f(x).detach()", "detach"),
])  # fmt: skip
def test_an_argument_that_no_layer_has_is_refused(expression: str, words: str) -> None:
    said = refusal(net(f"return {expression}", LINEAR), ROW)
    assert words in said and ("Line 9" in said or ": " in said)


ATTENTION = "self.a = nn.MultiheadAttention(8, 2, batch_first=True)\nself.k = nn.Linear(8, 8)\nself.v = nn.Linear(8, 8)"


@pytest.mark.parametrize(("forward", "made", "shape"), [
    ("return self.a(value=self.v(x), query=x, key=self.k(x))[0]", ATTENTION, (5, 8)),
    ("return self.a(x, value=self.v(x), key=self.k(x), need_weights=False)[0]", ATTENTION, (5, 8)),
    ("q = self.k(x)\nreturn self.a(q, q, q)[0] + self.v(x)", ATTENTION, (5, 8)),
    ("return self.b(input2=x, input1=self.f(x))", "self.f = nn.Linear(8, 4)\nself.b = nn.Bilinear(4, 8, 2)", ROW),
    ("return self.t(memory=self.k(x), tgt=x)",
     "self.k = nn.Linear(8, 8)\nself.t = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)", (5, 8)),
    ("return self.t(tgt=x, src=self.k(x))",
     "self.k = nn.Linear(8, 8)\nself.t = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)", (5, 8)),
    ("return F.cosine_similarity(x2=self.c(x), x1=x)", "self.c = nn.Conv2d(3, 3, 3, padding=1)", IMAGE),
    ("return self.s(self.c(x), x)", "self.c = nn.Conv2d(3, 3, 1)\nself.s = nn.CosineSimilarity()", IMAGE),
    ("return self.s(self.c(x), x)", "self.c = nn.Conv2d(3, 3, 1)\nself.s = nn.PairwiseDistance()", IMAGE),
    ("return self.u(self.c(x))", f"{CONV}\nself.u = nn.Upsample(size=(4, 4))", IMAGE),
    ("return self.u(self.c(x))", f"{CONV}\nself.u = nn.LogSoftmax()", IMAGE),
    ("return F.pad(self.c(x)[:, :, ::2, ::2], (0, 0, 0, 0, 1, 2))", CONV, IMAGE),
])  # fmt: skip
def test_tensors_and_options_find_their_places_by_name(forward: str, made: str, shape: Shape) -> None:
    assert_equal(net(forward, made), shape)


@pytest.mark.parametrize("norm", [
    "torch.linalg.norm(y, dim=(2, 3))", "torch.linalg.norm(y, None, (2, 3))", "torch.norm(y, 2, dim=(2, 3))",
    "torch.norm(y, dim=(2, 3))", "y.norm(p='fro', dim=(2, 3))", "torch.linalg.vector_norm(y, 2, (2, 3))",
])  # fmt: skip
def test_norms_over_two_dimensions(norm: str) -> None:
    assert_equal(net(f"y = self.c(x)\nreturn {norm}", CONV), IMAGE)


@pytest.mark.parametrize(("norm", "said"), [
    ("torch.linalg.norm(y, 2, dim=(2, 3))", "norm of a matrix"), ("torch.linalg.norm(y, 'nuc', (2, 3))",
     "norm of a matrix"),
    ("torch.linalg.norm(y, ord=1, dim=(-2, -1))", "norm of a matrix"), ("torch.norm(y, 'nuc', (2, 3))", "order"),
    ("torch.linalg.matrix_norm(y, 2)", "matrix_norm"), ("torch.nuclear_norm(y, (2, 3))", "nuclear_norm"),
])  # fmt: skip
def test_norms_of_matrices_are_refused(norm: str, said: str) -> None:
    assert said in refusal(net(f"y = self.c(x)\nreturn {norm}", CONV), IMAGE)


# -- sizes of tensors --------------------------------------------------------------------------------------------------

STEPS = "self.r = nn.LSTM(8, 16, batch_first=True)\nself.f = nn.Linear(16, 5)"


@pytest.mark.parametrize(("forward", "made", "shape"), [
    ("y = self.c(x)\nreturn y.view(y.size(0), y.size(1), y.size(2) * y.size(3))", CONV, IMAGE),
    ("y = self.c(x)\nb, c, h, w = y.shape\n"
     "return y.view(b, 2, c // 2, h, w).transpose(1, 2).contiguous().view(b, -1, h, w)", CONV, IMAGE),
    ("y = self.c(x)\nb, c, h, w = y.shape\nreturn y.reshape(b, c, h * w).permute(0, 2, 1)", CONV, IMAGE),
    ("y = self.c(x)\nreturn F.avg_pool2d(y, y.size()[2:])", CONV, IMAGE),
    ("y = self.c(x)\ns = y.mean((2, 3))\nreturn y * s[:, :, None, None]", CONV, IMAGE),
    ("y = self.c(x)\nreturn y * y.mean((2, 3), keepdim=True).expand_as(y)", CONV, IMAGE),
    ("y = self.c(x)\nreturn F.relu(y) if y.shape[1] == 4 else y", CONV, IMAGE),
    ("b, c, _, _ = x.size()\ny = F.adaptive_avg_pool2d(x, 1).view(b, c)\ny = self.f(y).view(b, c, 1, 1)\n"
     "return x * y.expand_as(x)", "self.f = nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 4))", (4, 6, 6)),
    ("return self.f(self.r(x)[0][:, -1, :])", STEPS, (7, 8)), ("out, (h, c) = self.r(x)\n"
     "return self.f(h[-1])", STEPS, (7, 8)),
    ("out, (h, c) = self.r(x)\nreturn self.f(h.squeeze(0))", STEPS, (7, 8)),
    ("h0 = torch.zeros(1, x.size(0), 16)\nout, _ = self.r(x, (h0, h0))\nreturn self.f(out.mean(1))", STEPS, (7, 8)),
    ("y = self.c(x)\nreturn y.view(len(y), -1)", CONV, IMAGE),
])  # fmt: skip
def test_sizes_that_are_asked_of_tensors_are_exact(forward: str, made: str, shape: Shape) -> None:
    assert_equal(net(forward, made), shape)


@pytest.mark.parametrize("forward", [
    "y = self.c(x)\nreturn F.interpolate(y, size=x.shape[2:])", "y = self.c(x)\nreturn y / y.size(2)",
    "y = self.c(x)\nb, c, h, w = y.shape\nreturn y.view(b, w, h, c)",
    "y = self.c(x)\nreturn torch.cat(x.split(2, 2)[::-1], 2) + y[:, :3]",
    "y = self.c(x)\nreturn torch.cat(torch.chunk(x, 3, -1)[::-1], -1) + y[:, :3]", "y = self.c(x)\n"
    "if y.shape[2] > 4:\n    y = F.relu(y)\nreturn y",
])  # fmt: skip
def test_what_needs_the_inputs_shape_is_read_where_that_is_known(forward: str) -> None:
    text = net(forward, CONV)
    assert difference(text, IMAGE, known=True) == ""
    with pytest.raises(LayerloomError, match=r"Line 1[01]"):
        from_text(text)


@pytest.mark.parametrize(("forward", "made", "shape", "said"), [
    ("return self.f(self.r(x)[0].contiguous().view(-1, 16))", STEPS, (7, 8), "makes rows of 16 "
     "numbers: an example has 112"),
    ("b, t, _ = x.shape\nout = self.r(x)[0]\nreturn self.f(out.reshape(-1, out.shape[-1]))", STEPS, (7, 8),
     "112 numbers do not fit into 16"),
    ("y = self.c(x)\nreturn y.view(-1, 64)", CONV, IMAGE, "makes rows of 64 numbers: an example has 256"),
    ("y = self.c(x)\nb, c, h, w = y.shape\nreturn y.reshape(b * c, h * w)", CONV, IMAGE, "begin with the batch"),
    ("return self.f(self.c(x).flatten(1))", f"{CONV}\nself.f = nn.Linear(100, 2)", IMAGE, "The code says 100 "
     "inputs, 256 arrive"),
    ("return self.b(self.c(x))", f"{CONV}\nself.b = nn.BatchNorm2d(5)", IMAGE, "The code says 5 channels, 4 arrive"),
    ("return self.b(self.c(x))", f"{CONV}\nself.b = nn.GroupNorm(2, 6)", IMAGE, "The code says 6 channels, 4 arrive"),
    ("return self.b(self.c(x))", f"{CONV}\nself.b = nn.LayerNorm([4, 8, 7])", IMAGE, "The code says 4×8×7, "
     "4×8×8 arrives"),
    ("return self.b(self.c(x))", f"{CONV}\nself.b = nn.PReLU(5)", IMAGE, "The code says 5 channels, 4 arrive"),
    ("return self.b(self.c(x))", f"{CONV}\nself.b = nn.ConvTranspose2d(5, 2, 2, 2)", IMAGE, "The code says 5 "
     "channels, 4 arrive"),
    ("return self.r(x)[0]", "self.r = nn.GRU(6, 16, batch_first=True)", (7, 8), "The code says 6 features, 8 arrive"),
    ("return self.a(x, x, x)[0]", "self.a = nn.MultiheadAttention(6, 2, batch_first=True)", (7, 8),
     "The code says 6 features, 8 arrive"),
    ("return self.s(self.f(x))", f"{LINEAR}\nself.s = nn.Softmax()", (5, 8), "The code means something else"),
])  # fmt: skip
def test_what_code_says_of_its_input_and_is_not_so_is_an_error(forward: str, made: str, shape: Shape,
                                                               said: str) -> None:
    assert said in refusal(net(forward, made), shape)


# -- statements at top level -------------------------------------------------------------------------------------------

SMALL = ("class Net(nn.Module):\n    def __init__(self, n=4):\n        super().__init__()\n"
         "        self.f = nn.Linear(8, n)\n    def forward(self, x):\n        return self.f(x)\n")


@pytest.mark.parametrize("text", [
    "layers, width = [], 8\nwhile width > 2:\n    layers.append(nn.Linear(width, width // 2))\n    width //= 2\n"
    "net = nn.Sequential(*layers)\n",
    "with torch.no_grad():\n    net = nn.Sequential(nn.Linear(8, 3))\n",
    "try:\n    net = nn.Sequential(nn.Linear(8, 3))\nexcept Exception:\n    net = None\n",
    "layers = [nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2)]\ndel layers[1]\nnet = nn.Sequential(*layers)\n",
    "try:\n    n = int('3')\n    l = nn.Linear(8, n, bias=False)\nexcept ValueError:\n    n = 5\nelse:\n    n = n + 1\n"
    "net = nn.Sequential(l, nn.Linear(3, n))\n",
    "def n():\n    try:\n        return 4\n    finally:\n        return 5\nnet = nn.Sequential(nn.Linear(8, n()))\n",
    "for i in range(3):\n    try:\n        n = i + 2\n        break\n    finally:\n        n = i + 7\n"
    "net = nn.Sequential(nn.Linear(8, n))\n",
    f"{SMALL}net = Net()\ntry:\n    net = net.cuda()\nexcept Exception:\n    pass\n",
    f"{SMALL}net = Net()\ntry:\n    print(net(torch.randn(2, 8)).shape)\n"
    "except Exception as error:\n    print(error)\n",
    f"{SMALL}net = Net()\ntry:\n    net(torch.randn(2, 8)).sum().backward()\nexcept KeyboardInterrupt:\n    pass\n",
    "net = nn.Sequential(nn.Linear(8, 4), nn.LeakyReLU(0.1))\nnet[1].negative_slope = 0.3\n"
    "net.append(nn.Linear(4, 3 if net[1].negative_slope == 0.3 else 5))\n",
    "if __name__ == '__main__':\n    net = nn.Sequential(nn.Linear(8, 3))\n",
    "net = nn.Sequential(nn.Linear(8, 3))\nfor _ in range(2):\n    net.append(nn.Linear(3, 3))\n",
    "net = nn.Sequential(nn.Linear(8, 3), nn.ReLU())\nnet[1] = nn.Tanh()\n",
    "net = nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Tanh())\ndel net[1]\n",
    "net = nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Tanh())\nnet = net[:2]\nnet.add_module('x', nn.Tanh())\n",
    "net = nn.Sequential(nn.Linear(8, 4))\nnet.insert(0, nn.ReLU())\nnet.extend([nn.Tanh()])\n"
    "net += nn.Sequential(nn.ELU())\n",
    f"{SMALL}net = Net()\nnet._modules['f'] = nn.Linear(8, 2)\n",
    f"{SMALL}net = Net()\nnet.f = nn.Linear(8, 2)\n", f"{SMALL}net = Net()\nsetattr(net, 'f', nn.Linear(8, 2))\n",
    f"{SMALL}net = Net()\nNet.forward = lambda self, x: self.f(x) * 2\n",
    f"{SMALL}net = Net()\nfor p in net.parameters():\n    p.requires_grad = False\nnet.f = nn.Linear(8, 2)\n",
    f"{SMALL}import random\nnet = Net()\nif random.random() > 0.5:\n    print(1)\n",
    f"{SMALL}net = Net()\nif torch.cuda.is_available():\n    net = net.cuda()\n",
    f"{SMALL}device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\nnet = Net().to(device).eval()\n",
    f"{SMALL}net = Net()\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor epoch in range(2):\n"
    "    for X, y in [(torch.randn(2, 8), torch.zeros(2, 4))]:\n        opt.zero_grad()\n"
    "        loss = F.mse_loss(net(X), y)\n        loss.backward()\n        opt.step()\nprint(loss.item())\n",
    f"{SMALL}class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    f"        self.a, self.b = Net(8), Net(8)\n"
    "    def forward(self, x):\n        return self.b(F.relu(self.a(x)))\nnet = Two()\nnet.a, net.b = net.b, net.a\n",
    "fs = [lambda: i for i in range(3)]\nnet = nn.Sequential(nn.Linear(8, fs[0]() + 1))\n",
    "def make(n):\n    global net\n    net = nn.Sequential(nn.Linear(8, n))\nmake(3)\n",
    "a = b = []\na += [nn.Linear(8, 4)]\nb.append(nn.ReLU())\nnet = nn.Sequential(*a)\n",
    "def block(n, layers=[]):\n    layers.append(nn.Linear(8, n))\n    return layers\nblock(8)\n"
    "net = nn.Sequential(*block(8))\n",
    "import copy\nl = nn.Sequential(nn.Linear(8, 8), nn.ReLU())\n"
    "net = nn.Sequential(*[copy.deepcopy(l) for _ in range(3)])\n",
    "from functools import partial\nlin = partial(nn.Linear, bias=False)\nnet = nn.Sequential(lin(8, 4))\n",
    "lin = lambda i, o: nn.Sequential(nn.Linear(i, o), nn.ReLU())\nnet = nn.Sequential(lin(8, 4), lin(4, 2))\n",
    "def gen():\n    for n in (8, 8):\n        yield nn.Linear(8, n)\nnet = nn.Sequential(*gen())\n",
    "net = nn.Sequential(nn.Linear(8, (w := 4)), nn.Linear(w, 2))\n",
    "shared = nn.Linear(8, 8)\nnet = nn.Sequential(shared, nn.ReLU(), shared)\n",
    "net = nn.Sequential(nn.Linear(8, 4), nn.Dropout(0.5))\nnet[1].p = 0.1\nnet.train()\n",
    "class C:\n    h = 5\n    @staticmethod\n    def act():\n        return nn.Tanh()\n"
    "net = nn.Sequential(nn.Linear(8, C.h), C.act())\n",
    "from dataclasses import dataclass\n@dataclass\nclass Cfg:\n    h: int = 5\n    out: int = 2\nc = Cfg(out=3)\n"
    "net = nn.Sequential(nn.Linear(8, c.h), nn.Linear(c.h, c.out))\n",
    "class Unit(nn.Sequential):\n    def __init__(self, i, o):\n"
    "        super().__init__(nn.Linear(i, o), nn.BatchNorm1d(o))\n"
    "        self.last = nn.ReLU()\nnet = nn.Sequential(Unit(8, 4), nn.Linear(4, 2))\n",
    "class L(nn.ModuleList):\n    def forward(self, x):\n        return sum(m(x) for m in self)\n"
    "net = nn.Sequential(L([nn.Linear(8, 4), nn.Linear(8, 4)]))\n",
    "class Lin(nn.Linear):\n    def forward(self, x):\n        return super().forward(x) * 2\n"
    "net = nn.Sequential(Lin(8, 4))\n",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        for i in range(3):\n"
    "            setattr(self, f'f{i}', nn.Linear(8, 8))\n    def forward(self, x):\n        for i in range(3):\n"
    "            x = getattr(self, 'f' + str(i))(x)\n        return x\nnet = Net()\n",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.t = nn.Linear(8, 2)\n"
    "        self.f = nn.Linear(8, 8)\n        for m in self.modules():\n"
    "            if isinstance(m, (nn.Linear, nn.Conv2d)):\n"
    "                nn.init.kaiming_normal_(m.weight)\n                if m.bias is not None:\n"
    "                    nn.init.constant_(m.bias, 0)\n    def forward(self, x):\n"
    "        return self.t(self.f(x))\nnet = Net()\n",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(8, 8)\n"
    "        self.d = nn.Dropout(0.2)\n    def forward(self, x):\n        x = self.f(x)\n"
    "        if self.training and True:\n"
    "            x = self.d(x)\n        return x\nnet = Net()\n",
    "class MyLinear(nn.Module):\n    def __init__(self, i, u):\n        super().__init__()\n"
    "        self.weight = nn.Parameter(torch.randn(i, u))\n        self.bias = nn.Parameter(torch.randn(u,))\n"
    "    def forward(self, X):\n        return F.relu(torch.matmul(X, self.weight.data) + self.bias.data)\n"
    "net = nn.Sequential(MyLinear(8, 4), MyLinear(4, 2))\n",
    "class Centered(nn.Module):\n    def forward(self, X):\n        return X - X.mean()\nnet = Centered()\n",
    "class Fixed(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.register_buffer('w', torch.rand((8, 8)))\n        self.linear = nn.Linear(8, 8)\n"
    "    def forward(self, X):\n"
    "        X = F.relu(torch.mm(self.linear(X), self.w) + 1)\n        while X.abs().sum() > 1:\n            X /= 2\n"
    "        return self.linear(X)\nnet = Fixed()\n",
    "class Half(nn.Module):\n    def forward(self, x):\n        return x * 2 if self.training else x\n"
    "net = nn.Sequential(nn.Linear(8, 4), Half())\n",
])  # fmt: skip
def test_a_text_is_followed_to_its_end(text: str) -> None:
    assert_equal(HEAD + text, ROW)


@pytest.mark.parametrize(("text", "said"), [
    ("net = nn.Sequential(nn.Linear(8, 4))\nnet = nn.utils.weight_norm(net[0])\n", "Line 5: "
     "“torch.nn.utils.weight_norm”"),
    ("net = nn.Sequential(nn.Linear(8, 4))\nnn.utils.spectral_norm(net[0])\n", "Line 5: "
     "“torch.nn.utils.spectral_norm”"),
    ("body = nn.Sequential(nn.Linear(8, 4))\ndef wrap(b):\n    return nn.Sequential(b, nn.Frob())\nnet = wrap(body)\n",
     "Line 6: There is no layer for nn.Frob"),
    ("net = nn.Sequential(nn.Linear(8, 4))\nnet[0].register_forward_hook(lambda m, i, o: o * 2)\n", "Line 5"),
    ("net = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))\nnet[0].weight = net[1].weight\n", "Line 5"),
    ("net = nn.Sequential(nn.Linear(8, 4))\nnet.forward = lambda x: x * 2\n", "Line 5"),
    (f"{SMALL}net = Net()\nnet.f.out_features = 7\n", "Line 11"),
    (f"{SMALL}net = Net()\nvars(net)['f'] = 3\n", "Line 11"),
    ("class A:\n    def __eq__(self, o):\n        return True\n"
     "net = nn.Sequential(nn.Linear(8, 2 if A() == 3 else 5))\n",
     "Line 7"),
    ("class A:\n    def __new__(cls):\n        return 3\nnet = nn.Sequential(nn.Linear(8, A()))\n", "Line 7: "
     "How objects of A"),
    (f"{SMALL}import random\nnet = Net()\nif random.random() > 0.5:\n    net.f = nn.Linear(8, 2)\n", "Line 12"),
    ("try:\n    import frob\n    w = 3\nexcept ImportError:\n    w = 5\nnet = nn.Sequential(nn.Linear(8, "
     "w))\n", "Line 4"),
    *((f"try:\n    w = 3\n    {tried}\nexcept Exception:\n    w = 5\nnet = nn.Sequential(nn.Linear(8, w))\n", "Line 4: "
       "Whether this succeeds is not known") for tried in (
           "nn.Conv2d(3, 4, 3, groups=2)", "nn.Linear('a', 3)", "torch.frobnicate", "from torch.nn import Frob",
           "nn.GroupNorm(3, 4)", "nn.Dropout(1.5)", "torch.zeros(3).view(2)", "nn.ReLU().frob", "del frob", "1 // 0",
           "[3][1]", "nn.Linear(8, 3)(torch.zeros(2, 7))", "assert w == 4", "raise ValueError", "open('frob')",
           "with open('frob') as f: pass", "def f(a=torch.frob): pass")),
    ("w = 3\ntry:\n    torch.frob\nexcept AttributeError:\n    w = 5\nelse:\n    w = 4\n"
     "net = nn.Sequential(nn.Linear(8, w))\n", "Line 5: Whether"),
    ("def w():\n    try:\n        torch.frob\n        return 4\n    except AttributeError:\n        pass\n"
     "    return 5\nnet = nn.Sequential(nn.Linear(8, w()))\n", "Line 5: Whether"),
    ("w = 3\ndef f():\n    try:\n        raise ValueError\n    finally:\n        pass\ntry:\n    f()\n"
     "except ValueError:\n    w = 5\nnet = nn.Sequential(nn.Linear(8, w))\n", "Line 10: Whether"),
    ("layers = []\ndef add():\n    layers.append(nn.Linear(8, 4))\n    torch.frob\n    layers.append(nn.ReLU())\n"
     "try:\n    add()\nexcept AttributeError:\n    pass\nnet = nn.Sequential(*layers)\n", "Line 7: Whether"),
    *((f"w = 4\n{changed}\nnet = nn.Sequential(nn.Linear(8, w))\n", "Line 5: “" + changed.partition(")")[0])
      for changed in (
        "exec('w = 5')", "globals()['w'] = 5", "globals().update(w=5)", "vars()['w'] = 5", "locals()['w'] = 5",
        "eval('globals().update(w=5)')")),
    ("w = 4\ng = globals()\ng['w'] = 5\nnet = nn.Sequential(nn.Linear(8, w))\n",
     "Line 5: “globals()” may change any name"),
    (f"{SMALL}net = Net()\nexec('net.f = nn.Linear(8, 2)')\n", "Line 11: “exec("),
    ("import numpy as np\nw = int(np.sqrt(16))\nnet = nn.Sequential(nn.Linear(8, w))\n", "Line 5: “numpy.sqrt”"),
    ("layers = []\nimport os\nfor name in os.listdir('.'):\n    layers.append(nn.ReLU())\n"
     "net = nn.Sequential(nn.Linear(8, 4), *layers)\n",
     "Line 6"),
    ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.ls = [nn.Linear(8, 8)]\n"
     "    def forward(self, x):\n        return self.ls[0](x)\nnet = Net()\n", "Line 7: “Linear” is kept where "
     "PyTorch"),
    ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(8, 8)\n"
     "        self.b = nn.Linear(8, 8)\n    def forward(self, x):\n        return self.a(x)\nnet = Net()\n",
     "Line 8: “b” is made, but nothing of it reaches the output"),
    ("class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(8, 4)\n"
     "    def forward(self, x):\n        x = self.f(x)\n        return x if self.training else F.softmax(x, 1)\n"
     "net = Net()\n",
     "Line 10: The network does something else while it trains"),
    ("class Net(Base):\n    def forward(self, x):\n        return x\nnet = Net()\n", "Line 4: “Base” is not defined"),
    ("from models import Base\nclass Net(Base):\n    def forward(self, x):\n        return x\nnet = Net()\n",
     "Line 8: Net is built on models.Base, whose code is not in this text: paste it, too"),
    (SMALL.replace("n=4", "n"), "Line 4: Net needs values for n, and this text never makes one: add a line such "
     "as net = Net(n=…)"),
    ("def block(i, o, k=3):\n    return nn.Sequential(nn.Linear(i, o), nn.ReLU())\n",
     "Line 4: This code only says how block makes layers: add a line such as net = block(i=…, o=…)"),
    (SMALL.replace("n=4", "n") + "def small():\n    return Net(3)\n", "add a line such as net = small()"),
])  # fmt: skip
def test_what_cannot_be_followed_and_reaches_the_network_is_refused(text: str, said: str) -> None:
    assert said in refusal(HEAD + text, ROW)


# -- the parts of an object, by hand -----------------------------------------------------------------------------------


PARTS = "for i, m in enumerate([nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 3)]):\n    self._modules[str(i)] = m"
EACH = "for part in self._modules.values():\n    x = part(x)\nreturn x"


@pytest.mark.parametrize(("made", "forward"), [
    (PARTS, EACH), (PARTS, "for name, part in self._modules.items():\n    x = part(x)\nreturn x"),
    (PARTS, "return self._modules['2'](self._modules['0'](x))"), (PARTS, "return x if not len(self._modules) else "
     "self._modules['2'](F.relu(self._modules['0'](x)))"),
    (PARTS, "for key in self._modules:\n    x = self._modules[key](x)\nreturn x"),
    ("kept = self._modules\nself.a = nn.Linear(8, 8)\nkept['b'] = nn.Tanh()\nself.c = nn.Linear(8, 2)", EACH),
    ("self.a = None\nself.b = nn.Linear(8, 4)\nself.a = nn.Linear(4, 2)", EACH),
    ("self.a = None\nself.b = nn.Linear(8, 4)\nself.a = nn.Linear(4, 2)",
     "for part in self.children():\n    x = part(x)\nreturn x"),
    ("self.a = nn.Linear(8, 8)\nself.b = nn.Linear(8, 8)\nself.a = None\nself.a = nn.Tanh()",
     "for part in self.children():\n    x = part(x)\nreturn x"),
])  # fmt: skip
def test_parts_kept_by_hand(made: str, forward: str) -> None:
    assert_equal(net(forward, made), ROW)


@pytest.mark.parametrize("made", [
    f"{PARTS}\nself._modules.pop('1')", f"{PARTS}\ndel self._modules['1']", f"{PARTS}\nself._modules.clear()",
    f"{PARTS}\nself._modules.update(x=nn.Tanh())", f"{PARTS}\nself._modules['3'] = None",
    f"self.k = 3\n{PARTS}\nself._modules['k'] = nn.Tanh()", f"{PARTS}\nself._modules['forward'] = nn.Tanh()",
    f"{PARTS}\nself._modules |= {{}}", f"{PARTS}\nself._modules = {{}}", f"{PARTS}\nself.loss = nn.MSELoss()",
    f"{PARTS}\nself._modules.move_to_end('0')", f"{PARTS}\nself._modules.popitem()", f"{PARTS}\nm = "
    "dict(self._modules)\nm['3'] = nn.Tanh()",
])  # fmt: skip
def test_parts_changed_otherwise_are_equal_or_refused(made: str) -> None:
    try:
        from_text(net(EACH, made))
    except LayerloomError as error:
        assert "Line " in str(error) or "network" in str(error)
    else:
        assert_equal(net(EACH, made), ROW)
