"""What lies in the canvas' corners: the legend of the heat map, and where the minimap shows things."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.blocks.residual import Residual
from engine.graph.frames import Frame
from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from tests.seen import button_with, texts
from tests.widgets.canvas.desk import Stage
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.frame.heat_legend import EDGE, WIDTH, HeatLegend
from widgets.frame.minimap import HEIGHT as MAP_HEIGHT
from widgets.frame.minimap import INSET, Minimap
from widgets.frame.minimap import WIDTH as MAP_WIDTH
from widgets.look import theme

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(700, 500)
    host.show()
    return host


def test_a_legend_lies_in_the_lower_left_corner_and_says_what_is_shown(host: QWidget, qtbot: QtBot):
    legend = HeatLegend(host)
    assert not legend.isVisible()
    legend.show_scale("Parameters", ("0", "20 %", "40 %"), "61 706 in all")
    assert texts(legend) == ["Parameters", "61 706 in all"] and legend.scale.isVisible()
    assert legend.accessibleDescription() == "Parameters 61 706 in all" and legend.accessibleName() == "Heat map"
    assert legend.x() == EDGE and legend.geometry().bottom() == 500 - EDGE - 1 and legend.width() >= WIDTH
    assert not legend.measure.isVisible()
    high = legend.height()
    legend.show_scale("Times", ("0", "", ""), can_measure=True)
    assert texts(legend) == ["Times"] and not legend.scale.isVisible() and legend.accessibleDescription() == "Times"
    with qtbot.waitSignal(legend.again):
        button_with(legend, "Measure again").click()
    host.resize(800, 600)
    assert legend.geometry().bottom() == 600 - EDGE - 1 and legend.height() <= high + 30
    with qtbot.waitSignal(legend.ended):
        QTest.mouseClick(legend.close_button, LEFT)
    assert legend.close_button.toolTip() == legend.close_button.accessibleName() == "End the heat map"


def test_the_scale_goes_from_cold_to_hot(host: QWidget):
    legend = HeatLegend(host)
    legend.show_scale("Parameters", ("0", "20 %", "40 %"))
    image = legend.scale.grab().toImage()
    reds = [image.pixelColor(x, 6).red() for x in (8, image.width() // 2, image.width() - 8)]
    assert reds == sorted(reds) and reds[2] > reds[0] + 60
    small, wide = legend.scale.minimumSizeHint().width(), ("0", "many words", "1000 %")
    legend.scale.show_marks(wide)
    assert legend.scale.minimumSizeHint().width() > small and legend.scale.marks == wide
    before = legend.close_button.icon().pixmap(12, 12).toImage()
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert legend.close_button.icon().pixmap(12, 12).toImage() != before


# -- minimap ----------------------------------------------------------------------------------------------------------


def mapped(qtbot: QtBot, graph: Graph) -> tuple[Stage, Minimap]:
    stage = Stage(qtbot, graph)
    found = Minimap(stage.view)
    found.set_wanted(True)
    stage.view.zoom_at(3 / stage.view.zoom(), QPoint(10, 10))
    return stage, found


def places(*at: tuple[float, float]) -> Graph:
    return Graph.of([Node(f"act{index}", ReLU(), place) for index, place in enumerate(at)])


@pytest.mark.parametrize("at", [
    [(0, 0), (1000, 800)], [(-500, -300), (100, 50), (40, 900)], [(0, 0), (0, 9000)], [(0, 0), (9000, 0)]])
def test_every_card_has_its_place_on_the_map(qtbot: QtBot, at: list[tuple[float, float]]):
    stage, found = mapped(qtbot, places(*at))
    area = QRectF()
    for card in stage.scene.cards.values():
        body = card.body()
        spots = QRectF(found.spot(body.topLeft()), found.spot(body.bottomRight()))
        area = area.united(spots)
        assert (found.point(found.spot(body.center())) - body.center()).manhattanLength() < 0.01
    assert area.center().x() == pytest.approx(MAP_WIDTH / 2) and area.center().y() == pytest.approx(MAP_HEIGHT / 2)
    assert area.width() <= MAP_WIDTH - 2 * INSET + 0.1 and area.height() <= MAP_HEIGHT - 2 * INSET + 0.1
    assert area.width() >= 12 - 0.1 and found.isVisible()
    lefts = [found.spot(QPointF(*place)) for place in at]
    assert all((a.x() < b.x()) == (p[0] < q[0]) for a, p in zip(lefts, at, strict=True)
               for b, q in zip(lefts, at, strict=True) if p[0] != q[0])


def test_the_map_shows_cards_blocks_and_frames_where_they_are(qtbot: QtBot):
    graph = Graph.of([Node("act", ReLU(), (0, 0)), Node("stage", Residual(num_channels=4), (1200, 800))])
    stage, found = mapped(qtbot, graph)

    def color(name: str, dx: float = 0, dy: float = 0) -> str:
        spot = found.spot(stage.scene.cards[name].body().center()) + QPointF(dx, dy)
        return found.grab().toImage().pixelColor(spot.toPoint()).name()

    stage.view.centerOn(QPointF(600, 4000))
    assert color("act") == theme.CATEGORY_COLORS["activation"] and color("stage") == theme.CATEGORY_COLORS["block"]
    assert color("act", 40) not in (theme.CATEGORY_COLORS["activation"], theme.DARK.accent)
    across = abs(found.spot(QPointF(CARD_WIDTH, 0)).x() - found.spot(QPointF()).x())
    down = abs(found.spot(QPointF(0, CARD_HEIGHT)).y() - found.spot(QPointF()).y())
    assert across / down == pytest.approx(CARD_WIDTH / CARD_HEIGHT, rel=0.01)
    before = found.grab().toImage()
    stage.show(graph.with_frames([Frame("why", (), (-900.0, 40.0), (200.0, 90.0))]))
    stage.scene.select(["act"])
    qtbot.waitUntil(lambda: color("act") == theme.DARK.accent)
    assert found.grab().toImage() != before
    assert found.spot(QPointF(-900, 40)).x() >= INSET - 1, "frames are on it too"


def test_only_the_left_button_looks_elsewhere(qtbot: QtBot):
    stage, found = mapped(qtbot, places((0, 0), (1000, 800)))
    goal = QPointF(600, 500)
    spot = found.spot(goal).toPoint()
    before = stage.view.place()
    QTest.mouseClick(found, Qt.MouseButton.RightButton, NONE, spot)
    at = QPointF(spot)
    QApplication.sendEvent(found, QMouseEvent(QMouseEvent.Type.MouseMove, at, found.mapToGlobal(at),
                                              Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE))
    assert stage.view.place() == before
    QTest.mouseClick(found, LEFT, NONE, spot)
    assert (stage.view.place().centre - goal).manhattanLength() < 14 and stage.view.zoom() == before.zoom
    for turn, grows in ((QPoint(0, 120), True), (QPoint(-120, 0), False)):
        zoom = stage.view.zoom()
        QApplication.sendEvent(found, QWheelEvent(at, found.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton,
                                                  NONE, Qt.ScrollPhase.NoScrollPhase, False))
        assert (stage.view.zoom() > zoom) == grows
