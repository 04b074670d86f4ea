"""Copy and paste by keys, texts that are pasted, and files of code: read off the window's thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.features.clipboard import Clipboard
from app.features.documents import Documents
from app.features.training import Training
from app.window import dialogs
from app.window.window import MainWindow
from tests.app.windows import Keyboard, lent, shared

CTRL = Qt.KeyboardModifier.ControlModifier
ENDLESS = "import torch.nn as nn\nx = [0] * 9999\nwhile True:\n    x.index(0)\n"
CODE = "import torch.nn as nn\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet") as window:
        yield window


def paste(window: MainWindow, qtbot, text: str) -> None:
    """Paste by keys, and wait until it was read."""
    QApplication.clipboard().setText(text)
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: not window.feature(Clipboard).readings.is_reading)


def test_what_is_no_layer_is_not_pasted_and_that_is_said(window, qtbot):
    graph = window.page.document.experiment.graph
    paste(window, qtbot, "three blind mice")
    assert window.page.document.experiment.graph is graph
    assert window.page.notice.isVisible() and window.page.notice.text.text()


def test_what_is_copied_is_pasted_and_selected(window):
    page = window.page
    page.scene.select(["conv1", "act1"])
    for key in (Qt.Key.Key_C, Qt.Key.Key_V):
        QTest.keyClick(page.view, key, CTRL)
    new = page.scene.selected_names()
    assert [type(page.scene.graph.nodes[name].layer).__name__ for name in new] == ["Conv2d", "Sigmoid"]
    assert not {"conv1", "act1"} & set(new)


def test_code_pasted_into_a_new_network_follows_its_input(window, qtbot):
    window.feature(Documents).new()
    paste(window, qtbot, CODE)
    graph, analysis = window.page.document.experiment.graph, window.page.analysis
    assert [graph.nodes[name].layer.kind() for name in graph.order] == ["Input", "Flatten", "Linear"]
    assert analysis.output_shape == (10,) and not analysis.faults
    assert not any(node.declared for node in graph.nodes.values()), "it agrees: nothing is left of what the code says"
    places = [graph.nodes[name].position for name in graph.order]
    assert len({x for x, _ in places}) == 1 and places == sorted(places), "one below another"
    view = window.page.view
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert all(shown.contains(card.sceneBoundingRect().center()) for card in window.page.scene.cards.values())


def test_what_code_says_of_its_input_and_is_not_so_is_an_error_with_a_repair(window, qtbot):
    window.feature(Documents).new()
    paste(window, qtbot, CODE.replace("784", "100"))
    page = window.page
    problem = next(problem for problem in page.problems if problem.node == "fc1")
    assert str(problem.message) == "The code says 100 inputs, 784 arrive"
    assert str(problem.repairs[0].text) == "Use 784"
    page.repair(problem.repairs[0])
    assert not page.analysis.faults and page.analysis.params == 7850
    page.document.undo()
    assert page.analysis.faults


def test_reading_goes_on_beside_the_window_and_can_be_stopped(window, qtbot, monkeypatch):
    monkeypatch.setattr("engine.reading.context.MOST_STEPS", 10**12)
    graph = window.page.document.experiment.graph
    QApplication.clipboard().setText(ENDLESS)
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)
    notice, readings = window.page.notice, window.feature(Clipboard).readings
    qtbot.waitUntil(lambda: notice.isVisible() and bool(notice.buttons))
    assert notice.text.text() == "Reading the code…" and readings.is_reading
    QTest.keyClick(window.page.view, Qt.Key.Key_F8)
    assert notice.text.text() == "Nothing is wrong"
    notice.dismiss()
    assert notice.text.text() == "Reading the code…" and notice.isVisible()
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: not readings.is_reading)
    assert not notice.isVisible() and window.page.document.experiment.graph is graph


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_a_file_of_code_opens_as_a_new_network(window, qtbot, tmp_path: Path, suffix: str):
    path = tmp_path / f"small{suffix}"
    cells = {"cells": [{"cell_type": "code", "source": [CODE]}], "nbformat": 4}
    path.write_text(CODE if suffix == ".py" else json.dumps(cells))
    window.feature(Documents).open(str(path))
    qtbot.waitUntil(lambda: len(window.pages) == 2)
    document = window.page.document
    assert document.name == "small" and document.path is None and document.dirty
    assert [node.layer.kind() for node in document.experiment.graph.nodes.values()] == ["Input", "Flatten", "Linear"]


def test_a_file_that_is_no_network_says_why(window, qtbot, tmp_path: Path):
    path = tmp_path / "bad.py"
    path.write_text("import torch\nnet = frob(3)\n")
    window.feature(Documents).open(str(path))
    qtbot.waitUntil(lambda: window.page.notice.isVisible())
    assert window.page.notice.text.text() == "bad.py: Line 2: “frob” is not defined in this code: add what defines it"


def read(window: MainWindow, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.feature(Clipboard).readings.is_reading)


def press_paste(window: MainWindow, text: str) -> None:
    QApplication.clipboard().setText(text)
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)


def test_what_is_pasted_while_something_is_read_comes_after_it(window, qtbot):
    first = window.page
    count = len(first.scene.graph.nodes)
    press_paste(window, "nn.Sequential(nn.ReLU(), nn.Tanh())")
    press_paste(window, "nn.Sequential(nn.Tanh(), nn.ReLU())")
    window.feature(Documents).new()
    press_paste(window, CODE)
    read(window, qtbot)
    assert len(first.scene.graph.nodes) == count + 4 and len(window.page.scene.graph.nodes) == 3


def test_each_of_several_readings_is_stopped_by_itself(window, qtbot, monkeypatch):
    monkeypatch.setattr("engine.reading.context.MOST_STEPS", 10**12)
    notice, graph = window.page.notice, window.page.scene.graph
    for text in (ENDLESS, ENDLESS, "nn.ReLU()"):
        press_paste(window, text)
    qtbot.waitUntil(lambda: notice.isVisible() and bool(notice.buttons))
    qtbot.wait(100)
    for _ in range(2):
        assert notice.text.text() == "Reading the code…" and window.page.scene.graph is graph
        QTest.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    read(window, qtbot)
    assert len(window.page.scene.graph.nodes) == len(graph.nodes) + 1 and not notice.isVisible()


def test_what_was_pasted_into_a_network_that_is_closed_keeps_nothing_waiting(window, qtbot, monkeypatch):
    monkeypatch.setattr("engine.reading.context.MOST_STEPS", 10**12)
    press_paste(window, ENDLESS)
    window.feature(Documents).new()
    press_paste(window, CODE)
    assert window.close_page(0)
    read(window, qtbot)
    assert len(window.page.scene.graph.nodes) == 3


@pytest.mark.parametrize("way", ["asked for", "dropped"])
def test_all_files_of_code_are_opened(window, qtbot, tmp_path: Path, monkeypatch, way: str):
    paths = [tmp_path / "one.py", tmp_path / "two.py", tmp_path / "three.py"]
    for path in paths:
        path.write_text(CODE)
    if way == "asked for":
        monkeypatch.setattr(dialogs, "open_paths", lambda *_: paths)
        window.commands["open"].trigger()
    else:
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        how = Qt.DropAction.CopyAction, files, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), *how))
        QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), *how))
    qtbot.waitUntil(lambda: len(window.pages) == 4)
    assert [page.document.name for page in window.pages] == ["lenet", "one", "two", "three"]


def in_a_block(window: MainWindow) -> str:
    """The name of a block of some of the network's layers."""
    window.page.scene.select(["conv1", "act1"])
    window.page.make_block("Stem")
    [block] = window.page.scene.selected_names()
    return block


