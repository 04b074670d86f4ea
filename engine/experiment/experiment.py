"""A network, its data and its recipe as one value, and the .loom file that holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

import engine.blocks
import engine.layers  # noqa: F401  (both fill the registry)
import resources
from engine.blocks.custom import MOST_LEVELS
from engine.data.spec.spec import DataSpec
from engine.experiment.notes import Notes
from engine.experiment.older import ALIKE, with_room
from engine.experiment.recipe import Recipe
from engine.experiment.trust import allow, sources_of
from engine.files import parsing, read_text, write_text
from engine.formats import Format
from engine.graph.graph import Graph
from engine.graph.json import FileError, edges_json, flow_json, frames_json, list_of, nodes_json, read_graph, read_model
from engine.messages import LayerloomError, Message, say, shown

__all__ = ["DEFAULT", "LOOM", "Experiment", "FileError", "Variant", "from_json", "gallery_ids", "load_experiment",
           "save_experiment", "to_json"]  # fmt: skip

FORMAT = "layerloom"
VERSION = 2
MAX_BYTES = 64 * 2**20
LOOM = Format(".loom", "Layerloom")
DEFAULT = "gallery:lenet-digits"  # what is open when nothing else is
GALLERY = resources.folder("gallery")
_UNSAID = frozenset({"corrections"})
T = TypeVar("T")


class Variant(BaseModel):
    """One of several runs to compare: what its recipe and its data have otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str = Field(min_length=1, max_length=80)
    recipe: dict[str, Any] = {}
    data: dict[str, Any] = {}

    def of(self, experiment: Experiment) -> Experiment:
        """The experiment with this variant's options, and no variants. Raises OptionError, in words."""
        return replace(experiment, recipe=experiment.recipe.with_options(**self.recipe),
                       data=experiment.data.with_options(**self.data), variants=())


@dataclass(frozen=True)
class Experiment:
    """Graph + data + recipe, with a title, a few lines on what it is, notes, and variants to compare."""

    graph: Graph = field(default_factory=Graph)
    data: DataSpec = field(default_factory=DataSpec)
    recipe: Recipe = field(default_factory=Recipe)
    title: str = ""
    about: str = ""
    notes: Notes = field(default_factory=Notes)
    variants: tuple[Variant, ...] = ()


def to_json(experiment: Experiment) -> str:
    """The .loom text: one node and one wire to a line, so that versions can be compared."""
    parts = {
        "format": json.dumps(FORMAT),
        "version": json.dumps(VERSION),
        "title": json.dumps(experiment.title, ensure_ascii=False),
        "about": json.dumps(experiment.about, ensure_ascii=False),
        "nodes": _lines(nodes_json(experiment.graph)),
        "edges": _lines(edges_json(experiment.graph)),
        **({"frames": _lines(frames_json(experiment.graph))} if experiment.graph.frames else {}),
        **{key: json.dumps(value) for key, value in flow_json(experiment.graph).items()},
        "data": _lines_of_object(experiment.data, _UNSAID),
        "recipe": _lines_of_object(experiment.recipe),
    }
    if experiment.notes != Notes():
        parts["notes"] = _lines_of_object(experiment.notes)
    if experiment.variants:
        parts["variants"] = _lines([variant.model_dump(mode="json") for variant in experiment.variants])
    return "{\n" + ",\n".join(f'  "{key}": {text}' for key, text in parts.items()) + "\n}\n"


def _lines(values: list[Any]) -> str:
    if not values:
        return "[]"
    return "[\n" + ",\n".join("    " + json.dumps(value, ensure_ascii=False) for value in values) + "\n  ]"


