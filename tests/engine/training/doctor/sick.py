"""Networks that are sick on purpose: one for each finding, with the cure that is to help."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sklearn.datasets import load_digits

from engine.data.formats.arrays import Arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.graph.parameters import Init, NodeParameters
from engine.training import fit
from engine.training.doctor.cures import cures
from engine.training.events import Event, Finished
from engine.training.values import Metrics, Remark, RemarkKind
from tests.engine.cases import divided, experiment, of_type

Row = tuple[str, str, dict[str, object]]


@dataclass(frozen=True)
class Sick:
    """A finding, a network that shows it, and the words of the cure that is tried."""

    kind: RemarkKind
    how: str  # it is provoked
    make: Experiment
    cure: str
    data: Data | None = None
    worse: float = 0.1  # by so much the accuracy is lower before
    measure: str = "accuracy"
    part: str = "validation"
    place: str = ""


def layers(*kinds: str, width: int = 32, **options: object) -> tuple[Row, ...]:
    """Flatten, then a linear layer and an activation for each kind, and ten scores."""
    rows: list[Row] = [("flatten", "Flatten", {})]
    for number, kind in enumerate(kinds, 1):
        rows += [(f"fc{number}", "Linear", {"out_features": width, **options}), (f"act{number}", kind, {})]
    return (*rows, ("out", "Linear", {"out_features": 10}))


def started(base: Experiment, how: dict[str, NodeParameters]) -> Experiment:
    """With weights that begin so."""
    nodes = {name: replace(node, parameters=how.get(name, node.parameters)) for name, node in base.graph.nodes.items()}
    return replace(base, graph=replace(base.graph, nodes=nodes))


def constant(value: float, bias: float = 0.0) -> NodeParameters:
    """All weights alike."""
    return NodeParameters(weight=Init(kind="constant", value=value), bias=Init(kind="constant", value=bias))


def digits(scale: float = 1 / 16, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The bundled digits as rows of 64 numbers."""
    found = load_digits()
    return (found.data * scale + shift).astype(np.float32), found.target.astype(np.int64)


BN_CNN: tuple[Row, ...] = (
    ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}), ("bn1", "BatchNorm2d", {}),
    ("act1", "ReLU", {}), ("flatten", "Flatten", {}), ("out", "Linear", {"out_features": 10}))


def slow_norm() -> tuple[Row, ...]:
    """Averages that hardly follow."""
    return tuple((name, kind, {**options, **({"momentum": 0.0005} if kind == "BatchNorm2d" else {})})
                 for name, kind, options in BN_CNN)


def rare() -> Data:
    """Two thirds of the digits are 1; of each other digit there are a few."""
    x, y = digits()
    keep = np.concatenate([np.flatnonzero(y == label)[: 170 if label == 1 else 12] for label in range(10)])
    rest = np.setdiff1d(np.arange(len(y)), keep)
    return divided(DataSpec(), Arrays(x[keep].reshape(-1, 1, 8, 8), y[keep], x[rest].reshape(-1, 1, 8, 8), y[rest]))


def large() -> Data:
    """Pixels of some hundreds, with an offset."""
    x, y = digits(scale=20.0, shift=500.0)
    return divided(DataSpec(), Arrays(x.reshape(-1, 1, 8, 8), y))


def mislabelled() -> Data:
    """Every fifth label is another one."""
    x, y = digits()
    y[::5] = (y[::5] + 1 + np.arange(len(y[::5])) % 9) % 10
    return divided(DataSpec(), Arrays(x.reshape(-1, 1, 8, 8), y))


def swapped(*, right: bool = False) -> Data:
    """A sixth of the digits to learn from, the rest as test data."""
    x, y = digits()
    x = x.reshape(-1, 1, 8, 8)
    few, many = (x[:300], y[:300]), (x[300:], y[300:])
    return divided(DataSpec(swap=right), Arrays(*few, *many))


