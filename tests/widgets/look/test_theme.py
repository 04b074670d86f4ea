"""A theme is worn by everything: palette, letters, what cannot be chosen, and the tabs behind the start page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QTabBar
from pytestqt.qtbot import QtBot

from tests.seen import colors
from widgets.look import theme
from widgets.look.theme import THEMES, Theme

ROLES, GROUPS = QPalette.ColorRole, QPalette.ColorGroup


@pytest.fixture(params=THEMES)
def worn(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    look = THEMES[request.param]
    theme.apply(qapp, look)
    yield look
    theme.apply(qapp, theme.DARK)


def test_what_qt_paints_itself_has_the_themes_colours(worn: Theme, qapp: QApplication) -> None:
    palette = qapp.palette()
    assert palette.color(ROLES.Window) == QColor(worn.panel) and palette.color(ROLES.Base) == QColor(worn.raised)
    for role in (ROLES.WindowText, ROLES.Text, ROLES.ButtonText):
        assert palette.color(GROUPS.Active, role) == QColor(worn.text)
        assert palette.color(GROUPS.Disabled, role) == QColor(worn.dim), "what cannot be chosen is paler"
    assert qapp.font().pixelSize() == 13 and theme.current() is worn


def test_while_the_start_page_is_in_front_no_tab_looks_active(worn: Theme, qtbot: QtBot) -> None:
    documents, bar = QFrame(), QTabBar()
    documents.setObjectName("documents")
    row = QHBoxLayout(documents)
    row.addWidget(bar)
    bar.addTab("lenet.loom")
    qtbot.addWidget(documents)
    documents.show()
    accent = QColor(worn.accent).name()
    for start in (False, True, False, True):
        theme.mark_start(documents, start)
        assert (accent in colors(documents)) is not start


def test_a_picture_may_wear_another_theme_than_the_window(worn: Theme) -> None:
    other = next(look for look in THEMES.values() if look is not worn)
    with pytest.raises(RuntimeError), theme.painting_as(other):
        assert theme.current() is other and theme.color("text") == QColor(other.text)
        raise RuntimeError
    assert theme.current() is worn
