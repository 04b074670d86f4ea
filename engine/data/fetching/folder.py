"""Where data lie: torchvision's layout inside a per-user folder, and a person's own files. No torch."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from engine.data.errors import DataError, DataMissingError
from engine.data.spec.datasets import DATASETS, DatasetId
from engine.data.spec.spec import DataSpec

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
_NAMES: dict[DatasetId, tuple[str, ...]] = {
    "mnist": FILES, "fashion-mnist": FILES, "kmnist": FILES, "cifar10": _BATCHES, "cifar100": ("train", "test"),
    "svhn": ("train_32x32.mat", "test_32x32.mat"), "house-prices": ("kaggle_house_pred_train.csv",),
}  # fmt: skip
ARCHIVES: dict[DatasetId, str] = {
    "emnist": "gzip.zip", "cifar10": "cifar-10-python.tar.gz", "cifar100": "cifar-100-python.tar.gz",
}  # fmt: skip
"""What is downloaded as one file and unpacked."""


def data_folder() -> Path:
    """The default root: LAYERLOOM_DATA, or the place this system keeps a user's application data."""
    if chosen := os.environ.get("LAYERLOOM_DATA"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "Layerloom" / "data"


def as_spec(data: DataSpec | DatasetId) -> DataSpec:
    """A data set's name stands for the data set as it is."""
    return data if isinstance(data, DataSpec) else DataSpec(dataset=data)


def files_of(data: DataSpec | DatasetId) -> tuple[str, ...]:
    """Names of the files that are read, without .gz; none for what needs no download."""
    spec = as_spec(data)
    if spec.dataset == "emnist":
        return tuple(f"emnist-{spec.emnist}-{part}-{kind}-ubyte" for part in ("train", "test")
                     for kind in ("images-idx3", "labels-idx1"))
    return _NAMES.get(spec.dataset, ())


def raw_folder(data: DataSpec | DatasetId, root: Path | None = None) -> Path:
    """Where this data set's files belong: ``<root>/MNIST/raw``."""
    return (root or data_folder()) / DATASETS[as_spec(data).dataset].folder


def download_folder(data: DataSpec | DatasetId, root: Path | None = None) -> Path:
    """Where what is downloaded belongs: archives of folders lie beside the folder, as torchvision has it."""
    folder = raw_folder(data, root)
    return folder.parent if as_spec(data).info.kind == "torchvision" and folder.name.startswith("cifar") else folder


def find_file(folder: Path, name: str) -> Path | None:
    """The file, plain or else (of MNIST's kind) .gz, or None."""
    places = [folder / name, folder / f"{name}.gz"] if name.endswith("-ubyte") else [folder / name]
    return next((path for path in places if path.is_file()), None)


def missing_files(data: DataSpec | DatasetId, root: Path | None = None) -> list[str]:
    """Names of the files that are not there; empty: it can be loaded without a network."""
    folder = raw_folder(data, root)
    return [name for name in files_of(data) if find_file(folder, name) is None]


def downloads(data: DataSpec | DatasetId, root: Path | None = None) -> list[str]:
    """Names of the files to download, or to put there by hand: those that are missing, or the archive they are in."""
    spec, missing = as_spec(data), missing_files(data, root)
    if missing and spec.dataset in ARCHIVES:
        return [ARCHIVES[spec.dataset]]
    return [f"{name}.gz" for name in missing] if spec.info.kind == "idx" else missing


def expect_files(data: DataSpec | DatasetId, root: Path | None = None) -> list[Path]:
    """The files that are read. Raises DataMissingError, naming files and folder."""
    spec, folder, missing = as_spec(data), raw_folder(data, root), missing_files(data, root)
    if missing:
        template = "{data} is not here: put {files} into {folder}"
        if spec.info.kind == "idx":
            template = "{data} is not here: put {files} (or .gz) into {folder}"
        raise DataMissingError(template, data=spec.info.title, files=", ".join(missing), folder=folder)
    return [path for name in files_of(spec) if (path := find_file(folder, name)) is not None]


def own_path(spec: DataSpec, root: Path | None = None) -> Path:
    """The person's own file or folder; what is not absolute is looked for here, then in the data folder.

    Raises DataError where none is chosen, DataMissingError where it is not there.
    """
    if not spec.path.strip():
        raise DataError("Choose a folder of images first" if spec.dataset == "folder" else "Choose a file first")
    path = Path(spec.path)
    if spec.path.startswith("~"):
        with suppress(RuntimeError):  # nobody of that name
            path = path.expanduser()
    found = next((place for place in (path, (root or data_folder()) / path) if _exists(place)), None)
    if found is None:
        raise DataMissingError("{path} is not there: choose the data again", path=path)
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no system allows
        return False
