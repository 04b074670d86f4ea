"""What differs between two values, field by field: options, parameters, marks, recipes, data. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from engine.blocks.base import Block
from engine.data.options.corrections import corrections_words
from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from engine.experiment.choices.averages import averaging_of
from engine.experiment.choices.choice import Choice, Option, Value
from engine.experiment.choices.losses import LOSSES
from engine.experiment.choices.measures import MEASURES
from engine.experiment.choices.optimizers import optimizer_of
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.choices.schedules import schedule_of
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph, Node
from engine.graph.parameters import INIT_TITLES, Init, NodeParameters
from engine.layers.base import Layer
from engine.messages import ImpossibleError, Message, say
from engine.units import UNKNOWN, shape_text, typed_text

NOTHING = say(UNKNOWN)
_LEFT_OUT = frozenset({"known", "graph"})  # what was found in a file is nobody's choice; a block's graph: see below
WINDOWS = frozenset({"kernel_size"})
_MARKS = (("shares", "Shares weights with"), ("listed", "In the state dict under its own name, too"),
          ("bypassed", "Bypassed"), ("label", "Colour label"),
          ("collapsed", "Collapsed"), ("declared", "The code says"))  # fmt: skip
# what forms call it that files spell in their own way: rows with options, rows, words
CHOICES: Mapping[tuple[type[BaseModel], str], Callable[[str], Choice[Any]]] = {
    (Recipe, "optimizer"): optimizer_of, (Recipe, "schedule"): schedule_of, (Recipe, "averaging"): averaging_of}
_ROWS: Mapping[tuple[type[BaseModel], str], Mapping[str, Any]] = {
    (Recipe, "loss"): LOSSES, (Recipe, "precision"): PRECISIONS, (Recipe, "best_by"): MEASURES,
    (DataSpec, "dataset"): SOURCES}
_WORDS: Mapping[tuple[type[BaseModel], str], Mapping[str, Message]] = {
    (Recipe, "reduction"): {"mean": say("Mean"), "sum": say("Sum")},
    (Recipe, "class_weights"): {"none": say("All the same"), "balanced": say("Balanced")},
    (Recipe, "schedule_by"): {"epoch": say("Once an epoch"), "batch": say("With every step")},
    (Recipe, "initialization"): {
        "default": say("PyTorch's own"), "xavier_uniform": say("Xavier uniform"),
        "kaiming_uniform": say("Kaiming uniform"), "normal": say("Normal, σ = 0.01"),
        "normal_unit": say("Normal, σ = 1")}}  # fmt: skip
OPTION_WORDS = {"cos": say("half waves"), "linear": say("straight lines")}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is not the same. ``within``: the dotted path of the layer it is of, inside an own block.

    ``titles`` are the forms' own, for translation, from the whole to the part. ``about``: a node's name, its kind of
    layer, or anything else.
    """

    titles: tuple[str, ...]
    before: Message
    after: Message | None  # None: changed, but it reads as before
    within: str = ""
    about: Literal["name", "layer", ""] = ""


def value_text(value: Any) -> Message:
    """A value as people read it: ``on``, ``5×3``, ``0.1``."""
    if isinstance(value, str):
        lines = value.count("\n")
        return say("{count} lines", count=lines + 1) if lines else _literally(value) if value else NOTHING
    if value is None or value == ():
        return NOTHING
    if isinstance(value, bool):
        return say("on") if value else say("off")
    if isinstance(value, Init):
        numbers = ", ".join(f"{name} {getattr(value, name)}" for name in value.fields)
        return say("{kind} {numbers}", kind=say(INIT_TITLES[value.kind]), numbers=numbers) if numbers else (
            say(INIT_TITLES[value.kind]))
    if isinstance(value, float):
        return _literally(typed_text(value))
    if isinstance(value, tuple):
        plain = all(isinstance(item, int) for item in value)
        return _literally(shape_text(value)) if plain else say("{count} entries", count=len(value))
    return say("set") if isinstance(value, BaseModel | Mapping | list) else _literally(str(value))


def option_text(of: type[BaseModel], name: str, value: Any) -> Message:
    """The value of a field as its form shows it: ``SGD + momentum, Nesterov`` for ``momentum:nesterov=yes``."""
    place = (of, name)
    if place == (DataSpec, "corrections"):
        return corrections_words(value) or NOTHING
    if isinstance(value, str):
        if place in CHOICES:
            with suppress(ImpossibleError):  # of a damaged file
                return _choice_text(CHOICES[place](value))
        if value in _ROWS.get(place, {}):
            return say(_ROWS[place][value].title)
        if value in _WORDS.get(place, {}):
            return _WORDS[place][value]
    return value_text(value)


def _choice_text(choice: Choice[Any]) -> Message:
    """A row's title, and the options that are not as usual."""
    words = say(choice.row.title)
    for option, (_, value) in zip(choice.row.options, choice.values, strict=True):
        if value != option.default:
            words = say("{words}, {option}", words=words, option=_adjusted(option, value))
    return words


