"""What can be in hand: an example, a drawing, a file, something typed. Each makes a sample for a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from engine.data.errors import DataError
from engine.data.fetching.folder import missing_files
from engine.experiment.experiment import Experiment
from engine.inspect.samples.pictures import from_picture, from_pixels
from engine.inspect.samples.pictures import needs_data as picture_needs_data
from engine.inspect.samples.sample import Sample, SampleError, input_shape
from engine.inspect.samples.splits import from_split
from engine.inspect.samples.typed import from_text
from engine.inspect.samples.typed import needs_data as text_needs_data
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
        _expect_here(experiment, self.root, needed=True)
        return from_split(experiment, self.part, self.index, self.root)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pixels uint8 H×W or H×W×3, from the pad."""

    pixels: np.ndarray[Any, Any]
    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        _expect_here(experiment, self.root, picture_needs_data(experiment))
        return from_pixels(experiment, self.pixels, self.root, title=say("drawn"))


@dataclass(frozen=True, eq=False)
class Image:
    """Pixels uint8 H×W, H×W×3 or H×W×4 that come from outside, and are no file: pasted, or of a camera."""

    pixels: np.ndarray[Any, Any]
    root: Path | None
    inverted: bool = False

    def __call__(self, experiment: Experiment) -> Sample:
        _expect_here(experiment, self.root, picture_needs_data(experiment))
        return from_pixels(experiment, self.pixels, self.root, inverted=self.inverted, title=say("picture"))


@dataclass(frozen=True, eq=False)
class File:
    """A picture."""

    path: Path
    root: Path | None
    inverted: bool = False

    def __call__(self, experiment: Experiment) -> Sample:
        _expect_here(experiment, self.root, picture_needs_data(experiment))
        return from_picture(experiment, self.path, self.root, inverted=self.inverted)


@dataclass(frozen=True, eq=False)
class Typed:
    """A tensor or a row in words."""

    text: str
    root: Path | None

    def __call__(self, experiment: Experiment) -> Sample:
        _expect_here(experiment, self.root, text_needs_data(experiment, self.text))
        return from_text(experiment, self.text, self.root)


@dataclass(frozen=True, eq=False)
class First:
    """What is looked at before anything was chosen: the first example, or zeros where there are none that fit."""

    root: Path | None

    def waits(self, experiment: Experiment) -> bool:
        """Whether the data are not on this computer."""
        return bool(missing_files(experiment.data.files, self.root))

    def __call__(self, experiment: Experiment) -> Sample:
        if not self.waits(experiment):
            for part in FIRST:
                try:
                    return from_split(experiment, part, 0, self.root)
                except (SampleError, DataError):
                    continue
        return Sample(torch.zeros(1, *input_shape(experiment)), title=say("zeros"))


def _expect_here(experiment: Experiment, root: Path | None, needed: bool) -> None:
    """Nothing is downloaded because one looks. Raises SampleError where data are needed that are not there."""
    if needed and missing_files(experiment.data.files, root):
        raise SampleError("{data} is not on this computer yet, and how an input is prepared follows from it: Train "
                          "fetches it", data=experiment.data.source.title)
