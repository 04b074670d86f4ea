"""Two names for the same numbers in many ways, and many ways of changing them: what is read must be what torch does."""

from __future__ import annotations

import random

from tests.engine.reading.oracle import HEAD

LOOKS = (
    "self.flat(a)", "self.same(a)", "self.drop(a)", "self.look(a)", "self.both(a)", "self.choose(a)", "look(a)",
    "self.same(self.look(a))", "self.flat(a.detach())", "self.nested(a)", "torch.flatten(a, 2)", "a.view_as(b)",
    "a.narrow(1, 0, 2)", "a.select(1, 0)", "a.reshape(-1, 4, 36)", "torch.transpose(a, 2, 3)", "a.movedim(1, 2)",
    "(lambda t: t)(a)", "a if x.dim() == 4 else b", "a.float()", "torch.squeeze(a)", "torch.unbind(a, 1)[0]",
    "a.view(a.size(0), 4, 6, 6)", "a.contiguous()", "a.permute(0, 1, 3, 2)", "a[:, :2]", "a.detach()", "a.data",
    "[a][0]", "a.unsqueeze(0)", "a.chunk(2, 1)[0]", "a.flatten(2)", "nn.Identity()(a)", "a.T", "a.expand(-1, 4, 6, 6)",
    "torch.as_strided(a, a.shape, a.stride())", "a.real", "a[..., ::2]", "a.to(a.device)", "F.dropout(a, 0.1, False)",
    "a.unfold(2, 2, 2)", "next(iter(a.split(2, 1)))")  # fmt: skip
BEFORE = ("pass", "a += b", "a.mul_(2)", "F.relu_(a)", "self.act_(a)", "a[:, 0] = 0", "a.data.mul_(2)", "touch(a)",
    "b = a + b + F.relu_(a)", "c.mul_(2)")  # fmt: skip
