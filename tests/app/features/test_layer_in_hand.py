"""The layer in hand: every page of every kind of layer, its numbers beside torch's."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from app.features.inside import Inside
from app.window.window import MainWindow
from engine.graph.graph import Graph
from engine.inspect.why import occlusion as occlusion_module
from engine.inspect.why.occlusion import Occlusion
from engine.layers.activation import ReLU, Sigmoid, Softmax
from engine.layers.attention import MultiheadAttention
from engine.layers.convolution import Conv2d
from engine.layers.linear import Flatten, Linear
from engine.layers.normalization import BatchNorm2d, LayerNorm
from engine.layers.pooling import AvgPool2d, MaxPool2d
from engine.layers.regularization import Dropout
from engine.layers.sequence import LSTM
from tests.app.looking import LEFT, NONE, Looking, by_hand, looking, looking_window, network, read, written
from widgets.inside.lattice import Unit

PAGES = ("Maps", "Kernels", "Gradients", "Step by step", "Why")


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def look(shared_window, qtbot, tmp_path):
    """Opens a network, or one of the gallery, and looks into it."""
    held = []

    def look(source: str | Graph) -> Looking:
        text = source if isinstance(source, str) else written(tmp_path, source)
        held.append(looking(shared_window, qtbot, text))
        return held[-1].__enter__()

    yield look
    for each in held:
        each.__exit__(None, None, None)


def there(seen: Looking) -> list[str]:
    """Which pages can be chosen."""
    bar = seen.panel.tabs.bar
    return [bar.tabText(index) for index in range(bar.count()) if bar.isTabVisible(index)]


def words(page: QWidget) -> list[str]:
    """What is written on a page."""
    return [text for label in page.findChildren(QLabel) if label.isVisible() and (text := label.text().strip())]


def unit(seen: Looking, channel: int, row: int = 0, column: int = 0) -> None:
    """Click a number of the maps."""
    grid = seen.panel.maps.maps.grid
    if seen.panel.page != "maps":
        seen.turn_to("Maps")
    spot = grid.place(Unit(channel, row, column)).center().toPoint()
    QTest.mouseClick(grid, LEFT, NONE, spot)
    seen.settle()
    assert seen.now.unit == (channel, row, column)


KINDS = network((1, 8, 8), Conv2d(out_channels=4, padding=1), BatchNorm2d(), ReLU(), MaxPool2d(kernel_size=2),
                AvgPool2d(kernel_size=2), Flatten(), Linear(out_features=12), Dropout(p=0.3), Sigmoid(),
                Linear(out_features=10), Softmax(dim=1))
ROWS = network((5, 8), LSTM(hidden_size=6), LayerNorm(), MultiheadAttention(num_heads=2), Flatten(),
               Linear(out_features=10))


@pytest.mark.parametrize("graph", [KINDS, ROWS])
def test_each_page_of_each_layer_shows_something_or_says_why_not(look, graph):
    seen = look(graph)
    seen.type("torch.rand(" + ", ".join(map(str, graph.nodes["input"].layer.shape)) + ")")
    for name in graph.nodes:
        seen.take(name)
        pages = there(seen)
        assert pages[0] == "Maps" and set(pages) <= set(PAGES)
        for page in pages:
            seen.turn_to(page)
            assert seen.panel.header.name.text() == name
            front = seen.panel.tabs.current
            grids = [grid for grid in (seen.panel.maps.maps.grid, seen.panel.kernels.maps.grid,
                                       seen.panel.gradients.maps.grid) if grid.isVisible() and grid.values is not None]
            assert grids or words(front), (name, page)
            if page == "Step by step":
                assert seen.panel.steps.shown.terms or read(seen.panel.steps.note) or seen.panel.steps.shown.lines, name


def test_a_number_is_made_up_term_by_term(look):
    """19 = 0·0 + 1·1 + 3·2 + 4·3, and its gradient."""
    weight = by_hand([((0, 0, 0, 1), 1.0), ((0, 0, 1, 0), 2.0), ((0, 0, 1, 1), 3.0)])
    seen = look(network((1, 3, 3), Conv2d(out_channels=1, kernel_size=2, bias=False), conv2d1=weight))
    seen.type("torch.arange(9.).reshape(3, 3)")
    seen.take("conv2d1")
    unit(seen, 0, 0, 0)
    assert read(seen.panel.maps.maps.readout) == "channel 0, row 0, column 0: 19"
    assert any("19" in line for line in words(seen.panel.maps.lines))
    seen.turn_to("Step by step")
    shown = seen.panel.steps.shown
    assert shown.result == 19 and [row[-1] for row in shown.terms] == [0, 1, 6, 12]
    seen.press(seen.panel.steps.way.buttons["backward"])
    assert seen.panel.steps.shown.lines or read(seen.panel.steps.note)


def test_a_gradient_is_handed_on_to_each_number(look):
    """∂L/∂w is one number for each weight, g · x of torch: no sum of them is said."""
    seen = look("gallery:lenet-digits")
    seen.take("conv2")
    unit(seen, 3, 4, 5)
    seen.turn_to("Step by step")
    seen.press(seen.panel.steps.way.buttons["backward"])
    shown = seen.panel.steps.shown
    assert [line.text.rpartition(", ")[2] for line in shown.lines if not line.strong] == ["to 150 numbers",
                                                                                        "to 151 numbers"]
    handed = {row[0]: row[-1] for row in shown.terms}
    g, x = handed["bias[3]"], seen.now.seen.look.outputs["pool1"][0]
    for index in ((0, 0, 0), (5, 4, 4), (2, 1, 3)):
        channel, row, column = index
        expected = g * float(x[channel, 4 + row, 5 + column])
        assert handed[f"weight[3,{channel},{row},{column}]"] == pytest.approx(expected, rel=1e-5)
    assert len([name for name in handed if name.startswith("pool1[")]) == 150


def test_only_the_class_itself_counts_in_the_answer(look):
    seen = look("gallery:lenet-digits")
    seen.take("fc3")
    seen.turn_to("Why")
    said = read(seen.panel.why.explained.words)
    assert said.count("(") == 1 and said.partition(": ")[2].startswith(seen.now.seen.guesses[0].name), said


def test_the_unit_under_the_mouse_says_what_it_sees(look):
    seen = look("gallery:lenet-digits")
    seen.take("conv2")
    grid, probe = seen.panel.maps.maps.grid, seen.probe
    if seen.panel.page != "maps":
        seen.turn_to("Maps")
    boxes = []
    for row, column in ((2, 2), (7, 7)):
        spot = grid.place(Unit(0, row, column)).center().toPoint()
        QTest.mouseMove(grid, spot - QPoint(1, 0))
        QTest.mouseMove(grid, spot)
        seen.settle()
        assert seen.now.hover == (0, row, column)
        boxes.append(probe.pad.framed)
    (one, other), pad = boxes, probe.pad.drawing.size
    assert one.left() < other.left() and one.top() < other.top()
    assert one.width() == other.width() == pytest.approx(14 * pad[1] / 28), "conv2 of LeNet sees 14×14 of 28×28"


def test_gradients_are_those_of_torch(look):
    seen = look("gallery:lenet-digits")
    examples = seen.probe.examples
    seen._qtbot.waitUntil(lambda: bool(examples.grid.examples))
    seen.probe.ensureWidgetVisible(examples.grid)
    QTest.mouseClick(examples.grid, LEFT, NONE, examples.grid.place(1).center().toPoint())
    seen.settle()
    seen.take("fc3")
    seen.turn_to("Gradients")
    module, sample = seen.now.seen.lens.module, seen.now.seen.sample
    x = sample.x.clone()
    answer = module(x)
    loss = torch.nn.functional.cross_entropy(answer, sample.target)
    gradient, = torch.autograd.grad(loss, [dict(module.named_parameters())["fc3.bias"]])
    page = seen.panel.gradients
    assert page.which.isVisible() and page.tensor.name == "output"
    assert seen.numbers(page.maps) == pytest.approx(gradient.tolist(), abs=1e-3)


def test_an_activation_shows_its_curve_and_what_is_saturated(look):
    seen = look(network((1, 20), Sigmoid()))
    seen.type("torch.full((1, 20), 9.)")
    seen.take("sigmoid1")
    curve = seen.panel.maps.curve
    if seen.panel.page != "maps":
        seen.turn_to("Maps")
    assert curve.isVisible() and any("100" in text for text in words(curve))
    seen.take("input")
    assert not curve.isVisible()


def test_what_a_click_beside_a_card_picks_is_in_hand(look):
    seen = look("gallery:lenet-digits")
    item = seen.output("conv1")
    seen.click(item.mapToScene(item.tiles()[3].center()))
    seen.settle()
    assert (seen.now.card, seen.now.channel) == ("conv1", 3) and item.chosen == 3
    assert seen.page.scene.selected_names() == ["conv1"]
    assert seen.panel.header.name.text() == "conv1"
    item = seen.output("fc1")
    seen.click(item.mapToScene(item.tiles()[0].topLeft() + QPoint(1, 1)))
    seen.settle()
    assert seen.now.card == "fc1" and seen.now.unit[0] == 0


def test_why_can_be_asked_of_each_class_and_in_each_way(look):
    seen = look("gallery:lenet-digits")
    seen.take("conv2")
    seen.turn_to("Why")
    why = seen.panel.why
    titles = set()
    for index in range(3):
        why.of_class.setFocus()
        QTest.keyClick(why.of_class, Qt.Key.Key_Home)
        for _ in range(index):
            QTest.keyClick(why.of_class, Qt.Key.Key_Down)
        seen.settle()
        titles.add(why.title.text())
    assert {"Why 0?", "Why 1?"} <= titles
    why.method.setFocus()
    QTest.keyClick(why.method, Qt.Key.Key_Down)
    seen.settle()
    assert why.explained.words.text().startswith("Saliency")
    QTest.keyClick(why.method, Qt.Key.Key_Up)
    seen.settle()
    assert why.explained.words.text().startswith("Grad-CAM")


def test_occlusion_ends_where_one_looks_elsewhere(look, qtbot, monkeypatch):
    began, ended = list[bool](), list[bool]()

    def endless(lens, x, number, *, cancelled):
        began.append(True)
        while not cancelled():
            yield Occlusion(torch.zeros(8, 8), 0.5, 1, 2, (1, 1), (1, 1))
            sleep(0.01)
        ended.append(True)

    monkeypatch.setattr(occlusion_module, "occlusion", endless)
    seen = look("gallery:lenet-digits")
    inside = seen.window.feature(Inside)
    inside.ask_why("occlusion", None)
    qtbot.waitUntil(lambda: bool(began))
    assert not ended
    seen.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(ended))
    seen.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(began) == 2)
    inside.ask_why("gradcam", None)
    qtbot.waitUntil(lambda: len(ended) == 2)
