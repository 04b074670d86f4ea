"""What people paste: notebooks, prompts, magic lines, output among code, pictures of networks, the book's own style."""

from __future__ import annotations

import json

import pytest

from engine.experiment.trust import sources_of
from engine.reading.reading import ReadingError, from_text, read
from tests.engine.drawn import drawn
from tests.in_time import in_time

NET = "net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\n"
LAYERS = "Linear out_features=4 > ReLU"
PRINTED = """Sequential(
  (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=same)
  (1): Sequential(
    (a): Flatten(start_dim=1, end_dim=-1)
    (b): Linear(in_features=400, out_features=120, bias=False)
  )
  (2): Dropout(p=0.5, inplace=False)
)"""


def notebook(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# Title"]}, *(
        {"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells)]})


@pytest.mark.parametrize("text", [
    f"%matplotlib inline\n!pip install torch\nimport torch\n{NET}", f"import torch\nif True:\n    !ls\n"
    f"    %cd x\n{NET}",
    f"import torch\nnn.Linear?\n?nn.Linear\n{NET}", f"%%time\nimport torch\n{NET}", f"import torch\n%time {NET}",
    ">>> import torch\n>>> net = nn.Sequential(nn.Linear(8, 4),\n...     nn.ReLU())\n>>> net\nSequential(\n"
    "  (0): Linear()\n)\n",
    "In [1]: import torch\n   ...: from torch import nn\n\nIn [2]: net = nn.Sequential(\n   ...:     nn.Linear(8, 4),\n"
    "   ...:     nn.ReLU())\n\nIn [3]: net(x)\nOut[3]: \ntensor([[0.1, 0.2],\n        [0.3, 0.4]], grad_fn=<X>)\n",
    f"import torch\n{NET}print(net(X).shape)\ntorch.Size([2, 4])\nepoch 1, loss 0.03\nloss 0.417, test acc 0.842\n"
    "31208.4 examples/sec on cuda:0\n",
    f"import torch\n{NET}net\nSequential(\n  (0): Linear(in_features=8, out_features=4, bias=True)\n  (1): ReLU()\n)\n",
    f"import torch\n{NET}Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nValueError: bad\n",
    f"    import torch\n    {NET}", f"\ufeffimport torch\r\n{NET}", f"```python\nimport torch\n{NET}```\n",
    "import torch\nnet\u00a0=\u00a0nn.Sequential(nn.Linear(8,\u00a04), nn.ReLU())\n",
    notebook("%matplotlib inline\nimport torch\n", NET, "!ls\nnet(torch.randn(2, 8))"),
    notebook("%%bash\nls -l\n", "import torch\n", NET),
])  # fmt: skip
def test_what_stands_around_code_is_left_out(text: str) -> None:
    assert drawn(from_text(text)) == LAYERS


def test_what_is_left_out_is_named() -> None:
    loop = "for epoch in range(3):\n    for X in data:\n        loss = net(X).sum()\n        loss.backward()\n"
    found = read(f"%matplotlib inline\nimport torch\n{NET}data = load()\n{loop}")
    assert [str(note) for note in found.notes] == [
        "Left out: %matplotlib inline", "Left out, for no layer comes of it: “data = load()”",
        "Line 6: A training loop is left out"]


def test_a_picture_of_layers_one_after_the_other_is_read() -> None:
    assert drawn(from_text(PRINTED)) == (
        "Conv2d out_channels=6 kernel_size=5 padding=same > Flatten > "
        "Linear out_features=120 bias=False > Dropout")


@pytest.mark.parametrize(("text", "said"), [
    ("Net(\n  (conv1): Conv2d(3, 6, kernel_size=(5, 5))\n  (fc): ReLU()\n)", "Line 1: What print(net) writes "
     "does not say"),
    ("Sequential(\n  (0-2): 3 x Linear(in_features=8, out_features=8)\n  (3): ReLU()\n)", "Line 2: Repeated layers"),
    (notebook("import torch\n", "x = 1\nnet = nn.Sequential(nn.Frob(8, 4))\n"), "Cell 2, line 2: There is no "
     "layer for nn.Frob"),
    (notebook("import torch\n", "net = nn.Sequential(\n"), "Cell 2, line 1: '(' was never closed"),
    (notebook(), "This notebook has no code"), ("import torch\nx = '\0'\n", "Line 2: There are characters"),
    ("import torch\nx = “a”\n", "Line 2: invalid character"),
    ("import torch\nnet = nn.Linear(8, 4\nx = 3\n", "Line 2: '('"),
    ("import torch\nreturn 3\n", "Line 2: 'return' outside function"),
])  # fmt: skip
def test_what_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_text(text)
    assert str(caught.value).startswith(said)


# -- the book ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "layers"), [
    ("class Small(d2l.Classifier):\n    def __init__(self, hidden=4, lr=0.1):\n        super().__init__()\n"
     "        self.save_hyperparameters()\n"
     "        self.net = nn.Sequential(nn.Flatten(), nn.LazyLinear(hidden), nn.ReLU())\n"
     "        self.net.apply(d2l.init_cnn)\n", "Flatten > Linear out_features=4 > ReLU"),
    ("from d2l import torch as d2l\nclass R(d2l.Classifier):\n    def block(self, n):\n"
     "        return nn.Sequential(nn.LazyLinear(n))\n@d2l.add_to_class(R)\ndef __init__(self, arch, lr=0.1):\n"
     "    super(R, self).__init__()\n    self.save_hyperparameters()\n    self.net = nn.Sequential(nn.Flatten())\n"
     "    for i, b in enumerate(arch):\n        self.net.add_module(f'b{i+2}', self.block(b))\nclass R2(R):\n"
     "    def __init__(self, lr=0.1):\n        super().__init__((64, 32), lr)\nmodel = R2(lr=0.01)\n"
     "trainer = d2l.Trainer(max_epochs=10)\ntrainer.fit(model, data)\n",
     "Flatten > Linear > Linear out_features=32"),
    ("class W(d2l.LinearRegression):\n    def __init__(self, lambd, lr):\n        super().__init__(lr)\n"
     "        self.save_hyperparameters()\nmodel = W(3, 0.1)\n", "Linear out_features=1"),
    ("def block(n, c):\n    layers = []\n    for _ in range(n):\n"
     "        layers.append(nn.LazyConv2d(c, kernel_size=3, padding=1))\n"
     "    return nn.Sequential(*layers)\nnet = nn.Sequential(*[block(n, c) for n, c in ((1, 4), (2, 8))])\n"
     "X = torch.rand(size=(1, 1, 28, 28))\nfor blk in net:\n    X = blk(X)\n"
     "    print(blk.__class__.__name__, X.shape)\n"
     "lr, num_epochs = 0.1, 10\ntrain_iter, test_iter = d2l.load_data_fashion_mnist(256)\n"
     "d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, d2l.try_gpu())\n",
     "Conv2d out_channels=4 padding=1 > Conv2d out_channels=8 padding=1 > Conv2d out_channels=8 padding=1"),
])  # fmt: skip
def test_the_books_own_style_is_read(text: str, layers: str) -> None:
    assert drawn(from_text(text)) == layers


