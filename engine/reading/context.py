"""What all who read a piece of code share: its source, its names, the graph that is being drawn, line and budget."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from engine.layers import Layer
from engine.reading.values import Last, Module, Path, ReadingError, Sheet, Tensor

MOST_STEPS = 200_000
DEEPEST = 60  # calls within calls
BOTH = "Both all steps and the last state are used here: take the last step with x[:, -1]"
Names = dict[str, Any]
# What a piece of a file may use without importing it.
IMPORTED = {"torch": Path("torch"), "nn": Path("torch.nn"), "F": Path("torch.nn.functional"), "math": Path("math")}


class Context:
    """Where the reading is; ``sheet`` is the graph that calls of modules are drawn on, None outside of ``forward``.

    ``exact``: the code must run as it stands, objects of its classes are followed down to torch's own layers, and what
    would be understood only roughly is an error.
    """

    def __init__(self, source: str, exact: bool = False) -> None:
        self.source, self.exact = source, exact
        self.globals: Names = {"__name__": "code"} if exact else {**IMPORTED, "__name__": "code"}
        self.sheet: Sheet | None = None
        self.line = 1
        self.depth = 0
        self._steps = 0

    def step(self, node: ast.AST) -> None:
        """Go to a node's line. Raises ReadingError where the budget is spent."""
        self.line = getattr(node, "lineno", self.line)
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise self.error("This code takes too many steps to be read")

    def error(self, template: str, **values: object) -> ReadingError:
        """An error at the line that is being read."""
        return ReadingError(template, line=self.line, **values)

    def drawing(self) -> Sheet:
        """The graph that is being drawn. Raises ReadingError outside of ``forward``."""
        if self.sheet is None:
            raise self.error("Tensors are only known inside “forward”")
        return self.sheet

    def add(self, layer: Layer, inputs: Iterable[Tensor], name: str = "") -> Tensor:
        """A node that reads these tensors. Raises ReadingError."""
        return self.drawing().add(layer, self._read(inputs), name)

    def call(self, module: Module, inputs: Iterable[Tensor]) -> Tensor:
        """A node for one more call of a module. Raises ReadingError."""
        return self.drawing().call(module, self._read(inputs))

    def last_step(self, state: Last) -> Tensor:
        """A recurrent layer gives its last step from now on. Raises ReadingError where others read all its steps."""
        sheet = self.drawing()
        if state.node not in sheet.lasts and any(edge.source == state.node for edge in sheet.edges):
            raise self.error(BOTH)
        sheet.lasts.add(state.node)
        sheet.with_layer(state.node, sheet.nodes[state.node].layer.with_options(returns="last"))
        return Tensor(state.node, last=True)

    def _read(self, inputs: Iterable[Tensor]) -> list[Tensor]:
        tensors = list(inputs)
        if any(tensor.node in self.drawing().lasts and not tensor.last for tensor in tensors):
            raise self.error(BOTH)
        return tensors
