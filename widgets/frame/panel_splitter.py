"""A middle that takes what is left, and panels beside it: dragged wider, folded away, each keeping its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

WIDER = 1  # on both sides of the line under the mouse


@dataclass(frozen=True)
class Extent:
    """How wide a panel may be, or how high, in pixels; at first it is as ``usual``, or less where it is a ``share``.

    Where it would show all that there is in it in no more than the share ``stretched``, it is larger.
    """

    least: int
    most: int
    usual: int
    share: float  # of the whole
    stretched: float = 0.0  # of the whole

    def at_first(self, whole: int, wanted: tuple[int, int] = (0, 0)) -> int:
        """The size of a panel that nobody has dragged, and that shows all that is in it between ``wanted`` sizes."""
        size, most = max(self.least, min(self.usual, round(self.share * whole))), round(self.stretched * whole)
        return max(size, min(wanted[1], most)) if wanted[0] <= most else size

    def clamped(self, size: int) -> int:
        """The nearest size that may be."""
        return max(self.least, min(self.most, size))


@dataclass
class Panel:
    """A panel, and what is wanted of it."""

    widget: QWidget
    extent: Extent
    asked: int  # when it was last asked for: where there is no room for all, the others go
    wanted: tuple[int, int] = (0, 0)  # between these sizes it shows all that there is in it
    size: int | None = None  # None: nobody has dragged it
    folded: bool = False
    there: bool = False


@guarded
class Handle(QSplitterHandle):
    """A line between a panel and the middle; under the mouse it is wide enough to be seen and held."""

    held = Signal()
    dragged_to = Signal(QPoint)  # in the splitter
    pressed_twice = Signal()
    let_go = Signal()

    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self._is_under_mouse = self._is_held = False
        self.setToolTip(self.tr("Drag to resize, double-click to fold"))

    def _show(self, under_mouse: bool, held: bool) -> None:
        self._is_under_mouse, self._is_held = under_mouse, held
        if under_mouse or held:
            self.clearMask()  # Qt leaves it a few pixels more than the line, masked
        else:
            self.setMask(QRegion(self.contentsRect()))
        self.update()

    def release(self) -> None:
        """It is held no more, and about to go."""
        self._show(False, False)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show(True, self._is_held)

    def leaveEvent(self, event: QEvent) -> None:
        self._show(False, self._is_held)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._show(self._is_under_mouse, event.button() == Qt.MouseButton.LeftButton)
        self.held.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.mapTo(self.splitter(), event.position().toPoint())  # before it moves
        super().mouseMoveEvent(event)
        if self._is_held:
            self.dragged_to.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._show(self._is_under_mouse, False)
        self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.release()
            self.pressed_twice.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show(self._is_under_mouse, self._is_held)

    def paintEvent(self, event: QPaintEvent) -> None:
        name = "accent" if self._is_held else "dim" if self._is_under_mouse else "line"
        more = WIDER * (self._is_held or self._is_under_mouse)
        with QPainter(self) as painter:
            painter.fillRect(self.contentsRect().adjusted(-more, -more, more, more), theme.color(name))


@guarded
class PanelSplitter(QSplitter):
    """One middle, and the panels beside it. A panel that has to give way to a small window has its size again later."""

    folding = Signal(object)  # the panel that is about to go
    changed = Signal()  # a panel was dragged, or has come or gone

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.panels: list[Panel] = []
        self._middle = QWidget()
        self._is_shown = True
        self._fitted: list[int] = []
        self._least = 0  # of the middle
        self._before: list[int | None] = []  # sizes when a line was taken hold of
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._take_sizes)

    def createHandle(self) -> Any:
        return Handle(self.orientation(), self)

    def _add(self, widget: QWidget) -> None:
        self.addWidget(widget)
        handle = self.handle(self.count() - 1)
        assert isinstance(handle, Handle)
        handle.held.connect(self._remember)
        handle.dragged_to.connect(lambda at: self._fold_if_pushed(handle, at))
        handle.pressed_twice.connect(lambda: self.fold(self._panel_at(handle), True))
        handle.let_go.connect(self.changed)

    def add_middle(self, widget: QWidget) -> None:
        """What takes the room that is left."""
        self._middle = widget
        self._add(widget)

    def add_panel(self, widget: QWidget, extent: Extent) -> Panel:
        """A panel, before or after the middle."""
        panel = Panel(widget, extent, len(self.panels))
        if self._is_across:
            widget.setMinimumWidth(extent.least)
            widget.setMaximumWidth(extent.most)
        else:
            widget.setMinimumHeight(extent.least)
            widget.setMaximumHeight(extent.most)
        self.panels.append(panel)
        self._add(widget)
        widget.hide()
        return panel

    # -- what is there ------------------------------------------------------------------------------------------

    def show_panels(self, shown: bool) -> None:
        """Whether there are panels at all; those that are folded stay so."""
        self._is_shown = shown
        self._fit()

    def fold(self, panel: Panel, folded: bool) -> None:
        """Put a panel away, or bring it back as large as it was; another one goes where there is no room for both."""
        panel.folded = folded
        if not folded:
            panel.asked = 1 + max(each.asked for each in self.panels)
        self._fit()
        self.changed.emit()

    def restore(self, panel: Panel, size: int | None, folded: bool) -> None:
        """As it once was; a size that cannot be is made one that can."""
        panel.size = panel.extent.clamped(size) if size is not None else None
        panel.folded = folded
        self._fit()

    def want(self, panel: Panel, sizes: tuple[int, int]) -> None:
        """Between which sizes a panel shows all that there is in it: so it is where there is room, unless dragged."""
        if sizes != panel.wanted:
            panel.wanted = sizes
            self._fit()

    def _panel_at(self, handle: QSplitterHandle) -> Panel:
        """The panel at a line: a handle stands before its widget, or after the first one."""
        at = next(index for index in range(self.count()) if self.handle(index) is handle)
        widgets = self.widget(at), self.widget(at - 1)
        return next(panel for panel in self.panels if panel.widget in widgets)

    def _remember(self) -> None:
        self._before = [panel.size for panel in self.panels]

    def _fold_if_pushed(self, handle: Handle, at: QPoint) -> None:
        """Pushed far into the border a panel folds; brought back it is as large as before."""
        panel = self._panel_at(handle)
        place, whole = (at.x(), self.width()) if self._is_across else (at.y(), self.height())
        first = self.widget(0) is panel.widget
        if (place if first else whole - place) < panel.extent.least / 2:
            handle.release()
            for each, size in zip(self.panels, self._before, strict=True):
                each.size = size
            self.fold(panel, True)

    # -- sizes --------------------------------------------------------------------------------------------------

    @property
    def _is_across(self) -> bool:
        return self.orientation() == Qt.Orientation.Horizontal

    @property
    def _middle_hint(self) -> QSize:
        return self._middle.minimumSizeHint().expandedTo(self._middle.minimumSize())

    def _along(self, size: QSize) -> int:
        return size.width() if self._is_across else size.height()

    def _fit(self) -> None:
        """Show what there is room for, as large as it is wanted; less where the middle would have too little."""
        self._least, whole = self._along(self._middle_hint), self._along(self.size())
        shown = self._with_room(whole)
        has_changed = self._show(shown)
        sizes = {id(panel.widget): panel.extent.at_first(whole, panel.wanted) if panel.size is None else panel.size
                 for panel in shown}
        lack = sum(sizes.values()) + self._least - whole + len(shown)
        for panel in shown:
            given = max(0, min(lack, sizes[id(panel.widget)] - panel.extent.least))
            sizes[id(panel.widget)] -= given
            lack -= given
        sizes[id(self._middle)] = max(1, whole - sum(sizes.values()) - len(shown))
        self.setSizes([sizes.get(id(self.widget(index)), 0) for index in range(self.count())])
        self._fitted = self.sizes()
        if has_changed:
            self.changed.emit()

    def _with_room(self, whole: int) -> list[Panel]:
        """Those that are wanted, as many as can be there with the middle."""
        wanted = [panel for panel in self.panels if self._is_shown and not panel.folded]
        while wanted and sum(1 + panel.extent.least for panel in wanted) + self._least > whole:
            wanted.remove(min(wanted, key=lambda panel: panel.asked))
        return wanted

    def _show(self, shown: list[Panel]) -> bool:
        """Show these and no others; whether that is another than before."""
        others = [panel for panel in self.panels if panel.there != (panel in shown)]
        for panel in others:
            if panel.there:
                self.folding.emit(panel)
            panel.there = not panel.there
            panel.widget.setVisible(panel.there)
        return bool(others)

    def _take_sizes(self) -> None:
        """Dragged: what is another size now is wanted so."""
        for index, size in enumerate(self.sizes()):
            for panel in self.panels:
                if panel.widget is self.widget(index) and self._fitted[index : index + 1] != [size] and size:
                    panel.size = size
        self._fitted = self.sizes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Something in the middle needs more room, or less."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # a splitter in the middle of another tells it
            self._fit_anew()
        return done

    def _fit_anew(self) -> None:
        if self._along(self._middle_hint) != self._least:
            self._fit()

    def minimumSizeHint(self) -> QSize:
        """Panels that have no room go."""
        hint, middle = super().minimumSizeHint(), self._middle_hint
        return QSize(middle.width(), hint.height()) if self._is_across else QSize(hint.width(), middle.height())
