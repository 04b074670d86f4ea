"""A field that a sweep goes over, by its name: an option of the recipe, of the data, of a layer, or a layer's kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from engine.blocks.custom import Custom
from engine.blocks.replacing import layer_kinds, of_kind, replaced_all
from engine.data.spec.setting import names_of, with_setting
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.layers.base import LAYERS, Layer, OptionError
from engine.messages import say
from engine.units import readings, typed_text

Value: TypeAlias = "bool | int | float | str | tuple[Any, ...] | None"
SHOWN = 12  # names in a sentence that says what there is
NOTHING = ("none", "null")  # where that is no word of the option itself
NOT_SWEPT = {
    "folds": say("a sweep's runs are single ones: train with folds by itself"),
    "best_by": say("it is what runs are compared by, so it cannot differ between them"),
}


class FieldError(OptionError):
    """There is no such field, or it cannot be this."""


@dataclass(frozen=True)
class Field:
    """How an experiment gets a value of it, and how such a value is read from text."""

    name: str
    applied: Callable[[Experiment, Value], Experiment]  # raises OptionError
    read: Callable[[Experiment, str], Value]  # as the experiment then has it; raises OptionError
    is_whole: bool = False  # only whole numbers make sense


def field_of(experiment: Experiment, name: str) -> Field:
    """The field of this name. Raises FieldError, which says what there is."""
    for find in (_of_recipe, _of_data, _of_layer, _of_kind):
        found = find(experiment, name)
        if found is not None:
            return found
    raise _unknown(experiment, name)


# -- of the recipe, of the data ----------------------------------------------------------------------------------------


def _of_recipe(_: Experiment, name: str) -> Field | None:
    option = name.removeprefix("recipe.")
    if option not in Recipe.model_fields:
        return None
    if option in NOT_SWEPT:
        raise FieldError("{name} cannot be swept over: {reason}", name=option, reason=NOT_SWEPT[option])
    return _option(option, lambda found: getattr(found.recipe, option), lambda base, value: replace(
        base, recipe=base.recipe.with_options(**{option: value})), Recipe.model_fields[option].annotation is int)


def _of_data(experiment: Experiment, name: str) -> Field | None:
    if name.startswith("kind."):
        return _of_column(experiment, name)
    part, _, option = name.rpartition(".")
    places = [where for where, each in names_of(experiment.data) if each == option and part in ("", "data", where)]
    if not places:
        return None
    where = places[0]
    holder = getattr(experiment.data, where) if where else experiment.data
    return _option(
        name, lambda found: getattr(getattr(found.data, where) if where else found.data, option),
        lambda base, value: replace(base, data=base.data.with_options(
            **({where: {option: value}} if where else {option: value}))),
        type(holder).model_fields[option].annotation is int)


def _of_column(experiment: Experiment, name: str) -> Field | None:
    """How a column of a table is used."""

    def applied(base: Experiment, value: Value) -> Experiment:
        return replace(base, data=with_setting(base.data, name, str(value)) or base.data)

    def read(base: Experiment, text: str) -> Value:
        applied(base, text)
        return text

    return Field(name, applied, read) if "columns" in experiment.data.source.pages(experiment.data) else None


# -- of layers ---------------------------------------------------------------------------------------------------------


def _of_layer(experiment: Experiment, name: str) -> Field | None:
    """``conv2.out_channels``, ``block1.conv.out_channels``; of a name alone its kind."""
    path = name.split(".")
    if path[0] not in experiment.graph.nodes:
        return None
    if len(path) == 1:
        return _kind(name, lambda base, layer: _replaced_one(base, name, layer))
    *places, option = path
    layer = _layer_at(experiment.graph, places)
    _expect_option(layer, ".".join(places), option)
    return _option(name, lambda found: getattr(_layer_at(found.graph, places), option), lambda base, value: replace(
        base, graph=_changed(base.graph, places, option, value)), type(layer).model_fields[option].annotation is int)


def _layer_at(graph: Graph, places: Sequence[str]) -> Layer:
    for index, place in enumerate(places):
        if place not in graph.nodes:
            raise FieldError("There is no layer {name}. There are: {names}", name=".".join(places[:index + 1]),
                             names=_listed(graph.nodes))
        layer = graph.nodes[place].layer
        if index == len(places) - 1:
            return layer
        if not isinstance(layer, Custom):
            raise FieldError("{name} has no layers of its own: its options are {options}",
                             name=".".join(places[:index + 1]), options=_listed(options_of(layer)))
        graph = layer.graph
    raise AssertionError("there is one place at least")


def _changed(graph: Graph, places: Sequence[str], option: str, value: Value) -> Graph:
    name, *inner = places
    if name not in graph.nodes:
        raise FieldError("There is no layer {name}. There are: {names}", name=name, names=_listed(graph.nodes))
    layer = graph.nodes[name].layer
    options = {"graph": _changed(layer.graph, inner, option, value)} if inner and isinstance(layer, Custom) else {
        option: value}
    return with_layers(graph, {name: layer.with_options(**options)})


def options_of(layer: Layer) -> list[str]:
    """What of a layer can be swept over."""
    return [option for option in type(layer).model_fields if option not in ("graph", "exposed", "label", "source")]


def _expect_option(layer: Layer, name: str, option: str) -> None:
    if option not in options_of(layer):
        raise FieldError("{name} has no option {option}. It has: {options}", name=name, option=option,
                         options=_listed(options_of(layer)) or say("none"))


def _replaced_one(base: Experiment, name: str, layer: Layer) -> Experiment:
    key = layer_kinds(base.graph, [name])[0].key
    graph, _ = replaced_all(base.graph, key, layer, [name], keep_names=True)
    return replace(base, graph=graph)


# -- of all layers of a kind -------------------------------------------------------------------------------------------


def _of_kind(experiment: Experiment, name: str) -> Field | None:
    """``Dropout.p`` of all of them, also inside a person's own blocks; of a kind alone another in its place."""
    word, _, option = name.partition(".")
    kinds = {each.key.lower(): each for each in layer_kinds(experiment.graph)}
    if (found := kinds.get(word.lower())) is None:
        return None
    if not option:
        return _kind(found.key, lambda base, layer: replace(base, graph=replaced_all(
            base.graph, found.key, layer, inside=True, keep_names=True)[0]))
    _expect_option(found.layer, found.key, option)
    return _option(
        f"{found.key}.{option}", lambda base: getattr(_first(base.graph, found.key), option),
        lambda base, value: replace(base, graph=_all_changed(base.graph, found.key, option, value)),
        type(found.layer).model_fields[option].annotation is int)


