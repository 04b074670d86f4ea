"""A box to pick one of many rows in: where it appears, what it says of the marked row, and what is picked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.seen import texts
from tests.widgets.find.host import Host, is_as_high_as_it_need_be, press, write
from widgets.find.pick_box import PickBox
from widgets.parts.row_list import Row

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LONG = "why it cannot be done, in a sentence that is longer than the box is wide, so that it goes on below"
ROWS = [Row("a", "Align left", "cards"), Row("b", "Bypass", "layers", dim=True, tip=LONG),
        Row("c", "Close", "a network", tip="and its tab"), Row("d", "Duplicate", "cards")]


class Bench:
    """A box in the middle of a host, and what it said."""

    def __init__(self, host: Host, rows: list[Row] = ROWS, **sizes: int) -> None:
        self.box = PickBox(host, "Commands", "Type a command", rows, **sizes)
        self.marked: list[str | None] = []
        self.picked: list[str] = []
        self.box.marked.connect(lambda row: self.marked.append(row and row.key))
        self.box.picked.connect(lambda row: self.picked.append(row.key))
        self.box.open_in_the_middle()

    def titles(self) -> list[str]:
        return [row.title for row in self.box.list.rows]


@pytest.mark.parametrize(("width", "height", "place"), [(900, 700, (240, 87)), (900, 300, (240, 48)),
                                                        (1200, 1600, (390, 200))])
def test_it_appears_in_the_middle_of_the_upper_part(host: Host, width: int, height: int, place: tuple[int, int]):
    host.resize(width, height)
    bench = Bench(host)
    assert (bench.box.pos().toTuple(), bench.box.width()) == (place, 420)
    assert bench.box.field.hasFocus() and bench.titles() == [row.title for row in ROWS]
    names = [part.accessibleName() for part in (bench.box, bench.box.field, bench.box.list)]
    assert names == ["Commands"] * 3 and bench.box.field.placeholderText() == "Type a command"


def test_it_may_be_wider_and_show_fewer_rows(host: Host):
    bench = Bench(host, ROWS * 10, width=600, most=3)
    low = Bench(host, ROWS * 10).box.height()
    assert bench.box.width() == 600 and bench.box.height() < low


def test_what_is_to_say_of_the_marked_row_stands_below_and_has_room(host: Host):
    bench = Bench(host)
    assert texts(bench.box) == [] and is_as_high_as_it_need_be(bench.box)
    low = bench.box.height()
    press(Qt.Key.Key_Down)
    assert texts(bench.box) == [LONG] and bench.box.height() > low and is_as_high_as_it_need_be(bench.box)
    press(Qt.Key.Key_Down)
    assert texts(bench.box) == ["and its tab"] and is_as_high_as_it_need_be(bench.box)
    press(Qt.Key.Key_Down)
    assert texts(bench.box) == [] and bench.box.height() == low
    assert bench.marked == ["b", "c", "d"]
    bench.box.tell_again()
    assert bench.marked == ["b", "c", "d", "d"]


def test_words_of_the_detail_find_too_and_what_matches_nothing_is_said(host: Host):
    bench = Bench(host)
    write("cards")
    assert bench.titles() == ["Align left", "Duplicate"] and is_as_high_as_it_need_be(bench.box)
    bench.box.field.setText(" zzz ")
    assert bench.titles() == [] and texts(bench.box) == ["Nothing matches “zzz”."]
    assert bench.marked[-1] is None and is_as_high_as_it_need_be(bench.box)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab):
        press(key)
    assert bench.picked == [] and bench.box.isVisible() and bench.box.field.text() == " zzz "
    bench.box.tell_again()
    assert bench.marked[-1] is None
    bench.box.field.setText("clo")
    assert texts(bench.box) == ["and its tab"]


def test_tab_writes_the_marked_title_out(host: Host):
    bench = Bench(host)
    write("dup")
    press(Qt.Key.Key_Tab)
    assert bench.box.field.text() == "Duplicate" and bench.picked == []


def test_a_click_picks_and_closes_first(host: Host):
    bench = Bench(host)
    seen: list[bool] = []
    bench.box.picked.connect(lambda _row: seen.append(bench.box.isVisible()))
    for row, picked in ((1, []), (3, ["d"])):
        place = bench.box.list.visualRect(bench.box.list.model().index(row, 0)).center()
        QTest.mouseClick(bench.box.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert bench.picked == picked
    assert seen == [False] and host.hasFocus()


def test_it_is_moved_with_its_corner(host: Host):
    box = PickBox(host, "Commands", "Type", ROWS)
    assert not box.isVisible()
    box.open_at(QPoint(30, 40))
    assert box.pos() == QPoint(30, 40) and is_as_high_as_it_need_be(box)
