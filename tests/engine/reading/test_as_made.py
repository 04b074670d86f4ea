"""How torch's objects are made: what it would not take is refused, what it saves otherwise is said."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.messages import LayerloomError
from engine.reading.reading import from_text, read
from tests.engine.reading.oracle import HEAD
from tests.engine.reading.test_as_torch import LINEAR, ROW, net, refusal

SHAPES: dict[str, tuple[int, ...]] = {"Linear": (8,), "LayerNorm": (8,), "PReLU": (8,), "Softmax": (8,), "LSTM": (5, 8),
                                      "TransformerEncoderLayer": (5, 8), "GLU": (8,), "Unflatten": (8,)}


@pytest.mark.parametrize("made", [
    "Linear(8, 16 / 2)", "Linear(8, True)", "Linear(8.0, 8)", "Conv2d(4, 4, 3, 2.0)", "Conv2d(4, 4, 3, 1, True)",
    "Conv2d(4, 4, (3, 3.0))", "MaxPool2d(2.0)", "MaxPool2d(2, True)", "AvgPool2d(2.0)", "AdaptiveAvgPool2d((1, 1.0))",
    "BatchNorm2d(4.0)", "LayerNorm(8.0)", "LayerNorm([8.0])", "GroupNorm(1.0, 4)", "GroupNorm(2, 4.0)", "Flatten(1.0)",
    "Softmax(True)", "LSTM(8, 4.0, batch_first=True)", "LSTM(8, 4, 1.0, batch_first=True)", "PixelShuffle(2.0)",
    "Unflatten(1, (2.0, 4))", "ZeroPad2d(True)", "Upsample(4.0)", "LocalResponseNorm(2.0)", "PReLU(8.0)", "Unfold(2.0)",
    "TransformerEncoderLayer(8, 2.0, 16, batch_first=True)", "ChannelShuffle(2.0)", "GLU(1.0)",
])  # fmt: skip
def test_a_size_that_torch_does_not_take_is_refused(made: str) -> None:
    x = torch.randn(2, *SHAPES.get(made.partition("(")[0], (4, 8, 8)))
    with pytest.raises((TypeError, RuntimeError)):
        eval(f"nn.{made}", {"nn": nn})(x)
    with pytest.raises(LayerloomError, match=r"Line 4: .* must be a whole number, not"):
        from_text(f"{HEAD}net = nn.Sequential(nn.{made})\n")


@pytest.mark.parametrize("made", ["LPPool2d(2.0, 2)", "Upsample(scale_factor=2)", "Hardtanh(-1, 1)", "Dropout(True)"])
def test_numbers_of_other_options_are_taken_as_torch_takes_them(made: str) -> None:
    assert len(from_text(f"{HEAD}net = nn.Sequential(nn.{made})\n").nodes) == 2


CLASS = """class Net(nn.Module):
    def __init__(self):
        {}
        {}
    def forward(self, x): return {}
net = Net()
"""


@pytest.mark.parametrize(("one", "two", "out", "said"), [
    ("self.fc = nn.Linear(8, 3)", "pass", "self.fc(x)", "Line 6: “fc” is set before super().__init__() is called"),
    ("self.fc = nn.Linear(8, 3)", "super().__init__()", "self.fc(x)", "Line 6: “fc” is set before"),
    ("self.w = nn.Parameter(torch.ones(8))", "super().__init__()", "x * self.w", "Line 6: “w” is set before"),
    ("self.n = 3", "pass", "x * self.n", "Line 9: Net never calls super().__init__()"),
])  # fmt: skip
def test_a_class_that_torch_cannot_make_or_call_is_refused(one: str, two: str, out: str, said: str) -> None:
    text = HEAD + CLASS.format(one, two, out)
    scope: dict[str, Any] = {}
    with pytest.raises(AttributeError):
        exec(f"{text}\nnet(torch.ones(1, 8))", scope)
    assert refusal(text, ROW).startswith(said)


@pytest.mark.parametrize(("one", "two"), [
    ("self.n = 3", "super().__init__(); self.fc = nn.Linear(8, self.n)"),
    ("nn.Module.__init__(self)", "self.fc = nn.Linear(8, 3)"),
])  # fmt: skip
def test_what_torch_can_make_is_read(one: str, two: str) -> None:
    assert len(from_text(HEAD + CLASS.format(one, two, "self.fc(x)")).nodes) == 2


PLAIN = "“s” is a plain tensor, which PyTorch does not save: here it is saved along"
TWICE = "“a” is kept under several names: PyTorch saves its weights under each, here they are saved once"


@pytest.mark.parametrize(("made", "forward", "said"), [
    ("self.s = torch.ones(8)", "return self.f(x) + self.s.expand(x.shape[0], 8)", PLAIN),
    ("self.s = torch.ones(8)", "return self.f(x) * self.s", PLAIN),
    ("self.register_buffer('s', torch.ones(8))", "return self.f(x) + self.s.expand(x.shape[0], 8)", ""),
    ("self.a = nn.Linear(8, 8)\nself.b = nn.Sequential(self.a, nn.ReLU())", "return self.b(self.f(x))", TWICE),
    ("self.a = nn.Linear(8, 8)\nself.b = self.a", "return self.a(self.b(self.f(x)))", ""),
    ("self.a = nn.ReLU()\nself.b = self.a", "return self.a(self.f(x))", ""),
])  # fmt: skip
def test_what_torch_saves_otherwise_is_said(made: str, forward: str, said: str) -> None:
    text = net(forward, f"{LINEAR}\n{made}")
    notes = [str(note).partition(": ")[2] for note in read(text).notes]
    assert [note for note in notes if "saved" in note] == [said][: bool(said)]