def _first(graph: Graph, kind: str) -> Layer:
    return next(each.layer for each in layer_kinds(graph) if each.key == kind)


def _all_changed(graph: Graph, kind: str, option: str, value: Value) -> Graph:
    changed: dict[str, Layer] = {}
    here = of_kind(graph, kind)
    for name, node in graph.nodes.items():
        if name in here:
            changed[name] = node.layer.with_options(**{option: value})
        elif isinstance(node.layer, Custom):
            inside = _all_changed(node.layer.graph, kind, option, value)
            if inside is not node.layer.graph:
                changed[name] = node.layer.with_options(graph=inside)
    return with_layers(graph, changed) if changed else graph


def _kind(name: str, put: Callable[[Experiment, Layer], Experiment]) -> Field:
    """Values are names of layers."""

    def read(base: Experiment, text: str) -> Value:
        kind = _kind_named(text)
        put(base, LAYERS[kind]())
        return kind

    return Field(name, lambda base, value: put(base, LAYERS[_kind_named(str(value))]()), read)


def _kind_named(text: str) -> str:
    kinds = {kind.lower(): kind for kind, layer in LAYERS.items() if layer.in_palette}
    if text.lower() in kinds:
        return kinds[text.lower()]
    near = get_close_matches(text.lower(), kinds, 3) or ["relu", "tanh", "gelu"]
    raise FieldError("There is no layer {text}: try {names}", text=text, names=", ".join(kinds[each] for each in near))


# -- values and names --------------------------------------------------------------------------------------------------


def _option(name: str, of: Callable[[Experiment], Value], applied: Callable[[Experiment, Value], Experiment],
            is_whole: bool) -> Field:
    def read(base: Experiment, text: str) -> Value:
        try:
            return of(applied(base, _plain(text, is_whole)))
        except OptionError:
            if text.lower() not in NOTHING:
                raise
        return of(applied(base, None))

    return Field(name, applied, read, is_whole)


def _plain(text: str, is_whole: bool) -> Value:
    """A number, several such as 3×5, or the text itself."""
    parts = re.split(r"[x×]", text)
    if len(parts) > 1 and all(part.strip().isdecimal() for part in parts):
        return tuple(map(int, parts))
    if text[:1].isalpha():
        return text
    meanings = readings(text, whole=is_whole)
    if len(meanings) > 1:
        raise FieldError("Write {first} or {second}: {text} could mean either", first=meanings[0], second=meanings[1],
                         text=text)
    return _number(meanings[0])


def _number(text: str) -> Value:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def text_of(value: Value) -> str:
    """As it is typed."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, tuple):
        return "×".join(map(text_of, value))
    return value if isinstance(value, str) else typed_text(value)


def _listed(names: Iterable[str]) -> str:
    several = list(names)
    return ", ".join(several[:SHOWN]) + (" …" if len(several) > SHOWN else "")


def names_in(experiment: Experiment) -> Iterator[str]:
    """All that can be swept over, as far as there are names for it."""
    yield from (name for name in Recipe.model_fields if name not in NOT_SWEPT)
    yield from (f"{part}.{name}" if part else name if name not in Recipe.model_fields else f"data.{name}"
                for part, name in names_of(experiment.data))
    for name, node in experiment.graph.nodes.items():
        yield from (f"{name}.{option}" for option in options_of(node.layer))
    for kind in layer_kinds(experiment.graph):
        yield from (f"{kind.key}.{option}" for option in options_of(kind.layer))
        yield kind.key


def _unknown(experiment: Experiment, name: str) -> FieldError:
    there = list(dict.fromkeys(names_in(experiment)))
    near = [each for each in there if each.startswith(name)][:3] or get_close_matches(name, there, 3)
    layers = [each for each in there if "." in each and each.split(".")[0] in experiment.graph.nodes]
    recipe = [each for each in there if each in Recipe.model_fields]
    data = [each for each in there if each not in recipe and each not in layers and each[:1].islower()]
    if near:
        return FieldError("There is nothing called {name} to sweep over: did you mean {near}?", name=name,
                          near=", ".join(near))
    return FieldError("There is nothing called {name} to sweep over. Of the recipe there are {recipe}; of the data "
                      "{data}; of layers such as {layers}", name=name, recipe=", ".join(recipe), data=", ".join(data),
                      layers=_listed(layers))
