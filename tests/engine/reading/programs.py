"""Small random programs: statements on a few tensors under several names, changes in place, branches, loops, blocks."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.engine.reading.oracle import HEAD

SHAPE = (4, 6, 6)
_UNARY = ("F.relu({a})", "torch.tanh({a})", "{a}.sigmoid()", "{a} * 2", "{a} + 1", "-{a}", "{a}.clamp(min=0)",
          "F.leaky_relu({a}, 0.2)", "{a}.clone()", "self.conv1({a})", "self.conv2({a})",
          "self.bn({a})", "self.act({a})",
          "self.block({a})", "{a}.contiguous()", "F.dropout({a}, 0.5, self.training)", "{a}.mean((2, 3), "
          "keepdim=True) * {a}",
          "self.seq({a})", "F.max_pool2d({a}, 3, 1, 1)", "F.avg_pool2d({a}, 3, 1, 1)", "{a} / 2", "1 - {a}",
          "{a}.permute(0, 1, 3, 2)", "{a}.transpose(2, 3)", "{a}", "{a}.flip(1)", "{a}.view({a}.size(0), 4, 6, 6)",
          "torch.clamp({a}, max=0.5)", "self.drop({a})", "{a}.detach()", "F.gelu({a})", "self.twice({a})")  # fmt: skip
_BINARY = ("{a} + {b}", "{a} - {b}", "{a} * {b}", "torch.maximum({a}, {b})", "torch.add({a}, {b}, alpha=0.5)",
           "torch.cat([{a}, {b}], 1)[:, ::2]", "torch.stack([{a}, {b}], 1).mean(1)", "{a} + {b} + {a}",
           "torch.cat([{b}, {a}], 1)[:, 2:6]", "sum([{a}, {b}])", "torch.sub(input={b}, other={a})",
           "{a} + {b} + F.relu_({a})", "{b} * {a} * {a}.mul_(2)", "{a} + 1 + self.act_({a})",
           "{c} + {a} + self.block({a})", "{a} + self.act_({b}) + {b}.add_(1) + {a}",
           "(0 + {a}) + 1 + {b}.mul_(0.5) + {b}")  # fmt: skip
_CHANGES = ("{a} += {b}", "{a} *= 2", "{a} -= 1", "F.relu_({a})", "F.relu({a}, inplace=True)", "{a}.add_({b})",
            "{a}.mul_(0.5)", "self.act_({a})", "{a}[:, 0] = 0", "{a}.sigmoid_()",
            "{a}.clamp_(-1, 1)", "{a}.data.mul_(2)",
            "{a}.add_({b}, alpha=0.1)", "held.append({a})", "held[0] = {a}", "{a} = held[-1]", "store['k'] = {a}",
            "{a} = store['k']", "{a}, {b} = {b}, {a}", "{a} = {b}", "del {c}\n{c} = {a}", "self.kept = {a}",
            "{a} = self.kept", "touch({a})", "self.block({a})", "F.dropout({a}, 0.5, self.training, True)",
            "torch.relu_({a})", "{a}.transpose(2, 3).add_(1)", "{a}.zero_()", "print({a}.shape)")  # fmt: skip
_TESTS = ("n > 2", "self.flag", "self.training", "{a}.shape[1] == 4", "{a} is {b}", "len(held) > 1", "{a}.sum() > 0",
          "i % 2", "{a}.shape == {b}.shape", "not self.flag")  # fmt: skip

_CLASS = '''class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(4, 4, 1)
        self.r = nn.ReLU(inplace={inplace})
    def forward(self, x):
        {first}
        return self.c(x){last}

def touch(t):
    {touch}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flag = {flag}
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 1)
        self.bn = nn.BatchNorm2d(4, track_running_stats=False)
        self.act = nn.ReLU()
        self.act_ = nn.ReLU(inplace=True)
        self.drop = nn.Dropout(0.5)
        self.block = Block()
        self.seq = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU({inplace}))
    def twice(self, t):
        return t * 2
    def forward(self, x):
        n, i = {n}, 0
        a = self.conv1(x)
        b = self.conv2(a)
        c = self.bn(self.block(self.seq(x)))
        held, store = [b], {{'k': c}}
        self.kept = a
{body}
        return {result} + (self.conv1(x) + self.conv2(x) + self.bn(x) + self.block(x) + self.seq(x)) * 0.1
net = Net()
'''


def program(seed: int) -> str:
    """A text with a network, the same for the same seed."""
    choose = random.Random(seed)
    body = "\n".join(_statements(choose, choose.randint(2, 8), 8, 0))
    return HEAD + _CLASS.format(
        inplace=choose.random() < 0.5,
        first=choose.choice(("x = self.r(x)", "x = F.relu(x)", "pass", "x += 1", "x.mul_(2)")),
        last=choose.choice(("", " + x", " * 2")), touch=choose.choice(("t.add_(1)", "t = t + 1", "F.relu_(t)", "pass")),
        flag=choose.random() < 0.5, n=choose.randint(0, 4), body=body,
        result=choose.choice(("a", "b", "c", "a + b", "a + b + c", "torch.cat([a, b, c], 1)[:, ::3]", "held[0] "
        "+ a", "a * c")))


def _statements(choose: random.Random, count: int, indent: int, depth: int) -> Iterator[str]:
    for _ in range(count):
        names = dict(zip("abc", choose.sample("abc", 3), strict=True))
        kind = choose.random()
        if kind < 0.35:
            lines = [f"{choose.choice('abc')} = {choose.choice(_UNARY).format(**names)}"]
        elif kind < 0.55:
            lines = [f"{choose.choice('abc')} = {choose.choice(_BINARY).format(**names)}"]
        elif kind < 0.85 or depth > 1:
            lines = choose.choice(_CHANGES).format(**names).splitlines()
        else:
            inner = list(_statements(choose, choose.randint(1, 2), 4, depth + 1))
            head = choose.choice((f"if {choose.choice(_TESTS).format(**names)}:", "for i in range(2):", "with "
            "torch.enable_grad():",
                                  "for t in (a, b):"))
            lines = [head, *inner]
        yield from (" " * indent + line for line in lines)
