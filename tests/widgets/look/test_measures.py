"""What measures are called, and by how much two of them differ."""

from __future__ import annotations

import math

import pytest

from widgets.look.measures import difference_text, measure_title


@pytest.mark.parametrize(("name", "title"), [
    ("loss", "Loss"), ("top5", "Top-5 accuracy"), ("r2", "R²"), ("examples/s", "Examples per second"),
    ("train accuracy", "Train accuracy"), ("validation f1", "Validation F1"), ("test log_rmse", "Test log RMSE"),
    ("test mae", "Test MAE"), ("train", "train"), ("foo bar", "foo bar"), ("train Foo", "Train foo"),
])  # fmt: skip
def test_a_measure_has_a_title_with_the_part_it_is_of(name: str, title: str) -> None:
    assert measure_title(name) == title


@pytest.mark.parametrize(("reported", "yours", "said"), [
    (None, 1.0, ""), (1.0, None, ""), (None, None, ""), (math.nan, 1.0, ""), (1.0, math.inf, ""),
    (0.9, 0.909, "+0.009"), (0.9, 0.8, "−0.100"), (0.9, 0.9, "+0.000"), (100.0, 3.0, "−97.000"),
    (-0.5, 0.004, "+0.504"), (0.9, 0.90049, "+0.000"), (0.009, 0.01, "+0.001"),
    # both so small that three digits would say nothing
    (0.005, 0.0052, "+0.0002"), (0.0099, 0.0098, "−0.0001"), (0.01, 0.0102, "+0.000"), (0.0098, 0.01, "+0.000"),
])  # fmt: skip
def test_by_how_much_yours_is_more_than_theirs(reported: float | None, yours: float | None, said: str) -> None:
    assert difference_text(reported, yours) == said
