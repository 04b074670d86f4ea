"""A graph as plain values, for .loom files and for blocks that hold one."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Layer, reason_of
from engine.messages import LayerloomError
from engine.parameters import DEFAULTS, NodeParameters

MAX_COORDINATE = 10_000_000.0
M = TypeVar("M", bound=BaseModel)


class FileError(LayerloomError):
    """A file cannot be read as what it should be; the message says why."""


def nodes_json(graph: Graph) -> list[dict[str, Any]]:
    """Each node as a plain value; options at their defaults are left out."""
    return [_node_json(node) for node in graph.nodes.values()]


def edges_json(graph: Graph) -> list[list[Any]]:
    """Each wire as [from, to, input number]."""
    return [[edge.source, edge.target, edge.port] for edge in graph.edges]


def graph_json(graph: Graph) -> dict[str, Any]:
    """Nodes and edges as a plain value."""
    return {"nodes": nodes_json(graph), "edges": edges_json(graph)}


def _node_json(node: Node) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": node.name, "layer": node.layer.kind(), "options": changed_options(node.layer, node.layer.required),
        "position": [_place(node.position[0]), _place(node.position[1])],
    }  # fmt: skip
    if node.parameters != DEFAULTS:
        written["parameters"] = node.parameters.model_dump(mode="json", exclude_defaults=True)
    if node.shares is not None:
        written["shares"] = node.shares
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
    return Graph.of(nodes, edges)


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
    if not (isinstance(position, list) and len(position) == 2 and all(_is_place(value) for value in position)):
        raise FileError("{name}: its position is not two numbers", name=name)
    shares = item.get("shares")
    if shares is not None and not isinstance(shares, str):
        raise FileError("{name}: what it shares is not a name", name=name)
    layer: Layer = read_model(LAYERS[kind], item.get("options", {}), name)
    given = item.get("parameters")
    parameters = DEFAULTS if given is None else read_model(NodeParameters, given, name)
    return Node(name, layer, (float(position[0]), float(position[1])), parameters, shares)


def _is_place(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_COORDINATE


def _read_edge(item: Any) -> Edge:
    if isinstance(item, list) and len(item) == 3:
        source, target, port = item
        if isinstance(source, str) and isinstance(target, str) and type(port) is int:
            return Edge(source, target, port)
    raise FileError("This file is damaged: a wire is not [from, to, input number]")


def read_model(model: type[M], options: Any, where: str) -> M:
    """A pydantic value from a file. Raises FileError naming the place."""
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise FileError("{where}: {reason}", where=where, reason=reason_of(error, model)) from error
    except RecursionError as error:
        raise FileError("{where} is nested too deeply", where=where) from error
