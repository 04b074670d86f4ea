"""How a change is said, short: ``lr 0.1 → 0.06``, ``10 → 20 epochs``, ``flip on``; of a run that is steered as of two
that are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from engine.compare.fields import CHOICES, OPTION_WORDS, option_text, value_text
from engine.data.options.options import Augment
from engine.experiment.choices.choice import Choice, Option, Value
from engine.experiment.recipe import Recipe
from engine.messages import ImpossibleError, Message, say
from engine.units import typed_text

DIGITS = 5  # of a number
NAME = 24  # characters: the middle of what is longer is left out
_OFF = frozenset({"warmup", "clip_norm", "clip_value", "early_stop", "folds"})  # of the recipe, what 0 turns off
# The recipe's options by what a person calls them; the others are called as their form calls them.
_SETTINGS = {
    "loss": "loss {change}", "reduction": "loss {change} over a batch", "class_weights": "class weights {change}",
    "optimizer": "{change}", "lr": "lr {change}", "schedule": "schedule {change}",
    "schedule_by": "schedule moves {change}", "batch_size": "batch {change}", "accumulate": "{change} batches a step",
    "epochs": "{change} epochs", "best_by": "best epoch by {change}", "averaging": "weight averaging {change}",
    "folds": "k-fold {change}", "seed": "seed {change}", "device": "device {change}", "precision": "{change}",
    "initialization": "weights start as {change}"}  # fmt: skip
_AS_NOW = frozenset({"initialization"})  # of which only what it is now is said
_SWITCHES = {
    "decay_biases": (say("biases decay"), say("biases do not decay")),
    "deterministic": (say("repeatable"), say("not repeatable")),
    "train_curve": (say("training data judged after each epoch"), say("training data not judged after each epoch")),
    "test_curve": (say("test data judged after each epoch"), say("test data not judged after each epoch"))}  # fmt: skip
_VARIES = {"crop": say("crop"), "flip": say("flip"), "flip_vertical": say("flip upside down"), "rotate": say("rotate"),
           "brightness": say("brightness"), "contrast": say("contrast"), "saturation": say("saturation"),
           "erase": say("erase")}  # of augmentation
_PROPER = frozenset({"Huber", "Nesterov", "Xavier", "Kaiming"})
_TITLED = frozenset({"optimizer", "precision", "initialization"})  # values that are names, not words


# -- of a run --------------------------------------------------------------------------------------------------------


def setting(name: str, before: Any, after: Any) -> Message:
    """An option of the recipe that is another; where nobody knows what it was (None), what it is now."""
    if isinstance(after, bool):
        return _SWITCHES[name][not after] if name in _SWITCHES else switched(_titled(name), after)
    if (inside := _same_choice(name, before, after)) is not None:
        return inside
    change = from_to(None if name in _AS_NOW else before, after, lambda value: _setting_text(name, value))
    return say(_SETTINGS[name], change=change) if name in _SETTINGS else called(_titled(name), change)


def varied(before: Any, after: Any) -> list[Message]:
    """What of augmentation is another, option by option; where nobody knows what it was, what varies."""
    now, old = (each if isinstance(each, Mapping) else {} for each in (after, before))
    usual = old or Augment().model_dump()
    return [_variation(name, old.get(name), now[name]) for name in Augment.model_fields
            if name in now and now[name] != usual.get(name)]


def _variation(name: str, before: Any, after: Any) -> Message:
    if isinstance(after, bool):
        return switched(_VARIES[name], after)
    return called(_VARIES[name], from_to(before, after, number_text))


def frozen(layer: object, learns: bool) -> Message:
    """Training leaves a layer alone, or no longer."""
    return say("{layer} learns", layer=layer) if learns else say("{layer} frozen", layer=layer)


def dropped(layer: str, option: str, before: Any, after: Any) -> Message:
    """Another share of what a layer drops: of a Dropout it is the only thing that can be meant."""
    change = from_to(before, after, number_text)
    return say("{layer} {change}", layer=layer, change=change) if option == "p" else (
        say("{layer} dropout {change}", layer=layer, change=change))


def _setting_text(name: str, value: Any) -> Message:
    if value == 0 and name in _OFF:
        return say("off")
    choice = _choice(name, value)
    if choice is not None:
        return say("off") if choice.row.id == "none" else _choice_text(choice, name in _TITLED)
    words = number_text(value) if isinstance(value, float) else option_text(Recipe, name, value)
    return words if name in _TITLED else lowered(words)


def _titled(name: str) -> Message:
    field = Recipe.model_fields.get(name)
    return say("{layer}", layer=name) if field is None else title_words(field.title or name)


# -- a choice with options of its own --------------------------------------------------------------------------------


def _choice(name: str, value: Any) -> Choice[Any] | None:
    """None: the option has no such rows, or the text of a damaged file names none of them."""
    if (Recipe, name) not in CHOICES or not isinstance(value, str):
        return None
    try:
        return CHOICES[Recipe, name](value)
    except ImpossibleError:
        return None


def _choice_text(choice: Choice[Any], is_name: bool) -> Message:
    """``SGD + momentum (Nesterov)``, ``step (every 3)``."""
    row = say(choice.row.title) if is_name else title_words(choice.row.title)
    words = [_adjusted(option, value) for option, (_, value) in zip(choice.row.options, choice.values, strict=True)
             if value != option.default]
    return say("{row} ({options})", row=row, options=listed(words)) if words else row


def _same_choice(name: str, before: Any, after: Any) -> Message | None:
    """The options of a row that stays: ``Adam: beta 1 0.9 → 0.8``, ``step schedule: every 5 → 10``."""
    old, new = _choice(name, before), _choice(name, after)
    if old is None or new is None or old.row is not new.row:
        return None
    words = [_readjusted(option, value, now) for option, (_, value), (_, now)
             in zip(new.row.options, old.values, new.values, strict=True) if value != now]
    row = say(new.row.title) if name in _TITLED else title_words(new.row.title)
    if name == "schedule":
        row = say("{row} schedule", row=row)
    return say("{row}: {options}", row=row, options=together(words)) if words else None


def _adjusted(option: Option, value: Value) -> Message:
    title = title_words(option.title or option.name)
    if isinstance(value, bool):
        return title if value else switched(title, value)
    return called(title, _option_value(option, value))


def _readjusted(option: Option, before: Value, after: Value) -> Message:
    title = title_words(option.title or option.name)
    if isinstance(after, bool):
        return switched(title, after)
    return called(title, from_to(before, after, lambda value: _option_value(option, value)))


def _option_value(option: Option, value: Value) -> Message:
    if isinstance(value, str):
        return OPTION_WORDS.get(value) or say(value.replace("_", " "))
    return literally(option.written(value))


# -- parts of a sentence ---------------------------------------------------------------------------------------------


def from_to(before: Any, after: Any, text: Callable[[Any], Message]) -> Message:
    """``0.1 → 0.06``; where nobody knows what it was (None), ``0.06``."""
    return text(after) if before is None else arrow(before, after, text)


def arrow(before: Any, after: Any, text: Callable[[Any], Message]) -> Message:
    """The same where None is a value, too."""
    old, new = text(before), text(after)
    if isinstance(before, float) and isinstance(after, float) and old == new:  # they differ in digits that are not told
        old, new = value_text(before), value_text(after)
    return say("{before} → {after}", before=old, after=new)


def called(what: Message, change: Message) -> Message:
    """What it is that changes, before how."""
    return say("{what} {change}", what=what, change=change)


def switched(what: Message, is_on: bool) -> Message:
    """``bias off``."""
    return say("{what} on", what=what) if is_on else say("{what} off", what=what)


def listed(words: Sequence[Message]) -> Message:
    """Several in one line; one there is at least."""
    return reduce(lambda some, one: say("{some}, {one}", some=some, one=one), words)


def together(words: Sequence[Message]) -> Message:
    """Several as one thing: ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return words[0]
    return say("{some} and {one}", some=listed(words[:-1]), one=words[-1])


