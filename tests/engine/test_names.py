"""Which names a layer may have, and which is the next that is free."""

from __future__ import annotations

import pytest

from engine.names import MAX_LENGTH, InvalidNameError, check_name, fresh_name


@pytest.mark.parametrize("name", ["conv1", "a", "Größe", "x" * MAX_LENGTH, "match", "a_b", "conv_"])
def test_names_that_layers_may_have(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(("name", "reason"), [
    ("", "“” is not a name: use letters, digits and _, and begin with a letter"),
    ("1a", "“1a” is not a name: use letters, digits and _, and begin with a letter"),
    ("a.b", "“a.b” is not a name: use letters, digits and _, and begin with a letter"),
    ("x" * (MAX_LENGTH + 1), "“xxxxxxxxxxxxxxxxxxxxxxxx…” is too long for a name: 64 characters are the most"),
    ("ﬁlter", "“ﬁlter” has characters that Python changes: write “filter”"),
    ("class", "“class” is a word of the Python language: choose another name"),
    ("forward", "“forward” is used by PyTorch itself: choose another name"),
    ("_hidden", "“_hidden” is used by PyTorch itself: choose another name"),
])  # fmt: skip
def test_names_that_layers_may_not_have(name: str, reason: str) -> None:
    with pytest.raises(InvalidNameError) as raised:
        check_name(name)
    assert str(raised.value) == reason


@pytest.mark.parametrize(("stem", "taken", "name"), [
    ("conv", "", "conv1"), ("conv", "conv1 conv2 conv4", "conv3"), ("conv3", "conv3", "conv4"), ("conv3", "", "conv3"),
    ("7", "7 8", "9"), ("a12345678", "", "a2345678"), ("a0", "a0", "a1"), ("x" * 80, "", "x" * 56 + "1"),
    ("x" * 56 + "9", "x" * 56 + "9", "x" * 56 + "10"),
], ids=range(9))  # fmt: skip
def test_the_next_name_that_is_free(stem: str, taken: str, name: str) -> None:
    assert fresh_name(stem, taken.split()) == name
    assert len(name) <= MAX_LENGTH
