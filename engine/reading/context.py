"""What all who read a piece of code share: its source, its names, the graph that is being drawn, line and budget."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from engine.layers import Layer
from engine.reading.values import Path, ReadingError, Sheet, Tensor

MOST_STEPS = 200_000
DEEPEST = 60  # calls within calls
Names = dict[str, Any]


class Context:
    """Where the reading is; ``sheet`` is the graph that calls of modules are drawn on, None outside of ``forward``."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.globals: Names = {"torch": Path("torch"), "nn": Path("torch.nn"), "F": Path("torch.nn.functional"),
                               "__name__": "code", "math": Path("math")}
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
        return self.drawing().add(layer, inputs, name)
