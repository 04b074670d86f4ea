"""What a text leaves to a device, a command line or an order: read where it makes no difference, or said so."""

from __future__ import annotations

import pytest

from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD, outcome
from tests.engine.reading.test_as_torch import IMAGE, LINEAR, ROW, assert_equal, net, refusal

NET = f"{HEAD}net = nn.Sequential(nn.Linear(8, 4))\n"
CUDA = "device = 'cuda' if torch.cuda.is_available() else 'cpu'\nnet = net.to(device)\n"

# -- devices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "if torch.cuda.is_available():\n    net = nn.DataParallel(net).cuda()\n",
    f"import torch.backends.cudnn as cudnn\n{CUDA}if device == 'cuda':\n    net = torch.nn.DataParallel(net)\n"
    "    cudnn.benchmark = True\n",
    "if torch.cuda.device_count() > 1:\n    print('on', torch.cuda.device_count())\n"
    "    net = nn.DataParallel(net, device_ids=[0, 1])\nelse:\n    net = net.cpu()\n",
    "if torch.cuda.is_available():\n    torch.cuda.manual_seed_all(1)\n    if torch.cuda.device_count() > 1:\n"
    "        net = nn.DataParallel(net)\n    net.cuda()\n",
    "use = torch.cuda.is_available()\nif use:\n    torch.backends.cudnn.deterministic = True\n    net.cuda()\n",
])  # fmt: skip
def test_what_a_device_decides_may_change_no_network(text: str) -> None:
    assert_equal(NET + text, ROW)


@pytest.mark.parametrize("branch", [
    "net = nn.Sequential(net, nn.Linear(4, 4))", "net = nn.DataParallel(nn.Linear(8, 4))", "net = more(net).cuda()",
    "net = MyDataParallel(net)", "net.x = 3", "other = net.cuda()\n    net = nn.Tanh()",
    "net[0] = nn.Linear(8, 3).cuda()",
    "if more(net): net.cuda()", "net = nn.DataParallel((net := nn.Tanh()))", "torch.manual_seed(more(net))",
])  # fmt: skip
def test_what_a_device_decides_is_not_guessed(branch: str) -> None:
    made = ("def more(n):\n    n.append(nn.Tanh())\n    return n\nclass MyDataParallel(nn.Module):\n"
            "    def __init__(self, n):\n        super().__init__()\n        self.n = n\n"
            "    def forward(self, x): return self.n(x) * 2\n")
    assert "not known" in refusal(f"{NET}{made}if torch.cuda.is_available():\n    {branch}\n", ROW)


# -- command lines -----------------------------------------------------------------------------------------------------

PARSER = "import argparse\nparser = argparse.ArgumentParser(description='train')\n"


@pytest.mark.parametrize("lines", [
    "parser.add_argument('--n', type=int, default=4)", "parser.add_argument('-n', default=4, help='width')",
    "parser.add_argument('-k', '--n', type=int, default='4')", "parser.add_argument('--num-n', dest='n', default=4)",
    "g = parser.add_argument_group('net')\ng.add_argument('--n', type=lambda n: int(n) * 2, default='2')",
    "parser.add_argument('--wide', action='store_true')\nparser.add_argument('--n', default=4)",
    "parser.add_argument('--n', default=4)\nparser.add_argument('--m', dest='n', default=3)",
    "parser.add_argument('n', nargs='?', default=4, type=int)",
])  # fmt: skip
def test_options_of_a_command_line_are_as_by_default(lines: str) -> None:
    after = "args = parser.parse_args([])\nif getattr(args, 'wide', False): args.n = 9\nargs.m = args.n + 1\n"
    made = "net = nn.Sequential(nn.Linear(8, args.n), nn.Linear(4, args.m))\n"
    assert_equal(f"{HEAD}{PARSER}{lines}\n{after}{made}", ROW)


def test_what_is_taken_as_by_default_is_said() -> None:
    text = (f"{HEAD}from argparse import ArgumentParser\nparser = ArgumentParser()\n"
            "parser.add_argument('--n', type=int, default=4)\nparser.add_argument('--name', required=True)\n"
            "args, _ = parser.parse_known_args()\nnet = nn.Sequential(nn.Linear(8, args.n))\n")
    assert [str(note) for note in read(text).notes] == ["Line 8: Options of the command line are as by default: n=4"]


@pytest.mark.parametrize(("lines", "reason"), [
    ("parser.add_argument('n', type=int)", "Line 7: “n” is given on the command line: write it into the code"),
    ("parser.add_argument('--n', type=int, required=True)", "Line 7: “n” is given on the command line"),
    ("parser.add_argument('--n', type=frob, default='4')", "Line 7: “frob” is not defined"),
    ("parser.add_argument('--n', default=argparse.SUPPRESS)", "Line 9: "), ("pass", "Line 9: "),
    ("parser.set_defaults(n=3)", "Line 7: “.set_defaults()” of a command line's options cannot be read"),
])  # fmt: skip
def test_options_that_have_no_value_here_are_refused(lines: str, reason: str) -> None:
    text = f"{HEAD}{PARSER}\n{lines}\nargs = parser.parse_args()\nnet = nn.Sequential(nn.Linear(8, args.n))\n"
    assert refusal(text, ROW).startswith(reason)


