"""Data that are not there yet: a sentence with buttons, then a download with its progress."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from engine.units import bytes_text

STEPS = 10_000


class Missing(QWidget):
    """What is missing, and what can be done."""

    download_requested = Signal()
    folder_requested = Signal()
    file_requested = Signal()  # the person's own file, or folder of images

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel(wordWrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.download = QPushButton(self.tr("Download"))
        self.download.setProperty("role", "primary")
        self.folder = QPushButton(self.tr("Choose folder…"))
        self.folder.setToolTip(self.tr("Use data that are on this computer already"))
        self.file = QPushButton(self.tr("Choose file…"))
        self.file.hide()
        self.download.clicked.connect(self.download_requested)
        self.folder.clicked.connect(self.folder_requested)
        self.file.clicked.connect(self.file_requested)
        _stack(self, self.text, _row(self.download, self.folder, self.file))

    def show_text(self, text: str, can_download: bool, own: str = "") -> None:
        """Say it; without a source only a folder helps. ``own``: these are the person's own data, chosen this way."""
        self.text.setText(text)
        self.download.setVisible(can_download and not own)
        self.folder.setVisible(not own)
        self.file.setVisible(bool(own))
        self.file.setText(own)
        self.setFocusProxy(self.file if own else self.download if can_download else self.folder)


class Download(QWidget):
    """A download that can be cancelled."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel(wordWrap=True)
        self.bar = QProgressBar(textVisible=False, maximum=STEPS)
        self.bar.setMaximumWidth(360)
        self.bar.setAccessibleName(self.tr("Download"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_requested)
        self.setFocusProxy(self.cancel)
        _stack(self, self.text, self.bar, _row(self.cancel))

    def show_progress(self, text: str, done: int, total: int) -> None:
        """``Downloading MNIST · 4.2 MB of 9.9 MB``; once all is there, what is left to do has no size."""
        if done < total:
            amount = self.tr("{done} of {total}").format(done=bytes_text(done), total=bytes_text(total))
            text = f"{text} · {amount}"
        self.text.setText(text)
        self.bar.setValue(round(STEPS * min(1.0, done / total)) if total else 0)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _stack(parent: QWidget, *parts: QWidget | QHBoxLayout) -> None:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    column.addStretch(1)
