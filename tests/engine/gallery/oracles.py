"""Every network of the gallery once more, by hand in plain PyTorch, as the book and the notes have them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

# Layers stand in the order in which the data meet them: one seed gives both forms the same weights, and a state dict
# can be handed over by position.


# -- image classifiers: Dive into Deep Learning, chapters 4, 5, 7 and 8 ----------------------------------------------


def softmax() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))


def mlp_dropout() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(256, 10),
    )  # fmt: skip


def lenet(seen: type[nn.Module] = nn.Sigmoid, dense: type[nn.Module] = nn.Sigmoid) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), seen(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), seen(), nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), dense(), nn.Linear(120, 84), dense(), nn.Linear(84, 10),
    )  # fmt: skip


def lenet_bn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5), nn.BatchNorm2d(6), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.BatchNorm2d(16), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Flatten(), nn.Linear(256, 120), nn.BatchNorm1d(120), nn.Sigmoid(), nn.Linear(120, 84), nn.BatchNorm1d(84),
        nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def alexnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 96, kernel_size=11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(96, 256, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(256, 384, kernel_size=3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, kernel_size=3, padding=1),
        nn.ReLU(), nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Flatten(), nn.Linear(6400, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(4096, 10),
    )  # fmt: skip


def alexnet_tv() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(64, 192, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(192, 384, kernel_size=3, padding=1), nn.ReLU(), nn.Conv2d(384, 256, kernel_size=3, padding=1),
        nn.ReLU(), nn.Conv2d(256, 256, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096),
        nn.ReLU(), nn.Linear(4096, 10),
    )  # fmt: skip


def vgg11(width: int) -> nn.Module:
    layers: list[nn.Module] = []
    before = 1
    for count, channels in ((1, width), (1, 2 * width), (2, 4 * width), (2, 8 * width), (2, 8 * width)):
        for _ in range(count):
            layers += [nn.Conv2d(before, channels, kernel_size=3, padding=1), nn.ReLU()]
            before = channels
        layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(before * 7 * 7, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096),
        nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 10),
    )  # fmt: skip


def nin_block(before: int, after: int, kernel_size: int, stride: int, padding: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel_size, stride, padding), nn.ReLU(), nn.Conv2d(after, after, kernel_size=1),
        nn.ReLU(), nn.Conv2d(after, after, kernel_size=1), nn.ReLU(),
    )  # fmt: skip


def nin() -> nn.Module:
    return nn.Sequential(
        nin_block(1, 96, 11, 4, 0), nn.MaxPool2d(3, stride=2), nin_block(96, 256, 5, 1, 2), nn.MaxPool2d(3, stride=2),
        nin_block(256, 384, 3, 1, 1), nn.MaxPool2d(3, stride=2), nn.Dropout(0.5), nin_block(384, 10, 3, 1, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip


class Inception(nn.Module):
    def __init__(self, before: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        self.b1 = nn.Conv2d(before, c1, kernel_size=1)
        self.b2a, self.b2b = nn.Conv2d(before, c2[0], kernel_size=1), nn.Conv2d(*c2, kernel_size=3, padding=1)
        self.b3a, self.b3b = nn.Conv2d(before, c3[0], kernel_size=1), nn.Conv2d(*c3, kernel_size=5, padding=2)
        self.b4 = nn.Conv2d(before, c4, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        one = functional.relu(self.b1(x))
        two = functional.relu(self.b2b(functional.relu(self.b2a(x))))
        three = functional.relu(self.b3b(functional.relu(self.b3a(x))))
        four = functional.relu(self.b4(functional.max_pool2d(x, kernel_size=3, stride=1, padding=1)))
        return torch.cat((one, two, three, four), dim=1)


def halving() -> nn.Module:
    return nn.MaxPool2d(kernel_size=3, stride=2, padding=1)


def googlenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3), nn.ReLU(), halving(),
        nn.Conv2d(64, 64, kernel_size=1), nn.ReLU(), nn.Conv2d(64, 192, kernel_size=3, padding=1), nn.ReLU(), halving(),
        Inception(192, 64, (96, 128), (16, 32), 32), Inception(256, 128, (128, 192), (32, 96), 64), halving(),
        Inception(480, 192, (96, 208), (16, 48), 64), Inception(512, 160, (112, 224), (24, 64), 64),
        Inception(512, 128, (128, 256), (24, 64), 64), Inception(512, 112, (144, 288), (32, 64), 64),
        Inception(528, 256, (160, 320), (32, 128), 128), halving(),
        Inception(832, 256, (160, 320), (32, 128), 128), Inception(832, 384, (192, 384), (48, 128), 128),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 10),
    )  # fmt: skip


def inception_small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2), Inception(16, 8, (8, 16), (4, 8), 8),
        nn.MaxPool2d(2), Inception(40, 16, (16, 32), (8, 16), 16), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(80, 10),
    )  # fmt: skip


class Residual(nn.Module):
    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1), nn.BatchNorm2d(after)
        self.conv2, self.bn2 = nn.Conv2d(after, after, kernel_size=3, padding=1), nn.BatchNorm2d(after)
        changes = stride > 1 or before != after
        self.conv3 = nn.Conv2d(before, after, kernel_size=1, stride=stride) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + (x if self.conv3 is None else self.conv3(x)))


def stem() -> list[nn.Module]:
    return [nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3), nn.BatchNorm2d(64), nn.ReLU(), halving()]


def resnet18() -> nn.Module:
    return nn.Sequential(
        *stem(), Residual(64, 64), Residual(64, 64), Residual(64, 128, 2), Residual(128, 128), Residual(128, 256, 2),
        Residual(256, 256), Residual(256, 512, 2), Residual(512, 512), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(512, 10),
    )  # fmt: skip


def residual_small() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), Residual(16, 16),
        Residual(16, 32, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip


class DenseBlock(nn.Module):
    def __init__(self, before: int) -> None:
        super().__init__()
        widths = range(before, before + 4 * 32, 32)
        self.parts = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, 32, kernel_size=3, padding=1))
            for width in widths
        )

    def forward(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = torch.cat((x, part(x)), dim=1)
        return x


def transition(before: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(before), nn.ReLU(), nn.Conv2d(before, before // 2, kernel_size=1), nn.AvgPool2d(2, 2)]


def densenet() -> nn.Module:
    layers, width = stem(), 64
    for number in range(4):
        layers.append(DenseBlock(width))
        width += 4 * 32
        if number < 3:
            layers += transition(width)
            width //= 2
    return nn.Sequential(*layers, nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(width, 10))


# -- structures: chapters 6 and 7 ---------------------------------------------------------------------------------


class Constant(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.rand(20, 20))

    def forward(self, x: Tensor) -> Tensor:
        assert isinstance(self.matrix, Tensor)
        return torch.mm(x, self.matrix)


class FixedHidden(nn.Module):
    """The notes' network for a batch: every example is halved for itself, so that the batch remains."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.constant = nn.Linear(20, 20), Constant()

    def forward(self, x: Tensor) -> Tensor:
        rows = []
        for row in self.linear(functional.relu(self.constant(self.linear(x)) + 1)):
            while row.abs().sum() > 1:
                row = row / 2
            rows.append(row.sum().reshape(1))
        return torch.stack(rows)


class NestMLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.linear = nn.Linear(32, 16)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear(self.net(x))
        return out


def rgnet() -> nn.Module:
    blocks = (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU()) for _ in range(4))
    return nn.Sequential(*blocks, nn.Linear(4, 1))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.shared, self.last = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.shared(functional.relu(self.first(x))))
        out: Tensor = self.last(functional.relu(self.shared(x)))
        return out


def lazy() -> nn.Module:
    return nn.Sequential(
        nn.AdaptiveAvgPool2d((4, 5)), nn.Flatten(), nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(),
        nn.Linear(128, 10),
    )  # fmt: skip


class InitZoo(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cages = nn.ModuleList(nn.Linear(4, 8) for _ in range(11))
        self.last = nn.Linear(88, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.last(torch.tanh(torch.cat([cage(x) for cage in self.cages], dim=1)))
        return out


class Centered(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = super().forward(x)
        return out - out.sum(1).div(10).view(-1, 1)


class MyLinear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight1, self.bias1 = nn.Parameter(torch.zeros(64, 64)), nn.Parameter(torch.zeros(64))
        self.weight2, self.bias2 = nn.Parameter(torch.zeros(64, 32)), nn.Parameter(torch.zeros(32))
        self.linear = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(functional.linear(x.flatten(1), self.weight1.T, self.bias1))
        out: Tensor = self.linear(functional.relu(functional.linear(x, self.weight2.T, self.bias2)))
        return out


class AllOnes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        two: Tensor = self.out(functional.relu(self.hidden(x)))
        return (two[:, :1] + two[:, 1:]) / 2


class ConvChecks(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 1, kernel_size=3, padding=1)
        self.second = nn.Conv2d(1, 1, kernel_size=(5, 3), padding=(2, 1), stride=2)
        self.third = nn.Conv2d(1, 1, kernel_size=(3, 5), padding=(0, 1), stride=(3, 4))
        self.linear = nn.Linear(64 + 16 + 4, 10)

    def forward(self, x: Tensor) -> Tensor:
        seen = [conv(x).flatten(1) for conv in (self.first, self.second, self.third)]
        out: Tensor = self.linear(torch.cat(seen, dim=1))
        return out


class PoolChecks(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        options = {"kernel_size": 3, "padding": 1, "stride": 2}
        both = torch.cat((functional.max_pool2d(x, **options), functional.avg_pool2d(x, **options)), dim=1)  # type: ignore[arg-type]
        out: Tensor = self.linear(both.flatten(1))
        return out


ORACLES: dict[str, Callable[[], nn.Module]] = {
    "lenet-digits": lenet, "softmax": softmax, "mlp": mlp, "mlp-dropout": mlp_dropout, "lenet": lenet,
    "lenet-relu": lambda: lenet(nn.ReLU, nn.ReLU), "lenet-conv-relu": lambda: lenet(nn.ReLU), "lenet-bn": lenet_bn,
    "alexnet": alexnet, "alexnet-tv": alexnet_tv, "vgg11": lambda: vgg11(16), "vgg11-full": lambda: vgg11(64),
    "nin": nin, "googlenet": googlenet, "inception-small": inception_small, "resnet18": resnet18,
    "residual-small": residual_small, "densenet": densenet,
    "linreg": lambda: nn.Linear(2, 1), "weight-decay": lambda: nn.Linear(200, 1),
    "polynomial": lambda: nn.Linear(4, 1, bias=False), "house-prices": lambda: nn.Linear(331, 1),
    "edge-kernel": lambda: nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False),
    "fixed-hidden": FixedHidden, "nest-mlp": lambda: nn.Sequential(NestMLP(), nn.Linear(16, 1)),
    "chimera": lambda: nn.Sequential(NestMLP(), nn.Linear(16, 20), FixedHidden()), "rgnet": rgnet, "tied": Tied,
    "lazy": lazy, "init-zoo": InitZoo, "centered": Centered, "my-linear": MyLinear, "scalar-checks": AllOnes,
    "conv-checks": ConvChecks, "pool-checks": PoolChecks,
}  # fmt: skip
