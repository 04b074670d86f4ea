"""Files are asked for where a person expects them: beside the network, else where one was last, else at home."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.window import dialogs
from app.window.asking import Asking
from app.window.settings import Settings
from engine.formats import Format

KINDS = [Format(".pt", "Weights")]


class Desk:
    """Asks, and notes where each question begins."""

    def __init__(self, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parent, self.settings, self.begun = QWidget(), Settings(folder / "settings"), list[Path]()
        qtbot.addWidget(self.parent)
        self.answer: Path | None = None
        monkeypatch.setattr(dialogs, "save_path", lambda _parent, _title, start, _kinds: self._said(start))
        monkeypatch.setattr(dialogs, "open_paths", lambda _parent, _title, start, _filters:
                            [path for path in [self._said(Path(start))] if path is not None])
        monkeypatch.setattr(dialogs, "folder_path", lambda _parent, _title, start: self._said(start))

    def _said(self, start: Path) -> Path | None:
        self.begun.append(start)
        return self.answer

    def asking(self, kind: str, beside: Path | None = None) -> Asking:
        return Asking(self.parent, self.settings, kind, beside)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(qtbot, tmp_path, monkeypatch)


def test_it_begins_beside_the_network_that_is_in_front(desk: Desk, tmp_path: Path) -> None:
    desk.settings.set_last_folder("weights", Path.home())
    asking = desk.asking("weights", tmp_path / "net.loom")
    asking.save("Save", "net.pt", KINDS)
    asking.open("Open", "*.pt")
    asking.folder("Folder")
    assert desk.begun == [tmp_path / "net.pt", tmp_path, tmp_path]
    desk.asking("weights", tmp_path / "gone" / "net.loom").open("Open", "*.pt")
    assert desk.begun[-1] == Path.home(), "its folder is not there any more"


def test_else_where_a_file_of_this_kind_was_last(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "data" / "cats").mkdir(parents=True)
    desk.answer = tmp_path / "runs" / "a.pt"
    desk.asking("weights").save("Save", "net.pt", KINDS)
    desk.answer = tmp_path / "data" / "cats"
    desk.asking("data").folder("Folder")
    desk.answer = None
    desk.asking("weights").open("Open", "*.pt")
    desk.asking("data").folder("Folder")
    desk.asking("code").save("Save", "net.py", KINDS)
    assert desk.begun == [Path.home() / "net.pt", Path.home(), tmp_path / "runs", tmp_path / "data",
                          Path.home() / "net.py"]
    assert Settings(tmp_path / "settings").last_folder("weights") == tmp_path / "runs", "at the next start too"


def test_never_in_the_folder_of_the_program(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "a.loom").touch()
    desk.asking("picture").save("Save", "net.svg", KINDS)
    desk.settings.remember(tmp_path / "nets" / "a.loom")
    desk.asking("picture").save("Save", "net.svg", KINDS)
    desk.asking("data").folder("Folder", tmp_path)
    assert desk.begun == [Path.home() / "net.svg", tmp_path / "nets" / "net.svg", tmp_path]
