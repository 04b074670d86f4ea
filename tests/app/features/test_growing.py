"""A trained network is changed: what Continue would keep is seen on its cards; layers grow without another answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.boxes import Boxes
from app.features.documents import Documents
from app.features.growing import TEXTS, Growing
from app.features.keeping import STILL_MS
from app.features.training import Training
from app.window.window import MainWindow
from engine.graph.edits import inserted, with_layers
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.linear import Linear
from engine.runs.opened import parent_of
from tests.app.windows import CTRL, opened
from widgets.canvas.view.menu import context_menu
from widgets.find.deeper_box import DeeperBox
from widgets.find.width_box import WidthBox

MS = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    """LeNet with ReLU, of which one epoch will be trained."""
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet-digits", (1300, 850)) as window:
        document = window.page.document
        graph = with_layers(document.experiment.graph, {f"act{number}": ReLU() for number in (1, 2, 3, 4)})
        recipe = document.experiment.recipe.with_options(epochs=1, batch_size=256)
        document.edit("ReLU", replace(document.experiment, graph=graph, recipe=recipe))
        yield window
        window.feature(Training).trainer.finish()


def train(qtbot, window: MainWindow, id: str = "train") -> None:
    before = window.page.document.run
    window.commands[id].trigger()
    qtbot.waitUntil(lambda: window.page.document.run is not before, timeout=MS)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=MS)
    assert window.page.document.trained.best is not None


def layer(window: MainWindow, name: str) -> Any:
    return window.page.document.experiment.graph.nodes[name].layer


def set_option(window: MainWindow, name: str, **options: Any) -> None:
    graph = window.page.level.graph
    window.page.edit("Option", graph.with_layer(name, graph.nodes[name].layer.with_options(**options)))


def signs(window: MainWindow) -> dict[str, str]:
    return {name: card.face.carried for name, card in window.page.scene.cards.items() if card.face.carried}


def said(window: MainWindow) -> str:
    notice = window.page.notice
    return notice.text.text() if notice.isVisible() else ""


def box(window: MainWindow) -> Any:
    return window.feature(Boxes).box


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)


def ask(window: MainWindow, id: str, name: str) -> Any:
    window.page.scene.select([name])
    window.commands[id].trigger()
    assert box(window).isVisible() and QApplication.focusWidget() is box(window).field
    return box(window)


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_what_continue_would_keep_is_seen_on_the_cards(window, qtbot):
    set_option(window, "conv2", out_channels=8)
    QTest.qWait(STILL_MS + 50)
    assert signs(window) == {}  # nothing was trained
    window.page.document.undo()
    train(qtbot, window)
    assert signs(window) == {}
    set_option(window, "conv2", out_channels=8)
    expected = {"conv1": "kept", "conv2": "resized", "fc1": "resized", "fc2": "kept", "fc3": "kept"}
    qtbot.waitUntil(lambda: signs(window) == expected, timeout=MS)
    cards = window.page.scene.cards
    assert "conv2 begins anew: it was 16×6×5×5 and is 8×6×5×5" in cards["conv2"].toolTip()
    assert "Continue keeps its weights" in cards["fc2"].toolTip()
    set_option(window, "conv2", kernel_size=50)  # an error says other things
    assert signs(window) == {}
    window.page.document.undo()
    qtbot.waitUntil(lambda: signs(window) == expected, timeout=MS)
    window.page.document.undo()
    assert signs(window) == {}  # at once: all of them are kept
    page = window.page
    graph, _ = inserted(page.level.graph, Linear(out_features=84), page.level.graph.outputs["act4"][0])
    page.edit("Insert", graph)
    qtbot.waitUntil(lambda: signs(window).get("fc4") == "new", timeout=MS)
    assert "fc4 is new" in cards["fc4"].toolTip()
    window.feature(Documents).open("gallery:lenet-digits")
    assert signs(window) == {}
    window.turn_to(0)
    assert signs(window)["fc4"] == "new"
    train(qtbot, window, "continue")
    assert signs(window) == {}


def test_what_was_changed_while_it_trained_is_seen_on_the_cards_after_it(window, qtbot):
    window.commands["one_batch"].trigger()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "paused", timeout=MS)
    set_option(window, "conv2", out_channels=8)
    assert signs(window) == {}
    window.commands["stop"].trigger()
    qtbot.waitUntil(lambda: signs(window).get("conv2") == "resized", timeout=MS)
    assert signs(window)["conv1"] == "kept"


def test_inside_a_block_each_card_has_its_own_sign_and_the_block_that_of_all(window, qtbot):
    page = window.page
    page.scene.select(["fc2", "act4"])
    page.make_block("Tail")
    block = page.scene.selected_names()[0]
    train(qtbot, window)
    page.open(block)
    set_option(window, "fc2", out_features=60)
    qtbot.waitUntil(lambda: signs(window) == {"fc2": "resized"}, timeout=MS)
    page.go_out()
    assert signs(window)[block] == "resized" and signs(window)["conv1"] == "kept"
    assert f"{block}.fc2 begins anew" in page.scene.cards[block].toolTip()


def test_a_run_of_another_time_is_what_continue_would_go_on_with(window, qtbot):
    window.page.document.undo()
    trainer, name = window.feature(Training).trainer, "net"
    folder = window.settings.runs.parent / f"{name}.loom"
    window.page.document.save(folder)
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: window.page.document.run is not None and window.page.document.run.latest is not None,
                    timeout=MS)
    window.commands["stop"].trigger()
    qtbot.waitUntil(lambda: trainer.state == "idle", timeout=MS)
    assert window.close_page(0) and not window.pages
    window.feature(Documents).open(str(folder))
    qtbot.waitUntil(lambda: window.commands["continue"].isEnabled(), timeout=MS)
    assert window.page.document.trained is None and signs(window) == {}
    set_option(window, "fc2", out_features=60)
    qtbot.waitUntil(lambda: signs(window) == {"conv1": "kept", "conv2": "kept", "fc1": "kept", "fc2": "resized",
                                              "fc3": "resized"}, timeout=MS)


# -- larger without another answer -----------------------------------------------------------------------------------


def answers(window: MainWindow, weights: Any) -> Any:
    import torch

    from engine.network.weights import trained_module

    x = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    return trained_module(window.page.document.experiment, weights)(x).detach()


def test_wider_by_keys_undone_and_trained_on(window, qtbot):
    import torch

    document, commands = window.page.document, window.commands
    assert not commands["make_wider"].isEnabled()
    assert commands["make_wider"].text() == TEXTS["make_wider"]["untrained"]
    train(qtbot, window)
    assert commands["make_wider"].isEnabled() and commands["make_wider"].text() == TEXTS["make_wider"][""]
    graph, before = document.experiment.graph, answers(window, document.trained.best)
    opened_box = ask(window, "make_wider", "fc1")
    assert isinstance(opened_box, WidthBox) and opened_box.accessibleName() == "fc1 has 120 outputs"
    assert [(row.title, row.right) for row in opened_box.list.rows] == [
        ("180", "×1.5"), ("240", "×2"), ("360", "×3"), ("480", "×4")]
    QTest.keyClicks(opened_box.field, "90")
    assert opened_box.list.rows == [] and opened_box.foot.text() == "More than 120, as a number"
    opened_box.field.clear()
    QTest.keyClicks(opened_box.field, "200")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: box(window) is None, timeout=MS)
    assert layer(window, "fc1").out_features == 200 and window.page.scene.selected_names() == ["fc1"]
    assert said(window).startswith("fc1 is 200 wide, and the network answers as before (largest difference ")
    assert said(window).endswith("): Train goes on from these weights")
    grown = document.loaded
    assert torch.allclose(answers(window, grown), before, atol=1e-5) and document.begins_with_its_own
    QTest.qWait(STILL_MS + 50)
    assert signs(window) == {}  # it goes on with all of them
    press(Qt.Key.Key_Z, CTRL)
    assert document.experiment.graph is graph and document.loaded is None and not document.weights_are_loaded
    press(Qt.Key.Key_Y, CTRL)
    assert layer(window, "fc1").out_features == 200 and document.loaded is grown and document.begins_with_its_own
    ask(window, "make_wider", "fc2")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: box(window) is None, timeout=MS)
    assert layer(window, "fc2").out_features == 126 and document.loaded is not grown
    press(Qt.Key.Key_Z, CTRL)
    assert document.loaded is grown and document.begins_with_its_own
    before_run = document.run.folder
    train(qtbot, window, "continue")
    assert parent_of(document.run.folder) == str(before_run), "it is not offered any more"
    assert document.run.begun_from is grown and document.trained.best["fc1.weight"].shape == (200, 400)
    press(Qt.Key.Key_Z, CTRL)
    assert document.experiment.graph is graph and document.loaded is None


def test_a_layer_behind_it_by_the_menu(window, qtbot):
    import torch

    page, document = window.page, window.page.document
    page.scene.select(["conv2"])
    entries = {action.text(): action for action in context_menu(page.view, QPointF()).actions()}
    assert not entries[TEXTS["make_deeper"]["untrained"]].isEnabled()
    train(qtbot, window)
    before = answers(window, document.trained.best)
    page.scene.select(["conv2"])
    menu = context_menu(page.view, QPointF())
    next(action for action in menu.actions() if action.text() == TEXTS["make_deeper"][""]).trigger()
    opened_box = box(window)
    assert isinstance(opened_box, DeeperBox) and opened_box.accessibleName() == "Behind conv2"
    assert [(row.title, row.detail) for row in opened_box.list.rows] == [
        (f"Convolution {size}×{size}", norm) for norm in ("", "with batch norm") for size in (3, 5, 1)]
    QTest.keyClicks(opened_box.field, "5 batch")
    assert len(opened_box.list.rows) == 1
    row = opened_box.list.visualRect(opened_box.list.model().index(0, 0)).center()
    QTest.mouseClick(opened_box.list.viewport(), LEFT, pos=row)
    qtbot.waitUntil(lambda: box(window) is None, timeout=MS)
    [new] = page.scene.selected_names()
    assert layer(window, new).kernel_size in (5, (5, 5)) and said(window).startswith(f"conv2 is followed by {new}, ")
    assert torch.allclose(answers(window, document.loaded), before, atol=1e-5)
    menu.deleteLater()


def test_what_forbids_it_is_said_in_its_box_and_esc_takes_it_back(window, qtbot, monkeypatch):
    page, document = window.page, window.page.document
    page.edit("Sigmoid", page.level.graph.with_layer("act3", Sigmoid()))
    train(qtbot, window)
    graph = document.experiment.graph
    opened_box = ask(window, "make_wider", "fc3")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "its outputs are what the network answers" in box(window).foot.text(), timeout=MS)
    assert opened_box.rect().contains(opened_box.foot.geometry()) and opened_box.isVisible()
    press(Qt.Key.Key_Escape)
    assert box(window) is None and document.experiment.graph is graph and document.loaded is None
    window.page.scene.select(["fc1"])
    window.commands["make_deeper"].trigger()
    assert box(window) is None and "a second Sigmoid would change" in said(window), "before anything is chosen"
    window.page.scene.select(["act1"])
    window.commands["make_wider"].trigger()
    assert box(window) is None and said(window) == "Select the one Linear or convolution that shall be wider"
    window.page.scene.select([])
    window.commands["make_deeper"].trigger()
    assert box(window) is None and said(window) == "Select the one layer that another shall stand behind"
    goes_on = threading.Event()
    monkeypatch.setattr("engine.network.growing.proving.difference", lambda *_: float(goes_on.wait(20)))
    for leave in ("esc", "edit", "close"):
        goes_on.clear()
        ask(window, "make_wider", "fc1")
        press(Qt.Key.Key_Return)
        assert box(window).foot.text() == "A moment…"
        if leave == "esc":
            press(Qt.Key.Key_Escape)
        elif leave == "edit":
            set_option(window, "fc2", out_features=60)
        else:
            document.history.mark_clean()
            window.close_page(0)
        assert box(window) is None
        goes_on.set()
        qtbot.waitUntil(lambda: window.feature(Growing)._job is None, timeout=MS)
        assert layer(window, "fc1").out_features == 120 if leave != "close" else not window.pages
        if leave == "edit":
            assert window.commands["make_wider"].text() == TEXTS["make_wider"]["changed"]
            document.undo()
        assert document.loaded is None


def test_the_sign_lies_on_the_corner_of_the_card(window, qtbot):
    card = window.page.scene.cards["conv1"]
    window.page.view.fit()
    window.page.scene.select([])

    def corner() -> Any:
        spot = window.page.view.mapFromScene(card.pos() + QPointF(2, 4))
        return window.page.view.viewport().grab().copy(spot.x() - 4, spot.y() - 4, 9, 9).toImage()

    pictures = [corner()]
    for sign in ("kept", "resized", "new"):
        card.show_face(card.face._replace(carried=sign, carried_text="words"))
        pictures.append(corner())
        assert card.toolTip().endswith("words")
    assert all(one != other for index, one in enumerate(pictures) for other in pictures[:index])
