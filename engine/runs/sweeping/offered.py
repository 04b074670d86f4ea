"""What can be swept over, in a person's words: each field with its title, what it is now, and values to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple, get_args

from pydantic import BaseModel

from engine.blocks.replacing import layer_kinds
from engine.compare.fields import layer_title, option_text
from engine.data.spec.setting import names_of
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.sweep.fields import NOT_SWEPT, field_of, options_of, text_of
from engine.layers.base import LAYERS as KINDS
from engine.layers.base import Layer, OptionError
from engine.messages import Message, say

FIRST = ("lr", "batch_size", "optimizer", "weight_decay", "schedule", "momentum", "epochs", "seed", "clip_norm",
         "warmup", "initialization", "loss", "label_smoothing", "averaging", "precision")  # fmt: skip
LAST = ("device", "deterministic", "train_curve", "test_curve")  # change nothing that is learned
IDLE = ("inplace", "return_indices")  # nor does this in a layer
WORDS = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
SHOWN = 4
RECIPE, LAYERS, DATA = say("Recipe"), say("Layers"), say("Data")


class Offered(NamedTuple):
    """A field by the name that ``axis_of`` reads; ``hint``: values as one may type them."""

    name: str
    title: Message
    group: Message
    now: Message
    hint: str


def offered(experiment: Experiment) -> list[Offered]:
    """What is tried most often comes first."""
    found = [*_recipe(experiment.recipe), *_kinds(experiment), *_layers(experiment), *_data(experiment)]
    return [each._replace(hint=_possible(experiment, each)) for each in found]


def _possible(experiment: Experiment, each: Offered) -> str:
    """Of the values to begin with those that it can be."""
    if ".." in each.hint or not each.hint:
        return each.hint
    field, words = field_of(experiment, each.name), list[str]()
    for word in each.hint.split(", "):
        with suppress(OptionError):
            field.read(experiment, word)
            words.append(word)
    return ", ".join(words) if len(words) > 1 else ""


def _recipe(recipe: Recipe) -> Iterator[Offered]:
    rest = [name for name in Recipe.model_fields if name not in (*FIRST, *LAST, *NOT_SWEPT)]
    for name in (*FIRST, *rest):
        if name in Recipe.model_fields:
            yield _option(name, recipe, name, RECIPE)


def _option(name: str, holder: BaseModel, option: str, group: Message, of: str = "") -> Offered:
    title, value = say(type(holder).model_fields[option].title or option), getattr(holder, option)
    words = get_args(type(holder).model_fields[option].annotation)
    hint = ", ".join(words) if words and all(isinstance(word, str) for word in words) else _hint(option, value)
    return Offered(name, say("{layer}: {option}", layer=of, option=title) if of else title, group,
                   option_text(type(holder), option, value), hint)


def _hint(option: str, value: object) -> str:
    """Some values to begin with, near what it is now; too many rather than too few."""
    if option == "seed":
        return "0..4"
    if option in WORDS:
        return ", ".join(list(WORDS[option])[:SHOWN])
    if isinstance(value, bool):
        return "yes, no"
    if isinstance(value, int):
        return ", ".join(str(each) for each in sorted({max(1, value // 2), value, max(1, 2 * value)}))
    if isinstance(value, float):
        near = (0.25, 0.5, 0.75) if option in ("p", "momentum") else (_short(value / 10), value, _short(value * 10))
        return ", ".join(map(text_of, sorted({value, *near}))) if value else "0, 0.001, 0.01"
    return text_of(value) if isinstance(value, str) else ""


def _short(value: float) -> float:
    """Without what a tenth is off by in binary: 0.0006 instead of 0.0006000000000000001."""
    return float(f"{value:.12g}")


def _kinds(experiment: Experiment) -> Iterator[Offered]:
    """Of all layers of one kind, where there are several; and what stands in their place."""
    for kind in layer_kinds(experiment.graph):
        title = layer_title(kind.layer)
        if kind.total > 1:
            for option in _options(kind.layer):
                yield _option(f"{kind.key}.{option}", kind.layer, option, LAYERS, of=f"every {title}")
        if kind.layer.category in ("activation", "normalization", "pooling"):
            yield Offered(kind.key, say("replace every {layer} by", layer=title), LAYERS, title,
                          ", ".join(_alike(experiment, kind.layer)))


def _alike(experiment: Experiment, layer: Layer) -> Iterable[str]:
    """Kinds of the same category, by the names that files have for them."""
    return [name for name, each in KINDS.items() if each.category == layer.category][:SHOWN]


def _layers(experiment: Experiment) -> Iterator[Offered]:
    for name, node in experiment.graph.nodes.items():
        for option in _options(node.layer):
            yield _option(f"{name}.{option}", node.layer, option, LAYERS, of=name)


def _options(layer: Layer) -> list[str]:
    return [option for option in options_of(layer) if option in type(layer).model_fields and option not in IDLE]


def _data(experiment: Experiment) -> Iterator[Offered]:
    data = experiment.data
    for part, option in names_of(data):
        holder = getattr(data, part) if part else data
        name = f"{part}.{option}" if part else option if option not in Recipe.model_fields else f"data.{option}"
        yield _option(name, holder, option, DATA)