def test_a_command_line_that_is_written_out_is_not_read() -> None:
    text = f"{HEAD}{PARSER}parser.add_argument('--n', default=4)\nargs = parser.parse_args(['--n', '3'])\n"
    assert refusal(f"{text}net = nn.Sequential(nn.Linear(8, args.n))\n", ROW).startswith("Line 7: “.parse_args()” of a")


# -- order -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [
    "c.sort(key=lambda t: t[1], reverse=True)", "c = sorted(c, key=lambda t: -t[1])",
    "c = [max(c, key=lambda t: t[1])]",
    "c.sort(key=lambda t: (len(t), t[0]))", "c = sorted(c, key=len)", "c = [min(c, key=len)]",
    "c.sort(key=None)",
    "def by(t): return t[1] % 3\nc.sort(key=by)", "c = [max([], key=len, default=('d', 5))]",
    "c.sort(key=lambda t: len(c))",
    "c = [max(('b', 4), ('a', 6), key=lambda t: t[1])]",
])  # fmt: skip
def test_values_are_put_in_order_as_in_python(lines: str) -> None:
    after = "net = nn.Sequential(nn.Linear(8, c[0][1]))\n"
    assert_equal(f"{HEAD}c = [('b', 4), ('a', 6), ('c', 3)]\n{lines}\n{after}", ROW)


@pytest.mark.parametrize("key", ["frob", "3", "lambda t: t.frob", "lambda t: torch.rand(1)", "lambda t, u: 3"])
def test_an_order_that_is_not_known_is_refused(key: str) -> None:
    text = f"{HEAD}c = [('b', 4), ('a', 6)]\nc.sort(key={key})\nnet = nn.Sequential(nn.Linear(8, c[0][1]))\n"
    assert refusal(text, ROW).startswith("Line 5: ")


# -- text around code --------------------------------------------------------------------------------------------------

CODE = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\n"


@pytest.mark.parametrize("text", [
    f"Here is a network:\n```python\n{CODE}```\nand now train, don't you?\n", f"```\n{CODE}```\n",
    f"Sure!\n\n~~~py\n{CODE}~~~\n", f"{CODE}```\nThat's all.\n", f"So:\n```Python\n{CODE}", f"1. First\n\n   ```py\n"
    f"   import torch\n   ```\n2. then (it isn't hard)\n\n```python\n{CODE}```\n",
])  # fmt: skip
def test_code_between_fences_is_the_code(text: str) -> None:
    assert [node.layer.title for node in read(text).graph.nodes.values()] == ["Input", "Linear", "ReLU"]


def test_what_stands_in_fences_and_is_no_python_is_left_out() -> None:
    reading = read(f"Install:\n```bash\npip install torch\n```\nThen:\n```python\n{CODE}```\n")
    assert [str(note) for note in reading.notes] == ["Left out: ```bash"]
    assert refusal(f"Look:\n```python\n{CODE}net.frob\nnet = frob\n```\n", ROW).startswith("Line 7: “frob”")


def test_fences_within_a_text_of_the_code_are_none() -> None:
    docstring = '"""A net.\n\n```python\nnet = nn.Tanh()\n```\n"""\n'
    assert_equal(f"{docstring}{NET}", ROW)


# -- what is refused, in its own words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("forward", "reason"), [
    ("return self.f(x) * (x > 0)", "Line 9: “x > 0” compares the numbers of a tensor: no layer does that"),
    ("return self.f(x) if x.sum(1) > 0 else x", "Line 9: “x.sum(1) > 0” compares the numbers of a tensor"),
    ("return self.f(torch.arange(8))", "Line 9: Linear is called here with numbers that do not come from the network"),
])  # fmt: skip
def test_what_is_done_with_numbers_is_named(forward: str, reason: str) -> None:
    assert refusal(net(forward, LINEAR), ROW).startswith(reason)


def test_a_number_out_of_a_tensor_is_named() -> None:
    text = f"{HEAD}d = torch.tensor([8, 4])\nnet = nn.Sequential(nn.Linear(d[0].item(), d[1].item()))\n"
    assert refusal(text, ROW).startswith("Line 5: A value of this layer comes out of a tensor or a package, which")


def test_a_linear_layer_over_more_dimensions_is_refused_with_its_line() -> None:
    text = net("return self.l(self.c(x).permute(0, 2, 3, 1))", "self.c = nn.Conv2d(3, 4, 1)\nself.l = nn.Linear(4, 4)")
    assert refusal(text, IMAGE).startswith("Line 10: nn.Linear is called here with 4 dimensions")
    assert outcome(text, IMAGE) == refusal(text, IMAGE) or outcome(text, IMAGE).startswith("refused")
