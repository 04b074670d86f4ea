"""How one begins: said on a canvas on which there is no layer yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.graph.graph import Graph
from widgets.canvas.view.scene_view import MARGIN, SceneView
from widgets.look.guarded import guarded

WIDEST = 420
BELOW = 52  # the Input's middle, where the canvas shows nothing else
SAMPLE = "conv 16 3x3, relu, flatten, linear 10"


def is_bare(graph: Graph) -> bool:
    """Whether there is nothing that computes."""
    return all(node.layer.max_inputs == 0 for node in graph.nodes.values())


@guarded
class Beginning(QLabel):
    """Quiet words over a view, below its middle; the mouse passes through them."""

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        self._view = view
        self._key = ""
        self.setProperty("role", "dim")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_for(self, graph: Graph, key: str) -> None:
        """Be there while there is no layer; ``key`` opens the search."""
        if key != self._key:
            self._key = key
            self.setText(self._words(key))
        self.setVisible(is_bare(graph))
        if self.isVisible():
            self.place()

    def _words(self, key: str) -> str:
        first = self.tr("Drag a layer here, or double-click.")
        keys = self.tr("{key} searches, and builds what you type:").format(key=key) if key else self.tr(
            "The search builds what you type:")
        return f"{first}<br>{keys}<br><code>{SAMPLE}</code>"

    def place(self) -> None:
        """Lie below the middle of the view, as far as there is room."""
        area = self._view.viewport().geometry()
        width = min(WIDEST, area.width() - MARGIN)
        height = max(0, self.heightForWidth(width))
        top = min(area.center().y() + BELOW, area.bottom() - height - 8)
        self.setGeometry(area.center().x() - width // 2, max(area.top(), top), width, height)
