"""A network, its data and its recipe as one value, and the .loom file that holds it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import engine.blocks
import engine.layers  # noqa: F401  (both fill the registry)
from engine.data.spec import DataSpec
from engine.files import reason_of_os_error, write_text
from engine.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Layer, reason_of
from engine.messages import LayerloomError
from engine.recipe import Recipe

FORMAT = "layerloom"
VERSION = 1
MAX_BYTES = 64 * 2**20
MAX_COORDINATE = 10_000_000.0
M = TypeVar("M", bound=BaseModel)
DEFAULT = "gallery:lenet-digits"  # what is open when nothing else is
GALLERY = Path(__file__).parent.parent / "resources" / "gallery"


class FileError(LayerloomError):
    """A file cannot be read as an experiment; the message says why."""


@dataclass(frozen=True)
class Experiment:
    """Graph + data + recipe, with a title and a few lines on what to look at."""

    graph: Graph = field(default_factory=Graph)
    data: DataSpec = field(default_factory=DataSpec)
    recipe: Recipe = field(default_factory=Recipe)
    title: str = ""
    about: str = ""


def to_json(experiment: Experiment) -> str:
    """The .loom text: one node and one wire to a line, so that versions can be compared."""
    nodes = [_node_json(node) for node in experiment.graph.nodes.values()]
    edges = [[edge.source, edge.target, edge.port] for edge in experiment.graph.edges]
    parts = {
        "format": json.dumps(FORMAT),
        "version": json.dumps(VERSION),
        "title": json.dumps(experiment.title, ensure_ascii=False),
        "about": json.dumps(experiment.about, ensure_ascii=False),
        "nodes": _lines(nodes),
        "edges": _lines(edges),
        "data": _lines_of_object(experiment.data),
        "recipe": _lines_of_object(experiment.recipe),
    }
    return "{\n" + ",\n".join(f'  "{key}": {text}' for key, text in parts.items()) + "\n}\n"


def _node_json(node: Node) -> dict[str, Any]:
    options = {
        name: value for name, value in node.layer.model_dump(mode="json").items()
        if name in node.layer.required or value != type(node.layer).model_fields[name].default
    }
    return {"name": node.name, "layer": node.layer.kind(), "options": options,
            "position": [_place(node.position[0]), _place(node.position[1])]}


def _place(value: float) -> float:
    return round(min(max(value, -MAX_COORDINATE), MAX_COORDINATE), 1)


def _lines(values: list[Any]) -> str:
    if not values:
        return "[]"
    return "[\n" + ",\n".join("    " + json.dumps(value, ensure_ascii=False) for value in values) + "\n  ]"


def _lines_of_object(value: BaseModel) -> str:
    items = value.model_dump(mode="json").items()
    return "{\n" + ",\n".join(f'    "{key}": {json.dumps(item)}' for key, item in items) + "\n  }"


def from_json(text: str) -> Experiment:
    """Read .loom text. Raises FileError, or a GraphError where the network itself is impossible."""
    try:
        raw = json.loads(text)
    except RecursionError as error:
        raise FileError("This is not a Layerloom file: it is nested too deeply") from error
    except ValueError as error:
        # Python's own wording is for programmers; it knows the line of everything but a number that is too long.
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number in it"
        raise FileError("This is not a Layerloom file: it is not readable as JSON: {where} cannot be read",
                        where=where) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise FileError("This is not a Layerloom file: it does not say “format”: “{format}”", format=FORMAT)
    version = raw.get("version")
    if type(version) is not int or version < 1:
        raise FileError("This file does not say which version it is")
    if version > VERSION:
        raise FileError("This file was made by a newer Layerloom (file version {version}; this program reads {ours})",
                        version=version, ours=VERSION)
    nodes = [_read_node(item) for item in _list(raw, "nodes")]
    edges = [_read_edge(item) for item in _list(raw, "edges")]
    return Experiment(Graph.of(nodes, edges), _read(DataSpec, raw.get("data", {}), "data"),
                      _read(Recipe, raw.get("recipe", {}), "recipe"), _text(raw, "title"), _text(raw, "about"))


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise FileError("This file is damaged: its {what} is not text", what=key)
    return value


def _list(raw: dict[str, Any], key: str) -> list[Any]:
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
    layer: Layer = _read(LAYERS[kind], item.get("options", {}), name)
    return Node(name, layer, (float(position[0]), float(position[1])))


def _is_place(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= MAX_COORDINATE


def _read_edge(item: Any) -> Edge:
    if isinstance(item, list) and len(item) == 3:
        source, target, port = item
        if isinstance(source, str) and isinstance(target, str) and type(port) is int:
            return Edge(source, target, port)
    raise FileError("This file is damaged: a wire is not [from, to, input number]")


def _read(model: type[M], options: Any, where: str) -> M:
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise FileError("{where}: {reason}", where=where, reason=reason_of(error, model)) from error


def load_experiment(source: str | os.PathLike[str]) -> Experiment:
    """Read a .loom file, or ``gallery:ID``. Raises FileError, in words and naming the file."""
    name = os.fspath(source)
    if name.startswith("gallery:"):
        path = GALLERY / f"{name.removeprefix('gallery:')}.loom"
        if path.stem not in gallery_ids():
            raise FileError("There is no network “{id}” in the gallery. There are: {ids}", id=path.stem,
                            ids=", ".join(gallery_ids()))
    else:
        path = Path(name)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileError("{path} is too large for a network: {size} MB", path=path, size=size // 2**20)
        if not path.is_file() and not path.is_dir():
            raise FileError("{path} is not a file", path=path)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    except UnicodeDecodeError as error:
        raise FileError("{path} is not a Layerloom file: it is not text", path=path) from error
    if not text.strip():
        raise FileError("{path} is empty", path=path)
    try:
        return from_json(text)
    except LayerloomError as error:
        raise FileError("{path}: {reason}", path=path, reason=error.message) from error


def save_experiment(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write a .loom file: to a temporary file first, then renamed. Raises WriteError; the old file survives."""
    write_text(Path(path), to_json(experiment))


def gallery_ids() -> list[str]:
    """The built-in networks, in the book's order."""
    order = (GALLERY / "order.txt").read_text(encoding="utf-8").split()
    return [name for name in order if (GALLERY / f"{name}.loom").is_file()]
