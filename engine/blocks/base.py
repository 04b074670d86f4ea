"""A block: a layer that is a graph made from its parameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self

from pydantic import Field

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.sketch import rows_of, sketch
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import FLOAT_BYTES, Category, Facts, Layer, Shape, ShapeError, numel
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.units import shape_text


class InsideError(ShapeError):
    """Something is wrong inside a block; ``cause`` is what is said there."""

    def __init__(self, cause: LayerloomError, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.cause = cause


def innermost(error: LayerloomError) -> LayerloomError:
    """The error of the layer itself, however deep inside blocks it stands."""
    return innermost(error.cause) if isinstance(error, InsideError) else error


class Block(Layer):
    """Parameters → Graph. Compiles to a nested module; its keys are ``name.inner.weight``, or ``name.0.inner.weight``
    where it is repeated."""

    category: ClassVar[Category] = "block"
    rule: ClassVar[str] = "the shape that its inner layers give"

    repeat: int = Field(1, ge=1, le=200, title="Repeat", description="How many of it stand one after the other.")

    @property
    def class_name(self) -> str:
        """What its class is called in exported code."""
        return self.kind()

    @property
    def shown_title(self) -> str:
        """What people call it."""
        return self.title

    @property
    def own_graph(self) -> Graph | None:
        """The graph it holds, where it is not made from parameters."""
        return None

    def copy_number(self, index: int) -> Self:
        """One of the repeated blocks, counted from 0."""
        return self.model_copy(update={"repeat": 1})

    def drawn(self, shapes: Sequence[Shape]) -> Graph:
        """What is inside: its layers, or as many copies as are asked for. Raises ShapeError."""
        if self.repeat == 1:
            return self.expand(shapes)
        d, last = Drawing(), "input"
        for index in range(self.repeat):
            name = f"{self.stem}{index + 1}"
            last = d.add(name, self.copy_number(index), last, key=str(index))
        return d.graph()

    @abstractmethod
    def expand(self, shapes: Sequence[Shape]) -> Graph:
        """The layers inside, from a node ``input`` to a single end."""

    def inside(self, shapes: Sequence[Shape]) -> Analysis:
        """The inner graph without bypassed layers, analysed. Raises ShapeError naming the inner layer."""
        return _inside(self, tuple(shapes))

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        inner = self.inside(shapes)
        first, last = inner.input, inner.output
        assert first is not None and last is not None and inner.output_shape is not None
        tensors, own = inner.memory.kept(input_learns=True)
        (forward, backward), size = inner.memory.training_peaks(inside_block=True), numel(shapes[0]) * FLOAT_BYTES
        made = inner.memory.owners(predicting=False)[last]
        layers = sum(report.facts.layers for name, report in inner.nodes.items() if report.facts and name != first)
        inside = sum(facts.output_bytes for name in tensors - {first, made} if (facts := inner.nodes[name].facts))
        return Facts(
            output_shape=inner.output_shape,
            params=inner.params,
            trainable=inner.trainable,
            mult_adds=inner.mult_adds,
            saves_input=first in tensors,
            saves_output=made != first and made in tensors,
            saves_bytes=sum(own.values()) + inside,
            is_view=made == first,
            is_view_predicting=inner.memory.owners(predicting=True)[last] == first,
            output_bytes=numel(inner.output_shape) * FLOAT_BYTES,
            peak_bytes=inner.memory.peak_bytes - size,
            forward_bytes=forward - size,
            backward_bytes=backward - size,
            layers=layers,
        )

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return self.facts(shapes).output_shape

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.facts(shapes).params

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.facts(shapes).mult_adds

    def arguments(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return dict(self)

    def fits_weights(self, shapes: Sequence[Shape], others: Sequence[Shape]) -> bool:
        return tuple(shapes) == tuple(others)

    @property
    def inside_rows(self) -> float:
        return rows_of(sketch(self))

    def repeated(self, *details: str) -> tuple[str, ...]:
        """The details with how often it is repeated."""
        return (*details, f"×{self.repeat}") if self.repeat > 1 else details

    def torch_line(self, shapes: Sequence[Shape]) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self if name != "repeat" or value > 1)
        return f"{self.kind()}({options})"

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        inner = self.inside(shapes)
        return tuple(
            f"{name}: {shape_text(report.output_shape)}"
            for name, report in inner.nodes.items()
            if report.output_shape is not None and name != inner.input
        )


@lru_cache(maxsize=1024)
def _inside(block: Block, shapes: tuple[Shape, ...]) -> Analysis:
    """Remembered only where all is well: code inside is no fault any more once a person has agreed to it."""
    analysis = analyze(block.drawn(shapes), shapes[0])
    if not analysis.faults:
        return analysis.active
    fault = analysis.faults[0]
    if len(analysis.active.graph.nodes) == 1 < len(analysis.graph.nodes):
        raise ShapeError("{layer}: all layers inside are bypassed. Bypass the block itself instead",
                         layer=block.shown_title)
    if fault.node is None:
        raise InsideError(fault.error, "{layer}: {reason}", layer=block.shown_title, reason=fault.error.message)
    raise InsideError(fault.error, "{layer}, inside {inner}: {reason}", layer=block.shown_title, inner=fault.node,
                      reason=fault.error.message)


class Drawing:
    """A graph being written down: each layer is added after others. Where it is shown it is laid out."""

    def __init__(self) -> None:
        self._nodes = [Node("input", Input())]
        self._edges: list[Edge] = []

    def add(self, name: str, layer: Layer, *after: str, key: str = "") -> str:
        """Add a layer after the named ones; returns its name."""
        self._nodes.append(Node(name, layer, key=key))
        self._edges += [Edge(source, name, port) for port, source in enumerate(after)]
        return name

    def graph(self) -> Graph:
        """What was drawn."""
        return Graph.of(self._nodes, self._edges)
