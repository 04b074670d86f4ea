"""Learning numbers: losses, metrics and the best epoch without classes; a code layer that fails."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.advice.advice import AdviceError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.network.weights import initial_module
from engine.runs.folder import record
from engine.runs.names import METRICS
from engine.runs.resuming import load_checkpoint
from engine.runs.texts import summary_json
from engine.training import Control, fit
from engine.training.events import CheckpointReached, Finished
from engine.training.failures import DataShapeError
from tests.engine.cases import chain, experiment, of_type, trained

LINE = (("fc1", "Linear", {"out_features": 1}),)
WEIGHT, BIAS = torch.tensor([[2.0, -3.4]]), 4.2


def linear(seed: int, count: int) -> Split:
    """y = Xw + b + noise."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 2, generator=generator)
    return Split(x, x @ WEIGHT.T + BIAS + 0.01 * torch.randn(count, 1, generator=generator))


@pytest.fixture
def data() -> Data:
    return Data(DataSpec(dataset="linear"), linear(1, 1000), linear(2, 200), linear(3, 200), (), ())


def regression(*rows: tuple[str, str, dict[str, object]], **recipe: object) -> Experiment:
    options = {"loss": "mse", "lr": 0.03, "batch_size": 10, "epochs": 3, "device": "cpu", "initialization": "normal",
               **recipe}
    return Experiment(chain(*(rows or LINE)), DataSpec(dataset="linear"), Recipe.model_validate(options))


def test_linear_regression_finds_the_true_parameters(data: Data) -> None:
    _, epochs, end = trained(regression(), data=data)
    weights = epochs[-1].weights
    assert (weights["fc1.weight"] - WEIGHT).abs().max() < 0.002 and abs(weights["fc1.bias"] - BIAS) < 0.002
    line = str(end.summary.line)
    assert line.startswith("best epoch 3 of 3: train loss 0.0001") and "acc" not in line


def test_metrics_are_those_of_the_whole_set(data: Data) -> None:
    base = regression(epochs=1)
    _, epochs, end = trained(base, data=data)
    module = initial_module(base)
    module.load_state_dict(epochs[0].weights)
    error = module(data.test.inputs) - data.test.targets
    named = end.summary.test.named
    assert math.isnan(end.summary.test.accuracy) and list(named) == ["loss", "mae", "rmse", "r2"]
    assert named["mae"] == pytest.approx(error.abs().mean().item(), rel=1e-4)
    assert named["rmse"] ** 2 == pytest.approx(named["loss"], rel=1e-4)
    assert named["r2"] == pytest.approx(1 - (error.square().mean() / data.test.targets.var(correction=0)).item())


def test_the_best_epoch_has_the_lowest_loss(data: Data) -> None:
    """Of targets that say nothing, every epoch learns more of the noise."""
    noise = replace(data, validation=Split(data.validation.inputs, -data.validation.targets))
    _, epochs, end = trained(regression(epochs=4, lr=0.001), data=noise)
    losses = [epoch.validation.loss for epoch in epochs]
    assert losses == sorted(losses) and end.summary.best_epoch == 1
    assert [epoch.is_best for epoch in epochs] == [True, False, False, False]


@pytest.mark.parametrize(("reduction", "lr"), [("sum", 0.003), ("mean", 0.03)])
def test_a_sum_over_the_batch_takes_longer_steps(reduction: str, lr: float, data: Data) -> None:
    losses = [trained(regression(reduction=name, lr=rate, epochs=1), data=data)[1][0] for name, rate in
              ((reduction, lr), ("mean", 0.03))]
    assert torch.allclose(losses[0].weights["fc1.weight"], losses[1].weights["fc1.weight"], atol=1e-6)
    assert losses[0].train.loss == pytest.approx(losses[1].train.loss, rel=1e-4)  # shown for each example


def test_one_seed_one_run_that_can_be_continued(data: Data, tmp_path: Path) -> None:
    base = regression(optimizer="momentum", epochs=4)
    for name in ("one", "two"):
        list(record(fit(base, data=data), base, tmp_path / name))
    control = Control()
    for event in record(fit(base, control, data=data), base, tmp_path / "parts"):
        if isinstance(event, CheckpointReached) and event.checkpoint.epoch == 2:
            control.stop()
    checkpoint = load_checkpoint(tmp_path / "parts", base)
    list(record(fit(base, data=data, resume=checkpoint), base, tmp_path / "parts", checkpoint))
    texts = [(tmp_path / name / METRICS).read_text() for name in ("one", "two", "parts")]
    assert texts[0] == texts[1] == texts[2]
    header, first, *_ = (line.split(",") for line in texts[0].splitlines())
    values = dict(zip(header, first, strict=True))
    assert values["train_accuracy"] == values["validation_accuracy"] == values["validation_log_rmse"] == ""
    assert float(values["validation_rmse"]) == pytest.approx(math.sqrt(float(values["validation_loss"])), rel=1e-2)


def test_the_summary_says_null_where_there_are_no_classes(data: Data) -> None:
    text = summary_json(trained(regression(epochs=1), data=data)[2].summary)
    assert text.count('"accuracy": null') == 3 and "NaN" not in text