CHANGES = ("c.mul_(2)", "c += 1", "c[:, 0] = 0", "c[0].add_(1)", "F.relu_(c)", "self.act_(c)", "c.data.add_(1)",
    "touch(c)", "self.touch(c)", "inner(c)", "[c][0].add_(1)", "held = [c]; held[0].add_(1)",
    "held = [c]; held[0] += 1", "st = {'k': c}; st['k'].add_(1)", "d = c; d.add_(1)", "d = c[:, :1]; d.add_(1)",
    "d = c[:, ::2]; d += 1", "for t in (c,): t.add_(1)", "self.block(c)", "torch.add(c, 1, out=c)", "self.seq_(c)",
    "(lambda t: t.add_(1))(c)", "f = c.add_; f(1)", "getattr(c, 'add_')(1)", "setattr(c, 'data', c * 2)",
    "c.data = c.data * 2", "c.copy_(c * 2)", "torch.Tensor.add_(c, 1)", "list(map(touch, [c]))", "c.squeeze().add_(1)",
    "print(c.add_(1))", "assert c.add_(1) is not None", "d, e = c, b; d += 1", "c.zero_()", "nn.init.zeros_(c)",
    "F.dropout(c, 0.5, False, True).add_(1)", "operator.iadd(c, 1)", "functools.reduce(operator.iadd, [c, 1])",
    "self.k = c; self.k.add_(1)", "[t.add_(1) for t in (c, b)]", "(c if x.dim() == 4 else b).add_(1)",
    "c.add_(1) if x.dim() == 4 else None", "if x.sum() > -1e9: c.add_(1)", "try: c.add_(1)\nfinally: pass",
    "with torch.no_grad(): c.add_(1)", "e = c.clone(); e += 1", "e = c + 1; c = e", "functools.partial(c.add_, 1)()",
    "F.relu(c, inplace=True)", "F.hardtanh_(c, 0.1, 0.2)", "c.__iadd__(1)", "c[:] = 0", "c[:, 0, 0] *= 3",
    "torch._foreach_add_([c], 1)", "c.index_fill_(1, torch.tensor([0]), 0.5)", "c.masked_fill_(c > 0, 0.)",
    "d = c.view(-1); d[0] = 5", "*_, d = [b, c]; d.add_(1)", "(d := c).add_(1)", "c.sub_(c.mean())",
    "np = c.numpy() if not c.requires_grad else c; np += 1", "d = torch.stack([c, c]); d += 1", "d = c * 1; d += 1",
    "del c", "copy.copy(c).add_(1)", "itertools.chain([c]).__next__().add_(1)",
    "list(itertools.chain([c]))[0].add_(1)", "max([c], key=len).add_(1)", "sorted([c], key=id)[0].add_(1)",
    "next(t for t in [c]).add_(1)", "dict(k=c)['k'].add_(1)", "list(zip([c]))[0][0].add_(1)", "[*{c}][0].add_(1)",
    "c.apply_(lambda v: 0.)", "if c.add_(1).sum() > 1e9: pass", "if self.act_(c).sum() > 1e9: pass",
    "assert self.act_(c) is c",
    "b.to(c.add_(1).device)",
    "b.view(-1, c.add_(1).size(-1))", "print(f'{c.add_(1)}')", "y = [t for t in [1] if c.add_(1).dim() == 4]",
    "while c.add_(1).dim() == 1: pass", "(lambda: c.add_(1))()", "d = c.add_(1) is None", "len(c.add_(1))",
    "d = {'k': c.add_(1)}", "b[c.add_(1).dim() - c.dim()]", "d = torch.zeros(c.add_(1).shape)",
    "d = c.add_(1).shape[0]", "isinstance(c.add_(1), torch.Tensor)", "(c.add_(1), b)[1]",
    "c.add_(1) and 0 if c.numel() == 1 else None", "d = b if c.add_(1) is c else a", "d = c if b is a else c.add_(1)",
    "x.dim() == 4 and c.add_(1) is None", "any(t.add_(1) is None for t in [c])", "assert (c.add_(1) is not None) or 1",
    "raise_ = [t.add_(1) for t in [c] if True]", "c.requires_grad_(False).add_(1)", "touch(t=c)", "touch(*[c])",
    "touch(**{'t': c})", "self.seq_[0](c)", "nn.ReLU(True)(c)", "nn.Sequential(nn.ReLU(True))(c)",
    "self.seq_.forward(c)", "F.relu(c * 1, inplace=True)", "b.add_(c)", "c, b = b, c; c += 1", "c = c + 1; c += 1",
    "c = c.clone(); c += 1", "del b; b = c; b += 1", "global GG; GG = c; GG.add_(1)",
    "setattr(self, 'k', c); self.k.add_(1)", "d = type(c).add_(c, 1)", "c.__setitem__(0, 0.)",
    "operator.setitem(c, 0, 0.)", "c.data[0] = 0", "c.view(-1)[:3].fill_(0)", "for i in range(2): c[:, i] += 1",
    "for i, t in enumerate([c]): t += 1", "t = c\nfor _ in range(2): t += 1", "with torch.no_grad() as g: c.mul_(0.5)",
    "c.exponential_()", "c.swap_dims_ if 0 else c.mul_(2)", "match c.dim():\n    case 4: c.add_(1)", "a.mul_(2)",
    "a += 1", "a.data.add_(1)", "torch.add(a, 1, out=c)", "setattr(a, 'data', c * 2)", "a.data = a.data * 2",
    "a.squeeze().add_(1)", "a.zero_()", "e = a.clone(); e += 1", "e = a + 1; c = e", "a.__iadd__(1)",
    "a.index_fill_(1, torch.tensor([0]), 0.5)", "d = a.view(-1); d[0] = 5", "(d := a).add_(1)",
    "np = a.numpy() if not a.requires_grad else c; np += 1", "d = torch.stack([a, c]); d += 1",
    "a.apply_(lambda v: 0.)", "d = b if a.add_(1) is c else a", "d = c if b is a else a.add_(1)",
    "a.requires_grad_(False).add_(1)", "c, b = b, c; a += 1", "c = a + 1; a += 1", "c = a.clone(); a += 1",
    "setattr(self, 'k', a); self.k.add_(1)", "a.__setitem__(0, 0.)", "a.data[0] = 0", "a.view(-1)[:3].fill_(0)",
    "with torch.no_grad() as g: a.mul_(0.5)", "a.exponential_()", "a.set_(b)", "a.resize_(1)",
    "a.swap_dims_ if 0 else a.mul_(2)")  # fmt: skip
RESULTS = ("a", "a + b", "a + c.mean()", "b + c.mean()", "a.view(-1, 4, 6, 6)")  # fmt: skip
_TEXT = """import operator, functools, itertools, copy
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(4, 4, 1)
    def forward(self, x):
        x += 1
        return self.c(x)
def touch(t):
    t.add_(1)
def inner(t):
    def go():
        t.add_(1)
    go()
class Look(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), 2, 2, 6, 6)
class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Look()
        self.same = nn.Identity()
    def forward(self, x):
        return self.inner(self.same(x))
def look(t):
    return t[:, 1:]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 1)
        self.act_ = nn.ReLU(inplace=True)
        self.block = Block()
        self.seq_ = nn.Sequential(nn.ReLU(True))
        self.flat, self.same, self.drop, self.look = nn.Flatten(2), nn.Identity(), nn.Dropout(0.1), Look()
        self.both, self.nested = nn.Sequential(nn.Identity(), nn.Flatten(2)), Nested()
    def choose(self, t):
        return t if self.training else t.unsqueeze(1)
    def touch(self, t):
        t.add_(1)
    def forward(self, x):
        a = self.conv1(x)
        b = self.conv2(a)
        z = self.act_(self.block(self.seq_(x * 1)))
{body}
net = Net()
"""


def text(change: str, seed: int) -> str:
    """A network in which ``c`` looks at the numbers of ``a``, of which one is changed; the same for the same seed."""
    choose = random.Random(f"{change} {seed}")
    lines = [f"c = {choose.choice(LOOKS)}", choose.choice(BEFORE), *change.splitlines(),
             f"return self.conv2({choose.choice(RESULTS)}) + z"]
    return HEAD + _TEXT.format(body="\n".join(f"        {line}" for line in lines))
