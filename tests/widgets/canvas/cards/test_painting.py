"""How a card looks: its outline says what is wrong and what is selected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.canvas.cards.face import Face
from widgets.canvas.cards.heat import heat_color
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.look import theme

FACE = Face("conv1", "convolution", "Conv 2d", count="156")
ROOM, BODY = 20, QPoint(20 + 200, 20 + 30)


def painted(face: Face, selected: bool = False, hovered: bool = False, scale: int = 1) -> QImage:
    """The card with room around it."""
    image = QImage(QSize(int(CARD_WIDTH) + 2 * ROOM, 90) * scale, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.current().canvas))
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(ROOM, ROOM)
    paint_card(painter, face, selected, hovered)
    painter.end()
    return image


def is_near(color: QColor, other: QColor) -> bool:
    return max(abs(color.red() - other.red()), abs(color.green() - other.green()),
               abs(color.blue() - other.blue())) < 40


LARGE = 5  # times, so that lines of different widths differ


def edge(face: Face, selected: bool = False, hovered: bool = False) -> tuple[set[str], float]:
    """Along the card's upper edge, left of its input: the colours that are there, by name, and how thick it is."""
    image = painted(face, selected, hovered, LARGE)
    others = (theme.color("canvas"), theme.color("raised"))
    columns = range(LARGE * (ROOM + 30), LARGE * (ROOM + 90))
    rows = [row for y in range(LARGE * (ROOM - 4), LARGE * (ROOM + 5))
            if (row := [image.pixelColor(x, y) for x in columns])[0] not in others]
    tokens = {min(("line", "dim", "accent", "error", "warn"), key=lambda token: distance(color, theme.color(token)))
              for row in rows for color in row}
    return tokens, len(rows) / LARGE


def distance(color: QColor, other: QColor) -> int:
    return sum(abs(a - b) for a, b in zip(color.getRgb(), other.getRgb(), strict=True))


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
@pytest.mark.parametrize(("severity", "selected", "hovered", "token"), [
    ("", False, False, "line"), ("", False, True, "dim"), ("", True, False, "accent"), ("", True, True, "accent"),
    ("warning", False, False, "line"), ("warning", False, True, "dim"), ("warning", True, False, "accent"),
    ("error", False, False, "error"), ("error", False, True, "error"), ("error", True, True, "error"),
])
def test_the_outline_says_what_is_wrong_and_what_is_selected(qapp, monkeypatch, look, severity, selected, hovered,
                                                             token):
    monkeypatch.setattr(theme, "_current", look)
    assert edge(FACE._replace(severity=severity), selected, hovered)[0] == {token}


def test_the_outline_is_thick_where_something_is_wrong_or_selected(qapp):
    faces = [FACE._replace(severity=severity) for severity in ("", "warning", "error")]
    assert [edge(face)[1] for face in faces] == pytest.approx([1, 1, 1.8], abs=0.2)
    assert [edge(face, selected=True)[1] for face in faces] == pytest.approx([2, 2, 2.6], abs=0.2)


def tones(image: QImage, area: QRect) -> set[str]:
    """Which of the colours that words have come close to being there."""
    colors = {image.pixelColor(x, y).rgb() for x in range(area.left(), area.right())
              for y in range(area.top(), area.bottom())}
    return {token for token in ("error", "warn", "dim")
            if any(distance(QColor(color), theme.color(token)) < 90 for color in colors)}


@pytest.mark.parametrize(("severity", "problem", "token"), [
    ("error", "It expects 3 channels", "error"), ("warning", "It expects 3 channels", "warn"), ("", "", "dim")])
def test_the_second_line_has_the_colour_of_what_is_wrong(qapp, severity, problem, token):
    image = painted(FACE._replace(severity=severity, problem=problem, category="regularization"))
    assert tones(image, QRect(ROOM + 12, ROOM + 24, 150, 16)) == {token}


@pytest.mark.parametrize(("severity", "token"), [("error", {"error"}), ("warning", {"warn"}), ("", set())])
def test_a_collapsed_card_has_a_mark_of_that_colour(qapp, severity, token):
    image = painted(FACE._replace(severity=severity, count="", collapsed=True))
    assert tones(image, QRect(ROOM + 190, ROOM + 4, 30, 18)) == token


def test_the_strip_has_the_colour_of_the_category_and_pales_where_the_layer_takes_no_part(qapp):
    strip = QPoint(ROOM + 2, ROOM + 23)
    assert painted(FACE).pixelColor(strip) == theme.category_color("convolution")
    assert painted(FACE._replace(loose=True)).pixelColor(strip) != theme.category_color("convolution")
    assert painted(FACE._replace(category="nobody's")).pixelColor(strip) == theme.category_color("regularization")


def test_the_ground_is_heated_by_share(qapp):
    assert painted(FACE).pixelColor(BODY) == theme.color("raised")
    for share in (0.0, 0.5, 1.0):
        assert is_near(painted(FACE._replace(heat=share)).pixelColor(BODY), heat_color(share))


@pytest.mark.parametrize("change", [
    {"repeat": 3}, {"bypassed": True}, {"frozen": True}, {"linked": True}, {"label": "red"}, {"inputs": 2},
    {"inputs": 0}, {"change": "added"}, {"change": "removed"}, {"change": "moved"}, {"collapsed": True},
    {"count": ""}, {"problem": "It expects 3 channels", "severity": "warning"},
])
def test_everything_that_a_face_says_is_seen(qapp, change):
    assert painted(FACE._replace(**change)) != painted(FACE)
