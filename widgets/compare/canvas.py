"""The canvas of a comparison: both networks in one picture, to be looked at and not to be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from engine.analysis.analysis import Analysis, Costs, NodeReport
from engine.compare.compare import Pair
from engine.compare.fields import Field
from engine.compare.union import Union
from engine.graph.graph import Edge, Node
from engine.units import grouped, shape_text
from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.words import plain_face
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.pictures.preview import became
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.scene_view import SceneView
from widgets.canvas.wires.wire import WireItem
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import message_text, translated

ZOOM = 1.2
SEPARATOR = " · "
HALO = (-5.0, -5.0, 5.0, 5.0)
READABLE, ROOM = 0.4, 40  # below this zoom one goes nearer; screen pixels around what one is led to


class Side(NamedTuple):
    """One of the two networks: what people call it, and what is known of it."""

    name: str
    detail: str
    analysis: Analysis
    costs: Costs | None
    batch_size: int
    data: str  # what its Input reads


def field_title(field: Field) -> str:
    """What differs, in the person's language; inside a block with the way there."""
    return SEPARATOR.join(filter(None, (field.within, *map(translated, field.titles))))


def field_values(field: Field) -> str:
    """``5×5 → 3×3``."""
    if field.after is None:
        return QCoreApplication.translate("Compare", "changed")
    return f"{_short(message_text(field.before))} → {_short(message_text(field.after))}"


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_rename(field: Field) -> bool:
    """Whether it tells of the card's own new name."""
    return field.about == "name" and not field.within


def change_words(fields: Iterable[Field]) -> str:
    """What a changed card says: what differs."""
    words = []
    for field in fields:
        if is_rename(field):
            was = message_text(field.before)
            words.append(QCoreApplication.translate("Compare", "was {name}").format(name=was))
        elif field.about == "layer" and not field.within:
            words.append(field_values(field))
        else:
            words.append(f"{field_title(field)} {field_values(field)}")
    return SEPARATOR.join(words)


@guarded
class CompareScene(CanvasScene):
    """Shows two networks as one; the mouse selects and does nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: Mapping[str, Pair] = {}
        self._faces: dict[str, Face] = {}
        self._union: Union | None = None
        self._only = False
        self.decorations.append(self._decorate)
        self.names_selected.connect(self._show_selection)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_union(self, union: Union, before: Side, after: Side) -> None:
        """Show this picture of the two."""
        self._union, self.pairs, self._faces = union, union.pairs, {}
        self.show_graph(union.graph)
        self.show_caption(after.data)
        was, now = _shapes(union.pairs, before, "before"), _shapes(union.pairs, after, "after")
        reports = {name: _report(pair, before, after) for name, pair in union.pairs.items()}
        members = frozenset(name for name, pair in union.pairs.items() if _is_member(pair, before, after))
        self._faces = {name: self._face(name, pair, before, after) for name, pair in union.pairs.items()
                       if pair.change or _count(pair.before, before) != _count(pair.after, after)}  # fmt: skip
        self.show_analysis(Analysis(union.graph, reports, (), None, None, members), ())
        self.redress()
        self._show_wires(union, was, now)
        for name, card in self.cards.items():
            self._tell_of(card, union.pairs[name])
        self._shine()

    def _show_wires(self, union: Union, was: Mapping[str, str], now: Mapping[str, str]) -> None:
        for edge, wire in self.wires.items():
            removed = edge in union.removed
            wire.show_tone("removed" if removed else "added" if edge in union.added else "")
            old, new = was.get(edge.source, ""), now.get(edge.source, "")
            stays = not removed and edge not in union.added
            wire.show_shape(old if removed else new, old if stays and old and new and old != new else "")

    def _tell_of(self, card: CardItem, pair: Pair) -> None:
        """All that differs, for the mouse: a card has room for some of it."""
        card.tip = "\n".join(f"{field_title(field)}: {field_values(field)}" for field in pair.fields)

    def _decorate(self, face: Face) -> Face:
        return self._faces.get(face.name, face)

    def _face(self, key: str, pair: Pair, before: Side, after: Side) -> Face:
        """A card with what happened to it."""
        node, side = (pair.after, after) if pair.after is not None else (pair.before, before)
        assert node is not None
        graph, counts = side.analysis.graph, (_count(pair.before, before), _count(pair.after, after))
        face = plain_face(graph, node, side.data, node.name in graph.shares.values())
        inputs = max(face.inputs, self.cards[key].plain.inputs)
        stays = pair.before is not None and pair.after is not None
        count = became(*counts) if stays else counts[0] or counts[1]
        words = change_words(pair.fields) or face.detail
        return face._replace(inputs=inputs, detail=words, count=count, change=pair.change,
                             loose=not _is_member(pair, before, after))

    def show_only_differences(self, only: bool) -> None:
        """Let what differs stand out, the rest is dimmed; or show all alike."""
        self._only = only
        self._shine()

    def set_scale(self, scale: float) -> None:
        """From afar, where cards are mere colours, what differs always stands out."""
        was = self.is_far
        super().set_scale(scale)
        if was != self.is_far:
            self._shine()

    def _shine(self) -> None:
        if self._union is None or not (self._only or self.is_far):
            self.show_highlight(None)
            return
        names = frozenset(name for name, pair in self.pairs.items() if pair.change)
        self.show_highlight(Highlight(names, self._union.added | self._union.removed))

    def _show_selection(self, _names: list[str]) -> None:
        self.update()  # the frames lie around the cards

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A frame around what is selected: the outlines of cards say what has happened to them."""
        painter.setPen(QPen(theme.color("accent"), 2 * max(1.0, self.pixel())))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for name in self.selected_names():
            painter.drawRoundedRect(self.cards[name].body().adjusted(*HALO), 12, 12)


