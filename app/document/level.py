"""Where one is in a network: at its top, or inside a block."""

from __future__ import annotations

from typing import NamedTuple

from engine.advice.advice import Problem, Severity
from engine.advice.repairs.repairs import repairs
from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import Fault, NoShapeError, SeveralEndsError, is_unfinished
from engine.blocks.base import Block
from engine.blocks.edits import as_own, inner, unknown_input, with_inner
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message

Path = tuple[str, ...]  # names of blocks, from the outermost


class Level(NamedTuple):
    """What the canvas shows: a graph with its shapes and what is wrong in it."""

    path: Path
    analysis: Analysis
    problems: tuple[Problem, ...]

    @property
    def graph(self) -> Graph:
        """The layers of this level."""
        return self.analysis.graph


def level_at(whole: Analysis, problems: tuple[Problem, ...], path: Path) -> Level:
    """The level at the path or, where that is not (any more), the deepest one above it."""
    for depth in range(len(path), 0, -1):
        try:
            return level_inside(whole, path[:depth])
        except LayerloomError:
            continue
    return Level((), whole, problems)


def level_inside(whole: Analysis, path: Path) -> Level:
    """The level at the path. Raises BlockError, UnknownNodeError or ShapeError where there is none."""
    inside = inner(whole, path)
    problems = [_problem(whole, path, inside, fault) for fault in inside.faults]
    return Level(path, inside, tuple(sorted(problems, key=lambda problem: problem.severity)))


def _problem(whole: Analysis, path: Path, inside: Analysis, fault: Fault) -> Problem:
    outside = unknown_input(whole, path) if isinstance(fault.error, NoShapeError) else None
    if outside is not None:  # to give its Input a shape would only hide that
        return Problem("error", None, outside.message, source=outside.source)
    severity: Severity = "error" if fault.node is None or fault.node in inside.members else "warning"
    return Problem(severity, fault.node, _of_block(fault.error), repairs(inside, fault), is_unfinished(fault)).at(path)


def _of_block(error: LayerloomError) -> Message:
    """What is said of the whole network is said of a block here."""
    return error.of_block() if isinstance(error, SeveralEndsError) else error.message


def followed(before: Graph, after: Graph, path: Path) -> Path:
    """The same path after an edit: a block that was renamed is found under its new name."""
    found: list[str] = []
    for index, name in enumerate(path):
        if name not in before.nodes:
            return (*found, *path[index:])
        node = before.nodes[name]
        name = name if name in after.nodes else _renamed(before, after, name)
        found.append(name)
        inside_before, inside_after = own_graph(node.layer), own_graph(after.nodes[name].layer) if (
            name in after.nodes) else None
        if inside_before is None or inside_after is None:
            return (*found, *path[index + 1 :])
        before, after = inside_before, inside_after
    return tuple(found)


def own_graph(layer: object) -> Graph | None:
    """What a block holds itself; None: it is made from parameters, or no block."""
    return layer.own_graph if isinstance(layer, Block) else None


def _renamed(before: Graph, after: Graph, name: str) -> str:
    """What the node is called now; its old name if it is gone."""
    node = before.nodes[name]
    new = [other.name for other in after.nodes.values() if other.name not in before.nodes
           and other.layer == node.layer and other.position == node.position]
    return new[0] if len(new) == 1 else name


def made_own(whole: Analysis, path: Path, shape: Shape | None) -> tuple[Graph, Path]:
    """The network in which every block on the path holds its layers itself; also where what was shown is then.

    ``shape`` is that of one example. Where the copies of a repeated block differ, the first of them, one level
    deeper, is what was shown. Raises LayerloomError where the path leads nowhere.
    """
    done: Path = ()
    while path:
        level, name, done, path = inner(whole, done), path[0], (*done, path[0]), path[1:]
        node, shapes = level.graph.nodes[name], level.nodes[name].input_shapes
        if own_graph(node.layer) is None and shapes is not None:
            own = as_own(node, shapes, level.graph.flow)
            graph = with_inner(whole.graph, done[:-1], with_layers(level.graph, {name: own}), whole)
            whole = analyze(graph, shape)
            if own.repeat != getattr(node.layer, "repeat", own.repeat):
                path = (f"{node.layer.stem}1", *path)
    return whole.graph, done
