"""What to try: by keyboard alone, with errors where they belong, and told as one value."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import mouse
from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import button_with, label_with, texts
from tests.widgets.sweep.cases import settle
from widgets.look import theme
from widgets.sweep.field_box import FieldBox
from widgets.sweep.form import SweepForm
from widgets.sweep.values import FieldChoice, SweepWish

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
CHOICES = (FieldChoice("lr", "Learning rate", "Recipe", "0.01, 0.1, 1", "0.1"),
           FieldChoice("batch", "Batch size", "Recipe", "32, 64", "256"),
           FieldChoice("conv2.channels", "conv2: channels", "Layers", "8, 16", "16"),
           FieldChoice("sigmoid", "replace every Sigmoid by", "Layers", "relu, tanh"))


@pytest.fixture
def form(qtbot: QtBot) -> SweepForm:
    form = in_front(qtbot, SweepForm(), 620, 320)
    form.show_choices(CHOICES)
    form.offer_processes(4)
    form.told = []  # type: ignore[attr-defined]
    form.changed.connect(form.told.append)  # type: ignore[attr-defined]
    return form


def last(form: SweepForm) -> SweepWish:
    wish: SweepWish = form.told[-1]  # type: ignore[attr-defined]
    return wish


def typed(text: str) -> None:
    """Into whatever has the keyboard."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, text)


def key(code: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, code)
    settle()


def press(form: SweepForm, text: str) -> None:
    settle()
    mouse.click(form, mouse.middle(button_with(form, text)))


def test_a_sweep_is_asked_for_by_the_keyboard_alone(form: SweepForm) -> None:
    started: list[SweepWish] = []
    form.started.connect(started.append)
    form.add.setFocus()
    key(Qt.Key.Key_Space)
    typed("learn")
    key(Qt.Key.Key_Return)
    assert form.rows[0].values.hasFocus(), "its values are typed next"
    typed("0.01, 0.1")
    key(Qt.Key.Key_Tab)
    assert form.rows[0].remove.hasFocus()
    key(Qt.Key.Key_Tab)
    assert form.add.hasFocus()
    key(Qt.Key.Key_Tab)
    assert form.minutes.hasFocus()
    typed("ten minutes")
    key(Qt.Key.Key_Tab)
    typed("12")
    key(Qt.Key.Key_Tab)
    key(Qt.Key.Key_Right)
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Tab)
    assert form.processes.hasFocus()
    key(Qt.Key.Key_Tab)
    assert form.halving.hasFocus()
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Tab)
    assert form.start.hasFocus()
    key(Qt.Key.Key_Space)
    assert started == [SweepWish((("lr", "0.01, 0.1"),), 10.0, 12, 3, True, None)]
    assert last(form) == started[0]


def test_the_mouse_adds_changes_and_takes_out_fields(form: SweepForm) -> None:
    assert "Only time: the program tries what usually matters" in texts(form)
    press(form, "Add a field")
    [box] = form.findChildren(FieldBox)
    mouse.click(form, box.list.mapTo(form, box.list.visualRect(box.list.model().index(1, 0)).center()))
    assert [row.axis for row in form.rows] == [("batch", "")] and last(form).axes == (("batch", ""),)
    assert "now 256" in texts(form) and form.rows[0].values.placeholderText() == "32, 64"
    assert "Only time: the program tries what usually matters" not in texts(form)
    typed("32, 64")
    settle()
    with mouse.interval(0):  # a second click comes no sooner: the row is where the button was
        mouse.click(form, mouse.middle(form.rows[0].combo))
    typed("sigm")
    key(Qt.Key.Key_Return)
    assert form.rows[0].axis == ("sigmoid", ""), "values of another field say nothing about it"
    mouse.click(form, mouse.middle(form.rows[0].remove))
    assert not form.rows and last(form).axes == () and form.add.hasFocus()


def test_a_letter_on_a_field_begins_the_search_for_another(form: SweepForm) -> None:
    form.add_field("lr")
    form.rows[0].combo.setFocus()
    typed("c")
    [box] = form.findChildren(FieldBox)
    assert box.field.text() == "c"
    typed("onv2")
    key(Qt.Key.Key_Return)
    assert form.rows[0].choice.id == "conv2.channels"


def test_a_field_is_not_tried_twice_and_an_unknown_one_not_found(form: SweepForm) -> None:
    form.add_field("lr")
    press(form, "Add a field")
    typed("learning")
    key(Qt.Key.Key_Return)
    assert len(form.rows) == 1 and "It is tried already" in texts(form)
    typed("zzz")
    assert "Nothing matches “learningzzz”." in texts(form)
    key(Qt.Key.Key_Return)
    key(Qt.Key.Key_Escape)
    assert len(form.rows) == 1 and form.add.hasFocus()