def buttons(window: MainWindow) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.page.notice.buttons}


@pytest.mark.parametrize("where", ["Where I pasted it", "Here"])
def test_where_what_was_pasted_comes_is_asked_of_who_has_gone_elsewhere(window, qtbot, where):
    """One may be in the middle of something there."""
    page, block = window.page, in_a_block(window)
    count, inside = len(page.scene.graph.nodes), page.scene.graph.nodes[block].layer.own_graph
    press_paste(window, "nn.ReLU()")
    page.go((block,))
    page.scene.select(["conv1"])
    read(window, qtbot)
    assert page.level.path == (block,) and page.scene.selected_names() == ["conv1"]
    assert list(buttons(window)) == ["Where I pasted it", "Here"] and "Another level" in page.notice.text.text()
    buttons(window)[where].click()
    is_back = where != "Here"
    assert page.level.path == (() if is_back else (block,))
    top = page.document.experiment.graph
    assert len(top.nodes) == count + is_back
    assert len(top.nodes[block].layer.own_graph.nodes) == len(inside.nodes) + (not is_back)
    assert page.notice.isHidden() or "read" not in page.notice.text.text()


@pytest.mark.parametrize("gone", ["before", "after"])
def test_what_was_pasted_into_a_block_that_is_gone_is_not_lost(window, qtbot, gone):
    page, block = window.page, in_a_block(window)
    page.go((block,))
    press_paste(window, "nn.ReLU()")
    page.go(())
    if gone == "after":
        read(window, qtbot)
    page.scene.select([block])
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    graph = page.document.experiment.graph
    if gone == "before":
        read(window, qtbot)
    assert page.document.experiment.graph is graph
    assert "is gone" in page.notice.text.text() and list(buttons(window)) == ["Here"]
    buttons(window)["Here"].click()
    assert len(page.document.experiment.graph.nodes) == len(graph.nodes) + 1


