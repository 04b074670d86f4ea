"""Pictures of findings: what is drawn where, what mouse and keys read, and the menu that keeps them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from widgets.findings.picture_view import FindingPicture
from widgets.findings.pictures import Bars, Grid, Lines, Picture, Table, cell_text
from widgets.look import theme

Show = Callable[..., FindingPicture]
Flags = NDArray[np.bool_]
CURVES = Lines([0, 1, 2, 3, 4], {"equal": [2.0, 2.0, 2.0, 2.0, 2.0], "Xavier": [2.0, 1.0, math.nan, 0.5, 0.25]},
               "step", "loss", ((1, "epoch 1"),), "While it learns")
BARS = Bars(["equal", "a name that is much too long to have any room beside its bar"], [-0.5, 1.0], "accuracy")
GRID = Grid([np.asarray([[0.0, 1.0], [-2.0, math.nan]]), np.asarray([[0.5, 0.5], [0.5, 2.0]])], ("first", "second"))
TABLE = Table(["layer", "gradient", "values"], [["conv1", 0.0123, 61706], ["fc1", None, 3]])


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    def shown(picture: Picture, width: int = 420, height: int = 0) -> FindingPicture:
        view = FindingPicture(picture)
        qtbot.addWidget(view)
        view.resize(width, height or view.heightForWidth(width))
        view.show()
        qtbot.waitExposed(view)
        return view

    yield shown


def drawn(view: QWidget) -> QImage:
    QApplication.processEvents()
    return view.grab().toImage()


def near(image: QImage, color: QColor) -> Flags:
    """Where it has a colour, or nearly so, within the focus ring."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    found = np.frombuffer(plain.constBits(), np.uint8).reshape(image.height(), -1)[:, : 3 * image.width()]
    apart = np.abs(found.reshape(image.height(), -1, 3).astype(int) - color.toTuple()[:3]).sum(axis=2)
    flags: Flags = apart < 100
    flags[:4] = flags[-4:] = flags[:, :4] = flags[:, -4:] = False
    return flags


def rows_of(image: QImage, color: QColor, x: int) -> list[int]:
    """Where a column of pixels has it."""
    return [int(y) for y in np.flatnonzero(near(image, color)[:, x])]


def pixels(image: QImage, color: QColor) -> int:
    """How many have it."""
    return int(near(image, color).sum())


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("picture", [CURVES, BARS, GRID, TABLE])
def test_it_is_drawn_in_the_colours_of_the_theme(look: str, picture: Picture, show: Show, qapp: QApplication) -> None:
    view = show(picture)
    assert is_redrawn(view, lambda: theme.apply(qapp, theme.THEMES["light"]))
    theme.apply(qapp, theme.THEMES[look])
    image = drawn(view)
    assert pixels(image, theme.color("dim")) > 20 and pixels(image, theme.color("panel")) > 1000


def test_the_mouse_reads_every_curve_at_the_nearest_place(show: Show, qtbot: QtBot) -> None:
    view = show(CURVES)
    stops = view.stops
    assert len(stops) == 5 and np.allclose(np.diff([stop.x() for stop in stops]), stops[1].x() - stops[0].x())
    for index, near in ((1, 5), (2, -5), (4, 20)):
        qtbot.mouseMove(view, stops[index].toPoint() + QPoint(near if index < 4 else 0, 0))
        assert [(said.name, said.number) for said in view.said] == [
            (f"step {index}", ""), ("equal", "2"), ("Xavier", {1: "1", 2: "NaN", 4: "0.25"}[index])]
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.said == ()


def test_a_constant_curve_is_a_level_line_and_a_gap_is_left_open(show: Show) -> None:
    flat = show(Lines(list(range(40)), {"": [3.0] * 40}))
    line = [rows_of(drawn(flat), theme.color("accent"), x) for x in (100, 200, 300)]
    assert line[0] and line[0] == line[1] == line[2]
    broken = show(Lines(list(range(40)), {"": [1.0] * 15 + [math.nan] * 10 + [1.0] * 15}))
    image, stops = drawn(broken), broken.stops
    assert rows_of(image, theme.color("accent"), round(stops[5].x()))
    assert not rows_of(image, theme.color("accent"), round(stops[20].x()))


