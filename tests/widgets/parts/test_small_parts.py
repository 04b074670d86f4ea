"""Small parts: tables of numbers, choices, filters, headings, shortened words, and the faces of tiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPixmap, QStandardItemModel, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from engine.units import grouped
from tests.painted import of, painted, words
from widgets.look import theme
from widgets.parts.choice import Choice
from widgets.parts.column_width import CELL, HEADING, column_width
from widgets.parts.elided import ElidedButton, ElidedLabel, balanced, wrapped
from widgets.parts.filter_line import FilterLine
from widgets.parts.number_table import LONGEST, NumberTable
from widgets.parts.section import Section, heading
from widgets.parts.tiles import PAD, PICTURE_HEIGHT, Card, RecentFile

DARK = theme.DARK
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    theme.apply(QApplication.instance(), DARK)
    stage = QWidget()
    qtbot.addWidget(stage)
    stage.resize(600, 400)
    stage.show()
    return stage


def inside(stage: QWidget, part: QWidget) -> QWidget:
    part.setParent(stage)
    part.show()
    return part


# -- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_keeps_its_labels_while_it_keeps_its_shape(stage: QWidget):
    table = inside(stage, NumberTable("Results"))
    long = "a" * (LONGEST + 1)
    table.show_rows(["", "mean"], [["loss", "0.5"], [long, "0.9"]], strong=1)
    assert table.texts == [["", "mean"], ["loss", "0.5"], ["a" * (LONGEST - 1) + "…", "0.9"]]
    assert table.accessibleDescription() == f" mean; loss 0.5; {long} 0.9" and table.accessibleName() == "Results"
    labels = table.findChildren(QLabel)
    tips = [long in label.toolTip() for label in labels]
    assert [label.font().family() == theme.mono_font(12).family() for label in labels[2:]] == [False, True] * 2
    weights = [label.font().weight() for label in labels]
    assert tips == [False] * 4 + [True, False]
    assert [weight == QFont.Weight.DemiBold for weight in weights[2:]] == [False, False, True, True]
    assert labels[0].property("role") == "small" and labels[3].property("role") is None
    table.show_rows(["", "mean"], [["loss", "0.4"], ["a" * LONGEST, "1"]])
    assert table.findChildren(QLabel) == labels and table.texts[2] == ["a" * LONGEST, "1"]
    assert labels[4].toolTip() == "" and labels[4].font().weight() == QFont.Weight.Normal
    table.show_rows(["", "mean", "std"], [["loss", "0.4", "0.1"]])
    QApplication.processEvents()
    assert [label.text() for label in table.findChildren(QLabel) if label.isVisible()] == [
        "", "mean", "std", "loss", "0.4", "0.1"]


def test_a_column_has_room_for_its_heading_and_its_words(stage: QWidget):
    view, model = QTableView(stage), QStandardItemModel(1, 2)
    model.setHorizontalHeaderLabels(["A heading", "B"])
    view.setModel(model)
    font, header = view.font(), view.horizontalHeader()
    bare = header.fontMetrics().horizontalAdvance("A heading") + HEADING
    assert column_width(view, 0, [], font) == column_width(view, 0, ["x"], font) == bare
    words_ = QFontMetricsF(font).horizontalAdvance("many words in a cell")
    assert bare < column_width(view, 0, ["x", "many words in a cell"], font) == pytest.approx(words_ + CELL, abs=1)
    view.setSortingEnabled(True)
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert column_width(view, 0, [], font) == bare
    assert column_width(view, 1, [], font) >= header.sectionSizeHint(1)


# -- choices ----------------------------------------------------------------------------------------------------------

SETS = [("mnist", "MNIST"), ("fashion", "Fashion-MNIST")]


def test_a_choice_keeps_what_was_chosen(stage: QWidget):
    choice, told = inside(stage, Choice("Data")), []
    choice.chosen.connect(told.append)
    choice.set_choices(SETS)
    assert choice.currentData() == "mnist" and choice.toolTip() == "Data: MNIST" and choice.accessibleName() == "Data"
    choice.show_choice("fashion")
    assert choice.currentText() == "Fashion-MNIST" and choice.toolTip() == "Data: Fashion-MNIST"
    choice.set_choices([*SETS, ("cifar", "CIFAR-10")])
    assert choice.currentData() == "fashion" and choice.count() == 3
    choice.show_choice("other")
    assert choice.currentText() == "other" and choice.count() == 4
    choice.set_choices(SETS)
    assert choice.currentText() == "other" and choice.count() == 3, "it is still the one"
    assert told == [], "nobody chose"
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Up)
    assert told == ["fashion"]
    before = choice.currentData()
    at = QPointF(20, 10)
    QApplication.sendEvent(choice, QWheelEvent(at, at, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                                               Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))
    assert choice.currentData() == before
    empty = inside(stage, Choice("Data"))
    empty.set_choices([])
    assert empty.count() == 0 and empty.sizeHint().width() > 0


def test_a_choice_is_as_wide_as_its_widest_value_and_brief_without_its_label(stage: QWidget):
    choice = inside(stage, Choice("Data"))
    choice.set_choices(SETS)
    width = choice.sizeHint().width()
    choice.show_choice("fashion")
    assert choice.sizeHint().width() == width >= choice.minimumSizeHint().width()
    choice.set_brief(True)
    assert width - choice.sizeHint().width() == choice.label_room() and choice.is_brief
    choice.set_choices([("long", "a very long name of some data " * 3)])
    assert choice.sizeHint().width() < 300, "a longer one is shortened"

    def dim_pixels() -> int:
        choice.resize(160, 30)
        image = choice.grab().toImage()
        return sum(image.pixelColor(x, y).name() == DARK.dim for x in range(10, 40) for y in range(30))

    brief = dim_pixels()
    choice.set_brief(False)
    assert dim_pixels() > brief, "the label is quieter than the value"


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "text", "after", "told"), [
    (Qt.Key.Key_Escape, "conv", "", []), (Qt.Key.Key_Return, "conv", "conv", ["accepted"]),
    (Qt.Key.Key_Enter, " ", " ", []), (Qt.Key.Key_Return, "", "", []), (Qt.Key.Key_Down, "", "", ["down"]),
    (Qt.Key.Key_X, "conv", "convx", []),
])
def test_keys_of_a_filter(stage: QWidget, key: Qt.Key, text: str, after: str, told: list[str]):
    line, heard = inside(stage, FilterLine("Filter…")), []
    line.accepted.connect(lambda: heard.append("accepted"))
    line.left_downwards.connect(lambda: heard.append("down"))
    line.setText(text)
    QTest.keyClick(line, key)
    assert (line.text(), heard) == (after, told) and line.accessibleName() == "Filter"
    line.clear()
    line.take("/")
    assert line.hasFocus() and line.text() == ""
    line.take("a")
    assert line.text() == "a"


def test_a_section_is_as_wide_as_was_asked_for(stage: QWidget):
    label, button = QLabel("words"), QPushButton("Do")
    section = inside(stage, Section("Title", label, button, width=300, widest=400))
    assert section.title.text() == section.accessibleName() == "Title" and section.title.property("role") == "section"
    assert section.sizeHint().width() == 300 and section.maximumWidth() == 400
    section.resize(300, 200)
    section.layout().activate()
    assert label.width() == 300 and button.width() < 300 and button.x() == 0
    free = inside(stage, Section("Title", QLabel("words")))
    assert 0 < free.sizeHint().width() < 300 and free.maximumWidth() > 10_000
    assert heading("Weights", stage).property("role") == "section"


def test_lines_of_a_text(stage: QWidget):
    font = stage.font()
    size = QFontMetricsF(font)
    text = "one two three four five six seven"
    width = size.horizontalAdvance("one two three four") + 1

    def lines(pieces: list[tuple[int, int]]) -> list[str]:
        return [text[at : at + length].strip() for at, length in pieces]

    assert lines(wrapped(text, font, width, 3)) == ["one two three four", "five six seven"]
    assert lines(wrapped(text, font, width, 1)) == [text], "the last one has the rest"
    assert wrapped("", font, width, 2) in ([], [(0, 0)])
    narrow = size.horizontalAdvance("one two three four five six") + 1
    assert lines(wrapped(text, font, narrow, 2)) == ["one two three four five six", "seven"]
    assert lines(balanced(text, font, narrow, 2)) == ["one two three", "four five six seven"]
    assert lines(balanced(text, font, 2000, 2)) == [text]
    assert lines(balanced(text, font, size.horizontalAdvance("one two") + 1, 2)) == ["one two", text[8:]]


def test_a_label_shortens_its_words_and_its_height_stays(stage: QWidget):
    label = inside(stage, ElidedLabel("one two three four five six seven", "dim", lines=2))
    high = label.fontMetrics().lineSpacing()
    assert label.sizeHint().height() == 2 * high and label.property("role") == "dim"
    assert label.sizeHint().width() == label.fontMetrics().horizontalAdvance(label.text()) + 1
    label.resize(label.sizeHint())
    assert label.shown_lines() == [label.text()]
    label.resize(label.fontMetrics().horizontalAdvance("one two thr"), 2 * high)
    first, second = label.shown_lines()
    assert first == "one two" and second.endswith("…")
    assert label.minimumSizeHint().width() < 20
    label.setText("a\nb")
    assert label.shown_lines() == ["a", "b"]
    button = inside(stage, ElidedButton("A button with many words on it"))
    button.resize(button.sizeHint())
    assert button.shown_text() == button.text() and button.toolTip() == ""
    button.resize(90, button.height())
    assert button.shown_text().endswith("…") and "many words" in button.toolTip()
    assert button.minimumSizeHint().width() == 64
    short = inside(stage, ElidedButton("A"))
    assert short.minimumSizeHint().width() <= min(64, short.sizeHint().width())


# -- tiles ------------------------------------------------------------------------------------------------------------


def picture(width: int, height: int) -> QPixmap:
    made = QPixmap(width, height)
    made.fill(QColor("#ff00ff"))
    return made


def card(stage: QWidget, made: QPixmap, params: int | None = 1234) -> Card:
    found = inside(stage, Card("lenet", "LeNet-5", "A small network " * 9, made, params, "Images", stage))
    found.resize(280, found.heightForWidth(280))
    return found


def test_the_face_of_a_card(stage: QWidget):
    found = card(stage, picture(10, 10))
    marks = painted(found.paint_contents)
    title, first, second, params = of("text", marks)
    assert (title.text, title.pen) == ("LeNet-5", DARK.text) and params.text == f"{grouped(1234)} parameters"
    assert {mark.pen for mark in (first, second, params)} == {DARK.dim} and second.text.endswith("…")
    assert title.place.top() == PICTURE_HEIGHT + PAD and title.place.left() == PAD
    assert title.place.bottom() <= first.place.top() < second.place.top() < params.place.top()
    assert params.place.bottom() == found.height() - PAD
    ground, rule = of("area", marks)
    assert (ground.place, ground.fill) == (QRectF(0, 0, 280, PICTURE_HEIGHT), DARK.canvas)
    assert (rule.place, rule.fill) == (QRectF(0, PICTURE_HEIGHT, 280, 1), DARK.line)
    found.show_params(None)
    assert words(painted(found.paint_contents))[-1] == ""
    assert found.heightForWidth(2000) < found.heightForWidth(280) == found.sizeHint().height()
    assert found.hasHeightForWidth() and found.accessibleName() == "LeNet-5" and found.accessibleDescription()


@pytest.mark.parametrize(("size", "seen"), [
    ((10, 10), (10, 10)), ((560, 136), (280, 68)), ((100, 272), (50, 136)), ((280, 136), (280, 136))])
def test_a_picture_is_whole_in_the_middle_and_never_enlarged(stage: QWidget, size: tuple[int, int],
                                                             seen: tuple[int, int]):
    found = card(stage, picture(*size))
    image = found.grab().toImage()
    pink = [(x, y) for x in range(280) for y in range(PICTURE_HEIGHT)
            if image.pixelColor(x, y).red() > 200 and image.pixelColor(x, y).green() < 60]
    across, down = [x for x, _ in pink], [y for _, y in pink]
    assert max(across) - min(across) + 1 == pytest.approx(seen[0], abs=4)
    assert max(down) - min(down) + 1 == pytest.approx(seen[1], abs=4)
    assert (max(across) + min(across)) / 2 == pytest.approx(139.5, abs=1.5)
    found.show_picture(QPixmap())
    again = found.grab().toImage()
    assert again.pixelColor(140, 68).name() == DARK.canvas


def test_rings_and_grounds(stage: QWidget, monkeypatch: pytest.MonkeyPatch):
    found = card(stage, picture(10, 10))
    file = inside(stage, RecentFile("/somewhere/lenet.layerloom", stage))
    other = inside(stage, QPushButton("other"))
    other.setFocus()
    for kind in (Card, RecentFile):  # wherever the mouse was left
        monkeypatch.setattr(kind, "underMouse", lambda _self: False)
    assert found.ring().color().name() == DARK.line and found.ring().width() == 1
    assert file.ring().style() == Qt.PenStyle.NoPen and file.ground().name() == DARK.canvas
    for tile in (found, file):
        tile.setFocus()
        assert (tile.ring().color().name(), tile.ring().width()) == (DARK.accent, 2)
    other.setFocus()
    monkeypatch.setattr(Card, "underMouse", lambda _self: True)
    assert found.ring().color().name() == DARK.accent and found.ring().width() == 1
    assert found.ground().name() == DARK.panel
    found.setDown(True)
    file.setDown(True)
    assert found.ground().name() == DARK.raised and file.ground().name() == DARK.panel


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_open_a_tile_and_arrows_are_for_the_page(stage: QWidget, qtbot: QtBot, key: Qt.Key):
    file = inside(stage, RecentFile("/somewhere/lenet.layerloom", stage))
    with qtbot.waitSignal(file.clicked):
        QTest.keyClick(file, key)


@pytest.mark.parametrize(("path", "folder"), [
    (Path.home() / "nets" / "lenet.layerloom", f"~{Path('/nets')}"), (Path("/somewhere/lenet.layerloom"), "/somewhere"),
])
def test_a_recent_file_says_where_it_is(stage: QWidget, path: Path, folder: str):
    file = inside(stage, RecentFile(str(path), stage))
    file.resize(240, 48)
    name, place = of("text", painted(file.paint_contents))
    assert (name.text, name.pen, place.text, place.pen) == ("lenet", DARK.text, folder, DARK.dim)
    assert (file.accessibleName(), file.toolTip()) == ("lenet.layerloom", str(path))
    assert file.sizeHint() == QSize(240, 48)
    assert name.place.bottom() <= place.place.top()
