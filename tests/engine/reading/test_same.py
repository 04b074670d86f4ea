"""What has several names in torch is one thing, and what counts as true does so as in Python."""

from __future__ import annotations

import pytest

from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import refusal

MADE = "import math\nimport numpy as np\n{}net = nn.Sequential(nn.Linear(8, 3 if {} else 4))\n"
OBJECTS = """class Count:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
class Never:
    def __bool__(self): return False
class Kept(nn.Sequential): pass
class Plain(nn.Module): pass
"""


@pytest.mark.parametrize("text", [
    "torch.float is torch.float32", "torch.long == torch.int64", "torch.half != torch.float32",
    "torch.bfloat16 != torch.half", "torch.double in (torch.float64, 3)", "{torch.short: 3}.get(torch.int16) == 3",
    "torch.nn.modules.activation.ReLU is nn.ReLU", "torch.nn.modules.ReLU == nn.ReLU", "nn.ReLU not in (nn.Tanh, None)",
    "type(nn.ReLU()) is torch.nn.modules.activation.ReLU", "torch.nn.parameter.Parameter is nn.Parameter",
    "issubclass(torch.nn.modules.conv.Conv2d, nn.Conv2d)", "[nn.ReLU] != [nn.Tanh]", "nn.ReLU is not None",
    "nn.functional.relu is F.relu", "F.relu is not F.gelu", "getattr(torch, 'float') == torch.float32",
    "math.nan != math.nan", "math.nan is math.nan", "[math.nan] == [math.nan]", "math.nan in [math.nan]",
    "torch.inf == math.inf", "math.tau == 2 * math.pi", "torch.pi == np.pi", "torch.e == math.e",
    "math.isnan(math.nan)", "np.newaxis is None", "len is not nn.ReLU", "nn.ReLU != 'ReLU'", "torch.float32 != 3",
])  # fmt: skip
@pytest.mark.parametrize("is_asked", [True, False])
def test_what_is_the_same_is_so_under_every_name(text: str, is_asked: bool) -> None:
    assert outcome(HEAD + MADE.format("", text if is_asked else f"not ({text})"), (8,)) == "equal"


@pytest.mark.parametrize("text", [
    "torch.conv2d is F.conv2d", "torch.relu is F.relu", "np.float64 is np.double", "np.float64 in (np.double,)",
    "[np.float64] == [np.double]", "torch.version.cuda is None", "{np.float64: 3}.get(np.double)",
])  # fmt: skip
def test_of_what_may_be_the_same_only_a_run_would_tell(text: str) -> None:
    assert refusal(HEAD + MADE.format("", text), (8,)).startswith((
        "Line 6: What happens here depends", "Line 6: Whether this is the same"))


@pytest.mark.parametrize("first", [
    "from torch.nn.modules.container import Sequential\nfrom torch.nn.modules import Module, Linear as L\n",
    "import torch.nn.modules as M\nSequential, Module, L = M.Sequential, M.module.Module, M.linear.Linear\n",
])  # fmt: skip
def test_classes_by_their_long_names_are_built_on(first: str) -> None:
    text = ("class B(Module):\n    def __init__(self):\n        super().__init__()\n        self.f = L(8, 8)\n"
            "    def forward(self, x): return self.f(x)[:, torch.newaxis].squeeze(1)\n"
            "net = Sequential(B(), L(8, 3) if type(B().f) == nn.Linear else nn.Tanh())\n")
    assert outcome(HEAD + first + text, (8,)) == "equal"


@pytest.mark.parametrize("value", [
    "nn.Sequential()", "nn.Sequential(nn.ReLU())", "nn.ModuleList()", "nn.ModuleDict()",
    "nn.ModuleDict({'a': nn.ReLU()})",
    "nn.ReLU()", "nn.ReLU", "Count(0)", "Count(2)", "Never()", "Kept()", "Kept(nn.ReLU())", "Plain()", "Plain", "[]",
    "''", "0.0", "range(0)", "math.nan", "None", "{0: 1}",
])  # fmt: skip
@pytest.mark.parametrize("asked", [
    "{}", "bool({})", "not {}", "{} and 1", "{} or None",
    "any([{}])", "len([*filter(None, [{}])])", "bool({}) is True"])
def test_what_counts_as_true_does_so_as_in_python(value: str, asked: str) -> None:
    assert outcome(HEAD + MADE.format(OBJECTS, asked.format(value)), (8,)) == "equal"


def test_an_empty_list_of_layers_may_decide_inside_of_a_network() -> None:
    text = ("class B(nn.Module):\n    def __init__(self, *more):\n        super().__init__()\n"
            "        self.f, self.s = nn.Linear(8, 8), nn.Sequential(*more)\n        self.has = bool(self.s)\n"
            "    def forward(self, x):\n        y = self.f(x)\n"
            "        return (self.s(y) if self.s else y * 3) * (2 if self.has else 3)\n"
            "net = nn.Sequential(B(), B(nn.Linear(8, 8)))\n")
    assert outcome(HEAD + text, (8,)) == "equal"
