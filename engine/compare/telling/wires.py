"""Wires between layers that stay, where no layer that was added, removed or replaced explains them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.compare.fields import layer_title
from engine.compare.telling.levels import Level
from engine.compare.telling.places import place_text
from engine.graph.graph import Graph
from engine.messages import Message, say

Wire = tuple[str, str, int]
GONE = "−"  # before the name of a layer that is no more; no name begins with it
MOST_MOVES = 60  # wires among which layers that moved are looked for


@dataclass(frozen=True)
class _Rewired:
    """The wires of both graphs by their names afterwards, without those that follow from something else."""

    level: Level
    old: frozenset[Wire]
    new: frozenset[Wire]


def rewired(level: Level) -> Iterator[Message]:
    """What a person did to the wires: moved layers, rewired them, drew or cut shortcuts."""
    found = _unexplained(level)
    if not found.old and not found.new:
        return
    moved, found = _moves(level, found)
    yield from _moves_text(level, moved)
    old, new = _by_input(found.old), _by_input(found.new)
    was, now = (_by_input(wires) for wires in (_wires(level.before, level.names), _wires(level.after, None)))
    mixed = _mixed(was, now, {target for target, _ in {**old, **new}})
    for name in mixed:
        yield say("inputs of {name} in another order", name=place_text(level.place(name)))
    done = set()
    for place in [*new, *(place for place in old if place not in new)]:
        if place[0] in mixed or place in done:
            continue
        done.add(place)
        yield _input_text(level, place, was.get(place), now.get(place))


def _input_text(level: Level, place: tuple[str, int], was: str | None, now: str | None) -> Message:
    """What one input reads, before and after."""
    target = place_text(level.place(place[0]))
    old, new = (place_text(level.place(name.removeprefix(GONE))) if name is not None else None for name in (was, now))
    merges = level.after.nodes[place[0]].layer.max_inputs != 1
    if old is not None and new is not None:
        return say("rewired: {target} after {new} instead of {old}", target=target, new=new, old=old)
    if new is not None:
        return say("shortcut from {source} to {target}", source=new, target=target) if merges else (
            say("{target} wired to {source}", source=new, target=target))
    return say("no shortcut from {source} to {target}", source=old, target=target) if merges else (
        say("{target} no longer wired to {source}", source=old, target=target))


# -- what is explained ------------------------------------------------------------------------------------------------


def _wires(graph: Graph, names: Mapping[str, str] | None) -> frozenset[Wire]:
    """The wires by their names afterwards."""
    if names is None:
        return frozenset((e.source, e.target, e.port) for e in graph.edges)
    called = {name: names.get(name, GONE + name) for name in graph.nodes}
    return frozenset((called[e.source], called[e.target], e.port) for e in graph.edges)


def _unexplained(level: Level) -> _Rewired:
    """Wires between layers that stay, but for those led through layers that came between, or that went."""
    before, after = _wires(level.before, level.names), _wires(level.after, None)
    if before == after:
        return _Rewired(level, frozenset(), frozenset())
    stay = set(level.names.values())
    gone = {wire for wire in before - after if wire[0] in stay and wire[1] in stay}
    new = {wire for wire in after - before if wire[0] in stay and wire[1] in stay}
    through_new, through_old = _through(after, stay, {w[0] for w in gone}), _through(before, stay, {w[0] for w in new})
    gone = {wire for wire in gone if wire[1] not in through_new.get(wire[0], ()) and _has_input(level, wire)}
    new = {wire for wire in new if wire[1] not in through_old.get(wire[0], ())}
    changed = {wire[1] for wire in (before ^ after) if wire[1] in stay and wire[0] not in stay}  # lost or got an input
    moved_on = {(s, t) for s, t, _ in gone} & {(s, t) for s, t, _ in new if t in changed}  # to another port
    return _Rewired(level, frozenset(wire for wire in gone if wire[:2] not in moved_on),
                    frozenset(wire for wire in new if wire[:2] not in moved_on))


def _has_input(level: Level, wire: Wire) -> bool:
    """Whether the layer still has that input: one that was replaced may have fewer."""
    most = level.after.nodes[wire[1]].layer.max_inputs
    return most is None or wire[2] < most


def _through(wires: Collection[Wire], stay: Collection[str], starts: Collection[str]) -> dict[str, set[str]]:
    """What each of these leads to through layers that only one of the graphs has."""
    out: dict[str, list[str]] = {}
    for source, target, _ in wires:
        out.setdefault(source, []).append(target)
    found: dict[str, set[str]] = {}
    for start in starts:
        reached: set[str] = set()
        seen = {name for name in out.get(start, ()) if name not in stay}
        waiting = list(seen)
        while waiting:
            for target in out.get(waiting.pop(), ()):
                if target in stay:
                    reached.add(target)
                elif target not in seen:
                    seen.add(target)
                    waiting.append(target)
        found[start] = reached
    return found


def _by_input(wires: Collection[Wire]) -> dict[tuple[str, int], str]:
    """What each input reads, in order."""
    return {(target, port): source for source, target, port in sorted(wires, key=lambda wire: wire[1:])}


def _mixed(was: Mapping[tuple[str, int], str], now: Mapping[tuple[str, int], str], targets: Collection[str]) -> list[
        str]:
    """Layers that read the same in another order."""
    def read(by_input: Mapping[tuple[str, int], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for (target, _), source in by_input.items():
            if target in targets:
                found.setdefault(target, []).append(source)
        return found

    old, new = read(was), read(now)
    return sorted(name for name in targets if sorted(old.get(name, ())) == sorted(new.get(name, ())))


# -- layers that moved -------------------------------------------------------------------------------------------------


class Move(NamedTuple):
    """A layer that moved: what it was behind, what it is behind; ``partner``: the neighbour it changed places with."""

    name: str
    old: str
    new: str
    partner: str | None

    @property
    def ends(self) -> tuple[str, ...]:
        """The layers it is told by."""
        if self.partner is None:
            return (self.name, self.new, self.old)
        return (self.name, self.partner) if self.partner == self.new else (self.partner, self.name)


def _moves(level: Level, found: _Rewired) -> tuple[list[Move], _Rewired]:
    """Layers taken out of one place of the chain and put into another: without them, the wires are the same."""
    moved: list[Move] = []
    if len(found.old) + len(found.new) > MOST_MOVES:
        return moved, found
    common = _wires(level.before, level.names) & _wires(level.after, None)
    old, new = common | found.old, common | found.new
    rank = {name: index for index, name in enumerate(level.after.nodes)}
    for name in sorted({wire[1] for wire in found.old} & {wire[1] for wire in found.new}, key=rank.__getitem__):
        before, after = _source(old, name), _source(new, name)
        if before is None or after is None or before == after:
            continue
        healed = _healed(old, name), _healed(new, name)
        if len(healed[0] ^ healed[1]) <= len(old ^ new) - 4:
            partner = after if (name, after, 0) in old else before if (name, before, 0) in new else None
            moved.append(Move(name, before, after, partner))
            old, new = healed
    return moved, _Rewired(level, old - new, new - old) if moved else found


def _source(wires: Collection[Wire], name: str) -> str | None:
    """What the only input of a layer in a chain reads."""
    sources = [wire[0] for wire in wires if wire[1] == name]
    return sources[0] if len(sources) == 1 else None


def _healed(wires: frozenset[Wire], name: str) -> frozenset[Wire]:
    source = _source(wires, name)
    assert source is not None
    led = {(source, target, port) for start, target, port in wires if start == name}
    return frozenset({wire for wire in wires if name not in wire[:2]} | led)


def _moves_text(level: Level, moved: Sequence[Move]) -> Iterator[Message]:
    """Layers of one kind that moved alike are said together."""
    groups: dict[tuple[str, ...], list[Move]] = {}
    for move in moved:
        groups.setdefault(tuple(level.after.nodes[name].layer.kind() for name in move.ends), []).append(move)
    for moves in groups.values():
        ends = moves[0].ends
        words = [place_text(level.place(name)) if len(moves) == 1 else layer_title(level.after.nodes[name].layer)
                 for name in ends]
        if len(ends) == 2:
            yield say("{one} and {other} swapped", one=words[0], other=words[1]) if len(moves) == 1 else (
                say("{one} and {other} swapped in {count} places", one=words[0], other=words[1], count=len(moves)))
        else:
            what = words[0] if len(moves) == 1 else say("{count} × {layers}", count=len(moves), layers=words[0])
            yield say("moved: {layers} after {new} instead of {old}", layers=what, new=words[1], old=words[2])
