"""Copies of layers."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import network, skipping


def test_copy_paste_duplicate_and_cut(desk):
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    desk.view.paste()
    assert Edge("conv2", "act2") in desk.graph.edges
    assert desk.scene.selected_names() == ["conv2", "act2"]
    desk.view.duplicate()
    assert {"conv3", "act3"} <= set(desk.graph.nodes)
    desk.scene.select(["conv3"])
    desk.view.cut()
    assert "conv3" not in desk.graph.nodes
    desk.view.paste()
    assert "conv3" in desk.graph.nodes
    desk.there_and_back()


def test_pasting_text_that_is_no_network_says_so(desk, qtbot):
    QApplication.clipboard().setText("hello")
    with qtbot.waitSignal(desk.view.paste_refused):
        desk.view.paste()
    assert desk.graph == network()


def test_copies_of_sharing_layers(stage):
    graph = skipping().with_shares("fc2", "fc1")
    stage.scene.edit_requested.connect(lambda _text, graph, _key: stage.show(graph))
    stage.show(graph)
    stage.scene.select(["fc2"])
    stage.view.copy()
    stage.view.paste()
    [name] = stage.scene.selected_names()
    assert stage.scene.graph.nodes[name].shares is None, "the clipboard may be pasted anywhere"
    stage.show(graph)
    stage.scene.select(["fc2"])
    stage.view.duplicate()
    [name] = stage.scene.selected_names()
    assert stage.scene.graph.nodes[name].shares == "fc1"
    stage.show(graph)
    stage.scene.select(["fc1", "fc2"])
    stage.view.copy()
    stage.view.paste()
    owner, sharer = stage.scene.selected_names()
    assert stage.scene.graph.nodes[sharer].shares == owner != "fc1"
