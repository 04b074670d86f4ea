"""A person's own files: which can be chosen, and what they become."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.features.data_files import DataFiles
from app.window import dialogs
from app.window.settings import Settings
from engine.data.sources import SOURCES, source_for
from engine.data.spec.spec import DataSpec
from tests.engine.data.data_cases import SUFFIXES, own_file


@pytest.fixture
def files(qtbot: QtBot) -> Iterator[DataFiles]:
    window = QWidget()
    qtbot.addWidget(window)
    files = DataFiles(window, Settings(), DataSpec)
    yield files
    files.finish()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_file_that_the_terminal_takes_is_data(suffix: str, files: DataFiles, qtbot: QtBot,
                                                    tmp_path: Path) -> None:
    own = own_file(tmp_path / f"numbers{suffix}")
    with qtbot.waitSignal(files.described, timeout=20_000) as told:
        files.open(own)
    spec, field = told.args
    assert (spec.source, spec.sample_shape, spec.path, field) == (source_for(own), (2,), str(own), "path")


def test_what_can_be_no_data_is_left(files: DataFiles, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.assertNotEmitted(files.described, wait=200), qtbot.assertNotEmitted(files.refused):
        files.open(tmp_path / "picture.png")


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
