"""A class that is read as code says all of its objects: one that was changed after it was made is refused."""

from __future__ import annotations

import pytest

from engine.layers.code import Code
from engine.reading.reading import ReadingError, from_text
from tests.engine.reading.oracle import HEAD, difference

PART = """class Part(nn.Module):
    def __init__(self, k=1.0):
        super().__init__()
        self.fc, self.act, self.ks = nn.Linear(8, 8), nn.Sequential(nn.LeakyReLU(0.1)), [k]
        self.act[0].negative_slope = 0.2
        self.ks.append(2.0)
    def forward(self, x):
        return self.act(self.fc(x)) * (x > 0).float() * sum(self.ks)
    def sharpen(self):
        self.ks = [3.0]
"""
NET = "part = Part()\nnet = nn.Sequential(part, nn.Linear(8, 2))\n"


def test_what_its_own_constructor_changes_is_in_the_code() -> None:
    assert difference(HEAD + PART + NET, (8,), True) == ""
    assert any(isinstance(node.layer, Code) for node in from_text(HEAD + PART + NET, (8,)).nodes.values())


@pytest.mark.parametrize("change", [
    "part.act[0].negative_slope = 0.9", "part.act[0] = nn.Tanh()", "net[0].ks[0] = 7.0", "net[0].ks.append(1.0)",
    "ks = part.ks\nks += [1.0]", "part.sharpen()", "part.k = 2", "part.fc.weight = net[1].weight",
    "part.act.append(nn.Tanh())", "part.fc.forward = lambda x: x", "part.fc = nn.Linear(8, 8, bias=False)",
    "for each in net.modules():\n    if isinstance(each, nn.LeakyReLU):\n        each.negative_slope = 0.5",
    "net.apply(lambda m: setattr(m, 'negative_slope', 0.7) if isinstance(m, nn.LeakyReLU) else None)",
])  # fmt: skip
def test_what_others_change_is_refused(change: str) -> None:
    with pytest.raises(ReadingError):
        from_text(f"{HEAD}{PART}{NET}{change}\n", (8,))