def test_the_question_where_it_goes_is_true_all_the_time(window, qtbot):
    page, block = window.page, asked_where(window, qtbot)
    page.scene.select([block])
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    assert "is gone" in page.notice.text.text() and list(buttons(window)) == ["Here"]
    QTest.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    assert "Another level" in page.notice.text.text() and list(buttons(window)) == ["Where I pasted it", "Here"]
    page.go((block,))
    assert "shall it go here" in page.notice.text.text() and list(buttons(window)) == ["Here"]
    page.go(())
    assert list(buttons(window)) == ["Where I pasted it", "Here"]
    page.go((block,))
    count = len(page.level.graph.nodes)
    buttons(window)["Here"].click()
    assert len(page.level.graph.nodes) == count + 1 and page.notice.isHidden()
    page.go(())
    assert page.notice.isHidden()


def asked_where(window: MainWindow, qtbot) -> str:
    """The block in which code was pasted by somebody who has left it while that was read, and is asked now."""
    page, block = window.page, in_a_block(window)
    page.go((block,))
    press_paste(window, "nn.ReLU()")
    QTest.keyClick(page.view, Qt.Key.Key_Backspace)
    read(window, qtbot)
    assert list(buttons(window)) == ["Where I pasted it", "Here"]
    return block


def answer(window: MainWindow, words: str) -> None:
    assert window.page.notice.isVisible()
    QTest.mouseClick(buttons(window)[words], Qt.MouseButton.LeftButton)


def rename(window: MainWindow, old: str, new: str) -> None:
    keys = Keyboard(window)
    keys.select(old)
    keys.key(Qt.Key.Key_F2)
    keys.key(Qt.Key.Key_A, CTRL)
    keys.type(new)
    keys.key(Qt.Key.Key_Return)
    assert new in window.page.scene.graph.nodes
    window.page.view.setFocus()


def held(window: MainWindow, block: str) -> int:
    return len(window.page.document.experiment.graph.nodes[block].layer.own_graph.nodes)


def test_what_was_pasted_into_a_block_goes_into_no_other_of_its_name(window, qtbot):
    page, block = window.page, asked_where(window, qtbot)
    Keyboard(window).select(block)
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    page.scene.select(["conv2", "act2"])
    page.make_block("Stem")
    assert page.scene.selected_names() == [block]
    assert "is gone" in page.notice.text.text() and list(buttons(window)) == ["Here"]


def test_what_was_pasted_into_a_block_that_came_back_comes_into_it(window, qtbot):
    page, block = window.page, asked_where(window, qtbot)
    count = held(window, block)
    Keyboard(window).select(block)
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    QTest.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    answer(window, "Where I pasted it")
    assert page.level.path == (block,) and held(window, block) == count + 1


