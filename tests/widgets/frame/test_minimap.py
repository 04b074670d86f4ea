"""The minimap: there when it helps, looks where one clicks, shows what is selected, wrong and running."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Tanh
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from tests.redrawn import is_redrawn
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.view import CanvasView
from widgets.frame.minimap import HEIGHT, WIDTH, Minimap
from widgets.look import theme

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def tower(count: int, kernel_size: int = 3) -> Graph:
    nodes = [Node("input", Input())]
    for index in range(1, count):
        layer = Conv2d(out_channels=4, kernel_size=kernel_size, padding=1) if index % 2 else ReLU()
        layer = {count - 2: Flatten(), count - 1: Linear(out_features=10)}.get(index, layer)
        nodes.append(Node(f"layer{index}", layer, (0.0, 76.0 * index)))
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


class Stand:
    """A canvas with its minimap."""

    def __init__(self, qtbot, graph: Graph) -> None:
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        qtbot.addWidget(self.view)
        self.scene.setParent(self.view)
        self.show(graph)
        self.view.resize(800, 500)
        self.map = Minimap(self.view)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.show_from_top()
        self.map.set_wanted(True)
        self.qtbot = qtbot

    def show(self, graph: Graph) -> None:
        experiment = Experiment(graph, DataSpec(dataset="mnist"))
        analysis = analyze(graph, experiment.data.sample_shape)
        self.scene.show_graph(graph)
        self.scene.show_analysis(analysis, advise(experiment, analysis))

    def middle(self) -> QPointF:
        return self.view.place().centre

    def has(self, tone: str) -> bool:
        """Whether the picture has this very colour."""
        picture, wanted = self.map.grab().toImage(), QColor(tone)
        return any(picture.pixelColor(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


@pytest.fixture
def stand(qtbot):
    return Stand(qtbot, tower(20))


def test_it_is_there_while_not_everything_is_in_view(stand):
    assert stand.map.isVisible()
    assert stand.map.geometry().right() < stand.view.width() and stand.map.geometry().bottom() < stand.view.height()
    stand.view.fit()
    assert not stand.map.isVisible()
    stand.view.zoom_at(4, QPoint(400, 250))
    assert stand.map.isVisible()
    stand.map.set_wanted(False)
    assert not stand.map.isVisible()


def test_it_keeps_to_the_corner(stand):
    stand.view.resize(1000, 400)
    assert stand.map.x() + WIDTH + 16 == 1000 and stand.map.y() + HEIGHT + 16 == 400


@pytest.mark.parametrize("name", ["input", "layer10", "layer19"])
def test_a_click_looks_there(stand, name):
    card = stand.scene.cards[name]
    spot = stand.map.spot(card.sceneBoundingRect().center())
    zoom = stand.view.zoom()
    QTest.mouseClick(stand.map, LEFT, NONE, spot.toPoint())
    assert abs(stand.middle().y() - card.sceneBoundingRect().center().y()) < 40
    assert stand.view.zoom() == zoom
    assert stand.scene.selected_names() == []  # the click is not the canvas'


def test_a_drag_and_the_wheel(stand):
    start = stand.map.spot(stand.middle()).toPoint()
    QTest.mousePress(stand.map, LEFT, NONE, start)
    before = stand.middle().y()
    for step in range(1, 5):
        QTest.mouseMove(stand.map, start + QPoint(0, 5 * step))
    QTest.mouseRelease(stand.map, LEFT, NONE, start + QPoint(0, 20))
    assert stand.middle().y() > before + 100
    zoom, at = stand.view.zoom(), QPointF(20, 20)
    event = QWheelEvent(at, QPointF(stand.map.mapToGlobal(at)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                        NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(stand.map, event)
    assert stand.view.zoom() < zoom


def test_spot_and_point_are_inverse(stand):
    for point in (QPointF(0, 0), QPointF(114, 700), QPointF(-300, 1500)):
        there = stand.map.point(stand.map.spot(point))
        assert (there - point).manhattanLength() < 0.01


def test_what_is_wrong_selected_and_running(stand):
    look = theme.current()
    stand.map.resize(WIDTH, HEIGHT)
    assert not stand.has(look.error)
    stand.show(tower(20, kernel_size=40))
    stand.view.centerOn(stand.scene.cards["layer19"])
    stand.view.looked.emit()
    stand.qtbot.waitUntil(lambda: stand.has(look.error))
    before = stand.map.grab().toImage()
    stand.map.show_running(True)
    assert stand.map.grab().toImage() != before
    before = stand.map.grab().toImage()
    stand.scene.select(["layer4"])
    stand.qtbot.waitUntil(lambda: stand.map.grab().toImage() != before)


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_both_themes_and_two_thousand_cards(qtbot, look):
    stand = Stand(qtbot, tower(2000))
    theme.apply(QApplication.instance(), look)
    assert stand.map.isVisible()
    assert stand.has(look.accent)
    spot = stand.map.spot(stand.scene.cards["layer1000"].sceneBoundingRect().center())
    assert 0 <= spot.x() <= WIDTH and abs(spot.y() - HEIGHT / 2) < 2


def test_an_empty_network_has_none(qtbot):
    assert not Stand(qtbot, Graph()).map.isVisible()


# -- what is drawn where ----------------------------------------------------------------------------------------------


def parts() -> Graph:
    """A plain card, a block and one that is wrong, far from each other, and a frame around nothing."""
    graph = Graph.of([Node("act", ReLU(), (0.0, 0.0)), Node("stage", Residual(num_channels=4), (1200.0, 0.0)),
                      Node("other", Tanh(), (0.0, 800.0)), Node("odd", Conv2d(kernel_size=40), (1200.0, 800.0)),
                      Node("input", Input(shape=(1, 8, 8)), (600.0, 400.0))], [Edge("input", "odd")])
    return graph.with_frames([Frame("why", (), (300.0, 200.0), (500.0, 120.0))])


@pytest.fixture
def drawn(qtbot: QtBot) -> Stand:
    stand = Stand(qtbot, parts())
    stand.view.zoom_at(3 / stand.view.zoom(), QPoint(10, 10))
    stand.view.centerOn(QPointF(700, 600))
    QApplication.processEvents()
    return stand


def near(one: QColor, other: QColor, most: int = 40) -> bool:
    return max(abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue())) < most


def box(stand: Stand, name: str) -> QRectF:
    """Where a card is on the map."""
    place = stand.scene.cards[name].pos()
    return QRectF(stand.map.spot(place), stand.map.spot(place + QPointF(CARD_WIDTH, CARD_HEIGHT)))


def tones(image: QImage, area: QRectF) -> list[QColor]:
    inside = area.toRect()
    return [image.pixelColor(x, y) for x in range(inside.left(), inside.right() + 1)
            for y in range(inside.top(), inside.bottom() + 1)]


def outer_tones(stand: Stand, image: QImage, name: str) -> list[QColor]:
    """The colours in the ring around a card."""
    inner = box(stand, name)
    ring = inner.adjusted(-3, -3, 3, 3).toRect()
    inside = inner.adjusted(0.5, 0.5, -0.5, -0.5)
    return [image.pixelColor(x, y) for x in range(ring.left(), ring.right() + 1)
            for y in range(ring.top(), ring.bottom() + 1) if not inside.contains(QPointF(x + 0.5, y + 0.5))]


def test_each_card_is_a_bar_in_its_colour_and_a_block_has_an_outline(drawn: Stand) -> None:
    image = drawn.map.grab().toImage()
    for name, tone in (("act", "activation"), ("other", "activation"), ("stage", "block")):
        color = theme.category_color(tone)
        assert all(near(each, color, 8) for each in tones(image, box(drawn, name).adjusted(1, 1, -1, -1))), name
    block = theme.category_color("block")
    for side, ring in (("left", (-1.5, 0)), ("right", (1.5, 0)), ("top", (0, -1.5)), ("bottom", (0, 1.5))):
        bar = box(drawn, "stage")
        at = {"left": QPointF(bar.left(), bar.center().y()), "right": QPointF(bar.right(), bar.center().y()),
              "top": QPointF(bar.center().x(), bar.top()), "bottom": QPointF(bar.center().x(), bar.bottom())}[side]
        spot = at + QPointF(*ring)
        pixels = [image.pixelColor(int(spot.x()) + dx, int(spot.y()) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        assert any(near(each, block, 90) for each in pixels), side
    activation = theme.category_color("activation")
    outside = [tone for tone in outer_tones(drawn, image, "act") if near(tone, activation, 60)]
    assert len(outside) <= 2 * (box(drawn, "act").width() + box(drawn, "act").height()), "it has none"


def test_what_is_wrong_has_an_exclamation_mark_beside_it(drawn: Stand) -> None:
    image, error = drawn.map.grab().toImage(), QColor(theme.current().error)
    bar = box(drawn, "odd")
    assert all(near(tone, error, 8) for tone in tones(image, bar.adjusted(1, 1, -1, -1)))
    x, y = round(bar.right() + 5), bar.center().y()
    column = [row for row in range(round(y) - 9, round(y) + 10)
              if any(near(image.pixelColor(x + dx, row), error, 60) for dx in (-1, 0))]
    assert y - 6 < column[0] < y - 2 and y + 2 < column[-1] < y + 6
    assert len(column) < column[-1] - column[0] + 1, "a stroke, and a point below it"
    assert not any(near(tone, error) for tone in tones(image, box(drawn, "act").adjusted(-8, -8, 8, 8)))


def test_what_is_selected_is_in_the_accent_with_a_bar_at_its_left(drawn: Stand) -> None:
    accent = QColor(theme.current().accent)
    drawn.scene.select(["other"])
    bar = box(drawn, "other")
    drawn.qtbot.waitUntil(lambda: near(drawn.map.grab().toImage().pixelColor(bar.center().toPoint()), accent, 8))
    image = drawn.map.grab().toImage()
    x = round(bar.left() - 4)
    for y in range(round(bar.top()) + 1, round(bar.bottom()) - 1):
        assert near(image.pixelColor(x, y), accent, 60) or near(image.pixelColor(x - 1, y), accent, 60)
        assert not near(image.pixelColor(round(bar.left()) - 2, y), accent, 60), "apart from it"
    drawn.scene.select(["odd"])
    error = QColor(theme.current().error)
    drawn.qtbot.waitUntil(lambda: not near(drawn.map.grab().toImage().pixelColor(bar.center().toPoint()), accent, 8))
    assert near(drawn.map.grab().toImage().pixelColor(box(drawn, "odd").center().toPoint()), error, 8), "wrong counts"


def test_a_frame_is_a_dotted_line(drawn: Stand) -> None:
    image, dim = drawn.map.grab().toImage(), QColor(theme.current().dim)
    area = QRectF(drawn.map.spot(QPointF(300, 200)), drawn.map.spot(QPointF(800, 320)))
    ground = image.pixelColor(20, 55)
    for y in (round(area.top()), round(area.bottom())):
        row = [max(image.pixelColor(x, y + dy).lightness() for dy in (-1, 0))
               for x in range(int(area.left()) + 3, int(area.right()) - 3)]
        marked = [light > ground.lightness() + 15 for light in row]
        assert 0.25 * len(row) < sum(marked) < 0.95 * len(row), "points with gaps between them"
    assert max(row) <= dim.lightness() + 2
    drawn.show(parts().with_frames([]))
    drawn.qtbot.waitUntil(lambda: all(
        drawn.map.grab().toImage().pixelColor(x, round(area.top())) == ground for x in range(
            int(area.left()) + 3, int(area.right()) - 3)))


def test_it_has_a_rounded_ground_with_a_line_around(drawn: Stand) -> None:
    for look in (theme.DARK, theme.LIGHT):
        theme.apply(QApplication.instance(), look)
        QApplication.processEvents()
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        image.fill(QColor("#ff00ff"))
        painter = QPainter(image)
        drawn.map.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        painter.end()
        line, panel = QColor(look.line), QColor(look.panel)
        for spot in ((0, 55), (WIDTH - 1, 55), (82, 0), (82, HEIGHT - 1)):
            assert near(image.pixelColor(*spot), line, 24), spot
        for spot in ((0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1)):
            assert near(image.pixelColor(*spot), QColor("#ff00ff"), 24), "the corners are open"
        inside = image.pixelColor(4, 8)
        assert near(inside, panel, 24) and inside != panel, "what lies below shimmers through"


def test_what_is_looked_at_is_a_pale_box_with_a_line(drawn: Stand) -> None:
    accent, image = QColor(theme.current().accent), drawn.map.grab().toImage()
    seen = drawn.map.seen()
    view = drawn.view.mapToScene(drawn.view.viewport().rect()).boundingRect()
    assert seen == view
    area = QRectF(drawn.map.spot(seen.topLeft()), drawn.map.spot(seen.bottomRight()))
    middle = image.pixelColor(area.center().toPoint() + QPoint(0, 2))
    outside = image.pixelColor(round(area.left()) - 5, round(area.top()) - 5)
    assert middle.blue() > outside.blue() + 8 and not near(middle, accent, 90)
    for x, y in ((area.left(), area.center().y()), (area.right(), area.center().y()), (area.center().x(), area.top()),
                 (area.center().x(), area.bottom())):
        pixels = [image.pixelColor(int(x) + dx, int(y) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        assert any(near(each, accent, 90) for each in pixels)
    drawn.view.centerOn(QPointF(-4000, -4000))
    far = drawn.map.grab().toImage()
    assert near(far.pixelColor(0, 55), QColor(theme.current().line), 8), "the edge is not painted over"
    drawn.view.zoom_at(0.05 / drawn.view.zoom(), QPoint(400, 250))
    drawn.view.centerOn(QPointF(0, 600))
    whole = drawn.map.grab().toImage()
    assert drawn.map.seen().contains(QRectF(-500, -100, 1000, 1000))
    assert whole.pixelColor(0, 55) == far.pixelColor(0, 55), "nor where more is seen than there is"


def test_a_run_is_marked_in_the_upper_right_corner_until_it_ends(drawn: Stand) -> None:
    accent = QColor(theme.current().accent)
    drawn.view.centerOn(QPointF(-300, 600))
    assert is_redrawn(drawn.map, lambda: drawn.map.show_running(True))
    image = drawn.map.grab().toImage()
    found = [(x, y) for x in range(WIDTH - 20, WIDTH - 3) for y in range(3, 24)
             if near(image.pixelColor(x, y), accent, 30)]
    assert min(x for x, _ in found) >= WIDTH - 17 and max(x for x, _ in found) <= WIDTH - 6
    assert min(y for _, y in found) >= 6 and max(y for _, y in found) <= 17 and len(found) > 25
    left, right = ([y for x, y in found if x == column] for column in (WIDTH - 15, WIDTH - 10))
    assert len(left) > len(right) > 0, "it points to the right"
    assert not is_redrawn(drawn.map, lambda: drawn.map.show_running(True))
    assert is_redrawn(drawn.map, lambda: drawn.map.show_running(False))
    assert not any(near(drawn.map.grab().toImage().pixelColor(*spot), accent, 30) for spot in found)


def test_it_is_drawn_anew_when_one_looks_elsewhere_or_selects(drawn: Stand) -> None:
    drawn.view.zoom_at(2, QPoint(10, 10))
    assert is_redrawn(drawn.map, lambda: drawn.view.centerOn(QPointF(100, 100)))
    assert drawn.map.wanted
    drawn.map.set_wanted(False)
    assert not drawn.map.wanted and not drawn.map.isVisible()
    drawn.scene.select(["act"])
    drawn.view.centerOn(QPointF(900, 100))
    assert not drawn.map.isVisible()
    drawn.map.set_wanted(True)
    accent = QColor(theme.current().accent)
    assert near(drawn.map.grab().toImage().pixelColor(box(drawn, "act").center().toPoint()), accent, 8)


def test_the_wheel_zooms_by_its_turn_and_a_double_click_only_looks(drawn: Stand) -> None:
    zoom, at = drawn.view.zoom(), QPointF(40, 40)
    for turn in (QPoint(0, -120), QPoint(-120, 0)):
        QApplication.sendEvent(drawn.map, QWheelEvent(
            at, QPointF(drawn.map.mapToGlobal(at)), QPoint(), turn, Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False))
        zoom *= 1.0015**-120
        assert drawn.view.zoom() == pytest.approx(zoom)
    goal = drawn.map.spot(QPointF(300, 300)).toPoint()
    QTest.mouseDClick(drawn.map, LEFT, NONE, goal)
    assert drawn.view.zoom() == pytest.approx(zoom) and drawn.scene.graph == parts()
    assert (drawn.middle() - QPointF(300, 300)).manhattanLength() < 16
    assert drawn.map.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_cards_of_a_very_long_network_can_still_be_seen(qtbot: QtBot) -> None:
    stand = Stand(qtbot, tower(400))
    across = stand.map.spot(QPointF(CARD_WIDTH, 0)).x() - stand.map.spot(QPointF(0, 0)).x()
    assert across == pytest.approx(12)
    ends = [stand.map.spot(QPointF(0, y)).y() for y in (0, 76.0 * 399 + CARD_HEIGHT)]
    assert ends == pytest.approx([8, HEIGHT - 8])
    few = Stand(qtbot, tower(12))
    down = few.map.spot(QPointF(0, 100)).y() - few.map.spot(QPointF(0, 0)).y()
    assert down == pytest.approx(10) or few.map.spot(QPointF(0, 0)).y() == pytest.approx(8)


def test_on_a_fine_screen_it_is_as_large_and_finer(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Minimap, "devicePixelRatioF", lambda _map: 2.0)
    stand = Stand(qtbot, parts())
    stand.view.zoom_at(3 / stand.view.zoom(), QPoint(10, 10))
    stand.view.centerOn(QPointF(700, 600))
    QApplication.processEvents()
    image, line = stand.map.grab().toImage(), QColor(theme.current().line)
    for spot in ((0, 55), (WIDTH - 1, 55), (82, 0), (82, HEIGHT - 1)):
        assert near(image.pixelColor(*spot), line, 40), spot
    color = theme.category_color("activation")
    assert all(near(each, color, 12) for each in tones(image, box(stand, "act").adjusted(1, 1, -1, -1)))


def test_in_a_narrow_view_it_would_lie_over_the_cards_and_is_not_there(stand):
    assert stand.map.isVisible()
    stand.view.resize(300, 500)
    assert not stand.map.isVisible()
    stand.view.resize(800, 500)
    assert stand.map.isVisible()
