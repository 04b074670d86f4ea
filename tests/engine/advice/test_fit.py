"""Whether network, data and recipe fit together: what is said, and that its repairs mend it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.advice.advice import advise
from engine.advice.problem import Problem
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph

Chain = Callable[..., Graph]
MNIST = DataSpec().with_options(dataset="mnist")


def only(experiment: Experiment) -> Problem:
    problems = advise(experiment)
    assert len(problems) == 1, problems
    return problems[0]


def mended(experiment: Experiment) -> list[str]:
    """What each repair leaves wrong: nothing."""
    problem = only(experiment)
    assert problem.repairs
    for repair in problem.repairs:
        assert not advise(repair.of(experiment)), repair.text
    return [str(repair.text) for repair in problem.repairs]


def test_only_what_differs_is_asked_of_the_data(chain: Chain) -> None:
    graph = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), shape=(1, 32, 32))
    experiment = Experiment(graph, MNIST)
    _, larger = only(experiment).repairs
    assert larger.of(experiment).data == MNIST.with_options(resize=32)


def test_three_channels_on_grey_data_is_mended_on_either_side(chain: Chain) -> None:
    graph = chain(("conv", "Conv2d", {"out_channels": 4}), ("flatten", "Flatten", {}),
                  ("fc", "Linear", {"out_features": 10}), shape=(3, 28, 28))
    assert mended(Experiment(graph, MNIST)) == ["Take the shape from the data", "Give the data 3 channels"]


def test_another_size_is_mended_on_either_side(chain: Chain) -> None:
    graph = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), shape=(3, 32, 32))
    assert mended(Experiment(graph, MNIST))[1] == "Bring the data to 3×32×32"


LINEAR = DataSpec().with_options(dataset="linear")
MSE = Recipe(loss="mse")


def test_numbers_to_learn(chain: Chain) -> None:
    assert not advise(Experiment(chain(("fc", "Linear", {"out_features": 1})), LINEAR, MSE))
    wrong = Experiment(chain(("fc", "Linear", {"out_features": 3})), LINEAR, MSE)
    assert "asks for one number," in str(only(wrong).message) and mended(wrong) == ["Set outputs to 1"]


def test_cross_entropy_is_for_classes(chain: Chain) -> None:
    experiment = Experiment(chain(("fc", "Linear", {"out_features": 1})), LINEAR)
    assert only(experiment).severity == "error" and mended(experiment) == ["Use the mean squared error"]


@pytest.mark.parametrize(("loss", "end", "repairs"), [
    ("cross_entropy", "Softmax", ["Remove end"]), ("bce", "Sigmoid", ["Remove end"]),
    ("nll", "Softmax", ["End in LogSoftmax", "Use cross-entropy"]),
])  # fmt: skip
def test_the_end_and_the_loss(chain: Chain, loss: str, end: str, repairs: list[str]) -> None:
    experiment = ending_in(chain, end, loss)
    problem = only(experiment)
    assert problem.severity == "warning" and problem.node == "end"
    assert [str(repair.text) for repair in problem.repairs] == repairs
    assert not advise(problem.repairs[0].of(experiment))


def test_an_activation_is_no_end_for_log_probabilities(chain: Chain) -> None:
    problem = only(ending_in(chain, "ReLU", "nll"))
    assert problem.severity == "warning" and problem.node == "end"


def ending_in(chain: Chain, end: str, loss: str) -> Experiment:
    """A linear layer and an end, learned by a loss."""
    options = {"dim": 1} if end == "Softmax" else {}
    graph = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), ("end", end, options))
    return Experiment(graph, MNIST, Recipe(loss=loss))  # type: ignore[arg-type]


def test_log_probabilities_are_right_for_nll(chain: Chain) -> None:
    graph = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), ("end", "LogSoftmax", {"dim": 1}))
    assert not advise(Experiment(graph, MNIST, Recipe(loss="nll")))


def test_own_data_that_is_not_chosen(chain: Chain) -> None:
    graph = chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 2}))
    problems = advise(Experiment(graph, DataSpec().with_options(dataset="folder")))
    assert any("Choose a file" in str(problem.message) and problem.severity == "error" for problem in problems)