def test_what_was_pasted_into_a_block_that_has_another_name_comes_into_it(window, qtbot):
    page, block = window.page, asked_where(window, qtbot)
    count = held(window, block)
    rename(window, block, "trunk")
    answer(window, "Where I pasted it")
    assert page.level.path == ("trunk",) and held(window, "trunk") == count + 1
    assert page.notice.isHidden()


def test_what_was_pasted_into_a_block_comes_into_it_though_its_renaming_is_undone(window, qtbot):
    """One stands in it all the time: nothing is asked."""
    page, block = window.page, in_a_block(window)
    count = held(window, block)
    rename(window, block, "trunk")
    page.go(("trunk",))
    press_paste(window, "nn.ReLU()")
    QTest.keyClick(page.view, Qt.Key.Key_Z, CTRL)
    read(window, qtbot)
    assert page.level.path == (block,) and held(window, block) == count + 1
    assert page.notice.isHidden()


def refused_block(window: MainWindow) -> None:
    Keyboard(window).select("conv2")
    QTest.keyClick(window.page.view, Qt.Key.Key_G, CTRL | Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.parametrize(("say", "words"), [
    (lambda window, _: QTest.keyClick(window.page.view, Qt.Key.Key_F8), "Nothing is wrong"),
    (lambda window, _: refused_block(window), "Select a block to dissolve it into its layers"),
    (lambda window, qtbot: paste(window, qtbot, "this is no code ("), ""),
], ids=["fine", "refused", "unreadable"])
def test_where_it_comes_is_asked_again_once_something_else_was_said(window, qtbot, say, words):
    page, block = window.page, asked_where(window, qtbot)
    count, question = held(window, block), page.notice.text.text()
    for _ in range(2):
        say(window, qtbot)
        assert page.notice.text.text() != question and words in page.notice.text.text()
    QTest.mouseClick(page.notice.close_button, Qt.MouseButton.LeftButton)
    assert page.notice.isVisible() and page.notice.text.text() == question
    answer(window, "Where I pasted it")
    assert held(window, block) == count + 1 and page.notice.isHidden()


def test_where_it_comes_is_asked_again_once_one_has_found_something(window, qtbot):
    page = window.page
    asked_where(window, qtbot)
    QTest.keyClick(page.view, Qt.Key.Key_F, CTRL)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert page.notice.isVisible() and list(buttons(window)) == ["Where I pasted it", "Here"]
    QTest.mouseClick(page.notice.close_button, Qt.MouseButton.LeftButton)
    QTest.keyClick(page.view, Qt.Key.Key_F8)
    page.notice.dismiss()
    assert page.notice.isHidden(), "whoever closes it has answered"


def test_where_it_comes_is_still_asked_when_training_begins(window, qtbot, monkeypatch):
    begun = []
    monkeypatch.setattr(window.feature(Training), "_prepare", lambda *given: begun.append(given))
    window.is_ready = True
    page, block = window.page, asked_where(window, qtbot)
    count = held(window, block)
    QTest.keyClick(page.view, Qt.Key.Key_Return, CTRL)
    assert begun and page.notice.isVisible() and list(buttons(window)) == ["Where I pasted it", "Here"]
    answer(window, "Where I pasted it")
    assert held(window, block) == count + 1


def test_each_of_two_pasted_texts_is_asked_about(window, qtbot):
    page, block = window.page, in_a_block(window)
    count, top = held(window, block), len(page.scene.graph.nodes)
    page.go((block,))
    for _ in range(2):
        press_paste(window, "nn.ReLU()")
    QTest.keyClick(page.view, Qt.Key.Key_Backspace)
    read(window, qtbot)
    answer(window, "Here")
    assert list(buttons(window)) == ["Where I pasted it", "Here"]
    answer(window, "Where I pasted it")
    assert held(window, block) == count + 1 and page.notice.isHidden()
    assert len(page.document.experiment.graph.nodes) == top + 1
