"""The library: what the data panel is told of data of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.features.library import Library
from app.window.settings import Settings
from engine.data.spec.spec import DataSpec
from tests.engine.data.data_cases import mnist_files


@pytest.fixture
def library(qtbot: QtBot, tmp_path: Path) -> Iterator[Library]:
    window = QWidget()
    qtbot.addWidget(window)
    settings = Settings()
    settings.data_root = tmp_path / "data"
    library = Library(window, settings)
    yield library
    library.finish()


def pets(folder: Path, count: int = 12) -> DataSpec:
    for index in range(count):
        path = folder / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((9, 9, 3), index, np.uint8)).save(path)
    (folder / "a" / "broken.png").write_bytes(b"?")
    return DataSpec(dataset="folder", path=str(folder))


def answers(library: Library, qtbot: QtBot, spec: DataSpec) -> tuple[Any, Any]:
    """What is told of these data by ``shown`` and ``described``."""
    with (qtbot.waitSignal(library.shown, timeout=20_000) as shown,
          qtbot.waitSignal(library.described, timeout=20_000) as described):
        library.show(spec)
    return shown.args[0], described.args[0]


def test_images_come_with_samples_and_statistics(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    shown, statistics = answers(library, qtbot, pets(tmp_path / "pets"))
    assert len(shown.samples) == shown.train and shown.train + shown.validation + shown.test == 12
    pixels, *size, label = shown.samples[0]
    assert size == [3, 9, 9] and len(pixels) == 243 and label in "ab"
    assert statistics.spec.classes == ("a", "b") and statistics.spec.sample_shape == (3, 9, 9)
    assert [skipped.path for skipped in statistics.skipped] == [str(Path("a") / "broken.png")]
    assert not library.is_missing
    with qtbot.assertNotEmitted(library.shown, wait=300):  # what was found makes them no other data
        library.show(statistics.spec)


def test_a_table_comes_with_its_preview(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{index},{index / 3}\n" for index in range(20)))
    shown, statistics = answers(library, qtbot, DataSpec(dataset="table", path=str(tmp_path / "a.csv")))
    assert shown.samples == [] and shown.train + shown.validation + shown.test == 20
    assert [column.name for column in statistics.preview.columns] == ["x", "y"]


def test_made_data_need_nothing(library: Library, qtbot: QtBot) -> None:
    with qtbot.waitSignal(library.described, timeout=20_000) as told:
        library.show(DataSpec(dataset="linear"))
    assert told.args[0].truth["bias"] == [4.2]


@pytest.mark.parametrize(("options", "reason"), [
    ({"dataset": "folder"}, "Choose a folder of images first"), ({"dataset": "table"}, "Choose a file first"),
    ({"dataset": "tensors", "path": "nowhere.npz"}, "nowhere.npz is not there"),
])  # fmt: skip
def test_what_is_wrong_with_own_files_is_said_in_their_place(options: dict[str, str], reason: str, library: Library,
                                                             qtbot: QtBot) -> None:
    with qtbot.waitSignal(library.missing, timeout=20_000) as told, qtbot.assertNotEmitted(library.failed):
        library.show(DataSpec.model_validate(options))
    assert reason in told.args[0]
    assert library.is_missing and not library.can_download


def test_missing_data_are_said_with_the_folder(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(library.missing) as told:
        library.show(DataSpec(dataset="cifar10"))
    assert told.args[0] == f"CIFAR-10 is not in this folder: {tmp_path / 'data'}"
    assert library.is_missing and library.can_download


def test_downloaded_data_are_found_after_all(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    mnist_files(tmp_path / "data")
    with qtbot.waitSignal(library.shown, timeout=20_000) as told:
        library.download()  # there is nothing left to fetch
    assert (told.args[0].train, told.args[0].test) == (18, 10)


def test_only_the_latest_question_is_answered(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    answers: list[str] = []
    library.described.connect(lambda statistics: answers.append(statistics.spec.dataset))
    library.show(pets(tmp_path / "pets", 200))
    library.show(DataSpec(dataset="edges"))
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    qtbot.wait(300)
    assert answers == ["edges"]


def test_reading_many_files_can_be_cancelled_and_begun_again(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    spec = pets(tmp_path / "pets", 200)
    with qtbot.waitSignal(library.missing, timeout=20_000) as told:
        library.show(spec)
        library.cancel()
    assert told.args[0] == "Reading Image folder was stopped."
    with qtbot.waitSignals([library.downloading, library.shown], timeout=20_000):
        library.download()
