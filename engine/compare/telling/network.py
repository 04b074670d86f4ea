"""What was changed in the network, in the words of a person; of what follows from a change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.blocks.replacing import kind_key
from engine.compare.telling.learning import learning
from engine.compare.telling.levels import Kinds, Level, levels
from engine.compare.telling.options import Change, code_change, option_changes, scaled
from engine.compare.telling.places import changed_in, names_text, replaced_in, title_of
from engine.compare.telling.structure import structure
from engine.compare.telling.wires import rewired
from engine.compare.wording import literally, packed, short
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph, Node
from engine.layers.base import Layer
from engine.layers.inputs import Input
from engine.messages import Message, say

LIKE_ANOTHER = 6  # layers that came and went, from which on little that stays makes another network
MOST_RENAMED = 3


def network(before: Experiment, after: Experiment) -> Iterator[Message]:
    """What matters first: what is there, how it is wired, its options, how it learns."""
    found = levels(before, after)
    if _is_another(found[0], _are_titled(before, after)):
        yield _another(before, after)
        return
    kinds = Kinds(before.graph), Kinds(after.graph)
    steps = _steps(found)
    yield from _replaced(steps, kinds[0])
    yield from structure(found, *kinds)
    for level in found:
        yield from rewired(level)
    yield from _options(steps, *kinds)
    yield from _code(steps)
    yield from learning(found, *kinds)


def renamed(before: Experiment, after: Experiment) -> Iterator[Message]:
    """Layers and blocks that are only called otherwise."""
    found = []
    for level in levels(before, after):
        found += [(level.place(old), new) for old, new in level.names.items() if old != new]
        found += [(old.label, new.label) for old, new in level.opened.values() if old.label != new.label]
    if len(found) > MOST_RENAMED:
        yield say("renamed only: {count} layers", count=len(found))
    elif found:
        yield say("renamed only: {names}", names=", ".join(f"{short(old, 15)} → {short(new, 15)}"
                                                           for old, new in found))


# -- another network ---------------------------------------------------------------------------------------------------


def _is_another(level: Level, are_titled: bool) -> bool:
    """Whether most of it came or went: one that was only made smaller, or larger, is another where it is called so."""
    stay = sum(_is_same_kind(level.before.nodes[old], level.after.nodes[new]) for old, new in level.names.items())
    came, went = len(level.added), len(level.removed)
    return (are_titled or min(came, went) > 1) and came + went > LIKE_ANOTHER and (
        2 * stay < max(len(level.before.nodes), len(level.after.nodes)))


def _is_same_kind(old: Node, new: Node) -> bool:
    return type(old.layer) is type(new.layer) and not isinstance(old.layer, Input)


def _another(before: Experiment, after: Experiment) -> Message:
    if _are_titled(before, after):
        return say("{before} → {after}", before=literally(before.title, 40), after=literally(after.title, 40))
    return say("another network: {before} → {after} layers", before=_count(before.graph), after=_count(after.graph))


def _are_titled(before: Experiment, after: Experiment) -> bool:
    return before.title != after.title and bool(before.title and after.title)


def _count(graph: Graph) -> int:
    return sum(not isinstance(node.layer, Input) for node in graph.nodes.values())


# -- layers that stay --------------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """A layer that stays and is another, as it was and as it is; ``is_other``: something else stands in its place."""

    place: str
    old: Layer
    new: Layer
    is_other: bool


def _steps(found: Sequence[Level]) -> list[_Step]:
    """In the order of the network; what shares weights goes with the layer that has them."""
    steps = []
    for level in found:
        for old, new in level.kept:
            was, now = level.opened.get(new.name, (old.layer, new.layer))
            if new.shares is None and was is not now and was != now:
                is_other = new.name not in level.opened and kind_key(was) != kind_key(now)
                steps.append(_Step(level.place(old.name if is_other else new.name), was, now, is_other))
    return steps


def _replaced(steps: Sequence[_Step], before: Kinds) -> Iterator[Message]:
    groups: dict[tuple[str, str], list[_Step]] = {}
    for step in steps:
        if step.is_other:
            groups.setdefault((kind_key(step.old), kind_key(step.new)), []).append(step)
    for group in groups.values():
        old, new = title_of(group[0].old), title_of(group[0].new)
        change = say("{before} → {after}", before=old, after=new) if str(old) != str(new) else (
            say("another {layer}", layer=old))
        yield replaced_in(change, [step.place for step in group], group[0].old, before)


def _options(steps: Sequence[_Step], before: Kinds, after: Kinds) -> Iterator[Message]:
    """Equal changes of layers of one kind together; what was changed in the same layers, too."""
    groups: dict[tuple[str, Message], list[_Step]] = {}
    found = [(step, change) for step in steps if not step.is_other for change in option_changes(step.old, step.new)]
    for step, words in _scaled(found):
        groups.setdefault((kind_key(step.old), words), []).append(step)
    alike: dict[tuple[str, ...], tuple[Layer, list[Message]]] = {}
    for (_, change), group in groups.items():
        alike.setdefault(tuple(step.place for step in group), (group[0].old, []))[1].append(change)
    for places, (layer, changes) in alike.items():
        for change in packed(changes):
            yield changed_in(change, places, layer, before, after)


def _scaled(changes: Sequence[tuple[_Step, Change]]) -> Iterator[tuple[_Step, Message]]:
    """The words of each; widths of several layers that all became as many times as large are told so."""
    ratios: dict[tuple[str, Message], set[tuple[int, int]]] = {}
    count: Counter[tuple[str, Message]] = Counter()
    for step, change in changes:
        if (ratio := scaled(change)) is not None:
            ratios.setdefault((kind_key(step.old), ratio), set()).add((change.old, change.new))
            count[kind_key(step.old), ratio] += 1
    for step, change in changes:
        ratio = scaled(change)
        key = (kind_key(step.old), ratio) if ratio is not None else None
        yield step, ratio if ratio is not None and key is not None and len(ratios[key]) > 1 and count[key] > 2 else (
            change.words)


def _code(steps: Sequence[_Step]) -> Iterator[Message]:
    groups: dict[tuple[Layer, Layer], list[str]] = {}
    for step in steps:
        if not step.is_other and code_change(step.old, step.new) is not None:
            groups.setdefault((step.old, step.new), []).append(step.place)
    for (old, new), places in groups.items():
        names = names_text(places, in_list=True) or say("{count} layers", count=len(places))
        yield say("code of {layers}: {change}", layers=names, change=code_change(old, new))
