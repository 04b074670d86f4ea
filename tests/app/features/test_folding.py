"""The panels around the canvas: folded by keys and by the mouse, there again where something is asked for in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.code_layers import CodeLayers
from app.features.problems import Problems
from app.features.source import Source
from app.features.training import Training
from app.window.settings import Settings
from app.window.window import MainWindow
from tests.app.windows import in_front, opened

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
KEYS = {"left": Qt.Key.Key_T, "right": Qt.Key.Key_N, "bottom": Qt.Key.Key_B}
ALL = set(KEYS)
TRAIN_MS = 120_000
under_every_font = pytest.mark.usefixtures("font")  # where room is shared out


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def there(window: MainWindow) -> set[str]:
    """The panels that a person sees."""
    QApplication.processEvents()
    places = window.places
    return {side for side, widget in (("left", places.left), ("right", places.side), ("bottom", places.bottom))
            if widget.isVisible()}


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, key, modifiers)


def alone(window: MainWindow) -> None:
    press(window, Qt.Key.Key_Space, CTRL)


def sizes(window: MainWindow) -> tuple[int, int, int]:
    QApplication.processEvents()
    places = window.places
    return places.left.width(), places.side.width(), places.bottom.height()


@under_every_font
@pytest.mark.parametrize("side", KEYS)
def test_a_key_folds_a_panel_and_brings_it_back_as_it_was(window, side):
    before = sizes(window)
    press(window, KEYS[side])
    assert there(window) == ALL - {side} and not window.commands[f"panel_{side}"].isChecked()
    assert window.page.view.hasFocus()
    press(window, KEYS[side])
    assert there(window) == ALL and window.commands[f"panel_{side}"].isChecked() and sizes(window) == before


@under_every_font
def test_the_canvas_alone_and_back_to_exactly_what_was_there(window):
    press(window, KEYS["left"])
    before = sizes(window)[1:]
    alone(window)
    assert there(window) == set() and window.commands["canvas_alone"].isChecked()
    alone(window)
    assert there(window) == {"right", "bottom"} and sizes(window)[1:] == before
    assert not window.commands["canvas_alone"].isChecked()
    for side in ("right", "bottom"):
        press(window, KEYS[side])
    assert window.commands["canvas_alone"].isChecked(), "however they were folded"
    alone(window)
    assert there(window) == ALL


def test_one_brought_back_by_itself_ends_being_alone(window):
    alone(window)
    press(window, KEYS["right"])
    assert there(window) == {"right"} and not window.commands["canvas_alone"].isChecked()
    alone(window)
    assert there(window) == set()
    alone(window)
    assert there(window) == {"right"}


@under_every_font
def test_the_mouse_folds_at_the_border_and_a_grip_brings_back(window):
    for side, handle in (("left", window.places.body.handle(1)), ("right", window.places.body.handle(2)),
                         ("bottom", window.places.panels.down.handle(1))):
        grip = window.places.panels.grips[side]
        assert not grip.isVisible()
        QTest.mouseDClick(handle, Qt.MouseButton.LeftButton)
        assert there(window) == ALL - {side} and grip.isVisible()
        QTest.mouseClick(grip, Qt.MouseButton.LeftButton)
        assert there(window) == ALL and not grip.isVisible()


def test_beside_the_start_page_there_is_none_and_folding_waits(window):
    press(window, KEYS["left"])
    window.show_start()
    assert there(window) == set() and not any(grip.isVisible() for grip in window.places.panels.grips.values())
    window.commands["panel_left"].trigger()
    window.commands["canvas_alone"].trigger()
    assert not window.commands["canvas_alone"].isChecked() and not window.commands["panel_left"].isChecked()
    window.turn_to(0)
    assert there(window) == {"right", "bottom"}


def test_what_is_typed_in_a_panel_that_folds_counts_and_the_canvas_has_the_keyboard(window):
    window.page.scene.select(["conv1"])
    field = window.places.inspector.findChild(object, "out_channels")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Space, CTRL)
    assert there(window) == set() and window.page.view.hasFocus()
    assert window.page.scene.graph.nodes["conv1"].layer.out_channels == 9


# -- asked for while it is folded -----------------------------------------------------------------------------------


def test_a_search_among_the_layers_brings_the_left_panel(window):
    alone(window)
    press(window, Qt.Key.Key_Slash)
    assert there(window) == {"left"} and window.places.palette.isAncestorOf(window.focusWidget())


def test_the_outline_comes_and_its_mark_says_what_is_seen(window):
    press(window, Qt.Key.Key_O, ALT)
    assert window.commands["outline"].isChecked()
    press(window, KEYS["left"])
    assert not window.commands["outline"].isChecked()
    press(window, Qt.Key.Key_O, ALT)
    assert there(window) == ALL and window.commands["outline"].isChecked()


def test_a_name_is_typed_in_the_right_panel(window):
    alone(window)
    window.page.scene.select([])
    press(window, Qt.Key.Key_F2)
    assert there(window) == set(), "there is nothing to name"
    window.page.scene.select(["conv1"])
    press(window, Qt.Key.Key_F2)
    assert there(window) == {"right"}
    QTest.keyClicks(window.focusWidget(), "first\r")
    assert "first" in window.page.scene.graph.nodes


def test_code_and_problems_come_at_the_bottom(window):
    for bring, panel in ((lambda: press(window, Qt.Key.Key_C, ALT), lambda: window.feature(Source).panel),
                         (window.commands["problems"].trigger, lambda: window.feature(Problems).panel)):
        alone(window)
        bring()
        assert there(window) == {"bottom"} and panel().isVisible()


def test_the_next_problem_is_said_on_the_canvas_and_needs_no_panel(window):
    page = window.page
    page.edit("Wrong", page.level.graph.with_layer(
        "conv1", page.level.graph.nodes["conv1"].layer.with_options(kernel_size=99)))
    alone(window)
    press(window, Qt.Key.Key_F8)
    assert there(window) == set() and page.notice.isVisible()


def test_code_of_a_layer_is_edited_at_the_bottom(window):
    window.open_at_start(["gallery:centered"])
    page = window.page
    alone(window)
    name = next(name for name, node in page.level.graph.nodes.items() if node.layer.kind() == "Code")
    page.open(name)
    assert there(window) == {"bottom"} and window.feature(CodeLayers).panel.isVisible()


def test_training_leaves_what_a_person_has_folded(qtbot, tmp_path):
    with opened(qtbot, tmp_path / "layerloom", "gallery:linreg") as window:
        window.feature(Problems).bring()
        alone(window)
        press(window, Qt.Key.Key_Return, CTRL)
        trainer = window.feature(Training).trainer
        qtbot.waitUntil(lambda: trainer.state == "idle" and window.page.document.run is not None, timeout=TRAIN_MS)
        assert there(window) == set() and window.places.top.progress.isVisible()
        press(window, KEYS["bottom"])
        assert in_front(window) == "Training", "the curves are in front by now"


# -- from start to start --------------------------------------------------------------------------------------------


@under_every_font
def test_sizes_and_folds_are_there_at_the_next_start(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        handle = window.places.body.handle(1)
        handle.moveSplitter(330)
        handle.let_go.emit()
        press(window, KEYS["bottom"])
        was = sizes(window)[0]
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        assert there(window) == {"left", "right"} and sizes(window)[0] == was > 300
        assert not window.commands["panel_bottom"].isChecked()


def test_a_key_that_a_person_has_given_away_stays_with_the_person(qtbot, tmp_path):
    Settings(tmp_path).shortcuts = {"arrange": ["B"]}
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        assert window.commands.keys("arrange") == ["B"] and window.commands.keys("panel_bottom") == []


@under_every_font
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1600, 1000)])
def test_the_canvas_has_most_of_the_window(qtbot, tmp_path, width, height):
    with opened(qtbot, tmp_path, "gallery:lenet", (width, height), torch=False) as window:
        view = window.page.view
        assert view.width() >= 0.6 * width and view.height() >= 0.55 * height
        alone(window)
        QApplication.processEvents()
        assert view.width() == width and view.height() >= 0.85 * height


@under_every_font
@pytest.mark.parametrize(("width", "height"), [(900, 600), (1092, 614)])
def test_a_small_screen_is_enough(qtbot, tmp_path, width, height):
    with opened(qtbot, tmp_path, "gallery:lenet", (width, height), torch=False) as window:
        QApplication.processEvents()
        assert (window.width(), window.height()) == (width, height)
        assert window.minimumSizeHint().width() <= width and window.minimumSizeHint().height() <= height
        assert window.page.view.width() >= 0.55 * width
        before = there(window)
        assert all(grip.isVisible() == (side not in before) for side, grip in window.places.panels.grips.items())
        for side in ("left", "right", "bottom"):
            if side not in there(window):
                press(window, KEYS[side])
            assert side in there(window), "what is asked for is there"
        alone(window)
        assert there(window) == set()


@under_every_font
def test_the_totals_stand_at_the_top_while_the_right_panel_is_folded(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:googlenet", (1600, 1000), torch=False) as window:
        totals = window.places.top.totals
        assert not totals.isVisible()
        press(window, KEYS["right"])
        assert totals.isVisible() and totals.text().replace("\u00a0", " ").startswith("5 977 530 parameters")
        window.page.view.append("Linear")
        assert not totals.text().startswith("5\u00a0977\u00a0530 ")
        window.show_start()
        assert not totals.isVisible()
        window.turn_to(0)
        press(window, KEYS["right"])
        assert not totals.isVisible()
