"""Weights that are used inside of a class of the code and elsewhere, too: they are one set here as well."""

from __future__ import annotations

import pytest

from engine.reading.reading import ReadingError, from_text
from tests.engine.reading.oracle import HEAD, difference

WITH = """class Part(nn.Module):
    def __init__(self, given):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.given = given
    def forward(self, x):
        return torch.relu(self.fc(x) + self.given(x))
"""
ALONE = """class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.flag = False
    def forward(self, x, other=None, act=True):
        y = self.fc(x) if other is None else self.fc(x) + other
        return torch.tanh(y) if self.flag or act else y
    def features(self, x):
        return self.fc(x)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
    def forward(self, x):
        {forward}
net = Net()"""
NORM = WITH.replace("self.fc(x) + self.given(x)", "self.given(self.fc(x))")
TEXTS = {
    "in two": f"{WITH}down = nn.Linear(8, 8)\nnet = nn.Sequential(Part(down), Part(down))",
    "in one and before it": f"{WITH}down = nn.Linear(8, 8)\nnet = nn.Sequential(down, Part(down))",
    "a norm": f"{NORM}norm = nn.BatchNorm1d(8)\nnet = nn.Sequential(Part(norm), nn.Linear(8, 8), Part(norm))",
    "a norm without weights": f"{NORM}norm = nn.BatchNorm1d(8, affine=False)\n"
                              "net = nn.Sequential(Part(norm), Part(norm))",
    "such a norm twice": "norm = nn.BatchNorm1d(8, affine=False)\nnet = nn.Sequential(norm, nn.Linear(8, 8), norm)",
    "an activation that learns": f"{NORM}act = nn.PReLU()\nnet = nn.Sequential(Part(act), nn.Linear(8, 8), Part(act))",
    "a part in two others": f"{WITH}inner = Part(nn.Tanh())\nnet = nn.Sequential(Part(inner), nn.ReLU(), Part(inner))",
    "deep inside": f"{WITH}down = nn.Linear(8, 8)\nnet = nn.Sequential(Part(Part(down)), nn.ReLU(), down)",
    "a sequence": f"{WITH}both = nn.Sequential(nn.Linear(8, 8), nn.Tanh())\nnet = nn.Sequential(Part(both), both)",
    "with more tensors": ALONE.format(forward="h = self.part(x)\n        return self.part(x, h)"),
    "by another keyword": ALONE.format(forward="return self.part(self.part(x), act=False)"),
    "by another method": ALONE.format(forward="return self.part(x) + self.part.features(x)"),
    "its layer": ALONE.format(forward="return self.part(x) + self.part.fc(x)"),
    "with another attribute": ALONE.format(
        forward="y = self.part(x, act=False)\n        self.part.flag = True\n        y = self.part(y, act=False)\n"
                "        self.part.flag = False\n        return y"),
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("training", [False, True], ids=["predicting", "training"])
def test_the_weights_are_one_set(text: str, training: bool) -> None:
    assert difference(HEAD + text, (8,), training) == ""


def test_what_is_read_as_code_cannot_share() -> None:
    code = ALONE.format(forward="return self.part(x) + self.part.fc(x)").replace(
        "return torch.tanh(y)", "return torch.tanh(y) * y.isfinite().float()")
    with pytest.raises(ReadingError, match="“fc” is used inside of Part and elsewhere, with the same weights"):
        from_text(HEAD + code, (8,))


def test_what_has_no_weights_is_a_layer_in_each() -> None:
    graph = from_text(f"{HEAD}{WITH}act = nn.ReLU()\nnet = nn.Sequential(Part(act), nn.Tanh(), Part(act))", (8,))
    assert [dict(node.layer).get("label", "") for node in graph.nodes.values()] == ["", "Part", "", "Part"]
