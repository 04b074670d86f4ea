"""Marks over the curves: threads with words, of which none writes over another's."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from widgets.look import theme
from widgets.plot.marks import SHORTEST, Mark, paint_best, paint_marks, placed

AREA = QRectF(40, 30, 400, 160)


def width(text: str) -> float:
    return 7.0 * len(text)


def shortened(text: str, room: float) -> str:
    return text if width(text) <= room else text[: int(room / 7) - 1] + "…"


def words(*marks: tuple[float, str]) -> list[tuple[float, float, str]]:
    """Where each begins, in which line, and what it says."""
    found = placed([(x, text, "warn") for x, text in marks], AREA, width, shortened)
    return [(each.place.left(), (each.place.top() - AREA.top()) / each.place.height(), each.text) for each in found]


def test_words_stand_behind_their_thread_and_a_line_lower_where_others_are() -> None:
    assert words((100, "lr 0.1")) == [(104, 0, "lr 0.1")]
    assert words((100, "lr 0.1"), (110, "lr 0.01"), (300, "lr 0.2")) == [
        (104, 0, "lr 0.1"), (114, 1, "lr 0.01"), (304, 0, "lr 0.2")]


def test_at_the_end_they_stand_before_it() -> None:
    [(left, line, text)] = words((430, "by hand"))
    assert left + width(text) <= 430 and line == 0 and text == "by hand"


def test_where_no_line_is_free_they_are_shortened_and_in_the_end_left_out() -> None:
    marks = [(380.0 + index, f"something happened here {index}") for index in range(30)]
    found = words(*marks)
    assert 0 < len(found) < len(marks)
    assert any(text.endswith("…") for *_, text in words(*((40.0 + index, "x" * 70) for index in range(4))))


@given(st.lists(st.tuples(st.floats(40, 440), st.text("abc 0.1", min_size=1, max_size=60)), max_size=25))
def test_no_words_run_into_others_or_out_of_the_plot(marks: list[tuple[float, str]]) -> None:
    found = placed(sorted((x, text, "warn") for x, text in marks), AREA, width, shortened)
    assert all(AREA.contains(each.place) for each in found)
    assert not any(one.place.intersects(other.place) for one, other in combinations(found, 2))
    assert all(width(each.text) <= each.place.width() + 7 or each.place.width() < SHORTEST for each in found)


def painted(paint) -> QImage:
    image = QImage(480, 220, QImage.Format.Format_RGB32)
    image.fill(theme.color("panel"))
    with QPainter(image) as painter:
        paint(painter)
    return image


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_a_thread_is_solid_and_has_its_roles_colour(qapp, look: theme.Theme) -> None:
    theme.apply(qapp, look)
    image = painted(lambda painter: paint_marks(
        painter, AREA, [(100.0, Mark(1, "lr 0.06")), (300.0, Mark(2, "saved", "ok"))], theme.mono_font(10)))
    for x, name in ((100, "warn"), (300, "ok")):
        assert {image.pixelColor(x, y).name() for y in range(31, 189)} == {theme.color(name).name()}
    words = [image.pixelColor(x, y) for x in range(104, 150) for y in range(31, 46)]
    assert min(abs(each.hue() - QColor(look.warn).hue()) + abs(each.value() - QColor(look.warn).value())
               for each in words) < 24


def test_the_best_epoch_is_dotted_and_says_so_at_its_foot() -> None:
    image = painted(lambda painter: paint_best(painter, AREA, 200.0, "best", QFont()))
    plain = painted(lambda painter: paint_best(painter, AREA, 200.0, "", QFont()))
    column = {image.pixelColor(200, y).name() for y in range(40, 180)}
    assert len(column) > 1, "dotted"
    foot = [(x, y) for x in range(203, 240) for y in range(170, 190) if image.pixel(x, y) != plain.pixel(x, y)]
    assert foot and not any(image.pixel(x, y) != plain.pixel(x, y) for x in range(203, 240) for y in range(31, 160))
