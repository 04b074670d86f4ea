"""A sweep in all its looks, with the list of members: one is pointed at, selected or opened everywhere."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import mouse
from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import button_with, texts
from tests.widgets.sweep.cases import FIELDS, SMALL, large, shows
from widgets.look import theme
from widgets.sweep.values import FieldAxis, Member, SweepShown
from widgets.sweep.view import SweepView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def view(qtbot: QtBot) -> SweepView:
    view = in_front(qtbot, SweepView(), 980, 380)
    view.show_sweep(SMALL)
    QApplication.processEvents()
    return view


def press(view: SweepView, text: str) -> None:
    mouse.click(view, mouse.middle(button_with(view, text)))


def row(view: SweepView, key: str) -> QPoint:
    """The middle of a member's row, in the window."""
    at = [member.key for member in view.list.members].index(key)
    place = view.list.visualRect(view.list.model().index(at, 0)).center()
    return view.list.viewport().mapTo(view, place)


def test_the_best_stands_first_and_each_says_what_became_of_it(view: SweepView) -> None:
    assert [member.key for member in view.list.members] == ["d", "a", "b", "c", "e"]
    spoken = [view.list.model().index(at, 0).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(5)]
    assert spoken[0] == "lr 0.1 · SGD, best 0.9500, epoch 3 of 4, trains"
    assert "those that went on have 0.8 and more" in spoken[2] and spoken[3].endswith("diverged")
    assert texts(view)[:2] == [SMALL.head, "One of them diverged; the others went on."]


def test_three_looks_one_at_a_time(view: SweepView) -> None:
    seen = []
    for title in ("Race", "Fields", "Importance"):
        press(view, title)
        seen.append((view.look, [look.isVisible() for look in (view.race, view.fields, view.importance)]))
    assert seen == [("race", [True, False, False]), ("fields", [False, True, False]),
                    ("importance", [False, False, True])]


def test_what_is_pointed_at_is_lit_everywhere(view: SweepView) -> None:
    told: list[str] = []
    view.hovered.connect(told.append)
    QTest.mouseMove(view.windowHandle(), row(view, "b") + QPoint(0, 2))
    QTest.mouseMove(view.windowHandle(), row(view, "b"))
    QApplication.processEvents()
    assert told[-1] == "b" and view.race.lit == view.fields.lit == view.list.lit == "b"
    spot = view.race.mapTo(view, view.race.point(2, 0.8).toPoint())
    QTest.mouseMove(view.windowHandle(), spot + QPoint(0, 1))
    QTest.mouseMove(view.windowHandle(), spot)
    QApplication.processEvents()
    assert told[-1] == view.list.lit == "d"
    view.light("a")
    assert view.race.lit == view.list.lit == "a" and told[-1] == "d", "what comes from outside is not told"


def test_what_is_selected_is_so_in_the_list_and_in_every_look(view: SweepView) -> None:
    told: list[list[str]] = []
    view.selected.connect(told.append)
    mouse.click(view, row(view, "a"))
    assert told == [["a"]] and view.race.chosen == view.fields.chosen == {"a"}
    mouse.click(view, view.race.mapTo(view, view.race.point(2, 0.8).toPoint()))
    assert told[-1] == ["d"] and view.list.chosen == ["d"]
    QTest.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert told[-1] == ["d", "a"] and view.race.chosen == {"d", "a"}
    view.show_selected(["c"])
    assert view.list.chosen == ["c"] and told[-1] == ["d", "a"]


def test_enter_or_a_double_click_opens_one(view: SweepView) -> None:
    opened: list[str] = []
    view.activated.connect(opened.append)
    mouse.click(view, row(view, "b"))
    QTest.keyClick(view.list, Qt.Key.Key_Return)
    mouse.double_click(view, row(view, "c"))
    mouse.double_click(view, view.race.mapTo(view, view.race.point(2, 0.8).toPoint()))
    assert opened == ["b", "c", "d"]


def test_a_member_that_gets_ahead_stays_selected_and_takes_its_row_along(view: SweepView) -> None:
    told: list[list[str]] = []
    mouse.click(view, row(view, "a"))
    view.selected.connect(told.append)
    ahead = replace(SMALL.members[0], best=0.99)
    view.show_sweep(replace(SMALL, members=(ahead, *SMALL.members[1:])))
    assert [member.key for member in view.list.members][:2] == ["a", "d"]
    assert view.list.chosen == ["a"] and not told
    view.show_sweep(replace(SMALL, members=SMALL.members[:3]))
    assert view.list.chosen == ["a"] and len(view.list.members) == 3


