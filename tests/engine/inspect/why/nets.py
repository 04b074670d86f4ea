"""The networks that are looked into, and each once more written by hand in plain torch with the same weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.inspect.lens import Lens
from tests.engine.cases import experiment


class Residual(nn.Module):
    """As in Dive into Deep Learning, section 8.6."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Conv2d(channels, width, 1, stride) if stride > 1 or channels != width else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return relu(self.bn2(self.conv2(relu(self.bn1(self.conv1(x))))) + self.shortcut(x))


class Inception(nn.Module):
    """As in Dive into Deep Learning, section 8.4."""

    def __init__(self, channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        self.b1 = nn.Conv2d(channels, c1, 1)
        self.b2a, self.b2b = nn.Conv2d(channels, c2[0], 1), nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.b3a, self.b3b = nn.Conv2d(channels, c3[0], 1), nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.pool, self.b4 = nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, c4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([relu(self.b1(x)), relu(self.b2b(relu(self.b2a(x)))), relu(self.b3b(relu(self.b3a(x)))),
                          relu(self.b4(self.pool(x)))], 1)


class Last(nn.Module):
    """The state of an LSTM after the last step."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 12, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(x)[0][:, -1]


class Squeezed(nn.Module):
    """B×1×8×8 as a sequence of eight rows."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0]


def _lenet() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
        nn.Linear(84, 10))


def _resnet() -> nn.Sequential:
    stages = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2),
              (512, 512, 1)]
    return nn.Sequential(nn.Conv2d(1, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                         *(Residual(*stage) for stage in stages), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(512, 10))


def _googlenet() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1), nn.Conv2d(64, 64, 1), nn.ReLU(),
        nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        Inception(192, 64, (96, 128), (16, 32), 32), Inception(256, 128, (128, 192), (32, 96), 64),
        nn.MaxPool2d(3, 2, 1), Inception(480, 192, (96, 208), (16, 48), 64),
        Inception(512, 160, (112, 224), (24, 64), 64), Inception(512, 128, (128, 256), (24, 64), 64),
        Inception(512, 112, (144, 288), (32, 64), 64), Inception(528, 256, (160, 320), (32, 128), 128),
        nn.MaxPool2d(3, 2, 1), Inception(832, 256, (160, 320), (32, 128), 128),
        Inception(832, 384, (192, 384), (48, 128), 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 10))


ROWS = ("rows", "Squeeze", {"dim": 1})
ENCODER = {"nhead": 2, "dim_feedforward": 16, "dropout": 0.0}


@dataclass(frozen=True)
class Net:
    """``pairs``: places and the numbers of the plain modules that give the same."""

    lens: Lens
    plain: nn.Sequential
    x: Tensor
    pairs: tuple[tuple[str, int], ...]


def _small(name: str, size: int) -> Experiment:
    made = load_experiment(f"gallery:{name}")
    return replace(made, data=made.data.with_options(resize=size))


@lru_cache(maxsize=8)
def net(name: str) -> Net:
    """LeNet, ResNet-18, GoogLeNet, an MLP, an LSTM, a transformer block."""
    made: Experiment
    if name == "lenet":
        made, plain = load_experiment("gallery:lenet"), _lenet()
        pairs = (("conv1", 0), ("act2", 4), ("pool2", 5), ("fc2", 9))
    elif name == "resnet18":
        made, plain = _small("resnet18", 32), _resnet()
        pairs = (("conv1", 0), ("stage1.residual2", 5), ("stage3", 9))
    elif name == "googlenet":
        made, plain = _small("googlenet", 32), _googlenet()
        pairs = (("pool1", 2), ("inception2", 9), ("inception7.cat", 15))
    elif name == "mlp":
        made, plain = experiment(loss="cross_entropy"), nn.Sequential(
            nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
        pairs = (("fc1", 1), ("act1", 2))
    elif name == "lstm":
        made = experiment(ROWS, ("lstm", "LSTM", {"hidden_size": 12, "returns": "last"}),
                          ("fc", "Linear", {"out_features": 10}))
        plain, pairs = nn.Sequential(Squeezed(), Last(), nn.Linear(12, 10)), (("rows", 0), ("lstm", 1))
    else:
        made = experiment(ROWS, ("embed", "Linear", {"out_features": 12}),
                          ("encoder", "TransformerEncoderLayer", ENCODER), ("flatten", "Flatten", {}),
                          ("fc", "Linear", {"out_features": 10}))
        plain = nn.Sequential(Squeezed(), nn.Linear(8, 12),
                              nn.TransformerEncoderLayer(12, 2, 16, 0.0, batch_first=True), nn.Flatten(),
                              nn.Linear(96, 10))
        pairs = (("embed", 1), ("encoder", 2))
    lens = Lens(made)
    with torch.no_grad():
        _take_weights(plain, lens)
    x = torch.rand((1, *made.data.sample_shape), generator=torch.Generator().manual_seed(1))
    return Net(lens, plain.eval(), x, pairs)


def _take_weights(plain: nn.Module, lens: Lens) -> None:
    """By their order; of the plain one's statistics some values are not the usual ones."""
    own, given = plain.state_dict(), lens.module.state_dict()
    for (key, mine), other in zip(own.items(), given.values(), strict=True):
        if key.endswith("running_mean"):
            other.copy_(torch.linspace(-0.1, 0.1, len(other)))
        assert mine.shape == other.shape, key
        mine.copy_(other)


NAMES = ("lenet", "resnet18", "googlenet", "mlp", "lstm", "transformer")


def hooked(plain: nn.Sequential, x: Tensor, number: int, score: int) -> tuple[Tensor, Tensor, Tensor]:
    """What a module gives, and the gradient of the score of a class there and at x, by hooks."""
    kept: list[Tensor] = []

    def keep(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        output.retain_grad()
        kept.append(output)

    hook = plain[number].register_forward_hook(keep)
    x = x.clone().requires_grad_()
    plain(x)[:, score].sum().backward()
    hook.remove()
    plain.zero_grad()
    gradient = kept[0].grad
    assert gradient is not None and x.grad is not None
    return kept[0].detach(), gradient, x.grad


def digits(count: int) -> tuple[Tensor, Tensor]:
    """Random examples 1×8×8 and labels."""
    generator = torch.Generator().manual_seed(3)
    return torch.rand(count, 1, 8, 8, generator=generator), torch.randint(0, 10, (count,), generator=generator)


SPEC = DataSpec()
