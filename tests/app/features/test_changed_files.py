"""A file that others write: nothing of either is overwritten without a word."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QTabBar

from app.document import disk
from app.document.disk import mark_of, state_of
from app.document.document import Document
from app.document.recovery import Recovery
from app.features.comparing import Comparing
from app.features.documents import Documents
from app.window import dialogs
from app.window.window import MainWindow
from engine.experiment.experiment import load_experiment, save_experiment
from engine.files import ReadError
from engine.messages import say
from tests.app.windows import opened

MINE, THEIRS = Path("resources/gallery/mlp.loom"), Path("resources/gallery/lenet.loom")
QUESTION = "mine.loom was changed outside. Which of the two shall count?"
GONE = "mine.loom is no longer there: save the network to have it again"


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "mine.loom"
    path.write_bytes(MINE.read_bytes())
    return path


@pytest.fixture
def window(qtbot, tmp_path, path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", str(path), torch=False) as window:
        yield window


def come_back() -> None:
    """The person returns to the program from another one."""
    QGuiApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def answer(window: MainWindow, words: str) -> None:
    notice = window.page.notice
    assert (notice.text.text(), notice.isVisible()) == (QUESTION, True)
    [button] = [button for button in notice.buttons if button.text() == words]
    button.click()


def test_saving_over_another_s_work_asks_and_each_answer_does_what_it_says(window, path):
    page = window.page
    page.view.append("ReLU")
    mine = page.document.experiment
    path.write_bytes(THEIRS.read_bytes())
    window.commands["save"].trigger()
    assert path.read_bytes() == THEIRS.read_bytes() and page.document.dirty
    answer(window, "Compare both")
    panel = window.feature(Comparing).panel(page)
    assert any(pair.change for pair in panel.union.pairs.values())
    panel.dismiss()
    window.commands["save"].trigger()
    answer(window, "Keep mine")
    assert load_experiment(path) == mine and not page.document.dirty
    page.view.append("ReLU")
    window.commands["save"].trigger()
    assert not page.document.dirty, "it is asked once"
    path.write_bytes(THEIRS.read_bytes())
    window.commands["save"].trigger()
    answer(window, "Take theirs")
    assert page.document.experiment.graph.nodes.keys() == load_experiment(THEIRS).graph.nodes.keys()
    assert not page.document.dirty
    page.document.undo()
    assert page.document.dirty and page.document.experiment.graph.nodes.keys() > mine.graph.nodes.keys()


def test_what_was_wrong_with_the_file_is_over_once_it_is_saved(window, path, tmp_path, monkeypatch):
    notice = window.page.notice
    window.page.view.append("ReLU")
    for name, words in (("away/mine.loom", "could not be written"), ("other.loom", "")):
        monkeypatch.setattr(dialogs, "save_path", lambda *_args, name=name: tmp_path / name)
        window.commands["save_as"].trigger()
        assert words in notice.text.text() and notice.isHidden() == (not words)
    (tmp_path / "other.loom").unlink()
    come_back()
    assert notice.text.text().startswith("other.loom is no longer there") and not notice.isHidden()
    window.commands["save"].trigger()
    assert notice.isHidden() and not window.page.document.dirty


def test_while_two_are_compared_every_button_of_the_question_can_be_clicked(window, path):
    window.resize(1400, 900)
    window.page.view.append("ReLU")
    path.write_bytes(THEIRS.read_bytes())
    window.commands["save"].trigger()
    notice, page = window.page.notice, window.page
    for width in (1400, 1250):
        answer(window, "Compare both")
        window.resize(width, 900)
        QApplication.processEvents()
        assert notice.text.text() == QUESTION
        for button in (*notice.buttons, notice.close_button):
            for corner in (button.rect().topLeft(), button.rect().bottomRight(), button.rect().center()):
                found = QApplication.widgetAt(button.mapToGlobal(corner))
                assert found is button or notice is found, (width, button.accessibleName())
    window.feature(Comparing).panel(page).dismiss()
    assert notice.isVisible() and notice.parent() is page.view
    assert abs(notice.geometry().center().x() - page.view.width() // 2) <= 1
    window.resize(1400, 900)
    QApplication.processEvents()
    assert abs(notice.geometry().center().x() - page.view.width() // 2) <= 1


def test_a_file_that_is_no_network_cannot_be_compared_and_that_is_said(window, path):
    window.page.view.append("ReLU")
    path.write_text("garbage")
    window.commands["save"].trigger()
    answer(window, "Compare both")
    notice = window.page.notice
    assert notice.property("tone") == "error" and "mine.loom" in notice.text.text() and notice.isVisible()
    assert notice.text.text() != QUESTION and window.feature(Comparing).panel(window.page) is None
    notice.dismiss()
    answer(window, "Keep mine")


def test_it_is_said_when_one_comes_back_to_the_program_and_only_once(window, path):
    notice = window.page.notice
    come_back()
    assert not notice.isVisible()
    path.write_bytes(THEIRS.read_bytes())
    come_back()
    assert notice.text.text() == QUESTION
    notice.dismiss()
    come_back()
    assert not notice.isVisible()
    path.write_bytes(b"{}")
    come_back()
    assert notice.isVisible()
    answer(window, "Take theirs")
    assert notice.text.text() != QUESTION and notice.property("tone") == "error", "what cannot be read is said"
    assert window.page.document.experiment == Document.open(str(MINE)).experiment


def test_a_page_that_comes_to_the_front_is_looked_at(window, path):
    first = window.page
    window.feature(Documents).open("gallery:lenet")
    path.write_bytes(THEIRS.read_bytes())
    come_back()
    assert not window.page.notice.isVisible()
    window.turn_to(0)
    assert first.notice.text.text() == QUESTION


def test_a_file_that_is_gone_is_written_again(window, path):
    path.unlink()
    come_back()
    assert window.page.notice.text.text() == GONE and window.page.document.dirty
    window.commands["save"].trigger()
    assert load_experiment(path) == window.page.document.experiment and not window.page.document.dirty


def forbidden(path: Path, _most: int) -> bytes:
    raise ReadError(path, say("permission denied"))


def a_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.unlink()
    path.mkdir()


def no_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(THEIRS.read_bytes())
    monkeypatch.setattr(disk, "read_bytes", forbidden)


@pytest.mark.parametrize(("change", "reason", "is_written"), [
    (a_folder, "is a directory", False), (no_permission, "permission denied", True),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_not_said_to_be_gone(change, reason, is_written, window, path, monkeypatch):
    said = f"mine.loom can no longer be read: {reason}. Save the network under another name, or in its place"
    notice, document = window.page.notice, window.page.document
    change(path, monkeypatch)
    come_back()
    assert notice.text.text() == said and document.dirty and [each.text() for each in notice.buttons] == ["Keep mine"]
    notice.dismiss()
    come_back()
    assert not notice.isVisible(), "it is said once"
    window.commands["save"].trigger()
    assert notice.text.text() == said and document.dirty, "what cannot be read is not written over without a word"
    notice.buttons[0].click()
    assert document.dirty != is_written


def test_a_file_whose_folder_does_not_tell_is_not_said_to_be_gone(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("one")
    mark = mark_of(path)

    def closed(self: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "no")

    monkeypatch.setattr(disk, "read_bytes", forbidden)
    monkeypatch.setattr(Path, "stat", closed)
    monkeypatch.setattr(Path, "lstat", closed)
    assert state_of(path, mark) == "unreadable"


def test_a_file_that_was_only_touched_or_written_alike_asks_nothing(window, path):
    os.utime(path, (1, 1))
    come_back()
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    window.page.view.append("ReLU")
    window.commands["save"].trigger()
    assert not window.page.document.dirty and not window.page.notice.isVisible()


def test_two_windows_on_one_file(window, path, qtbot, tmp_path):
    with opened(qtbot, tmp_path / "another", str(path), torch=False) as other:
        other.page.view.append("Tanh")
        other.commands["save"].trigger()
        theirs = path.read_bytes()
        window.page.view.append("ReLU")
        window.commands["save"].trigger()
        assert path.read_bytes() == theirs and window.page.document.dirty
        answer(window, "Keep mine")
        assert path.read_bytes() != theirs


def test_what_is_saved_while_closing_asks_as_well_and_stays_open(window, path, monkeypatch):
    window.page.view.append("ReLU")
    path.write_bytes(THEIRS.read_bytes())
    monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.Save)
    assert not window.close_page(0) and path.read_bytes() == THEIRS.read_bytes()
    answer(window, "Keep mine")
    assert window.close_page(0)


@pytest.mark.parametrize("content", [THEIRS.read_bytes(), b"{}", None])
@pytest.mark.parametrize("is_seen", [True, False])
def test_what_its_file_holds_no_more_is_asked_about_at_closing(window, path, monkeypatch, content, is_seen):
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box.informativeText()))
    assert not window.page.document.dirty
    path.unlink() if content is None else path.write_bytes(content)
    if is_seen:
        come_back()
    if is_seen and content == b"{}":
        answer(window, "Take theirs")
    assert not window.close_page(0) and not window.close() and len(window.pages) == 1
    assert asked == 2 * ["Its file does not hold it any more."]


def test_a_tab_behind_is_turned_to_for_what_is_asked_about_it(window, path, monkeypatch):
    first = window.page
    first.view.append("ReLU")
    window.feature(Documents).open("gallery:lenet")
    path.write_bytes(THEIRS.read_bytes())
    in_front: list[object] = []
    monkeypatch.setattr(QMessageBox, "exec",
                        lambda _: in_front.append(window.page) or QMessageBox.StandardButton.Save)
    tabs = window.places.documents
    close = tabs.tabButton(0, QTabBar.ButtonPosition.RightSide) or tabs.tabButton(0, QTabBar.ButtonPosition.LeftSide)
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert in_front == [first] and window.page is first
    answer(window, "Compare both")
    assert window.feature(Comparing).panel(first) is not None
    answer(window, "Keep mine")
    assert not first.document.dirty


def test_after_a_tab_behind_is_closed_the_one_from_before_is_in_front(window, monkeypatch):
    window.page.view.append("ReLU")
    for source in ("gallery:lenet", "gallery:alexnet"):
        window.feature(Documents).open(source)
    front = window.page
    monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.Discard)
    assert window.close_page(0) and window.page is front and window.places.documents.currentIndex() == 1


def test_what_was_said_of_a_file_is_over_when_it_is_back(window, path):
    notice, document = window.page.notice, window.page.document
    path.unlink()
    come_back()
    assert notice.text.text() == GONE and document.dirty
    path.write_bytes(MINE.read_bytes())
    come_back()
    assert notice.isHidden() and not document.dirty
    path.write_bytes(b"{}")
    come_back()
    answer(window, "Take theirs")
    assert notice.isVisible() and notice.property("tone") == "error" and document.dirty
    path.write_bytes(MINE.read_bytes())
    come_back()
    assert notice.isHidden() and not document.dirty
    window.page.view.append("ReLU")
    path.unlink()
    come_back()
    assert notice.text.text() == GONE, "it is said again"
    path.write_bytes(MINE.read_bytes())
    come_back()
    assert notice.isHidden() and document.dirty, "what was edited is still on no disk"
    path.write_bytes(THEIRS.read_bytes())
    window.commands["save"].trigger()
    assert notice.text.text() == QUESTION and notice.isVisible()
    path.write_bytes(MINE.read_bytes())
    come_back()
    assert notice.isHidden() and document.dirty


def test_unsaved_work_that_comes_back_knows_what_its_file_held(qapp, path, tmp_path):
    document = Document.open(str(path))
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))
    folder = tmp_path / "recovery"
    Recovery(folder).keep(document)
    [copy] = folder.iterdir()
    gone = copy.rename(folder / "999999999-5-abc.json")
    save_experiment(load_experiment(THEIRS), path)
    [recovered] = Recovery(folder).recovered()
    assert recovered.on_disk == "changed"
    [copy] = folder.iterdir()
    raw = json.loads(copy.read_text())
    del raw["held"]  # as older versions wrote it
    copy.unlink()
    gone.write_text(json.dumps(raw))
    [recovered] = Recovery(folder).recovered()
    assert recovered.on_disk == "same"


def test_a_mark_tells_content_from_time(tmp_path):
    path = tmp_path / "a"
    nothing = mark_of(path)
    assert state_of(path, nothing) == "same"
    path.write_text("one")
    mark = mark_of(path)
    assert (state_of(path, mark), state_of(path, nothing)) == ("same", "changed")
    path.write_text("two")
    assert state_of(path, mark) == "changed"
    path.unlink()
    assert state_of(path, mark) == "gone"
    path.mkdir()
    assert state_of(path, mark) == "unreadable" and str(mark_of(path).reason) == "is a directory"
