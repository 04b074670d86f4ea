"""Removing moments: of a run that begins anew, and of those that have ended long ago. No torch."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.files import WriteError, reason_of_os_error
from engine.runs.moments.names import SUFFIX, name_of, position_of, positions_in


def remove_moments(folder: Path) -> None:
    """All of a run; what else somebody put there stays. Raises WriteError."""
    for position in positions_in(folder):
        remove_file(folder / name_of(position))
    sweep_moments(folder)
    with suppress(OSError):
        folder.rmdir()


def sweep_moments(folder: Path) -> None:
    """What a killed process was about to write."""
    for path in folder.glob(f".*{SUFFIX}.*"):
        if position_of(path.name[1:].partition(SUFFIX)[0] + SUFFIX) is not None:
            remove_file(path)


def remove_file(path: Path) -> None:
    """Whether it is there or not. Raises WriteError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be removed: {reason}", path=path,
                         reason=reason_of_os_error(error)) from error
