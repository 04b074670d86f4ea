"""A graph as plain values, for .loom files and for blocks that hold one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.graph.frames import COLORS, LONGEST_TEXT, Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.layers.base import LAYERS, Layer, reason_of
from engine.messages import LayerloomError

MAX_COORDINATE = 10_000_000.0
MARKS = {"listed": bool, "bypassed": bool, "label": str, "collapsed": bool}  # of a node, and what each is
M = TypeVar("M", bound=BaseModel)


class FileError(LayerloomError):
    """A file cannot be read as what it should be; the message says why."""


def nodes_json(graph: Graph) -> list[dict[str, Any]]:
    """Each node as a plain value; options at their defaults are left out."""
    return [_node_json(node) for node in graph.nodes.values()]


def edges_json(graph: Graph) -> list[list[Any]]:
    """Each wire as [from, to, input number], and the points it is drawn through where there are any."""
    return [[edge.source, edge.target, edge.port, *([_points(edge)] if edge.via else [])] for edge in graph.edges]


def frames_json(graph: Graph) -> list[dict[str, Any]]:
    """Each comment frame as a plain value; what is at its default is left out."""
    plain = Frame()
    return [{name: list(value) if isinstance(value, tuple) else value for name in Frame.__dataclass_fields__
             if (value := getattr(frame, name)) != getattr(plain, name)} for frame in graph.frames]


def _points(edge: Edge) -> list[list[float]]:
    return [[_place(x), _place(y)] for x, y in edge.via]


def graph_json(graph: Graph) -> dict[str, Any]:
    """Nodes, edges and, where there are any, frames as a plain value."""
    frames = {"frames": frames_json(graph)} if graph.frames else {}
    return {"nodes": nodes_json(graph), "edges": edges_json(graph), **frames, **flow_json(graph)}


def flow_json(graph: Graph) -> dict[str, Any]:
    """Where the network goes on, unless it is down."""
    return {"flow": graph.flow} if graph.flow != "down" else {}


def _node_json(node: Node) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": node.name, "layer": node.layer.kind(), "options": changed_options(node.layer, node.layer.required),
        "position": [_place(node.position[0]), _place(node.position[1])],
    }  # fmt: skip
    if node.parameters != DEFAULTS:
        written["parameters"] = node.parameters.model_dump(mode="json", exclude_defaults=True)
    if node.shares is not None:
        written["shares"] = node.shares
    written.update({mark: value for mark in MARKS if (value := getattr(node, mark))})
    if node.declared:
        written["declared"] = {name: list(value) if isinstance(value, tuple) else value
                               for name, value in node.declared}
    return written


def changed_options(value: BaseModel, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields that differ from their defaults, and the required ones, as plain values."""
    fields = type(value).model_fields
    return {name: plain for name, plain in value.model_dump(mode="json").items()
            if name in required or getattr(value, name) != fields[name].default}


def _place(value: float) -> float:
    return round(min(max(value, -MAX_COORDINATE), MAX_COORDINATE), 1)


def read_graph(raw: Any) -> Graph:
    """What ``graph_json`` gave. Raises FileError, or a GraphError where the network itself is impossible."""
    if not isinstance(raw, dict):
        raise FileError("This file is damaged: it has no list of {what}", what="nodes")
    nodes = [_read_node(item) for item in list_of(raw, "nodes")]
    edges = [_read_edge(item) for item in list_of(raw, "edges")]
    graph = Graph.of(nodes, edges)
    graph = graph.with_frames(map(_read_frame, list_of(raw, "frames"))) if "frames" in raw else graph
    flow = raw.get("flow", "down")
    if flow not in FLOWS:
        raise FileError("This file is damaged: its flow is neither down nor right")
    return replace(graph, flow=flow) if flow != "down" else graph


def list_of(raw: dict[str, Any], key: str) -> list[Any]:
    """A list in a file. Raises FileError."""
    value = raw.get(key)
    if not isinstance(value, list):
        raise FileError("This file is damaged: it has no list of {what}", what=key)
    return value


def _read_node(item: Any) -> Node:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise FileError("This file is damaged: a node has no name")
    name, kind = item["name"], item.get("layer")
    if not isinstance(kind, str) or kind not in LAYERS:
        raise FileError("{name}: this Layerloom knows no layer “{kind}”", name=name, kind=kind)
    position = item.get("position", [0, 0])
    if not _is_point(position):
        raise FileError("{name}: its position is not two numbers", name=name)
    shares = item.get("shares")
    if shares is not None and not isinstance(shares, str):
        raise FileError("{name}: what it shares is not a name", name=name)
    layer: Layer = read_model(LAYERS[kind], item.get("options", {}), name)
    given = item.get("parameters")
    parameters = DEFAULTS if given is None else read_model(NodeParameters, given, name)
    return Node(name, layer, (float(position[0]), float(position[1])), parameters, shares, **_read_marks(item, name),
                declared=_read_declared(item.get("declared", {}), name))


def _read_declared(given: Any, name: str) -> tuple[tuple[str, Any], ...]:
    """What code says of the layer's input. Raises FileError."""
    def is_size(value: Any) -> bool:
        return type(value) is int and abs(value) <= 10**9

    def is_possible(value: Any) -> bool:
        return is_size(value) or (isinstance(value, list) and 0 < len(value) < 10 and all(map(is_size, value)))

    if not isinstance(given, dict) or not all(isinstance(key, str) and is_possible(given[key]) for key in given):
        raise FileError("{name}: its “{mark}” is not possible", name=name, mark="declared")
    return tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in given.items())


def _read_marks(item: dict[str, Any], name: str) -> dict[str, Any]:
    marks = {mark: item[mark] for mark in MARKS if mark in item}
    wrong = next((mark for mark, value in marks.items() if type(value) is not MARKS[mark]), None)
    if wrong is not None or marks.get("label", "") not in COLORS:
        raise FileError("{name}: its “{mark}” is not possible", name=name, mark=wrong or "label")
    return marks


def _is_place(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_COORDINATE


def _read_edge(item: Any) -> Edge:
    if isinstance(item, list) and len(item) in (3, 4):
        source, target, port, *points = item
        if isinstance(source, str) and isinstance(target, str) and type(port) is int:
            via = points[0] if points else []
            if isinstance(via, list) and all(map(_is_point, via)):
                return Edge(source, target, port, tuple((float(x), float(y)) for x, y in via))
    raise FileError("This file is damaged: a wire is not [from, to, input number]")


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_is_place(number) for number in value)


def _read_frame(item: Any) -> Frame:
    """Raises FileError."""
    plain = Frame()
    if not isinstance(item, dict) or not item.keys() <= Frame.__dataclass_fields__.keys():
        raise FileError("This file is damaged: a comment frame cannot be read")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}
    good = (
        all(type(value) is type(getattr(plain, name)) for name, value in given.items())
        and all(isinstance(name, str) for name in given.get("members", ()))
        and all(_is_point(list(given.get(name, (0, 0)))) for name in ("position", "size"))
        and given.get("color", "") in COLORS and len(given.get("text", "")) <= LONGEST_TEXT
    )  # fmt: skip
    if not good:
        raise FileError("This file is damaged: a comment frame cannot be read")
    return Frame(**given)


def read_model(model: type[M], options: Any, where: str) -> M:
    """A pydantic value from a file. Raises FileError naming the place."""
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise FileError("{where}: {reason}", where=where, reason=reason_of(error, model)) from error
    except RecursionError as error:
        raise FileError("{where} is nested too deeply", where=where) from error
