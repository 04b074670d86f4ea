"""Loss and accuracy while a network trains: all points kept, few drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QWidget

from widgets.plot import Plot, Span
from widgets.plot_frame import Frame
from widgets.series import Series

NARROW = 560  # pixels
NARROWEST = 1e-3  # epochs; closer than this there is nothing to see


class Curves(QWidget):
    """Two plots that move together. Each call draws once."""

    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = (self.tr("train"), self.tr("validation"))
        cursor = self.tr("epoch {}")
        self.loss = Plot(Frame(self.tr("Loss"), names, cursor), is_share=False)
        self.accuracy = Plot(Frame(self.tr("Accuracy"), names, cursor), is_share=True)
        self.plots = (self.loss, self.accuracy)
        self._zoom: Span | None = None
        self._assemble()
        for plot in self.plots:
            plot.span_asked.connect(self._show_span)
            plot.hovered.connect(self._read_at)
            plot.menu_asked.connect(self._show_menu)
        self.set_hint()
        self.clear(10)

    def _assemble(self) -> None:
        plots = QWidget()
        self._row = QHBoxLayout(plots)
        self._row.setContentsMargins(16, 8, 8, 8)
        for plot in self.plots:
            self._row.addWidget(plot, 1)
        self._save = self._save_button()
        self._row.addWidget(self._save, 0, Qt.AlignmentFlag.AlignTop)
        self._empty = QLabel()
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(plots)

    def _save_button(self) -> QToolButton:
        button = QToolButton(text=self.tr("Save…"))
        button.setToolTip(self.tr("Save the curves as a picture or a table"))
        button.setAccessibleName(self.tr("Save the curves"))
        button.setFixedHeight(28)  # in line with the legends
        button.setMinimumWidth(1)  # it goes where there is no room, so it asks for none
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(self.save_requested)
        return button

    # -- what to show -----------------------------------------------------------------------------------------

    def set_hint(self, text: str = "") -> None:
        """What stands in place of curves that are not there yet; empty: how to begin."""
        self._empty.setText(text or self.tr("Press Train: the curves draw themselves here"))

    def clear(self, epochs: int) -> None:
        """Forget the curves; the axis shows a run of so many epochs."""
        self._forget((0.0, float(max(1, epochs))))
        self._redraw()

    def add_points(self, points: Sequence[Sequence[float]]) -> None:
        """Append training points: position in epochs, loss, accuracy."""
        if points:
            _extend(self._points, points)
            self._redraw()

    def add_epoch(self, epoch: float, train_loss: float, train_accuracy: float, validation_loss: float,
                  validation_accuracy: float, is_best: bool) -> None:
        """Append a judged epoch."""
        self._take_epoch(epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, is_best)
        self._redraw()

    def show_all(self, points: Sequence[Sequence[float]], epochs: Sequence[Sequence[float]]) -> None:
        """Show a whole run at once, on the axis that ``clear`` set: points, and rows as ``add_epoch`` takes them."""
        self._forget(self.loss.full)
        if points:
            _extend(self._points, points)
        for row in epochs:
            self._take_epoch(*row)
        self._redraw()

    def _forget(self, full: Span) -> None:
        self._points = (Series(), Series())  # training, within epochs
        self._train = (Series(), Series())  # training, by epoch: drawn where there are no points
        self._validation = (Series(), Series())
        self._zoom = None
        for plot in self.plots:
            plot.full = full
            plot.best = plot.cursor_at = None

    def _take_epoch(self, at: float, train_loss: float, train_accuracy: float, loss: float, accuracy: float,
                    is_best: float) -> None:
        _extend(self._train, [(at, train_loss, train_accuracy)])
        _extend(self._validation, [(at, loss, accuracy)])
        if is_best:
            for plot in self.plots:
                plot.best = at

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to save."""
        return not (len(self._points[0]) or len(self._validation[0]))

    # -- drawing ----------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._pages.setCurrentIndex(0 if self.is_empty else 1)
        end = max(self._points[0].end, self._validation[0].end)
        for index, plot in enumerate(self.plots):
            train = self._points[index] if len(self._points[0]) else self._train[index]
            plot.series = (train, self._validation[index])
            plot.full = (0.0, max(plot.full[1], float(np.ceil(end - 1e-9))))
            plot.span = self._zoom or plot.full
            plot.redraw()

    def _show_span(self, asked: Span | None) -> None:
        """Zoom both plots, never beyond the run."""
        full = self.loss.full[1]
        if asked is not None:
            width = min(max(asked[1] - asked[0], NARROWEST), full)
            low = min(max(0.0, asked[0]), full - width)
            asked = (low, low + width)
        self._zoom = None if asked is None or asked[1] - asked[0] >= full * (1 - 1e-9) else asked
        self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In little room the plots come first; the context menu can save as well."""
        super().resizeEvent(event)
        self._save.setVisible(self.width() >= NARROW)
        self._row.setSpacing(32 if self.width() >= 1.5 * NARROW else 16)

    def _read_at(self, position: float | None) -> None:
        for plot in self.plots:
            plot.cursor_at = position
            plot.read()

    def _show_menu(self, where: QPoint) -> None:
        menu = self.context_menu()
        menu.popup(where)

    def context_menu(self) -> QMenu:
        """What can be done here."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Save…"), self.save_requested.emit)
        everything = menu.addAction(self.tr("Show the whole run"), lambda: self._show_span(None))
        everything.setEnabled(self._zoom is not None)
        return menu


def _extend(pair: tuple[Series, Series], rows: Sequence[Sequence[float]]) -> None:
    """Append rows of position, loss, accuracy."""
    x, loss, accuracy = np.asarray(rows, dtype=float).T
    pair[0].extend(x, loss)
    pair[1].extend(x, accuracy)
