"""Finding layers by name, kind, shape or problem, also inside blocks. No torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from engine.advice.problem import Problem
from engine.analysis.analysis import Analysis, NodeReport, analyze
from engine.blocks.base import Block
from engine.graph.graph import Node
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.messages import LayerloomError

Test = Callable[["Place"], bool]

_SHAPE = re.compile(r"[\d*?]+(?:[x×][\d*?]+)+")
_NUMBER = re.compile(r"(params|madds|)([<>]=?)(\d+(?:\.\d+)?)([kmg]?)")
_UNITS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}
_SEVERITIES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("error", "errors", "错误"), frozenset({"error"})),
    **dict.fromkeys(("warning", "warnings", "警告"), frozenset({"warning"})),
    **dict.fromkeys(("problem", "problems", "问题"), frozenset({"error", "warning", "hint"})),
}


class Place(NamedTuple):
    """A layer somewhere in the network: its dotted path, what is known about it, and how severe its problems are."""

    path: str
    node: Node
    report: NodeReport
    problems: frozenset[str]


def find(analysis: Analysis, query: str, problems: Iterable[Problem] = ()) -> list[str]:
    """Dotted paths of the layers that every word of ``query`` fits, in the order in which they are computed.

    A word is a part of the name, the kind or the torch class; a shape of the output (``16x5x5``, ``*x7x7``); a bound
    on its first size (``>512``), on the parameters (``params>10k``) or the multiply-adds (``madds>1m``); or one of
    ``error``, ``warning``, ``problem``, ``bypassed``, ``frozen``. The problems of the whole network can be given;
    otherwise they are what the analysis itself finds wrong.
    """
    tests = [_test(word) for word in query.casefold().split()]
    if not tests:
        return []
    return [place.path for place in places(analysis, problems) if all(test(place) for test in tests)]


def places(analysis: Analysis, problems: Iterable[Problem] = (), prefix: str = "") -> Iterator[Place]:
    """Every layer, each block followed by what is inside it; a repeated block's inside is there once."""
    severities = _severities(analysis, problems)
    for name in analysis.graph.order:
        node, report = analysis.graph.nodes[name], analysis.nodes[name]
        if prefix and isinstance(node.layer, Input):
            continue  # only stands for what comes into the block
        yield Place(prefix + name, node, report, severities.get(name, frozenset()))
        if isinstance(node.layer, Block) and (inner := inside(node.layer, report.input_shapes)) is not None:
            yield from places(inner, (), f"{prefix}{name}.")


def inside(block: Block, shapes: tuple[Shape, ...] | None) -> Analysis | None:
    """What a block holds, a repeated one as its first copy; None where that is unknown."""
    try:
        return _inside(block, shapes)
    except LayerloomError:
        return None


@lru_cache(maxsize=2048)
def _inside(block: Block, shapes: tuple[Shape, ...] | None) -> Analysis | None:
    graph = block.own_graph
    if graph is None and shapes is not None:
        graph = block.copy_number(0).expand(shapes)
    return None if graph is None else analyze(graph, shapes[0] if shapes else None)


def _severities(analysis: Analysis, problems: Iterable[Problem]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for fault in analysis.faults:
        if fault.node is not None:
            found.setdefault(fault.node, set()).add("error" if fault.node in analysis.members else "warning")
    for problem in problems:
        if problem.node is not None:
            found.setdefault(problem.node, set()).add(problem.severity)
    return {name: frozenset(severities) for name, severities in found.items()}


# -- one word -------------------------------------------------------------------------------------------------------


def _test(word: str) -> Test:
    """What a word asks of a layer."""
    if word in _SEVERITIES:
        return lambda place: bool(place.problems & _SEVERITIES[word])
    if word == "bypassed":
        return lambda place: place.node.bypassed
    if word == "frozen":
        return lambda place: not place.node.parameters.trainable
    if _SHAPE.fullmatch(word):
        sizes = re.split("[x×]", word)
        return lambda place: _has_shape(place.report.output_shape, sizes)
    if bound := _NUMBER.fullmatch(word):
        return _bound(*bound.groups())
    return lambda place: any(word in text for text in _words(place)) or any(
        text.startswith(word) for text in _synonyms(type(place.node.layer)))


def _has_shape(shape: Shape | None, sizes: Collection[str]) -> bool:
    return shape is not None and len(shape) == len(sizes) and all(map(fnmatchcase, map(str, shape), sizes))


def _bound(what: str, sign: str, number: str, unit: str) -> Test:
    limit = float(number) * _UNITS[unit]
    holds: Callable[[float], bool] = {
        ">": limit.__lt__, ">=": limit.__le__, "<": limit.__gt__, "<=": limit.__ge__,
    }[sign]

    def fits(place: Place) -> bool:
        facts = place.report.facts
        if facts is None or not facts.output_shape:
            return False
        value = {"params": facts.params, "madds": facts.mult_adds}.get(what, facts.output_shape[0])
        return holds(float(value))

    return fits


def _words(place: Place) -> Iterator[str]:
    layer = place.node.layer
    yield place.node.name.casefold()
    yield from _kind_words(type(layer))
    yield str(getattr(layer, "label", "")).casefold()  # of a block of one's own
    yield layer.summary().casefold()


@lru_cache(maxsize=512)
def _kind_words(kind: type) -> tuple[str, ...]:
    texts = (kind.title, kind.torch, kind.kind(), kind.category)  # type: ignore[attr-defined]
    return tuple(text.casefold() for text in texts)


@lru_cache(maxsize=512)
def _synonyms(kind: type) -> tuple[str, ...]:
    return tuple(text.casefold() for text in kind.synonyms)  # type: ignore[attr-defined]
