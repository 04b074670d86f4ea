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