def _shapes(pairs: Mapping[str, Pair], side: Side, which: str) -> dict[str, str]:
    """What comes out of each node on one side."""
    nodes = {key: getattr(pair, which) for key, pair in pairs.items()}
    shapes = {key: side.analysis.nodes[node.name].output_shape for key, node in nodes.items() if node is not None}
    return {key: shape_text(shape) for key, shape in shapes.items() if shape is not None}


def _report(pair: Pair, before: Side, after: Side) -> NodeReport:
    if pair.after is not None:
        return after.analysis.nodes[pair.after.name]
    assert pair.before is not None
    return before.analysis.nodes[pair.before.name]


def _is_member(pair: Pair, before: Side, after: Side) -> bool:
    if pair.after is not None:
        return pair.after.name in after.analysis.members
    return pair.before is not None and pair.before.name in before.analysis.members


def _count(node: Node | None, side: Side) -> str:
    """How many parameters a node has, as its card writes it."""
    facts = side.analysis.nodes[node.name].facts if node is not None else None
    return grouped(facts.params) if facts is not None and facts.params else ""


@guarded
class CompareView(SceneView):
    """Looks at a comparison: drag or arrows pan, wheel or + and − zoom, Home shows everything, F what is selected."""

    def __init__(self, scene: CompareScene) -> None:
        super().__init__(scene)
        self.setDragMode(SceneView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(self.tr("Both networks in one picture"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, middle = event.key(), self.viewport().rect().center()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_at(ZOOM, middle)
        elif key == Qt.Key.Key_Minus:
            self.zoom_at(1 / ZOOM, middle)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_F):
            self.fit(selection_only=key == Qt.Key.Key_F)
        else:
            super().keyPressEvent(event)

    def let_see(self, item: CardItem | WireItem) -> None:
        """Look at this, no further away than one can read."""
        area = item.sceneBoundingRect()
        if self.zoom() < READABLE:
            self.go_to(self.place()._replace(centre=area.center(), zoom=1.0))
        else:
            self.ensureVisible(area, ROOM, ROOM)

    def show_beginning(self) -> None:
        """Both networks from the top, side by side where there is room."""
        self.show_from_top()
        area = self.canvas.extent()
        if area.width() < self.viewport().width():
            place = self.place()
            self.go_to(place._replace(centre=QPointF(area.center().x(), place.centre.y())))


def wires_of(union: Union) -> tuple[list[Edge], list[Edge]]:
    """The wires added and removed, in the picture's order."""
    edges = union.graph.edges
    return [edge for edge in edges if edge in union.added], [edge for edge in edges if edge in union.removed]
