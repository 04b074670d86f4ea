"""What was changed of the data: which, how they are prepared and split; of what was found in files nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import PurePath

from pydantic import BaseModel

from engine.compare.fields import apart
from engine.compare.wording import (
    arrow,
    called,
    from_to,
    literally,
    number_text,
    packed,
    switched,
    title_words,
    varied,
)
from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.layers.base import Shape
from engine.messages import Message, say
from engine.units import shape_text

_WORDS = {"validation": "validation share {change}", "seed": "split seed {change}",
          "rows": "{change} training rows", "validation_rows": "{change} validation rows",
          "test_rows": "{change} test rows", "inputs": "{change} inputs", "test": "test share {change}"}

_SWITCHES = {"standardize": say("standardising")}


def data(before: DataSpec, after: DataSpec) -> Iterator[Message]:
    """The data themselves first, the seed of their split last."""
    old, new = _name(before), _name(after)
    is_same = (before.dataset, before.path, before.emnist) == (after.dataset, after.path, after.emnist)
    if not is_same:
        yield say("{before} → {after}", before=old, after=new) if str(old) != str(new) else (
            say("{before} from another place", before=old))
    are_images = before.is_image and after.is_image
    if are_images:
        yield from _pictures(before, after)
    if are_images or before.dataset == after.dataset:  # else other data begin without what only images have
        yield from _augmented(before.augment, after.augment)
    if before.normalize != after.normalize:
        yield switched(say("normalisation"), after.normalize)
    if before.swap != after.swap:
        yield switched(say("swapped training and test data"), after.swap)
    yield from _table(before, after)
    if before.dataset == after.dataset:
        yield from _options(before.synthetic, after.synthetic)
    for name in ("validation", "seed"):
        if getattr(before, name) != getattr(after, name):
            yield say(_WORDS[name], change=from_to(getattr(before, name), getattr(after, name), number_text))


def _name(spec: DataSpec) -> Message:
    """The data as people call them: a file of their own by its name."""
    if spec.path:
        return literally(PurePath(spec.path.replace("\\", "/")).name or spec.path)
    title, part = say(spec.source.title), getattr(spec, spec.dataset, None)  # one of several parts, where it has some
    return say("{source} {part}", source=title, part=part) if isinstance(part, str) else title


def _pictures(before: DataSpec, after: DataSpec) -> Iterator[Message]:
    """Their size and channels, where somebody chose them and they come out otherwise."""
    known = before.is_known and after.is_known
    sizes = [spec.sample_shape[1:] if known else spec.resize and (spec.resize,) * 2 for spec in (before, after)]
    if before.resize != after.resize and sizes[0] != sizes[1]:
        yield say("{change} pictures", change=from_to(_size(sizes[0]), _size(sizes[1]), say))
    channels = [spec.sample_shape[0] if known else spec.channels for spec in (before, after)]
    if before.channels != after.channels and channels[0] != channels[1]:
        old, new = (say("as they are") if count is None else literally(str(count)) for count in channels)
        yield say("pictures {before} → {after} channels", before=old, after=new) if all(channels) else (
            say("channels of pictures {before} → {after}", before=old, after=new))


def _size(size: Shape | int | None) -> str:
    return shape_text(size) if isinstance(size, tuple) else "full-size"


def _augmented(before: Augment, after: Augment) -> Iterator[Message]:
    changes = varied(before.model_dump(), after.model_dump()) if before != after else []
    if len(changes) > 1 and not after.is_active:
        yield say("augmentation off")
        return
    for change in packed(changes, most=4):
        yield say("augmentation: {change}", change=change)


def _table(before: DataSpec, after: DataSpec) -> Iterator[Message]:
    """How columns are used; other data begin with what is usual for them."""
    old, new = before.table, after.table
    if before.dataset != after.dataset:
        return
    kinds = dict(old.kinds), dict(new.kinds)
    columns = [name for name in {**kinds[0], **kinds[1]} if kinds[0].get(name) != kinds[1].get(name)]
    for name in columns[:1] if len(columns) == 1 else ():
        change = from_to(kinds[0].get(name, "auto"), kinds[1].get(name, "auto"), say)
        yield say("column {name}: {change}", name=literally(name), change=change)
    if len(columns) > 1:
        yield say("{count} columns of another kind", count=len(columns))
    yield from _options(old, new)


def _options(before: BaseModel, after: BaseModel) -> Iterator[Message]:
    """Options called as their form calls them, where they have no shorter name."""
    for name, old, new in apart(before, after):
        if name == "kinds":
            continue
        field = type(before).model_fields[name]
        title, extra = field.title or name, field.json_schema_extra
        empty = str(extra.get("empty", "off")) if isinstance(extra, dict) else "off"
        if isinstance(new, bool):
            yield switched(_SWITCHES.get(name) or title_words(title), new)
            continue
        change = arrow(old, new, partial(_value, empty))
        yield say(_WORDS[name], change=change) if name in _WORDS else called(title_words(title), change)


def _value(empty: str, value: object) -> Message:
    return say(empty) if value is None or value == "" else number_text(value)
