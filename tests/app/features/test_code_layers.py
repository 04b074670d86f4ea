"""Layers that are code: whose code is shown, when it goes, what may run and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.features.code_layers import CodeLayers
from app.features.documents import Documents
from app.features.problems import Problems
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, save_experiment
from engine.experiment.trust import digest, is_allowed
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layout.unplaced import laid_out
from tests.app.windows import CTRL, brought, opened
from widgets.blocks.dialog import BlockDialog

NUMBERS = count(1)


class Codes(NamedTuple):
    """Sources that no test before has agreed to."""

    one: str
    two: str
    three: str


@pytest.fixture
def codes() -> Codes:
    number = next(NUMBERS)
    return Codes(*(f"class {name}{number}(nn.Module):\n    def forward(self, x):\n        return x * 2\n"
                   for name in ("One", "Two", "Three")))


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        yield window


def network(codes: Codes, inside: bool = False) -> Graph:
    nodes = [Node("input", Input(shape=(4,))), Node("one", Code(source=codes.one)), Node("two", Code(source=codes.two)),
             Node("fc", Linear(out_features=3))]
    graph = Graph.of(nodes, [Edge("input", "one"), Edge("one", "two"), Edge("two", "fc")])
    if not inside:
        return graph
    return Graph.of([nodes[0], Node("block", Custom(label="Block", graph=graph.without(["fc"]))), nodes[3]],
                    [Edge("input", "block"), Edge("block", "fc")])


def agreed(window: MainWindow, graph: Graph) -> None:
    window.page.edit("Other", graph)
    button = next(button for button in window.page.notice.buttons if button.text() == "Run it")
    button.click()


def is_there(window: MainWindow) -> bool:
    feature, bottom = window.feature(CodeLayers), window.places.bottom
    return bottom.shows(feature.tab) and bottom.isTabVisible(bottom.currentIndex())


def test_what_a_file_brings_is_asked_once_and_may_run_at_the_next_start(window, codes, qtbot, tmp_path):
    page = window.page
    page.edit("Other", network(codes))
    words, buttons = page.notice.text.text(), [button.text() for button in page.notice.buttons]
    assert words == "This network contains code. Run it only if you trust where it comes from."
    assert buttons == ["Show the code", "Run it"] and not is_allowed(codes.one)
    page.notice.show_message("Something else", "info")
    window.refresh()
    assert page.notice.text.text() == "Something else", "one thing at a time"
    page.notice.dismiss()
    window.refresh()
    page.notice.buttons[1].click()
    assert page.notice.isHidden() and is_allowed(codes.one) and is_allowed(codes.two) and not page.level.analysis.faults
    assert set(window.settings.allowed_code[-2:]) == {digest(codes.one), digest(codes.two)}
    window.refresh()
    assert page.notice.isHidden()


QUESTION = "This network contains code. Run it only if you trust where it comes from."


def test_the_question_comes_after_what_stood_there_and_whenever_one_runs_into_it(window, codes):
    page = window.page
    page.notice.show_message("Two is read as code", "info")
    page.edit("Other", network(codes))
    assert page.notice.text.text() == "Two is read as code"
    page.notice.close_button.click()
    assert page.notice.isVisible() and page.notice.text.text() == QUESTION
    page.notice.close_button.click()
    assert page.notice.isHidden(), "closing it is an answer"
    panel = brought(window, Problems)
    panel.node_requested.emit("fc")
    assert page.notice.isHidden(), "it is no code"
    panel.node_requested.emit("one")
    assert page.notice.isVisible() and page.notice.text.text() == QUESTION
    page.notice.dismiss()
    assert window.places.top.train.isEnabled()
    window.places.top.train.click()
    assert page.notice.isVisible() and page.notice.text.text() == QUESTION
    page.notice.buttons[1].click()
    assert page.notice.isHidden() and is_allowed(codes.one) and is_allowed(codes.two)


def test_the_question_goes_when_there_is_nothing_to_ask_any_more(window, codes):
    page, notice = window.page, window.page.notice
    before = page.document.experiment.graph
    page.edit("Other", network(codes))
    assert notice.isVisible() and notice.text.text() == QUESTION
    window.commands["undo"].trigger()
    assert notice.isHidden() and page.document.experiment.graph == before
    window.commands["redo"].trigger()
    assert notice.text.text() == QUESTION and notice.isVisible()
    notice.show_message("Something else", "info")
    window.commands["undo"].trigger()
    assert notice.isVisible(), "that is another message"


def test_the_first_code_that_may_not_run_is_shown_wherever_it_is(window, codes):
    page, feature = window.page, window.feature(CodeLayers)
    feature.panel.source_committed.emit(codes.one)
    assert page.document.history.undo_text is None, "no layer's"
    page.edit("Other", network(codes, inside=True))
    page.notice.buttons[0].click()
    assert page.level.path == ("block",) and page.scene.selected_names() == ["one"]
    assert is_there(window) and feature.panel.text == codes.one and feature.panel.title.text() == "one"


def test_code_is_written_for_its_layer_and_what_was_written_may_run(window, codes):
    agreed(window, network(codes))
    page, feature = window.page, window.feature(CodeLayers)
    window.places.inspector.code_requested.emit("two")
    assert is_there(window) and feature.panel.text == codes.two and feature.panel.area.hasFocus()
    feature.panel.area.setPlainText(codes.three)
    QTest.keyClick(feature.panel.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    written = [page.level.graph.nodes[name].layer.source for name in ("one", "two")]
    assert written == [codes.one, codes.three]
    assert page.document.history.undo_text == "Change the code of two" and is_allowed(codes.three)
    assert digest(codes.three) in window.settings.allowed_code
    page.document.undo()
    assert feature.panel.text == codes.two and is_there(window)


def test_another_layer_s_code_comes_after_what_was_written_counts(window, codes):
    agreed(window, network(codes))
    page, feature = window.page, window.feature(CodeLayers)
    feature.open(page, "one")
    feature.panel.area.setPlainText(codes.three)
    feature.open(page, "two")
    assert page.level.graph.nodes["one"].layer.source == codes.three and feature.panel.text == codes.two


def test_what_is_wrong_stands_below_the_code_of_its_layer_alone(window, codes):
    agreed(window, network(codes))
    page, feature = window.page, window.feature(CodeLayers)
    feature.open(page, "one")
    assert feature.panel.error.isHidden()
    feature.panel.area.setPlainText("class One(nn.Module):\n    def forward(self, x):\n        return gone\n")
    feature.panel.commit()
    assert "gone" in feature.panel.error.text() and "3" in feature.panel.error.text()
    feature.open(page, "two")
    assert feature.panel.error.isHidden() or "gone" not in feature.panel.error.text()


def test_code_goes_with_its_layer_its_level_and_its_network(window, codes):
    agreed(window, network(codes, inside=True))
    page, feature = window.page, window.feature(CodeLayers)
    page.open("block")
    page.open("one")
    assert is_there(window)
    page.edit("Delete", page.level.graph.healed("one"))
    assert not is_there(window)
    page.document.undo()
    feature.open(page, "two")
    feature.panel.area.setPlainText(codes.three)
    page.go(())
    assert not is_there(window)
    assert page.document.experiment.graph.nodes["block"].layer.own_graph.nodes["two"].layer.source == codes.three
    feature.open(page, "fc")
    assert not is_there(window), "that is no code"
    page.open("block")
    feature.open(page, "one")
    assert is_there(window)
    window.feature(Documents).open("gallery:lenet")
    assert not is_there(window)
    window.page.left.emit()
    window.turn_to(0)
    assert not is_there(window)
    feature.settle()


def key(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifiers)


def rename(_window: MainWindow) -> str:
    key(Qt.Key.Key_F2)
    QTest.keyClicks(QApplication.focusWidget(), "other")
    key(Qt.Key.Key_Return)
    return "other"


def make_block(window: MainWindow) -> str:
    window.page.scene.select(["one", "two"])
    key(Qt.Key.Key_G, CTRL)
    return f"{window.page.scene.selected_names()[0]}.one"


def cut_and_paste(window: MainWindow) -> str:
    key(Qt.Key.Key_X, CTRL)
    assert "one" not in window.page.scene.graph.nodes
    key(Qt.Key.Key_V, CTRL)
    return window.page.scene.selected_names()[0]


def duplicate(window: MainWindow) -> str:
    key(Qt.Key.Key_D, CTRL)
    return window.page.scene.selected_names()[0]


def delete_and_undo(_window: MainWindow) -> str:
    key(Qt.Key.Key_Delete)
    key(Qt.Key.Key_Z, CTRL)
    return "one"


@pytest.mark.parametrize("act", [rename, make_block, cut_and_paste, duplicate, delete_and_undo])
def test_what_is_written_goes_with_its_layer(window, codes, monkeypatch, act):
    monkeypatch.setattr(BlockDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    agreed(window, laid_out(network(codes)))
    page, feature = window.page, window.feature(CodeLayers)
    page.open("one")
    key(Qt.Key.Key_End, CTRL)
    QTest.keyClicks(feature.panel.area, "# mine")
    page.view.fit()
    card = page.view.mapFromScene(page.scene.cards["one"].sceneBoundingRect().center())
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=card)
    *way, name = act(window).split(".")
    graph = page.document.experiment.graph
    for block in way:
        graph = graph.nodes[block].layer.own_graph
    assert graph.nodes[name].layer.source == f"{codes.one}# mine"


def test_what_is_written_is_in_the_code_that_is_taken_away(window, codes, qtbot, tmp_path, monkeypatch):
    agreed(window, network(codes))
    page, feature, path = window.page, window.feature(CodeLayers), tmp_path / "net.py"
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    page.open("one")
    key(Qt.Key.Key_End, CTRL)
    QTest.keyClicks(feature.panel.area, "# mine")
    key(Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert "# mine" in QApplication.clipboard().text() and feature.panel.area.hasFocus(), "one can go on writing"
    QTest.keyClicks(feature.panel.area, " too")
    window.commands["export_code"].trigger()
    qtbot.waitUntil(lambda: path.exists() and "verified" in page.notice.text.text(), timeout=60_000)
    assert "# mine too" in path.read_text()


@pytest.mark.parametrize("known", [True, False])
def test_what_was_agreed_to_before_is_not_asked_again(qtbot, tmp_path, codes, known):
    folder, path = tmp_path / "layerloom", tmp_path / "a.loom"
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("one", Code(source=codes.one))], [Edge("input", "one")])
    save_experiment(Experiment(graph), path)
    Settings(folder).allowed_code = [digest(codes.one)] if known else []
    with opened(qtbot, folder, str(path)) as window:
        assert window.page.notice.isVisible() is not known
        assert bool(window.page.analysis.faults) is not known


def test_code_is_still_shown_when_its_layer_or_its_block_has_another_name(window, codes):
    agreed(window, network(codes, inside=True))
    page, feature = window.page, window.feature(CodeLayers)
    document = page.document
    document.edit_graph("Rename", document.experiment.graph.renamed("block", "trunk"))
    page.open("trunk")
    page.open("one")
    page.edit("Rename", page.level.graph.renamed("one", "first"))
    assert is_there(window)
    QTest.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    assert page.level.path == ("block",) and is_there(window)
    feature.panel.area.setPlainText(codes.three)
    feature.panel.commit()
    assert document.experiment.graph.nodes["block"].layer.own_graph.nodes["one"].layer.source == codes.three
