"""One example as the network gets it, and as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message

Part = Literal["train", "validation", "test"]


class SampleError(LayerloomError):
    """There is no such example, or the network cannot take it; the message says why."""


class UnreadSampleError(SampleError):
    """A file that is to be looked at cannot be read."""


@dataclass(frozen=True, eq=False)
class Sample:
    """``x`` is 1×… float32, exactly as the network gets it; ``target`` int64 1 (a class) or float32 1×… (numbers).

    ``stored`` is what was there before, for showing: uint8 C×H×W, or numbers. ``place`` is where in the data it is.
    """

    x: Tensor
    target: Tensor | None = None
    stored: Tensor | None = None
    title: Message | str = ""
    place: tuple[Part, int] | None = None


def input_shape(experiment: Experiment) -> Shape:
    """Shape of one example that the network takes, without batch: its Input's own, or that of the data."""
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    name = analysis.active.input
    shape = None if name is None else analysis.nodes[name].output_shape
    return experiment.data.sample_shape if shape is None else shape
