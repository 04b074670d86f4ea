"""The look: colours of both themes, fonts, and the one style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from widgets.look.icons import icon_url

CATEGORY_COLORS: Mapping[str, str] = {
    "input": "#8a93a6",
    "convolution": "#4c8dff",
    "pooling": "#2fb8ac",
    "normalization": "#a074f0",
    "activation": "#f2a33a",
    "linear": "#e8637a",
    "regularization": "#7f95b5",
    "merge": "#6bc46d",
    "block": "#d17ae8",
    "code": "#c5b347",
    "shape": "#b08d6a",
    "sequence": "#35b5d6",
    "attention": "#f0784a",
    "math": "#9bb53c",
}


@dataclass(frozen=True)
class Theme:
    """Colours by meaning, as ``#rrggbb``."""

    name: str
    canvas: str
    dots: str
    panel: str
    raised: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    ok: str
    warn: str
    error: str
    wire: str
    validation: str  # the second curve, beside accent

    @property
    def dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return self.name == "dark"


# Text colours stand out by 4.5:1 or more from every ground they are used on (WCAG 2.2, 1.4.3): see the tests.
DARK = Theme("dark", canvas="#14161b", dots="#262a33", panel="#1b1e25", raised="#242831", line="#2f3540",
             text="#e6e9ef", dim="#97a0b0", accent="#5b9dff", on_accent="#0b1320", ok="#3fb68b", warn="#e8a33d",
             error="#f0616d", wire="#5d6675", validation="#f2a33a")
LIGHT = Theme("light", canvas="#f6f7f9", dots="#dfe2e8", panel="#ffffff", raised="#f1f3f6", line="#d9dde4",
              text="#1d2430", dim="#636d82", accent="#2b68d2", on_accent="#ffffff", ok="#177a58", warn="#96600f",
              error="#c73444", wire="#9aa3b2", validation="#d9822b")
THEMES: Mapping[str, Theme] = {"dark": DARK, "light": LIGHT}

# What stands in code, readable (4.5:1) on the canvas colour that the editor has as its ground.
CODE_COLORS: Mapping[str, Mapping[str, str]] = {
    "dark": {"keyword": "#c792ea", "string": "#8fca7c", "number": "#f2a97a", "comment": "#97a0b0",
             "builtin": "#6fc3df", "defined": "#7fb2ff", "decorator": "#e8c06a"},
    "light": {"keyword": "#7f36ab", "string": "#236a31", "number": "#9a480b", "comment": "#545e70",
              "builtin": "#0a647d", "defined": "#2358b8", "decorator": "#7a5600"},
}  # fmt: skip

_current = DARK


def current() -> Theme:
    """The theme in use; whoever caches colours reads it again on QEvent.StyleChange."""
    return _current


def system_theme() -> Theme:
    """What the desktop prefers."""
    return LIGHT if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK


def color(name: str) -> QColor:
    """A category's colour, or one of the current theme's."""
    return QColor(CATEGORY_COLORS.get(name) or getattr(_current, name))


def category_color(category: str) -> QColor:
    """A category's colour; grey for one that has none."""
    return QColor(CATEGORY_COLORS.get(category) or CATEGORY_COLORS["regularization"])


def code_colors() -> Mapping[str, str]:
    """The current theme's colours of code, by kind of token."""
    return CODE_COLORS[_current.name]


def ui_font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The interface font at a size in pixels."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font


