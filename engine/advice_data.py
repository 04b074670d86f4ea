"""Whether network, data and recipe fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.analysis import Analysis
from engine.data.spec import DataSpec
from engine.experiment import Experiment
from engine.graph import Graph
from engine.layers.activation import LogSoftmax, Sigmoid, Softmax
from engine.layers.base import Layer, Shape, shape_text
from engine.layers.inputs import Input
from engine.messages import Message, say
from engine.problems import Problem, Rule
from engine.recipe import CLASSES_ONLY, LOSS_TITLES, Loss
from engine.repairs import Repair, behind, with_outputs


def _data_are_chosen(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    data = experiment.data
    if data.info.takes_path and not data.path:
        yield Problem("error", None, say("Choose a file for the data “{data}”", data=data.info.title))


def _input_matches_data(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    name, given = analysis.input, experiment.data.sample_shape
    layer = analysis.graph.nodes[name].layer if name else None
    if not name or not isinstance(layer, Input) or layer.shape in (None, given):
        return
    assert layer.shape is not None
    repairs = [Repair(say("Take the shape from the data"), lambda graph: graph.with_layer(name, Input()))]
    repairs += _converted(experiment.data, layer.shape)
    message = say("The Input is {own}, but {data} gives {given}", own=shape_text(layer.shape),
                  data=experiment.data.info.title, given=shape_text(given))
    yield Problem("error", name, message, tuple(repairs))


def _converted(data: DataSpec, wanted: Shape) -> Iterator[Repair]:
    """Images brought to the wanted shape: their channels, their size, or both."""
    if not data.is_image or len(wanted) != 3 or wanted[0] not in (1, 3) or wanted[1] != wanted[2]:
        return
    options: dict[str, object] = {"channels": wanted[0]} if wanted[0] != data.sample_shape[0] else {}
    if wanted[1:] != data.sample_shape[1:]:
        options["resize"] = wanted[1]
    better = data.with_options(**options)
    text = say("Give the data {channels} channels", channels=wanted[0])
    if "resize" in options:
        text = say("Bring the data to {shape}", shape=shape_text(wanted))
    if better.sample_shape == wanted:
        yield Repair(text, change=lambda experiment: replace(experiment, data=better))


def _output_matches_data(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    shape, data = analysis.output_shape, experiment.data
    wanted = data.output_shape
    if shape is None or not wanted or shape == wanted:
        return
    if data.task == "classification":
        message = say("{data} has {classes} classes, but the network ends in {shape}", data=data.info.title,
                      classes=data.num_classes, shape=shape_text(shape))
    elif wanted == (1,):
        message = say("{data} asks for one number, but the network ends in {shape}", data=data.info.title,
                      shape=shape_text(shape))
    else:
        message = say("{data} asks for {wanted} numbers, but the network ends in {shape}", data=data.info.title,
                      wanted=shape_text(wanted), shape=shape_text(shape))
    repairs = (with_outputs(analysis, wanted[0]),) if len(wanted) == 1 else ()
    yield Problem("error", analysis.output, message, repairs)


def _loss_matches_data(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    loss, data = experiment.recipe.loss, experiment.data
    if data.task == "regression" and loss in CLASSES_ONLY:
        message = say("{loss} is for classes, but {data} asks for numbers", loss=LOSS_TITLES[loss],
                      data=data.info.title)
        yield Problem("error", None, message, (_with_loss(say("Use the mean squared error"), "mse"),))


def _with_loss(text: Message, loss: Loss) -> Repair:
    return Repair(text, change=lambda experiment: replace(experiment, recipe=experiment.recipe.with_options(loss=loss)))


def _end_matches_loss(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """What the loss contains must not stand at the end too, and what it expects must."""
    name, loss = analysis.output, experiment.recipe.loss
    if name is None:
        return
    layer = analysis.graph.nodes[name].layer
    twice: dict[Loss, tuple[tuple[type[Layer], ...], Message]] = {
        "cross_entropy": ((Softmax, LogSoftmax),
                          say("Cross-entropy already contains softmax: a second one slows learning")),
        "bce": ((Sigmoid,), say("Binary cross-entropy already contains sigmoid: a second one slows learning")),
    }
    if loss in twice and isinstance(layer, twice[loss][0]):
        yield Problem("warning", name, twice[loss][1],
                      (Repair(say("Remove {name}", name=name), lambda graph: graph.healed(name)),))
    elif loss == "nll" and not isinstance(layer, LogSoftmax):
        message = say("Negative log-likelihood expects logarithms of probabilities: end in LogSoftmax")
        yield Problem("warning", name, message, tuple(_log_probabilities(name, layer)))


def _log_probabilities(name: str, layer: Layer) -> Iterator[Repair]:
    edit: Callable[[Graph], Graph] = behind(name, LogSoftmax())
    if isinstance(layer, Softmax):
        edit = _replaced(name, LogSoftmax(dim=layer.dim))
    yield Repair(say("End in LogSoftmax"), edit)
    yield _with_loss(say("Use cross-entropy"), "cross_entropy")


def _replaced(name: str, layer: Layer) -> Callable[[Graph], Graph]:
    return lambda graph: graph.with_layer(name, layer)


RULES: tuple[Rule, ...] = (
    _data_are_chosen, _input_matches_data, _output_matches_data, _loss_matches_data, _end_matches_loss,
)  # fmt: skip
