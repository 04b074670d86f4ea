"""Where runs lie and what their folders are called, the same for window and terminal. No torch."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from engine.files import users_folder
from engine.runs.names import EXPERIMENT, SWEEP

HERE = Path("runs")  # below the current folder: where the terminal and the job without a display write
FEW = 2000  # runs
MOST_KEPT = 20_000_000_000  # bytes of all runs, unless a person says otherwise
KEPT = "runs"  # below a person's own folder: where the window writes
MOST_BYTES = 100  # of a name: file systems take 143 and more
TIME = "%Y%m%d-%H%M%S"
_NAMED = re.compile(r"(?P<name>.+)-(?P<time>\d{8}-\d{6})(-\d+)?")
_OLD = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d-\d\d-\d\d) (?P<name>.+)")  # as the window called them
_OLD_TIME = "%Y-%m-%d %H-%M-%S"
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # no file on Windows can be called so


class RunFolder(NamedTuple):
    """A folder with a run in it: the network's name, and when it was begun."""

    path: Path
    name: str
    begun: datetime

    @property
    def experiment(self) -> Path:
        """The file of what was trained."""
        return self.path / EXPERIMENT

    def is_of(self, network: str) -> bool:
        """Whether a network of this name was trained."""
        return safe_name(self.name) == safe_name(network)


def places() -> tuple[Path, Path]:
    """Where runs lie: below the current folder, where the terminal writes, and in a person's own, where the window
    does. Both show both."""
    return HERE, users_folder("Application Support", "XDG_DATA_HOME", Path(".local/share")) / KEPT


def safe_name(text: str) -> str:
    """A name that every file system and shell takes, and in which people know theirs again; never empty."""
    plain = re.sub(r"[^\w.,=+-]+", "-", unicodedata.normalize("NFC", text))
    short = plain.encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore").strip("-. ")
    return f"_{short}" if _DEVICES.fullmatch(short.partition(".")[0]) else short or "run"


def new_run_folder(runs: Path, name: str) -> Path:
    """A folder below ``runs`` for a run that begins now: ``lenet-20260131-120000``, made so that no other run gets it.

    Where it cannot be made it is only named: whoever writes there says why.
    """
    stem = f"{safe_name(name)}-{datetime.now():{TIME}}"
    for number in count(1):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except (OSError, ValueError):  # a name that no system allows
            if os.path.lexists(folder):  # another run's
                continue
        return folder
    raise AssertionError("there is always another number")


def forget_if_empty(folder: Path) -> None:
    """A run that ended before it came to anything leaves nothing behind, not even the folder of all runs."""
    with suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def run_folders(places: Iterable[Path]) -> list[RunFolder]:
    """The runs below these folders, each once and the newest first; those of earlier versions too."""
    folders = {os.path.realpath(folder): folder for place in places for folder in _inside(place)}
    found = [run for run in map(run_folder, folders.values()) if run is not None]
    return sorted(found, key=lambda run: (run.begun, run.path.name), reverse=True)


def runs_inside(place: Path) -> list[RunFolder]:
    """The runs and the sweeps in one folder."""
    found = ((run_folder(folder) or run_folder(folder, SWEEP)) for folder in _inside(place))
    return [run for run in found if run is not None]


def are_few(folders: Iterable[Path]) -> bool:
    """Whether all that lies in these folders is looked at in a moment."""
    return sum(len(_inside(place)) for place in folders) <= FEW


def _inside(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except (OSError, ValueError):
        return []


def run_folder(folder: Path, file: str = EXPERIMENT) -> RunFolder | None:
    """What the folder's name says; of one that a person named, when its experiment was written; None: there is none.

    ``file``: what must be in it.
    """
    try:
        written = (folder / file).stat()
    except (OSError, ValueError):
        return None
    named = _name_and_time(folder.name)
    return RunFolder(folder, *named) if named else RunFolder(folder, folder.name, _moment(written.st_mtime))


def is_dated(folder: Path) -> bool:
    """Whether its name says when it was begun."""
    return _name_and_time(folder.name) is not None


def _name_and_time(text: str) -> tuple[str, datetime] | None:
    for pattern, time in ((_NAMED, TIME), (_OLD, _OLD_TIME)):
        if match := pattern.fullmatch(text):
            with suppress(ValueError):  # 31 February
                return match["name"], datetime.strptime(match["time"], time)
    return None


def _moment(seconds: float) -> datetime:
    """Whatever a file's clock says."""
    try:
        return datetime.fromtimestamp(seconds)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0)
