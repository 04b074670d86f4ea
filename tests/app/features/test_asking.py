"""What is typed inside a block that is made from its parameters: asked about first, and never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from app.features import trainer as module
from app.features.documents import Documents
from app.features.training import Training
from app.window import dialogs
from app.window.window import MainWindow
from engine.graph.graph import Graph
from tests.app.threads import FakeThread
from tests.app.windows import CTRL, Keyboard, opened

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    """Inside a block."""
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    with opened(qtbot, tmp_path / "layerloom", "gallery:residual-small") as window:
        window.page.go(("residual1",))
        yield window
        window.feature(Training).trainer.finish()


def inside(window: MainWindow) -> Graph:
    return window.page.level.graph


def question(window: MainWindow) -> QPushButton | None:
    """The button of the question, where it is asked."""
    notice = window.page.notice
    is_asked = notice.isVisible() and [button.text() for button in notice.buttons] == ["Make it my own"]
    return notice.buttons[0] if is_asked else None


def make_own(window: MainWindow) -> None:
    """Click where the button is, which takes the keyboard there first."""
    button = question(window)
    assert button is not None
    QTest.mouseClick(window.windowHandle(), LEFT, NONE, button.mapTo(window, button.rect().center()))


def write_comment(window: MainWindow) -> None:
    page = window.page
    Keyboard(window).select("conv2")
    page.view.comments.begin(["conv2"], QPointF())
    Keyboard(window).type("mine")


def type_name(window: MainWindow) -> None:
    keys = Keyboard(window)
    keys.select("conv2")
    keys.key(Qt.Key.Key_F2)
    keys.key(Qt.Key.Key_A, CTRL)
    keys.type("convx")


def type_into(window: MainWindow, name: str, text: str) -> None:
    keys = Keyboard(window)
    keys.select("conv2")
    field = next(field for field in window.places.inspector.findChildren(QLineEdit)
                 if field.isVisible() and field.accessibleName() == name)
    QTest.mouseClick(field, LEFT)
    keys.key(Qt.Key.Key_A, CTRL)
    keys.type(text)


WRITTEN = {
    "comment": (write_comment, lambda graph: [frame.text for frame in graph.frames] == ["mine"]),
    "name": (type_name, lambda graph: "convx" in graph.nodes),
    "number": (lambda window: type_into(window, "Output channels", "24"),
               lambda graph: graph.nodes["conv2"].layer.out_channels == 24),
    "multiplier": (lambda window: type_into(window, "Learning rate ×", "0.5"),
                   lambda graph: graph.nodes["conv2"].parameters.lr_multiplier == 0.5),
}
DONE = {
    "train by key": lambda window: Keyboard(window).key(Qt.Key.Key_Return, CTRL),
    "train": lambda window: QTest.mouseClick(window.places.top.train, LEFT),
    "menu": lambda window: window.commands["train"].trigger(),
    "save": lambda window: window.commands["save"].trigger(),
    "close": lambda window: window.close_page(0),
    "quit": lambda window: window.close(),
}


# each way with two kinds of what is typed, in turns
TURNS = [(what, done) for place, what in enumerate(WRITTEN) for turn, done in enumerate(DONE) if place % 2 == turn % 2]


@pytest.mark.parametrize(("what", "done"), TURNS)
def test_nothing_is_done_before_what_is_typed_counts(window, monkeypatch, what, done):
    monkeypatch.setattr(dialogs, "save_path", lambda *_: pytest.fail("it is asked where to save it"))
    trainer, before = window.feature(Training).trainer, window.page.document.experiment
    write, is_written = WRITTEN[what]
    write(window)
    DONE[done](window)
    assert trainer.state == "idle" and window.isVisible() and len(window.pages) == 1
    assert window.page.document.experiment == before
    make_own(window)
    assert is_written(inside(window)) and window.page.notice.isHidden()


@pytest.mark.parametrize("what", WRITTEN)
def test_what_is_not_wanted_then_keeps_nobody_from_going_on(window, what):
    before = window.page.document.experiment
    WRITTEN[what][0](window)
    QTest.mouseClick(window.places.top.train, LEFT)
    QTest.mouseClick(window.page.notice.close_button, LEFT)
    QTest.mouseClick(window.places.top.train, LEFT)
    assert window.feature(Training).trainer.state == "preparing" and window.page.notice.isHidden()
    assert window.page.document.experiment == before


def test_a_question_that_stands_is_still_there_when_training_begins(window):
    keys = Keyboard(window)
    keys.select("conv2")
    keys.key(Qt.Key.Key_Right)
    assert question(window) is not None
    keys.key(Qt.Key.Key_Return, CTRL)
    assert window.feature(Training).trainer.state == "preparing"
    make_own(window)
    assert question(window) is None and window.page.document.history.undo_text is not None
    assert "counts for the next one" in window.page.notice.text.text(), "of the run that is about to begin"


@pytest.mark.parametrize("what", ["name", "number", "multiplier"])
@pytest.mark.parametrize("entered", [True, False], ids=["entered", "left"])
def test_one_press_makes_it_one_s_own(window, what, entered):
    write, is_written = WRITTEN[what]
    write(window)
    keys = Keyboard(window)
    keys.key(Qt.Key.Key_Return if entered else Qt.Key.Key_Tab)
    make_own(window)
    assert is_written(inside(window)) and window.page.notice.isHidden()


def test_what_is_one_s_own_counts_while_it_is_typed(window):
    window.page.make_own()
    type_into(window, "Learning rate ×", "0.5")
    assert inside(window).nodes["conv2"].parameters.lr_multiplier == 0.5 and question(window) is None


def test_asked_anew_the_question_keeps_its_button(window):
    """Also one that is pressed just now."""
    keys = Keyboard(window)
    keys.select("conv2")
    keys.key(Qt.Key.Key_Right)
    button = question(window)
    QTest.mousePress(button, LEFT)
    QTest.keyClick(window.page.view, Qt.Key.Key_Delete)
    assert question(window) is button
    QTest.mouseRelease(button, LEFT)
    assert "conv2" not in inside(window).nodes, "what was asked for last"
    assert window.page.notice.isHidden()


def test_the_question_comes_back_after_what_is_said_over_it_but_not_elsewhere(window):
    keys = Keyboard(window)
    keys.select("conv2")
    keys.key(Qt.Key.Key_Right)
    keys.key(Qt.Key.Key_F8)
    assert question(window) is None and window.page.notice.isVisible()
    window.page.notice.dismiss()
    assert question(window) is not None
    keys.key(Qt.Key.Key_F8)
    keys.key(Qt.Key.Key_Backspace)
    window.page.notice.dismiss()
    assert window.page.level.path == () and window.page.notice.isHidden(), "it was about what was shown"


def test_a_question_stays_on_its_network_when_another_comes_in_front(window):
    page = window.page
    type_name(window)
    window.feature(Documents).open("gallery:mlp")
    assert window.page is not page and QApplication.focusWidget() is window.page.view
    window.turn_to(0)
    make_own(window)
    assert "convx" in inside(window).nodes
