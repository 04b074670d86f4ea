"""Graph → the Python source a person would have written: standalone, with the same state dict as ``build_module``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.analysis.analysis import Analysis, analyze, first_error
from engine.graph.graph import Graph
from engine.layers.base import Shape
from engine.names import check_name
from engine.writing.beginnings import init_function
from engine.writing.bodies import written
from engine.writing.classes import Class, classes
from engine.writing.header import header
from engine.writing.lines import Line
from engine.writing.own_code import FUTURE, own_sources, without_future
from engine.writing.uses import Use, use_of

GAP = "\n" * 3  # between the parts of a file


class Source(NamedTuple):
    """A file's text, and where in it each node stands: ``block.conv1`` is inside a block.

    Lines count from 1; a node's own come before those of its copies, where it is repeated.
    """

    text: str
    lines: Mapping[str, tuple[int, ...]]


def to_python(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network",
              initialization: str = "default", entering: Sequence[str] = ()) -> str:
    """A module that needs only PyTorch. Raises LayerloomError when ``analyze`` finds something wrong.

    ``initialization``: the recipe's rule for all weights, as a function behind the class; ``entering``: what becomes of
    examples before they come in, as comments below the first line.
    """
    first, rest = to_source(graph, input_shape, class_name).text.split("\n", 1)
    text = "\n".join([first, *(f"# {line}" for line in entering), rest])
    if initialization == "default":
        return text
    rule = init_function(use_of(None, analyze(graph, input_shape).active), initialization)
    return f"{text}{GAP[1:]}{rule}\n" if rule else text


def to_source(graph: Graph, input_shape: Shape | None = None, class_name: str = "Network") -> Source:
    """As ``to_python``, with the lines of each node: where its module is made, and where it is called."""
    return source_of(analyze(graph, input_shape), class_name)


def source_of(analysis: Analysis, class_name: str = "Network") -> Source:
    """The source of a network that is analysed already. Raises LayerloomError when something is wrong with it."""
    check_name(class_name)
    error = first_error(analysis)
    if error is not None:
        raise error
    network = use_of(None, analysis.active)
    own, future = without_future(own_sources(network, class_name))
    made = {made: written(made) for made in classes(network, class_name)}
    bodies = [*own, *("\n".join(line.text for line in lines) for lines in made.values())]
    uses_torch = any(re.search(r"\btorch\.", body) for body in bodies)
    uses_math = any(re.search(r"\bmath\.", body) for body in bodies[len(own) :])
    imports = [*([FUTURE, ""] if future else []), *(["import math", ""] if uses_math else []),
               *["import torch", "from torch import nn"][not uses_torch :]]
    parts = ["\n".join([header(analysis), "", *imports]), *bodies]
    return Source(GAP.join(parts) + "\n", _places(network, made, parts[: len(parts) - len(made)]))


# -- where each node stands -------------------------------------------------------------------------------------------


def _places(network: Use, made: Mapping[Class, Sequence[Line]], before: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The lines of every node, in every place where its class is used."""
    first = sum(part.count("\n") + len(GAP) for part in before) + 1
    numbers: dict[Class, dict[str, list[int]]] = {}
    for one, lines in made.items():
        own = numbers[one] = {}
        for number, line in enumerate(lines, first):
            for node in line.nodes:
                own.setdefault(node, []).append(number)
        first += len(lines) - 1 + len(GAP)
    home = next(iter(made)).home
    places: dict[str, dict[int, None]] = {}
    for path, use, name in _paths(network, ""):
        places.setdefault(path, {}).update(dict.fromkeys(numbers[home[use]].get(name, ())))
    return {path: tuple(found) for path, found in places.items()}


def _paths(use: Use, way: str) -> Iterator[tuple[str, Use, str]]:
    """Every node of the network with its dotted path, as it is found on the canvas.

    What uses another's weights stands where that one does. The copies of a repeated block are one there.
    """
    for name in use.names:
        yield way + name, use, name
        if name in use.inside:
            for copy in dict.fromkeys(use.inside[use.owner(name)].copies):
                yield from _paths(copy, f"{way}{name}.")