@pytest.mark.parametrize(("log", "share"), [(False, (1 - 0.01) / (100 - 0.01)), (True, 0.5)])
def test_on_powers_of_ten_equal_factors_are_equally_far(log: bool, share: float, show: Show) -> None:
    """0.01, 1, 100: the dot in the middle."""
    view = show(Lines([0, 1, 2], {"": [0.01, 1.0, 100.0]}, log=log))
    image, stops = drawn(view), view.stops
    low, middle, high = (np.mean(rows_of(image, theme.color("accent"), round(stops[at].x()) + off))
                         for at, off in ((0, 1), (1, 0), (2, -1)))
    assert (low - middle) / (low - high) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("picture", [
    Lines([], {}), Lines([], {"a": []}), Lines([1], {"a": [math.nan]}), Lines([0, 1], {"a": [0, -1]}, log=True),
    Lines([3, 3], {"a": [1, 2]}, marks=((3, "here"),)), Lines([math.nan, 1], {"a": [1, 2]}), Bars([], []),
    Lines([0, 1], {"a": [math.inf, 1]}), Bars(["a"], [math.nan]), Bars([str(n) for n in range(30)], [math.inf] * 30),
    Grid([]), Grid([np.full((2, 2), math.nan)]), Grid([np.zeros((1, 300))], ("wide",)), Table([], []),
    Table(["a"], []), Table(["a", "b"], [["only one"]]),
])
def test_what_is_empty_or_no_number_is_drawn_as_well(picture: Picture, show: Show, qtbot: QtBot) -> None:
    view = show(picture)
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    for point in (QPoint(60, 40), QPoint(view.width() - 10, view.height() - 10)):
        qtbot.mouseMove(view, point)
    assert not drawn(view).isNull()


@pytest.mark.parametrize("picture", [CURVES, BARS, GRID, TABLE])
@pytest.mark.parametrize("size", [(180, 60), (400, 180), (1400, 400)])
def test_it_has_any_size(picture: Picture, size: tuple[int, int], show: Show) -> None:
    view = show(picture, *size)
    assert view.size().toTuple() == size
    assert pixels(drawn(view), theme.color("panel")) < view.width() * view.height() - 100


def test_a_bar_is_as_long_as_its_number_from_zero_on(show: Show) -> None:
    image = drawn(show(Bars(["a", "b", "c"], [1.0, -1.0, 0.5])))
    lengths = [max(sum(image.pixelColor(x, y) == color for x in range(image.width())) for y in range(top, top + 26))
               for top, color in ((6, theme.color("accent")), (32, theme.color("error")), (58, theme.color("accent")))]
    assert lengths[0] == pytest.approx(lengths[1], abs=4) and lengths[2] == pytest.approx(lengths[0] / 2, abs=4)


def test_a_stressed_bar_stands_out_from_the_others(show: Show) -> None:
    alike, one = Bars(["a", "b"], [1.0, 1.0]), Bars(["a", "b"], [1.0, 1.0], stressed=1)
    counts = [pixels(drawn(show(each)), theme.color("accent")) for each in (alike, one)]
    assert counts[1] == pytest.approx(counts[0] / 2, rel=0.05)


def test_a_bar_names_itself_where_its_name_had_no_room(show: Show, qtbot: QtBot) -> None:
    view = show(BARS)
    said = []
    for stop in view.stops:
        qtbot.mouseMove(view, stop.toPoint())
        said.append([(line.name, line.number) for line in view.said])
    assert said == [[], [(BARS.names[1], "1")]]


def test_many_bars_are_columns_that_are_named(show: Show, qtbot: QtBot) -> None:
    values = [float(index) for index in range(300)]
    view = show(Bars([f"channel {index}" for index in range(300)], values, "worth", "channel"), 700)
    assert len(view.stops) == 300
    for index in (0, 150, 299):
        qtbot.mouseMove(view, view.stops[index].toPoint())
        [line] = view.said
        assert abs(int(line.name.split()[1]) - index) <= 1 and line.number == line.name.split()[1]


