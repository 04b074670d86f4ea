"""The first line of a file that this program writes: what made it, and what comes in."""

from __future__ import annotations

import re

from engine.analysis.analysis import Analysis
from engine.layers.base import Shape
from engine.units import SPACE, grouped, shape_text

MARK = "Made with Layerloom"  # what every file begins with
SHAPE = re.compile(rf"{MARK}: input (\d+(?:×\d+)*)[, ]")


def header(analysis: Analysis) -> str:
    """The docstring of the file."""
    assert analysis.input is not None
    taken, given = analysis.nodes[analysis.input].output_shape or (), analysis.output_shape or ()
    params = grouped(analysis.params).replace(SPACE, " ")
    return f'"""{MARK}: input {shape_text(taken)}, output {shape_text(given)}, {params} parameters."""'


def shape_in(docstring: str) -> Shape | None:
    """The shape of one example that a file of this program's says comes in."""
    found = SHAPE.match(docstring)
    return tuple(int(size) for size in found[1].split("×")) if found else None
