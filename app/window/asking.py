"""Where files are asked for: beside the network they are for, else where one was last, else at home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from app.window import dialogs
from app.window.settings import Settings
from engine.formats import Format


@dataclass(frozen=True)
class Asking:
    """Asks for files of one kind, and remembers for the next time where they were."""

    parent: QWidget
    settings: Settings
    kind: str
    beside: Path | None = None  # the file of the network that is in front

    @property
    def start(self) -> Path:
        """The folder to begin in."""
        return next(folder for folder in self._folders() if folder.is_dir())

    def _folders(self) -> Iterator[Path]:
        if self.beside is not None:
            yield self.beside.parent
        yield from filter(None, (self.settings.last_folder(self.kind),))
        yield from (Path(path).parent for path in self.settings.recent)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        yield from filter(Path.is_absolute, (Path(documents), Path.home()))
        yield Path.cwd()

    def save(self, title: str, suggestion: str | Path, formats: Sequence[Format]) -> Path | None:
        """Where to save; a whole path stays where it is. None: cancelled."""
        return self._kept(dialogs.save_path(self.parent, title, self.start / suggestion, formats))

    def open(self, title: str, filters: str) -> list[Path]:
        """Files to open; none: cancelled."""
        paths = dialogs.open_paths(self.parent, title, str(self.start), filters)
        for path in paths[:1]:
            self._kept(path)
        return paths

    def folder(self, title: str, start: Path | None = None) -> Path | None:
        """A folder; ``start``: the one that is chosen now. None: cancelled."""
        chosen = dialogs.folder_path(self.parent, title, start or self.start)
        if chosen is not None:
            self.settings.set_last_folder(self.kind, chosen.parent)
        return chosen

    def _kept(self, path: Path | None) -> Path | None:
        if path is not None:
            self.settings.set_last_folder(self.kind, path.parent)
        return path
