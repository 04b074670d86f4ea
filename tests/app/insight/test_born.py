"""What is shown of the batch in which numbers ended: its examples, and the tensors of one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from app.insight.born import born_shown, example_shown
from engine.messages import say
from engine.training.doctor.born import Born

NAN, INF = torch.nan, torch.inf


def born(how: Any = "forward", place: str = "conv1", **more: Any) -> Born:
    plain = Born(place, how, 3, 12, say("{place} gave {what}", place="conv1", what="nan"),
                 torch.arange(48.0).reshape(3, 1, 4, 4), torch.tensor([4, 5, 6]), torch.ones(3, 1, 4, 4),
                 torch.tensor([[1.0, 2.0], [NAN, INF], [3.0, -4.0]]), (1,))
    return replace(plain, **more)


def test_the_examples_that_it_is_about_come_first() -> None:
    shown = born_shown(born())
    assert (shown.sentence, shown.has_layer) == ("conv1 gave nan", True)
    assert [(each.key, each.caption, each.is_right) for each in shown.examples] == [
        (1, "#1", False), (0, "#0", None), (2, "#2", None)]
    picture = shown.examples[0].pixels
    assert picture is not None and picture.shape == (4, 4) and (picture.min(), picture.max()) == (0, 255)
    assert shown.facts == "epoch 3, batch 12 · 1 of 3 examples · inputs 3×1×4×4 · 0 … 47"


def test_what_is_no_picture_is_a_line_of_numbers() -> None:
    shown = born_shown(born(inputs=torch.tensor([[1.0, NAN], [2.5, 3.0], [0.0, INF]])))
    assert [each.line for each in shown.examples] == ["#1  2.5 3", "#0  1 NaN", "#2  0 ∞"]


def test_the_numbers_of_one_example() -> None:
    tensors = {each.id: each for each in example_shown(born(), 1)}
    assert [each.title for each in tensors.values()] == ["What conv1 gave", "What conv1 was given", "The input",
                                                          "The target"]
    np.testing.assert_array_equal(tensors["output"].array, [np.nan, np.inf])
    assert tensors["output"].told == "2 · 2 of 2 are no numbers" and tensors["target"].array == 5
    assert {each.id: each.told for each in example_shown(born(), 2)}["output"] == "2 · −4 … 3"


@pytest.mark.parametrize(("how", "more", "ids"), [
    ("input", {"place": ""}, ["input", "target"]),
    ("weights", {"given": None, "output": torch.zeros(6, 5)}, ["output", "input", "target"]),
    ("backward", {"given": None, "output": torch.zeros(2)}, ["output", "input", "target"]),
    ("loss", {"given": None, "place": ""}, ["output", "input", "target"]),
    ("forward", {"given": torch.ones(1, 2)}, ["output", "input", "target"])])
def test_what_there_is_depends_on_where_it_was(how: str, more: dict[str, Any], ids: list[str]) -> None:
    tensors = {each.id: each for each in example_shown(born(how, **more), 2)}
    assert list(tensors) == ids
    if how in ("weights", "backward"):
        assert tensors["output"].array.shape == tuple(more["output"].shape), "they are of no example"


def test_of_a_very_large_batch_the_first_examples_are_kept() -> None:
    some = born(inputs=torch.zeros(2, 1, 4, 4), targets=torch.zeros(900), examples=(1, 700))
    assert [each.key for each in born_shown(some).examples] == [1, 0]
    assert "2 of 900 examples" in born_shown(some).facts
