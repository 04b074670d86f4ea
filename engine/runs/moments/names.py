"""How the files of moments are called: by where the run was. No torch."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

SUFFIX = ".moment"
_NAMED = re.compile(r"(\d{4,9}\.\d{6})\.moment")


def place_of(position: float) -> float:
    """A position in epochs as files have it: to a millionth."""
    return round(position, 6)


def name_of(position: float) -> str:
    """``0007.000000.moment``: in the order of time by their names."""
    return f"{position:011.6f}{SUFFIX}"


def position_of(name: str) -> float | None:
    """What a file's name says; None: it is no moment's."""
    found = _NAMED.fullmatch(name)
    return float(found[1]) if found else None


def positions_in(folder: Path) -> tuple[float, ...]:
    """The moments in a folder, the first one first; none where it cannot be looked at."""
    with suppress(OSError, ValueError):
        return tuple(sorted(at for path in folder.iterdir() if (at := position_of(path.name)) is not None))
    return ()
