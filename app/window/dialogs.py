"""Asking for files. The suffix is there before Qt asks whether an existing file may be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.formats import Format, format_of, suffixes
from widgets.look.text import translated


def filters_of(formats: Iterable[Format]) -> str:
    """Kinds of files as Qt's dialogs take them: ``Weights (*.safetensors);;PyTorch state dict (*.pt)``."""
    return ";;".join(f"{translated(each.title)} (*{each.suffix})" for each in formats)


def save_path(parent: QWidget, title: str, suggestion: Path, formats: Sequence[Format]) -> Path | None:
    """Where to save, as one of these kinds of files; the first is the usual one. None: cancelled."""
    endings = {filters_of([each]): each.suffix.removeprefix(".") for each in formats}
    dialog = QFileDialog(parent, title, str(suggestion.parent), filters_of(formats))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(endings[chosen]))
    dialog.setDefaultSuffix(formats[0].suffix.removeprefix("."))
    dialog.selectFile(suggestion.name)
    while dialog.exec():
        path = Path(dialog.selectedFiles()[0])
        if format_of(path, formats) is not None:
            return path
        words = QCoreApplication.translate("Dialogs", "{file} would be another kind of file: choose a name in {kinds}")
        QMessageBox.information(parent, title, words.format(file=path.name, kinds=suffixes(formats)))
    return None


def open_paths(parent: QWidget, title: str, folder: str, filters: str) -> list[Path]:
    """Files to open; none: cancelled."""
    return [Path(path) for path in QFileDialog.getOpenFileNames(parent, title, folder, filters)[0]]


def folder_path(parent: QWidget, title: str, start: Path) -> Path | None:
    """A folder; None: cancelled."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(start))
    return Path(chosen) if chosen else None
