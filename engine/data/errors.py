"""What can be wrong with data, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.messages import LayerloomError, Message

if TYPE_CHECKING:
    from engine.data.formats.preview import Preview


class DataError(LayerloomError):
    """The data cannot be used; the message says why and what to do."""


class UnusableTableError(DataError):
    """A table that was read but cannot be learned from as it is; ``preview`` shows what else can be chosen."""

    def __init__(self, message: Message, preview: Preview) -> None:
        super().__init__(message.template, **dict(message.values))
        self.preview = preview


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
