"""How a card looks: its outline says what is wrong and what is selected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.canvas.cards.face import Face
from widgets.canvas.cards.heat import heat_color
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.look import theme

FACE = Face("conv1", "convolution", "Conv 2d", count="156")
ROOM, TOP_EDGE, BODY = 20, QPoint(20 + 120, 20), QPoint(20 + 200, 20 + 30)


def painted(face: Face, selected: bool = False, hovered: bool = False) -> QImage:
    """The card with room around it."""
    image = QImage(QSize(int(CARD_WIDTH) + 2 * ROOM, 90), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.current().canvas))
    painter = QPainter(image)
    painter.translate(ROOM, ROOM)
    paint_card(painter, face, selected, hovered)
    painter.end()
    return image


def is_near(color: QColor, other: QColor) -> bool:
    return max(abs(color.red() - other.red()), abs(color.green() - other.green()),
               abs(color.blue() - other.blue())) < 40


@pytest.mark.parametrize(("severity", "selected", "hovered", "token"), [
    ("", False, False, "line"), ("", False, True, "dim"), ("", True, False, "accent"), ("hint", False, False, "line"),
    ("warning", False, False, "line"), ("error", False, False, "error"), ("error", True, True, "error"),
])
def test_the_outline_says_what_is_wrong_and_what_is_selected(qapp, severity, selected, hovered, token):
    edge = painted(replace(FACE, severity=severity), selected, hovered).pixelColor(TOP_EDGE)
    tokens = ("line", "dim", "accent", "error")
    nearest = min(tokens, key=lambda each: sum(abs(a - b) for a, b in zip(
        edge.getRgb(), theme.color(each).getRgb(), strict=True)))
    assert nearest == token


def test_the_strip_has_the_colour_of_the_category_and_pales_where_the_layer_takes_no_part(qapp):
    strip = QPoint(ROOM + 2, ROOM + 23)
    assert painted(FACE).pixelColor(strip) == theme.category_color("convolution")
    assert painted(replace(FACE, loose=True)).pixelColor(strip) != theme.category_color("convolution")
    assert painted(replace(FACE, category="nobody's")).pixelColor(strip) == theme.category_color("regularization")


def test_the_ground_is_heated_by_share(qapp):
    assert painted(FACE).pixelColor(BODY) == theme.color("raised")
    for share in (0.0, 0.5, 1.0):
        assert is_near(painted(replace(FACE, heat=share)).pixelColor(BODY), heat_color(share))


@pytest.mark.parametrize("change", [
    {"repeat": 3}, {"bypassed": True}, {"frozen": True}, {"linked": True}, {"label": "red"}, {"inputs": 2},
    {"inputs": 0}, {"change": "added"}, {"change": "removed"}, {"change": "moved"}, {"collapsed": True},
    {"count": ""}, {"problem": "It expects 3 channels", "severity": "warning"},
])
def test_everything_that_a_face_says_is_seen(qapp, change):
    assert painted(replace(FACE, **change)) != painted(FACE)
