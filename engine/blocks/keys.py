"""Keys of state dicts that earlier versions wrote, when every layer inside a block was kept under its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block

Value = TypeVar("Value")


def moved(analysis: Analysis) -> dict[str, str]:
    """What is kept under another key than by the names on the way to it: ``stage.residual1`` is ``stage.0`` now."""
    return {names: key for names, key in _kept(analysis.active, "", "") if names != key}


def _kept(analysis: Analysis, names: str, keys: str) -> Iterator[tuple[str, str]]:
    for name in analysis.graph.order:
        node, shapes = analysis.graph.nodes[name], analysis.nodes[name].input_shapes
        yield names + name, keys + node.kept_as
        if isinstance(node.layer, Block) and shapes is not None and analysis.nodes[name].facts is not None:
            yield from _kept(node.layer.inside(shapes), f"{names}{name}.", f"{keys}{node.kept_as}.")


def current(key: str, now: Mapping[str, str]) -> str:
    """The key that a tensor has now, by what ``moved`` says."""
    head, tails = key, list[str]()
    while head not in now:
        head, dot, tail = head.rpartition(".")
        if not dot:
            return key
        tails.insert(0, tail)
    return ".".join([now[head], *tails])


def with_current_keys(state: Mapping[str, Value], analysis: Analysis) -> dict[str, Value]:
    """A state dict of an earlier version, as it would be written now; any other stays as it is."""
    now = moved(analysis)
    return {current(key, now): value for key, value in state.items()}
