"""The layer in hand as a whole: header, pages, what it passes on, and that every word has room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.reached import reach_all
from tests.seen import button_with, texts
from widgets.inside.arithmetic import Line, Steps, Window
from widgets.inside.curve import Curve
from widgets.inside.lattice import Unit
from widgets.inside.panel import LayerPanel
from widgets.inside.tensors_page import Tensor
from widgets.inside.what_if import Active, Effect
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
RNG = np.random.default_rng(2)
MAPS, KERNELS = RNG.normal(size=(16, 10, 10)), RNG.normal(size=(16, 6, 5, 5))
COUNTS, EDGES = np.histogram(KERNELS, 20)


def filled(panel: LayerPanel) -> LayerPanel:
    panel.show_layer("conv2", "Conv 2d", "convolution", "16×10×10 · sees 14×14 of the input")
    panel.show_output(MAPS)
    panel.show_kernels([Tensor("weight", KERNELS, COUNTS.tolist(), EDGES.tolist(), True), Tensor("bias", MAPS[0, 0])])
    panel.show_gradients([Tensor("output", MAPS, COUNTS.tolist(), EDGES.tolist(), False, "They are small.")])
    window = Window(MAPS[0], 1, 2, 5, 5, KERNELS[0, 0], 0.3)
    panel.show_steps(Steps("Channel 6, row 4, column 3", [window, window], 1.7, [Line("+ bias −0.1 =", "1.7")],
                           ("where", "x", "w"), [("0, 0", 1.0, 2.0)]), Steps("Back"))
    panel.show_why("Why a 5?", np.zeros((28, 28), np.uint8), np.ones((5, 5)), "The upper bar counts most.")
    panel.set_classes([("5", "5")], "5")
    panel.show_changes([Active("a", "conv2 channel 6 masked")], Effect([("5", 0.9, 0.1)], (0.9, 0.8), "validation"))
    return panel


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[LayerPanel]:
    yield in_front(qtbot, filled(LayerPanel()), 360, 860)


def test_the_header_says_which_layer(panel: LayerPanel) -> None:
    assert {"conv2", "16×10×10 · sees 14×14 of the input"} <= set(texts(panel))
    badge = panel.header.badge
    assert badge.accessibleName() == "Conv 2d"
    blue = theme.category_color("convolution")
    assert badge.grab().toImage().pixelColor(4, badge.height() // 2) == blue
    panel.show_layer("fc1")
    assert not badge.isVisible()


def test_the_maps_page_shows_what_the_mock_shows(panel: LayerPanel) -> None:
    seen = texts(panel)
    assert "Channel 6, row 4, column 3" in seen and "Why a 5?" in seen and "The upper bar counts most." in seen
    assert panel.maps.window_picture.isVisible() and panel.maps.lines.isVisible()
    panel.show_steps(Steps())
    panel.show_why("", None, None)
    assert not panel.maps.window_picture.isVisible() and not panel.maps.why.isVisible()


def test_a_unit_is_said_by_mouse_and_read_beside_the_scale(panel: LayerPanel, qtbot: QtBot) -> None:
    grid = panel.maps.maps.grid
    with qtbot.waitSignal(panel.unit_hovered) as heard:
        QTest.mouseMove(grid, grid.place(Unit(3, 2, 1)).center().toPoint())
    assert heard.args == [3, 2, 1]
    assert panel.maps.maps.readout.text() == grid.unit_text(Unit(3, 2, 1))
    with qtbot.waitSignal(panel.unit_chosen) as heard:
        QTest.mouseClick(grid, LEFT, pos=grid.place(Unit(6, 4, 3)).center().toPoint())
    assert heard.args == [6, 4, 3]
    with qtbot.waitSignal(panel.change_asked) as heard:
        panel.why.what_if.mask_button.click()
    assert heard.args[0].channel == 6


def test_two_samples_and_their_difference(panel: LayerPanel) -> None:
    assert not panel.maps.side.isVisible()
    panel.show_output(MAPS, other=MAPS * 0.5)
    for title, wanted in (("Other", MAPS * 0.5), ("Difference", MAPS - MAPS * 0.5), ("This", MAPS)):
        QTest.mouseClick(button_with(panel, title), LEFT)
        values = panel.maps.maps.grid.values
        assert values is not None and np.allclose(values.units, wanted)
    QTest.mouseClick(button_with(panel, "Difference"), LEFT)
    panel.show_output(MAPS, other=MAPS[:2])
    assert not button_with(panel, "Difference").isEnabled() and panel.maps.side.shown == "this"
    panel.show_output(MAPS)
    assert not panel.maps.side.isVisible()


def test_pages_are_asked_for_and_left_out(panel: LayerPanel, qtbot: QtBot) -> None:
    for id in ("kernels", "gradients", "steps", "why"):
        with qtbot.waitSignal(panel.page_chosen) as heard:
            panel.show_page(id)
        assert heard.args == [id] and panel.page == id
    panel.set_pages(["maps", "steps"])
    assert panel.page in ("maps", "steps")
    there = [panel.tabs.bar.tabText(index) for index in range(5) if panel.tabs.bar.isTabVisible(index)]
    assert there == ["Maps", "Step by step"]


def test_kernels_first_as_means_then_one_outputs_inputs(panel: LayerPanel) -> None:
    panel.show_page("kernels")
    page, grid = panel.kernels, panel.kernels.maps.grid
    QApplication.processEvents()
    assert grid.values is not None and np.allclose(grid.values.units, KERNELS.mean(axis=1))
    QTest.mouseClick(grid, LEFT, pos=grid.place(Unit(2, 2, 2)).center().toPoint())
    assert np.allclose(grid.values.units, KERNELS[2])
    assert "output 2: its kernel for each input" in texts(panel)
    QTest.mouseClick(button_with(panel, "All outputs"), LEFT)
    assert np.allclose(grid.values.units, KERNELS.mean(axis=1))
    QTest.keyClick(page.which, Qt.Key.Key_Down)
    assert page.tensor is not None and page.tensor.name == "bias" and not page.histogram.isVisible()
    page.show_tensors([], "A pool has no weights.")
    assert "A pool has no weights." in texts(panel) and not grid.isVisible()


@pytest.mark.parametrize("shape", [(6, 1, 5, 5), (4, 3, 7), (8, 5), (7,)])
def test_every_shape_of_weights_is_shown(shape: tuple[int, ...], panel: LayerPanel) -> None:
    values = RNG.normal(size=shape)
    panel.show_kernels([Tensor("weight", values, is_kernel=len(shape) > 2)])
    units = panel.kernels.maps.grid.values
    wanted = values.mean(axis=1) if len(shape) > 2 else values
    assert units is not None and np.allclose(units.units.reshape(-1), wanted.reshape(-1))


def test_an_activation_has_its_curve(panel: LayerPanel) -> None:
    assert not panel.maps.curve.isVisible()
    panel.show_curve(Curve("ReLU", [-1, 0, 1], [0, 0, 1], [0, 0, 1]), [3, 4], [-1, 0, 1], "Three of seven are 0.")
    assert "Three of seven are 0." in texts(panel)
    panel.show_curve(None)
    assert not panel.maps.curve.isVisible()


def test_every_picture_can_be_saved(panel: LayerPanel, qtbot: QtBot) -> None:
    saved = [(panel.maps.maps.grid, "maps"), (panel.maps.window_picture, "maps"), (panel.maps.curve.picture, "maps"),
             (panel.maps.why.picture, "maps"), (panel.kernels.maps.grid, "kernels"),
             (panel.gradients.histogram, "gradients"), (panel.steps.picture, "steps"),
             (panel.why.explained.picture, "why")]
    for widget, page in saved:
        for action, kind in zip(widget.actions(), ("picture", "numbers"), strict=True):
            with qtbot.waitSignal(panel.save_requested) as heard:
                action.trigger()
            assert heard.args == [page, kind]


@pytest.mark.parametrize("width", [280, 360, 640])
def test_every_word_has_room(width: int, font: str, qtbot: QtBot) -> None:
    panel = in_front(qtbot, filled(LayerPanel()), width, 675)
    panel.show_output(MAPS, other=MAPS)
    for page in ("maps", "kernels", "gradients", "steps", "why"):
        panel.show_page(page)
        for _ in range(3):
            QApplication.processEvents()
        assert cut_words(panel) == [], page
    reach_all(panel.tabs.bar)


def test_the_maps_have_the_height_they_need(panel: LayerPanel) -> None:
    grid = panel.maps.maps.grid
    for width in (280, 640):
        panel.resize(width, 700)
        for _ in range(3):
            QApplication.processEvents()
        assert grid.height() == grid.heightForWidth(grid.width())
        assert grid.mapTo(panel, QPoint(0, 0)).y() < 140, "right below the tabs"
