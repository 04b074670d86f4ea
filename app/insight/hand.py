"""What can be in hand: an example, a drawing, a file, something typed. Each makes a sample for a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from engine.data.fetching.folder import missing_files
from engine.experiment.experiment import Experiment
from engine.inspect.samples.pictures import from_picture, from_pixels
from engine.inspect.samples.sample import Sample, SampleError, input_shape
from engine.inspect.samples.splits import from_split
from engine.inspect.samples.typed import from_text
from engine.messages import say

if TYPE_CHECKING:
    import numpy as np

FIRST = "validation", "train", "test"  # where there are examples, and none was chosen


@dataclass(frozen=True, eq=False)
class Example:
    """One of the data."""

    part: str
    index: int
    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        return from_split(experiment, self.part, self.index, self.root)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pixels uint8 H×W or H×W×3, from the pad or a camera."""

    pixels: np.ndarray[Any, Any]
    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        return from_pixels(experiment, self.pixels, self.root, title=say("drawn"))


@dataclass(frozen=True, eq=False)
class File:
    """A picture."""

    path: Path
    root: Path | None
    inverted: bool = False

    def __call__(self, experiment: Experiment) -> Sample:
        return from_picture(experiment, self.path, self.root, inverted=self.inverted)


@dataclass(frozen=True, eq=False)
class Typed:
    """A tensor or a row in words."""

    text: str
    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        return from_text(experiment, self.text, self.root)


@dataclass(frozen=True, eq=False)
class First:
    """What is looked at before anything was chosen: the first example, or zeros where there are none that fit."""

    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        if not missing_files(experiment.data.files, self.root):
            for part in FIRST:
                try:
                    return from_split(experiment, part, 0, self.root)
                except SampleError:
                    continue
        return Sample(torch.zeros(1, *input_shape(experiment)), title=say("zeros"))
