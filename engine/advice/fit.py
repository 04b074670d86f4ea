"""Whether network, data and recipe fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.advice.problem import Problem, Rule
from engine.advice.repairs.edits import behind, with_layer, without
from engine.advice.repairs.outputs import with_outputs
from engine.advice.repairs.repair import Repair
from engine.advice.repairs.wires import connections
from engine.analysis.analysis import Analysis
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Loss
from engine.layers.activation import LogSoftmax, Sigmoid, Softmax
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Identity
from engine.messages import Message, say
from engine.units import shape_text


def _data_are_chosen(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    data = experiment.data
    if data.source.takes_path and not data.path:
        yield Problem("error", None, say("Choose a file for the data “{data}”", data=data.source.title))


def _input_matches_data(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    name, given = analysis.input, experiment.data.sample_shape
    layer = analysis.graph.nodes[name].layer if name else None
    if not name or not isinstance(layer, Input) or layer.shape in (None, given):
        return
    assert layer.shape is not None
    repairs = [Repair(say("Take the shape from the data"), with_layer(name, Input()))]
    repairs += _converted(experiment.data, layer.shape)
    message = say("The Input is {own}, but {data} gives {given}", own=shape_text(layer.shape),
                  data=experiment.data.source.title, given=shape_text(given))
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
        message = say("{data} has {classes} classes, but the network ends in {shape}", data=data.source.title,
                      classes=data.num_classes, shape=shape_text(shape))
    elif wanted == (1,):
        message = say("{data} asks for one number, but the network ends in {shape}", data=data.source.title,
                      shape=shape_text(shape))
    else:
        message = say("{data} asks for {wanted} numbers, but the network ends in {shape}", data=data.source.title,
                      wanted=shape_text(wanted), shape=shape_text(shape))
    assert analysis.output is not None
    repairs = with_outputs(analysis, wanted[0]) if len(wanted) == 1 else ()
    repairs = (*connections(analysis, analysis.output), *repairs)
    yield Problem("error", analysis.output, message, repairs, unfinished=True)


def _loss_matches_data(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    loss, data = experiment.recipe.loss_row, experiment.data
    if data.task == "regression" and loss.classes_only:
        message = say("{loss} is for classes, but {data} asks for numbers", loss=loss.title, data=data.source.title)
        yield Problem("error", None, message, (_with_loss(say("Use the mean squared error"), "mse"),))


def _with_loss(text: Message, loss: Loss) -> Repair:
    return Repair(text, change=lambda experiment: replace(experiment, recipe=experiment.recipe.with_options(loss=loss)))


LIMITLESS: tuple[Loss, ...] = ("cross_entropy", "bce")  # they bring numbers of any size between 0 and 1 themselves


def end_problems(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """What the loss contains must not stand at the end too, and what it expects must."""
    name, loss = analysis.output, experiment.recipe.loss
    if name is None:
        return
    name = _last_that_computes(analysis, name)
    layer = analysis.graph.nodes[name].layer
    if loss == "cross_entropy" and isinstance(layer, (Softmax, LogSoftmax)):
        message = say("Cross-entropy already contains softmax: a second one slows learning")
        yield Problem("warning", name, message, tuple(_without_end(name, layer)))
    elif loss == "bce" and isinstance(layer, Sigmoid):
        message = say("Binary cross-entropy already contains sigmoid: a second one slows learning")
        yield Problem("warning", name, message, tuple(_without_end(name, layer)))
    elif loss == "nll" and not isinstance(layer, LogSoftmax):
        message = say("Negative log-likelihood expects logarithms of probabilities: end in LogSoftmax")
        is_end = analysis.output_shape == experiment.data.output_shape
        yield Problem("warning", name, message, tuple(_log_probabilities(name, layer)), unfinished=not is_end)
    elif loss in LIMITLESS and layer.category == "activation" and analysis.output_shape == experiment.data.output_shape:
        message = say("{layer} at the end limits the scores: {loss} takes any number", layer=say(layer.title),
                      loss=experiment.recipe.loss_row.title.lower())
        yield Problem("hint", name, message, (Repair(say("Remove {name}", name=name), without(name)),))


def _last_that_computes(analysis: Analysis, name: str) -> str:
    """The end, or what is above it where only views and copies follow."""
    nodes, inputs = analysis.graph.nodes, analysis.graph.inputs
    while isinstance(nodes[name].layer, (Flatten, Identity)) and len(inputs[name]) == 1:
        name = inputs[name][0].source
    return name


def _without_end(name: str, layer: Layer) -> Iterator[Repair]:
    yield Repair(say("Remove {name}", name=name), without(name))
    if isinstance(layer, LogSoftmax):
        yield _with_loss(say("Use negative log-likelihood"), "nll")


def _log_probabilities(name: str, layer: Layer) -> Iterator[Repair]:
    edit = with_layer(name, LogSoftmax(dim=layer.dim)) if isinstance(layer, Softmax) else behind(name, LogSoftmax())
    yield Repair(say("End in LogSoftmax"), edit)
    if not isinstance(layer, Softmax):
        yield _with_loss(say("Use cross-entropy"), "cross_entropy")
    else:
        yield Repair(say("Use cross-entropy"), change=lambda experiment: replace(
            experiment, graph=without(name)(experiment.graph),
            recipe=experiment.recipe.with_options(loss="cross_entropy")))


RULES: tuple[Rule, ...] = (
    _data_are_chosen, _input_matches_data, _output_matches_data, _loss_matches_data, end_problems,
)  # fmt: skip