def mono_font(pixels: int) -> QFont:
    """The font of numbers, shapes and code."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font


def letters(font: QFont, count: float) -> int:
    """The width of so many letters, on the average: what is sized by it fits whatever font the desktop has."""
    return math.ceil(QFontMetricsF(font).averageCharWidth() * count)


def apply(app: QApplication, theme: Theme) -> None:
    """Make ``theme`` the look of every widget, at once; what they wear already is not put on again."""
    global _current
    _current = theme
    font, palette, sheet = QFont(app.font()), _palette(theme), stylesheet(theme)
    font.setPixelSize(13)
    if app.font() != font:
        app.setFont(font)
    if app.palette() != palette:
        app.setPalette(palette)
    if app.styleSheet() != sheet:
        app.setStyleSheet(sheet)


@contextmanager
def painting_as(look: Theme) -> Iterator[None]:
    """What is painted meanwhile wears this theme; the window keeps its own."""
    global _current
    before, _current = _current, look
    try:
        yield
    finally:
        _current = before


def mark_start(documents: QWidget, on: bool) -> None:
    """While the start page is in front no tab of the frame ``#documents`` looks active."""
    documents.setProperty("start", on)
    for widget in (documents, *documents.findChildren(QTabBar)):  # a rule is looked up again only when polished
        widget.style().polish(widget)


def mark_tight(widget: QWidget, tight: bool) -> None:
    """Less room around its words."""
    if bool(widget.property("tight")) != tight:
        widget.setProperty("tight", tight)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))  # or it keeps the size it once had


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.panel, QPalette.ColorRole.Base: theme.raised,
        QPalette.ColorRole.AlternateBase: theme.panel, QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.WindowText: theme.text, QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.ButtonText: theme.text, QPalette.ColorRole.BrightText: theme.error,
        QPalette.ColorRole.Highlight: theme.accent, QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.ToolTipBase: theme.raised, QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.dim, QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Mid: theme.line, QPalette.ColorRole.Accent: theme.accent,
    }  # fmt: skip
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.dim))
    return palette


