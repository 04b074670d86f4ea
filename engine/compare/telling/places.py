"""Which layers a change is of: ``conv2``, ``act1 … act4``, ``Dropout``, ``everywhere``, ``in 5 of 8 places``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from engine.blocks.custom import Custom
from engine.compare.fields import layer_title
from engine.compare.telling.levels import Kinds
from engine.compare.wording import NAME, listed, literally, short, together
from engine.layers.base import Layer
from engine.messages import Message, say

MOST_NAMES = 3
IN_A_LIST = 18  # characters of a name
_NAMED = frozenset({"convolution", "linear", "block", "code", "input", "merge"})  # that are spoken of by their names


def title_of(layer: Layer) -> Message:
    """What a layer is called."""
    return literally(layer.label) if isinstance(layer, Custom) else layer_title(layer)


def is_alone(layer: Layer, before: Kinds, after: Kinds) -> bool:
    """Whether the network has one layer of this kind, whose name says nothing more than that."""
    return before.of(layer) == after.of(layer) == 1 and layer.category not in _NAMED


def are_all(count: int, layer: Layer, before: Kinds, after: Kinds) -> bool:
    """Whether so many are all of the kind, and several."""
    return 1 < count == before.of(layer) == after.of(layer)


def place_text(place: str) -> Message:
    """A layer by its name, with the middle left out where it is long."""
    return literally(place)


def names_text(places: Sequence[str], in_list: bool = False) -> Message | None:
    """A few names (``in_list``: before a colon); a longer row by its ends; None: there are too many to be named."""
    if len(places) <= MOST_NAMES:
        names = [literally(place, IN_A_LIST if len(places) > 1 else NAME) for place in places]
        return listed(names) if in_list else together(names)
    return say("{first} … {last}", first=short(places[0]), last=short(places[-1])) if _is_row(places) else None


def _is_row(places: Sequence[str]) -> bool:
    """Whether their numbers follow each other."""
    numbered = [re.fullmatch(r"(.*?)(\d{1,9})", place) for place in places]
    ends = [(match[1], int(match[2])) for match in numbered if match]
    return len(ends) == len(places) and all(
        one[0] == two[0] and one[1] + 1 == two[1] for one, two in pairwise(ends))


def changed_in(change: Message, places: Sequence[str], layer: Layer, before: Kinds, after: Kinds) -> Message:
    """The same change of an option in all of these layers of one kind."""
    title = title_of(layer)
    if len(places) == 1:
        subject = title if is_alone(layer, before, after) else place_text(places[0])
        return say("{layer} {change}", layer=subject, change=change)
    if are_all(len(places), layer, before, after):
        return say("{layer} {change} everywhere", layer=title, change=change)
    names = names_text(places, in_list=True)
    if names is not None:
        return say("{names}: {change}", names=names, change=change)
    return say("{layer} {change} in {count} of {total} places", layer=title, change=change, count=len(places),
               total=before.of(layer))


def replaced_in(change: Message, places: Sequence[str], layer: Layer, before: Kinds) -> Message:
    """One kind in the place of another: ``Sigmoid → ReLU everywhere``."""
    total = before.of(layer)
    if len(places) == total:
        return say("{change} everywhere", change=change) if total > 1 else change
    names = names_text(places, in_list=True)
    if names is not None:
        return say("{names}: {change}", names=names, change=change)
    return say("{change} in {count} of {total} places", change=change, count=len(places), total=total)


def several(places: Sequence[str], layers: Sequence[Layer], before: Kinds, after: Kinds) -> tuple[Message, bool]:
    """Layers of any kinds as who does something, and whether it is more than one: ``every Conv 2d``, no plural."""
    first = layers[0]
    if len(places) == 1:
        return (title_of(first) if is_alone(first, before, after) else place_text(places[0])), False
    same = all(type(layer) is type(first) for layer in layers) and not isinstance(first, Custom)
    if same and are_all(len(places), first, before, after):
        return say("every {layer}", layer=title_of(first)), False
    return names_text(places) or say("{count} layers", count=len(places)), True
