"""A whole script: the network is found, and what is no part of it is named."""

from __future__ import annotations

import pytest

from engine.reading.reading import ReadingError, read

HEAD = "import torch\nfrom torch import nn\nfrom d2l import torch as d2l\n"
NET = "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
TRAINING = """
batch_size, lr = 256, 0.1
loss = nn.CrossEntropyLoss(reduction='none')
trainer = torch.optim.SGD(net.parameters(), lr=lr)
train_iter, test_iter = d2l.load_data_fashion_mnist(batch_size)
for epoch in range(3):
    for X, y in train_iter:
        l = loss(net(X), y).mean()
        trainer.zero_grad()
        l.backward()
        trainer.step()
print(l)
"""


def notes(text: str) -> list[str]:
    return [str(note) for note in read(HEAD + text).notes]


def test_a_training_loop_around_a_network_is_named():
    said, loop = notes(NET + TRAINING)
    assert said.startswith("Left out, for no layer comes of it: ") and loop.endswith("A training loop is left out")
    assert "“train_iter, test_iter = " in said


def test_what_makes_the_network_is_not_named():
    init = """
def init_weights(m):
    if type(m) == nn.Linear:
        nn.init.normal_(m.weight, std=0.01)
net.apply(init_weights)
for m in net.modules():
    if isinstance(m, nn.Linear):
        nn.init.zeros_(m.bias)
width = 3 * 4
"""
    assert notes(NET + init) == []
    made = "layers = []\nfor n in (784, 10):\n    layers.append(nn.LazyLinear(n))\nnet = nn.Sequential(*layers)"
    assert notes(made) == []


def test_many_lines_are_counted():
    lines = "".join(f"a{index} = d2l.some(net, {index})\n" for index in range(9))
    [said] = notes(NET + lines)
    assert said.endswith("… (9)") and said.count("“") == 4


def test_what_cannot_be_calculated_is_said_in_words_of_the_code():
    text = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)
        self.g = nn.Linear(4, -nn.ReLU())
    def forward(self, x):
        return self.c(self.b(self.a(x))) * self.g
net = Net()
"""
    with pytest.raises(ReadingError, match="Line 8: This calculation cannot be read"):
        read(HEAD + text)


ONE = """class {}({}):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
    def forward(self, x):
        return self.f(x)
"""


@pytest.mark.parametrize(("text", "left"), [
    ("encoder = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\ndecoder = nn.Sequential(nn.Linear(8, 8), nn.ReLU())",
     ["encoder"]),
    (ONE.format("A", "nn.Module") + ONE.format("B", "nn.Module"), ["A"]),
    (ONE.format("A", "nn.Module") + ONE.format("B", "A"), []),
    ("net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nbig = nn.Sequential(nn.Flatten(), nn.Linear(8, 4))", ["big"]),
    ("a = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nnet = nn.Sequential(a, nn.Linear(4, 2))", []),
    ("a = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nnet = a\nb = net", []),
    ("net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nnet = nn.Sequential(nn.Linear(8, 3), nn.ReLU())", []),
    ("a = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nwide = nn.Sequential(a, nn.Linear(4, 2))\nnet = a", ["wide"]),
    ("net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\nloss = nn.CrossEntropyLoss()", []),
])  # fmt: skip
def test_other_networks_of_the_text_are_named(text: str, left: list[str]):
    found = notes(f"import torch\nfrom torch import nn\n{text}")
    said = [note for note in found if "is no part of this network" in note]
    assert len(said) == len(left) and all(f"“{name}”" in note for name, note in zip(left, said, strict=True))
