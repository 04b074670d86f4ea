"""Files as the window sees them: open, save, and the guard against losing changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from app.document.document import Document
from app.window import dialogs
from app.window.settings import Settings
from engine.experiment.experiment import DEFAULT, Experiment, load_experiment
from engine.graph.graph import Graph, Node
from engine.layers.inputs import Input
from engine.messages import LayerloomError

LOOM = "Layerloom (*.loom)"


class Files(QObject):
    """Asks where; reads and writes; says what went wrong."""

    opened = Signal(object)  # Document
    failed = Signal(object)  # Message

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._made = 0

    def new(self) -> None:
        """A network with nothing but its Input."""
        self._made += 1
        name = self.tr("untitled") + (f" {self._made}" if self._made > 1 else "")
        # Data and recipe of the default network: what is drawn first should learn as well.
        start = load_experiment(DEFAULT)
        experiment = Experiment(Graph.of([Node("input", Input())]), start.data, start.recipe)
        self.opened.emit(Document(experiment, name))

    def open_dialog(self) -> None:
        """Ask for files and open them."""
        for path in dialogs.open_paths(self._window, self.tr("Open a network"), self._folder(), LOOM):
            self.open(str(path))

    def open(self, source: str) -> None:
        """Open a .loom file or ``gallery:ID``; a file that cannot be read is a sentence."""
        try:
            document = Document.open(source)
        except LayerloomError as error:
            self.failed.emit(error.message)
            return
        if document.path is not None:
            self._settings.remember(document.path)
        self.opened.emit(document)

    def save(self, document: Document) -> bool:
        """Write it where it came from, or ask."""
        if document.path is None:
            return self.save_as(document)
        return self._write(document, document.path)

    def save_as(self, document: Document) -> bool:
        """Ask where, and write it there."""
        suggestion = document.path or Path(self._folder()) / f"{document.name}.loom"
        path = dialogs.save_path(self._window, self.tr("Save the network"), suggestion, LOOM)
        return path is not None and self._write(document, path)

    def _write(self, document: Document, path: Path) -> bool:
        try:
            document.save(path)
        except LayerloomError as error:
            self.failed.emit(error.message)
            return False
        self._settings.remember(path)
        return True

    def may_close(self, document: Document) -> bool:
        """Whether the document may go: saved, or given up on purpose."""
        if not document.dirty:
            return True
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Unsaved changes"))
        box.setText(self.tr("Save the changes to “{name}”?").format(name=document.name))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save(document)
        return bool(answer == buttons.Discard)

    def _folder(self) -> str:
        recent = self._settings.recent
        return str(Path(recent[0]).parent if recent else Path.home())


