"""Looking inside: every card shows its own output, whatever is done to the network, the page and the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.features import trainer as trainer_module
from app.features.documents import Documents
from app.features.inside import Inside
from app.features.training import Training
from app.window import steady as steady_module
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.experiment.trust import allow
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.code import Code
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.normalization import BatchNorm1d
from engine.layers.regularization import Dropout
from engine.training.events import EpochEnded, Started
from engine.training.values import Metrics
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window, network, read, written
from tests.app.threads import FakeThread, hear
from tests.app.windows import CTRL, opened

TRAIN_MS = 60_000
LENET = "gallery:lenet-digits"


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture
def look(shared_window, qtbot, tmp_path):
    """Opens a network, or one of the gallery, and looks into it."""
    held = []

    def look(source: str | Graph = LENET, **recipe: object) -> Looking:
        text = source if isinstance(source, str) else written(tmp_path, source, **recipe)
        held.append(looking(shared_window, qtbot, text))
        return held[-1].__enter__()

    yield look
    for each in held:
        each.__exit__(None, None, None)


def names(seen: Looking) -> set[str]:
    return set(seen.page.level.graph.nodes)


def agrees(seen: Looking) -> None:
    """Every card shows an output, made by the network as it is drawn now."""
    assert set(seen.now.outputs.items) == names(seen)
    assert set(seen.page.scene.cards) == names(seen)
    assert seen.now.seen is not None and seen.now.seen.question.experiment == seen.page.document.experiment


# -- choosing the workspace -----------------------------------------------------------------------------------------


def test_all_outputs_are_seen_and_go_with_the_workspace(look):
    seen = look()
    agrees(seen)
    graph = seen.page.document.experiment.graph
    assert all(item.isVisible() for item in seen.now.outputs.items.values())
    assert seen.panel.isVisible() and seen.probe.isVisible() and seen.now.card
    seen.key(Qt.Key.Key_1, CTRL)
    assert not seen.now.outputs.items and not seen.probe.isVisible()
    assert seen.page.document.experiment.graph is graph and not seen.page.document.dirty
    assert {name: (card.x(), card.y()) for name, card in seen.page.scene.cards.items()} == {
        name: node.position for name, node in graph.nodes.items()}
    seen.page.scene.select(["fc2"])
    seen.key(Qt.Key.Key_3, CTRL)
    seen.settle()
    agrees(seen)
    assert seen.now.card == "fc2" and seen.panel.header.name.text() == "fc2"


def test_gone_before_anything_was_seen_leaves_the_canvas_as_it_was(look):
    seen = look()
    seen.key(Qt.Key.Key_1, CTRL)
    view, before = seen.page.view, seen.page.view.place()
    seen.key(Qt.Key.Key_3, CTRL)
    seen.key(Qt.Key.Key_1, CTRL)
    seen.settle()
    assert (view.place().zoom, view.place().centre.toPoint()) == (before.zoom, before.centre.toPoint())
    assert not seen.now.outputs.items


def test_start_page_and_back_and_closing_while_it_looks(look):
    seen = look()
    window = seen.window
    seen.window.feature(Inside).ask()
    window.commands["start"].trigger()
    QApplication.processEvents()
    assert window.page is None and not seen.now.outputs.items
    window.turn_to(1)
    seen.settle()
    agrees(seen)
    window.feature(Documents).open(LENET)
    other = Looking(window, seen._qtbot)
    agrees(other)
    assert not seen.now.outputs.items, "only the page in front looks"
    window.feature(Inside).ask()
    other.page.document.history.mark_clean()
    assert window.close_page(2)
    seen.settle()
    agrees(seen)


def test_closing_the_window_while_it_looks(qtbot, tmp_path):
    with opened(qtbot, tmp_path / "layerloom", LENET) as window:
        Looking(window, qtbot)
        window.feature(Inside).ask()


# -- edits while one looks ------------------------------------------------------------------------------------------


def test_edits_are_followed(look):
    seen = look()
    document, scene = seen.page.document, seen.page.scene
    for name in ("act1", "conv2"):  # another, and one whose end changes shapes
        seen.take(name)
        seen.page.view.setFocus()
        seen.key(Qt.Key.Key_Delete)
        seen.settle()
        assert name not in names(seen)
        assert set(seen.now.outputs.items) <= names(seen)
        seen.key(Qt.Key.Key_Z, CTRL)
        seen.settle()
        agrees(seen)
    graph = document.experiment.graph
    document.edit_graph("rename", graph.renamed("conv1", "first"))
    seen.settle()
    agrees(seen)
    assert "first" in seen.now.outputs.items
    scene.select(["first"])
    layer = graph.nodes["conv1"].layer.with_options(out_channels=3)
    document.edit_graph("channels", document.experiment.graph.with_layer("first", layer))
    seen.settle()
    seen.take("first")
    assert seen.header().startswith("3×") and seen.output("first").shown.total == 3


def test_a_card_that_is_moved_there_lies_where_it_was_moved_in_the_network(look):
    seen = look("gallery:conv-checks")
    before = seen.page.document.experiment.graph
    spread = {name: node.position for name, node in seen.page.scene.graph.nodes.items()}
    assert spread["conv3"][0] > before.nodes["conv3"].position[0], "there is room between the columns"
    card, port = seen.page.scene.cards["conv3"], seen.page.view.viewport()
    start = seen.spot(card.pos() + QPointF(40, 20))
    QTest.mousePress(port, LEFT, NONE, start)
    for step in range(1, 5):
        QTest.mouseMove(port, start + QPoint(0, 12 * step))
    QTest.mouseRelease(port, LEFT, NONE, start + QPoint(0, 48))
    seen.settle()
    after = seen.page.document.experiment.graph
    moved = {name for name, node in after.nodes.items() if node.position != before.nodes[name].position}
    assert moved == {"conv3"}
    (x, y), (old_x, old_y) = after.nodes["conv3"].position, before.nodes["conv3"].position
    assert x == pytest.approx(old_x, abs=1) and y > old_y + 10
    for name, node in seen.page.scene.graph.nodes.items():
        assert (seen.page.scene.cards[name].x(), seen.page.scene.cards[name].y()) == node.position
    seen.key(Qt.Key.Key_Z, CTRL)
    seen.settle()
    assert seen.page.document.experiment.graph == before
    agrees(seen)


@pytest.mark.parametrize("source", [LENET, "gallery:inception-small"])
def test_looking_moves_nothing(look, source):
    seen = look(source)
    document = seen.page.document
    before = document.experiment
    for name in list(names(seen))[:3]:
        seen.take(name)
    seen.key(Qt.Key.Key_1, CTRL)
    seen.key(Qt.Key.Key_3, CTRL)
    seen.settle()
    assert document.experiment is before and not document.dirty


# -- blocks ---------------------------------------------------------------------------------------------------------


def block_network() -> Graph:
    inner = network(None, Conv2d(out_channels=4, padding=1), ReLU())
    return network((1, 8, 8), Custom(label="Mine", graph=inner), Residual(num_channels=4, repeat=3), Flatten(),
                   Linear(out_features=10))


def test_into_blocks_and_out_again(look):
    seen = look(block_network())
    agrees(seen)
    for name in ("custom1", "residual1"):
        seen.take(name)
        seen.page.open(name)
        seen.settle()
        assert seen.page.level.path == (name,)
        agrees(seen)
        first = next(each for each in names(seen) if each.startswith("conv"))
        seen.take(first)
        assert seen.maps()
        QTest.keyClick(seen.page.view, Qt.Key.Key_Escape)
        seen.page.go_out()
        seen.settle()
        agrees(seen)
        assert seen.now.card == name


def test_an_edit_in_a_block(look):
    seen = look(block_network())
    seen.page.open("custom1")
    seen.settle()
    seen.take("relu1")
    seen.page.view.setFocus()
    seen.key(Qt.Key.Key_Delete)
    seen.settle()
    agrees(seen)
    seen.key(Qt.Key.Key_Z, CTRL)
    seen.settle()
    agrees(seen)


# -- networks that are not whole ------------------------------------------------------------------------------------


def test_an_error_is_said_at_its_card_and_the_rest_is_shown(look):
    seen = look(network((1, 8, 8), Conv2d(out_channels=4), Conv2d(out_channels=4, kernel_size=9), ReLU()))
    assert seen.output("conv2d1").shown.total == 4
    assert seen.output("conv2d2").shown.kind == "fault" and "9" in seen.beside("conv2d2")
    assert "relu1" not in seen.now.outputs.items
    assert "conv2d2" in seen.answer()
    seen.take("relu1")
    assert "before it" in seen.panel.maps.message.text()


@pytest.mark.parametrize(("graph", "some"), [
    (Graph.of([]), set()),
    (Graph.of([Node("input", Input(shape=(4,)))]), {"input"}),
    (Graph.of([Node("fc1", Linear(out_features=3))]), set()),
    (Graph.of([Node("input", Input(shape=(4,))), Node("fc1", Linear(out_features=3), (0, 90)),
               Node("fc2", Linear(out_features=2), (300, 90))], [Edge("input", "fc1"), Edge("input", "fc2")]),
     {"input", "fc1", "fc2"}),
])
def test_networks_without_an_end_or_with_several(look, graph, some):
    seen = look(graph)
    shown = {name for name, item in seen.now.outputs.items.items() if item.shown.kind != "fault"}
    assert shown == some
    assert seen.answer() or some == {"input"}
    if some:
        seen.type("[1, 2, 3, 4]")
        seen.take("input")
        assert seen.maps() == [1, 2, 3, 4]


def test_a_layer_of_ones_own_that_raises(look):
    code = ("class Bad(nn.Module):\n    def forward(self, x):\n        if x.sum() > 5:\n"
            "            raise RuntimeError('no')\n        return x\n")
    allow([code])
    seen = look(network((4,), Code(source=code), ReLU()))
    seen.type("[0, 1, 2, 1]")
    seen.take("relu1")
    assert seen.maps() == [0, 1, 2, 1]
    seen.type("[9, 9, 9, 9]")
    assert seen.output("code1").shown.kind == "fault" and "no" in seen.beside("code1")
    assert "code1" in seen.answer()


def test_code_of_a_file_runs_once_one_agrees(look):
    seen = look(network((4,), ReLU(), Code(source="class Thrice(nn.Module):\n    def forward(self, x):\n"
                                                  "        return x * 3\n")))
    seen.type("[0, 1, 2, 1]")
    assert seen.output("code1").shown.kind == "fault" and "agree" in seen.beside("code1")
    run, = (button for button in seen.page.notice.findChildren(QPushButton) if button.text() == "Run it")
    seen.press(run)
    seen.take("code1")
    assert seen.maps() == [0, 3, 6, 3] and not read(seen.panel.maps.message)


def test_a_layer_of_ones_own_that_takes_long_holds_nobody_up(look, qtbot):
    code = ("class Slow(nn.Module):\n    def forward(self, x):\n        for _ in range(20_000):\n"
            "            if x.sum() < 5:\n                break\n            x = x * 1.0\n        return x\n")
    allow([code])
    seen = look(network((4,), Code(source=code), ReLU()))
    inside = seen.window.feature(Inside)
    inside.findChildren(QTimer)[0].setInterval(50)
    line = seen.probe.typed_row.line
    line.setPlainText("[9, 9, 9, 9]")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "takes a while" in seen.answer())
    assert inside.is_busy
    line.setPlainText("[0, 1, 2, 1]")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_1, CTRL)  # the window goes on
    assert seen.window.places.panels.workspace == "build"
    seen.key(Qt.Key.Key_3, CTRL)
    seen.settle()
    seen.take("relu1")
    assert seen.maps() == [0, 1, 2, 1]


def test_code_that_does_not_end_is_broken_off_once_something_else_is_asked_for(look, qtbot, monkeypatch):
    monkeypatch.setattr(steady_module, "PATIENCE", 0.2)
    code = ("class Endless(nn.Module):\n    def forward(self, x):\n        while x.sum() > 5:\n            pass\n"
            "        return x\n")
    allow([code])
    seen = look(network((4,), Code(source=code), ReLU()))
    inside, line = seen.window.feature(Inside), seen.probe.typed_row.line
    said = []

    def hear(now):
        said.append(now.outputs.items["code1"].shown.kind)

    inside.looked.connect(hear)
    for text in ("[9, 9, 9, 9]", "[0, 1, 2, 1]"):
        line.setPlainText(text)
        QTest.keyClick(line, Qt.Key.Key_Return)
        QTest.qWait(100)
    seen.settle()
    inside.looked.disconnect(hear)
    assert said == ["fault", "bars"], "said at its card"
    seen.take("relu1")
    assert seen.maps() == [0, 1, 2, 1]
    line.setPlainText("[9, 9, 9, 9]")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.qWait(100)
    assert inside.is_busy
    seen.key(Qt.Key.Key_1, CTRL)
    qtbot.waitUntil(lambda: not any(thread.isRunning() for thread in inside.findChildren(QThread)))
    line.setPlainText("[0, 1, 2, 1]")
    seen.key(Qt.Key.Key_3, CTRL)


def test_batch_norm_cannot_learn_from_one_row_and_dropout_drops(look):
    seen = look(network((4,), Linear(out_features=6), BatchNorm1d(), Dropout(p=0.5), Linear(out_features=2)))
    seen.type("[1, 2, 3, 4]")
    seen.take("dropout1")
    whole = seen.maps()
    seen.press(seen.probe.mode.buttons["train"])
    assert "one example" in seen.beside("batchnorm1d1")
    seen.press(seen.probe.mode.buttons["predict"])
    assert seen.maps() == whole


def test_dropout_is_seen_where_it_trains(look):
    seen = look(network((1, 40), Dropout(p=0.5)))
    seen.type("torch.ones(1, 40)")
    seen.take("dropout1")
    assert seen.maps() == [1.0] * 40
    seen.press(seen.probe.mode.buttons["train"])
    dropped = seen.maps()
    assert set(dropped) == {0.0, 2.0} and 8 < dropped.count(0) < 32
    seen.press(seen.probe.mode.buttons["predict"])
    assert seen.maps() == [1.0] * 40


def test_large_layers(look):
    seen = look(network((16,), Linear(out_features=10_000), ReLU(), Linear(out_features=1000)))
    seen.type("torch.rand(16)")
    agrees(seen)
    seen.take("linear1")
    assert seen.header() == "10 000" or seen.header().replace("\u202f", "") == "10000"
    assert seen.output("linear1").shown.total == 10_000 and seen.output("linear2").shown.total == 1000
    for page in ("Kernels", "Gradients", "Step by step", "Why", "Maps"):
        seen.turn_to(page)
    agrees(seen)


# -- weights --------------------------------------------------------------------------------------------------------


def test_training_while_one_looks(look, qtbot):
    seen = look(network((1, 8, 8), Flatten(), Linear(out_features=10)), epochs=3, lr=0.1)
    seen.take("linear1")
    before = seen.maps()
    trainer = seen.window.feature(Training).trainer
    seen.window.feature(Training).train()
    qtbot.waitUntil(lambda: trainer.state == "idle", timeout=TRAIN_MS)
    seen.settle()
    after = seen.maps()
    assert after != before
    weights = seen.page.document.trained.best
    assert torch.equal(seen.now.seen.lens.module.state_dict()["linear1.weight"], weights["linear1.weight"].cpu())
    seen.window.feature(Inside).set_source("initial")
    seen.settle()
    assert seen.maps() == before
    graph = seen.page.document.experiment.graph  # now the weights do not fit any more
    layer = graph.nodes["linear1"].layer.with_options(out_features=7)
    seen.page.document.edit_graph("fewer", graph.with_layer("linear1", layer))
    seen.window.feature(Inside).set_source("best")
    seen.settle()
    assert len(seen.maps()) == 7
    assert "do not fit" in read(seen.panel.header.facts)


def test_each_epoch_is_seen_while_it_trains(look, monkeypatch):
    monkeypatch.setattr(trainer_module, "TrainingThread", FakeThread)
    seen = look(network((1, 8, 8), Flatten(), Linear(out_features=10)), epochs=3)
    seen.type("torch.ones(8, 8)")
    seen.take("linear1")
    seen.window.feature(Training).train()
    hear(seen.window, Started("cpu", 3, 10, 1, 10, 1))
    for epoch in (1, 2, 3):
        weights = {"linear1.weight": torch.full((10, 64), float(epoch)), "linear1.bias": torch.zeros(10)}
        hear(seen.window, EpochEnded(epoch, Metrics(1.0), Metrics(1.0 / epoch), True, weights))
        seen.settle()
        assert seen.maps() == [64.0 * epoch] * 10
    hear(seen.window, over=True)


# -- how it looks ---------------------------------------------------------------------------------------------------


def test_from_afar_and_back(look):
    seen = look()
    view = seen.page.view
    for zoom, there in ((0.3, False), (0.8, True)):
        view.zoom_at(zoom / view.zoom(), view.viewport().rect().center())
        seen.settle()
        assert {item.isVisible() for item in seen.now.outputs.items.values()} == {there}


def test_a_network_that_goes_to_the_right(look):
    seen = look()
    seen.window.commands["flow_right"].trigger()
    seen.settle()
    agrees(seen)
    assert seen.page.document.experiment.graph.flow == "right"
    cards = seen.page.scene.cards
    for name, item in seen.now.outputs.items.items():
        if not item.slot.ground:
            assert item.slot.area.top() > cards[name].boundingRect().height() / 2
    graph = seen.page.document.experiment.graph
    seen.key(Qt.Key.Key_1, CTRL)
    assert seen.page.document.experiment.graph is graph
