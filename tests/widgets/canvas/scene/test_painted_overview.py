"""What is painted from afar: a box for each card in the colour of what matters most, a line for each wire."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.graph.frames import Frame
from engine.graph.graph import Edge
from engine.graph.grid import THIN
from tests.painted import Mark, of, painted
from tests.widgets.canvas.desk import Stage, network, skipping
from widgets.canvas.cards.heat import LEVELS, heat_color
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.ground.dots import dots
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.scene.overview import FAR, SIGN, Overview
from widgets.canvas.wires.paths import TURN
from widgets.look import theme

DARK = theme.DARK


@pytest.fixture
def far(qtbot) -> Stage:
    stage = Stage(qtbot, network())
    stage.view.zoom_at(0.2 / stage.view.zoom(), QPoint(450, 350))
    return stage


def test_it_paints_at_once_what_it_is_given(qtbot):
    stage = Stage(qtbot, network())
    found = painted(lambda painter: Overview().paint(painter, stage.scene.cards.values(), stage.scene.wires.values()))
    assert len(of("box", found)) == len(stage.scene.cards)


def marks(stage: Stage) -> list[Mark]:
    def paint(painter) -> None:
        painter.save()
        stage.scene.drawBackground(painter, QRectF(0, 0, 900, 600))
        painter.restore()
    return painted(paint)


def box(stage: Stage, name: str) -> Mark:
    place = stage.scene.cards[name].pos()
    [found] = [mark for mark in of("box", marks(stage)) if mark.place.topLeft() == place]
    return found


def signs(stage: Stage, name: str) -> list[Mark]:
    middle, place = stage.scene.cards[name].body().center(), stage.scene.cards[name].body()
    return [mark for mark in of("line", marks(stage)) if place.contains(mark.place.adjusted(0, 0, 0.1, 0.1))
            and (mark.place.center() - middle).manhattanLength() < 2 * SIGN]


def wear(stage: Stage, name: str, **face: object) -> None:
    stage.scene.decorations[:] = [lambda each: each._replace(**face) if each.name == name else each]
    stage.scene.redress([name])


@pytest.mark.parametrize(("face", "color", "strokes"), [
    ({"severity": ""}, theme.CATEGORY_COLORS["activation"], 0), ({"severity": "error"}, DARK.error, 2),
    ({"severity": "warning"}, theme.CATEGORY_COLORS["activation"], 0), ({"change": "added"}, DARK.ok, 2),
    ({"change": "removed"}, DARK.error, 1), ({"change": "changed"}, DARK.accent, 3),
    ({"change": "moved"}, DARK.dim, 5), ({"change": "moved", "severity": "error"}, DARK.error, 2),
    ({"heat": 0.0}, "heat 0", 0), ({"heat": 1.0}, "heat 15", 0), ({"heat": 0.5}, "heat 8", 0),
    ({"heat": 0.5, "change": "added"}, DARK.ok, 2),
])
def test_the_colour_of_a_card_and_its_sign(far, face, color, strokes):
    wear(far, "act1", **{"severity": "", "problem": "", **face})
    if color.startswith("heat"):
        color = heat_color(int(color[5:]) / LEVELS).name()
    found = box(far, "act1")
    assert found.fill == color and found.pen == DARK.canvas
    assert found.place.size().toTuple() == (CARD_WIDTH, CARD_HEIGHT)
    drawn = signs(far, "act1")
    assert len(drawn) == strokes and {(mark.pen, mark.width) for mark in drawn} <= {(DARK.canvas, 7)}
    if strokes:
        area = QRectF()
        for mark in drawn:
            area = area.united(mark.place.adjusted(0, 0, 1e-6, 1e-6))
        assert (area.center() - far.scene.cards["act1"].body().center()).manhattanLength() < 1
        assert max(area.width(), area.height()) == pytest.approx(2 * SIGN, abs=0.01)


def test_what_is_selected_and_what_stands_out(far):
    far.scene.select(["act1"])
    assert (box(far, "act1").fill, box(far, "act1").pen, box(far, "act1").width) == (DARK.accent, DARK.text, 2)
    wear(far, "conv1", severity="error", problem="No")
    far.scene.show_highlight(Highlight({"fc1"}, {Edge("input", "conv1")}))
    assert box(far, "act1").fill == DARK.accent, "one sees what is selected all the same"
    assert box(far, "conv1").fill == DARK.line and box(far, "fc1").fill == theme.CATEGORY_COLORS["linear"]
    lines = of("line", marks(far))
    assert [mark.pen for mark in lines] == [DARK.wire, DARK.wire, DARK.accent]
    assert lines[2].place == lines[[mark.place for mark in lines].index(lines[2].place)].place
    assert lines[2].place.top() == CARD_HEIGHT
    far.scene.show_highlight(None)
    far.scene.select([])
    assert [mark.pen for mark in of("line", marks(far)) if mark.width == 0] == [DARK.wire] * 2
    assert box(far, "act1").fill != DARK.accent


def test_a_wire_from_afar_is_straight_or_goes_through_its_bends_or_beside_cards(far):
    far.show(skipping())
    wire = far.scene.wires[Edge("input", "add", 1)]
    start, end = wire.source.out_point(), wire.target.in_point(1)
    places = [mark.place for mark in of("line", marks(far))]
    assert QRectF(start, QPointF(wire.beside, start.y() + TURN)).normalized() in places
    assert QRectF(QPointF(wire.beside, start.y() + TURN), QPointF(wire.beside, end.y() - TURN)) in places
    assert QRectF(QPointF(wire.beside, end.y() - TURN), end).normalized() in places
    via = ((400.0, 100.0), (400.0, 300.0))
    far.show(skipping().with_via(wire.edge, via))
    places = [mark.place for mark in of("line", marks(far))]
    assert QRectF(start, QPointF(*via[0])).normalized() in places
    assert QRectF(QPointF(*via[1]), end).normalized() in places
    assert QRectF(QPointF(*via[0]), QPointF(*via[1])) in places and len(places) == 8
    names = ("fc1", "fc2", "fc3", "fc4", "add")
    far.show(skipping().with_frames([Frame("All", names, collapsed=True)]))
    [bar] = far.scene.frames.items
    places = [mark.place for mark in of("line", marks(far))]
    assert len(places) == 2 and all(bar.area.top() in (place.top(), place.bottom()) for place in places)
    assert len([mark for mark in of("box", marks(far)) if mark.place.width() == CARD_WIDTH]) == 3, "a bar and its tint"


def test_cards_that_are_collapsed_are_thin_and_frames_that_are_hidden_not_painted(far):
    graph = network().with_marks(["conv1"], collapsed=True)
    far.show(graph.with_frames([Frame("In", ("act1",)), Frame("Out", ("act1", "fc1"), collapsed=True)]))
    assert box(far, "conv1").place.height() == THIN
    assert [mark.text for mark in of("text", marks(far))] == ["2", "Out"]


def test_what_changes_is_painted_anew(far):
    far.show(network().moved({"act1": (600.0, 20.0)}))
    assert box(far, "act1").place.topLeft() == QPointF(600, 20)
    far.show(network().without(["act1"]))
    assert len(of("box", marks(far))) == 4 and len(of("line", marks(far))) == 1
    far.show(network().with_layer("act1", network().nodes["fc1"].layer))
    assert box(far, "act1").fill in (theme.CATEGORY_COLORS["linear"], DARK.error)


def seen(stage: Stage) -> dict[str, str]:
    """The colour in which each card and each wire is seen."""
    image, scene = stage.view.viewport().grab().toImage(), stage.scene
    places = {name: card.body().center() for name, card in scene.cards.items()}
    places |= {edge.target: wire.path.pointAtPercent(0.5) for edge, wire in scene.wires.items()}
    return {name: image.pixelColor(stage.view.mapFromScene(place)).name() for name, place in places.items()}


def test_what_is_in_the_hand_is_painted_over_a_picture_of_the_rest(far):
    before = seen(far)
    assert DARK.canvas not in before.values()
    far.scene.lift([far.scene.cards["act1"]])
    assert seen(far) == before
    lifted = marks(far)
    assert [mark.place.topLeft() for mark in of("box", lifted)] == [far.scene.cards["act1"].pos()]
    assert len(of("line", lifted)) >= 1
    far.scene.cards["act1"].setPos(600, 20)
    assert [mark.place.topLeft() for mark in of("box", marks(far))] == [QPointF(600, 20)]
    moved = seen(far)
    far.scene.lift([])
    assert seen(far) == moved
    far.view.pan(20, 30)
    for look in (theme.LIGHT, theme.DARK):
        far.scene.lift([far.scene.cards["act1"]])
        theme.apply(QApplication.instance(), look)
        held = seen(far)
        far.scene.lift([])
        assert seen(far) == held, "the rest has the place and the colours that it should have"


def test_near_and_far(qtbot):
    stage = Stage(qtbot, network().with_frames([Frame("In", ("act1",))]))
    items = [*stage.scene.cards.values(), *stage.scene.wires.values(), *stage.scene.frames.items]
    empty = items[0].GraphicsItemFlag.ItemHasNoContents
    for zoom, is_far in ((0.5, False), (FAR + 0.01, False), (FAR - 0.01, True), (0.1, True), (1.0, False)):
        stage.view.zoom_at(zoom / stage.view.zoom(), QPoint(450, 350))
        assert stage.scene.is_far == is_far and {bool(item.flags() & empty) for item in items} == {is_far}
        assert bool(of("box", marks(stage))) == is_far
    stage.view.zoom_at(0.1, QPoint(450, 350))
    stage.show(stage.scene.graph.with_edge(Edge("act1", "fc1")))
    assert stage.scene.wires[Edge("act1", "fc1")].flags() & empty, "what is new too"
    assert any(isinstance(item, FrameItem) for item in items)


def test_the_ground_is_dotted(qapp):
    for look in theme.THEMES.values():
        tile = dots(look).textureImage()
        dot, goal = tile.pixelColor(12, 12), QColor(look.dots)
        assert tile.pixelColor(0, 0).name() == look.canvas and abs(dot.lightness() - goal.lightness()) < 8
        assert dot.name() != look.canvas
        assert dots(look) is dots(look)
