"""A person's own block: a saved graph with some of its options exposed."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, PlainSerializer, PlainValidator

from engine.blocks.base import Block
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.graph.json import FileError, graph_json, read_graph
from engine.layers.base import Shape, ShapeError, register
from engine.layers.inputs import Input
from engine.messages import ImpossibleError, LayerloomError
from engine.units import shape_text

MOST_LEVELS = 50  # of blocks in blocks: neither files nor Python go much deeper


def _graph(value: Any) -> Graph:
    try:
        graph = value if isinstance(value, Graph) else read_graph(value)
    except LayerloomError as error:
        raise ImpossibleError("{reason}", reason=error.message) from error
    if _levels(graph) > MOST_LEVELS:
        raise ImpossibleError("blocks in blocks are nested more than {most} levels deep", most=MOST_LEVELS)
    return graph


def _levels(graph: Graph) -> int:
    """How deep blocks of one's own stand in blocks of one's own; found level by level, however deep it is."""
    level, count = [graph], 0
    while level and count <= MOST_LEVELS:
        level = list({id(node.layer.graph): node.layer.graph for each in level for node in each.nodes.values()
                      if isinstance(node.layer, Custom)}.values())
        count += 1
    return count


class Exposed(NamedTuple):
    """One parameter of the block: its title, and the options inside that it sets, as (layer, option)."""

    title: str
    targets: tuple[tuple[str, str], ...]

    def stands_in(self, graph: Graph) -> bool:
        """Whether the graph has all that it sets."""
        return bool(self.targets) and all(node in graph.nodes and option in type(graph.nodes[node].layer).model_fields
                                          for node, option in self.targets)


EMPTY = Graph.of([])


@register
class Custom(Block):
    """A block of a person's own."""

    title = "Block"
    in_palette = False
    meaning = "Layers of your own choice as one: go inside to see and change them."

    label: str = Field("Block", min_length=1, max_length=60, title="Name", description="What the block is called.")
    graph: Annotated[Graph, PlainValidator(_graph), PlainSerializer(graph_json)] = EMPTY
    exposed: tuple[Exposed, ...] = ()

    @property
    def stem(self) -> str:  # type: ignore[override]
        """Names of its nodes, after its label."""
        return re.sub(r"\W+", "_", self.label.lower(), flags=re.ASCII).strip("_").lstrip("0123456789_") or "block"

    @property
    def class_name(self) -> str:
        name = "".join(part[:1].upper() + part[1:] for part in self.stem.split("_"))
        return f"{name}Block" if keyword.iskeyword(name) else name

    @property
    def shown_title(self) -> str:
        return self.label

    @property
    def own_graph(self) -> Graph:
        return self.graph

    def expand(self, shapes: Sequence[Shape]) -> Graph:
        if sum(isinstance(node.layer, Input) for node in self.graph.nodes.values()) != 1:
            raise FileError("{name} needs exactly one Input inside", name=self.label)
        typed = next(node.layer.shape for node in self.graph.nodes.values() if isinstance(node.layer, Input))
        if typed not in (None, shapes[0]):
            raise ShapeError("The Input inside is {typed}, but {given} comes in: clear its shape",
                             typed=shape_text(typed or ()), given=shape_text(shapes[0]))
        return self.graph

    def value(self, exposed: Exposed) -> Any:
        """What an exposed parameter is set to."""
        node, option = exposed.targets[0]
        return getattr(self.graph.nodes[node].layer, option)

    def with_value(self, exposed: Exposed, value: object) -> Custom:
        """The block with an exposed parameter set. Raises OptionError, in words."""
        graph = self.graph
        for node, option in exposed.targets:
            graph = with_layers(graph, {node: graph.nodes[node].layer.with_options(**{option: value})})
        return self.model_copy(update={"graph": graph})

    def torch_line(self, shapes: Sequence[Shape]) -> str:
        shown = [f"{exposed.title}={self.value(exposed)!r}" for exposed in self.exposed if self._stands(exposed)]
        return f"{self.class_name}({', '.join(shown)})"

    def details(self) -> tuple[str, ...]:
        values = [f"{exposed.title} {self.value(exposed)}" for exposed in self.exposed if self._stands(exposed)]
        return self.repeated(self.label, *values)

    def _stands(self, exposed: Exposed) -> bool:
        return exposed.stands_in(self.graph)