def test_initial_values_become_settings_of_layers() -> None:
    graph = from_text("import torch\nnet = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))\n"
                      "def init(m):\n    if type(m) == nn.Linear:\n        nn.init.normal_(m.weight, std=0.01)\n"
                      "        nn.init.zeros_(m.bias)\nnet.apply(init)\nnet[2].weight.data.uniform_(-1, 1)\n"
                      "for p in net[0].parameters():\n    p.requires_grad = False\n")
    first, norm, last = (graph.nodes[name].parameters for name in ("fc1", "bn1", "fc2"))
    assert (first.weight.kind, first.weight.std, first.bias.kind, first.bias.value) == ("normal", 0.01, "constant", 0.0)
    assert not first.trainable and norm.weight.kind == norm.bias.kind == "default"
    assert (last.weight.kind, last.weight.low, last.weight.high) == ("uniform", -1.0, 1.0) and last.trainable


def test_initial_values_that_no_setting_says_are_said() -> None:
    found = read("import torch\nnet = nn.Sequential(nn.Linear(8, 4))\nnn.init.trunc_normal_(net[0].weight)\n")
    assert "How weights begin here" in str(found.notes[0]) and "Line 3" in str(found.notes[0])


def test_layers_of_ones_own_become_code_with_what_they_use() -> None:
    graph = from_text("import torch\nfrom torch import nn\nfrom torch.nn import functional as F\ndef twice(x):\n"
    "    return x * 2\n"
                      "class Mine(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
                      "        self.w = nn.Parameter(torch.ones(n))\n    def forward(self, x):\n"
                      "        return F.relu(twice(x) * self.w)\nk = 4\nnet = nn.Sequential(Mine(k * 2), Mine(n=8))\n")
    [source] = sources_of(graph)
    assert "def twice(x)" in source and "from torch.nn import functional as F" in source
    assert drawn(graph).startswith("Code")


@pytest.mark.parametrize(("line", "is_told"), [
    ("net = net.to(device)", False), ("net = net.to(device=try_gpu())", False), ("net = net.cuda(devices[0])", False),
    ("net.cpu()", False), ("net.to(torch.float32)", False), ("net.to(device, dtype=torch.float16)", True),
    ("net = net.to(torch.bfloat16)", True), ("net.half()", True), ("net.double()", True), ("net.to(dtype=kind)", True),
])  # fmt: skip
def test_where_a_network_is_computed_changes_nothing_of_it(line: str, is_told: bool) -> None:
    found = read(f"import torch\n{NET}{line}\n")
    assert drawn(found.graph) == LAYERS
    assert any("in 32 bits" in str(note) for note in found.notes) is is_told


DROPS = ("import torch\nfrom torch import nn\ndef drop(X, p):\n    if p == 1: return torch.zeros_like(X)\n"
         "    return (torch.rand(X.shape) > p).float() * X / (1.0 - p)\nclass Net(nn.Module):\n"
         "    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(8, 4)\n"
         "    def forward(self, X):\n        X = self.a(X)\n        if self.training{0}: X = drop(X, 0.2)\n"
         "        return X\nnet = Net()\n")
