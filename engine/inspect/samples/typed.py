"""Something typed as an example: a tensor, or the columns of a table's row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.samples.prepared import as_given, expect_fit
from engine.inspect.samples.rows import Row, features_of, row_typed
from engine.inspect.samples.sample import Sample, SampleError, input_shape
from engine.inspect.samples.tensor_text import is_tensor_text, tensor_of
from engine.layers.base import Shape
from engine.units import grouped, shape_text

LONGEST = 40  # letters of a title


def from_text(experiment: Experiment, text: str, root: Path | None = None, *, several: bool = False) -> Sample:
    """``[1, 2, 3, 4]``, ``7, 2``, or ``torch.arange(16.).reshape(4, 4)``: what the network gets, as it is.

    A batch or channel dimension that is missing is added. Of a table, values are those of its columns in their order,
    or ``name=value, …``, and are scaled as the data are; what torch writes is what the network gets there, too.
    ``several``: x may be more than one example, B×…. Raises SampleError, or DataError.
    """
    if needs_data(experiment, text):
        return from_row(experiment, load_data(experiment.data, root), text)
    x = as_batch(tensor_of(text), input_shape(experiment))
    if len(x) > 1 and not several:
        raise SampleError("These are {count} examples of {shape}: type one of them", count=grouped(len(x)),
                          shape=shape_text(tuple(x.shape[1:])))
    return Sample(x, None, x[0].clone(), _title(text))


def needs_data(experiment: Experiment, text: str) -> bool:
    """Whether the data have to be read to know what is typed: the values of a table's columns."""
    return is_table(experiment) and not is_tensor_text(text)


def is_table(experiment: Experiment) -> bool:
    """Whether examples are rows of a table with columns of its own."""
    return "columns" in experiment.data.source.pages(experiment.data)


def from_row(experiment: Experiment, data: Data, text: str) -> Sample:
    """A typed row of a table that was read."""
    row = row_typed(data, text)
    return Sample(rows_given(experiment, data, [row]), None, torch.from_numpy(features_of(data, [row])[0]).float(),
                  _title(text))


def rows_given(experiment: Experiment, data: Data, rows: Sequence[Row]) -> Tensor:
    """N×… of a table's rows as the network gets them."""
    assert data.unscaled is not None
    stored = data.unscaled.fitted.applied(features_of(data, rows))
    return expect_fit(experiment, data, as_given(data, torch.from_numpy(stored)))


def as_batch(x: Tensor, wanted: Shape) -> Tensor:
    """B×…, as a network takes it: float32, with a batch or channel dimension where these are missing.

    Raises SampleError, with both shapes.
    """
    given = tuple(x.shape)
    x = x.float()
    if given[1:] == wanted and given:
        return x
    if given == wanted:
        return x[None]
    if wanted[:1] == (1,):
        if given == wanted[1:]:
            return x[None, None]
        if given and given[1:] == wanted[1:]:
            return x[:, None]
    raise SampleError("This is {given}, but the network takes {wanted}, or several of them: B×{wanted}",
                      given=shape_text(given) if given else "1", wanted=shape_text(wanted))


def _title(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
