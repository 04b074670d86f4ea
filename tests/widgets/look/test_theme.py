"""A theme is worn by everything: palette, letters, what cannot be chosen, and the tabs behind the start page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QIcon, QPalette, QPixmap, QStyleHints
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QTabBar
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.look import theme
from widgets.look.theme import THEMES, Theme

ROLES, GROUPS = QPalette.ColorRole, QPalette.ColorGroup


@pytest.fixture(params=THEMES)
def worn(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    look = THEMES[request.param]
    theme.apply(qapp, look)
    yield look


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
        assert is_redrawn(bar, lambda start=start: theme.mark_start(documents, start))
        assert (accent in colors(documents)) is not start


@pytest.mark.parametrize("has_picture", [False, True])
def test_what_is_chosen_in_a_menu_is_marked_in_the_accent(worn: Theme, qtbot: QtBot, has_picture: bool) -> None:
    menu, dot = QMenu(), QPixmap(16, 16)
    dot.fill(QColor(worn.warn))
    qtbot.addWidget(menu)
    for on in (True, False):
        action = menu.addAction(QIcon(dot) if has_picture else QIcon(), "Choice")
        action.setCheckable(True)
        action.setChecked(on)
    menu.ensurePolished()
    menu.resize(menu.sizeHint())
    marked = [QColor(worn.accent).name() in colors(menu, menu.actionGeometry(action)) for action in menu.actions()]
    assert marked == [True, False]
    menu.setActiveAction(menu.actions()[0])
    assert QColor(worn.on_accent).name() in colors(menu, menu.actionGeometry(menu.actions()[0]).adjusted(0, 0, -50, 0))


def test_a_picture_may_wear_another_theme_than_the_window(worn: Theme) -> None:
    other = next(look for look in THEMES.values() if look is not worn)
    with pytest.raises(RuntimeError), theme.painting_as(other):
        assert theme.current() is other and theme.color("text") == QColor(other.text)
        raise RuntimeError
    assert theme.current() is worn


def test_each_role_has_its_colour(worn: Theme, qapp: QApplication) -> None:
    expected = {ROLES.AlternateBase: worn.panel, ROLES.Button: worn.raised, ROLES.BrightText: worn.error,
                ROLES.Highlight: worn.accent, ROLES.HighlightedText: worn.on_accent, ROLES.ToolTipBase: worn.raised,
                ROLES.ToolTipText: worn.text, ROLES.PlaceholderText: worn.dim, ROLES.Link: worn.accent,
                ROLES.Mid: worn.line, ROLES.Accent: worn.accent}
    assert {role: qapp.palette().color(role).name() for role in expected} == expected


def test_one_theme_is_dark_and_the_other_is_not() -> None:
    assert [THEMES[name].dark for name in ("dark", "light")] == [True, False]


@pytest.mark.parametrize(("scheme", "look"), [
    (Qt.ColorScheme.Light, theme.LIGHT), (Qt.ColorScheme.Dark, theme.DARK), (Qt.ColorScheme.Unknown, theme.DARK),
])
def test_what_the_desktop_prefers(scheme: Qt.ColorScheme, look: Theme, qapp: QApplication,
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _hints: scheme)
    assert theme.system_theme() is look


def test_a_colour_is_a_kind_of_layers_or_one_of_the_theme(worn: Theme) -> None:
    assert theme.color("convolution").name() == theme.CATEGORY_COLORS["convolution"]
    assert theme.color("wire").name() == worn.wire
    assert theme.code_colors() == theme.CODE_COLORS[worn.name]


def test_a_kind_of_layers_that_nobody_knows_is_grey() -> None:
    assert theme.category_color("own") == theme.category_color("regularization")
    assert {kind: theme.category_color(kind).name() for kind in theme.CATEGORY_COLORS} == theme.CATEGORY_COLORS


def test_fonts_have_the_size_and_weight_that_is_asked_for(qapp: QApplication) -> None:
    heavy = theme.ui_font(17, QFont.Weight.DemiBold)
    assert (heavy.pixelSize(), heavy.weight(), heavy.family()) == (17, QFont.Weight.DemiBold, qapp.font().family())
    assert theme.ui_font(11).weight() == QFont.Weight.Normal
    mono = theme.mono_font(15)
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    assert (mono.pixelSize(), mono.family()) == (15, fixed.family())
    assert QFontInfo(mono).pixelSize() == 15


def test_so_many_letters_have_room(qapp: QApplication) -> None:
    font = theme.ui_font(13)
    one = QFontMetricsF(font).averageCharWidth()
    for count in (1, 2.5, 40):
        assert one * count <= theme.letters(font, count) < one * count + 1
