"""In which order the nodes of a graph run: as code calls them, wherever that decides what comes out. No torch."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from engine.blocks.base import Block
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code


def draws(layer: Any) -> bool:
    """Whether it draws random numbers in a call, or may: of blocks of a person's own what is in them says it."""
    if isinstance(inside := getattr(layer, "graph", None), Graph):
        return any(draws(node.layer) for node in inside.nodes.values())
    if isinstance(layer, (Block, Code)):
        return True
    share = getattr(layer, "p", 0.0) if layer.category == "regularization" else getattr(layer, "dropout", 0.0)
    return bool(share) or layer.kind() == "RReLU" or layer.kind().startswith("FractionalMaxPool")


def keeps_statistics(layer: Any) -> bool:
    """Whether a call leaves something behind in it."""
    if isinstance(inside := getattr(layer, "graph", None), Graph):
        return any(keeps_statistics(node.layer) for node in inside.nodes.values())
    return getattr(layer, "track_running_stats", False) is True


def chains(nodes: Mapping[str, Node], names: Sequence[str]) -> list[list[str]]:
    """Nodes that must run one after the other: what draws random numbers, and the calls of one that measures."""
    found: dict[str, list[str]] = {}
    for name in names:
        if keeps_statistics(nodes[name].layer):
            found.setdefault(nodes[name].shares or name, []).append(name)
    drawing = [name for name in names if draws(nodes[name].layer)]
    return [chain for chain in (drawing, *found.values()) if len(chain) > 1]


def ordered(names: Sequence[str], rank: Mapping[str, int], edges: Iterable[Edge],
            first_to_last: Iterable[Sequence[str]]) -> list[str]:
    """Nodes by rank, behind what they read, each chain in its order."""
    pairs = {*((edge.source, edge.target) for edge in edges), *(pair for chain in first_to_last
                                                                 for pair in pairwise(chain))}
    waiting, behind = dict.fromkeys(names, 0), dict[str, list[str]]()
    for one, two in pairs:
        waiting[two] += 1
        behind.setdefault(one, []).append(two)
    place = {name: (rank[name], index) for index, name in enumerate(names)}
    ready = [(place[name], name) for name in names if not waiting[name]]
    heapq.heapify(ready)
    found: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        found.append(name)
        for other in behind.get(name, ()):
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, (place[other], other))
    return found
