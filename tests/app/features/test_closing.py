"""Closing asks exactly when something would be lost, and what is answered happens."""

from __future__ import annotations

import errno
import gc
import re
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox

from app.features.code_layers import CodeLayers
from app.features.documents import Documents
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.experiment.experiment import load_experiment
from engine.files import WriteError
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.app.windows import opened

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ANSWERS = QMessageBox.StandardButton
KEYS = {"save": (Qt.Key.Key_S, CTRL), "save_as": (Qt.Key.Key_S, CTRL | SHIFT), "undo": (Qt.Key.Key_Z, CTRL),
        "redo": (Qt.Key.Key_Y, CTRL), "close": (Qt.Key.Key_W, CTRL)}  # fmt: skip


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


class Person:
    """Answers what is asked, and remembers the questions: what was said, and which network was in front."""

    def __init__(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window, self.answer = window, ANSWERS.Cancel
        self.asked: list[str] = []
        self.in_front: list[str] = []
        self.file: Path | None = None  # that is chosen where one is asked for
        self.meanwhile: Callable[[], object] = lambda: None  # done by the program while one thinks
        monkeypatch.setattr(QMessageBox, "exec", lambda box: self._answer(box))
        monkeypatch.setattr("app.window.dialogs.save_path", lambda *_: self.file)

    def _answer(self, box: QMessageBox) -> ANSWERS:
        assert box.standardButtons() == ANSWERS.Save | ANSWERS.Discard | ANSWERS.Cancel
        assert box.defaultButton() is box.button(ANSWERS.Save), "a key pressed too fast loses nothing"
        self.asked.append(box.text())
        if len(self.asked) == 1:
            self.meanwhile()
        self.in_front.append(self.window.page.document.name)
        return self.answer

    def does(self, *acts: str) -> None:
        """Edits by the palette, all else by keys."""
        for act in acts:
            if act == "edit":
                self.window.page.view.append("ReLU")
            else:
                QTest.keyClick(QApplication.focusWidget() or self.window, *KEYS[act])


@pytest.fixture
def person(window, monkeypatch, tmp_path) -> Person:
    person = Person(window, monkeypatch)
    person.file = tmp_path / "mine.loom"
    return person


ASKS = {
    "": False, "edit": True, "edit undo": False, "edit undo redo": True, "edit save": False, "edit save edit": True,
    "edit save edit undo": False, "edit save undo": True, "edit save undo redo": False, "edit save undo edit": True,
    "edit save undo edit undo": True, "edit save undo edit save": False, "edit save_as": False,
    "edit save edit save_as": False, "edit save edit save_as undo": True,
}  # fmt: skip


def test_it_asks_exactly_when_the_file_holds_something_else(person):
    asked = {}
    for acts in ASKS:
        person.window.feature(Documents).open("gallery:lenet")
        count, person.answer, person.asked = len(person.window.pages), ANSWERS.Cancel, []
        person.does(*acts.split(), "close")
        asked[acts] = bool(person.asked)  # and no repair of the closed network is shown in the next one
        name = "mine" if "save" in acts else r"lenet(-\d+)?"
        assert len(person.asked) == asked[acts]
        assert all(re.fullmatch(f"Save the changes to “{name}”\\?", words) for words in person.asked)
        assert len(person.window.pages) == count - (not asked[acts]), "Cancel leaves it open"
        person.answer = ANSWERS.Discard
        person.does(*["close"] * asked[acts])
        assert len(person.window.pages) == count - 1
    assert asked == ASKS


def test_what_is_still_being_typed_would_be_lost_too(person):
    page = person.window.page
    page.scene.select(["fc1"])
    field = next(line for line in person.window.places.inspector.findChildren(QLineEdit) if line.text() == "120")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "90")
    assert not page.document.dirty
    person.does("close")
    assert len(person.asked) == 1 and page.document.experiment.graph.nodes["fc1"].layer.out_features == 90


@pytest.mark.parametrize(("answer", "closes"), [("Discard", True), ("Cancel", False)])
def test_discard_and_cancel_write_nothing(person, answer, closes):
    person.does("edit", "save", "edit")
    written = person.file.read_bytes()
    person.answer = ANSWERS[answer]
    person.does("close")
    assert (person.window.pages == []) is closes and person.file.read_bytes() == written


def test_save_writes_what_is_shown_and_closes(person):
    person.does("edit", "save", "edit")
    last, person.answer, person.file = person.window.page.document.experiment, ANSWERS.Save, None
    path = person.window.page.document.path
    person.does("close")
    assert person.window.pages == [] and load_experiment(path) == last, "where it came from: nobody is asked"


