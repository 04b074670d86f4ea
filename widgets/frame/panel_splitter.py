"""A middle that takes what is left, and panels beside it: dragged wider, folded away, each keeping its size."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

WIDER = 1  # on both sides of the line under the mouse


@dataclass(frozen=True)
class Extent:
    """How wide a panel may be, or how high, in pixels; at first it is as ``usual``, or less where it is a ``share``."""

    least: int
    most: int
    usual: int
    share: float  # of the whole

    def at_first(self, whole: int) -> int:
        """The size of a panel that nobody has dragged."""
        return max(self.least, min(self.usual, round(self.share * whole)))

    def clamped(self, size: int) -> int:
        """The nearest size that may be."""
        return max(self.least, min(self.most, size))


@dataclass
class Panel:
    """A panel, and what is wanted of it."""

    widget: QWidget
    extent: Extent
    size: int | None = None  # None: nobody has dragged it
    folded: bool = False


@guarded
class Handle(QSplitterHandle):
    """A line between a panel and the middle; under the mouse it is wide enough to be seen and held."""

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

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show(True, self._is_held)

    def leaveEvent(self, event: QEvent) -> None:
        self._show(False, self._is_held)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._show(self._is_under_mouse, event.button() == Qt.MouseButton.LeftButton)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._show(self._is_under_mouse, False)
        self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._show(False, False)
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
    changed = Signal()  # a panel was dragged, folded or unfolded

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.panels: list[Panel] = []
        self._middle = QWidget()
        self._is_shown = True
        self._fitted: list[int] = []
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._take_sizes)

    def createHandle(self) -> QSplitterHandle:
        handle = Handle(self.orientation(), self)
        handle.pressed_twice.connect(lambda: self._fold_at(handle))
        handle.let_go.connect(self.changed)
        return handle

    def add_middle(self, widget: QWidget) -> None:
        """What takes the room that is left."""
        self._middle = widget
        self.addWidget(widget)

    def add_panel(self, widget: QWidget, extent: Extent) -> Panel:
        """A panel, before or after the middle."""
        panel = Panel(widget, extent)
        if self._is_across:
            widget.setMinimumWidth(extent.least)
            widget.setMaximumWidth(extent.most)
        else:
            widget.setMinimumHeight(extent.least)
            widget.setMaximumHeight(extent.most)
        self.panels.append(panel)
        self.addWidget(widget)
        return panel

    # -- what is there ------------------------------------------------------------------------------------------

    def show_panels(self, shown: bool) -> None:
        """Whether there are panels at all; those that are folded stay so."""
        self._is_shown = shown
        for panel in self.panels:
            self._show(panel)
        self._fit()

    def fold(self, panel: Panel, folded: bool) -> None:
        """Put a panel away, or bring it back as large as it was."""
        if folded == panel.folded:
            return
        if folded:
            self.folding.emit(panel)
        panel.folded = folded
        self._show(panel)
        self._fit()
        self.changed.emit()

    def restore(self, panel: Panel, size: int | None, folded: bool) -> None:
        """As it once was; a size that cannot be is made one that can."""
        panel.size = panel.extent.clamped(size) if size is not None else None
        panel.folded = folded
        self._show(panel)
        self._fit()

    def _show(self, panel: Panel) -> None:
        panel.widget.setVisible(self._is_shown and not panel.folded)

    def _fold_at(self, handle: QSplitterHandle) -> None:
        """The panel whose border was pressed twice: a handle stands before its widget, or after the first one."""
        at = next(index for index in range(self.count()) if self.handle(index) is handle)
        widgets = self.widget(at), self.widget(at - 1)
        self.fold(next(panel for panel in self.panels if panel.widget in widgets), True)

    # -- sizes --------------------------------------------------------------------------------------------------

    @property
    def _is_across(self) -> bool:
        return self.orientation() == Qt.Orientation.Horizontal

    def _fit(self) -> None:
        """Give every panel what is wanted for it, less where the middle would have too little."""
        whole = self.width() if self._is_across else self.height()
        shown = [panel for panel in self.panels if not panel.widget.isHidden()]
        sizes = {id(panel.widget): panel.extent.at_first(whole) if panel.size is None else panel.size
                 for panel in shown}
        hint = self._middle.minimumSizeHint().expandedTo(self._middle.minimumSize())
        lack = sum(sizes.values()) + (hint.width() if self._is_across else hint.height()) - whole + len(shown)
        for panel in shown:
            given = max(0, min(lack, sizes[id(panel.widget)] - panel.extent.least))
            sizes[id(panel.widget)] -= given
            lack -= given
        sizes[id(self._middle)] = max(1, whole - sum(sizes.values()) - len(shown))
        self.setSizes([sizes.get(id(self.widget(index)), 0) for index in range(self.count())])
        self._fitted = self.sizes()

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