def packed(words: Sequence[Message], most: int = 2, room: int = 60) -> Iterator[Message]:
    """So many at a time as one thing, where they are short."""
    waiting = list(words)
    while waiting:
        count = min(most, len(waiting))
        while count > 1 and sum(len(str(each)) for each in waiting[:count]) > room:
            count -= 1
        yield together(waiting[:count])
        del waiting[:count]


def title_words(title: str) -> Message:
    """A form's title in the middle of a sentence: ``label smoothing``, but ``L1 decay``, ``AMSGrad``, ``α``."""
    return say(_lowered(title))


def lowered(words: Message) -> Message:
    """The same for words that are there already."""
    return Message(_lowered(words.template), words.values)


def _lowered(text: str) -> str:
    first = text.split(" ")[0]
    is_word = text[:1].isascii() and first[1:].islower() and first not in _PROPER
    return text[:1].lower() + text[1:] if is_word else text


def literally(text: str, most: int = NAME) -> Message:
    """What a person wrote is a value, not a template; of what is long only how it begins and ends."""
    return say("{value}", value=short(text, most))


def short(text: str, most: int = NAME) -> str:
    """One line, with its middle left out where it is longer."""
    line = " ".join(text.split())
    end = most // 2 - 1
    return line if len(line) <= most else f"{line[:most - end - 1]}…{line[-end:]}"


def rounded(value: float) -> str:
    """A number as one types it, without digits that nobody has typed."""
    return typed_text(float(f"{value:.{DIGITS}g}"))


def number_text(value: Any) -> Message:
    """Any value of an option, as short as it can be told: ``0.1``, ``5×3``, ``(2, -3.4)``."""
    if isinstance(value, float):
        return literally(rounded(value))
    if isinstance(value, tuple) and value and any(isinstance(item, float) for item in value):
        plain = ", ".join(rounded(item) if isinstance(item, float) else str(item) for item in value)
        return literally(f"({plain})") if len(value) <= 4 else say("{count} numbers", count=len(value))
    return literally(value.replace("_", " ")) if isinstance(value, str) and value else value_text(value)
