"""Where data lie: torchvision's layout inside a per-user folder, and a person's own files. No torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.data.errors import DataMissingError, unread
from engine.files import users_folder
from engine.messages import say


class Official(NamedTuple):
    """Where a data set is downloaded from: addresses that end in “/”, and MD5 or SHA-1 sums by file name."""

    mirrors: Sequence[str]
    checksums: Mapping[str, str]


class Files(NamedTuple):
    """The files of one data set in torchvision's layout; none where nothing is downloaded."""

    title: str
    names: tuple[str, ...] = ()  # of those that are read
    folder: str = ""  # inside the data folder
    official: Callable[[], Official] = lambda: Official((), {})  # takes seconds where torchvision is asked
    packed: bool = False  # each may lie there as .gz, which is how it is downloaded
    archive: str = ""  # all are downloaded as this one file, and unpacked
    archive_is_beside: bool = False  # beside the folder, not in it


def data_folder() -> Path:
    """The default root: LAYERLOOM_DATA, or the place this system keeps a user's application data."""
    if chosen := os.environ.get("LAYERLOOM_DATA"):
        return Path(chosen)
    return users_folder("Application Support", "XDG_DATA_HOME", Path(".local/share")) / "data"


def raw_folder(files: Files, root: Path | None = None) -> Path:
    """Where the files belong: ``<root>/MNIST/raw``."""
    return (root or data_folder()) / files.folder


def download_folder(files: Files, root: Path | None = None) -> Path:
    """Where what is downloaded belongs."""
    folder = raw_folder(files, root)
    return folder.parent if files.archive_is_beside else folder


def find_file(files: Files, name: str, root: Path | None = None) -> Path | None:
    """The file, plain or else (of MNIST's kind) .gz, or None."""
    folder = raw_folder(files, root)
    places = [folder / name, folder / f"{name}.gz"] if files.packed else [folder / name]
    return next((path for path in places if path.is_file()), None)


def missing_files(files: Files, root: Path | None = None) -> list[str]:
    """Names of the files that are not there; empty: the data can be loaded without a network."""
    return [name for name in files.names if find_file(files, name, root) is None]


def downloads(files: Files, root: Path | None = None) -> list[str]:
    """Names of the files to download, or to put there by hand: those that are missing, or the archive they are in."""
    missing = missing_files(files, root)
    if missing and files.archive:
        return [files.archive]
    return [f"{name}.gz" for name in missing] if files.packed else missing


def expect_files(files: Files, root: Path | None = None) -> list[Path]:
    """The files that are read. Raises DataMissingError, naming files and folder."""
    missing = missing_files(files, root)
    if missing:
        template = "{data} is not here: put {files} into {folder}"
        if files.packed:
            template = "{data} is not here: put {files} (or .gz) into {folder}"
        raise DataMissingError(template, data=files.title, files=", ".join(missing), folder=raw_folder(files, root))
    return [path for name in files.names if (path := find_file(files, name, root)) is not None]


def own_path(text: str, root: Path | None = None) -> Path:
    """The person's own file or folder; what is not absolute is looked for here, then in the data folder.

    Raises DataMissingError where it is not there, DataError where it is a pipe or a device.
    """
    path = Path(text)
    if text.startswith("~"):
        with suppress(RuntimeError):  # nobody of that name
            path = path.expanduser()
    found = next((place for place in (path, (root or data_folder()) / path) if _exists(place)), None)
    if found is None:
        raise DataMissingError("{path} is not there: choose the data again", path=path)
    if not (found.is_file() or found.is_dir()):  # a pipe or a device, which may never end
        raise unread(found, say("it is not a plain file"))
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no system allows
        return False
