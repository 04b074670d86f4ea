"""Layers that were added, removed, or put together as a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.blocks.base import Block
from engine.compare.telling.levels import Kinds, Level, Shapes
from engine.compare.telling.places import names_text, place_text, title_of
from engine.compare.wording import packed, together
from engine.graph.graph import Graph, Node
from engine.layers.base import Category, Layer
from engine.layers.inputs import Input
from engine.messages import Message, say

IN_A_ROW = 44  # characters that layers put in together are named in
_EVERY: dict[Category, str] = {"convolution": "every convolution", "activation": "every activation",
                               "pooling": "every pooling layer"}


@dataclass(frozen=True)
class Piece:
    """Added layers that hang together, and behind which one they come."""

    level: Level
    names: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is made of: pieces of the same are told together."""
        return tuple(str(title_of(self.level.after.nodes[name].layer)) for name in self.names)


def structure(levels: Sequence[Level], before: Kinds, after: Kinds) -> Iterator[Message]:
    """What is said of all levels together: blocks made and dissolved, then what came, then what went."""
    added = {id(level): list(level.added) for level in levels}
    removed = {id(level): list(level.removed) for level in levels}
    for level in levels:
        new, old = added[id(level)], removed[id(level)]
        yield from _blocks(level, level.after, new, level.before, old, level.shapes[1], True)
        yield from _blocks(level, level.before, old, level.after, new, level.shapes[0], False)
    yield from _added([piece for level in levels for piece in _pieces(level, added[id(level)])], after)
    yield from _removed([(level, name) for level in levels for name in removed[id(level)]], before)


# -- blocks ------------------------------------------------------------------------------------------------------------


def _blocks(level: Level, holding: Graph, blocks: list[str], loose: Graph, layers: list[str], shapes: Shapes,
            is_made: bool) -> Iterator[Message]:
    """Blocks that hold what stood there by itself; they and their layers are taken out of the lists."""
    for name in [name for name in blocks if layers and holding.nodes[name].layer.category == "block"]:
        found = _held(holding.nodes[name], loose, layers, shapes)
        if not found:
            continue
        blocks.remove(name)
        for each in found:
            layers.remove(each)
        places = [level.place(each) for each in found]
        what = names_text(places) or say("{count} layers", count=len(found))
        yield say("{layers} made block {name}", layers=what, name=place_text(level.place(name))) if is_made else (
            say("block {name} dissolved", name=place_text(level.place(name))))


def _held(node: Node, loose: Graph, names: Sequence[str], shapes: Shapes) -> list[str]:
    """The loose layers that are those of the block, or of a repeated one its copies; none unless all of them are
    there."""
    block = node.layer
    assert isinstance(block, Block)
    if 1 < block.repeat <= len(names) and (
            copies := _found(Counter(map(block.copy_number, range(block.repeat))), loose, names)):
        return copies
    own = shapes.own(node)
    layers = Counter[Layer]() if own is None else Counter(each.layer for each in own.graph.nodes.values()
                                                          if not isinstance(each.layer, Input))
    for layer in layers:
        layers[layer] *= own.repeat if own is not None else 1
    return _found(layers, loose, names)


def _found(waiting: Counter[Layer], loose: Graph, names: Sequence[str]) -> list[str]:
    if not waiting or waiting.total() > len(names):
        return []
    found = []
    for name in names:
        layer = loose.nodes[name].layer
        if waiting[layer] > 0:
            waiting[layer] -= 1
            found.append(name)
    return found if not waiting.total() else []


# -- what came ---------------------------------------------------------------------------------------------------------


def _pieces(level: Level, names: Sequence[str]) -> Iterator[Piece]:
    """The added layers in groups that hang together, in the order of the network."""
    new, done = set(names), set[str]()
    for name in sorted(names, key={name: index for index, name in enumerate(level.after.order)}.__getitem__):
        if name in done:
            continue
        group, waiting = {name}, [name]
        while waiting:
            each = waiting.pop()
            around = [*(e.source for e in level.after.inputs[each]), *(e.target for e in level.after.outputs[each])]
            more = {other for other in around if other in new} - group
            group |= more
            waiting += more
        done |= group
        ordered = tuple(each for each in level.after.order if each in group) if len(group) > 1 else (name,)
        sources = [e.source for each in ordered for e in level.after.inputs[each] if e.source not in new]
        yield Piece(level, ordered, tuple(dict.fromkeys(sources)))


