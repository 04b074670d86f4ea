"""Open networks: what is asked for, what tabs and the window are called, what comes back after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from app.document.document import Document
from app.document.recovery import Recovery
from app.features.documents import Documents
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT, LOOM, load_experiment
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def tabs(window: MainWindow) -> list[str]:
    bar = window.places.documents
    return [bar.tabText(index) for index in range(bar.count())]


def test_files_are_asked_for_beside_the_last_one(window, tmp_path, monkeypatch):
    asked, paths = [], [tmp_path / name / f"{name}.loom" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(Path("resources/gallery/mlp.loom").read_bytes())
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[1:]) or paths)
    window.commands["open"].trigger()
    assert asked == [("Open a network", str(Path.home()), "Layerloom (*.loom);;Python (*.py);;Notebook (*.ipynb)")]
    assert [page.document.path for page in window.pages] == [None, *paths] and window.page is window.pages[-1]
    assert window.settings.recent == [str(path) for path in reversed(paths)]
    assert [window.places.documents.tabToolTip(index) for index in range(3)] == ["", *map(str, paths)]
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[1:]))
    window.places.documents.setCurrentIndex(0)
    window.page.view.append("ReLU")
    window.commands["save"].trigger()
    assert asked[1:] == [("Save the network", tmp_path / "one" / "lenet.loom", [LOOM])]
    assert window.page.document.dirty and tabs(window) == ["lenet.loom  •", "one.loom", "two.loom"]


def test_save_as_asks_for_another_name_and_the_file_is_written_there(window, tmp_path, monkeypatch):
    asked, document = [], window.page.document
    first, second = tmp_path / "first.loom", tmp_path / "second.loom"
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2]) or first)
    window.commands["save_as"].trigger()
    assert document.path == first and window.windowTitle() == "first — Layerloom"
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2]) or second)
    window.commands["save_as"].trigger()
    assert asked == [Path.home() / "lenet.loom", first] and document.path == second
    window.page.view.append("ReLU")
    window.commands["save"].trigger()  # asks no more
    assert len(asked) == 2 and not document.dirty and load_experiment(second) == document.experiment
    assert load_experiment(first) != document.experiment
    assert window.settings.recent == [str(second), str(first)]


def test_the_window_is_called_by_the_network_in_front(window):
    assert window.windowTitle() == "lenet — Layerloom"
    window.commands["new"].trigger()
    assert window.windowTitle() == "untitled — Layerloom" and tabs(window) == ["lenet.loom", "untitled.loom"]
    window.commands["start"].trigger()
    assert window.windowTitle() == "Layerloom" and window.page is None
    assert tabs(window) == ["lenet.loom", "untitled.loom"]
    window.places.documents.tabBarClicked.emit(1)  # the one that was in front
    assert window.page is window.pages[1] and window.windowTitle() == "untitled — Layerloom"
    window.places.documents.setCurrentIndex(0)
    assert window.page is window.pages[0] and window.windowTitle() == "lenet — Layerloom"
    window.places.documents.setCurrentIndex(1)
    window.commands["close"].trigger()
    assert tabs(window) == ["lenet.loom"] and window.page is window.pages[0]


@pytest.mark.parametrize(("answer", "path", "closed"), [
    ("Save", "kept.loom", True), ("Save", "no folder/kept.loom", False), ("Save", None, False)])
def test_what_is_saved_when_it_is_closed_is_on_the_disk_first(window, tmp_path, monkeypatch, answer, path, closed):
    window.page.view.append("ReLU")
    experiment, asked = window.page.document.experiment, []
    default = lambda box: box.standardButton(box.defaultButton()).name  # noqa: E731
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(
        (box.windowTitle(), box.text(), default(box))) or QMessageBox.StandardButton[answer])
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path and tmp_path / path)
    assert window.close_page(0) is closed
    assert asked == [("Unsaved changes", "Save the changes to “lenet”?", "Save")]
    assert (window.pages == []) is closed
    assert not closed or load_experiment(tmp_path / path) == experiment


def test_a_window_with_changes_shows_what_it_asks_about_and_stays_when_that_is_cancelled(window, monkeypatch):
    window.page.view.append("ReLU")
    first = window.page
    window.feature(Documents).open("gallery:mlp")
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _: shown.append(window.page) or QMessageBox.StandardButton.Cancel)
    assert not window.close()
    assert shown == [first] and window.isVisible()


def test_a_file_that_is_no_network_is_said_and_not_remembered(window, tmp_path):
    (tmp_path / "torn.loom").write_text("{")
    window.feature(Documents).open(str(tmp_path / "torn.loom"))
    assert "torn.loom" in window.page.notice.text.text()
    assert len(window.pages) == 1 and window.settings.recent == []


# -- after a crash --------------------------------------------------------------------------------------------------


@pytest.fixture
def left(qapp, tmp_path) -> Path:
    """A folder with settings in which a killed process left unsaved work."""
    document = Document.open("gallery:mlp")
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))
    folder = Settings(tmp_path / "layerloom").recovery
    Recovery(folder).keep(document)
    (copy,) = folder.iterdir()
    copy.rename(folder / "999999999-5-abc.json")
    return tmp_path / "layerloom"


def test_unsaved_work_is_opened_in_the_place_of_the_network_that_opens_by_itself(left, qtbot):
    with opened(qtbot, left, DEFAULT, torch=False) as window:
        [page] = window.pages
        assert "fc2" not in page.scene.cards and page.document.dirty and tabs(window) == ["mlp.loom  •"]
        assert page.notice.text.text() == "Unsaved changes to “mlp” were recovered"
        page.document.save(left / "kept.loom")
        assert list(window.settings.recovery.iterdir()) == [], "it is on the disk now"


def test_a_network_of_the_gallery_that_was_asked_for_comes_after_it(left, qtbot):
    with opened(qtbot, left, "gallery:lenet", torch=False) as window:
        assert [page.document.name for page in window.pages] == ["mlp", "lenet"]


def test_a_file_that_was_asked_for_comes_after_it_and_what_is_given_up_is_forgotten(left, qtbot, monkeypatch):
    path = left / "asked.loom"
    path.write_bytes(Path("resources/gallery/lenet.loom").read_bytes())
    with opened(qtbot, left, str(path), torch=False) as window:
        assert tabs(window) == ["mlp.loom  •", "asked.loom"]
        monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.Discard)
        assert len(list(window.settings.recovery.iterdir())) == 1
        assert window.close_page(0) and list(window.settings.recovery.iterdir()) == []
