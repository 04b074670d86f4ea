"""What is written: the whole network and every block in it, each among the inputs that come in there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.layers.base import Layer, Shape
from engine.layers.code import Code
from engine.writing.forms import is_written

KEEP = "keep_constants"  # what makes buffers of a person's plain tensors


@dataclass(frozen=True, eq=False)
class Use:
    """One place where a class is used: the whole network, or a block among certain inputs."""

    block: Block | None
    analysis: Analysis
    names: tuple[str, ...]
    inside: Mapping[str, Use]

    def layer(self, name: str) -> Layer:
        """The node's layer."""
        return self.analysis.graph.nodes[name].layer

    def shapes(self, name: str) -> tuple[Shape, ...]:
        """What comes into the node."""
        return self.analysis.nodes[name].input_shapes or ()

    def arguments(self, name: str) -> dict[str, Any]:
        """What torch is called with at the node."""
        return self.layer(name).arguments(self.shapes(name))

    def settings(self, name: str) -> NodeParameters:
        """How the node's weights begin and learn."""
        return self.analysis.graph.nodes[name].parameters

    def sources(self, name: str) -> list[str]:
        """The nodes it gets its inputs from."""
        return self.analysis.sources(name)

    def owner(self, name: str) -> str:
        """The node under whose name its weights are kept."""
        return self.analysis.graph.nodes[name].shares or name

    def is_module(self, name: str) -> bool:
        """Whether the node makes a submodule with arguments, and is no mere function or user of another's weights."""
        return self.owner(name) == name and (name in self.inside or self.layer(name).torch.startswith("nn."))

    @property
    def copies(self) -> tuple[Use, ...]:
        """Of a repeated block its copies, of any other itself."""
        repeated = self.block is not None and self.block.repeat > 1
        return tuple(self.inside.values()) if repeated else (self,)

    def definition(self, name: str) -> str:
        """What stands in the constructor for a node that is no such submodule: a buffer, a person's own class."""
        layer, shapes = self.layer(name), self.shapes(name)
        if self._is_listed(name):
            return f"self.{name} = self.{self.owner(name)}"
        if source := layer.tensor_source(shapes):
            return f'self.register_buffer("{name}", {source})'
        if isinstance(layer, Code) and self.owner(name) == name:
            made = layer.construction(shapes)
            return f"self.{name} = {KEEP}({made})" if layer.trial(shapes).loose else f"self.{name} = {made}"
        return ""

    def expression(self, name: str, inputs: Sequence[str]) -> str:
        """How the node is called with these inputs."""
        called = name if self._is_listed(name) else self.owner(name)
        return self.layer(name).expression(f"self.{called}", inputs, self.shapes(name))

    def _is_listed(self, name: str) -> bool:
        """Whether it has another's weights under its own name, too: what stands before it."""
        node = self.analysis.graph.nodes[name]
        return node.listed and node.shares in self.names[: self.names.index(name)]

    @cached_property
    def structure(self) -> tuple[object, ...]:
        """Equal for uses that one class can serve: everything but the arguments of its modules."""
        if self.block is not None and self.block.repeat > 1:
            return ("one after the other", *(copy.structure for copy in self.copies))
        if self.block is not None and is_written(self.block):
            return (self.block.class_name,)
        kind = (self.block.class_name, self.block.shown_title) if self.block else None
        parts = ((name, self._beginning(name), self._kind(name), *self.sources(name)) for name in self.names)
        return (kind, *parts)

    def _beginning(self, name: str) -> object:
        own = self.settings(name)
        if own is DEFAULTS:  # nearly all are
            return None
        return str(own.weight), str(own.bias), own.trainable, str(own.edits)

    def _kind(self, name: str) -> object:
        if name in self.inside and self.owner(name) == name:
            return self.inside[name].structure
        if self.is_module(name) or name == self.names[0]:
            return type(self.layer(name))
        count = range(len(self.sources(name)))
        return self.definition(name), self.expression(name, [f"x{index}" for index in count])


def use_of(block: Block | None, analysis: Analysis, known: dict[int, Use] | None = None) -> Use:
    """The use, and all that is inside it. Equal blocks among equal inputs are one (``known``: by their analysis)."""
    known = {} if known is None else known
    if (found := known.get(id(analysis))) is not None and found.block == block:
        return found
    names = tuple(name for name in analysis.graph.order if name in analysis.members)
    inside = {}
    for name in names:
        layer = analysis.graph.nodes[name].layer
        if isinstance(layer, Block):
            inside[name] = use_of(layer, layer.inside(analysis.nodes[name].input_shapes or ()), known)
    made = known[id(analysis)] = Use(block, analysis, names, inside)
    return made


def walk(use: Use, met: set[Use] | None = None) -> Iterator[Use]:
    """Everything used, each once, what is inside first."""
    met = set() if met is None else met
    if use in met:
        return
    met.add(use)
    for name, inner in use.inside.items():
        if use.owner(name) == name:  # the others use what stands there
            yield from walk(inner, met)
    yield use
