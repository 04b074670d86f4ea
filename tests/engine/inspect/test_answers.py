"""Probabilities by the loss and the network's end, against the book's formulas in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.graph.graph import Graph
from engine.inspect.answers import probabilities, top
from engine.line.line import build_line
from engine.network.weights import initial_module
from tests.engine.cases import experiment

HEAD = (("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}))
X = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(5))


def softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(("end", "loss", "formula"), [
    (None, "cross_entropy", softmax),
    (None, "nll", softmax),
    (None, "bce", sigmoid),
    (None, "mse", lambda x: np.maximum(x, 0) / np.maximum(x, 0).sum(1, keepdims=True)),
    ("Softmax", "cross_entropy", softmax),  # the network's own, not a second one
    ("Softmax", "mse", softmax),
    ("LogSoftmax", "nll", softmax),
    ("LogSoftmax", "cross_entropy", softmax),
    ("Sigmoid", "bce", sigmoid),
    ("Sigmoid", "mse", sigmoid),
    ("ReLU", "cross_entropy", lambda x: softmax(np.maximum(x, 0))),
])  # fmt: skip
def test_probabilities_follow_from_the_loss_and_the_last_layer(end, loss, formula) -> None:
    options = {"dim": 1} if end in ("Softmax", "LogSoftmax") else {}
    # what only passes values on does not hide the end
    tail = ((("end", end, options), ("drop", "Dropout", {}), ("same", "Identity", {})) if end else ())
    case = experiment(*HEAD, *tail, loss=loss)
    module = initial_module(case).eval()
    logits = (X.flatten(1) @ module.fc.weight.T + module.fc.bias).detach().double().numpy()
    found = probabilities(module(X), case)
    assert found is not None and not found.requires_grad
    np.testing.assert_allclose(found.numpy(), formula(logits), atol=1e-6)


@pytest.mark.parametrize("repeat", [1, 3])
def test_the_end_may_be_inside_a_block(repeat: int) -> None:
    own = {"label": "End", "graph": build_line(Graph(), "input, linear 10, sigmoid")[0], "repeat": repeat}
    case = experiment(*HEAD, ("end", "Custom", own), ("flat", "Flatten", {}), loss="mse")
    answer = initial_module(case).eval()(X)
    found = probabilities(answer, case)
    assert found is not None and torch.equal(found, answer.detach())


def test_numbers_have_no_probabilities() -> None:
    numbers = experiment(("fc", "Linear", {"out_features": 1}), data=DataSpec(dataset="linear"), loss="mse")
    assert numbers.data.task == "regression"
    assert probabilities(torch.randn(4, 1), numbers) is None
    assert top(torch.randn(4, 1), numbers) == []


def test_the_best_come_first_under_their_names() -> None:
    case = experiment(*HEAD, loss="cross_entropy", data=DataSpec(dataset="fashion-mnist"))
    answer = torch.tensor([[0.0, 3, 1, 2, -1, 5, 5, 0, 0, 0], [9.0] + [0] * 9])
    found = top(answer, case, k=3)
    assert [(guess.name, guess.number) for guess in found] == [
        (case.data.classes[5], 5), (case.data.classes[6], 6), (case.data.classes[1], 1)]
    assert found[0].probability == found[1].probability == pytest.approx(softmax(answer.numpy())[0, 5])
    assert sum(guess.probability for guess in top(answer, case, k=99)) == pytest.approx(1)


def test_more_outputs_than_classes_have_numbers() -> None:
    case = experiment(*HEAD, loss="cross_entropy")
    assert top(torch.eye(12)[11:] * 5, case)[0].name == "output 11"
