"""Step by step: the arithmetic of one output number of a layer."""

from __future__ import annotations

from engine.blocks.base import Block
from engine.inspect.lens import Back, Lens, Look
from engine.inspect.steps import (  # noqa: F401  (each fills the registry)
    attention,
    convolution,
    elementwise,
    linear,
    moving,
    normalization,
    pooling,
    recurrent,
    softmax,
    words,
)
from engine.inspect.steps.backward import backward_at
from engine.inspect.steps.kind import expect_kind
from engine.inspect.steps.scene import At, Scene
from engine.inspect.steps.values import Index, NoStepsError, Steps
from engine.messages import Message, say


def step(lens: Lens, look: Look, place: str, index: Index, back: Back | None = None, *, example: int = 0,
         seed: int = 0) -> Steps:
    """How number ``index`` (without batch) of the output at ``place`` is made; with ``back`` also its gradient's way.

    ``seed`` is the one that the look was taken with. Raises NoStepsError, which says what can be seen instead.
    """
    scene = Scene(lens, look if back is None else back.look, back, seed)
    at = scene.at(place, index, example)
    while isinstance(at.known.layer, Block) and at.known.end is not None:
        at = scene.at(at.known.end, index, example)
    kind = expect_kind(at)
    if any(source not in scene.look.outputs for source in at.known.sources):
        raise NoStepsError("{place} reads a layer that gave nothing", place=at.place)
    made = kind.forward(at)
    return Steps(at.place, at.index, _title(at), made.formula, made.parts, made.lines, made.value,
                 float(at.y[(example, *at.index)]), made.scale, made.windows,
                 None if back is None else backward_at(at))


def _title(at: At) -> Message:
    """“Channel 6, row 4, column 3”."""
    names = {1: ("unit",), 2: ("position", "feature"), 3: ("channel", "row", "column"),
             4: ("channel", "slice", "row", "column")}.get(len(at.index))
    numbers = ", ".join(map(str, at.index))
    if names is None:
        return say("{place}: number {index}", place=at.place, index=numbers)
    if len(names) == 1:
        return say("{place}: unit {unit}", place=at.place, unit=at.index[0])
    if len(names) == 2:
        return say("{place}: position {position}, feature {feature}", place=at.place, position=at.index[0],
                   feature=at.index[1])
    if len(names) == 3:
        return say("{place}: channel {channel}, row {row}, column {column}", place=at.place, channel=at.index[0],
                   row=at.index[1], column=at.index[2])
    return say("{place}: channel {channel}, slice {slice}, row {row}, column {column}", place=at.place,
               channel=at.index[0], slice=at.index[1], row=at.index[2], column=at.index[3])
