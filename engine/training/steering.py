"""Steering: what of a run may change while it goes on, as the difference of two experiments. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from engine.blocks.custom import Custom
from engine.compare.belonging import since
from engine.compare.wording import dropped, frozen, setting, varied
from engine.compare.wording import listed as listed  # for those who say several changes in one line
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.edits import with_layers
from engine.graph.graph import Graph, Node
from engine.layers.base import OptionError
from engine.messages import Message, say
from engine.training.values import Remark

WayOn = Literal["same", "changed", "other"]
"""How a run goes on: as it was; as a new one with another recipe, from where it was left; as a new one of another
network or of other data, with the weights that fit."""
Changes = Mapping[str, Any]
"""Plain values by what they are of: an option of the recipe (``lr``), ``augment`` with all of its options, or a layer's
dotted place with an option of its own (``drop1.p``, ``block1.fc1.trainable``)."""

# of the recipe, what may change in the middle of a run
LIVE = ("lr", "weight_decay", "l1", "momentum", "batch_size", "epochs", "early_stop", "clip_norm", "clip_value")
# of the recipe, what a run may go on with as another; the rest decides how it began
OPTIONS = tuple(name for name in Recipe.model_fields if name not in ("device", "folds", "initialization"))
AUGMENT, TRAINABLE = "augment", "trainable"
DROPS = ("p", "dropout")  # options that are a share of what is dropped


# -- what is another ---------------------------------------------------------------------------------------------------


def steering(before: Experiment, now: Experiment, options: Sequence[str] = LIVE) -> dict[str, Any]:
    """What a run of the one takes over of the other: these options of the recipe, variations of images, how much is
    dropped, which layers are frozen. Whatever else differs is of another run."""
    if before is now:
        return {}
    found = {name: getattr(now.recipe, name) for name in options
             if getattr(before.recipe, name) != getattr(now.recipe, name)}
    if before.data.augment != now.data.augment:
        found[AUGMENT] = now.data.augment.model_dump(mode="json")
    return found | dict(_of_graph(before.graph, now.graph))


def _of_graph(before: Graph, now: Graph, place: str = "") -> Iterator[tuple[str, Any]]:
    if before is now:
        return
    for name, node in now.nodes.items():
        old = before.nodes.get(name)
        if old is not None and old is not node and type(old.layer) is type(node.layer):
            yield from _of_node(old, node, place + name)


def _of_node(before: Node, now: Node, place: str) -> Iterator[tuple[str, Any]]:
    if before.parameters.trainable != now.parameters.trainable:
        yield f"{place}.{TRAINABLE}", now.parameters.trainable
    for option in DROPS:
        if is_drop(now, option) and getattr(before.layer, option) != getattr(now.layer, option):
            yield f"{place}.{option}", getattr(now.layer, option)
    if isinstance(before.layer, Custom) and isinstance(now.layer, Custom):
        yield from _of_graph(before.layer.graph, now.layer.graph, f"{place}.")


def is_drop(node: Node, option: str) -> bool:
    """Whether a layer's option is a share that training drops: ``p`` of a norm is none."""
    return option in type(node.layer).model_fields and (
        option == "dropout" or node.layer.category == "regularization")


def way_on(ran: Experiment, now: Experiment) -> WayOn:
    """How a run of the one would go on as the other."""
    changes = steering(ran, now, OPTIONS)
    if since(steered(ran, changes), now).anything:
        return "other"
    return "changed" if changes else "same"


# -- the other experiment ----------------------------------------------------------------------------------------------


def steered(experiment: Experiment, changes: Changes) -> Experiment:
    """The experiment with these changes. Raises OptionError, in words."""
    recipe = {name: value for name, value in changes.items() if name in Recipe.model_fields}
    if recipe:
        experiment = replace(experiment, recipe=experiment.recipe.with_options(**recipe))
    for name, value in changes.items():
        if name == AUGMENT:
            experiment = replace(experiment, data=experiment.data.with_options(augment=value))
        elif name not in recipe:
            *places, option = name.split(".")
            experiment = replace(experiment, graph=_with_option(experiment.graph, places, option, value))
    return experiment


def _with_option(graph: Graph, places: Sequence[str], option: str, value: Any) -> Graph:
    name, *inner = places or [""]
    node = graph.nodes.get(name)
    if node is None:
        raise OptionError("There is no layer “{name}” to change", name=".".join(places) or option)
    if inner:
        if not isinstance(node.layer, Custom):
            raise OptionError("{name} has no layers of its own to change", name=name)
        return with_layers(graph, {name: node.layer.with_options(
            graph=_with_option(node.layer.graph, inner, option, value))})
    if option == TRAINABLE:
        changed = replace(node, parameters=node.parameters.with_options(trainable=value))
        return replace(graph, nodes={**graph.nodes, name: changed})
    if not is_drop(node, option):
        raise OptionError("{option} of {name} cannot change while it trains", option=option, name=name)
    return with_layers(graph, {name: node.layer.with_options(**{option: value})})


def values_of(experiment: Experiment, names: Sequence[str]) -> dict[str, Any]:
    """What these changes would change, as it is. Raises OptionError."""
    return {name: _value(experiment, name) for name in names}


def _value(experiment: Experiment, name: str) -> Any:
    if name == AUGMENT:
        return experiment.data.augment.model_dump(mode="json")
    if name in Recipe.model_fields:
        return getattr(experiment.recipe, name)
    if "." not in name:
        raise OptionError("There is no layer “{name}” to change", name=name)
    graph, (*places, last, option) = experiment.graph, name.split(".")
    for place in places:
        layer = graph.nodes[place].layer if place in graph.nodes else None
        if not isinstance(layer, Custom):
            raise OptionError("There is no layer “{name}” to change", name=name)
        graph = layer.graph
    node = graph.nodes.get(last)
    if node is None or not (option == TRAINABLE or is_drop(node, option)):
        raise OptionError("There is no layer “{name}” to change", name=name)
    return node.parameters.trainable if option == TRAINABLE else getattr(node.layer, option)


# -- in words ----------------------------------------------------------------------------------------------------------


def told(changes: Changes, before: Changes) -> list[Message]:
    """Each change, short: ``lr 0.1 → 0.06``, ``fc1 frozen``, ``drop1 0.5 → 0.2``, ``rotate 0 → 15``."""
    return [words for name, value in changes.items() for words in _told(name, before.get(name), value)]


def not_followed(changes: Changes, reason: Message) -> Remark:
    """What is said of changes that a run does not make: it goes on as it was."""
    return Remark("not followed", say("Not followed: {changes}. {reason}", changes=listed(told(changes, {})),
                                      reason=reason))


def _told(name: str, before: Any, value: Any) -> Iterator[Message]:
    place, _, option = name.rpartition(".")
    if name == AUGMENT:
        yield from varied(before, value) or [say("augmentation")]
    elif option == TRAINABLE:
        yield frozen(place, bool(value))
    elif place:
        yield dropped(place, option, before, value)
    else:
        yield setting(name, before, value)
