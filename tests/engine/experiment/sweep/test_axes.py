"""What a sweep goes over, as it is typed."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest

from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.sweep.axes import Axis, AxisError, axes_of, axis_of
from engine.experiment.sweep.fields import FieldError, text_of
from engine.experiment.sweep.setting import Setting, applied, setting_from
from engine.layers.base import LAYERS, OptionError
from tests.engine.cases import MLP, chain, experiment

INNER = chain(("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("act", "Sigmoid", {}))
LAYERS_HERE = (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("act0", "Sigmoid", {}),
               ("block1", "Custom", {"label": "Mine", "graph": INNER}), ("drop1", "Dropout", {"p": 0.5}), *MLP)
BASE = experiment(*LAYERS_HERE)

GOOD = [
    ("lr=0.01,0.1", "lr", (0.01, 0.1)),
    ("recipe.lr=0.01", "lr", (0.01,)),
    (" lr = 0.01 , 0.1 ", "lr", (0.01, 0.1)),
    ("lr=1e-2,0.01,0.010", "lr", (0.01,)),
    ("seed=0..4", "seed", (0, 1, 2, 3, 4)),
    ("seed=0..1,7", "seed", (0, 1, 7)),
    ("weight_decay=0..2", "weight_decay", (0.0, 1.0, 2.0)),
    ("batch_size=16,32", "batch_size", (16, 32)),
    ("optimizer=adam,sgd", "optimizer", ("adam", "sgd")),
    ("optimizer=adam:beta1=0.8,amsgrad=yes,sgd", "optimizer", ("adam:beta1=0.8,amsgrad=yes", "sgd")),
    ("schedule=cosine,step:every=3,factor=0.5", "schedule", ("cosine", "step:every=3,factor=0.5")),
    ("schedule=cosine;step:every=3,factor=0.5", "schedule", ("cosine", "step:every=3,factor=0.5")),
    ("averaging=none,ema:decay=0.9", "averaging", ("none", "ema:decay=0.9")),
    ("loss=mse,cross_entropy", "loss", ("mse", "cross_entropy")),
    ("precision=float32", "precision", ("float32",)),
    ("decay_biases=yes,no", "decay_biases", (True, False)),
    ("validation=0.1,0.2", "validation", (0.1, 0.2)),
    ("data.seed=1,2", "data.seed", (1, 2)),
    ("augment.rotate=0,15", "augment.rotate", (0.0, 15.0)),
    ("rotate=15", "rotate", (15.0,)),
    ("resize=none,16", "resize", (None, 16)),
    ("normalize=on,off", "normalize", (True, False)),
    ("fc1.out_features=8,16", "fc1.out_features", (8, 16)),
    ("conv1.kernel_size=3,3x1", "conv1.kernel_size", (3, (3, 1))),
    ("conv1.kernel_size=3×1", "conv1.kernel_size", ((3, 1),)),
    ("block1.conv.out_channels=2,4", "block1.conv.out_channels", (2, 4)),
    ("drop1.p=0.1,0.2", "drop1.p", (0.1, 0.2)),
    ("dropout.p=0.1", "Dropout.p", (0.1,)),
    ("CONV2D.out_channels=2", "Conv2d.out_channels", (2,)),
    ("Sigmoid=relu,Tanh", "Sigmoid", ("ReLU", "Tanh")),
    ("act0=ReLU", "act0", ("ReLU",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "values"), GOOD)
def test_what_is_typed_is_a_field_with_values(text: str, field: str, values: tuple[object, ...]) -> None:
    axis = axis_of(BASE, text)
    assert (axis.field, axis.values) == (field, values) and not axis.is_range
    assert axis_of(BASE, axis.text) == axis  # as it is kept in a folder


@pytest.mark.parametrize(("text", "low", "high", "is_log"), [
    ("lr=1e-4..0.1", 1e-4, 0.1, True), ("lr=0.05..0.2", 0.05, 0.2, False), ("drop1.p=0.0..0.6", 0, 0.6, False),
    ("batch_size=8.0..256.0", 8, 256, True), ("rotate=1..2.5", 1, 2.5, False), ("lr=.1..1", 0.1, 1, True),
])  # fmt: skip
def test_numbers_with_a_point_are_a_range(text: str, low: float, high: float, is_log: bool) -> None:
    axis, random = axis_of(BASE, text), Random(0)
    assert axis.is_range and (axis.low, axis.high, axis.is_log) == (low, high, is_log)
    assert axis_of(BASE, axis.text) == axis
    drawn = [axis.draw(random) for _ in range(400)]
    assert all(isinstance(value, (int, float)) and low <= value <= high for value in drawn)
    middle = math.sqrt(low * high) if is_log else (low + high) / 2
    assert 140 < sum(value < middle for value in drawn) < 260  # evenly, on its own scale


def test_a_field_of_whole_numbers_is_drawn_in_whole_ones() -> None:
    axis, random = axis_of(BASE, "batch_size=8.0..256.0"), Random(1)
    assert all(type(axis.draw(random)) is int for _ in range(20))


BAD = [
    ("", "is wanted"), ("lr", "such as lr=0.01,0.1"), ("lr=", "is wanted"), ("=3", "is wanted"),
    ("lrr=3", "did you mean lr"), ("fc1.out_feature=3", "It has: out_features"), ("fc9.out_features=3", "fc1"),
    ("zzzzzz=3", "Of the recipe there are loss"), ("lr=-1", "more than 0"), ("lr=fast", "must be a number"),
    ("batch_size=1.5", "whole number"), ("batch_size=1.000", "Write 1000 or 1"), ("optimizer=adamm", "did you mean"),
    ("loss=foo", "cross_entropy"), ("lr=0.1..0.01", "below the second"), ("seed=4..0", "below the second"),
    ("seed=0..5000", "0.0..5000.0"), ("lr=0.01..0.1,0.5", "stands alone"), ("folds=2,3", "single ones"),
    ("best_by=train_loss", "compared by"), ("drop1.p=1.5", "at most"), ("dropout.q=1", "It has: p"),
    ("Sigmoid=Relux", "try"), ("block1.nothing.p=1", "There are: input, conv, act"),
    ("fc1.inner.p=1", "no layers of its own"), ("lr=5000.0..6000.0", "at most"), ("kind.zip=number", "kind.zip"),
    ("schedule=cosine:foo=1", "has no option"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), BAD)
def test_what_cannot_be_swept_over_is_said(text: str, says: str) -> None:
    with pytest.raises(OptionError) as error:
        axis_of(BASE, text)
    assert says in str(error.value)
    assert isinstance(error.value, FieldError)


def test_a_field_is_named_once() -> None:
    with pytest.raises(AxisError, match="lr is named twice"):
        axes_of(BASE, ["lr=0.1", "seed=0", "recipe.lr=0.2"])


def with_setting(**values: object) -> Experiment:
    return applied(BASE, Setting(tuple((name.replace("__", "."), value) for name, value in values.items())))  # type: ignore[misc]


def test_a_setting_is_another_experiment() -> None:
    made = with_setting(lr=0.5, augment__rotate=15.0, fc1__out_features=3)
    assert made == replace(
        BASE, recipe=BASE.recipe.with_options(lr=0.5), data=BASE.data.with_options(augment={"rotate": 15.0}),
        graph=BASE.graph.with_layers({"fc1": LAYERS["Linear"](out_features=3)}))


def test_a_kind_reaches_into_own_blocks() -> None:
    made = with_setting(Conv2d__out_channels=7, Sigmoid="Tanh")
    inner = made.graph.nodes["block1"].layer
    assert isinstance(inner, Custom)
    assert [graph.nodes[name].layer.out_channels  # type: ignore[attr-defined]
            for graph, name in ((made.graph, "conv1"), (inner.graph, "conv"))] == [7, 7]
    assert [graph.nodes[name].layer.kind() for graph, name in (
        (made.graph, "act0"), (inner.graph, "act"))] == ["Tanh", "Tanh"]  # names stay: other fields go by them


def test_one_layer_may_be_replaced_after_its_options() -> None:
    made = with_setting(act0="ReLU", drop1="AlphaDropout", drop1__p=0.25)
    assert made.graph.nodes["act0"].layer.kind() == "ReLU"
    assert made.graph.nodes["drop1"].layer == LAYERS["AlphaDropout"](p=0.25)  # type: ignore[call-arg]


def test_the_experiment_itself_stays() -> None:
    before = BASE.graph
    with_setting(fc1__out_features=3)
    assert BASE.graph is before and BASE.recipe == Recipe.model_validate(dict(BASE.recipe))


def test_a_setting_is_kept_as_json() -> None:
    setting = Setting((("lr", 1e-5), ("conv1.kernel_size", (3, 1)), ("resize", None), ("decay_biases", False)))
    assert setting.title == "lr=1e-5,conv1.kernel_size=3×1,resize=none,decay_biases=no"
    again = [(name, list(value) if isinstance(value, tuple) else value) for name, value in setting.values]
    assert setting_from(again) == setting
    assert Setting((("seed", 1), ("lr", 0.1))).without_seed == Setting((("lr", 0.1),))


def test_an_axis_of_texts_with_commas_is_parted_by_semicolons() -> None:
    axis = Axis("schedule", ("step:every=3,factor=0.5", "cosine"))
    assert axis.text == "schedule=step:every=3,factor=0.5;cosine" and text_of(True) == "yes"
