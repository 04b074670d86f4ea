"""What is wanted of the layer in hand, and what was seen of it: plain values for the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.inspect.steps.values import Steps as Made
from widgets.inside.arithmetic import Steps
from widgets.inside.curve import Curve
from widgets.inside.tensors_page import Tensor as Shown

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Unit = tuple[int, int, int]  # channel, row and column as the panel counts them


@dataclass(frozen=True)
class Wanted:
    """What of which layer is to be seen: its page, a unit, what is under the mouse, why which class."""

    place: str = ""
    page: str = "maps"
    unit: Unit | None = None
    hover: Unit | None = None
    method: str = "gradcam"
    class_number: int | None = None  # None: that which is answered


class Field(NamedTuple):
    """What a unit sees: the rectangle (left, top, width, height) in pixels of the input, and its measured gradient."""

    box: tuple[float, float, float, float] | None
    heat: Array | None


class Why(NamedTuple):
    """What counted for a class; without heat only words."""

    title: str
    heat: Array | None
    sentence: str


class LayerSeen(NamedTuple):
    """Of the layer in hand. What was not asked for is None."""

    wanted: Wanted
    facts: str
    output: Array | None
    axis: int = 1  # of B×…: which counts channels
    channel: int | None = None  # of the unit in hand, of so many ``channels``
    channels: int = 0
    other: Array | None = None
    curve: Curve | None = None
    curve_counts: tuple[int, ...] = ()
    curve_edges: tuple[float, ...] = ()
    curve_words: str = ""
    kernels: tuple[Shown, ...] | None = None
    gradients: tuple[Shown, ...] | None = None
    gradients_wrong: str = ""
    forward: Steps | None = None
    backward: Steps | None = None
    why: Why | None = None
    field: Field | None = None
    steps: Made | None = None  # from which ``forward`` and ``backward`` are