def _adjusted(option: Option, value: Value) -> Message:
    title = say(option.title or option.name)
    if isinstance(value, bool):
        return title if value else say("{option} off", option=title)
    if isinstance(value, str):
        return say("{option} {value}", option=title, value=OPTION_WORDS.get(value) or say(value.replace("_", " ")))
    return say("{option} {value}", option=title, value=option.written(value))


def _literally(text: str) -> Message:
    """What a person wrote is a value, not a template."""
    return say("{value}", value=text)


def differing(before: BaseModel, after: BaseModel, titles: tuple[str, ...] = (), within: str = "") -> Iterator[Field]:
    """The fields of two values of one kind that differ; those of what they hold one by one."""
    if before is after:
        return
    for name, old, new in apart(before, after):
        info = type(before).model_fields[name]
        known = (*titles, info.title or name)
        if isinstance(old, BaseModel) and type(old) is type(new) and not isinstance(old, Init):
            yield from differing(old, new, known, within)
        else:
            if name in WINDOWS:
                old, new = (spread(value, info.annotation) for value in (old, new))
            yield changed(known, old, new, within, text=partial(option_text, type(before), name))


def apart(before: BaseModel, after: BaseModel) -> Iterator[tuple[str, Any, Any]]:
    """Names of the fields of two values of one kind that differ, with both values; not what nobody chose."""
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name not in _LEFT_OUT and old is not new and old != new:
            yield name, old, new


def spread(value: Any, annotation: Any) -> Any:
    """A window's size in every direction, as its card says it: 5 is 5×5."""
    counts = [len(get_args(kind)) for kind in get_args(annotation) if get_origin(kind) is tuple]
    return (value,) * counts[0] if counts and isinstance(value, int) else value


def changed(titles: tuple[str, ...], old: Any, new: Any, within: str = "", about: Literal["name", ""] = "",
            text: Callable[[Any], Message] = value_text) -> Field:
    """Two values that are not the same, as people read them."""
    before, after = text(old), text(new)
    return Field(titles, before, None if before == after else after, within, about)


def layer_title(layer: Layer) -> Message:
    """What a layer is called, with what matters most of it."""
    name = layer.shown_title if isinstance(layer, Block) else layer.title
    return say(name) if name == layer.title else _literally(name)


def layer_fields(before: Layer, after: Layer, within: str = "") -> Iterator[Field]:
    """Another kind of layer, or the same with other options; of own blocks also what differs inside."""
    if type(before) is not type(after):
        yield Field(("Layer",), layer_title(before), layer_title(after), within, "layer")
        return
    yield from differing(before, after, within=within)
    if isinstance(before, Block) and isinstance(after, Block):
        old, new = before.own_graph, after.own_graph
        if old is not None and new is not None and old is not new:
            yield from graph_fields(old, new, within)


def parameter_fields(before: NodeParameters, after: NodeParameters, within: str = "") -> Iterator[Field]:
    """How weights begin and learn."""
    yield from differing(before, after, within=within)


def node_fields(before: Node, after: Node, names: Mapping[str, str] | None = None, within: str = "") -> tuple[
        Field, ...]:
    """Everything that differs between two nodes but their places. ``names``: what nodes are called afterwards."""
    if before is after:
        return ()
    found = [] if before.name == after.name else [changed(("Name",), before.name, after.name, within, "name")]
    if before.layer is not after.layer and before.layer != after.layer:
        found.extend(layer_fields(before.layer, after.layer, within))
    if before.parameters is not after.parameters:
        found.extend(parameter_fields(before.parameters, after.parameters, within))
    for mark, title in _MARKS:
        old, new = getattr(before, mark), getattr(after, mark)
        same = (names or {}).get(old, old) == new if mark == "shares" and old is not None else old == new
        if not same:
            found.append(changed((title,), old, new, within))
    return tuple(found)


def graph_fields(before: Graph, after: Graph, within: str = "") -> Iterator[Field]:
    """What differs inside an own block, by the names of its layers."""
    if before == after:
        return
    start = f"{within}." if within else ""
    is_told = False
    for name in [*before.nodes, *(name for name in after.nodes if name not in before.nodes)]:
        old, new = before.nodes.get(name), after.nodes.get(name)
        if old is not None and new is not None:
            fields = node_fields(old, new, within=start + name)
        else:
            fields = (Field(("Layer",), _titled(old), _titled(new), start + name, "layer"),)
        is_told = is_told or bool(fields)
        yield from fields
    wires, others = ({(e.source, e.target, e.port) for e in graph.edges} for graph in (before, after))
    if wires != others:
        yield _wires_field(before, after, wires ^ others, within)
    elif not is_told:
        yield Field(("Places inside",), NOTHING, None, within)


def _titled(node: Node | None) -> Message:
    return layer_title(node.layer) if node is not None else NOTHING


def _wires_field(before: Graph, after: Graph, other: set[tuple[str, str, int]], within: str) -> Field:
    """Wires that are only in one of the two."""
    old, new = (", ".join(f"{e.source} → {e.target}" for e in graph.edges if (e.source, e.target, e.port) in other)
                for graph in (before, after))
    return Field(("Wires",), value_text(old), value_text(new), within)
