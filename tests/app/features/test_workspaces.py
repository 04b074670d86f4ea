"""Workspaces: the same rooms arranged for building and for training; each keeps sizes, folds, and where one looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.document.document import Document
from app.features.boxes import Boxes
from app.features.curves import Curves
from app.features.documents import Documents
from app.features.minimap import Minimap
from app.features.problems import Problems
from app.features.training import Training
from app.window.host import Section
from app.window.settings import PanelState, Settings
from app.window.window import MainWindow
from engine.messages import say
from tests.app.windows import CTRL, Keyboard, in_front, opened, titles
from tests.legible import cut_words
from widgets.canvas.view.scene_view import LEGIBLE

TRAIN_MS = 120_000
LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier
SIZES = [(1280, 720), (1600, 1000), (2560, 1440)]


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def click(window: MainWindow, id: str) -> None:
    QTest.mouseClick(window.places.top.workspaces.buttons[id], LEFT)
    settle()


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)
    settle()


def train(window: MainWindow) -> None:
    press(window, Qt.Key.Key_2, CTRL)
    assert window.places.panels.workspace == "train"


def build(window: MainWindow) -> None:
    press(window, Qt.Key.Key_1, CTRL)
    assert window.places.panels.workspace == "build"


def place(window: MainWindow, widget: QWidget) -> QRectF:
    """Where a widget is in the window; nothing: it is not seen."""
    settle()
    return QRectF(widget.mapTo(window, QPoint()), widget.size()) if widget.isVisible() else QRectF()


def seen(window: MainWindow) -> set[str]:
    """Which rooms a person sees."""
    places, settled = window.places, settle()
    assert settled is None
    rooms = {"canvas": window.page.view, "palette": places.left, "inspector": places.side, "bottom": places.bottom,
             "curves": places.curves, "column": places.column}
    return {name for name, widget in rooms.items() if widget.isVisible()}


TRAIN_LAYER = {"canvas", "curves", "inspector", "bottom"}
BUILD, TRAIN = {"canvas", "palette", "inspector", "bottom"}, {"canvas", "curves", "column", "bottom"}


def test_a_click_arranges_the_same_rooms_and_another_brings_them_back(window):
    recipe, view = window.feature(Curves).recipe, window.page.view
    before = {name: place(window, widget) for name, widget in
              (("canvas", view), ("left", window.places.left), ("bottom", window.places.bottom), ("recipe", recipe))}
    look = view.place()
    assert seen(window) == BUILD and window.places.top.workspaces.shown == "build"
    click(window, "train")
    assert seen(window) == TRAIN and window.places.top.workspaces.shown == "train"
    assert window.page.view is view and window.feature(Curves).recipe is recipe and recipe.isVisible()
    canvas, curves, column = (place(window, each) for each in (view, window.places.curves, window.places.column))
    bottom = place(window, window.places.bottom)
    assert canvas.right() <= curves.left() and curves.right() <= column.left() and curves.bottom() <= bottom.top()
    assert canvas.height() > curves.height() and curves.width() > canvas.width() > 200
    assert window.places.column.isAncestorOf(recipe) and recipe.width() > 0.9 * column.width() - 32
    click(window, "build")
    assert seen(window) == BUILD
    assert before == {name: place(window, widget) for name, widget in
                      (("canvas", view), ("left", window.places.left), ("bottom", window.places.bottom),
                       ("recipe", recipe))}
    assert (view.place().zoom, view.place().centre.toPoint()) == (look.zoom, look.centre.toPoint())


def test_keys_and_the_view_menu_do_it_and_say_which_one_it_is(window):
    rows = [window.commands[f"workspace_{id}"] for id in ("build", "train")]
    assert [row.isChecked() for row in rows] == [True, False]
    train(window)
    assert [row.isChecked() for row in rows] == [False, True] and window.settings.workspace == "train"
    assert "Ctrl+2" in window.places.top.workspaces.buttons["train"].toolTip()
    train(window)
    assert [row.isChecked() for row in rows] == [False, True], "it is no switch"
    window.commands["workspace_build"].trigger()
    assert seen(window) == BUILD and window.settings.workspace == "build"
    click(window, "build")
    assert window.places.top.workspaces.shown == "build" and seen(window) == BUILD


def test_the_keyboard_stays_where_it_is_if_that_is_still_seen(window):
    assert window.page.view.hasFocus()
    train(window)
    assert window.page.view.hasFocus()
    lr = window.feature(Curves).recipe.findChild(QWidget, "lr")
    lr.setFocus()
    build(window)
    assert lr.hasFocus()
    window.page.scene.select(["conv1"])
    field = window.places.inspector.findChild(QWidget, "out_channels")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "9")
    train(window)
    assert window.page.view.hasFocus() and window.page.scene.graph.nodes["conv1"].layer.out_channels == 9


def test_the_next_start_is_in_the_workspace_of_the_last(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        train(window)
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        assert seen(window) == TRAIN and window.commands["workspace_train"].isChecked()
        assert window.page.view.zoom() >= LEGIBLE
        build(window)
        assert seen(window) == BUILD and (window.page.view.sees_all() or window.page.view.zoom() >= LEGIBLE)


# -- panels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "room", "side"), [
    (Qt.Key.Key_T, "canvas", "left"), (Qt.Key.Key_N, "column", "right"), (Qt.Key.Key_B, "bottom", "bottom")])
def test_a_panel_of_each_workspace_folds_by_its_key(window, key, room, side):
    train(window)
    before = {name: place(window, getattr(window.places, name)) for name in ("stack", "column", "bottom", "curves")}
    press(window, key)
    assert seen(window) == TRAIN - {room} and not window.commands[f"panel_{side}"].isChecked()
    assert window.places.panels.grips[side].isVisible()
    build(window)
    assert seen(window) == BUILD and window.commands[f"panel_{side}"].isChecked(), "there it was not folded"
    train(window)
    assert seen(window) == TRAIN - {room}
    press(window, key)
    assert seen(window) == TRAIN and window.commands[f"panel_{side}"].isChecked()
    assert before == {name: place(window, getattr(window.places, name)) for name in before}


def test_the_curves_alone_and_back(window):
    train(window)
    assert window.commands["canvas_alone"].text() == "Curves alone"
    press(window, Qt.Key.Key_Space, CTRL)
    assert seen(window) == {"curves"} and window.commands["canvas_alone"].isChecked()
    assert place(window, window.places.curves).width() == window.width()
    press(window, Qt.Key.Key_Space, CTRL)
    assert seen(window) == TRAIN
    build(window)
    assert window.commands["canvas_alone"].text() == "Canvas alone"


def test_a_grip_of_the_curves_brings_the_canvas_back(window):
    train(window)
    press(window, Qt.Key.Key_T)
    QTest.mouseClick(window.places.panels.grips["left"], LEFT)
    assert seen(window) == TRAIN


def test_sizes_are_remembered_for_each_workspace(qtbot, tmp_path):
    Settings(tmp_path).panels = {"left": PanelState(300, False), "bottom": PanelState(None, True)}  # as it once was
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        assert seen(window) == BUILD - {"bottom"} and window.places.left.width() == 300
        train(window)
        assert seen(window) == TRAIN
        handle = window.places.body.handle(1)
        at = QPoint(0, 200)
        QTest.mousePress(handle, LEFT, pos=at)
        QTest.mouseMove(handle, at - QPoint(80, 0))
        QTest.mouseRelease(handle, LEFT, pos=at - QPoint(80, 0))
        press(window, Qt.Key.Key_B)
        wide = place(window, window.places.column).width()
        assert wide > 330
    settings = Settings(tmp_path)
    assert settings.panels["left"] == (300, False) and settings.panels["bottom"].folded
    assert settings.panels_in("train")["right"] == (wide, False) and settings.panels_in("train")["bottom"].folded
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        assert seen(window) == TRAIN - {"bottom"} and place(window, window.places.column).width() == wide
        build(window)
        assert seen(window) == BUILD - {"bottom"} and window.places.left.width() == 300


BELOW = ["Problems", "Data", "Results", "Parameters", "Code"]  # in both workspaces


def test_the_tabs_below_are_those_there_are_without_the_curves_own(window):
    bottom = window.places.bottom
    bottom.bring(window.feature(Problems).tab)
    train(window)
    assert "Training" not in titles(window) and titles(window)[-5:] == BELOW
    press(window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    assert in_front(window) == "Code"
    build(window)
    assert in_front(window) == "Problems", "each has a tab of its own in front"
    assert titles(window) == ["Training", *BELOW]
    train(window)
    assert in_front(window) == "Code"


def test_a_feature_has_a_section_of_its_own_below_the_recipe(window):
    told, made = [], QWidget()
    window.places.add_section(Section("More", lambda: made, rank=20, show=told.append))
    window.places.add_section(Section("Rate", QWidget, rank=10))
    window.refresh()
    assert told == [], "it is not seen"
    train(window)
    assert window.places.column.titles == ["", "Learning rate", "Rate", "Doctor", "Checks", "Forecast", "More"]
    assert set(told) == {window.page} and made.isVisible()
    recipe = window.feature(Curves).recipe
    assert made.mapTo(window, QPoint()).y() >= recipe.mapTo(window, QPoint(0, recipe.height())).y()
    count = len(told)
    window.page.view.append("ReLU")
    assert len(told) > count


# -- the canvas ---------------------------------------------------------------------------------------------------


def in_view(window: MainWindow, name: str) -> QRectF:
    view = window.page.view
    return QRectF(view.mapFromScene(window.page.scene.cards[name].sceneBoundingRect()).boundingRect())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("source", ["lenet-digits", "googlenet", "resnet18"])
def test_cards_stand_in_the_column_and_can_be_read(qtbot, tmp_path, source, size):
    with opened(qtbot, tmp_path, f"gallery:{source}", size, torch=False) as window:
        train(window)
        view, first = window.page.view, window.page.scene.graph.order[0]
        assert view.zoom() >= LEGIBLE
        card = in_view(window, first)
        assert card.left() >= -1 and card.right() <= view.width() + 1 and 0 <= card.top() < 80
        last = window.page.scene.graph.order[-1]
        build(window)
        window.page.scene.select([last])
        train(window)
        view.keep_in_sight([last])
        card = in_view(window, last)
        assert card.right() - view.width() <= 12 and card.left() >= -12 and card.bottom() <= view.height() + 1


def test_a_selected_layer_is_selected_in_both_and_in_sight(window):
    last = window.page.scene.graph.order[-1]
    window.page.scene.select([last])
    train(window)
    view = window.page.view
    assert window.page.scene.selected_names() == [last]
    assert QRectF(view.viewport().rect()).contains(in_view(window, last).center())
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(4, view.height() - 4))
    first = window.page.scene.graph.order[0]
    view.keep_in_sight([first])
    QTest.mouseClick(view.viewport(), LEFT, pos=in_view(window, first).center().toPoint())
    assert window.page.scene.selected_names() == [first]
    build(window)
    assert window.page.scene.selected_names() == [first] and window.places.inspector.names == [first]


def test_where_one_looked_is_kept_in_each(window):
    view = window.page.view
    view.zoom_at(0.5, QPoint(100, 100))
    before = view.place()
    train(window)
    view.pan(0, -60)
    column = view.place()
    build(window)
    assert (view.zoom(), view.place().centre.toPoint()) == (before.zoom, before.centre.toPoint())
    train(window)
    assert (view.zoom(), view.place().centre.toPoint()) == (column.zoom, column.centre.toPoint())


def test_the_cards_follow_the_width_of_the_column_unless_somebody_has_zoomed(window):
    train(window)
    view, splitter = window.page.view, window.places.stack.parentWidget().parentWidget()
    splitter.handle(1).moveSplitter(230)
    settle()
    assert LEGIBLE <= view.zoom() < 0.97
    splitter.handle(1).moveSplitter(330)
    settle()
    assert view.zoom() == pytest.approx(1.0, abs=0.15)
    view.zoom_at(0.8, QPoint(100, 100))
    zoom = view.zoom()
    splitter.handle(1).moveSplitter(300)
    settle()
    assert view.zoom() == zoom


def test_layers_are_added_by_search_and_undone_in_the_column(window):
    train(window)
    keyboard = Keyboard(window)
    before = keyboard.graph
    window.page.view.setFocus()
    press(window, Qt.Key.Key_Tab)
    box = window.feature(Boxes).box
    assert box is not None and box.width() == 460 and cut_words(box) == []
    assert window.rect().contains(QRectF(box.mapTo(window, QPoint()), box.size()).toRect())
    keyboard.type("dropout")
    press(window, Qt.Key.Key_Return)
    assert "drop1" in keyboard.graph.nodes and window.page.view.hasFocus() and seen(window) == TRAIN_LAYER
    keyboard.there_and_back(before)


def test_the_minimap_does_not_lie_over_a_column_of_cards(window):
    page = window.page
    page.view.zoom_at(3, QPoint(200, 200))
    settle()
    assert window.feature(Minimap).map(page).isVisible()
    train(window)
    page.view.zoom_at(3, QPoint(100, 100))
    assert not window.feature(Minimap).map(page).isVisible()
    build(window)
    assert window.feature(Minimap).map(page).isVisible()


def test_inside_of_a_block_each_looks_by_itself(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:resnet18", torch=False) as window:
        train(window)
        page = window.page
        block = next(name for name, node in page.scene.graph.nodes.items() if node.layer.kind() == "Residual")
        page.open(block)
        settle()
        assert page.level.path == (block,) and page.view.zoom() >= LEGIBLE
        build(window)
        assert page.level.path == (block,)
        page.go_out()
        train(window)
        assert page.level.path == () and page.view.zoom() >= LEGIBLE


# -- what asks for a room of the other ------------------------------------------------------------------------------


def test_what_asks_for_the_inspector_or_the_palette_goes_where_they_are(window):
    window.page.scene.select(["conv1"])
    train(window)
    assert seen(window) == TRAIN
    press(window, Qt.Key.Key_F2)
    assert seen(window) == TRAIN_LAYER and window.places.inspector.isAncestorOf(QApplication.focusWidget())
    QTest.keyClicks(QApplication.focusWidget(), "first\r")
    assert "first" in window.page.scene.graph.nodes
    window.page.view.setFocus()
    press(window, Qt.Key.Key_Slash)
    assert seen(window) == BUILD and window.places.palette.isAncestorOf(QApplication.focusWidget())
    window.page.view.setFocus()
    train(window)
    assert not window.commands["outline"].isChecked()
    press(window, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    assert seen(window) == BUILD and window.commands["outline"].isChecked()


def test_the_keyboard_goes_from_pane_to_pane(window):
    train(window)
    stops = []
    for _ in range(8):
        press(window, Qt.Key.Key_F6)
        stops.append(QApplication.focusWidget())
    assert any(window.places.column.isAncestorOf(stop) for stop in stops)
    assert window.page.view in stops and any(window.places.bottom.isAncestorOf(stop) for stop in stops)
    assert all(stop.isVisible() for stop in stops)


def test_messages_are_said_where_there_is_room(window):
    train(window)
    press(window, Qt.Key.Key_T)
    window.say(say("The loss is not a number any more"), "error")
    settle()
    assert window.page.notice.isVisible() and window.places.bottom.isAncestorOf(window.page.notice)
    press(window, Qt.Key.Key_B)
    assert window.page.notice.isVisible() and window.places.curves.isAncestorOf(window.page.notice)
    press(window, Qt.Key.Key_B)
    build(window)
    assert window.page.notice.isVisible() and window.page.view.isAncestorOf(window.page.notice)
    train(window)
    window.feature(Documents).open("gallery:mlp")
    assert not window.pages[0].notice.isVisible(), "it is about another network"
    window.turn_to(0)
    assert window.page.notice.isVisible()
    window.close_page(0)
    settle()
    assert window.places.bottom.findChildren(type(window.page.notice)) == [window.page.notice]


# -- several networks, and none -------------------------------------------------------------------------------------


def test_several_networks_are_in_one_workspace(window):
    window.feature(Documents).open("gallery:mlp")
    train(window)
    for index in (0, 1):
        tabs = window.places.documents
        QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(index).center())
        settle()
        assert window.page is window.pages[index] and seen(window) == TRAIN
        assert window.page.view.zoom() >= LEGIBLE and window.page.view.width() < 400
    window.feature(Documents).open("gallery:linreg")
    assert seen(window) == TRAIN and len(window.pages) == 3
    build(window)
    for index in (0, 1, 2):
        window.turn_to(index)
        settle()
        assert seen(window) == BUILD and window.page.view.width() > 400
        assert window.page.view.sees_all() or window.page.view.zoom() == 1.0
    assert window.close_page(2) and window.close_page(1) and seen(window) == BUILD


def test_beside_the_start_page_there_is_nothing_to_arrange(window):
    train(window)
    window.show_start()
    settle()
    places = window.places
    assert places.start.isVisible() and place(window, places.start).width() == window.width()
    assert not any(each.isVisible() for each in (places.curves, places.column, places.bottom, places.left, places.side))
    assert not places.top.workspaces.isEnabled()
    for id in ("build", "train"):
        window.commands[f"workspace_{id}"].trigger()
        assert places.start.isVisible() and window.commands["workspace_train"].isChecked()
    window.turn_to(0)
    assert seen(window) == TRAIN and places.top.workspaces.isEnabled()
    window.close_page(0)
    assert places.start.isVisible()
    window.feature(Documents).open("gallery:mlp")
    assert seen(window) == TRAIN


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("size", [(900, 600), (1280, 720), (1600, 1000)])
def test_every_word_can_be_read(qtbot, tmp_path, size):
    with opened(qtbot, tmp_path, "gallery:lenet", size, torch=False) as window:
        window.commands["workspace_train"].trigger()
        settle()
        assert window.size().toTuple() == size and cut_words(window) == []
        assert window.places.curves.isVisible() and place(window, window.places.curves).width() >= 0.4 * size[0]


# -- while it trains ------------------------------------------------------------------------------------------------


def more_of(document: Document) -> Callable[[], bool]:
    """Whether some more points of its run have arrived since now."""
    count = len(document.run.state.points) if document.run.states.members else 0
    return lambda: bool(document.run.states.members) and len(document.run.state.points) > count + 2


def test_a_run_goes_on_whatever_is_arranged(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:lenet-digits") as window:
        document = window.page.document
        recipe = document.experiment.recipe.with_options(epochs=500)
        document.edit("recipe", replace(document.experiment, recipe=recipe))
        trainer, plots = window.feature(Training).trainer, window.feature(Curves).plots
        train(window)
        press(window, Qt.Key.Key_Return, CTRL)
        assert seen(window) == TRAIN, "nothing jumps"
        for turn in (build, train, build):
            grown = more_of(document)
            qtbot.waitUntil(grown, timeout=TRAIN_MS)
            assert len(plots.loss.runs[0].curves[0]) == len(document.run.state.points)
            assert plots.isVisible()
            turn(window)
            assert plots.isVisible() and trainer.state == "running"
        assert in_front(window) == "Training", "the curves have come to the front there, too"
        trainer.stop()
        qtbot.waitUntil(lambda: trainer.state == "idle", timeout=TRAIN_MS)


def test_in_the_column_the_curves_are_below_each_other_and_on_the_tab_side_by_side(qtbot, tmp_path):
    with opened(qtbot, tmp_path, "gallery:linreg", (1600, 1000)) as window:
        plots = window.feature(Curves).plots
        plots.set_second("Accuracy", is_share=True)
        plots.show_all([(0.5, 2.0, 0.1)], [(1, 2.0, 0.1, 1.9, 0.2, True)])
        settle()
        assert plots.loss.y() == plots.accuracy.y() and plots.loss.x() < plots.accuracy.x()
        train(window)
        assert plots.loss.x() == plots.accuracy.x() and plots.loss.y() < plots.accuracy.y()
        build(window)
        assert plots.loss.y() == plots.accuracy.y()


def card(window: MainWindow, name: str) -> QPoint:
    view = window.page.view
    return view.mapFromScene(window.page.scene.cards[name].sceneBoundingRect().center())


def test_where_one_trains_a_card_that_is_clicked_is_shown_until_none_is_selected(window):
    train(window)
    view, right = window.page.view.viewport(), window.places.right
    QTest.mouseClick(view, LEFT, NOTHING, card(window, "conv1"))
    assert seen(window) == TRAIN_LAYER and window.places.inspector.name == "conv1"
    QTest.mouseClick(right.tabBar(), LEFT, NOTHING, right.tabBar().tabRect(0).center())
    assert seen(window) == TRAIN, "the recipe, though it is selected"
    window.page.view.append("ReLU")
    assert seen(window) == TRAIN_LAYER
    window.commands["undo"].trigger()
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(3, view.height() - 3))
    assert seen(window) == TRAIN and window.page.scene.selected_names() == []


def test_what_is_typed_into_the_recipe_is_not_taken_away_by_a_selection(window):
    train(window)
    lr = window.feature(Curves).recipe.findChild(QWidget, "lr")
    lr.setFocus()
    QTest.keyClicks(lr, "5")
    window.page.scene.select(["conv1"])
    settle()
    assert seen(window) == TRAIN and lr.hasFocus()


def test_all_of_a_network_is_seen_where_there_is_room_and_its_beginning_where_there_is_not(window):
    view, column = window.page.view, {name: node.position[0] for name, node in window.page.scene.graph.nodes.items()}
    first = [name for name, at in column.items() if at == min(column.values())]
    assert len(first) < len(column), "it has two columns"

    def seen_cards() -> set[str]:
        settle()
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        return {name for name, card in window.page.scene.cards.items() if seen.contains(card.sceneBoundingRect())}

    window.resize(1600, 1000)
    train(window)
    for size, names in (((1600, 1000), set(column)), ((1280, 720), set(first)), ((2560, 1440), set(column))):
        window.resize(*size)
        assert seen_cards() == names and view.zoom() >= LEGIBLE