SCRATCH = ("import torch\nfrom torch import nn\nfrom d2l import torch as d2l\nclass Mine({0}):\n"
           "    def __init__(self, n, sigma=0.01):\n        super().__init__()\n        self.save_hyperparameters()\n"
           "        self.W = {1}\n    def forward(self, X):\n        return torch.matmul(X, self.W)\n")


@pytest.mark.parametrize(("text", "reason"), [
    *((DROPS.format(asked), "Line 5: “torch.rand” draws other numbers in every call: no layer does that. Dropout is "
       "nn.Dropout") for asked in ("", " == True")),
    *((SCRATCH.format("d2l.Classifier", "torch.normal(0, sigma, size=(n, 4), requires_grad=True)") + made, "Line 8: A "
       "tensor that learns is kept outside of PyTorch's sight here: make it an nn.Parameter(…)")
      for made in ("", "net = Mine(8)\n")),
    (SCRATCH.format("d2l.Classifier", "nn.Parameter(torch.randn(n, 4) * sigma)") + "net = Mine(8)\n",
     "Line 8: A parameter of the class's own is no layer here, and Mine does not stand alone as code: it uses "
     "“d2l.torch”"),
])  # fmt: skip
def test_what_the_book_writes_from_scratch_is_told_truly(text: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_text(text)
    assert str(caught.value) == reason


def test_a_layer_from_scratch_that_stands_alone_is_code() -> None:
    text = SCRATCH.format("nn.Module", "nn.Parameter(torch.randn(n, 4) * sigma)").replace(
        "        self.save_hyperparameters()\n", "")
    assert drawn(from_text(text + "net = Mine(8)\n")).startswith("Code")


# -- bounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", [
    "l=[0]*9999; m=[l]*9999; n=sum(m,[])", "l=list(range(9999))\nfor i in range(9999):\n    i in l", "a=10**10**8",
    "a='a'*10**9", "a=sorted(range(10**9))", "a=f'{3:9999999999}'", "a='{:9999999999}'.format(3)",
    "a=max([[0]*9999]*9999)",
    "a=list(zip(*[range(9999)]*9999))", "a={i:[0]*9999 for i in range(99999)}", "a='x'.join(['y'*9999]*9999)",
    "l=[1]\nm=[1]\nfor i in range(60):\n    l=[l,l]\n    m=[m,m]\na= l==m", "while True: pass", "f=lambda g: "
    "g(g)\nf(f)",
    "s=nn.Sequential(nn.ReLU())\nfor i in range(30): s=nn.Sequential(s,s)\nnet=s", "net=nn.Sequential()\n"
    "net.append(net)",
    "a=" + "-" * 9000 + "1", "a=" + "1+" * 20000 + "1", "a=" + "9" * 5000, "(" * 500 + ")" * 500,
])  # fmt: skip
def test_work_counts_before_it_is_done(hostile: str) -> None:
    with in_time():
        try:
            from_text(f"import torch\n{NET}{hostile}\n")
        except ReadingError as error:
            assert str(error)


@pytest.mark.parametrize("text", [
    "x=1\n" * 5_000_000, ">>> x=1\n" * 600_000, NET + "loss 3\n" * 600_000, "relu, " * 600_000, "(" * 3_000_000,
    "{" * 40_000_000, notebook(*["x=1\n" * 5_000] * 11),
])  # fmt: skip
def test_what_is_too_long_is_said_before_anything_looks_at_it(text: str) -> None:
    with in_time(), pytest.raises(ReadingError, match="This code is too long to be read"):
        read(text)


def test_the_pictures_of_a_notebook_do_not_count() -> None:
    cell = {"cell_type": "code", "source": f"import torch\n{NET}", "outputs": [{"image/png": "A" * 4_000_000}]}
    assert drawn(from_text(json.dumps({"nbformat": 4, "cells": [cell]}))) == LAYERS


@pytest.mark.parametrize("text", [
    " " * 150_000 + "(x\n", "A(\n (a): B\n" * 12_000, "Traceback (most recent call last)\n" * 5_000,
    "x=1\n" * 40_000 + "loss 3\n" * 200,
])  # fmt: skip
def test_what_no_code_is_is_found_in_time(text: str) -> None:
    with in_time():
        try:
            read(f"import torch\n{NET}{text}")
        except ReadingError as error:
            assert str(error)


def test_reading_can_be_given_up() -> None:
    with pytest.raises(ReadingError, match="cancelled"):
        read(f"import torch\n{NET}while True: pass\n", cancelled=lambda: True)


@pytest.mark.parametrize("text", ["x = 3", "print('hello')\nx = 3", "for i in range(3):\n    print(i)", "import os"])
def test_code_without_a_network_is_code(text: str) -> None:
    with pytest.raises(ReadingError, match="This code makes no network"):
        from_text(text)
