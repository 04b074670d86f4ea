"""Lists of blocks in pasted code: stages and ×N, as torch computes them with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.blocks.base import Block
from engine.blocks.settled import settled
from engine.graph.graph import Graph
from engine.network.compile import build_module
from engine.reading.reading import from_code
from engine.writing.source import to_python
from tests.engine.reading.test_round_trip import assert_comes_back

HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
RESIDUAL = HEAD + """
class Residual(nn.Module):
    def __init__(self, input_channels, num_channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2d(input_channels, num_channels, kernel_size=3, padding=1, stride=strides)
        self.conv2 = nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1)
        if use_1x1conv:
            self.conv3 = nn.Conv2d(input_channels, num_channels, kernel_size=1, stride=strides)
        else:
            self.conv3 = None
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.bn2 = nn.BatchNorm2d(num_channels)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3:
            X = self.conv3(X)
        Y += X
        return F.relu(Y)

def resnet_block(input_channels, num_channels, num_residuals, first_block=False):
    blk = []
    for i in range(num_residuals):
        if i == 0 and not first_block:
            blk.append(Residual(input_channels, num_channels, use_1x1conv=True, strides=2))
        else:
            blk.append(Residual(num_channels, num_channels))
    return blk

b1 = nn.Sequential(nn.Conv2d(1, 8, kernel_size=7, stride=2, padding=3), nn.BatchNorm2d(8), nn.ReLU())
"""
BOOK = RESIDUAL + """
b2 = nn.Sequential(*resnet_block(8, 8, 2, first_block=True))
b3 = nn.Sequential(*resnet_block(8, 16, 2))
b4 = nn.Sequential(*resnet_block(16, 16, 4))
net = nn.Sequential(b1, b2, b3, b4, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(16, 10))
"""
PART = HEAD + """
class Part(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm = nn.LayerNorm(inputs)
        self.fc = nn.Linear(inputs, outputs)

    def forward(self, x):
        return torch.relu(self.fc(self.norm(x)))
"""
LISTED = PART + """
class Net(nn.Module):
    def __init__(self, depth={depth}):
        super().__init__()
        self.blocks = nn.{kind}([Part(6, 6) for _ in range(depth)])
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)

net = Net()
"""
CALLED = LISTED.replace("nn.{kind}([", "nn.Sequential(*[")
PLAIN = PART + "net = nn.Sequential(*[Part(6, 6) for _ in range({depth})], nn.Linear(6, 2))\n"


def stages(graph: Graph) -> list[tuple[str, int]]:
    return [(name, node.layer.repeat) for name, node in graph.nodes.items() if isinstance(node.layer, Block)]


def assert_as_torch(text: str, shape: tuple[int, ...]) -> Graph:
    """Read, and written and read again, it computes what torch does."""
    scope: dict[str, Any] = {}
    exec(text, scope)
    theirs, x, graph = filled(scope["net"]), torch.rand(3, *shape), from_code(text)
    for each in (graph, from_code(to_python(graph, shape))):
        ours = filled(build_module(each, shape))
        assert sum(value.numel() for value in ours.parameters()) == sum(p.numel() for p in theirs.parameters())
        torch.testing.assert_close(ours(x), theirs(x))
    assert_comes_back(settled(graph, shape), shape)
    return graph


def filled(module: nn.Module) -> nn.Module:
    """The module with weights that depend on their shapes only, as it predicts."""
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand(value.shape, generator=torch.Generator().manual_seed(value.numel())) / 2)
    return module.eval()


def test_the_books_resnet_has_its_stages() -> None:
    graph = assert_as_torch(BOOK, (1, 32, 32))
    assert stages(graph) == [("b2", 2), ("b3", 1), ("b4", 1)]
    b4: Any = graph.nodes["b4"].layer
    assert [(node.name, node.layer.repeat) for node in b4.graph.nodes.values() if isinstance(node.layer, Block)] == [
        ("residual1", 1), ("residual2", 3)]


@pytest.mark.parametrize("depth", [2, 3, 12, 25])
@pytest.mark.parametrize("text", [LISTED.replace("{kind}", "ModuleList"), CALLED], ids=["gone through", "called"])
def test_equal_blocks_of_a_list_are_one(text: str, depth: int) -> None:
    graph = assert_as_torch(text.replace("{depth}", str(depth)), (6,))
    assert stages(graph) == [("blocks", depth)]


def test_equal_blocks_among_other_layers_are_one() -> None:
    graph = assert_as_torch(PLAIN.replace("{depth}", "12"), (6,))
    assert stages(graph) == [("part1", 12)]


@pytest.mark.parametrize(("blocks", "found"), [
    ("Part(6, 6), Part(6, 5), Part(5, 6)", [("blocks", 1)]),
    ("Part(6, 6)", [("part1", 1)]),
    ("Part(6, 6), nn.Dropout(), Part(6, 6)", [("part1", 1), ("part2", 1)]),
    ("Part(6, 6), Part(6, 6), nn.Tanh(), Part(6, 6), Part(6, 6), Part(6, 6)", [("part1", 2), ("part3", 3)]),
    ("Part(4, 6), Part(6, 6), Part(6, 6)", [("blocks", 3)]),
])  # fmt: skip
def test_what_a_list_holds_decides(blocks: str, found: list[tuple[str, int]]) -> None:
    text = PART + f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential({blocks})

    def forward(self, x):
        return self.blocks(x)

net = Net()
"""
    width = 4 if blocks.startswith("Part(4") else 6
    assert stages(assert_as_torch(text, (width,))) == found


def test_a_block_that_is_called_twice_is_shared_and_no_repeat() -> None:
    graph = from_code(PART + """
part = Part(6, 6)
net = nn.Sequential(part, part, Part(6, 6))
""")
    assert all(repeat == 1 for _, repeat in stages(graph)) and len(graph.shares) == 1


def test_blocks_with_something_between_stay_apart() -> None:
    graph = from_code(PART + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Part(6, 6) for _ in range(3)])

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x

net = Net()
""")
    assert [repeat for _, repeat in stages(graph)] == [1, 1, 1]


TRANSFORMER = HEAD + """
class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attn(y, y, y)[0]
        return x + self.mlp(self.norm2(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 8)
        self.blocks = nn.ModuleList([Block(8, 2) for _ in range(12)])
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))

net = Net()
"""


def test_twelve_equal_blocks_of_a_transformer_are_one() -> None:
    assert stages(assert_as_torch(TRANSFORMER, (5, 4))) == [("blocks", 12)]
