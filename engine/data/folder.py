"""Where downloaded data lie: torchvision's layout inside a per-user folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.data.spec import DATASETS, DatasetId

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


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


def raw_folder(dataset: DatasetId, root: Path | None = None) -> Path:
    """Where this data set's files belong: ``<root>/MNIST/raw``."""
    return (root or data_folder()) / DATASETS[dataset].folder / "raw"


def find_file(folder: Path, name: str) -> Path | None:
    """The file, plain or else .gz, or None."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def missing_files(dataset: DatasetId, root: Path | None = None) -> list[str]:
    """Names of the files that are not there, neither plain nor .gz; empty: it can be loaded without a network."""
    if not DATASETS[dataset].folder:
        return []
    folder = raw_folder(dataset, root)
    return [name for name in FILES if find_file(folder, name) is None]
