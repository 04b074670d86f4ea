"""Labels and buttons that shorten their words: where each line stands, what is said at rest, how they share a row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import drawn
from widgets.parts import elided as module
from widgets.parts.elided import ElidedButton, ElidedLabel, balanced, wrapped

TEXT = "one two three four five six seven"


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    stage = QWidget()
    qtbot.addWidget(stage)
    stage.resize(600, 400)
    stage.show()
    qtbot.waitExposed(stage)
    return stage


def label(stage: QWidget, lines: int, width: int, height: int) -> ElidedLabel:
    found = ElidedLabel(TEXT, lines=lines, parent=stage)
    found.resize(width, height)
    found.show()
    return found


def test_lines_stand_below_each_other_from_the_top(stage: QWidget) -> None:
    found = label(stage, 2, 140, 90)
    found.setAlignment(Qt.AlignmentFlag.AlignTop)
    metrics = found.fontMetrics()
    first, second = drawn(found)
    assert [first.text, second.text] == found.shown_lines()
    assert (first.place.topLeft().toTuple(), second.place.topLeft().toTuple()) == (
        (0, metrics.ascent()), (0, metrics.ascent() + metrics.lineSpacing()))
    assert first.pen == found.palette().color(found.foregroundRole()).name()


@pytest.mark.parametrize("lines", [1, 2])
def test_lines_stand_where_they_are_aligned(stage: QWidget, lines: int) -> None:
    found = label(stage, lines, 140, 90)
    metrics = found.fontMetrics()
    middle = (90 - lines * metrics.lineSpacing()) / 2 + metrics.ascent()
    found.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    assert [mark.place.top() for mark in drawn(found)] == [middle + at * metrics.lineSpacing() for at in range(lines)]
    assert {mark.place.left() for mark in drawn(found)} == {0}
    found.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
    for at, mark in enumerate(drawn(found)):
        assert mark.place.left() + metrics.horizontalAdvance(mark.text) == 140
        assert mark.place.top() == metrics.ascent() + at * metrics.lineSpacing()


def told(found: QWidget, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the mouse is told when it rests here."""
    said: list[str] = []
    monkeypatch.setattr(module.QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    at = QPoint(5, 5)
    QApplication.sendEvent(found, QHelpEvent(QEvent.Type.ToolTip, at, found.mapToGlobal(at)))
    return said


@pytest.mark.parametrize(("lines", "width", "said"), [
    (1, 100, [f"<qt>{TEXT}</qt>"]), (2, 90, [f"<qt>{TEXT}</qt>"]), (1, 500, []), (2, 200, [])])
def test_what_is_shortened_is_said_whole_at_rest(stage: QWidget, monkeypatch: pytest.MonkeyPatch, lines: int,
                                                 width: int, said: list[str]) -> None:
    found = label(stage, lines, width, 60)
    shown = found.shown_lines()
    assert any(line.endswith("…") for line in shown) == bool(said)
    assert lines == 1 or not shown[0].endswith("…")
    assert told(found, monkeypatch) == said


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_a_tooltip_of_its_own_comes_first(stage: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    found = label(stage, 1, 60, 60)
    found.setToolTip("Something else")
    assert told(found, monkeypatch) == []


def test_words_are_spread_over_their_lines(stage: QWidget) -> None:
    font = stage.font()
    advance = QFontMetricsF(font).horizontalAdvance

    def lines(width: float, most: int = 2) -> list[str]:
        return [TEXT[at : at + length].strip() for at, length in balanced(TEXT, font, width, most)]

    assert lines(advance(TEXT) + 1) == [TEXT], "one is enough"
    assert lines(advance("one two three four five six") + 1) == ["one two three", "four five six seven"]
    three = lines(advance("one two three four") + 1, 3)
    assert " ".join(three) == TEXT and max(map(advance, three)) <= advance("one two three four") + 1
    assert lines(advance("one") + 1) == ["one", TEXT[4:]], "what does not fit is left as it is"


def test_how_labels_and_buttons_share_a_row(stage: QWidget) -> None:
    column, row = QVBoxLayout(stage), QHBoxLayout()
    column.addLayout(row)
    one, two, button, beside = (ElidedLabel("one"), ElidedLabel("two", lines=2), ElidedButton("Do it"), QLineEdit())
    for part in (one, button, beside):
        row.addWidget(part)
    column.addWidget(two)
    column.addWidget(QWidget(), 1)
    for _ in range(2):
        QApplication.processEvents()
    assert one.width() == one.sizeHint().width() and one.height() == one.sizeHint().height()
    assert button.width() == button.sizeHint().width() and button.height() == button.sizeHint().height()
    assert two.height() == two.sizeHint().height() == 2 * two.fontMetrics().lineSpacing()
    assert two.width() > 500
    second = QHBoxLayout()
    wide, narrow = ElidedLabel("two", lines=2), ElidedLabel("one")
    second.addWidget(narrow)
    second.addWidget(wide)
    column.addLayout(second)
    for _ in range(2):
        QApplication.processEvents()
    assert narrow.width() == narrow.sizeHint().width(), "what has several lines takes the room that is left"


def test_a_button_is_painted_with_the_words_that_fit(stage: QWidget) -> None:
    button = ElidedButton("A button with many words on it", stage)
    button.resize(120, 30)
    button.show()
    plain = QPushButton(button.shown_text(), stage)
    plain.resize(120, 30)
    plain.show()
    assert button.shown_text().endswith("…")
    assert button.grab().toImage() == plain.grab().toImage()
    assert button.toolTip() == "<qt>A button with many words on it</qt>"
    button.resize(400, 30)
    assert (button.shown_text(), button.toolTip()) == (button.text(), "")
    assert button.minimumSizeHint().height() == plain.minimumSizeHint().height()


def test_a_unit_is_never_torn_at_its_slash(stage: QWidget) -> None:
    """At every width; a path that is longer than the line may be."""
    line = "best epoch 7 of 10: train loss 0.473, train acc 0.823, test acc 0.827, 35\u00a0726 examples/s on cuda:0"
    font = stage.font()
    torn = 0
    for width in range(120, 700, 7):
        pieces = [line[start : start + length] for start, length in wrapped(line, font, width, 9)]
        assert "".join(pieces) == line
        assert not any(piece.endswith("/") for piece in pieces), (width, pieces)
        torn += len(pieces)
    assert torn > 100, "it was broken somewhere"
    path = "/one/two/three/four/five/six/seven/eight"
    assert len(wrapped(path, font, 80, 9)) > 1
