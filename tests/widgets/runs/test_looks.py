"""How the rows look, in both themes: colours of curves, what runs, what is selected, hovered, lit up, too long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.painted import Mark, of, painted, words
from tests.redrawn import is_redrawn
from tests.seen import colors
from tests.widgets.runs.desk import COLUMNS, afternoon, color_of, row
from tests.widgets.runs.hands import NONE, click, heading, move, place, press, star_x
from widgets.look import theme
from widgets.runs.ordering import Sorting
from widgets.runs.painting import RowLook, RowPainter
from widgets.runs.rows import IN_HAND, RunRow
from widgets.runs.table import RunsTable

LINE = QRect(0, 0, 900, 26)
WIDE = (152, 300, 90, 90, 90, 90, 90, 60)
CELLS = [QRectF(sum(WIDE[:column]), 0, wide, 26) for column, wide in enumerate(WIDE)]


def drawn(run: RunRow, look: RowLook | None = None, cells: list[QRectF] = CELLS) -> list[Mark]:
    paint = RowPainter(color_of)

    def draw(painter: QPainter) -> None:
        painter.save()
        paint.paint(painter, LINE, cells, run, COLUMNS, look or RowLook())
        painter.restore()

    return painted(draw)


def in_row(table: RunsTable, key: str, left: int = 0, right: int = 980) -> set[str]:
    """The colours there."""
    box = QRect(left, place(table, key).y() - 12, right - left, 24)
    return colors(table.tree.viewport(), box)


@pytest.mark.parametrize("look", theme.THEMES.values(), ids=theme.THEMES)
def test_a_row_in_words_and_colours(look: theme.Theme, qapp: QApplication) -> None:
    theme.apply(qapp, look)
    run = row("6", "Dropout 0.2 → 0", 0.9702, 0.9688, 0.996, 61_706, 18, color=1, note="why")
    marks = drawn(run)
    assert words(marks) == ["6", "Dropout 0.2 → 0", " · why", "0.9702", "0.9688", "0.9960", "61 706", "0:18", "0"]
    assert [mark.pen for mark in of("text", marks)] == [look.text, look.dim, *[look.text] * 7]
    assert [mark.fill for mark in of("dot", marks)] == [color_of(1).name()]
    assert of("area", marks) == [] and of("shape", marks) == [], "no ground, no star"
    fonts = [mark.font for mark in of("text", marks)]
    assert set(fonts[:3]) == {theme.ui_font(12)} and set(fonts[3:]) == {theme.mono_font(12)}
    for color, fill in ((None, look.wire), (IN_HAND, look.accent), (0, color_of(0).name())):
        assert of("dot", drawn(replace(run, color=color)))[0].fill == fill


@pytest.mark.parametrize(("state", "title", "token"), [
    ("running", "7 running", "accent"), ("paused", "7 paused", "text"), ("failed", "7 failed", "error"),
    ("stopped", "7 stopped", "text"), ("waiting", "7 waiting", "text"), ("", "7", "text"),
])  # fmt: skip
def test_the_state_is_said_and_the_running_one_stands_out(state: str, title: str, token: str) -> None:
    first = of("text", drawn(row("7", state=state)))[0]  # type: ignore[arg-type]
    assert (first.text, first.pen) == (title, QColor(theme.color(token)).name())


def test_what_is_selected_hovered_current_starred() -> None:
    look, run = theme.current(), row("6")
    assert [mark.fill for mark in of("area", drawn(run, RowLook(is_chosen=True)))] == [look.raised]
    hover = of("area", drawn(run, RowLook(is_hovered=True)))
    assert len(hover) == 1 and hover[0].fill not in (look.raised, look.panel)
    current = of("area", drawn(run, RowLook(is_chosen=True, is_current=True)))[1]
    assert (current.fill, current.place.width()) == (look.accent, 2)
    hovered = of("shape", drawn(run, RowLook(is_hovered=True)))
    assert [(mark.pen, mark.fill) for mark in hovered] == [(look.dim, "")], "a star that can be given"
    starred = of("shape", drawn(replace(run, star=True)))
    assert [(mark.pen, mark.fill) for mark in starred] == [(look.text, look.text)]
    assert starred[0].place.left() > 45 + 8 and starred[0].place.right() < 90, "right after its name"


def test_groups_have_a_triangle_and_members_stand_further_right() -> None:
    group, member = afternoon()[3], afternoon()[3].children[0]
    folded, unfolded = (of("shape", drawn(group, RowLook(is_unfolded=open))) for open in (False, True))
    assert folded[0].text != unfolded[0].text
    assert folded[0].place.left() > 26 and folded[0].place.right() < 45, "between the dot and the name"
    inside, beside = drawn(member, RowLook(is_member=True)), drawn(member)
    assert of("dot", inside)[0].place.left() == of("dot", beside)[0].place.left() + 16
    assert of("text", inside)[0].place.left() == of("text", beside)[0].place.left() + 16


def test_long_words_are_cut_in_the_middle_and_leave_room_for_the_note() -> None:
    long = "lr 0.1 → 0.06, batch 256 → 64, Sigmoid → ReLU everywhere, weight decay 0.1, Dropout 0.5 before fc1"
    _, alone, *_ = words(drawn(row("6", long)))
    assert alone == "lr 0.1 → 0.06, … Dropout 0.5 before fc1", "whole changes"
    one = words(drawn(row("6", "Sigmoid → ReLU " * 9 + "end")))[1]
    assert one.startswith("Sigmoid") and one.endswith("end") and "…" in one
    marks = of("text", drawn(row("6", long, note="a note that is long, too, " * 9)))
    assert "…" in marks[1].text and marks[2].text.startswith(" · a note") and marks[2].text.endswith("…")
    paint = RowPainter(color_of)
    both = paint.words.horizontalAdvance(marks[1].text) + paint.words.horizontalAdvance(marks[2].text)
    assert both <= 300 - 18 + 1 and paint.words.horizontalAdvance(marks[1].text) > 100
    assert words(drawn(row("6", "", note="why")))[1:3] == ["", "why"]
    edited = words(drawn(row("6", long, note="why"), RowLook(is_edited=True)))
    assert "…" in edited[1]
    assert edited[2] == "0.9000", "the note is in its editor"
    narrow = [QRectF(box.left(), 0, 100 if box.left() == 0 else 40, 26) for box in CELLS]
    name, _, _, number, *_ = words(drawn(row("a run with a long name", "x", 0.123456789), cells=narrow))
    assert name.startswith("a") and name.endswith("…") and number.endswith("…")


def test_where_a_note_is_typed() -> None:
    paint, cell = RowPainter(color_of), CELLS[1]
    words = paint.words.horizontalAdvance("Dropout 0.2 → 0 · ")
    box = paint.note_box(cell, row("6", "Dropout 0.2 → 0", note="why"))
    assert (box.left(), box.right(), box.top(), box.bottom()) == (cell.left() + 10 + words, cell.right() - 8, 2, 24)
    assert paint.note_box(cell, row("6", "")).left() == cell.left() + 10
    assert paint.note_box(cell, row("6", "long, " * 50)).left() == cell.left() + 300 * 0.55, "there is room for some"


def test_the_tooltip_has_all(table: RunsTable) -> None:
    long = replace(row("8", "lr, batch", note="why"), tooltip="lr 0.1 → 0.2\nbatch 256 → 64 & more")
    table.show_rows(COLUMNS, (long, row("7", "lr 0.5")))
    tips = [table.model.index_of(key).data(Qt.ItemDataRole.ToolTipRole) for key in ("8", "7")]
    assert tips == ["<qt>lr 0.1 → 0.2<br>batch 256 → 64 &amp; more<br>why</qt>", "<qt>lr 0.5</qt>"]
    tip = table.model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip == "<qt>The best epoch&#x27;s validation accuracy</qt>"
    assert table.model.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) is None


def test_what_a_screen_reader_hears(table: RunsTable) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    index = table.model.index_of("1")
    assert index.data(role).startswith("1, starred, LeNet as in the notes, best 0.9321")
    cells = [index.siblingAtColumn(column).data(role) for column in (1, 2, 7)]
    assert cells == ["LeNet as in the notes", "0.9321", "0"]
    names = [table.tree.accessibleName(), table.bar.line.accessibleName(), table.bar.star.accessibleName(),
             table.bar.tools.metrics.accessibleName(), table.bar.tools.scope.accessibleName()]  # fmt: skip
    assert names == ["Runs", "Filter: name, words, note, lr>0.1", "Only runs with a star",
                     "Metric: validation accuracy", "Runs of"]  # fmt: skip


def test_rows_on_the_screen(table: RunsTable) -> None:
    look = theme.current()
    table.select(["6", "4.0", "4.1", "4.2", "4.3", "4.4"])
    click(table, "4", x=37)
    assert look.raised in in_row(table, "6", 420, 440) and look.raised not in in_row(table, "5", 420, 440)
    assert look.raised in in_row(table, "4.2", 420, 440), "members look as their group does"
    assert color_of(0).name() in in_row(table, "6", 10, 30)
    assert look.accent in in_row(table, "7", 40, 110) and look.accent not in in_row(table, "5", 40, 110)
    assert look.accent in in_row(table, "6", 0, 3), "keys act on it"
    click(table, "5")
    assert look.accent not in in_row(table, "6", 0, 3)
    assert look.accent in in_row(table, "5", 0, 3)
    table.bar.line.setFocus()
    assert look.accent not in in_row(table, "5", 0, 3), "keys do not act on it"


def test_a_row_is_lit_up_from_elsewhere(table: RunsTable) -> None:
    quiet = in_row(table, "3", 420, 440)
    table.light("3")
    assert in_row(table, "3", 420, 440) != quiet
    table.light("4.2")
    assert in_row(table, "3", 420, 440) == quiet != in_row(table, "4", 420, 440), "its group is folded"
    click(table, "4", x=37)
    table.light("")
    table.light("4.2")
    move(table, QPoint(300, 340))
    assert in_row(table, "4", 420, 440) == quiet != in_row(table, "4.2", 420, 440)
    table.light("gone")
    assert in_row(table, "4.2", 420, 440) == quiet


def test_only_what_has_changed_is_drawn_again(table: RunsTable) -> None:
    view, rows = table.tree.viewport(), afternoon()
    assert not is_redrawn(view, lambda: table.show_rows(COLUMNS, tuple(replace(each) for each in rows)))
    assert is_redrawn(view, lambda: table.show_rows(COLUMNS, (replace(rows[0], changed="x"), *rows[1:])))


def test_the_heading(table: RunsTable) -> None:
    head, look = table.tree.head, theme.current()

    def there(column: int) -> set[str]:
        return colors(head.viewport(), QRect(head.sectionViewportPosition(column), 0, head.sectionSize(column), 26))

    assert look.dim in there(1) and look.text not in there(1) | there(2)
    line = colors(head.viewport(), QRect(0, 26, head.width(), 1))
    assert line == {look.line}
    heading(table, 2)
    assert look.text in there(2) and look.text not in there(3)


def test_another_theme_and_other_letters(table: RunsTable, qapp: QApplication) -> None:
    table.select(["6"])
    table.set_sorting(Sorting("best", True))
    theme.apply(qapp, theme.LIGHT)
    seen = colors(table.tree.viewport())
    assert {theme.LIGHT.raised, theme.LIGHT.accent, theme.LIGHT.wire, color_of(0).name()} <= seen
    assert not {theme.DARK.raised, theme.DARK.text, theme.DARK.accent} & seen
    assert theme.LIGHT.text in colors(table.tree.head.viewport())


def test_every_number_can_be_read_in_every_font(font: str, table: RunsTable) -> None:
    theme.apply(QApplication.instance(), theme.LIGHT)  # type: ignore[arg-type]
    table.show_rows(COLUMNS, (row("8", "", 0.9, 0.9, 0.9, 138_357_544), *afternoon()))
    table.resize(1300, 380)
    QApplication.processEvents()
    for column in range(2, 8):
        longest = max((str(table.model.index(line, column).data()) for line in range(8)), key=len)
        assert table.tree.look.numbers.horizontalAdvance(longest) <= table.tree.head.sectionSize(column) - 16, font


def test_a_star_that_is_offered_is_where_it_is_pressed(table: RunsTable) -> None:
    x = star_x(table, "6")
    assert len(in_row(table, "6", x - 8, x + 8)) == 1
    move(table, place(table, "6"))
    assert len(in_row(table, "6", x - 8, x + 8)) > 10
    QTest.mouseClick(table.tree.viewport(), Qt.MouseButton.LeftButton, NONE, place(table, "6", x + 40))
    press(table, Qt.Key.Key_Down)
    assert table.keys == ["5"]
