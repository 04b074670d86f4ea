"""What a text that is pasted is taken for, and what is said where it is nothing."""

from __future__ import annotations

import json

import pytest

from engine.graph.json import graph_json
from engine.reading.reading import ReadingError, from_code, from_text
from tests.engine.drawn import drawn


@pytest.mark.parametrize(("text", "layers"), [
    ("\ufeffrelu", "ReLU"),
    ("\n# conv 6\n\n  # tanh\nrelu", "ReLU"),
    ("# conv 6, relu", "Conv2d out_channels=6 > ReLU"),
    ("#relu", "ReLU"),
    ("# class A\nrelu", "ReLU"),
    ("  net = nn.Sequential(nn.ReLU())  ", "ReLU"),
    ("# relu\nSequential(Tanh())", "Tanh"),
    (" " + json.dumps(graph_json(from_code("nn.Tanh()"))), "Tanh"),
])  # fmt: skip
def test_a_text_is_a_file_code_or_a_line(text: str, layers: str) -> None:
    assert drawn(from_text(text)) == layers


@pytest.mark.parametrize(("text", "reason"), [
    ("", "There is no text to make layers of"),
    (" \n ", "There is no text to make layers of"),
    ("conv 6 frob", "Conv 2d has no option “frob”: it has kernel_size, stride, padding, dilation, groups, bias, "
                    "padding_mode"),
    ("{", "This text begins like a .loom file, but cannot be read as one"),
    ("{" * 9, "This text begins like a .loom file, but cannot be read as one"),
    ('{"a":' * 99_999, "This text begins like a .loom file, but cannot be read as one"),
    ("{}", "This file is damaged: it has no list of nodes"),
    ('{"format": 99}', "This is not a Layerloom file: it does not say “format”: “layerloom”"),
    ("[1]", "There is no layer “[1]”: write a name such as conv, relu or linear"),
    ("import torch", "This code makes no network: it needs an nn.Sequential(…) or a class with forward"),
    ("nn.ReLU", "This code makes no network: it needs an nn.Sequential(…) or a class with forward"),
    ("class A", "Line 1: expected ':'"),
])  # fmt: skip
def test_a_text_that_is_none_of_them_is_said(text: str, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        from_text(text)
    assert str(caught.value) == reason
    assert caught.value.line == (1 if reason.startswith("Line 1") else None)


@pytest.mark.parametrize(("text", "said"), [
    ("def f(a, a): return a\n", "duplicate argument"), ("def f():\n    nonlocal x\n", "no binding for nonlocal"),
    ("class A:\n    def f(self, self): return self\n", "duplicate argument"),
    ("def f(x):\n    global x\n", "parameter and global"), ("f = lambda a, a: a\n", "duplicate argument"),
    ("def f():\n    print(y)\n    global y\n", "prior to global"),
])  # fmt: skip
def test_what_python_itself_refuses_is_refused_with_its_words(text: str, said: str) -> None:
    with pytest.raises(ReadingError, match=rf"Line \d+: .*{said}"):
        from_text(f"import torch.nn as nn\n{text}net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())\n")


def test_a_later_cell_may_begin_with_what_python_wants_at_the_beginning() -> None:
    text = "import torch.nn as nn\nx = 3\nfrom __future__ import annotations\nnet = nn.Sequential(nn.Linear(8, 4))\n"
    assert len(from_text(text).nodes) == 2


def test_a_class_made_in_a_function_whose_names_it_sets_is_refused() -> None:
    text = ("import torch\nimport torch.nn as nn\ndef make():\n    n = 0\n    class Own(nn.Module):\n"
            "        def __init__(self):\n            super().__init__()\n"
            "            self.g = nn.Parameter(torch.ones(8))\n        def forward(self, x):\n"
            "            nonlocal n\n            n = n + 1\n            return x * self.g\n    return Own()\n"
            "net = nn.Sequential(nn.Linear(8, 8), make())\n")
    with pytest.raises(ReadingError):
        from_text(text, (8,))