@pytest.mark.parametrize("chosen", [True, False])
def test_save_asks_where_if_it_has_no_file_and_without_an_answer_it_stays_open(person, tmp_path, chosen):
    person.does("edit")
    last, person.answer = person.window.page.document.experiment, ANSWERS.Save
    person.file = tmp_path / "new.loom" if chosen else None
    person.does("close")
    assert (person.window.pages == []) is chosen
    assert [load_experiment(path) for path in tmp_path.glob("*.loom")] == [last] * chosen


def test_what_cannot_be_saved_stays_open(person, monkeypatch):
    def full(_experiment: object, path: Path) -> None:
        raise WriteError("{path} could not be written: no space left on device. Nothing was changed.", path=path)

    person.does("edit", "save", "edit")
    monkeypatch.setattr("app.document.document.save_experiment", full)
    person.answer = ANSWERS.Save
    person.does("close")
    assert person.window.page.document.dirty and "no space left" in person.window.page.notice.text.text()


# -- the window -------------------------------------------------------------------------------------------------------


def test_the_window_asks_about_each_network_that_would_be_lost_and_shows_it(person):
    window, documents = person.window, person.window.feature(Documents)
    person.does("edit")
    documents.open("gallery:mlp")
    documents.open("gallery:softmax")
    person.does("edit")
    documents.open("gallery:linreg")
    documents.autosave.timeout.emit()
    assert not window.close() and window.isVisible(), "Cancel"
    assert person.in_front == ["lenet"]
    person.answer, person.in_front = ANSWERS.Discard, []
    assert len(list(window.settings.recovery.glob("*.json"))) == 2
    assert window.close() and not window.isVisible()
    assert person.in_front == ["lenet", "softmax"] and list(window.settings.recovery.glob("*.json")) == []


def test_a_copy_is_kept_some_time_after_an_edit(window, person, qtbot):
    timer = window.feature(Documents).autosave
    assert timer.interval() == 2000
    timer.stop()
    timer.setInterval(1)
    person.does("edit")
    qtbot.waitUntil(lambda: len(list(window.settings.recovery.glob("*.json"))) == 1)
    assert not timer.isActive(), "not again without an edit"