def _added(pieces: Sequence[Piece], kinds: Kinds) -> Iterator[Message]:
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.kinds, []).append(piece)
    for group in groups.values():
        what = _what(group[0])
        if len(group) == 1:
            yield _one_added(group[0], what)
        elif (where := _every(group, kinds) or _few(group)) is not None:
            yield say("added {layers} after {where}", layers=what, where=where)
        else:
            yield say("added {count} × {layers}", count=len(group), layers=what)


def _what(piece: Piece) -> Message:
    titles = [title_of(piece.level.after.nodes[name].layer) for name in piece.names[:3]]
    if len(piece.names) > 1 and len(set(piece.kinds)) == 1:
        return say("{count} × {layers}", count=len(piece.names), layers=titles[0])
    words = together(titles)
    return words if len(piece.names) <= 3 and len(str(words)) <= IN_A_ROW else (
        say("{count} layers", count=len(piece.names)))


def _one_added(piece: Piece, what: Message) -> Message:
    if not piece.after:
        return say("added {layers}", layers=what)
    first = piece.level.after.nodes[piece.names[0]]
    if len(piece.names) == 1 and len(piece.after) == 2 and first.layer.max_inputs != 1:
        one, two = (place_text(piece.level.place(name)) for name in piece.after)
        return say("added {layers} of {one} and {two}", layers=what, one=one, two=two)
    if piece.level.prefix and isinstance(piece.level.after.nodes[piece.after[0]].layer, Input):
        return say("added {layers} at the start of {block}", layers=what,
                   block=place_text(piece.level.prefix.removesuffix(".")))
    return say("added {layers} after {name}", layers=what, name=place_text(piece.level.place(piece.after[0])))


def _few(group: Sequence[Piece]) -> Message | None:
    """The names of what they come after, where these are few."""
    behind = [piece.level.place(piece.after[0]) for piece in group if piece.after]
    return names_text(behind) if len(behind) == len(set(behind)) == len(group) else None


def _every(group: Sequence[Piece], kinds: Kinds) -> Message | None:
    """Where they come after all layers of a kind, or of a category, and after nothing else."""
    behind = {(id(piece.level), piece.after[0]): piece.level.after.nodes[piece.after[0]] for piece in group
              if piece.after}
    if len(behind) < len(group):
        return None
    layers = [node.layer for node in behind.values()]
    first = layers[0]
    if all(type(layer) is type(first) for layer in layers) and kinds.of(first) == len(layers):
        return say("every {layer}", layer=title_of(first))
    same = {layer.category for layer in layers}
    if len(same) == 1 and first.category in _EVERY and kinds.in_category(first.category) == len(layers):
        return say(_EVERY[first.category])
    return None


# -- what went ---------------------------------------------------------------------------------------------------------


def _removed(gone: Sequence[tuple[Level, str]], kinds: Kinds) -> Iterator[Message]:
    """All that went together; all of a kind as such."""
    by_kind: dict[str, list[tuple[Level, str]]] = {}
    for level, name in gone:
        by_kind.setdefault(str(title_of(_node(level, name).layer)), []).append((level, name))
    every = dict[str, Message]()
    for title, group in by_kind.items():
        layer = _node(*group[0]).layer
        if len(group) > 1 and len(group) == kinds.of(layer):
            every[title] = say("every {layer}", layer=title_of(layer))
    for layers in packed(tuple(every.values())):
        yield say("removed {layers}", layers=layers)
    rest = [level.place(name) for level, name in gone if str(title_of(_node(level, name).layer)) not in every]
    if rest:
        yield say("removed {names}", names=names_text(rest) or say("{count} layers", count=len(rest)))


def _node(level: Level, name: str) -> Node:
    return level.before.nodes[name]