def test_without_validation_examples_the_last_epoch_is_the_result(data: Data) -> None:
    nothing = Split(data.train.inputs[:0], data.train.targets[:0])
    rising = regression(epochs=3, schedule="step:every=1,factor=1", lr=0.5)
    _, epochs, end = trained(rising, data=replace(data, validation=nothing, test=nothing))
    assert all(math.isnan(epoch.validation.loss) and epoch.is_best and epoch.complete for epoch in epochs)
    assert (end.summary.best_epoch, end.summary.chosen_by, end.summary.train) == (3, "", epochs[-1].train)
    assert math.isnan(end.summary.test.loss) and str(end.summary.line).startswith("epoch 3 of 3: train loss ")


def test_the_training_examples_after_each_epoch_are_judged_when_asked_for(data: Data) -> None:
    _, epochs, end = trained(regression(epochs=2, train_curve=True), data=data)
    for epoch in epochs:
        weights = epoch.weights
        outputs = data.train.inputs @ weights["fc1.weight"].T + weights["fc1.bias"]
        expected = (outputs - data.train.targets).square().mean().item()
        assert epoch.after.loss == pytest.approx(expected, rel=1e-3)
    assert epochs[0].train.loss > 100 * epochs[0].after.loss, "the mean while learning has the beginning in it"
    assert end.summary.after == epochs[end.summary.best_epoch - 1].after


def test_a_picture_of_numbers_is_learned(data: Data) -> None:
    """The book's edge detector: a squared error summed over one example."""
    x = torch.ones(1, 1, 6, 8)
    x[..., 2:6] = 0
    y = x[..., :-1] - x[..., 1:]
    spec = DataSpec(dataset="edges")
    base = regression(("conv1", "Conv2d", {"out_channels": 1, "kernel_size": (1, 2), "bias": False}),
                      reduction="sum", epochs=10, batch_size=1, initialization="default")
    base = replace(base, data=spec)
    one = Split(x, y)
    kernel = trained(base, data=replace(data, spec=spec, train=one, validation=one, test=one))[2]
    net = nn.Conv2d(1, 1, (1, 2), bias=False)
    net.load_state_dict({"weight": initial_module(base).state_dict()["conv1.weight"]})
    for _ in range(10):
        net.zero_grad()
        loss = (net(x) - y).square().sum()
        loss.backward()
        net.weight.data -= 0.03 * net.weight.grad
    assert kernel.summary.train.loss == pytest.approx(loss.item(), rel=1e-4)


def test_losses_for_classes_are_refused_in_words() -> None:
    with pytest.raises(AdviceError, match=r"^Cross-entropy is for classes, but .* asks for numbers$"):
        next(fit(regression(loss="cross_entropy")))


def test_targets_of_another_shape_are_refused(data: Data) -> None:
    flat = replace(data, train=Split(data.train.inputs, data.train.targets[:, 0]))
    with pytest.raises(DataShapeError, match="promises 1 to predict, but gives one number"):
        list(fit(regression(), data=flat))


def test_inputs_of_other_shapes_train(data: Data) -> None:
    """Volumes and sequences: nothing is laid out as an image."""
    for shape, kind in (((2, 6, 6, 6), "Conv3d"), ((2, 12), "Conv1d")):
        spec = DataSpec.model_validate({"dataset": "tensors", "path": "x.npz", "known": {
            "sample_shape": shape, "task": "regression", "output_shape": (1,), "examples": 40}})
        x = torch.rand(40, *shape)
        part = Split(x, x.flatten(1).mean(1, keepdim=True))
        base = regression(("conv1", kind, {"out_channels": 3, "kernel_size": 3}), ("flatten", "Flatten", {}), *LINE)
        whole = Data(spec, part, part, part, (), ())
        assert trained(replace(base, data=spec), data=whole)[2].summary.epochs == 3


def test_what_a_file_holds_is_found_out_by_reading(tmp_path: Path) -> None:
    """The spec says nothing of shapes and classes: they are checked once the data are there."""
    x = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    np.savez(tmp_path / "own.npz", x=x, y=(x[:, :1] > 0).astype(np.int64)[:, 0])
    spec = DataSpec(dataset="tensors", path=str(tmp_path / "own.npz"))
    fitting = replace(experiment(("fc1", "Linear", {"out_features": 2})), data=spec)
    assert not spec.is_known and trained(fitting)[2].summary.params == 12
    with pytest.raises(AdviceError, match=r"fc1: .*2 classes, but the network ends in 3"):
        list(fit(replace(experiment(("fc1", "Linear", {"out_features": 3})), data=spec)))


# -- code -------------------------------------------------------------------------------------------------------------

MOODY = '''class Moody(nn.Module):
    def forward(self, x):
        if x.shape[0] > 2:
            raise KeyError("too many")
        return x
'''


def test_code_that_fails_while_training_is_named_with_its_line() -> None:
    from engine.experiment.trust import allow
    from engine.layers.code.source import CodeError

    allow([MOODY])
    code = Node("mine", LAYERS["Code"].model_validate({"source": MOODY}))
    plain = experiment()
    nodes = [*plain.graph.nodes.values(), code]
    edges = [edge for edge in plain.graph.edges if edge.target != "fc1"]
    graph = Graph.of(nodes, [*edges, Edge("flatten", "mine"), Edge("mine", "fc1")])
    with pytest.raises(CodeError, match=r"Line 4: KeyError: 'too many'"):
        list(fit(replace(plain, graph=graph)))


def test_events_of_a_run_end_with_finished(data: Data) -> None:
    assert len(of_type(list(fit(regression(epochs=1), data=data)), Finished)) == 1
