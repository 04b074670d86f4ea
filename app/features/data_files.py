"""Data of the person's own: chosen, read in the background, and taken only when they can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.window import dialogs
from app.window.jobs import Jobs
from app.window.settings import Settings
from engine.data.sources import SOURCES, source_for
from engine.data.spec.spec import DataSpec
from engine.messages import Message
from widgets.look.text import translated


class DataFiles(QObject):
    """Turns a file or an edit of how it is read into a DataSpec that is known."""

    described = Signal(object, str)  # DataSpec, the field that changed
    refused = Signal(object)  # Message

    def __init__(self, window: QWidget, settings: Settings, spec: Callable[[], DataSpec | None]) -> None:
        super().__init__(window)
        self._window, self._settings, self._spec = window, settings, spec
        self._jobs = Jobs(self)
        self._latest = 0

    def choose(self, dataset: str) -> None:
        """Ask for the file or folder that this source takes."""
        own = SOURCES[dataset].own
        if own is None:
            return
        title, filters = translated(own.heading), " ".join(f"*{suffix}" for suffix in own.suffixes)
        if own.suffixes:
            path = next(iter(dialogs.open_paths(self._window, title, "", f"{title} ({filters})")), None)
        else:
            path = dialogs.folder_path(self._window, title, Path.home())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Use a file or folder as data."""
        source, spec = source_for(path), self._spec()
        if source is not None and spec is not None:
            self.change(spec.with_options(dataset=source.id, path=str(path)), "path")

    def change(self, spec: DataSpec, field: str) -> None:
        """Pass an edit on; what it makes of a file is found out first."""
        if spec.is_known or (spec.source.takes_path and not spec.path):
            self.described.emit(spec, field)
            return
        self._latest += 1
        number, root = self._latest, self._settings.data_root

        def tell(known: DataSpec) -> None:
            if number == self._latest:
                self.described.emit(known, field)

        self._jobs.start(lambda _job: _described(spec, root), tell, self._refuse)

    def _refuse(self, message: Message) -> None:
        self.refused.emit(message)

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


def _described(spec: DataSpec, root: Path | None) -> DataSpec:
    from engine.data.spec.reading import described  # the window opens before anything is read

    return described(spec, root)
