"""One layer that stays the same kind: what of its options is another, and how its weights begin and learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from engine.blocks.custom import Custom
from engine.blocks.replacing import WIDTHS
from engine.compare.fields import WINDOWS, apart, spread
from engine.compare.wording import (
    arrow,
    called,
    literally,
    number_text,
    rounded,
    switched,
    title_words,
)
from engine.graph.parameters import INIT_TITLES, Init
from engine.layers.base import Layer
from engine.layers.code import Code
from engine.messages import Message, say

# Options whose value says what they are, or that have a shorter name; the others are called as their form calls them.
# By their titles, too: ``padding`` is the border of some layers.
_WORDS = {
    ("p", "Probability"): "{change}", ("out_channels", "Output channels"): "{change} channels",
    ("num_channels", "Channels"): "{change} channels", ("out_features", "Outputs"): "{change} features",
    ("embedding_dim", "Features"): "{change} features", ("hidden_size", "Hidden units"): "{change} hidden units",
    ("num_heads", "Heads"): "{change} heads", ("nhead", "Heads"): "{change} heads",
    ("num_layers", "Layers"): "{change} layers", ("num_convs", "Convolutions"): "{change} convolutions",
    ("num_encoder_layers", "Encoder layers"): "{change} encoder layers",
    ("num_decoder_layers", "Decoder layers"): "{change} decoder layers",
    ("kernel_size", "Kernel size"): "{change} kernel", ("kernel_size", "Patch size"): "{change} patches",
    ("padding", "Padding"): "pad {change}", ("groups", "Groups"): "{change} groups",
    ("num_groups", "Groups"): "{change} groups", ("negative_slope", "Negative slope"): "slope {change}",
    ("repeat", "Repeat"): "{change}", ("c1", "1×1"): "1×1 path {change} channels",
    ("c2b", "3×3"): "3×3 path {change} channels", ("c3b", "5×5"): "5×5 path {change} channels",
    ("c2a", "3×3, reduced"): "{change} channels before 3×3", ("c3a", "5×5, reduced"): "{change} channels before 5×5",
    ("c4", "Pooled"): "pooled path {change} channels"}  # fmt: skip
_WIDE = {"out_features": say("features"), "hidden_size": say("hidden units")}  # the others are channels
_APART = frozenset({"graph", "exposed", "label", "source"})  # of blocks and code: told elsewhere, or a name
_OFF = frozenset({"none", "none are", "off", "no limit"})  # what stands in a form while nothing is chosen


class Change(NamedTuple):
    """One option that is another, and its words."""

    name: str
    old: Any
    new: Any
    words: Message


def option_changes(before: Layer, after: Layer) -> Iterator[Change]:
    """``16 → 8 channels``, ``bias off``: everything that is another and makes the layer another."""
    for name, old, new in apart(before, after):
        if name in _APART and isinstance(before, Custom | Code):
            continue
        old, new = _as_wide(name, type(before).model_fields[name].annotation, old, new)
        if old != new:
            yield Change(name, old, new, _text(name, type(before).model_fields[name], old, new))


def _text(name: str, field: FieldInfo, old: Any, new: Any) -> Message:
    title, words = field.title or name, _WORDS.get((name, field.title or ""))
    if isinstance(old, bool) and isinstance(new, bool):
        return switched(title_words(title), new)
    text = partial(_value, name, _empty(field.json_schema_extra))
    if not isinstance(old, float) and text(old) == text(new):
        return say("other {what}", what=title_words(title))
    change = arrow(old, new, text)
    return say(words, change=change) if words else called(title_words(title), change)


def scaled(change: Change) -> Message | None:
    """A width as its ratio to what it was: ``channels halved``, ``features ×4``; None of other options."""
    if change.name not in WIDTHS or change.old == change.new:
        return None
    ratio = Fraction(change.new, change.old)
    if 1 not in (ratio.numerator, ratio.denominator):
        return None
    how = {Fraction(2): say("doubled"), Fraction(1, 2): say("halved")}.get(ratio) or (
        say("×{ratio}", ratio=ratio) if ratio > 1 else say("÷{ratio}", ratio=1 / ratio))
    return called(_WIDE.get(change.name, say("channels")), how)


def _as_wide(name: str, annotation: Any, old: Any, new: Any) -> tuple[Any, Any]:
    """One number for every direction, written out where the other value has one for each."""
    for one, other in ((old, new), (new, old)):
        if isinstance(one, tuple) and type(other) is int:
            wide = (other,) * len(one)
            return (one, wide) if one is old else (wide, one)
    return (spread(old, annotation), spread(new, annotation)) if name in WINDOWS else (old, new)


def _empty(extra: Any) -> str:
    words = extra.get("empty", "off") if isinstance(extra, dict) else "off"
    return "off" if words in _OFF else words


def _value(name: str, empty: str, value: Any) -> Message:
    if value is None:
        return say(empty)
    return say("×{count}", count=value) if name == "repeat" else number_text(value)


def code_change(before: Layer, after: Layer) -> Message | None:
    """How many lines of a person's own code are others."""
    if not isinstance(before, Code) or not isinstance(after, Code) or before.source == after.source:
        return None
    old, new = (Counter(layer.source.splitlines()) for layer in (before, after))
    count = max((old - new).total(), (new - old).total())
    if count == 0:
        return say("lines in another order")
    return say("1 line changed") if count == 1 else say("{count} lines changed", count=count)


# -- how weights begin ------------------------------------------------------------------------------------------------


def init_text(init: Init) -> Message:
    """``Xavier uniform``, ``Normal (mean 0, std 0.5)``."""
    title, values = say(INIT_TITLES[init.kind]), [getattr(init, name) for name in init.fields]
    if init.kind in ("constant", "formula"):
        return called(title, literally(rounded(values[0]) if isinstance(values[0], float) else values[0]))
    if not values:
        return title
    numbers = ", ".join(f"{name} {rounded(value)}" for name, value in zip(init.fields, values, strict=True))
    return say("{title} ({numbers})", title=title, numbers=numbers)


def times(before: float, after: float) -> Message:
    """A factor: ``×1 → ×0.1``."""
    return arrow(before, after, lambda value: say("×{value}", value=rounded(value)))