def _lines_of_object(value: BaseModel, unsaid: frozenset[str] = frozenset()) -> str:
    """``unsaid`` is left out where there is nothing in it."""
    plain = {key: item for key, item in value.model_dump(mode="json").items() if item or key not in unsaid}
    lines = [f'    "{key}": {json.dumps(item, ensure_ascii=False)}' for key, item in plain.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"


def from_json(text: str) -> Experiment:
    """Read .loom text. Raises FileError, or a GraphError where the network itself is impossible."""
    raw = read_json(text, FORMAT, VERSION)
    graph = with_room(read_graph(raw)) if raw["version"] <= ALIKE else read_graph(raw)
    return Experiment(graph, read_model(DataSpec, raw.get("data", {}), "data"),
                      read_model(Recipe, raw.get("recipe", {}), "recipe"), _text(raw, "title"), _text(raw, "about"),
                      read_model(Notes, raw.get("notes", {}), "notes"),
                      tuple(read_model(Variant, item, "variants") for item in _variants(raw)))


def _variants(raw: dict[str, Any]) -> list[Any]:
    return list_of(raw, "variants") if raw.get("variants") is not None else []


def read_json(text: str, format: str, version: int) -> dict[str, Any]:
    """The object in a file of ours. Raises FileError where it is not one, or from a newer program."""
    try:
        raw = json.loads(text)
    except RecursionError as error:
        raise FileError("This is not a Layerloom file: it is nested too deeply") from error
    except ValueError as error:
        # Python's own wording is for programmers; it knows the line of everything but a number that is too long.
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number in it"
        raise FileError("This is not a Layerloom file: it is not readable as JSON: {where} cannot be read",
                        where=where) from error
    if "\\ud" in text.lower():  # perhaps half characters, which JSON can write and no file can hold
        raw = json.loads(shown(json.dumps(raw, ensure_ascii=False)))
    if text.count('"graph"') > MOST_LEVELS and _levels(raw) > MOST_LEVELS:
        raise FileError("This file is damaged: it is nested too deeply")
    if not isinstance(raw, dict) or raw.get("format") != format:
        raise FileError("This is not a Layerloom file: it does not say “format”: “{format}”", format=format)
    given = raw.get("version")
    if type(given) is not int or given < 1:
        raise FileError("This file does not say which version it is")
    if given > version:
        raise FileError("This file was made by a newer Layerloom (file version {version}; this program reads {ours})",
                        version=given, ours=version)
    return raw


def _levels(raw: Any) -> int:
    """How many graphs are inside one another; without recursion, which could be too deep."""
    deepest, waiting = 0, [(raw, 0)]
    while waiting:
        value, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(value, dict):
            waiting += ((item, level + (key == "graph")) for key, item in value.items())
        elif isinstance(value, list):
            waiting += ((item, level) for item in value)
    return deepest


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise FileError("This file is damaged: its {what} is not text", what=key)
    return value


def load_experiment(source: str | os.PathLike[str]) -> Experiment:
    """Read a .loom file, or ``gallery:ID``. Raises FileError, in words and naming the file."""
    name = os.fspath(source)
    if name.startswith("gallery:"):
        id = name.removeprefix("gallery:")
        if id not in gallery_ids():  # the whole of it: “../elsewhere/lenet” is not ours, and may hold code
            raise FileError("There is no network “{id}” in the gallery. There are: {ids}", id=id,
                            ids=", ".join(gallery_ids()))
        path = GALLERY / f"{id}.loom"
    else:
        path = Path(name)
    experiment = read_file(path, MAX_BYTES, from_json)
    if name.startswith("gallery:"):
        allow(sources_of(experiment.graph))  # it is ours
    return experiment


def read_file(path: Path, most: int, read: Callable[[str], T]) -> T:
    """What ``read`` makes of a text file of ours. Raises FileError, in words and naming the file."""

    def unread(reason: Message) -> FileError:
        return FileError("{path} could not be read: {reason}", path=path, reason=reason)

    def broken(reason: Message) -> FileError:
        return FileError("{path}: {reason}", path=path, reason=reason)

    with parsing(unread, broken, say("This file is damaged")):
        text = read_text(path, most)
        if not text.strip():
            raise FileError("{path} is empty", path=path)
        try:
            return read(text)
        except LayerloomError as error:
            raise broken(error.message) from error


def save_experiment(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write a .loom file: to a temporary file first, then renamed. Raises WriteError; the old file survives."""
    write_text(Path(path), to_json(experiment))


def gallery_ids() -> list[str]:
    """The built-in networks, in the book's order."""
    order = (GALLERY / "order.txt").read_text(encoding="utf-8").split()
    return [name for name in order if (GALLERY / f"{name}.loom").is_file()]
