"""What may cure what ails a run: edits of its experiment, as buttons. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from engine.advice.fit import end_problems
from engine.advice.repairs.repair import Repair
from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.replacing import replaced
from engine.data.options.options import Augment
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.edits import inserted, only_end, with_layers
from engine.graph.graph import Graph
from engine.graph.parameters import DEFAULT_INIT
from engine.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.layers.linear import Linear
from engine.layers.normalization import BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm
from engine.layers.regularization import Dropout
from engine.messages import LayerloomError, Message, say
from engine.training.judge.rates import lower_rate, usual_rate
from engine.training.values import Remark, RemarkKind
from engine.units import typed_text

Cures = Callable[[Experiment, Remark], Iterator[Repair]]
_CURES: dict[RemarkKind, Cures] = {}
USUAL_DECAY, USUAL_DROPOUT, CLIPPED = 5e-4, 0.5, 1.0
USUAL_MOMENTUM, USUAL_BATCH = 0.1, 32
ADAM = 1e-3  # its usual rate (Kingma and Ba 2015)


def cures(experiment: Experiment, remark: Remark) -> tuple[Repair, ...]:
    """What may help, the likeliest first; only what would change something and leaves a network that can be trained."""
    found = list(_suggested(experiment, remark))
    if remark.kind in _CURES:
        found += _CURES[remark.kind](experiment, remark)
    by_words = {str(repair.text): repair for repair in reversed(found) if _changes(experiment, repair)}
    return tuple(reversed(by_words.values()))


def _suggested(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    if remark.suggestion is not None and remark.suggestion[0] in Recipe.model_fields:
        yield _with_recipe(**{remark.suggestion[0]: remark.suggestion[1]})


def _changes(experiment: Experiment, repair: Repair) -> bool:
    try:
        mended = repair.of(experiment)
        return mended != experiment and analyze(mended.graph, mended.data.sample_shape).output_shape is not None
    except LayerloomError:
        return False


def _cures(*kinds: RemarkKind) -> Callable[[Cures], Cures]:
    def note(function: Cures) -> Cures:
        _CURES.update(dict.fromkeys(kinds, function))
        return function

    return note


def _with_recipe(text: Message | None = None, **options: Any) -> Repair:
    (name, value), *_ = options.items()
    title = Recipe.model_fields[name].title or name
    shown = typed_text(value) if isinstance(value, float) else str(value)
    return Repair(text or say("Set {option} to {value}", option=say(title), value=shown),
                  change=lambda experiment: replace(experiment, recipe=experiment.recipe.with_options(**options)))


# -- layers ------------------------------------------------------------------------------------------------------------


def _swapped(graph: Graph, kinds: tuple[type[Layer], ...], layer: Layer, *, but: str = "") -> Graph:
    """Every layer of these kinds replaced, also in own blocks; not the one that the network ends in."""
    inner = {name: node.layer.with_options(graph=_swapped(
        node.layer.graph, kinds, layer, but=next(iter(only_end(node.layer.graph)), "") if name == but else ""))
        for name, node in graph.nodes.items() if isinstance(node.layer, Custom)}
    graph = with_layers(graph, inner) if inner else graph
    names = [name for name, node in graph.nodes.items() if isinstance(node.layer, kinds) and name != but
             and all(graph.nodes[edge.target].layer.kind() != "Multiply" for edge in graph.outputs[name])]  # no gates
    return replaced(graph, names, layer)[0] if names else graph


def _all(experiment: Experiment, kinds: tuple[type[Layer], ...], layer: Layer, text: Message) -> Repair:
    end = analyze(experiment.graph, experiment.data.sample_shape).output or ""
    return Repair(text, apply=lambda graph: _swapped(graph, kinds, layer, but=end))


def _relu_everywhere(experiment: Experiment) -> Repair:
    return _all(experiment, (Sigmoid, Tanh), ReLU(), say("Use ReLU in place of sigmoid and tanh"))


_NORMS: dict[int, type[BatchNorm]] = {1: BatchNorm1d, 2: BatchNorm1d, 3: BatchNorm2d, 4: BatchNorm3d}


def _normalised(experiment: Experiment) -> Repair:
    """Batch norm before every activation that follows a layer with weights."""
    end = analyze(experiment.graph, experiment.data.sample_shape).output

    def edit(graph: Graph) -> Graph:
        analysis = analyze(graph, experiment.data.sample_shape)
        for name in analysis.graph.order:
            given = graph.inputs.get(name, ())
            if name == end or graph.nodes[name].layer.category != "activation" or len(given) != 1:
                continue
            before, shape = graph.nodes[given[0].source].layer, analysis.nodes[name].input_shapes
            norm = _NORMS.get(len(shape[0])) if shape and shape[0] else None
            if norm is not None and before.category in ("linear", "convolution") and before.has_weights():
                graph, _ = inserted(graph, norm(), given[0])
        return graph

    return Repair(say("Put batch norm before the activations"), apply=edit)


def _random_start(experiment: Experiment) -> Iterator[Repair]:
    if any(_has_own_start(experiment.graph, name) for name in experiment.graph.nodes):
        yield Repair(say("Let all weights start as the recipe says"), apply=_started_by_recipe)
    if experiment.recipe.initialization != "default":
        yield _with_recipe(say("Let weights start as PyTorch's own"), initialization="default")
    yield Repair(say("Let weights start by Xavier's rule"), change=lambda old: replace(
        old, graph=_started_by_recipe(old.graph), recipe=old.recipe.with_options(initialization="xavier_uniform")))


def _has_own_start(graph: Graph, name: str) -> bool:
    node = graph.nodes[name]
    own = node.parameters.weight != DEFAULT_INIT or node.parameters.bias != DEFAULT_INIT
    return own or (isinstance(node.layer, Custom) and any(_has_own_start(node.layer.graph, inner)
                                                          for inner in node.layer.graph.nodes))


def _started_by_recipe(graph: Graph) -> Graph:
    nodes = {}
    for name, node in graph.nodes.items():
        if isinstance(node.layer, Custom):
            node = replace(node, layer=node.layer.with_options(graph=_started_by_recipe(node.layer.graph)))
        if _has_own_start(graph, name):
            node = replace(node, parameters=node.parameters.with_options(weight=DEFAULT_INIT, bias=DEFAULT_INIT))
        nodes[name] = node
    return replace(graph, nodes=nodes)


# -- by kind -----------------------------------------------------------------------------------------------------------


@_cures("copies")
def _of_copies(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield from _random_start(experiment)


@_cures("dead")
def _of_dead(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _all(experiment, (ReLU,), LeakyReLU(), say("Use Leaky ReLU"))
    yield _lower(experiment)
    yield from _random_start(experiment)
    yield _normalised(experiment)


@_cures("saturated")
def _of_saturated(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield from _scaled(experiment)
    yield from _random_start(experiment)
    yield _relu_everywhere(experiment)
    yield _normalised(experiment)
    yield _lower(experiment)


@_cures("vanishing", "flat")
def _of_vanishing(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _relu_everywhere(experiment)
    yield _normalised(experiment)
    yield from _random_start(experiment)
    yield from _adam(experiment)


def _adam(experiment: Experiment) -> Iterator[Repair]:
    if experiment.recipe.optimizer_row.id != "adam":
        yield _with_recipe(say("Learn with Adam at a rate of {lr}", lr=typed_text(ADAM)), optimizer="adam", lr=ADAM)


@_cures("exploding")
def _of_exploding(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield from _random_start(experiment)
    yield _with_recipe(say("Clip gradients to a norm of {norm}", norm=typed_text(CLIPPED)), clip_norm=CLIPPED)
    yield _lower(experiment)


@_cures("rising", "large steps", "not converging")
def _of_large_steps(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _with_recipe(say("Clip gradients to a norm of {norm}", norm=typed_text(CLIPPED)), clip_norm=CLIPPED)


@_cures("same answers")
def _of_same_answers(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    if experiment.recipe.weight_decay > USUAL_DECAY:
        yield _with_recipe(weight_decay=USUAL_DECAY)
    yield from _random_start(experiment)


def _lower(experiment: Experiment) -> Repair:
    return _with_recipe(lr=lower_rate(experiment.recipe, experiment.recipe.lr))


@_cures("small steps")
def _of_small_steps(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield from _adam(experiment)


@_cures("plateau")
def _of_plateau(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _with_recipe(say("Let the learning rate fall along a cosine"), schedule="cosine")


@_cures("small batches")
def _of_small_batches(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _group_norm(experiment)


@_cures("drifting")
def _of_drifting(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    slow = {name: node.layer.with_options(momentum=USUAL_MOMENTUM) for name, node in experiment.graph.nodes.items()
            if isinstance(node.layer, BatchNorm) and (node.layer.momentum or 0.0) < USUAL_MOMENTUM}
    if slow:
        yield Repair(say("Let batch norm's averages follow by {momentum}", momentum=typed_text(USUAL_MOMENTUM)),
                     apply=lambda graph: with_layers(graph, slow))
    if experiment.recipe.batch_size < USUAL_BATCH:
        yield _with_recipe(batch_size=USUAL_BATCH)
    yield _group_norm(experiment)


def _group_norm(experiment: Experiment) -> Repair:
    """One group: whatever the number of channels."""
    return _all(experiment, (BatchNorm,), GroupNorm(num_groups=1), say("Use group norm in place of batch norm"))


@_cures("imbalance")
def _of_imbalance(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    if experiment.recipe.loss_row.is_weighted:
        yield _with_recipe(class_weights="balanced")


@_cures("unscaled")
def _of_unscaled(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield from _scaled(experiment)
    yield _normalised_input(experiment)


def _scaled(experiment: Experiment) -> Iterator[Repair]:
    data = experiment.data
    if "columns" in data.source.pages(data) and not data.table.standardize:
        yield Repair(say("Standardise the columns"), change=lambda old: replace(
            old, data=old.data.with_options(table={"standardize": True})))
    elif not data.normalize:
        yield Repair(say("Normalise the data"), change=lambda old: replace(
            old, data=old.data.with_options(normalize=True)))


def _normalised_input(experiment: Experiment) -> Repair:
    """Batch norm behind the input, which measures the data itself."""

    def edit(graph: Graph) -> Graph:
        analysis = analyze(graph, experiment.data.sample_shape)
        name, shape = analysis.input, experiment.data.sample_shape
        for edge in graph.outputs[name] if name else ():
            if len(shape) in _NORMS:
                graph, _ = inserted(graph, _NORMS[len(shape)](), edge)
        return graph

    return Repair(say("Put batch norm behind the input"), apply=edit)


@_cures("wrong loss")
def _of_wrong_loss(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    for problem in end_problems(experiment, analyze(experiment.graph, experiment.data.sample_shape)):
        yield from problem.repairs


@_cures("overfitting")
def _of_overfitting(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield _with_dropout(experiment)
    if experiment.data.is_image and not experiment.data.augment.is_active:
        margin = min(experiment.data.sample_shape[1:]) // 14  # two pixels of MNIST's, none of very small ones
        yield Repair(say("Vary the images a little"), change=lambda old: replace(
            old, data=old.data.with_options(augment=Augment(crop=margin, rotate=10))))
    if experiment.recipe.weight_decay < USUAL_DECAY:
        yield _with_recipe(weight_decay=USUAL_DECAY)


def _with_dropout(experiment: Experiment) -> Repair:
    """Before the last layer with weights, as in the book (section 5.6)."""

    def edit(graph: Graph) -> Graph:
        members = analyze(graph, experiment.data.sample_shape).members
        last = next((name for name in reversed(graph.active.order) if name in members and graph.inputs[name]
                     and isinstance(graph.nodes[name].layer, Linear)), None)
        if last is None or isinstance(graph.nodes[graph.inputs[last][0].source].layer, Dropout):
            return graph
        return inserted(graph, Dropout(p=USUAL_DROPOUT), graph.inputs[last][0])[0]

    return Repair(say("Put dropout before the last layer"), apply=edit)


@_cures("underfitting")
def _of_underfitting(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    recipe = experiment.recipe
    yield _with_recipe(epochs=min(100_000, 2 * recipe.epochs))
    if recipe.lr < usual_rate(recipe):
        yield _with_recipe(lr=usual_rate(recipe))


@_cures("swapped")
def _of_swapped(experiment: Experiment, remark: Remark) -> Iterator[Repair]:
    yield Repair(say("Swap training and test data"), change=lambda old: replace(
        old, data=old.data.with_options(swap=not old.data.swap)))