def stylesheet(theme: Theme) -> str:
    """Qt style sheet. Object names and dynamic properties: ``role`` on labels and buttons says what they are."""
    t = theme
    return f"""
* {{ outline: none; }}
QMainWindow, QDialog, #panel {{ background: {t.panel}; color: {t.text}; }}
QWidget {{ color: {t.text}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; padding: 6px 8px; }}
QLabel {{ background: transparent; }}
QLabel[role="dim"] {{ color: {t.dim}; }}
QLabel[role="small"] {{ color: {t.dim}; font-size: 11px; }}
QLabel[role="section"] {{ color: {t.dim}; font-size: 12px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: 17px; font-weight: 600; }}
QLabel[role="brand"] {{ font-size: 15px; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: 22px; font-weight: 600; }}
QLabel[role="number"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="number"]:disabled {{ color: {t.dim}; }}
QLabel[role="change"] {{ font-size: 12px; font-weight: 600; color: {t.accent}; }}
QLabel[role="error"] {{ color: {t.error}; font-size: 12px; }}
QLabel[role="warning"] {{ color: {t.warn}; font-size: 12px; }}
QFrame[role="rule"] {{ background: {t.line}; border: none; }}
QFrame[role="inset"] {{ background: {t.raised}; border-radius: 6px; }}
#topbar {{ background: {t.panel}; border-bottom: 1px solid {t.line}; }}
#palette {{ background: {t.panel}; border-right: 1px solid {t.line}; }}
#palette QTreeView {{ background: transparent; border: none; show-decoration-selected: 0;
  selection-background-color: transparent; }}
#legend {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 8px; }}
#left {{ background: {t.panel}; }}
#left QTabBar::tab {{ padding: 9px 12px 8px 12px; }}
#left #palette {{ border-right: none; }}
#side, #right {{ background: {t.panel}; }}
#bottom {{ background: {t.panel}; }}
#startpage {{ background: {t.canvas}; }}
QMenuBar {{ background: transparent; color: {t.dim}; }}
QMenuBar::item {{ padding: 6px 9px; border-radius: 5px; background: transparent; }}
QMenuBar[tight="true"]::item {{ padding: 6px 6px; }}
QMenuBar::item:selected {{ background: {t.raised}; color: {t.text}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 5px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
QMenu::item:disabled {{ color: {t.dim}; }}
QMenu::indicator {{ width: 14px; height: 14px; left: 7px; }}
QMenu::indicator:checked {{ image: url({icon_url("check", t.accent)}); }}
QMenu::indicator:checked:selected {{ image: url({icon_url("check", t.on_accent)}); }}
QMenu::icon {{ border: 2px solid transparent; border-radius: 6px; padding: 1px; }}
QMenu::icon:checked {{ border-color: {t.accent}; }}
QMenu::icon:checked:selected {{ border-color: {t.on_accent}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 5px 8px; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {{
  background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; border-radius: 5px; padding: 4px 8px;
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; min-height: 18px; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}
QLineEdit[bad="true"] {{ border-color: {t.error}; }}
QLineEdit[usual="true"] {{ color: {t.dim}; }}
QLineEdit[usual="true"]:focus {{ color: {t.text}; }}
QLineEdit[live="true"] {{ border-bottom-color: {t.accent}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t.dim}; background: {t.panel}; }}
QLineEdit[role="name"] {{ background: transparent; border: none; border-bottom: 1px solid transparent;
  border-radius: 0; padding: 1px 0; font-size: 17px; font-weight: 600; }}
QLineEdit[role="name"]:hover {{ border-bottom-color: {t.line}; }}
QLineEdit[role="name"]:focus {{ border-bottom-color: {t.accent}; }}
QLineEdit[role="name"][bad="true"] {{ border-bottom-color: {t.error}; }}
QLineEdit[role="code"] {{ background: transparent; border: none; color: {t.dim}; padding: 0; min-height: 16px; }}
QLineEdit[role="code"]:focus {{ color: {t.text}; }}
QPlainTextEdit[role="code"] {{ background: {t.canvas}; padding: 0; border-radius: 6px; }}
QPlainTextEdit[role="code"][stale="true"] {{ color: {t.dim}; }}
QComboBox {{ padding-left: 9px; padding-right: 0; }}  /* text stands where a line edit has it */
QComboBox::drop-down {{ border: none; width: 16px; padding-right: 2px; }}
QComboBox::down-arrow {{ image: url({icon_url("chevron", t.dim)}); width: 9px; height: 9px; }}
QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: 4px;
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; border-radius: 5px;
  padding: 5px 12px; }}
QPushButton:hover {{ border-color: {t.dim}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton:pressed {{ background: {t.line}; }}
QPushButton:disabled {{ color: {t.dim}; background: {t.panel}; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
  font-weight: 600; }}
QPushButton[role="primary"]:hover {{ border-color: {t.text}; }}
QPushButton[role="primary"]:disabled {{ background: {t.line}; border-color: {t.line}; color: {t.dim}; }}
QPushButton[role="primary"]:focus {{ border-color: {t.text}; }}
QPushButton[role="quiet"], QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
  padding: 4px 8px; color: {t.dim}; }}
QPushButton[role="quiet"]:hover, QToolButton:hover {{ color: {t.text}; background: {t.raised}; }}
QPushButton[role="quiet"]:focus, QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton:checked {{ color: {t.text}; background: {t.raised}; border-color: {t.line}; }}
QToolButton:checked:focus {{ border-color: {t.accent}; }}
QToolButton[role="plot"] {{ font-size: 11px; }}
QSlider::groove:horizontal {{ height: 4px; background: {t.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: {t.accent};
  border: 1px solid {t.accent}; }}
QSlider::handle:horizontal:focus {{ border-color: {t.text}; }}
#segments {{ background: {t.canvas}; border: 1px solid {t.line}; border-radius: 6px; }}
QToolButton[role="segment"] {{ border: none; border-bottom: 2px solid transparent;
  border-radius: 0; padding: 2px 14px 0 14px; }}
QToolButton[role="segment"][tight="true"] {{ padding-left: 5px; padding-right: 5px; }}
QToolButton[role="segment"]:hover {{ background: transparent; }}
QToolButton[role="segment"]:checked {{ background: {t.raised}; border-bottom-color: {t.accent}; font-weight: 600; }}
QToolButton[role="segment"]:focus {{ color: {t.accent}; }}
QToolButton[role="segment"]:disabled {{ color: {t.dim}; border-bottom-color: transparent; font-weight: 400; }}
#qt_menubar_ext_button {{ padding: 0; border: none; }}  /* the menus that have no room: Qt leaves it 12 pixels */
QToolButton[role="fold"] {{ padding: 4px 6px 4px 0; text-align: left; }}
QToolButton[role="fold"]:checked {{ background: transparent; border-color: transparent; }}
QToolButton[role="fold"]:checked:focus {{ border-color: {t.accent}; }}
QWidget[role="row"] {{ background: transparent; border-radius: 6px; }}
QWidget[role="row"]:hover {{ background: {t.raised}; }}
QPushButton[role="name"] {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
  padding: 4px 8px; text-align: left; font-weight: 600; }}
QPushButton[role="name"]:hover {{ color: {t.accent}; }}
QPushButton[role="name"]:focus {{ border-color: {t.accent}; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 15px; height: 15px; border: 1px solid {t.line}; border-radius: 4px;
  background: {t.raised}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
  image: url({icon_url("check", t.on_accent)}); }}
QCheckBox[live="true"] {{ border-bottom: 1px solid {t.accent}; }}
QCheckBox:disabled {{ color: {t.dim}; }}
QCheckBox::indicator:disabled {{ background: {t.panel}; }}
QCheckBox::indicator:checked:disabled {{ border-color: {t.line}; image: url({icon_url("check", t.dim)}); }}
QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
QCheckBox::indicator:checked:focus {{ border-color: {t.text}; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t.dim}; padding: 9px 14px 8px 14px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar[tight="true"]::tab {{ padding-left: 8px; padding-right: 8px; }}
QTabBar::tear {{ width: 0; image: none; }}
QTabBar::scroller {{ width: 26px; }}
QTabBar QToolButton {{ background: {t.panel}; border: none; border-radius: 0; padding: 0; }}
QTabBar QToolButton:hover {{ background: {t.raised}; }}
QTabBar QToolButton::left-arrow {{ image: url({icon_url("chevron-left", t.text)}); width: 10px; height: 10px; }}
QTabBar QToolButton::right-arrow {{ image: url({icon_url("chevron-right", t.text)}); width: 10px; height: 10px; }}
QTabBar QToolButton::left-arrow:disabled {{ image: url({icon_url("chevron-left", t.line)}); }}
QTabBar QToolButton::right-arrow:disabled {{ image: url({icon_url("chevron-right", t.line)}); }}
QTabBar#inner::tab {{ padding: 3px 10px 4px 10px; font-size: 12px; margin-right: 4px; }}
QTabBar#inner[tight="true"]::tab {{ padding: 3px 5px 4px 5px; margin-right: 0; }}
QTabBar#inner::tab:focus {{ color: {t.accent}; }}
QPushButton[role="choice"]::menu-indicator {{ image: url({icon_url("chevron", t.dim)}); width: 9px; height: 9px;
  subcontrol-origin: border; subcontrol-position: right center; right: 9px; }}
QPushButton[role="tool"] {{ color: {t.dim}; padding: 5px 10px; }}
QPushButton[role="tool"]:hover, QPushButton[role="tool"]:checked {{ color: {t.text}; }}
QPushButton[role="tool"]:checked {{ border-color: {t.dim}; }}
QPushButton[role="tool"]:focus {{ border-color: {t.accent}; }}
QPushButton[role="link"] {{ background: transparent; border: none; border-bottom: 1px solid transparent;
  border-radius: 0; padding: 1px 0; color: {t.accent}; font-size: 12px; text-align: left; }}
QPushButton[role="link"]:hover, QPushButton[role="link"]:focus {{ border-bottom-color: {t.accent}; }}
QPushButton[role="tight"] {{ padding: 3px 6px; font-size: 12px; }}
#documents {{ background: {t.panel}; border-bottom: 1px solid {t.line}; }}
#documents QTabBar::tab {{ padding: 9px 10px 8px 14px; border-bottom: none; border-top: 2px solid transparent;
  font-weight: 400; }}
#documents QTabBar::close-button {{ image: url({icon_url("close", t.dim)}); width: 10px; height: 10px; margin: 3px;
  border-radius: 4px; subcontrol-position: right; }}
#documents QTabBar::close-button:hover {{ image: url({icon_url("close", t.text)}); background: {t.line}; }}
#documents QTabBar::tab:selected {{ background: {t.canvas}; border-top: 2px solid {t.accent}; font-weight: 400; }}
#documents[start="true"] QTabBar::tab:selected {{ background: transparent; color: {t.dim};
  border-top-color: transparent; }}
#documents[start="true"] QTabBar::tab:selected:hover {{ color: {t.text}; }}
QTabWidget::pane {{ border: none; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:vertical {{ height: 1px; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 3px; min-height: 24px; min-width: 24px; margin: 2px; }}
QScrollBar::handle:hover {{ background: {t.dim}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent;
  border: none; width: 0; height: 0; }}
QProgressBar {{ background: {t.line}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
QGraphicsView {{ background: {t.canvas}; border: none; }}
#notice {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 8px; }}
#notice[tone="error"] {{ border-color: {t.error}; }}
#notice[tone="ok"] {{ border-color: {t.ok}; }}
#popup, #sheet {{ background: {t.panel}; border: 1px solid {t.dim}; border-radius: 8px; }}
QListView[role="rows"], QTreeView[role="rows"] {{ background: transparent; border: none; }}
QTreeView[role="rows"] QLineEdit {{ border-radius: 3px; padding: 0 3px; min-height: 0; font-size: 12px; }}
QLineEdit[role="search"] {{ background: transparent; border: none; border-bottom: 1px solid {t.line};
  border-radius: 0; padding: 9px 12px; font-size: 14px; }}
QLineEdit[role="search"]:focus {{ border-bottom-color: {t.accent}; }}
QPushButton[role="key"] {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
  padding: 3px 8px; text-align: left; font-weight: 400; }}
QPushButton[role="key"]:hover {{ background: {t.raised}; }}
QPushButton[role="key"]:focus {{ border-color: {t.accent}; }}
QTableView {{ background: transparent; border: none; selection-color: {t.text};
  selection-background-color: {t.raised}; }}
QTableView::item {{ padding: 0 4px; border: none; }}
QTableView::item:selected {{ background: {t.raised}; color: {t.text}; }}
QTableView QLineEdit {{ border-radius: 3px; padding: 0 3px; min-height: 0; }}
QTableView QTableCornerButton::section, QHeaderView {{ background: {t.panel}; border: none; }}
#compared QTableCornerButton::section {{ border-bottom: 1px solid {t.line}; }}
QHeaderView::section {{ background: {t.panel}; color: {t.dim}; border: none; padding: 4px 7px; }}
QHeaderView::section:horizontal {{ border-bottom: 1px solid {t.line}; }}
#values QHeaderView::section {{ padding: 0 5px; border: none; }}
QHeaderView::down-arrow {{ image: url({icon_url("chevron", t.dim)}); width: 8px; height: 8px; }}
QHeaderView::up-arrow {{ image: url({icon_url("chevron-up", t.dim)}); width: 8px; height: 8px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QLineEdit[role="index"] {{ padding: 2px; }}
QListWidget, QTreeWidget, QTableWidget {{ background: transparent; border: none; color: {t.text}; }}
QListWidget::item, QTreeWidget::item {{ padding: 6px; border-radius: 5px; }}
QListWidget::item:selected, QTreeWidget::item:selected {{ background: {t.raised}; color: {t.text}; }}
"""
