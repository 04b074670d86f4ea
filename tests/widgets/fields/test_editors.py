"""The fields of a form by hand: what is live, what is only tried, and what keys, wheel and mouse do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QHelpEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.layers.base import OptionError, reason_of
from tests.in_front import in_front
from tests.seen import colors
from widgets.fields.editors import ChoiceEditor, LineEditor, SwitchEditor
from widgets.fields.form import Form
from widgets.fields.option_grid import OptionGrid, OptionPage
from widgets.fields.syntax import Syntax
from widgets.look import theme

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
Keys = Qt.Key
POPUP = pytest.mark.qt_log_ignore("This plugin does not support")  # said by the offscreen platform


class Options(BaseModel):
    """One option of each kind."""

    model_config = ConfigDict(frozen=True)
    count: int = Field(3, ge=1, le=20, title="Count", description="How many.")
    size: int | tuple[int, int] = Field(5, title="Size", description="How large.")
    mode: Literal["mean", "sum", "a_very_long_word"] = Field("mean", title="Mode", description="How.")
    switch: bool = Field(False, title="Switch", description="Whether.")
    perhaps: bool | None = Field(None, title="Perhaps", description="Whether at all.",
                                 json_schema_extra={"empty": "as the network"})
    name: str = Field("x", title="Name", description="What.")

    def with_options(self, **options: object) -> Options:
        try:
            return Options.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, type(self))) from error


class Stage(QWidget):
    """A form, what it said, and another field."""

    def __init__(self, defers: bool) -> None:
        super().__init__()
        self.form, self.elsewhere = Form(self, defers=defers), QLineEdit(self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addWidget(self.elsewhere)
        self.resize(360, 400)
        self.said: list[tuple[str, Any]] = []
        self.form.edited.connect(lambda name, value: self.said.append((name, value)))
        self.form.tried.connect(lambda model: self.said.append(("tried", model and model.model_dump(
            exclude_defaults=True))))
        self.form.show_value(Options())

    def take(self) -> list[tuple[str, Any]]:
        """What was said since this was asked last."""
        said, self.said = self.said, []
        return said


def staged(qtbot: QtBot, defers: bool) -> Stage:
    return in_front(qtbot, Stage(defers))


@pytest.fixture
def live(qtbot: QtBot) -> Iterator[Stage]:
    yield staged(qtbot, False)


@pytest.fixture
def deferring(qtbot: QtBot) -> Iterator[Stage]:
    yield staged(qtbot, True)


def editor(stage: Stage, name: str) -> Any:
    return stage.form.rows[name].editor


def retype(stage: Stage, name: str, text: str) -> None:
    field = editor(stage, name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


# -- what is only tried ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Keys.Key_Return, Keys.Key_Enter, Keys.Key_Tab])
def test_what_is_typed_is_tried_and_asked_for_at_the_end(key: Qt.Key, deferring: Stage) -> None:
    retype(deferring, "count", "12")
    assert deferring.take() == [("tried", {"count": 1}), ("tried", {"count": 12})]
    assert deferring.form.value == Options()
    QTest.keyClick(editor(deferring, "count"), key)
    assert deferring.take() == [("count", 12), ("tried", None)]
    assert deferring.form.value == Options(count=12)
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Return)
    assert deferring.take() == [], "once"


@pytest.mark.parametrize("how", ["escape", "undo"])
def test_what_is_tried_is_taken_back(how: str, deferring: Stage, qtbot: QtBot) -> None:
    undo = QShortcut(QKeySequence.StandardKey.Undo, deferring)
    retype(deferring, "count", "12")
    deferring.take()
    field = editor(deferring, "count")
    with qtbot.assertNotEmitted(undo.activated):
        QTest.keyClick(field, *((Keys.Key_Escape,) if how == "escape" else (Keys.Key_Z, CTRL)))
    assert (deferring.take(), field.text(), deferring.form.value) == ([("tried", None)], "3", Options())
    with qtbot.waitSignal(undo.activated):
        QTest.keyClick(field, Keys.Key_Z, CTRL)


def test_the_same_again_is_nothing_to_try(deferring: Stage) -> None:
    retype(deferring, "count", "3")
    assert deferring.take() == []
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Return)
    assert deferring.take() == []
    retype(deferring, "count", "1")
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Backspace)
    QTest.keyClicks(editor(deferring, "count"), "3")
    assert deferring.take() == [("tried", {"count": 1}), ("tried", None)]


def test_an_analysis_that_comes_meanwhile_disturbs_no_trial(deferring: Stage) -> None:
    retype(deferring, "count", "12")
    deferring.form.show_value(Options())
    assert editor(deferring, "count").text() == "12"
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Return)
    assert deferring.form.value == Options(count=12)
    retype(deferring, "count", "14")
    deferring.form.show_value(Options(count=7, switch=True))  # undone, or another layer
    assert editor(deferring, "count").text() == "7"
    deferring.take()
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Return)
    assert (deferring.take(), deferring.form.value) == ([], Options(count=7, switch=True))


def test_a_trial_is_dropped_with_all_that_is_typed(deferring: Stage, live: Stage) -> None:
    retype(deferring, "count", "12")
    deferring.take()
    deferring.form.restore()
    assert (deferring.take(), editor(deferring, "count").text()) == ([("tried", None)], "3")
    deferring.form.restore()
    assert deferring.take() == []
    retype(live, "count", "99")
    assert live.form.rows["count"].error.isVisible()
    live.take()
    live.form.restore()
    assert (live.take(), editor(live, "count").text()) == ([], "3")
    assert not live.form.rows["count"].error.isVisible()
    assert not editor(live, "count").property("bad")


def test_a_refused_text_is_tried_no_more(deferring: Stage) -> None:
    retype(deferring, "count", "12x")
    assert deferring.take() == [("tried", {"count": 1}), ("tried", {"count": 12}), ("tried", None)]
    QTest.keyClick(editor(deferring, "count"), Keys.Key_Return)
    assert deferring.take() == []
    assert editor(deferring, "count").property("bad")
    deferring.elsewhere.setFocus()
    assert (deferring.take(), editor(deferring, "count").text(), deferring.form.value) == ([], "3", Options())


@POPUP
def test_a_choice_is_tried_while_its_list_is_open(deferring: Stage) -> None:
    choice = editor(deferring, "mode")
    choice.setFocus()
    choice.showPopup()
    QTest.keyClick(choice.view(), Keys.Key_Down)
    assert deferring.take() == [("tried", {"mode": "sum"})]
    QTest.keyClick(choice.view(), Keys.Key_Escape)
    assert deferring.take() == [("tried", None)]
    assert (choice.currentText(), deferring.form.value.mode) == ("Mean", "mean")


@POPUP
def test_what_is_picked_in_a_list_is_asked_for(deferring: Stage) -> None:
    choice = editor(deferring, "mode")
    choice.showPopup()
    QTest.keyClick(choice.view(), Keys.Key_Down)
    QTest.keyClick(choice.view(), Keys.Key_Return)
    assert deferring.form.value.mode == "sum"
    assert deferring.take()[-2:] == [("mode", "sum"), ("tried", None)]
    assert choice.currentText() == "Sum"


def test_a_closed_list_and_a_switch_are_asked_for_at_once(deferring: Stage) -> None:
    QTest.keyClick(editor(deferring, "mode"), Keys.Key_Down)
    assert deferring.take() == [("tried", {"mode": "sum"}), ("mode", "sum"), ("tried", None)]
    QTest.keyClick(editor(deferring, "switch"), Keys.Key_Space)
    assert deferring.take()[1:] == [("switch", True), ("tried", None)]


@POPUP
def test_a_live_list_says_nothing_while_it_is_open(live: Stage) -> None:
    choice = editor(live, "mode")
    choice.showPopup()
    QTest.keyClick(choice.view(), Keys.Key_Down)
    QTest.keyClick(choice.view(), Keys.Key_Escape)
    assert live.take() == []


# -- lines of text --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text", "cursor", "key", "after", "at"), [
    ("count", "3", 0, Keys.Key_Up, "4", 1), ("count", "3", 1, Keys.Key_Down, "2", 1),
    ("count", "3", 1, Keys.Key_PageUp, "13", 2), ("count", "3", 1, Keys.Key_PageDown, "1", 1),
    ("count", "20", 1, Keys.Key_Up, "20", 1), ("count", "19", 0, Keys.Key_PageUp, "20", 2),
    ("size", "5×3", 0, Keys.Key_Up, "6×3", 1), ("size", "5×3", 1, Keys.Key_Up, "6×3", 1),
    ("size", "5×3", 2, Keys.Key_Up, "5×4", 3), ("size", "9×3", 1, Keys.Key_Up, "10×3", 2),
    ("size", "5  , 3", 2, Keys.Key_Up, "6  , 3", 1),
    ("size", "−1", 0, Keys.Key_Up, "0", 1), ("size", "x", 0, Keys.Key_Up, "x", 0),
    ("size", "5a", 0, Keys.Key_Up, "5a", 0), ("name", "3", 0, Keys.Key_Up, "3", 0),
])  # fmt: skip
def test_arrows_step_a_whole_number(name: str, text: str, cursor: int, key: Qt.Key, after: str, at: int,
                                    live: Stage) -> None:
    field = editor(live, name)
    field.setFocus()
    field.setText(text)
    field.setCursorPosition(cursor)
    QTest.keyClick(field, key)
    assert (field.text(), field.cursorPosition()) == (after, at)


def wheel(target: QWidget, by: int) -> bool:
    """Turn it over a widget; whether something took it."""
    place = QPointF(target.rect().center())
    event = QWheelEvent(place, target.mapToGlobal(place), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


@pytest.mark.parametrize(("text", "taken"), [("5", True), ("x", False), ("-", False), ("×", False)])
def test_the_wheel_goes_on_over_what_has_no_number(live: Stage, text: str, taken: bool) -> None:
    field = editor(live, "size")
    field.setFocus()
    field.setText(text)
    assert wheel(field, 120) is taken


def test_the_wheel_turns_what_has_the_keyboard(live: Stage) -> None:
    field, choice = editor(live, "count"), editor(live, "mode")
    live.elsewhere.setFocus()
    assert not wheel(field, 120)
    assert not wheel(choice, -120)
    assert (field.text(), choice.currentText()) == ("3", "Mean")
    field.setFocus()
    assert wheel(field, 120)
    assert field.text() == "4"
    assert wheel(field, -120)
    assert not wheel(field, 0)
    assert field.text() == "3"
    choice.setFocus()
    wheel(choice, -120)
    assert (choice.currentText(), live.form.value.mode) == ("Sum", "sum")


def test_what_a_text_says_is_left_as_a_person_wrote_it(live: Stage) -> None:
    retype(live, "size", "7 x 7")
    live.form.show_value(live.form.value)
    assert (live.form.value.size, editor(live, "size").text()) == (7, "7 x 7")
    live.form.show_value(Options(size=7))
    assert editor(live, "size").text() == "7 x 7"
    live.form.show_value(Options(size=(1, 2)))
    assert editor(live, "size").text() == "1×2"
    live.elsewhere.setFocus()
    live.form.show_value(Options(size=(100, 200)))
    assert editor(live, "size").cursorPosition() == 0


def test_escape_without_anything_to_take_back_is_left_to_others(live: Stage) -> None:
    got = []
    live.keyPressEvent = lambda event: got.append(event.key())
    field = editor(live, "count")
    field.setFocus()
    QTest.keyClick(field, Keys.Key_Escape)
    assert got == [Keys.Key_Escape]
    retype(live, "count", "12")
    QTest.keyClick(field, Keys.Key_Escape)
    assert (got, field.text(), live.form.value.count) == ([Keys.Key_Escape], "3", 3)


def test_a_list_or_another_window_in_front_is_no_leaving(live: Stage) -> None:
    retype(live, "count", "99")
    field = editor(live, "count")
    for reason in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
        live.elsewhere.setFocus(reason)
        assert field.text() == "99"
        field.setFocus()
    live.elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
    assert field.text() == "3"


def test_redo_is_the_windows_as_undo_is(live: Stage, qtbot: QtBot) -> None:
    redo = QShortcut(QKeySequence.StandardKey.Redo, live)
    retype(live, "count", "12")
    with qtbot.waitSignal(redo.activated):
        QTest.keySequence(editor(live, "count"), QKeySequence.StandardKey.Redo)


# -- choices and switches -------------------------------------------------------------------------------------------


def test_a_choice_that_may_be_left_open(live: Stage) -> None:
    choice = editor(live, "perhaps")
    assert isinstance(choice, ChoiceEditor)
    assert [choice.itemText(index) for index in range(choice.count())] == ["–", "on", "off"]
    assert choice.accessibleDescription() == "Whether at all. –: as the network."
    for value in (True, False):
        QTest.keyClick(choice, Keys.Key_Down)
        assert live.form.value.perhaps is value
    live.form.show_value(Options())
    assert choice.currentText() == "–"


def test_words_of_a_choice(live: Stage) -> None:
    choice = editor(live, "mode")
    assert [choice.itemText(index) for index in range(choice.count())] == ["Mean", "Sum", "A very long word"]
    assert not choice.is_unfinished()
    live.form.show_value(Options(mode="sum"))
    choice.set_choices([("sum", "Total"), ("mean", "Middle")])
    assert (choice.currentText(), choice.count()) == ("Total", 2)
    choice.set_choices([("mean", "Middle")])
    assert choice.currentIndex() == -1
    choice.set_choices([("mean", "Middle"), ("sum", "Sum")])
    assert choice.currentText() == "Sum"
    choice.setCurrentIndex(0)
    choice.set_choices([("mean", "Middle"), ("sum", "Sum")])
    assert choice.currentIndex() == 0, "they are the same"


def test_a_choice_that_is_cut_says_all_at_rest(live: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = editor(live, "mode")
    assert choice.shown_text() == "Mean"
    assert choice.said_at_rest() == "<qt>How.</qt>"
    live.form.show_value(Options(mode="a_very_long_word"))
    choice.setFixedWidth(90)
    assert choice.shown_text().endswith("…")
    assert choice.said_at_rest() == "<qt>A very long word<br>How.</qt>"
    choice.setToolTip("")
    assert choice.said_at_rest() == "<qt>A very long word</qt>"
    asked = QHelpEvent(QEvent.Type.ToolTip, QPoint(4, 4), choice.mapToGlobal(QPoint(4, 4)))
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _of: said.append(text))
    assert choice.event(asked), "said, and not once more by the form around it"
    assert said == ["<qt>A very long word</qt>"]


def test_a_refused_choice_and_switch_go_back() -> None:
    choice, switch = ChoiceEditor([(1, "one"), (2, "two")]), SwitchEditor()
    choice.show_value(1)
    choice.accept(2)
    choice.setCurrentIndex(0)
    choice.refuse()
    assert (choice.value, choice.currentText()) == (2, "two")
    choice.defers = True
    choice.accept(1)
    choice.refuse()
    assert (choice.value, choice.currentText()) == (2, "two")
    switch.show_value(True)
    switch.setChecked(False)
    switch.refuse()
    assert (switch.isChecked(), switch.value, switch.is_unfinished()) == (True, True, False)
    switch.accept(False)
    switch.refuse()
    assert not switch.isChecked()


def test_a_switch_says_its_position(live: Stage) -> None:
    switch = editor(live, "switch")
    assert switch.text() == "off"
    QTest.keyClick(switch, Keys.Key_Space)
    assert (switch.text(), live.take()) == ("on", [("switch", True)])
    switch.set_words("no", "yes")
    assert switch.text() == "yes"
    live.form.show_value(Options())
    assert (switch.text(), switch.isChecked()) == ("no", False)
    assert live.take() == []


@pytest.mark.parametrize("name", ["mode", "switch", "count"])
def test_another_value_calms_a_row(name: str, live: Stage) -> None:
    row = live.form.rows[name]
    row.refuse("Not now")
    assert row.error.isVisible()
    live.form.show_value(Options(mode="sum", switch=True, count=4))
    assert not row.error.isVisible()
    row.refuse("Not now")
    row.editor.setFocus()
    live.elsewhere.setFocus()
    assert not row.error.isVisible()


# -- the form -------------------------------------------------------------------------------------------------------


def test_what_each_row_says(live: Stage) -> None:
    rows = live.form.rows
    assert {name: row.editor.toolTip().replace("\xa0", " ") for name, row in rows.items()} == {
        "count": "<qt>How many.<br>Range: 1 … 20</qt>", "size": "<qt>How large.</qt>", "mode": "<qt>How.</qt>",
        "switch": "<qt>Whether.</qt>", "perhaps": "<qt>Whether at all. –: as the network.</qt>",
        "name": "<qt>What.</qt>"}
    assert {row.label.toolTip() == row.editor.toolTip() for row in rows.values()} == {True}
    assert {row.editor.objectName() for row in rows.values()} == set(rows)
    rows["count"].set_hint("now another")
    assert (rows["count"].label.toolTip(), rows["count"].editor.toolTip()) == ("now another", "now another")


def test_rows_stand_below_each_other_with_what_is_wrong_between(live: Stage) -> None:
    retype(live, "count", "99")
    QApplication.processEvents()
    rows = list(live.form.rows.values())
    assert all(row.label.geometry().right() < row.editor.geometry().left() for row in rows)
    tops = [row.editor.y() for row in rows]
    assert tops == sorted(set(tops))
    error = rows[0].error.geometry()
    assert rows[0].editor.geometry().bottom() < error.top() < error.bottom() < rows[1].editor.y()
    assert error.left() == rows[0].label.x()
    assert error.right() == rows[0].editor.geometry().right()
    assert abs(rows[0].label.width() - rows[0].editor.width()) < 12


def test_some_options_are_left_out(qtbot: QtBot) -> None:
    form = Form(skip=("mode", "name"))
    qtbot.addWidget(form)
    form.show_value(Options())
    assert list(form.rows) == ["count", "size", "switch", "perhaps"]


# -- side by side ---------------------------------------------------------------------------------------------------


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[OptionGrid]:
    form = OptionGrid(120, {"mode.sum": "Total"}, skip=("name",))
    page = OptionPage(form, "What these are for")
    qtbot.addWidget(page)
    form.show_value(Options())
    page.resize(480, 300)
    page.show()
    with qtbot.waitActive(page):
        page.activateWindow()
    yield form


def test_fields_stand_side_by_side(grid: OptionGrid) -> None:
    QApplication.processEvents()
    fields = [row.label.parentWidget() for row in grid.rows.values()]
    assert [field.width() for field in fields] == [120] * 5
    assert len({field.y() for field in fields}) == 2, "three and two"
    for row in grid.rows.values():
        assert row.label.geometry().bottom() < row.editor.geometry().top()
    [words] = [label.text() for label in grid.parentWidget().findChildren(type(grid.rows["count"].label))
               if label.text().startswith("What these")]
    assert words == "What these are for"
    assert isinstance(grid.parentWidget().parentWidget().parentWidget(), QScrollArea)


def test_a_choice_may_have_a_name_of_its_own(grid: OptionGrid) -> None:
    choice = grid.rows["mode"].editor
    assert [choice.itemText(index) for index in range(choice.count())] == ["Mean", "Total", "A very long word"]


def test_options_without_use_are_not_shown(grid: OptionGrid) -> None:
    grid.show_only(["count", "mode"])
    assert [name for name, row in grid.rows.items() if row.editor.isVisible()] == ["count", "mode"]
    grid.show_only(["size"])
    assert [name for name, row in grid.rows.items() if row.editor.isVisible()] == ["size"]


@pytest.mark.parametrize("end", [Keys.Key_Return, Keys.Key_Tab])
def test_numbers_count_when_they_are_typed_out(end: Qt.Key, grid: OptionGrid) -> None:
    said = []
    grid.edited.connect(lambda name, value: said.append((name, value)))
    field = grid.rows["count"].editor
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    assert said == []
    QTest.keyClick(field, end)
    assert said == [("count", 12)]
    field.setFocus()
    QTest.keyClick(field, Keys.Key_Tab)
    assert said == [("count", 12)]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "99")
    QTest.keyClick(field, Keys.Key_Tab)
    assert (said, field.text()) == ([("count", 12)], "12")


# -- what one sees ----------------------------------------------------------------------------------------------------


def test_a_refused_text_has_a_red_frame_until_it_is_good(live: Stage) -> None:
    field, error = editor(live, "count"), theme.current().error
    edge = QRect(8, 0, 60, 1)
    retype(live, "count", "99")
    assert colors(field, edge) == {error}
    assert live.form.rows["count"].error.text() and error in colors(live.form.rows["count"].error)
    QTest.keyClick(field, Keys.Key_Backspace)
    assert error not in colors(field, edge)
    retype(live, "count", "99")
    QTest.keyClick(field, Keys.Key_Escape)
    assert error not in colors(field, edge)


def test_words_of_a_choice_that_are_too_long_end_in_dots(live: Stage) -> None:
    choice = editor(live, "mode")
    live.form.show_value(Options(mode="a_very_long_word"))
    whole = choice.grab().toImage()
    choice.setFixedWidth(90)
    cut = choice.grab().toImage()
    left = QRect(10, 4, 30, choice.height() - 8)
    assert whole.copy(left) == cut.copy(left), "it begins as it did"
    assert theme.current().text in colors(choice)
    ink = [x for x in range(10, 88) if any(cut.pixelColor(x, y).name() == theme.current().text for y in range(28))]
    assert ink and ink[-1] < 88
    chevron = QRect(70, 8, 16, 12)
    assert len(colors(choice, chevron)) > 2, "the arrow is there"


def test_a_form_is_no_wider_than_its_editors_ask_for(live: Stage) -> None:
    for row in live.form.rows.values():
        assert row.editor.height() == 28
    retype(live, "count", "99")
    QApplication.processEvents()
    error = live.form.rows["count"].error
    error.setText("a reason that is longer than the form is wide and goes on in the next line " * 2)
    QApplication.processEvents()
    assert live.width() == 360 and error.height() >= 2 * error.fontMetrics().height()


@POPUP
def test_the_list_of_a_choice_has_room_for_its_words(live: Stage) -> None:
    choice = editor(live, "mode")
    choice.setFixedWidth(60)
    choice.showPopup()
    words = choice.fontMetrics().horizontalAdvance("A very long word")
    assert choice.view().width() >= words + 20
    choice.hidePopup()


def test_the_wheel_over_a_choice_gives_it_no_keyboard(live: Stage) -> None:
    choice = editor(live, "mode")
    live.elsewhere.setFocus()
    wheel(choice, -120)
    assert live.elsewhere.hasFocus() and choice.currentText() == "Mean"
    assert choice.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_a_click_on_a_label_goes_nowhere_and_its_letter_to_the_field(live: Stage) -> None:
    rows = live.form.rows
    for name, row in rows.items():
        assert row.label.buddy() is row.editor and row.editor.accessibleName() == row.label.text(), name


@pytest.mark.parametrize("how", [Keys.Key_Return, Keys.Key_Tab])
def test_a_refused_text_is_not_asked_for_at_the_end(how: Qt.Key, live: Stage) -> None:
    retype(live, "count", "99")
    live.take()
    committed = []
    editor(live, "count").committed.connect(lambda: committed.append(True))
    QTest.keyClick(editor(live, "count"), how)
    assert committed == [] and live.form.value.count == 3
    retype(live, "count", "7")
    QTest.keyClick(editor(live, "count"), how)
    assert committed[:1] == [True] and live.form.value.count == 7


def test_what_is_patient_waits_for_the_end_and_then_asks_once(qtbot: QtBot) -> None:
    field, asked = LineEditor(Syntax(frozenset({int}))), []
    qtbot.addWidget(field)
    field.show_value(3)
    field.typed.connect(lambda value: (asked.append(value), field.accept(value)))
    field.set_patient(True)
    field.show()
    field.selectAll()
    QTest.keyClicks(field, "12")
    QTest.keyClick(field, Keys.Key_Up)
    assert (asked, field.text()) == ([], "13")
    QTest.keyClick(field, Keys.Key_Escape)
    assert (asked, field.text()) == ([], "3"), "nothing was asked for, so nothing is taken back"
    field.set_patient(False)
    field.selectAll()
    QTest.keyClicks(field, "45")
    assert asked == [4, 45]


def test_a_new_editor_shows_even_an_empty_value(qtbot: QtBot) -> None:
    field, settled = LineEditor(Syntax(frozenset({int}), optional=True)), []
    qtbot.addWidget(field)
    field.settled.connect(lambda: settled.append(True))
    field.setText("5")
    field.show_value(None)
    assert (field.text(), settled) == ("", [True])
    field.show_value(None)
    assert settled == [True], "it stands already"
    field.show_value(7)
    assert (field.text(), field.value, settled) == ("7", 7, [True, True])


def test_the_first_click_into_a_field_takes_all_of_it_the_next_sets_the_cursor(qtbot: QtBot) -> None:
    host = QWidget()
    column = QVBoxLayout(host)
    other, line = QLineEdit(), LineEditor(Syntax(types={int}))
    column.addWidget(other)
    column.addWidget(line)
    line.show_value(128)
    in_front(qtbot, host)
    other.setFocus()
    at = QPoint(12, line.height() // 2)
    QTest.mouseClick(line, LEFT, pos=at)
    assert line.selectedText() == "128"
    QTest.keyClicks(line, "7")
    assert line.text() == "7"
    QTest.mouseClick(line, LEFT, pos=at)
    assert not line.hasSelectedText()
