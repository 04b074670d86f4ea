"""Text stands out from its ground by at least 4.5:1 in both themes (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from widgets.look import theme
from widgets.look.contrast import ENOUGH, contrast, readable_on
from widgets.look.theme import CATEGORY_COLORS, CODE_COLORS, THEMES


def test_the_formula():
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)  # the standard's own example
    assert contrast(QColor("red"), QColor("red")) == 1


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
    theme.apply(qapp, theme.DARK)
