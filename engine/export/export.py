"""Taking the work away: weights and code as files, each proved by what is read back. Loads torch where it must."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.export.formats import FORMATS, NetworkFormat, Taken
from engine.formats import format_of, suffixes
from engine.layers.base import Shape
from engine.messages import LayerloomError, Message, say
from engine.reading.values import ReadingError
from engine.units import value_text

if TYPE_CHECKING:
    from torch import Tensor


class ExportError(LayerloomError):
    """The file's kind is not one that can be written."""


@dataclass(frozen=True)
class Exported:
    """A written file; ``difference`` is the largest between its outputs and the network's, NaN where none was made."""

    path: Path
    verified: bool
    difference: float
    message: Message


def export(experiment: Experiment, path: str | os.PathLike[str],
           weights: Mapping[str, Tensor] | None = None) -> Exported:
    """Write the network as the file's suffix says, and prove it: by running both, or where torch is not loaded by
    comparing both as they are read, if the kind of file knows how and reading can decide it.

    Without ``weights`` they are those that training begins with. Raises ExportError, WeightsError, WriteError (what
    was there before survives), NetworkTooLargeError or what is wrong with the network.
    """
    path = Path(path)
    kind = _kind(path)
    read = _read_back(kind, Taken(experiment, {}, _input_shape(experiment)), path) if weights is None else None
    return read or _run_back(kind, experiment, weights, path)


def _kind(path: Path) -> NetworkFormat:
    """What the file is to be. Raises ExportError."""
    kind = format_of(path, FORMATS)
    if kind is None:
        raise ExportError("{path}: this kind of file cannot be written. The name may end in {suffixes}",
                          path=path.name, suffixes=suffixes(FORMATS))
    missing = [name for name in kind.needs if find_spec(name) is None]
    if missing:
        raise ExportError("{path}: this kind of file needs {packages}, which is not installed here", path=path.name,
                          packages=", ".join(missing))
    return kind


def _input_shape(experiment: Experiment) -> Shape:
    """Shape of one example: the Input's own, or else the data's."""
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return shape or experiment.data.sample_shape


# -- proved by reading -------------------------------------------------------------------------------------------------


def _read_back(kind: NetworkFormat, taken: Taken, path: Path) -> Exported | None:
    """Written, and compared as it is read; None where that says too little, or torch is there to say more."""
    if kind.differs is None or "torch" in sys.modules:
        return None
    kind.write(taken, path)
    try:
        difference = kind.differs(taken, path)
    except ReadingError:
        return None
    if difference is None:
        return Exported(path, True, math.nan, say("{file} is written and verified: read back, it is the same network",
                                                  file=path.name))
    return Exported(path, False, math.nan, say("{file} is written, but read back it is another network: {difference}",
                                               file=path.name, difference=difference))


# -- proved by running -------------------------------------------------------------------------------------------------


def _run_back(kind: NetworkFormat, experiment: Experiment, weights: Mapping[str, Tensor] | None,
              path: Path) -> Exported:
    from engine.export.running import outputs_of_both, taken_with  # loads torch
    from engine.network.fitting import broken_values, no_numbers  # the same

    taken = taken_with(experiment, weights, _input_shape(experiment))
    kind.write(taken, path)
    try:
        difference, largest = outputs_of_both(kind, taken, path)
    except Exception as error:  # whatever it is: the file is no good, and that must be said
        return Exported(path, False, math.nan, say("{file} is written, but cannot be read back: {reason}",
                                                   file=path.name, reason=error))
    exported = _compared(kind, path, difference, largest)
    counts = {} if weights is None else no_numbers(taken.weights)
    return replace(exported, message=say("{warning}. {result}", warning=broken_values(counts), result=exported.message)
                   ) if counts else exported


def _compared(kind: NetworkFormat, path: Path, difference: float, largest: float) -> Exported:
    if difference <= kind.tolerance * max(1.0, largest):
        return Exported(path, True, difference, say("{file} is written and verified: read back, its outputs are equal",
                                                    file=path.name))
    return Exported(path, False, difference, say("{file} is written, but read back its outputs differ by {difference}",
                                                 file=path.name, difference=value_text(difference, 2)))
