"""A person's own files: which can be chosen, and what they become."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.document.document import Document
from app.features.data import Data
from app.features.data_files import DataFiles
from app.features.documents import Documents
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.data.sources import SOURCES, source_for
from engine.data.spec import reading
from tests.app.windows import opened
from tests.engine.data.data_cases import SUFFIXES, own_file


@pytest.fixture
def files(qtbot: QtBot) -> Iterator[DataFiles]:
    window = QWidget()
    qtbot.addWidget(window)
    front = Document.open("gallery:mlp")
    files = DataFiles(window, Settings(), lambda: front)
    yield files
    files.finish()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_file_that_the_terminal_takes_is_data(suffix: str, files: DataFiles, qtbot: QtBot,
                                                    tmp_path: Path) -> None:
    own = own_file(tmp_path / f"numbers{suffix}")
    with qtbot.waitSignal(files.described, timeout=20_000) as told:
        files.open(own)
    _, spec, field = told.args
    assert (spec.source, spec.sample_shape, spec.path, field) == (source_for(own), (2,), str(own), "path")


def test_what_can_be_no_data_is_said(files: DataFiles, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.assertNotEmitted(files.described, wait=200), qtbot.waitSignal(files.refused) as told:
        files.open(tmp_path / "picture.png")
    assert str(told.args[1]) == f"{tmp_path / 'picture.png'} can be no data"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("suffix", [*SUFFIXES, ""])
def test_a_name_that_no_network_can_keep_is_said(suffix: str, files: DataFiles, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / f"sur\udcff{suffix}"
    if suffix:
        own_file(tmp_path / f"a{suffix}").rename(bad)
    else:
        bad.mkdir()
    with qtbot.assertNotEmitted(files.described, wait=50), qtbot.waitSignal(files.refused) as told:
        files.open(bad)
    assert str(told.args[1]) == f"“sur?{suffix}”: this name holds signs that cannot be kept. Rename it"


@pytest.mark.parametrize("id", [source.id for source in SOURCES.values() if source.own is not None])
def test_a_source_asks_for_what_it_takes(id: str, files: DataFiles, qtbot: QtBot, tmp_path: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    (tmp_path / "nothing").mkdir()
    monkeypatch.setattr(dialogs, "folder_path", lambda _parent, title, _start: asked.append((title, "")) or tmp_path)
    monkeypatch.setattr(dialogs, "open_paths", lambda _parent, title, _folder, filters:
                        asked.append((title, filters)) or [tmp_path / f"gone{own.suffixes[0]}"])
    own = SOURCES[id].own
    assert own is not None
    with qtbot.waitSignal(files.refused, timeout=20_000):  # there is nothing of the kind
        files.choose(id)
    filters = f"{own.heading} (*{' *'.join(own.suffixes)})" if own.suffixes else ""
    assert asked == [(own.heading, filters)]


# -- in the window ----------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        yield window


class Slow:
    """Reading that lasts until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._go, read = Event(), reading.described
        monkeypatch.setattr(reading, "described", lambda *asked: self._go.wait(20) and read(*asked))

    def end(self, qtbot: QtBot) -> None:
        """Let go, and wait until nothing more can be told."""
        self._go.set()
        qtbot.wait(500)


def test_a_file_belongs_to_the_network_that_it_was_given_to(window: MainWindow, qtbot: QtBot, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    slow, mine = Slow(monkeypatch), window.page.document
    window.feature(Data).files.open(own_file(tmp_path / "numbers.csv"))
    window.feature(Documents).open("gallery:lenet")
    other = window.page.document
    with qtbot.waitSignal(mine.changed, timeout=20_000):
        slow.end(qtbot)
    assert mine.experiment.data.path == str(tmp_path / "numbers.csv") and mine.dirty
    assert other.experiment.data.path == "" and not other.dirty


def test_what_is_edited_while_a_file_is_read_stays(window: MainWindow, qtbot: QtBot, tmp_path: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    slow, document, files = Slow(monkeypatch), window.page.document, window.feature(Data).files
    files.open(own_file(tmp_path / "numbers.csv"))
    files.change(document.experiment.data.with_options(validation=0.25), "validation")
    slow.end(qtbot)
    assert (document.experiment.data.validation, document.experiment.data.path) == (0.25, "")


def test_a_file_that_is_read_after_its_network_was_closed_is_nobody_s(window: MainWindow, qtbot: QtBot, tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    window.feature(Documents).open("gallery:lenet")
    window.feature(Data).files.open(own_file(tmp_path / "numbers.csv"))
    window.close_page(1)
    slow.end(qtbot)
    assert [page.document.dirty for page in window.pages] == [False]
