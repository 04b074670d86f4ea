"""Writing the text of a frame where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from engine.graph import marks
from engine.graph.frames import LONGEST_TEXT, Frame
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.view.scene_view import SceneView
from widgets.look import theme
from widgets.look.guarded import guarded

LOWEST, NARROWEST = 30, 140  # screen pixels


@guarded
class FrameEditor(QPlainTextEdit):
    """Over a frame's title or a note, only while it is written. Enter or a click elsewhere keeps it, Esc does not.

    Shift+Enter begins another line of a note.
    """

    def __init__(self, view: SceneView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._item: FrameItem | None = None
        self._written = ""  # what the item said when its text was opened
        self._is_new = False
        self.setAccessibleName(self.tr("Text of the comment"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.hide()
        view.looked.connect(self._lie)
        view.canvas.shown.connect(self._follow_graph)

    def begin(self, names: Collection[str], point: QPointF) -> None:
        """A frame around these nodes, or a note at a scene point, that is made once its text is written."""
        self.finish()
        item = FrameItem(Frame("", tuple(names), (float(round(point.x())), float(round(point.y())))))
        self._view.canvas.add_item(item)
        self._is_new = True
        area = self._view.canvas.frames.extent(item)
        if area is not None:
            item.lie(area)
        self._show(item)

    def open(self, index: int) -> None:
        """The text of one of the graph's frames."""
        self.finish()
        self._is_new = False
        self._show(self._view.canvas.frames.items[index])

    def _follow_graph(self) -> None:
        """The graph changed under it: layers that are gone are left out, and what nothing is left of is not written."""
        item, canvas = self._item, self._view.canvas
        if item is None:
            return
        members = tuple(name for name in item.frame.members if name in canvas.graph.nodes)
        if not self._is_new and (item not in canvas.frames.items or item.frame.text != self._written):
            self.leave()
        elif self._is_new and members != item.frame.members:
            if members:
                item.show_frame(replace(item.frame, members=members))
                self._lie()
            else:
                self.leave()

    def _show(self, item: FrameItem) -> None:
        self._item, self._written = item, item.frame.text
        self.setPlaceholderText(self.tr("Note") if item.is_note else self.tr("What these layers do"))
        self.setPlainText(item.frame.text)
        self.selectAll()
        self._lie()
        self.show()
        self.raise_()
        self.setFocus()

    def _lie(self) -> None:
        if self._item is None:
            return
        zoom, title = self._view.zoom(), self._item.title()
        rect = self._view.mapFromScene(title).boundingRect()
        rect.setSize(rect.size().expandedTo(QSize(NARROWEST, LOWEST)))
        self.setGeometry(rect)
        size, weight = (12, QFont.Weight.Normal) if self._item.is_note else (13, QFont.Weight.DemiBold)
        self.setFont(theme.ui_font(round(size * min(1.5, max(0.8, zoom))), weight))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif enter and not (self._is_note() and event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self.finish()
        else:
            super().keyPressEvent(event)
            return
        self._view.setFocus()

    def _is_note(self) -> bool:
        return self._item is not None and self._item.is_note

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.finish()

    def finish(self) -> None:
        """Keep what is written."""
        if self._item is None:
            return
        item, text, scene = self._item, self.toPlainText().strip()[:LONGEST_TEXT], self._view.canvas
        is_new, index = self._is_new, None if self._is_new else self._index()
        self.leave()
        frame = replace(item.frame, text=text)
        if is_new and (text or frame.members):
            scene.edit_requested.emit(self.tr("Comment"), marks.with_frame(scene.graph, frame), "")
            made = scene.frames.items[-1:]
            if made and made[0].frame == frame:  # else it was not granted
                scene.choose(set(made))
        elif index is not None and frame != item.frame:
            scene.edit_requested.emit(self.tr("Comment"), marks.frame_changed(scene.graph, index, frame), "")

    def _index(self) -> int | None:
        items = self._view.canvas.frames.items
        return items.index(self._item) if self._item in items else None

    def leave(self) -> None:
        """Write nothing more; what was written is not kept."""
        item, self._item = self._item, None
        if item is not None and self._is_new and item.scene() is not None:
            item.scene().removeItem(item)
        self.hide()
