"""Cards glide to their new places instead of jumping there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QEvent, QObject, QPointF, QRectF, QVariantAnimation

from engine.graph.graph import Graph, Position
from engine.graph.grid import size_of
from widgets.canvas.scene.overview import FAR
from widgets.canvas.view.fade import duration
from widgets.canvas.view.scene_view import SceneView
from widgets.look.guarded import guarded

MOST = 300  # cards that glide; where more would, the picture fades over
ENDS = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.DragEnter)


def glide(view: SceneView, graph: Graph, change: Callable[[], object]) -> None:
    """Let ``change`` show ``graph``, with cards gliding from where they are now as far as one sees them."""
    finish(view)
    starts = _in_sight(view, graph)
    if not starts or not view.isVisible() or duration(view) == 0:
        change()
    elif len(starts) > MOST or view.transform().m11() < FAR:
        view.fade(None, False)
        change()
    else:
        change()
        if all(view.canvas.cards[name].node.position == graph.nodes[name].position
               for name in starts if name in view.canvas.cards):
            Glide(view, starts)


def finish(view: SceneView) -> None:
    """End what still glides: every card is where the graph has it."""
    for running in view.findChildren(Glide):
        running.finish()


def _in_sight(view: SceneView, graph: Graph) -> dict[str, Position]:
    """Where cards that will move are now, of those that one sees go or come."""
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    return {name: (card.x(), card.y()) for name, card in view.canvas.cards.items()
            if name in graph.nodes and (card.x(), card.y()) != graph.nodes[name].position
            and (seen.intersects(card.slot())
                 or seen.intersects(QRectF(*graph.nodes[name].position, *size_of(graph.nodes[name]))))}


@guarded
class Glide(QObject):
    """Cards on their way; a press, a key or another graph brings them there at once."""

    def __init__(self, view: SceneView, starts: Mapping[str, Position]) -> None:
        super().__init__(view)
        self._scene, self._starts = view.canvas, starts
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(duration(view))
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self._arrive)
        self._scene.shown.connect(self.finish)
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)
        self._step(0.0)
        self._animation.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)

    def _step(self, done: float) -> None:
        for name, (x, y) in self._starts.items():
            card = self._scene.cards.get(name)
            if card is not None:
                end = card.node.position
                card.setPos(QPointF(x + (end[0] - x) * done, y + (end[1] - y) * done))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in ENDS and self._starts:
            self._arrive()
        return False

    def finish(self) -> None:
        """Be there."""
        if self._starts:
            self._starts = {}
            self._animation.stop()
            self.deleteLater()
            self._scene.put_back()

    def _arrive(self) -> None:
        """Whoever draws the cards too drew them on their way."""
        self.finish()
        self._scene.shown.emit()
