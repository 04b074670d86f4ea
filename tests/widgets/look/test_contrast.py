"""Text stands out from its ground by at least 4.5:1 in both themes (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from widgets.look import theme
from widgets.look.contrast import ENOUGH, INK, PAPER, contrast, luminance, mixed, readable_on
from widgets.look.theme import CATEGORY_COLORS, CODE_COLORS, THEMES


def test_the_formula():
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)  # the standard's own example
    assert contrast(QColor("red"), QColor("red")) == 1


@pytest.mark.parametrize(("color", "light"), [
    ("black", 0), ("white", 1), ("red", 0.2126), ("lime", 0.7152), ("blue", 0.0722), ("#777777", 0.18447),
    ("#0a0a0a", 0.0030353), ("#0b0b0b", 0.0033465),  # the darkest are on a straight line
])
def test_how_light_a_colour_is(color, light):
    assert luminance(QColor(color)) == pytest.approx(light, abs=2e-5 * (light > 0.1) + 1e-7)


def test_a_mixture_has_something_of_both():
    one, other = QColor("#102030"), QColor("#50a0f0")
    assert [mixed(one, other, share).name() for share in (0, 0.25, 1)] == ["#102030", "#204060", "#50a0f0"]


def test_words_are_dark_on_light_grounds_and_white_on_dark_ones():
    assert [readable_on(QColor(ground)).name() for ground in ("yellow", "#9bb53c", "navy", "#8a0000")] == [
        INK, INK, PAPER, PAPER]


@pytest.mark.parametrize("ground", ["canvas", "panel", "raised"])
@pytest.mark.parametrize("ink", ["text", "dim", "accent", "ok", "warn", "error"])
@pytest.mark.parametrize("name", THEMES)
def test_text_on_the_grounds(name, ink, ground):
    look = THEMES[name]
    assert contrast(QColor(getattr(look, ink)), QColor(getattr(look, ground))) >= ENOUGH


@pytest.mark.parametrize("name", THEMES)
def test_text_on_what_is_selected(name):
    look = THEMES[name]
    assert contrast(QColor(look.on_accent), QColor(look.accent)) >= ENOUGH
    for color in CODE_COLORS[name].values():
        assert contrast(QColor(color), QColor(look.canvas)) >= ENOUGH


@pytest.mark.parametrize("category", CATEGORY_COLORS)
def test_text_on_a_category(category):
    ground = QColor(CATEGORY_COLORS[category])
    assert contrast(readable_on(ground), ground) >= ENOUGH


@pytest.mark.parametrize("name", THEMES)
def test_the_focus_can_be_seen(name):
    """What marks the focus stands out by 3:1 from what is around it (2.4.11)."""
    look = THEMES[name]
    assert all(contrast(QColor(look.accent), QColor(ground)) >= 3 for ground in (look.canvas, look.panel, look.raised))


def test_the_theme_in_use_is_what_is_measured(qapp):
    theme.apply(qapp, theme.LIGHT)
    assert theme.color("dim").name() == theme.LIGHT.dim
