"""The first line of a file that this program writes: what made it, and what comes in."""

from __future__ import annotations

import re

from engine.analysis.analysis import Analysis
from engine.layers.base import Shape
from engine.units import SPACE, grouped, shape_text

MARK = "Made with Layerloom"  # what every file begins with
TYPED = " (set by hand)"  # behind the shape that the Input itself has
SHAPE = re.compile(rf"{MARK}: input (\d+(?:×\d+)*)({re.escape(TYPED)})?,")


def header(analysis: Analysis) -> str:
    """The docstring of the file."""
    assert analysis.input is not None
    taken, given = analysis.nodes[analysis.input].output_shape or (), analysis.output_shape or ()
    params = grouped(analysis.params).replace(SPACE, " ")
    typed = TYPED if getattr(analysis.graph.nodes[analysis.input].layer, "shape", None) else ""
    return f'"""{MARK}: input {shape_text(taken)}{typed}, output {shape_text(given)}, {params} parameters."""'


def shape_in(docstring: str) -> tuple[Shape | None, bool]:
    """The shape of one example that a file of this program's says comes in; also whether the Input itself has it."""
    found = SHAPE.match(docstring)
    return (tuple(int(size) for size in found[1].split("×")), bool(found[2])) if found else (None, False)
