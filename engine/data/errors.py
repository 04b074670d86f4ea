"""What can be wrong with data, in words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from engine.files import parsing
from engine.messages import LayerloomError, Message, say


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


def unread(path: Path, reason: Message) -> DataError:
    """A file does not come in at all."""
    return DataError("{path} could not be read: {reason}", path=path, reason=reason)


def parsed(path: Path, broken: Callable[[Path, Message], DataError] | None = None) -> AbstractContextManager[None]:
    """Around whatever reads data from a file: all that can be wrong with it is a DataError, in words."""
    refuse = broken or damaged
    return parsing(lambda reason: unread(path, reason), lambda reason: refuse(path, reason),
                   say("it does not hold what a file of this kind does"))


def damaged(path: Path, reason: str | Message) -> DataDamagedError:
    """A downloaded file is not the original."""
    return DataDamagedError("{path} is damaged: {reason}. Remove it, and it is downloaded again", path=path,
                            reason=reason)
