"""Raw arrays of every kind of data set, read from where they lie. No torch, but for a person's .pt file."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from engine.data.errors import DataDamagedError, DataError, DataMissingError
from engine.data.fetching.folder import as_spec
from engine.data.progress import Step
from engine.data.sources.arrays import Arrays, Bytes, Report, Skipped
from engine.data.sources.cifar import read_cifar
from engine.data.sources.idx import read_idx, read_idx_set
from engine.data.sources.image_folder import read_folder
from engine.data.sources.svhn import read_svhn
from engine.data.sources.synthetic import make
from engine.data.sources.table import read_table
from engine.data.sources.tensor_file import read_tensors
from engine.data.spec.datasets import DatasetId
from engine.data.spec.spec import DataSpec

__all__ = ["Arrays", "Bytes", "DataDamagedError", "DataError", "DataMissingError", "Report", "Skipped", "read_arrays",
           "read_idx", "reading"]  # fmt: skip

BUNDLED = Path(__file__).parents[3] / "resources" / "data"
_FILES = {
    "svhn": read_svhn, "cifar10": read_cifar, "cifar100": read_cifar, "house-prices": read_table, "table": read_table,
    "tensors": read_tensors,
}  # fmt: skip


def read_arrays(data: DataSpec | DatasetId, root: Path | None = None) -> Arrays:
    """Read a data set that is there. Raises DataMissingError, DataDamagedError or DataError."""
    steps = reading(data, root)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            arrays: Arrays = end.value
            return arrays


def reading(data: DataSpec | DatasetId, root: Path | None = None) -> Generator[Step, None, Arrays]:
    """The same, yielding while many files are read; to stop, stop iterating."""
    spec = as_spec(data)
    if spec.info.kind == "bundled":
        with np.load(BUNDLED / "digits.npz") as file:
            return Arrays(file["images"], file["labels"])
    if spec.info.kind == "synthetic":
        return make(spec)
    if spec.dataset == "folder":
        return (yield from read_folder(spec, root))
    return _FILES.get(spec.dataset, read_idx_set)(spec, root)