def test_all_pictures_of_a_grid_have_one_scale(show: Show, qtbot: QtBot) -> None:
    """0.5 has the same colour in both, 2 the full one, and −2 the full one of the other side."""
    view = show(GRID)
    image = drawn(view)
    [first, second] = view.stops
    side = 56 if first.x() < 50 else 132

    def at(middle: QPointF, row: int, column: int) -> str:
        return image.pixelColor(round(middle.x() + (column - 0.5) * side / 2),
                                round(middle.y() + (row - 0.5) * side / 2)).name()

    assert at(second, 0, 0) == at(second, 0, 1) == at(second, 1, 0) not in (at(first, 0, 1), at(first, 0, 0))
    assert at(second, 1, 1) == theme.color("accent").name() and at(first, 1, 0) == theme.color("error").name()
    assert at(first, 1, 1) == theme.color("warn").name() and at(first, 0, 0) == theme.color("raised").name()
    qtbot.mouseMove(view, (first + QPointF(-side / 4, side / 4)).toPoint())
    assert [(said.name, said.number) for said in view.said] == [("first", ""), ("row 1, column 0", "−2")]
    qtbot.mouseMove(view, QPoint(round((first.x() + second.x()) / 2), round(first.y())))
    assert view.said == (), "between them is nothing"


def test_a_row_that_had_no_room_is_read_in_full(show: Show, qtbot: QtBot) -> None:
    wide = show(TABLE)
    qtbot.mouseMove(wide, wide.stops[0].toPoint())
    assert wide.said == ()
    wide.close()
    narrow = show(Table(["layer", "about"], [["conv1", "many words " * 12]]), 200)
    qtbot.mouseMove(narrow, narrow.stops[0].toPoint())
    assert [said.name for said in narrow.said] == ["layer", "about"] and narrow.said[1].number == "many words " * 12


@pytest.mark.parametrize(("cell", "text"), [("x", "x"), (61706, "61\u00a0706"), (0.5, "0.500"), (None, "–"),
                                            (math.nan, "–"), (0.0, "0.000")])
def test_a_cell_is_written_as_numbers_are(cell: float | str | None, text: str) -> None:
    assert cell_text(cell) == text


def test_arrows_read_one_number_after_another(show: Show, qtbot: QtBot) -> None:
    view = show(CURVES)
    read = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
        read.append(view.said[0].name)
    assert read == ["step 0", "step 1", "step 0", "step 0"]
    view.show_picture(TABLE)
    assert view.said == ()


@pytest.mark.parametrize(("picture", "words"), [
    (CURVES, "equal from 2 to 2; Xavier from 2 to 0.25"), (GRID, "first; second"), (Grid([np.eye(2)]), "1 pictures"),
    (Bars(["a", "b"], [0.5, 1]), "a 0.5; b 1"), (TABLE, "layer gradient values; conv1 0.012 61\u00a0706; fc1 – 3"),
])
def test_it_is_told_in_words(picture: Picture, words: str, show: Show) -> None:
    view = show(picture)
    assert view.accessibleDescription() == words and view.accessibleName()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_asks_for_a_file(show: Show, qtbot: QtBot) -> None:
    view = show(CURVES)
    asked: list[str] = []
    view.save_requested.connect(asked.append)
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(50, 50),
                                                   view.mapToGlobal(QPoint(50, 50))))
    [menu] = [menu for menu in view.findChildren(QMenu) if menu.isVisible()]
    assert [action.text().split("(")[0].strip() for action in menu.actions()] == [
        "Save as PNG…", "Save as SVG…", "Save its numbers"]
    for action in menu.actions():
        action.trigger()
    menu.close()
    assert asked == ["png", "svg", "npz"]


def test_what_is_below_grows_with_it(qtbot: QtBot) -> None:
    """Its height follows from its width: many names in a legend need more lines."""
    many = Lines([0, 1], {f"a curve with a long name {index}": [0, 1] for index in range(6)})
    page = QWidget()
    qtbot.addWidget(page)
    view = FindingPicture(many)
    QVBoxLayout(page).addWidget(view)
    assert view.hasHeightForWidth() and view.heightForWidth(220) > view.heightForWidth(900)
