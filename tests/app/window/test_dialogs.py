"""Files are asked for by Qt's own dialogs, with a suffix before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.window import dialogs
from engine.formats import Format

FORMATS = (Format(".safetensors", "Weights"), Format(".pt", "PyTorch"))
FILTERS = "Weights (*.safetensors);;PyTorch (*.pt)"


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    qtbot.addWidget(widget)
    yield widget


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[QFileDialog], bool]) -> None:
    monkeypatch.setattr(QFileDialog, "exec", answer)


def test_where_to_save_has_the_suffix_of_its_kind(parent: QWidget, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []

    def answer(dialog: QFileDialog) -> bool:
        seen.append((dialog.windowTitle(), Path(dialog.directory().path()), dialog.selectedFiles(), dialog.acceptMode(),
                     dialog.fileMode(), dialog.defaultSuffix()))
        dialog.filterSelected.emit("PyTorch (*.pt)")
        dialog.selectFile("mine")
        return True

    answering(monkeypatch, answer)
    assert dialogs.save_path(parent, "Export weights", tmp_path / "net.safetensors", FORMATS) == tmp_path / "mine.pt"
    assert seen == [("Export weights", tmp_path, [str(tmp_path / "net.safetensors")], QFileDialog.AcceptMode.AcceptSave,
                     QFileDialog.FileMode.AnyFile, "safetensors")]
    answering(monkeypatch, lambda dialog: dialog.selectFile("mine") is None)
    assert dialogs.save_path(parent, "Export", tmp_path / "net", FORMATS) == tmp_path / "mine.safetensors"
    answering(monkeypatch, lambda _: False)
    assert dialogs.save_path(parent, "Export", tmp_path / "net", FORMATS) is None


def test_another_kind_of_file_is_not_written_by_a_name(parent: QWidget, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    names, told = ["net.py", "net.PT"], list[str]()
    answering(monkeypatch, lambda dialog: bool(names) and dialog.selectFile(names.pop(0)) is None)
    monkeypatch.setattr(QMessageBox, "information", lambda *given: told.append(given[-1]))
    assert dialogs.save_path(parent, "Export", tmp_path / "net", FORMATS) == tmp_path / "net.PT"
    assert told == ["net.py would be another kind of file: choose a name in .safetensors, .pt"]
    names.append("net.loom")
    assert dialogs.save_path(parent, "Export", tmp_path / "net", FORMATS) is None and len(told) == 2


def test_files_to_open_and_a_folder_are_paths(parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dialogs.filters_of(FORMATS) == FILTERS
    asked: list[tuple[object, ...]] = []
    paths = [str(tmp_path / "a.loom"), str(tmp_path / "b.loom")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *given: asked.append(given[1:]) or (paths, "a filter"))
    assert dialogs.open_paths(parent, "Open", "here", FILTERS) == [tmp_path / "a.loom", tmp_path / "b.loom"]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: asked.append(given[1:]) or str(tmp_path))
    assert dialogs.folder_path(parent, "Folder", tmp_path / "start") == tmp_path
    assert asked == [("Open", "here", FILTERS), ("Folder", str(tmp_path / "start"))]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    assert dialogs.open_paths(parent, "Open", "", FILTERS) == [] and dialogs.folder_path(parent, "", tmp_path) is None
