"""What can be wrong with data, in words."""

from __future__ import annotations

from pathlib import Path

from engine.messages import LayerloomError


class DataError(LayerloomError):
    """The data cannot be used; the message says why and what to do."""


class DataMissingError(DataError):
    """Files are not there."""


class DataDamagedError(DataError):
    """A file is not what it should be."""


class DataOfflineError(DataError):
    """No mirror gave the file."""


class StoppedError(LayerloomError):
    """Stopped by the person before training began."""


def damaged(path: Path, reason: str) -> DataDamagedError:
    """A downloaded file is not the original."""
    return DataDamagedError("{path} is damaged: {reason}. Remove it, and it is downloaded again", path=path,
                            reason=reason)