def test_an_error_stands_at_its_field_until_something_changes(form: SweepForm) -> None:
    form.add_field("lr")
    form.add_field("batch")
    form.set_field_error(1, "“x” is no number")
    form.set_field_error(7, "there is no such row")
    settle()
    error = label_with(form, "“x” is no number")
    values = form.rows[1].values
    assert error.mapTo(form, QPoint()).y() >= values.mapTo(form, QPoint(0, values.height())).y()
    assert not form.rows[0].error.isVisible() and values.property("bad")
    values.setFocus()
    typed("32")
    key(Qt.Key.Key_Return)
    assert not form.rows[1].error.isVisible() and not values.property("bad")
    assert last(form).axes[1] == ("batch", "32")


@pytest.mark.parametrize(("name", "text", "said"), [
    ("minutes", "soon", "A time in minutes, such as 10"), ("runs", "1.5", "A whole number from 1 on, such as 12")])
def test_what_is_no_number_is_said_and_nothing_starts(form: SweepForm, name: str, text: str, said: str) -> None:
    started: list[SweepWish] = []
    form.started.connect(started.append)
    line = getattr(form, name)
    line.setFocus()
    typed(text)
    key(Qt.Key.Key_Return)
    assert said in texts(form) and form.wish() is None and not form.start.isEnabled()
    line.clear()
    typed("7")
    form.set_plan("7 runs")
    key(Qt.Key.Key_Return)
    assert said not in texts(form) and last(form).minutes in (7, None) and form.start.isEnabled()
    assert not started


def test_what_is_typed_counts_after_a_rest(form: SweepForm, qtbot: QtBot) -> None:
    form.minutes.setFocus()
    with qtbot.waitSignal(form.changed):
        typed("15")
    assert last(form).minutes == 15 and len(form.told) == 1  # type: ignore[attr-defined]


def test_the_plan_says_what_will_happen_or_why_nothing_can(form: SweepForm) -> None:
    form.set_plan("12 runs, about 6 minutes")
    assert "12 runs, about 6 minutes" in texts(form) and form.start.isEnabled()
    form.set_plan("Choose a field, or a time", error=True)
    assert not form.start.isEnabled() and form.plan.property("role") == "error"
    form.set_plan("Choose a field, or a time", lacks=True)
    assert not form.start.isEnabled() and form.plan.property("role") == "", "nothing is wrong before one has begun"


def test_while_one_runs_it_can_be_stopped_and_the_buttons_keep_their_places(form: SweepForm) -> None:
    settle()
    places = form.start.geometry(), form.stop.geometry()
    asked: list[bool] = []
    form.stop_requested.connect(lambda: asked.append(True))
    assert not form.stop.isEnabled()
    form.set_running(True)
    QApplication.processEvents()
    assert not form.start.isEnabled() and (form.start.geometry(), form.stop.geometry()) == places
    press(form, "Stop")
    assert asked == [True]
    form.set_running(False)
    assert form.start.isEnabled() and not form.stop.isEnabled()


def test_a_wish_is_shown_without_being_told(form: SweepForm) -> None:
    wish = SweepWish((("lr", "0.001 .. 0.1"), ("gone", "1, 2")), 1.5, 20, 3, True, 2)
    form.show_wish(wish)
    assert form.wish() == wish and not form.told  # type: ignore[attr-defined]
    form.show_wish(SweepWish())
    assert form.wish() == SweepWish() and not form.told  # type: ignore[attr-defined]


def test_seeds_and_processes_count_at_once(form: SweepForm) -> None:
    press(form, "5")
    assert last(form).seeds == 5
    form.processes.setFocus()
    key(Qt.Key.Key_Down)
    assert last(form).processes == 1


def test_fields_follow_what_is_said_of_them(form: SweepForm) -> None:
    form.add_field("lr")
    form.rows[0].values.setText("1, 2")
    form.show_choices([FieldChoice("lr", "Learning rate", now="0.06")])
    assert "now 0.06" in texts(form) and form.rows[0].axis == ("lr", "1, 2")


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT], ids=lambda look: look.name)
def test_little_room_cuts_no_word_and_everything_is_reached(form: SweepForm, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    form.show_wish(SweepWish(tuple((choice.id, choice.hint) for choice in CHOICES), halving=True))
    form.set_field_error(0, "“0.01.1” is no number: numbers with a point, and commas between them")
    form.resize(620, 220)
    settle()
    assert not cut_words(form) and form.size().toTuple() == (620, 220)
    form.rows[0].combo.setFocus()
    seen = set()
    while not form.halving.hasFocus():
        key(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None and focus not in seen and not focus.visibleRegion().isEmpty()
        seen.add(focus)
    assert {form.rows[3].values, form.add, form.minutes, form.processes} <= seen


def test_a_new_row_is_brought_into_sight(form: SweepForm, qtbot: QtBot) -> None:
    form.show_wish(SweepWish(tuple((choice.id, choice.hint) for choice in CHOICES[:3])))
    form.resize(620, 180)
    settle()
    assert form.add.visibleRegion().isEmpty()
    form.add_field("sigmoid")
    values = form.rows[3].values
    qtbot.waitUntil(lambda: values.visibleRegion().boundingRect().height() == values.height())
