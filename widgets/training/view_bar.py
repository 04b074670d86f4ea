"""The controls of the curves: what is saved, the axes, how much is smoothed, which curves of other runs are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from widgets.plot.view_options import MOST_SMOOTH, WHATS, ViewOptions
from widgets.plot.ways import AXES
from widgets.training.smooth_popup import SmoothPopup

SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95)  # in menus


class ViewBar(QWidget):
    """Buttons that stand wherever there is room for them, and the same in menus."""

    changed = Signal(object)  # ViewOptions, by hand
    save_asked = Signal()
    more_asked = Signal(object)  # where, on the screen

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self.view = ViewOptions()
        self.axes = dict(zip(AXES, (self.tr("Epochs"), self.tr("Steps"), self.tr("Time")), strict=True))
        self.whats = dict(zip(WHATS, (self.tr("Validation"), self.tr("Training"), self.tr("Both")), strict=True))
        self.save = _button(self.tr("Save…"), self.tr("Save the curves as a picture or a table"))
        self.save.clicked.connect(self.save_asked)
        self.log = _button(self.tr("Log"), self.tr("Logarithmic axis: equal steps are equal factors"))
        self.log.setCheckable(True)
        self.log.clicked.connect(lambda on: self.ask(log=on))
        self.axis = self._menu_button(self.tr("What the axis below shows"), self.fill_axis)
        self.what = self._menu_button(self.tr("Which curves of the other runs are shown"), self.fill_what)
        self.smooth = _button("", self.tr("Smooth the training curves; the raw ones stay behind them"))
        self.smooth.clicked.connect(self.open_smoothing)
        self.more = _button("⋯", self.tr("More about the curves"))
        self.more.clicked.connect(lambda: self.more_asked.emit(_below(self.more)))
        self.show_view(self.view)
        self.hide()

    def show_view(self, view: ViewOptions) -> None:
        """Say what is chosen now."""
        self.view = view
        self.log.setChecked(view.log)
        self.axis.setText(self.tr("{axis} ▾").format(axis=self.axes[view.axis]))
        self.what.setText(self.tr("{curves} ▾").format(curves=self.whats[view.what]))
        self.smooth.setText(self.tr("Smooth {weight}").format(weight=f"{view.smoothing:g}").strip()
                            if view.smoothing else self.tr("Smooth"))

    def ask(self, **chosen: object) -> None:
        """Something was chosen by hand."""
        view = self.view._replace(**chosen)  # type: ignore[arg-type]  # its own names
        if view != self.view:
            self.changed.emit(view)

    # -- menus --------------------------------------------------------------------------------------------------

    def fill_axis(self, menu: QMenu) -> None:
        """Epochs, steps, time."""
        _choices(menu, self.axes, self.view.axis, lambda axis: self.ask(axis=axis))

    def fill_what(self, menu: QMenu) -> None:
        """Of other runs."""
        _choices(menu, self.whats, self.view.what, lambda what: self.ask(what=what))

    def fill_smoothing(self, menu: QMenu) -> None:
        """Usual ones, and any other."""
        texts = {weight: self.tr("None") if not weight else f"{weight:g}" for weight in SMOOTHINGS}
        _choices(menu, texts, self.view.smoothing, lambda weight: self.ask(smoothing=weight))
        menu.addAction(self.tr("Another…"), self.open_smoothing)

    def open_smoothing(self) -> None:
        """The slider, below its button or where there is one."""
        popup = SmoothPopup(self._host, self.view.smoothing)
        popup.changed.connect(lambda weight: self.ask(smoothing=weight))
        popup.open_below(self.smooth if self.smooth.isVisible() else self.more if self.more.isVisible() else self.log)

    def _menu_button(self, hint: str, fill: Callable[[QMenu], None]) -> QToolButton:
        button = _button("", hint)
        button.clicked.connect(lambda: self._open(button, fill))
        return button

    def _open(self, button: QToolButton, fill: Callable[[QMenu], None]) -> None:
        menu = QMenu(self._host)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu)
        menu.popup(_below(button))


def smoothing_of(value: float) -> float:
    """What can be chosen: two decimals, below 1."""
    return round(min(MOST_SMOOTH, max(0.0, value)), 2) if value == value else 0.0


def _choices(menu: QMenu, texts: Mapping[Any, str], chosen: object, choose: Callable[[Any], None]) -> None:
    group = QActionGroup(menu)
    for value, text in texts.items():
        action = menu.addAction(text, partial(choose, value))
        action.setCheckable(True)
        action.setChecked(value == chosen)
        group.addAction(action)


def _below(button: QToolButton) -> QPoint:
    return button.mapToGlobal(QPoint(0, button.height()))


def _button(text: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setProperty("role", "plot")
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    button.setFixedHeight(28)  # in line with the legends
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
