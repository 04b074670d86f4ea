"""Which weights the browser shows, whose they are, and what becomes of a value set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView

from app.features.documents import Documents
from app.features.parameters import Parameters
from app.window.window import MainWindow
from engine.inspect import tensors
from tests.app.ran import come_to
from tests.app.windows import opened, turn_to


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:linreg") as window:
        yield window


def sources(panel) -> list[tuple[str, str]]:
    return [(panel.source.itemData(index), panel.source.itemText(index)) for index in range(panel.source.count())]


def test_the_newest_weights_are_shown_until_others_are_chosen(window, qtbot):
    import torch

    def of(value: float) -> dict[str, torch.Tensor]:
        return {key: torch.full((1, 2) if key.endswith("weight") else (1,), value) for key in keys}

    def first_value() -> object:
        panel.table.select_key(keys[0])
        return panel.grid.values.index(0, 0).data()

    turn_to(window, "Parameters")
    panel, document = window.feature(Parameters).panel, window.page.document
    qtbot.waitUntil(lambda: bool(panel.table.tensors.infos), timeout=20_000)
    keys = [info.key for info in panel.table.tensors.infos]
    assert sources(panel) == [("initial", "Initial")]
    run = document.begin_run(Path("run"))
    come_to(run, of(2.0), of(3.0))
    window.refresh()
    assert sources(panel) == [("initial", "Initial"), ("latest", "Latest"), ("best", "Best")]
    assert panel.source.currentData() == "best"
    qtbot.waitUntil(lambda: first_value() == "2", timeout=20_000)
    panel.source_chosen.emit("latest")
    qtbot.waitUntil(lambda: first_value() == "3", timeout=20_000)
    document.loaded = of(4.0)
    window.refresh()
    assert panel.source.currentData() == "latest", "as it was chosen"
    panel.value_edited.emit(keys[0], (0, 1), 7.0)
    assert document.loaded[keys[0]].tolist() == [[3.0, 7.0]] and run.latest[keys[0]].tolist() == [[3.0, 3.0]]
    assert panel.source.currentData() == "loaded" and sources(panel)[1] == ("loaded", "Loaded")
    assert window.page.notice.text.text() == (
        f"Training starts from these weights with {keys[0]} changed, and export writes them")
    assert window.commands["forget_weights"].isEnabled()
    document.edit_graph("another", document.experiment.graph.with_marks(["fc1"], bypassed=True))
    window.refresh()
    panel.source_chosen.emit("latest")
    qtbot.waitUntil(lambda: first_value() == "3", timeout=20_000)
    panel.value_edited.emit(keys[0], (0, 0), 8.0)
    assert document.loaded_into == run.experiment == document.owner, "the weights are still of what was trained"
    window.feature(Documents).open("gallery:lenet")
    window.refresh()
    assert sources(panel) == [("initial", "Initial")]
    window.places.documents.setCurrentIndex(0)
    assert panel.source.currentData() == "loaded", "the newest again"


def test_what_is_selected_is_found_in_the_list_and_what_is_listed_on_the_canvas(window, qtbot):
    window.feature(Documents).open("gallery:lenet")
    turn_to(window, "Parameters")
    page, panel = window.page, window.feature(Parameters).panel
    qtbot.waitUntil(lambda: len(panel.table.tensors.infos) == 10, timeout=20_000)
    page.scene.select(["fc2"])
    assert panel.table.selected().node == "fc2"
    page.scene.select(["conv1", "conv2"])
    assert panel.table.selected().node == "fc2", "of two neither"
    panel.node_requested.emit("conv2")
    assert page.scene.selected_names() == ["conv2"]
    panel.value_edited.emit("gone.weight", (0, 0), 1.0)
    panel.value_edited.emit("fc3.bias", (3,), 1.0)
    panel.value_edited.emit("fc3.bias", (3,), 2.0)
    panel.value_edited.emit("fc3.bias", (4,), 5.0)
    edits = page.document.experiment.graph.nodes["fc3"].parameters.edits
    assert [(edit.key, edit.index, edit.value) for edit in edits] == [("bias", (3,), 2.0), ("bias", (4,), 5.0)]
    assert page.document.history.undo_text == "Set a value of fc3.bias"


def test_a_value_that_the_network_no_longer_has_is_refused(window, qtbot, monkeypatch):
    window.feature(Documents).open("gallery:lenet")
    turn_to(window, "Parameters")
    document, panel = window.page.document, window.feature(Parameters).panel
    graph = document.experiment.graph
    document.edit_graph("wider", graph.with_layer("fc3", graph.nodes["fc3"].layer.with_options(out_features=20)))
    qtbot.waitUntil(lambda: any(info.shape == (20, 84) for info in panel.table.tensors.infos), timeout=20_000)
    panel.table.select_key("fc3.weight")
    qtbot.waitUntil(lambda: panel.grid.values.rowCount() == 20, timeout=20_000)
    view = panel.grid.findChild(QTableView)
    place = view.model().index(15, 0)
    view.setCurrentIndex(place)
    view.scrollTo(place)
    view.setFocus()
    view.edit(place)
    QTest.keyClicks(QApplication.focusWidget(), "7.5")
    monkeypatch.setattr(window.feature(Parameters), "_read", lambda *_: None)  # it takes until the value is typed
    document.undo()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    words = "There is no value fc3.weight[15, 0] any more: the network has changed"
    qtbot.waitUntil(lambda: window.page.notice.text.text() == words)
    assert document.experiment.graph == graph and document.history.redo_text == "wider"


def test_until_torch_is_there_it_says_so(window, monkeypatch):
    monkeypatch.setattr(window, "is_ready", False)
    turn_to(window, "Parameters")
    window.refresh()
    assert window.feature(Parameters).panel.message.text() == "PyTorch is still loading"


def test_a_value_goes_to_the_network_whose_tensors_one_sees(qtbot, tmp_path, monkeypatch):
    """Also while those of the network in front are still being read."""
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        turn_to(window, "Parameters")
        panel, first = window.feature(Parameters).panel, window.page.document
        qtbot.waitUntil(lambda: bool(panel.table.tensors.infos), timeout=20_000)
        go, read = Event(), tensors.tensor_infos
        monkeypatch.setattr(tensors, "tensor_infos", lambda *given: go.wait(20) and read(*given))
        window.feature(Documents).open("gallery:mlp-dropout")
        panel.value_edited.emit("fc1.weight", (0, 0), 7.0)
        go.set()
        [edit] = first.experiment.graph.nodes["fc1"].parameters.edits
        assert (edit.key, edit.value) == ("weight", 7.0)
        assert not window.page.document.dirty and window.page.document is not first
