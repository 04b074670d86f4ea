"""Numbers in a line, as people write them elsewhere: none is read as another."""

from __future__ import annotations

import pytest

from engine.layers.linear import Linear
from engine.line.grammar import parse_line
from engine.line.values import LineError


@pytest.mark.parametrize(("text", "said", "columns"), [
    ("linear 1,000", "Write 1000 or 1.0: a comma begins the next layer", (7, 12)),
    ("flatten, linear 1,000, relu", "Write 1000 or 1.0: a comma begins the next layer", (16, 21)),
    ("dropout 0,5", "Write 0.5: a comma begins the next layer", (8, 11)),
    ("linear 1.000", "Write 1000 or 1: 1.000 could mean either", (7, 12)),
    ("linear out_features=1.000", "Write 1000 or 1: 1.000 could mean either", (7, 25)),
])
def test_what_could_be_meant_two_ways_is_refused(text: str, said: str, columns: tuple[int, int]) -> None:
    with pytest.raises(LineError) as caught:
        parse_line(text)
    assert (str(caught.value), (caught.value.start, caught.value.end)) == (said, columns)


@pytest.mark.parametrize("text", ["linear 1000", "linear 1_000", "linear 1\u202f000", "linear 1\u00a0000",
                                  "linear 1’000", "linear out_features=1_000"])
def test_thousands_may_have_a_mark_that_means_nothing_else(text: str) -> None:
    assert parse_line(text) == (Linear(out_features=1000),)


def test_a_comma_without_a_space_still_parts_layers() -> None:
    assert [layer.kind() for layer in parse_line("linear 10,relu,linear 5")] == ["Linear", "ReLU", "Linear"]
