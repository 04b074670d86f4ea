"""What is made of the layer in hand: it holds for the network that is seen, for its changes and for what it drops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.insight.hand import Example
from app.insight.look import Insight, Question, Seen
from app.insight.wanted import Wanted
from engine.experiment.experiment import Experiment, load_experiment
from engine.inspect.changes import Change
from engine.inspect.why.gradcam import grad_cam
from engine.inspect.why.gradients import score_of
from engine.layers.convolution import Conv2d
from widgets.look.shades import picture

DIGITS = load_experiment("gallery:lenet-digits")


@pytest.fixture
def insight() -> Insight:
    return Insight()


def asked(insight: Insight, of: Experiment = DIGITS, card: str = "conv2", page: str = "maps", *,
          changes: tuple[Change, ...] = (), training: bool = False, seed: int = 0, target: bool = True) -> Seen:
    make = Example("validation", 0, None)
    found = insight.see(Question(of, None, training, make, (), tuple(of.graph.nodes), changes, seed, 0, None,
                                 Wanted("", page, (1, 2, 2)), card))
    assert isinstance(found, Seen)
    return found


def test_what_is_masked_is_so_for_grad_cam_and_arithmetic(insight: Insight) -> None:
    change = Change("pool1", "mask", 3, axis=1)
    seen = asked(insight, changes=(change,))
    number = int(seen.look.answer.argmax())
    cam = grad_cam(seen.lens.with_changes([change]), seen.look.x, "conv2", score_of(number))
    assert np.allclose(seen.layer.why.heat, cam.over((28, 28)).numpy(), atol=1e-6)
    assert seen.layer.forward.result == pytest.approx(float(seen.look.outputs["conv2"][0, 1, 2, 2]), abs=1e-5)


def test_reasons_are_of_what_was_dropped(insight: Insight) -> None:
    of = load_experiment("gallery:mlp-dropout")
    make = Example("validation", 0, None)
    of = Experiment(of.graph, DIGITS.data, of.recipe)
    found = insight.see(Question(of, None, True, make, (), tuple(of.graph.nodes), (), 5, 0, None,
                                 Wanted("", "gradients"), "fc1"))
    back = found.lens.back(found.look.x, lambda answer: torch.nn.functional.cross_entropy(
        answer, found.sample.target), seed=5)
    assert np.allclose(found.layer.gradients[0].values, back.outputs["fc1"][0].numpy())
    own = found.own_lens()
    assert own.training and torch.equal(own.look(found.look.x).answer, found.look.answer)


def test_facts_are_those_of_the_network_that_is_drawn(insight: Insight) -> None:
    for size in (3, 5, 7) * 3:
        graph = DIGITS.graph.with_layer("conv1", Conv2d(out_channels=6, kernel_size=size, padding=2))
        assert asked(insight, Experiment(graph, DIGITS.data, DIGITS.recipe), "conv1").layer.facts == (
            f"sees {size}×{size} of the input")


def test_colours_of_numbers() -> None:
    values = np.array([[-2.0, -1.0, 0.0], [1.0, 2.0, np.nan]])
    image = picture(values, 2.0, "signed")
    colours = [[image.pixelColor(x, y).getRgb()[:3] for x in range(3)] for y in range(2)]
    assert colours[0][0] != colours[0][1] != colours[0][2] and colours[1][0] != colours[1][1] != colours[1][2]
    assert colours[0][0][0] > colours[0][0][2] and colours[1][1][2] > colours[1][1][0], "red below 0, blue above"
    assert picture(np.array([[np.inf, 1e30]]), 1.0, "positive").pixelColor(1, 0) == picture(
        np.array([[1.0]]), 1.0, "positive").pixelColor(0, 0)
