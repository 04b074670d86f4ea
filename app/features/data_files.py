"""Data of the person's own: chosen, read in the background, and taken only when they can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.window import dialogs
from app.window.jobs import Jobs
from app.window.settings import Settings
from engine.data.spec.spec import DatasetId, DataSpec
from engine.messages import Message

TABLES, TENSORS = (".csv", ".tsv", ".txt"), (".npz", ".pt", ".pth")


class DataFiles(QObject):
    """Turns a file or an edit of how it is read into a DataSpec that is known."""

    described = Signal(object, str)  # DataSpec, the field that changed
    refused = Signal(object)  # Message

    def __init__(self, window: QWidget, settings: Settings, spec: Callable[[], DataSpec | None]) -> None:
        super().__init__(window)
        self._window, self._settings, self._spec = window, settings, spec
        self._jobs = Jobs(self)
        self._latest = 0

    def choose(self, kind: str) -> None:
        """Ask for a folder of images, a table, or tensors."""
        if kind == "folder":
            path = dialogs.folder_path(self._window, self.tr("Folder with one folder of images for each class"),
                                       Path.home())
        else:
            title = self.tr("Table") if kind == "table" else self.tr("Tensors")
            filters = "*" + " *".join(TABLES if kind == "table" else TENSORS)
            path = next(iter(dialogs.open_paths(self._window, title, "", f"{title} ({filters})")), None)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Use a file or folder as data."""
        kind = kind_of(path)
        spec = self._spec()
        if kind is not None and spec is not None:
            self.change(spec.with_options(dataset=kind, path=str(path)), "path")

    def change(self, spec: DataSpec, field: str) -> None:
        """Pass an edit on; what it makes of a file is found out first."""
        if spec.is_known or (spec.info.takes_path and not spec.path):
            self.described.emit(spec, field)
            return
        self._latest += 1
        number, root = self._latest, self._settings.data_root

        def tell(known: DataSpec) -> None:
            if number == self._latest:
                self.described.emit(known, field)

        self._jobs.start(lambda _job: _describe(spec, root), tell, self._refuse)

    def _refuse(self, message: Message) -> None:
        self.refused.emit(message)

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


def kind_of(path: Path) -> DatasetId | None:
    """What a file or folder can be as data; None: nothing."""
    if path.is_dir():
        return "folder"
    suffix = path.suffix.lower()
    return "table" if suffix in TABLES else "tensors" if suffix in TENSORS else None


def _describe(spec: DataSpec, root: Path | None) -> DataSpec:
    from engine.data.sources.describe import described  # loads numpy

    return described(spec, root)