def test_that_no_copy_can_be_kept_is_said_once_and_not_over_what_must_be_answered(window, person, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", refuse)
    notice, documents = window.page.notice, window.feature(Documents)
    person.does("edit")
    notice.show_message("Which one?", "info", [("Mine", lambda: None)])
    documents.autosave.timeout.emit()
    assert notice.text.text() == "Which one?"
    notice.buttons[0].click()
    words = "Unsaved work cannot be kept aside: read-only file system. Save it"
    assert (notice.text.text(), notice.property("tone"), notice.isVisible()) == (words, "error", True)
    notice.dismiss()
    person.does("edit")
    documents.autosave.timeout.emit()
    assert not notice.isVisible(), "once"


def test_the_reason_is_told_where_only_the_copy_cannot_be_written(window, person, monkeypatch):
    monkeypatch.setattr("engine.files.tempfile.mkstemp", refuse)
    person.does("edit")
    window.feature(Documents).autosave.timeout.emit()
    assert window.page.notice.text.text() == "Unsaved work cannot be kept aside: read-only file system. Save it"


def refuse(*_: object, **_named: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_what_was_given_up_on_purpose_does_not_come_back(person):
    window, documents = person.window, person.window.feature(Documents)
    person.does("edit")
    documents.autosave.timeout.emit()
    assert len(list(window.settings.recovery.glob("*.json"))) == 1
    person.does("close")
    assert len(list(window.settings.recovery.glob("*.json"))) == 1, "it is still open"
    person.answer = ANSWERS.Discard
    person.does("close")
    assert list(window.settings.recovery.glob("*.json")) == []


# -- what one would not think of --------------------------------------------------------------------------------------


def test_close_on_the_start_page_closes_nothing_that_one_does_not_see(window, person):
    window.show_start()
    window.commands["close"].trigger()
    assert len(window.pages) == 1 and not person.asked


def test_two_tabs_cannot_be_one_file(window, person):
    person.does("save_as")
    window.feature(Documents).open("gallery:mlp")
    second = window.page.document
    person.does("edit", "save_as")
    assert second.path is None and second.dirty
    assert "open in another tab" in window.page.notice.text.text()
    person.file = person.file.with_name("another.loom")
    person.does("save_as")
    assert second.path == person.file and not second.dirty


def test_code_that_is_typed_and_not_applied_is_asked_about(window, person):
    window.feature(Documents).open("gallery:centered")
    name = next(name for name, node in window.page.level.graph.nodes.items() if isinstance(node.layer, Code))
    window.page.open(name)
    area = window.feature(CodeLayers).panel.area
    area.setFocus()
    QTest.keyClicks(area, "# mine")
    window.close_page(1)
    assert len(person.asked) == 1
    assert window.page.level.graph.nodes[name].layer.source.startswith("# mine")
    window.page.document.undo()
    assert not window.page.document.dirty


def test_code_that_is_typed_goes_with_its_network(window, person):
    window.feature(Documents).open("gallery:centered")
    mine = window.page
    name = next(name for name, node in mine.level.graph.nodes.items() if isinstance(node.layer, Code))
    mine.open(name)
    area = window.feature(CodeLayers).panel.area
    area.setFocus()
    QTest.keyClicks(area, "# mine")
    window.turn_to(0)
    assert mine.level.graph.nodes[name].layer.source.startswith("# mine") and mine.document.dirty
    assert not window.page.document.dirty


def test_nothing_of_a_closed_network_stays(window, qtbot):
    """Neither in memory nor under what is done next."""
    for command in ("heat_params", "minimap", "find", "find_next"):
        window.commands[command].trigger()
    window.feature(Documents).open("gallery:mlp")
    closed = weakref.ref(window.pages[0].document)
    window.close_page(0)
    for command in ("heat_none", "heat_memory", "minimap", "find", "find_next", "next_problem", "source"):
        window.commands[command].trigger()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.wait(50)
    gc.collect()
    assert closed() is None
    assert window.page.scene.cards["fc1"].face.heat_text


def test_a_comment_that_is_being_written_is_asked_about(window, person):
    page = window.page
    page.scene.select(["conv1", "act1"])
    QTest.keyClick(page.view, Qt.Key.Key_C)
    QTest.keyClicks(QApplication.focusWidget(), "the stem")
    person.does("close")
    assert len(person.asked) == 1 and [frame.text for frame in page.document.experiment.graph.frames] == ["the stem"]


@pytest.mark.parametrize("what", ["comment", "code", "option"])
def test_what_is_being_written_is_saved(window, person, what):
    window.feature(Documents).open("gallery:centered")
    page = window.page
    name = next(name for name, node in page.level.graph.nodes.items() if isinstance(node.layer, Code))
    if what == "comment":
        page.scene.select([name])
        QTest.keyClick(page.view, Qt.Key.Key_C)
    elif what == "code":
        page.open(name)
        window.feature(CodeLayers).panel.area.setFocus()
    else:
        page.scene.select([name])
        window.places.inspector.findChild(QLineEdit).setFocus()
        QApplication.focusWidget().selectAll()
    writing = window.focusWidget()
    QTest.keyClicks(QApplication.focusWidget(), "mine")
    person.does("save")
    assert not page.document.dirty and "mine" in person.file.read_text()
    assert window.focusWidget() is (page.view if what == "comment" else writing), "one can go on"
    window.close_page(1)
    assert not person.asked


def test_a_file_is_one_tab_by_whatever_path_it_is_opened(window, person, tmp_path):
    person.does("save")
    (tmp_path / "way").symlink_to(tmp_path, target_is_directory=True)
    window.feature(Documents).open(str(tmp_path / "way" / "mine.loom"))
    assert len(window.pages) == 1


def test_nothing_of_the_last_network_stays(window, qtbot):
    for tab in range(window.places.bottom.count()):
        if window.places.bottom.isTabVisible(tab):
            window.places.bottom.setCurrentIndex(tab)
    window.page.scene.select(["conv1"])
    closed = weakref.ref(window.page.document)
    window.close_page(0)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.wait(50)
    gc.collect()
    assert closed() is None


def in_two_levels(window: MainWindow) -> tuple[str, str]:
    """A Code layer and a block with a layer of the same name; their names."""
    inner = Graph.of([Node("input", Input()), Node("code1", Linear(out_features=3))], [Edge("input", "code1")])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("code1", Code()), Node("b", Custom(graph=inner))],
                     [Edge("input", "code1"), Edge("code1", "b")])
    window.page.document.edit_graph("Draw", graph)
    return "code1", "b"


@pytest.mark.parametrize("then", ["save", "close", "turn"])
def test_code_goes_to_its_own_layer_whatever_level_is_shown(window, person, then):
    name, block = in_two_levels(window)
    page = window.page
    page.open(name)
    area = window.feature(CodeLayers).panel.area
    area.setFocus()
    QTest.keyClicks(area, "# mine")
    page.open(block)
    if then == "turn":
        window.feature(Documents).open("gallery:mlp")
    else:
        person.does(then)
    graph = page.document.experiment.graph
    assert graph.nodes[name].layer.source.startswith("# mine")
    assert graph.nodes[block].layer.graph.nodes[name].layer == Linear(out_features=3)


def test_what_changes_while_one_is_asked_is_asked_about_too(window, person):
    window.feature(Documents).open("gallery:mlp")
    first, second = (page.document for page in window.pages)
    person.answer = ANSWERS.Discard
    window.page.view.append("ReLU")
    person.meanwhile = lambda: window.pages[0].view.append("ReLU")
    window.close()
    assert len(person.asked) == 2 and second.dirty and first.dirty and not window.isVisible()
