"""What outputs mean: probabilities and losses against torch's own, for every loss and end of a network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine import DataSpec, Experiment, Recipe, load_data
from engine.blocks.custom import Custom
from engine.experiment.choices.losses import LOSSES
from engine.graph.graph import Edge, Graph, Node
from engine.inspect.answering import AnswerError, Answers, losses
from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.samples.prepared import as_given
from engine.layers.base import LAYERS
from engine.training.losses import Criterion
from tests.engine.cases import MLP, chain, experiment, with_recipe

PLAIN = torch.randn(6, 10, generator=torch.Generator().manual_seed(0)) * 3


def asked(*rows: tuple[str, str, dict[str, object]], **recipe: object) -> tuple[Answers, Tensor]:
    """A network's answers, and its outputs for six digits."""
    made = experiment(*MLP, *rows, **recipe)
    answers, data = Answers(Lens(made)), load_data(made.data)
    return answers, answers.outputs(as_given(data, data.test.inputs[:6]))


@pytest.mark.parametrize("loss", ["cross_entropy", "nll"])
def test_scores_become_softmax(loss: str) -> None:
    answers, outputs = asked(loss=loss)
    assert torch.allclose(answers.probabilities(outputs), outputs.exp() / outputs.exp().sum(1, keepdim=True))


@pytest.mark.parametrize(("end", "loss"), [("Softmax", "cross_entropy"), ("Softmax", "mse"), ("Sigmoid", "bce")])
@pytest.mark.parametrize("passing", [(), (("flatten2", "Flatten", {}), ("drop", "Dropout", {}))])
def test_a_network_that_ends_in_them_has_them(end: str, loss: str, passing: tuple[object, ...]) -> None:
    answers, outputs = asked(("end", end, {}), *passing, loss=loss)  # type: ignore[arg-type]
    assert torch.equal(answers.probabilities(outputs), outputs) and outputs.min() > 0 and outputs.max() < 1


def test_log_probabilities_are_no_scores() -> None:
    answers, outputs = asked(("end", "LogSoftmax", {}), loss="nll")
    assert torch.allclose(answers.probabilities(outputs), outputs.exp()) and outputs.max() < 0


def test_of_yes_and_no_each_has_its_own() -> None:
    answers, outputs = asked(loss="bce")
    assert torch.equal(answers.probabilities(outputs), outputs.sigmoid())


def test_of_distances_the_outputs_themselves() -> None:
    answers, _ = asked(loss="mse")
    outputs = torch.tensor([[0.1, 0.9, -0.2, *[0.0] * 7], [-1.0] * 10])
    found = answers.probabilities(outputs)
    assert torch.allclose(found, torch.tensor([[0.1, 0.9, *[0.0] * 8], [0.1] * 10]))


def test_the_end_inside_a_block_is_found() -> None:
    inner = Graph.of([Node("input", LAYERS["Input"]()), Node("softmax", LAYERS["Softmax"]())],
                     [Edge("input", "softmax")])
    base = experiment()
    graph = Graph.of([*base.graph.nodes.values(), Node("head", Custom(graph=inner))],
                     [*base.graph.edges, Edge("fc2", "head")])
    answers = Answers(Lens(Experiment(graph, base.data, base.recipe)))
    assert torch.equal(answers.probabilities(PLAIN.softmax(1)), PLAIN.softmax(1))


def test_other_classes_than_the_data_have() -> None:
    answers, outputs = asked(("fc3", "Linear", {"out_features": 3}))
    with pytest.raises(AnswerError, match="The network ends in 3, but there are 10 classes"):
        answers.probabilities(outputs)


def test_a_network_without_an_end_says_where() -> None:
    answers = Answers(Lens(experiment(("conv1", "Conv2d", {}), ("fc1", "Linear", {"out_features": 10}))))
    with pytest.raises(NoAnswerError, match="fc1: Linear expects a flat input"):
        answers.outputs(torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_loss_of_each_example_is_that_of_a_batch_of_one(loss: str, reduction: str) -> None:
    recipe = with_recipe(experiment(), loss=loss, reduction=reduction, label_smoothing=0.1).recipe
    targets, outputs = torch.arange(6), PLAIN.log_softmax(1)
    wanted = [float(Criterion(recipe)(outputs[place:place + 1], targets[place:place + 1])) for place in range(6)]
    assert losses(recipe, outputs, targets).tolist() == pytest.approx(wanted)


def test_numbers_to_be_learned() -> None:
    line = DataSpec(dataset="linear")
    made = Experiment(chain(("fc", "Linear", {"out_features": 1})), line, Recipe(loss="mse"))
    answers, data = Answers(Lens(made)), load_data(line)
    outputs = answers.outputs(data.test.inputs[:4])
    assert torch.equal(answers.values(outputs), outputs)
    wanted = functional.mse_loss(outputs, data.test.targets[:4], reduction="none")[:, 0]
    assert torch.equal(losses(made.recipe, outputs, data.test.targets[:4]), wanted)
    sure = Answers(Lens(with_recipe(made, loss="bce")))
    assert torch.equal(sure.values(outputs), 1 / (1 + (-outputs).exp()))
    with pytest.raises(AnswerError, match="ends in 2, but 1 is to be predicted"):
        answers.values(torch.zeros(4, 2))
