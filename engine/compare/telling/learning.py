"""How layers take part: bypassed or not, whose weights they use, how these begin and learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.compare.telling.levels import Kinds, Level
from engine.compare.telling.options import init_text, times
from engine.compare.telling.places import names_text, place_text, several
from engine.compare.wording import frozen
from engine.graph.graph import Graph, Node
from engine.graph.parameters import NodeParameters, ValueEdit
from engine.layers.base import Layer
from engine.messages import Message, say

MOST_LEFT = 2  # layers that are named where all others did something


class Act(NamedTuple):
    """What one layer does otherwise, in the words for one and for several of them; equal acts are said together."""

    one: str
    many: str
    values: tuple[tuple[str, object], ...] = ()
    needs_weights: bool = False  # it means nothing where there are none

    def of(self, who: Message, are_many: bool) -> Message:
        """The sentence."""
        return say(self.many if are_many else self.one, layer=who, **dict(self.values))


_BYPASSED = Act("{layer} bypassed", "{layer} bypassed"), Act("{layer} no longer bypassed", "{layer} no longer bypassed")
_FROZEN = Act(frozen("", False).template, "{layer} frozen", needs_weights=True)
_LEARNS = Act(frozen("", True).template, "{layer} learn", needs_weights=True)
_OWN = Act("{layer} has weights of its own", "{layer} have weights of their own")


def learning(levels: Sequence[Level], before: Kinds, after: Kinds) -> Iterator[Message]:
    """What is said of all levels together."""
    found: dict[Act, list[tuple[str, Layer]]] = {}
    for level in levels:
        for old, new in level.kept:
            for act in _acts(level, old, new):
                found.setdefault(act, []).append((level.place(new.name), new.layer))
    for act in sorted(found, key=_rank):
        who = [place for place, _ in found[act]]
        subject = _all_but(who, levels[0].after) if act.needs_weights else None
        words, are_many = (subject, True) if subject else several(who, [layer for _, layer in found[act]], before,
                                                                 after)
        yield act.of(words, are_many)


def _rank(act: Act) -> int:
    """Bypassed first, then whose weights, then how they learn and begin; stable within."""
    first = (*_BYPASSED, _OWN)
    return 0 if act in first[:2] else 1 if act is _OWN or not act.needs_weights else 2


def _all_but(places: Sequence[str], graph: Graph) -> Message | None:
    """Nearly all layers that have weights, where it is shorter to name the others."""
    if len(places) <= MOST_LEFT:
        return None
    weighted = [name for name, node in graph.nodes.items() if node.shares is None and node.layer.has_weights()]
    left = [name for name in weighted if name not in set(places)]
    if len(weighted) - len(left) < 3 or len(left) > MOST_LEFT:
        return None
    return say("all layers but {names}", names=names_text(left)) if left else say("all layers")


def _acts(level: Level, old: Node, new: Node) -> Iterator[Act]:
    if old.bypassed != new.bypassed:
        yield _BYPASSED[not new.bypassed]
    heirs = old.shares is not None and old.shares not in level.names  # whose weights it had is gone
    if not heirs and level.names.get(old.shares or "", old.shares) != new.shares:
        yield _OWN if new.shares is None else Act(
            "{layer} shares weights with {owner}", "{layer} share weights with {owner}",
            (("owner", place_text(level.place(new.shares))),))
    if not heirs and new.shares is None and old.parameters is not new.parameters:
        yield from _parameters(old.parameters, new.parameters, type(old.layer) is type(new.layer))


def _parameters(old: NodeParameters, new: NodeParameters, is_same_layer: bool) -> Iterator[Act]:
    if old.trainable != new.trainable:
        yield _LEARNS if new.trainable else _FROZEN
    if init_text(old.weight) != init_text(new.weight):
        yield Act("{layer} starts as {init}", "{layer} start as {init}", (("init", init_text(new.weight)),), True)
    if init_text(old.bias) != init_text(new.bias):
        yield Act("biases of {layer} start as {init}", "biases of {layer} start as {init}",
                  (("init", init_text(new.bias)),), True)
    if old.lr_multiplier != new.lr_multiplier:
        yield Act("{layer} lr {change}", "{layer} lr {change}",
                  (("change", times(old.lr_multiplier, new.lr_multiplier)),), True)
    if old.decay_multiplier != new.decay_multiplier:
        yield Act("{layer} weight decay {change}", "{layer} weight decay {change}",
                  (("change", times(old.decay_multiplier, new.decay_multiplier)),), True)
    if is_same_layer and old.edits != new.edits:
        yield Act("{values} of {layer} set by hand", "{values} of {layer} set by hand",
                  (("values", _by_hand(old.edits, new.edits)),))


def _by_hand(old: tuple[ValueEdit, ...], new: tuple[ValueEdit, ...]) -> Message:
    if not new or len(old) == len(new):
        return say("other values") if new else say("no values")
    if not old:
        return say("{count} values", count=len(new)) if len(new) > 1 else say("1 value")
    return say("{before} → {after} values", before=len(old), after=len(new))
