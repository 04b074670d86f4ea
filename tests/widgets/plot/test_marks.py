"""Marks over the curves: threads with words, of which none writes over another's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from widgets.look import theme
from widgets.plot.marks import Board, Mark, Marks, paint_best, paint_marks, shortened

AREA = QRectF(40, 30, 400, 160)


FONT = QFont("monospace", 8)


def free(place: QRectF) -> bool:
    return False


def painted(paint) -> QImage:
    image = QImage(480, 220, QImage.Format.Format_RGB32)
    image.fill(theme.color("panel"))
    with QPainter(image) as painter:
        paint(painter)
    return image


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_a_thread_is_solid_and_has_its_roles_colour(qapp, look: theme.Theme) -> None:
    theme.apply(qapp, look)
    font = theme.mono_font(10)
    marks = Board(font).marked(AREA, [(100.0, Mark(1, "lr 0.06")), (300.0, Mark(2, "saved", "ok"))], free)
    image = painted(lambda painter: paint_marks(painter, marks, font))
    for x, name in ((100, "warn"), (300, "ok")):
        assert {image.pixelColor(x, y).name() for y in range(31, 189)} == {theme.color(name).name()}
    words = [image.pixelColor(x, y) for x in range(104, 150) for y in range(31, 46)]
    assert min(abs(each.hue() - QColor(look.warn).hue()) + abs(each.value() - QColor(look.warn).value())
               for each in words) < 24


def test_the_best_epoch_is_dotted_and_says_so_at_its_foot() -> None:
    image = painted(lambda painter: paint_best(painter, Marks(AREA), 200.0, "best", QFont(), free))
    plain = painted(lambda painter: paint_best(painter, Marks(AREA), 200.0, "", QFont(), free))
    column = {image.pixelColor(200, y).name() for y in range(40, 180)}
    assert len(column) > 1, "dotted"
    foot = [(x, y) for x in range(203, 240) for y in range(170, 190) if image.pixel(x, y) != plain.pixel(x, y)]
    assert foot and not any(image.pixel(x, y) != plain.pixel(x, y) for x in range(203, 240) for y in range(31, 160))


def test_words_stand_at_the_foot_where_curves_run_at_the_head() -> None:
    seen = [(100.0, Mark(1, "lr 0.06")), (104.0, Mark(2, "lr 0.03"))]
    assert not Board(FONT).marked(AREA, seen, free).below
    assert not Board(FONT).marked(AREA, seen, lambda place: True).below, "no better there"
    marks = Board(FONT).marked(AREA, seen, lambda place: place.top() < AREA.center().y())
    assert marks.below and [words.place.bottom() for words in marks.words] == [190, 175]
    assert [place.bottom() for place, _ in marks.threads()] == [190, 175]
    assert {place.top() for place, _ in marks.threads()} == {30}


def test_another_thread_begins_after_the_words_in_its_way() -> None:
    marks = Board(FONT).marked(AREA, [(100.0, Mark(1, "lr 0.06")), (104.0, Mark(2, "lr 0.03"))], free)
    [first, second] = (words.place for words in marks.words)
    assert marks.thread(110) == QRectF(110, second.bottom(), 1, 190 - second.bottom())
    assert marks.thread(105).top() == first.bottom() and marks.thread(101).top() == first.top()
    assert marks.thread(90).top() == marks.thread(400).top() == 30


def test_the_mouse_finds_a_mark_by_its_thread_and_by_its_words() -> None:
    seen = [(100.0, Mark(1, "lr 0.06")), (104.0, Mark(2, "lr 0.03")), (300.0, Mark(3, "saved"))]
    marks = Board(FONT).marked(AREA, seen, free)
    texts = [[mark.text for mark in marks.at(QPointF(*point))] for point in (
        (102, 120), (304, 60), (marks.words[1].place.center().x(), marks.words[1].place.center().y()), (200, 120),
        (300, 20))]
    assert texts == [["lr 0.06", "lr 0.03"], ["saved"], ["lr 0.03"], [], []]


def test_shortened_words_end_with_a_word() -> None:
    metrics = QFontMetricsF(FONT)
    full = "lr 0.9 → 0.09, batch size"
    assert shortened(metrics, full, 1e4) == full
    for cut in range(2, len(full) - 2):
        found = shortened(metrics, full, metrics.horizontalAdvance(full[:cut] + "…"))
        assert found.endswith("…") and full.startswith(found[:-1]) and found[-2:-1] not in " →,"
