"""The corner of a note held by the mouse: the note becomes larger or smaller."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from engine.graph import marks
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.scene.scene import CanvasScene

SMALLEST = (96.0, 44.0)  # of a note


class NoteResize(Gesture):
    """The corner of a note held by the mouse."""

    def __init__(self, scene: CanvasScene, item: FrameItem, point: QPointF) -> None:
        self._scene, self._item, self._was = scene, item, QRectF(item.area)
        self._slack = item.area.bottomRight() - point
        scene.choose({item})

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The corner is here."""
        size = point + self._slack - self._was.topLeft()
        width, height = max(SMALLEST[0], round(size.x())), max(SMALLEST[1], round(size.y()))
        self._item.lie(QRectF(self._was.x(), self._was.y(), width, height))

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the note in this size."""
        size, scene = self._item.area.size(), self._scene
        if self._item.area != self._was and scene.frames.known([self._item]):
            graph = marks.frame_sized(scene.graph, scene.frames.index(self._item), (size.width(), size.height()))
            scene.edit_requested.emit(scene.tr("Resize the note"), graph, "")

    def cancel(self) -> None:
        """As large as it was."""
        self._item.lie(self._was)
