"""What a card says about its node, from the graph, the analysis and the problems."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from engine.advice.advice import Problem
from engine.blocks.base import Block
from engine.blocks.sketch import sketch
from engine.graph.graph import Graph, Node
from engine.layers.base import Facts, Layer
from engine.layers.inputs import Input
from engine.units import grouped
from widgets.canvas.cards.face import Face
from widgets.look.text import message_text, sentence_text, translated

_RANK = {"error": 0, "warning": 1, "hint": 2}


def worst_by_node(problems: Iterable[Problem]) -> dict[str, Problem]:
    """The gravest problem of each node."""
    worst: dict[str, Problem] = {}
    for problem in problems:
        if problem.node is not None:
            known = worst.get(problem.node)
            if known is None or _rank(problem) < _rank(known):
                worst[problem.node] = problem
    return worst


def _rank(problem: Problem) -> float:
    """What is only unfinished counts less than what is wrong, and more than a hint."""
    return 1.5 if problem.unfinished else _RANK[problem.severity]


def plain_face(graph: Graph, node: Node, caption: str = "", lends: bool = False) -> Face:
    """A card before anything is known about its shapes. ``caption`` is what the Input says about its data;
    ``lends``: others use this node's weights.
    """
    layer = node.layer
    repeat = repeat_of(layer)
    words = [translated(layer.title), (layer.model_copy(update={"repeat": 1}) if repeat > 1 else layer).summary()]
    if isinstance(layer, Input):
        words = [caption or words[0], words[1]]
    brief = words[1:] if words[1] else words
    if node.shares is not None:
        shares = QCoreApplication.translate("Canvas", "shares {name}").format(name=node.shares)
        words.insert(1, shares)
        brief = [shares, *brief]
    if node.bypassed:
        bypassed = QCoreApplication.translate("Canvas", "bypassed")
        words, brief = [bypassed, *words], [bypassed, *brief]
    return Face(
        node.name, layer.category, _joined(words), _joined(brief), inputs=input_count(graph, node), repeat=repeat,
        linked=lends or node.shares is not None,
        frozen=node.shares is None and not node.parameters.trainable, bypassed=node.bypassed, label=node.label,
        collapsed=node.collapsed, sketch=sketch(layer) if isinstance(layer, Block) else None, flow=graph.flow,
    )  # fmt: skip


def _joined(words: Iterable[str]) -> str:
    return " · ".join(filter(None, words))


def repeat_of(layer: Layer) -> int:
    """How many of a block stand one after the other."""
    return layer.repeat if isinstance(layer, Block) else 1


def input_count(graph: Graph, node: Node) -> int:
    """How many inputs to draw: a merge has as many as it uses, but at least two."""
    if node.layer.max_inputs is not None:
        return node.layer.max_inputs
    ports = graph.inputs[node.name]
    return max(node.layer.min_inputs, ports[-1].port + 1 if ports else 0)


def face_of(plain: Face, facts: Facts | None, problem: Problem | None, loose: bool) -> Face:
    """The same card with its numbers and what is wrong with it."""
    shown = problem if problem is not None and problem.tone != "hint" else None
    offered = problem if problem is not None and (shown or problem.unfinished) else None
    return plain._replace(
        count=grouped(facts.params) if facts and facts.params else "",
        problem=sentence_text(shown.message) if shown else "",
        severity=shown.severity if shown else "",
        repair=message_text(offered.repairs[0].text) if offered and offered.repairs else "",
        loose=loose,
    )