def test_the_list_stays_where_it_is_scrolled_to_while_runs_go_on(view: SweepView) -> None:
    shown = large(60)
    view.show_sweep(shown)
    QApplication.processEvents()
    bar = view.list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    one = replace(shown.members[58], best=0.5, epochs=11)
    view.show_sweep(replace(shown, members=(*shown.members[:58], one, shown.members[59])))
    QApplication.processEvents()
    assert before > 0 and bar.value() == before


def test_a_brush_makes_the_list_pale_and_one_button_takes_all_away(view: SweepView) -> None:
    press(view, "Fields")
    view.fields.brush(FIELDS[2].title, 0.6, 1.0)
    assert not view.list.is_kept("b") and view.list.is_kept("a")
    press(view, "Race")
    assert view.list.is_kept("b") and not view.show_all.isVisible(), "what is not seen decides nothing"
    press(view, "Fields")
    press(view, "Show all")
    assert view.list.is_kept("b") and view.fields.brushes == {} and not view.show_all.isVisible()


def test_importance_is_a_bar_a_field_with_what_the_best_run_had(view: SweepView) -> None:
    press(view, "Importance")
    assert [(bar.title, bar.share, bar.best) for bar in view.importance.bars.bars] == [
        ("Learning rate", 0.8, "0.1"), ("Batch size", 0.2, "128")]
    assert view.importance.bars.accessibleDescription() == (
        "Learning rate: 80 %, best 0.1; Batch size: 20 %, best 128".replace(" %", "\u00a0%"))
    assert shows(view.importance.bars, theme.DARK.accent)
    view.show_sweep(replace(SMALL, importance=None, unsure="Too few runs: 3 of at least 8."))
    assert texts(view.importance) == ["Too few runs: 3 of at least 8."]
    view.show_sweep(replace(SMALL, importance=None))
    [words] = texts(view.importance)
    assert words.startswith("Which field decided")


def test_nothing_yet_is_said(view: SweepView) -> None:
    view.show_sweep(SweepShown())
    assert texts(view)[0] == "No sweep yet" and not view.list.members and not view.said.isVisible()


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT], ids=lambda look: look.name)
def test_each_theme_is_worn_by_every_look(view: SweepView, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    for title in ("Race", "Fields", "Importance"):
        press(view, title)
        shown = {"Race": view.race, "Fields": view.fields, "Importance": view.importance}[title]
        assert shown.grab().toImage().pixelColor(2, 60).name() == look.panel
    assert shows(view.importance.bars, look.wire, QRect(200, 28, 200, 28)), "the second bar"


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("size", [(620, 220), (640, 300), (380, 700)])
def test_every_word_can_be_read_in_little_room(view: SweepView, size: tuple[int, int]) -> None:
    view.show_sweep(large(30))
    view.resize(*size)
    QApplication.processEvents()
    for title in ("Fields", "Importance", "Race"):
        view.show_look(title.lower())
        QApplication.processEvents()
        assert not cut_words(view) and view.size().toTuple() == size
    below = view.list.mapTo(view, QPoint()).y() > view.race.mapTo(view, QPoint()).y() + 50
    assert below == (size[1] > size[0])


WILD = (None, math.nan, math.inf, -math.inf, 0.0, -1.0, 1e-320, 1e308, -1e308, "", "a word", True, 3, 0.1)


def wild(rng: random.Random) -> SweepShown:
    """Whatever runs may come to; the guard tells of every exception, and fails the test."""
    def number() -> float | None:
        return rng.choice([each for each in WILD if not isinstance(each, str)])

    def member(at: int) -> Member:
        way = tuple((float(epoch), number() or 0.0) for epoch in range(1, rng.choice([1, 2, 3, 9])))
        values = tuple(rng.choice(WILD) for _ in range(rng.randint(0, 3)))
        return Member(f"k{at}", f"member {at}", values, rng.choice(["waiting", "running", "done", "stopped", "failed"]),
                      "", number(), number(), way, len(way), rng.choice([0, 4]))

    fields = tuple(FieldAxis(f"field {at}", rng.choice(["words", "linear", "log"])) for at in range(rng.randint(0, 3)))
    return SweepShown(fields, tuple(member(at) for at in range(rng.choice([0, 1, 2, 7]))), "Loss", rng.random() < 0.5,
                      importance=tuple((field.title, rng.random()) for field in fields))


def test_whatever_runs_come_to_is_shown(view: SweepView) -> None:
    rng = random.Random(0)
    for _ in range(40):
        view.show_sweep(wild(rng))
        for look in (view.race, view.fields):
            view.show_look("race" if look is view.race else "fields")
            look.grab()
            for x in range(0, look.width(), 97):
                look.nearest(QPointF(x, look.height() / 2))
        assert len(view.list.members) == len(view.race.members)
