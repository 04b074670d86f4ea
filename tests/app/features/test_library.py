"""The library: what the data panel is told of data of every kind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.features.library import Library
from app.window import dialogs
from app.window.settings import Settings
from engine.data.fetching.folder import data_folder
from engine.data.spec.spec import DataSpec
from engine.messages import LayerloomError
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


def test_reading_many_files_can_be_cancelled_and_begun_again(library: Library, qtbot: QtBot, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    spec = pets(tmp_path / "pets", 200)
    with qtbot.waitSignal(library.missing, timeout=20_000) as told:
        library.show(spec)
        library.cancel()
    assert told.args[0] == "Reading Image folder was stopped."
    monkeypatch.setattr("app.features.library.AT_ONCE", 0.0)
    with qtbot.waitSignals([library.downloading, library.shown], timeout=20_000):
        library.download()


# -- fetching -------------------------------------------------------------------------------------------------------


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is fetched instead of being downloaded, step by step; an error is raised."""
    steps: list[Any] = []

    def fetch(_files: object, _root: object) -> Iterator[Any]:
        for step in steps:
            if isinstance(step, Exception):
                raise step
            yield step

    monkeypatch.setattr("engine.data.fetching.download.fetch", fetch)
    return steps


def test_a_download_is_seen_and_what_it_brought_is_shown(library: Library, qtbot: QtBot, tmp_path: Path,
                                                         fetched: list[Any]) -> None:
    told: list[tuple[object, ...]] = []
    library.downloading.connect(lambda *step: told.append(step))
    fetched += [SimpleNamespace(done=3, total=10), SimpleNamespace(done=10, total=10)]
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    with qtbot.waitSignal(library.missing, timeout=20_000):  # the fetcher has written nothing: it is looked for anew
        library.download()
        library.download()  # once is enough
    qtbot.waitUntil(lambda: told == [("Downloading MNIST", *step) for step in ((0, 0), (3, 10), (10, 10))])
    mnist_files(tmp_path / "data")
    fetched.clear()
    with qtbot.waitSignal(library.shown, timeout=20_000):
        library.download()
    assert not library.is_missing


def test_a_download_that_fails_is_said_once_and_can_be_begun_again(library: Library, qtbot: QtBot,
                                                                   fetched: list[Any]) -> None:
    failed: list[str] = []
    library.failed.connect(lambda message: failed.append(str(message)))
    fetched.append(LayerloomError("no line"))
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    for count in (1, 2):
        with qtbot.waitSignals([library.failed, library.missing], timeout=20_000):
            library.download()
        assert failed == ["no line"] * count


def test_a_download_that_is_cancelled_says_nothing(library: Library, qtbot: QtBot,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def endless(*_: object) -> Iterator[Any]:
        while True:
            begun.set()
            yield SimpleNamespace(done=1, total=10)

    monkeypatch.setattr("engine.data.fetching.download.fetch", endless)
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    with qtbot.waitSignal(library.missing, timeout=20_000), qtbot.assertNotEmitted(library.failed):
        library.download()
        assert begun.wait(20)
        library.cancel()


def test_a_download_that_fails_after_it_was_cancelled_says_nothing(library: Library, qtbot: QtBot,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def failing(*_: object) -> Iterator[Any]:
        begun.set()
        assert cancelled.wait(20)
        yield from ()
        raise LayerloomError("no line")

    monkeypatch.setattr("engine.data.fetching.download.fetch", failing)
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    with qtbot.waitSignal(library.missing, timeout=20_000), qtbot.assertNotEmitted(library.failed):
        library.download()
        assert begun.wait(20)
        library.cancel()
        cancelled.set()


# -- the folder -----------------------------------------------------------------------------------------------------


def test_another_folder_is_asked_for_and_looked_into(library: Library, qtbot: QtBot, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    with qtbot.waitSignal(library.missing):
        library.show(DataSpec(dataset="mnist"))
    monkeypatch.setattr(dialogs, "folder_path", lambda _parent, *given: asked.append(given))
    with qtbot.assertNotEmitted(library.missing, wait=50):
        library.choose_folder()
    assert asked == [("Folder with data sets", tmp_path / "data")]
    mnist_files(tmp_path / "other")
    monkeypatch.setattr(dialogs, "folder_path", lambda *_: tmp_path / "other")
    with qtbot.waitSignal(library.shown, timeout=20_000):
        library.choose_folder()
    assert library.is_missing is False and Settings().data_root == tmp_path / "other"


def test_a_folder_whose_name_cannot_be_kept_is_not_taken(library: Library, qtbot: QtBot, tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "folder_path", lambda *_: tmp_path / "d\udcff" / "data")
    with qtbot.waitSignal(library.failed) as told:
        library.choose_folder()
    assert str(told.args[0]) == "“d?”: this name holds signs that cannot be kept. Rename it"
    assert Settings().data_root == tmp_path / "data"


def test_without_a_folder_of_one_s_own_it_is_only_said_that_they_are_missing(qtbot: QtBot,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    window, asked = QWidget(), []
    qtbot.addWidget(window)
    library = Library(window, Settings())
    library.reload()
    library.download()
    library.cancel()
    assert not library.can_download and not library.is_missing, "nothing was asked for"
    with qtbot.waitSignal(library.missing) as told:
        library.show(DataSpec(dataset="mnist"))
    assert told.args[0] == "MNIST is not on this computer yet."
    monkeypatch.setattr(dialogs, "folder_path", lambda _parent, *given: asked.append(given))
    library.choose_folder()
    assert asked == [("Folder with data sets", data_folder())]
    library.finish()


def test_what_cannot_be_made_of_known_data_is_an_error(library: Library, qtbot: QtBot, tmp_path: Path) -> None:
    for path in mnist_files(tmp_path / "data").rglob("*ubyte"):
        path.write_bytes(b"torn")
    with qtbot.waitSignal(library.failed, timeout=20_000) as told, qtbot.assertNotEmitted(library.missing):
        library.show(DataSpec(dataset="mnist"))
    assert str(told.args[0])