SGD: dict[str, object] = {"optimizer": "sgd", "batch_size": 32, "seed": 1}
SICK: tuple[Sick, ...] = (
    Sick("copies", "all weights begin as 0.1", started(experiment(*layers("ReLU"), **SGD, lr=0.1, epochs=6), {
        "fc1": constant(0.1), "out": constant(0.1)}), "Let all weights start as the recipe says", place="fc1"),
    Sick("dead", "biases begin at −4", started(experiment(*layers("ReLU", "ReLU"), **SGD, lr=0.1, epochs=6), {
        "fc1": NodeParameters(bias=Init(kind="constant", value=-4.0))}), "Let all weights start as the recipe says",
         place="act1"),
    Sick("dead", "a first rate that throws them over", experiment(*layers("ReLU"), **SGD, lr=2.0, epochs=12),
         "Use Leaky ReLU", place="act1"),
    Sick("saturated", "weights begin with a deviation of 8", started(
        experiment(*layers("Sigmoid"), **SGD, lr=0.5, epochs=8), {
            "fc1": NodeParameters(weight=Init(kind="normal", std=8.0))}),
         "Let all weights start as the recipe says", worse=0.03),
    Sick("vanishing", "eight sigmoids in a row", experiment(*layers(*["Sigmoid"] * 8), **SGD, lr=0.1, epochs=6),
         "Put batch norm before the activations", place="fc1"),
    Sick("exploding", "ten layers without scale, unit normal weights", experiment(
        *layers(*["ReLU"] * 10), optimizer="adam", lr=1e-3, batch_size=32, epochs=6, initialization="normal_unit"),
         "Let weights start by Xavier's rule"),
    Sick("large steps", "Adam with a rate of 0.2", experiment(*layers("SiLU", "SiLU"), lr=0.2, epochs=8, seed=1),
         "Set Learning rate to 0.001"),
    Sick("small steps", "SGD with a rate of 0.00001", experiment(*layers("ReLU"), **SGD, lr=1e-5, epochs=6),
         "Set Learning rate to 0.1"),
    Sick("flat", "three sigmoids, a rate of 0.1", experiment(*layers(*["Sigmoid"] * 3), **SGD, lr=0.1, epochs=8),
         "Use ReLU in place of sigmoid and tanh"),
    Sick("not converging", "SGD with a rate of 20", experiment(*layers("ReLU", "ReLU"), **SGD, lr=20.0, epochs=6),
         "Set Learning rate to 0.1"),
    Sick("same answers", "weight decay of 5", experiment(*layers("ReLU"), **SGD, lr=0.1, weight_decay=5.0, epochs=6),
         "Set Weight decay to 0.0005"),
    Sick("plateau", "a rate too large for its end, and labels of which a fifth are wrong", experiment(
        ("flatten", "Flatten", {}), ("out", "Linear", {"out_features": 10}), **{**SGD, "batch_size": 8}, lr=1.0,
        epochs=20), "Let the learning rate fall along a cosine", mislabelled(), worse=0.01),
    Sick("small batches", "batches of 2", experiment(*BN_CNN, **{**SGD, "batch_size": 2}, lr=0.2, epochs=3),
         "Set Batch size to 32", worse=0.01, place="bn1"),
    Sick("drifting", "running averages that follow by 0.0005", experiment(*slow_norm(), **SGD, lr=0.05, epochs=4),
         "Let batch norm's averages follow by 0.1", worse=0.03),
    Sick("imbalance", "170 ones and 12 of each other digit", experiment(*layers("ReLU"), **SGD, lr=0.1, epochs=15),
         "Set Class weights to balanced", rare(), worse=0.02, measure="recall"),
    Sick("unscaled", "pixels of 500 … 820", experiment(*layers("ReLU"), **SGD, lr=0.05, epochs=6), "Normalise the data",
         large()),
    Sick("wrong loss", "softmax before cross-entropy", experiment(
        *layers("ReLU"), ("softmax", "Softmax", {}), **SGD, lr=0.05, epochs=6), "Remove softmax", place="softmax"),
    Sick("rising", "SGD with a rate of 5", experiment(*layers("ELU"), **SGD, lr=5.0, epochs=6),
         "Set Learning rate to 0.1"),
    Sick("overfitting", "a wide network, 160 examples", experiment(
        *layers("ReLU", "ReLU", width=256), data=DataSpec(validation=0.9), optimizer="adam", lr=0.003, batch_size=32,
        epochs=30, seed=1), "Put dropout before the last layer", worse=0.005),
    Sick("underfitting", "3 epochs at a small rate", experiment(*layers("ReLU"), **SGD, lr=0.01, epochs=3),
         "Set Learning rate to 0.1"),
    Sick("swapped", "more test than training examples", experiment(*layers("ReLU"), **SGD, lr=0.1, epochs=8),
         "Swap training and test data", swapped(), part="test", worse=0.05),
)


def run(sick: Experiment, data: Data | None = None, part: str = "validation") -> tuple[list[Event], Metrics]:
    """All events of a training, and the metrics of a part at its end."""
    if data is not None:
        data = swapped(right=True) if sick.data.swap else data
        data = replace(data, spec=sick.data)
    events = list(fit(sick, data=data))
    end = events[-1]
    assert isinstance(end, Finished)
    return events, end.summary.parts[part]


def found(events: list[Event]) -> list[Remark]:
    """What was said."""
    return of_type(events, Remark)


def cured(case: Sick, remark: Remark) -> Experiment:
    """The network with its own cure."""
    offered = {str(repair.text): repair for repair in cures(case.make, remark)}
    return offered[case.cure].of(case.make)
