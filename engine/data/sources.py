"""Raw arrays of the data sets: the bundled digits, and MNIST's file format as torchvision lays it out. No torch."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from engine.data.folder import FILES, find_file, missing_files, raw_folder
from engine.data.spec import DATASETS, DatasetId
from engine.files import reason_of_os_error
from engine.messages import LayerloomError

Bytes = NDArray[np.uint8]
BUNDLED = Path(__file__).parent.parent.parent / "resources" / "data"
MAX_BYTES = 2**31  # no set in this format comes near it; a header that claims more is damaged


class DataError(LayerloomError):
    """The data cannot be used; the message says why and what to do."""


class DataMissingError(DataError):
    """Files are not there."""


class DataDamagedError(DataError):
    """A file is not what it should be."""


class Arrays(NamedTuple):
    """Images as stored, uint8 N×C×H×W, and labels, uint8 N; the test part is None where no official one exists."""

    images: Bytes
    labels: Bytes
    test_images: Bytes | None = None
    test_labels: Bytes | None = None


def read_arrays(dataset: DatasetId, root: Path | None = None) -> Arrays:
    """Read a data set that is there. Raises DataMissingError, DataDamagedError or DataError."""
    if dataset == "digits":
        with np.load(BUNDLED / "digits.npz") as file:
            return Arrays(file["images"], file["labels"])
    folder = raw_folder(dataset, root)
    missing = missing_files(dataset, root)
    if missing:
        raise DataMissingError("{data} is not here: put {files} (or .gz) into {folder}",
                               data=DATASETS[dataset].title, files=", ".join(missing), folder=folder)
    paths = [cast(Path, find_file(folder, name)) for name in FILES]
    return Arrays(*_read_pair(dataset, *paths[:2]), *_read_pair(dataset, *paths[2:]))


def _read_pair(dataset: DatasetId, images_path: Path, labels_path: Path) -> tuple[Bytes, Bytes]:
    info = DATASETS[dataset]
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if images.shape[1:] != info.shape[1:]:
        raise _damaged(images_path, f"its images are {images.shape[1]}×{images.shape[2]}, not 28×28")
    if len(images) != len(labels):
        raise _damaged(labels_path, f"it has {len(labels)} labels for {len(images)} images")
    if len(labels) < 2:
        raise _damaged(labels_path, "it is empty")
    if labels.max() >= len(info.classes):
        raise _damaged(labels_path, f"it has the label {labels.max()}, but there are {len(info.classes)} classes")
    return images[:, None], labels


def read_idx(path: Path, dimensions: int) -> Bytes:
    """One file of MNIST's format, plain or .gz. Raises DataDamagedError, or DataError where it cannot be read."""
    try:
        with _open(path) as file:
            header = file.read(4 + 4 * dimensions)
            if len(header) < 4 + 4 * dimensions:
                raise _damaged(path, "it ends too early")
            magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
            size = math.prod(shape)
            if magic != 0x800 + dimensions or size > MAX_BYTES:
                raise _damaged(path, "it does not begin as a file of this kind does")
            body = bytearray(file.read(size + 1))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, "it cannot be unpacked") from error
    except OSError as error:
        raise DataError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    if len(body) != size:
        raise _damaged(path, "it ends too early" if len(body) < size else "it is longer than it says")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _damaged(path: Path, reason: str) -> DataDamagedError:
    return DataDamagedError("{path} is damaged: {reason}. Remove it, and it is downloaded again", path=path,
                            reason=reason)
