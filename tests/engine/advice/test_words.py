"""What is said of a network with its data and loss, word by word, and what each repair changes."""

from __future__ import annotations

import pytest

from engine.advice.advice import advise
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Loss, Recipe
from engine.graph.graph import Graph
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.line.line import build_line
from engine.units import shape_text
from tests.engine.drawn import drawn


def _changes(before: Experiment, after: Experiment) -> str:
    found = [drawn(after.graph)] if after.graph != before.graph else []
    found += [f"loss {after.recipe.loss}"] if after.recipe != before.recipe else []
    found += [f"data of {shape_text(after.data.sample_shape)}"] if after.data != before.data else []
    return " and ".join(found)


@pytest.mark.parametrize(("data", "loss", "shape", "line", "said"), [
    ("mnist", "cross_entropy", None, "flatten, linear 10, softmax", [
      "warning at softmax1: Cross-entropy already contains softmax: a second one slows learning",
      "- Remove softmax1: Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 10, logsoftmax", [
      "warning at softmax1: Cross-entropy already contains softmax: a second one slows learning",
      "- Remove softmax1: Flatten > Linear out_features=10",
      "- Use negative log-likelihood: loss nll"]),
    ("mnist", "cross_entropy", None, "flatten, linear 10, softmax, identity, flatten", [
      "warning at softmax1: Cross-entropy already contains softmax: a second one slows learning",
      "- Remove softmax1: Flatten > Linear out_features=10 > Identity > Flatten"]),
    ("mnist", "cross_entropy", None, "flatten, linear 10, relu", [
      "hint at act1: ReLU at the end limits the scores: cross-entropy takes any number",
      "- Remove act1: Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 7, relu", [
      "error at act1: MNIST has 10 classes, but the network ends in 7",
      "- Set outputs to 10: Flatten > Linear out_features=10 > ReLU"]),
    ("mnist", "cross_entropy", None, "flatten, linear 10, sigmoid", [
      "hint at act1: Sigmoid at the end limits the scores: cross-entropy takes any number",
      "- Remove act1: Flatten > Linear out_features=10"]),
    ("mnist", "bce", None, "flatten, linear 10, sigmoid", [
      "warning at act1: Binary cross-entropy already contains sigmoid: a second one slows learning",
      "- Remove act1: Flatten > Linear out_features=10"]),
    ("mnist", "bce", None, "flatten, linear 10, softmax", [
      "hint at softmax1: Softmax at the end limits the scores: binary cross-entropy takes any number",
      "- Remove softmax1: Flatten > Linear out_features=10"]),
    ("mnist", "bce", None, "flatten, linear 10, tanh", [
      "hint at act1: Tanh at the end limits the scores: binary cross-entropy takes any number",
      "- Remove act1: Flatten > Linear out_features=10"]),
    ("mnist", "bce", None, "flatten, linear 10", []),
    ("mnist", "nll", None, "flatten, linear 10", [
      "warning at fc1: Negative log-likelihood expects logarithms of probabilities: end in LogSoftmax",
      "- End in LogSoftmax: Flatten > Linear out_features=10 > LogSoftmax",
      "- Use cross-entropy: loss cross_entropy"]),
    ("mnist", "nll", None, "flatten, linear 10, softmax", [
      "warning at softmax1: Negative log-likelihood expects logarithms of probabilities: end in LogSoftmax",
      "- End in LogSoftmax: Flatten > Linear out_features=10 > LogSoftmax",
      "- Use cross-entropy: Flatten > Linear out_features=10 and loss cross_entropy"]),
    ("mnist", "nll", None, "flatten, linear 10, logsoftmax, flatten", []),
    ("mnist", "mse", None, "flatten, linear 10, relu", []),
    ("linear", "cross_entropy", None, "linear 1", [
      "error at None: Cross-entropy is for classes, but Linear (synthetic) asks for numbers",
      "- Use the mean squared error: loss mse"]),
    ("linear", "nll", None, "linear 1", [
      "error at None: Negative log-likelihood is for classes, but Linear (synthetic) asks for numbers",
      "- Use the mean squared error: loss mse",
      "warning at fc1: Negative log-likelihood expects logarithms of probabilities: end in LogSoftmax",
      "- End in LogSoftmax: Linear out_features=1 > LogSoftmax",
      "- Use cross-entropy: loss cross_entropy"]),
    ("linear", "mse", None, "linear 3", [
      "error at fc1: Linear (synthetic) asks for one number, but the network ends in 3",
      "- Set outputs to 1: Linear out_features=1"]),
    ("linear", "mse", None, "linear 1", []),
    ("linear", "mse", None, "", [
      "error at None: Nothing follows the Input: add a layer and draw a wire to it",
      "- Add Linear 1: Linear out_features=1"]),
    ("mnist", "cross_entropy", (3, 28, 28), "flatten, linear 10", [
      "error at input: The Input is 3×28×28, but MNIST gives 1×28×28",
      "- Take the shape from the data: Flatten > Linear out_features=10",
      "- Give the data 3 channels: data of 3×28×28"]),
    ("mnist", "cross_entropy", (1, 32, 32), "flatten, linear 10", [
      "error at input: The Input is 1×32×32, but MNIST gives 1×28×28",
      "- Take the shape from the data: Flatten > Linear out_features=10",
      "- Bring the data to 1×32×32: data of 1×32×32"]),
    ("mnist", "cross_entropy", (3, 32, 32), "flatten, linear 10", [
      "error at input: The Input is 3×32×32, but MNIST gives 1×28×28",
      "- Take the shape from the data: Flatten > Linear out_features=10",
      "- Bring the data to 3×32×32: data of 3×32×32"]),
    ("mnist", "cross_entropy", (2, 28, 28), "flatten, linear 10", [
      "error at input: The Input is 2×28×28, but MNIST gives 1×28×28",
      "- Take the shape from the data: Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", (1, 28, 30), "flatten, linear 10", [
      "error at input: The Input is 1×28×30, but MNIST gives 1×28×28",
      "- Take the shape from the data: Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", (784,), "linear 10", [
      "error at input: The Input is 784, but MNIST gives 1×28×28",
      "- Take the shape from the data: Linear out_features=10"]),
    ("mnist", "cross_entropy", (1, 28, 28), "flatten, linear 10", []),
    ("linear", "mse", (1, 28, 28), "flatten, linear 1", [
      "error at input: The Input is 1×28×28, but Linear (synthetic) gives 2",
      "- Take the shape from the data: Flatten > Linear out_features=1"]),
    ("folder", "cross_entropy", None, "flatten, linear 2", [
      "error at None: Choose a file for the data “Image folder”"]),
    ("mnist", "cross_entropy", None, "flatten, linear 64, linear 10", [
      "warning at fc2: Nothing bends between fc1 and fc2: two linear layers in a row are no more than one",
      "- Insert ReLU: Flatten > Linear > ReLU > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 5, linear 10", [
      "hint at fc2: Nothing bends between fc1 and fc2: two linear layers in a row are no more than one",
      "- Insert ReLU: Flatten > Linear out_features=5 > ReLU > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 10, linear 10", [
      "warning at fc2: Nothing bends between fc1 and fc2: two linear layers in a row are no more than one",
      "- Insert ReLU: Flatten > Linear out_features=10 > ReLU > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 64, dropout, batchnorm1d, linear 20, tanh, linear 10", [
      "warning at fc2: Nothing bends between fc1 and fc2: two linear layers in a row are no more than one",
      "- Insert Tanh: Flatten > Linear > Tanh > Dropout > BatchNorm1d > Linear out_features=20 > Tanh > "
      "Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "conv 4 3x3, conv 4 3x3, flatten, linear 10", [
      "hint at conv2: No activation between conv1 and conv2: two convolutions in a row are no more than a "
      "larger one",
      "- Insert ReLU: Conv2d out_channels=4 > ReLU > Conv2d out_channels=4 > Flatten > Linear "
      "out_features=10"]),
    ("mnist", "cross_entropy", None, "conv 4 3x3, batchnorm2d, avgpool 2, conv 4 3x3, elu, flatten, linear 10", [
      "hint at conv2: No activation between conv1 and conv2: two convolutions in a row are no more than a "
      "larger one",
      "- Insert ELU: Conv2d out_channels=4 > BatchNorm2d > ELU > AvgPool2d > Conv2d out_channels=4 > ELU > "
      "Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "conv 4 3x3, batchnorm2d, batchnorm2d, conv 4 3x3, flatten, linear 10", [
      "hint at conv2: No activation between conv1 and conv2: two convolutions in a row are no more than a "
      "larger one",
      "- Insert ReLU: Conv2d out_channels=4 > BatchNorm2d > BatchNorm2d > ReLU > Conv2d out_channels=4 > "
      "Flatten > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "conv 4 1x1, conv 4 3x3, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "conv 4 3x3, conv 4 1x1, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "conv 4 3x3, maxpool 2, conv 4 3x3, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "conv 4 3x3, conv 4 3x3 groups=2, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "conv 4 3x3 groups=1, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "conv 4 3x3, lrn, conv 4 3x3, flatten, linear 10", []),
    ("mnist", "cross_entropy", None, "flatten, linear 9, tanh, linear 9, tanh, linear 9, relu, linear 9, linear 10", [
      "warning at fc5: Nothing bends between fc4 and fc5: two linear layers in a row are no more than one",
      "- Insert Tanh: Flatten > Linear out_features=9 > Tanh > Linear out_features=9 > Tanh > Linear "
      "out_features=9 > ReLU > Linear out_features=9 > Tanh > Linear out_features=10"]),
    ("mnist", "cross_entropy", None, "flatten, linear 9, softmax, linear 9, linear 10", [
      "warning at fc3: Nothing bends between fc2 and fc3: two linear layers in a row are no more than one",
      "- Insert ReLU: Flatten > Linear out_features=9 > Softmax > Linear out_features=9 > ReLU > Linear "
      "out_features=10"]),
    ("mnist", "cross_entropy", None,
     "flatten, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 9, "
     "sigmoid, linear 10", [
      "hint at act1: 5 sigmoids one after the other make gradients vanish: ReLU learns faster",
      "- Replace every sigmoid by ReLU: Flatten > Linear out_features=9 > ReLU > Linear out_features=9 > "
      "ReLU > Linear out_features=9 > ReLU > Linear out_features=9 > ReLU > Linear out_features=9 > ReLU > "
      "Linear out_features=10"]),
    ("mnist", "cross_entropy", None,
     "flatten, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 10", []),
    ("mnist", "cross_entropy", None,
     "flatten, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 9, sigmoid, linear 10, "
     "sigmoid", [
      "hint at act5: Sigmoid at the end limits the scores: cross-entropy takes any number",
      "- Remove act5: Flatten > Linear out_features=9 > Sigmoid > Linear out_features=9 > Sigmoid > Linear "
      "out_features=9 > Sigmoid > Linear out_features=9 > Sigmoid > Linear out_features=10"]),
    ("mnist", "cross_entropy", None,
     "flatten, linear 9, batchnorm1d, sigmoid, linear 9, batchnorm1d, sigmoid, linear 9, batchnorm1d, "
     "sigmoid, linear 9, batchnorm1d, sigmoid, linear 9, batchnorm1d, sigmoid, linear 10", []),
])  # fmt: skip
def test_what_is_said_and_mended(data: str, loss: Loss, shape: Shape | None, line: str, said: list[str]) -> None:
    graph = build_line(Graph(), f"input, {line}" if line else "input")[0]
    experiment = Experiment(graph.with_layer("input", Input(shape=shape)), DataSpec().with_options(dataset=data),
                            Recipe(loss=loss))
    found = []
    for problem in advise(experiment):
        found.append(f"{problem.severity} at {problem.node}: {problem.message}")
        found += [f"- {repair.text}: {_changes(experiment, repair.of(experiment))}" for repair in problem.repairs]
    assert found == said
