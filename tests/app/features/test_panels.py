"""The window around code, weights, series, own data and own blocks: each from the gesture to what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.features.blocks import Blocks
from app.features.code_layers import CodeLayers
from app.features.data import Data
from app.features.documents import Documents
from app.features.exporting import Exporting
from app.features.parameters import Parameters
from app.features.remarks import Remarks
from app.features.results import Results
from app.features.training import Training
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, save_experiment
from engine.experiment.recipe import Recipe
from engine.experiment.trust import is_allowed
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code
from engine.layers.code.source import EXAMPLE
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.units import value_text
from tests.app.windows import brought, in_front, opened, turn_to
from tests.engine.data.data_cases import idx_files
from tests.reached import reach_all
from widgets.blocks.dialog import BlockDialog

READY_MS, TRAIN_MS = 60_000, 120_000


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "") as window:
        yield window


def shown(window: MainWindow, source: str):
    window.feature(Documents).open(source)
    return window.page


def notice(window: MainWindow) -> str:
    place = window.page.notice
    return " ".join(label.text() for label in place.findChildren(QLabel)) if place.isVisible() else ""


def press(window: MainWindow, words: str) -> None:
    button = next(button for button in window.page.notice.buttons if button.text() == words)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# -- code -------------------------------------------------------------------------------------------------------------


def code_file(tmp_path: Path, trace: Path) -> str:
    source = f"open({str(trace)!r}, 'w').close()\n{EXAMPLE}"
    graph = Graph.of([Node("input", Input()), Node("mine", Code(source=source)), Node("fc", Linear(out_features=10))],
                     [Edge("input", "mine"), Edge("mine", "fc")])
    path = tmp_path / "with-code.loom"
    save_experiment(Experiment(graph), path)
    return str(path)


def test_a_file_with_code_asks_first_and_runs_nothing_until_then(window, tmp_path, qtbot):
    trace = tmp_path / "it-ran"
    page = shown(window, code_file(tmp_path, trace))
    assert "contains code" in notice(window) and not trace.exists()
    assert any(problem.severity == "error" and problem.node == "mine" for problem in page.problems)
    window.feature(Training).train()
    assert window.feature(Training).trainer.state == "idle" and not trace.exists()
    press(window, "Show the code")
    qtbot.waitUntil(lambda: in_front(window) == "Code layer", timeout=5000)
    assert "it-ran" in window.feature(CodeLayers).panel.text and not trace.exists()
    press(window, "Run it")
    assert trace.exists() and not any(problem.node == "mine" for problem in page.problems)
    assert window.settings.allowed_code  # not asked again


def test_code_is_edited_and_its_error_stands_at_its_line(window, qtbot):
    page = shown(window, "gallery:centered")
    name = next(name for name, node in page.level.graph.nodes.items() if isinstance(node.layer, Code))
    page.open(name)
    editor = window.feature(CodeLayers).panel
    assert window.focusWidget() is editor.area, "one writes at once"
    editor.area.setPlainText("class Broken(nn.Module):\n    def forward(self, x):\n        return y\n")
    QTest.keyClick(editor.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert is_allowed(page.level.graph.nodes[name].layer.source)
    assert "Line 3" in editor.error.text() and editor.error.isVisible()
    page.document.undo()
    assert "Centered" in editor.text and not editor.error.isVisible()


def test_code_that_never_ends_can_be_stopped_while_it_trains(window, qtbot):
    source = ("class Endless(nn.Module):\n    def forward(self, x):\n        while self.training and x.shape[0] > 2:\n"
              "            pass\n        return x\n")
    page = shown(window, "gallery:centered")
    name = next(name for name, node in page.level.graph.nodes.items() if isinstance(node.layer, Code))
    page.open(name)
    window.feature(CodeLayers).panel.area.setPlainText(source)
    window.feature(CodeLayers).panel.commit()
    assert not [problem for problem in page.problems if problem.severity == "error"]
    window.feature(Training).train()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "running", timeout=TRAIN_MS)
    qtbot.wait(200)  # it is at its first batch, and stays there
    window.feature(Training).trainer.stop()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=20_000)
    assert "interrupted" in notice(window)


# -- weights ----------------------------------------------------------------------------------------------------------


def shown_keys(window: MainWindow) -> list[str]:
    return [info.key for info in window.feature(Parameters).panel.table.tensors.infos]


def test_a_value_set_by_hand_is_part_of_the_network(window, qtbot):
    page = shown(window, "gallery:tied")
    turn_to(window, "Parameters")
    qtbot.waitUntil(lambda: bool(shown_keys(window)), timeout=20_000)
    keys = shown_keys(window)
    assert keys[0] == "fc1.weight" and len(keys) == len(set(keys))
    panel = window.feature(Parameters).panel
    panel.value_edited.emit("fc1.weight", (0, 1), 42.0)
    assert page.document.experiment.graph.nodes["fc1"].parameters.edits[0].value == 42
    panel.table.select_key("fc1.weight")
    qtbot.waitUntil(lambda: panel.grid.values.index(0, 1).data() == "42", timeout=20_000)
    page.document.undo()
    assert not page.document.experiment.graph.nodes["fc1"].parameters.edits


def test_gradients_are_of_the_data_in_the_chosen_folder(window, qtbot, mnist_root):
    page = shown(window, "gallery:softmax")
    window.settings.data_root = mnist_root
    spec = page.document.experiment.data.with_options(dataset="mnist")
    page.document.edit("data", replace(page.document.experiment, data=spec))
    turn_to(window, "Parameters")
    table = window.feature(Parameters).panel.table.tensors
    qtbot.waitUntil(lambda: bool(table.infos) and table.infos[0].gradient_norm is not None, timeout=30_000)


def test_gradients_are_of_the_part_of_emnist_that_is_there(window, qtbot, tmp_path):
    page = shown(window, "gallery:softmax")
    window.settings.data_root = tmp_path / "data"
    spec = page.document.experiment.data.with_options(dataset="emnist", emnist="digits")
    idx_files(spec, tmp_path / "data")
    page.document.edit("data", replace(page.document.experiment, data=spec))
    turn_to(window, "Parameters")
    table = window.feature(Parameters).panel.table.tensors
    qtbot.waitUntil(lambda: bool(table.infos) and table.infos[0].gradient_norm is not None, timeout=30_000)


def test_an_edit_of_the_network_does_not_look_at_weights_again(window, qtbot, monkeypatch):
    page = shown(window, "gallery:linreg")
    window.feature(Training).train()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    results = brought(window, Results)
    qtbot.waitUntil(lambda: len(results.parameters.texts) >= 3, timeout=20_000)
    looks = []
    monkeypatch.setattr("engine.training.judge.outcomes.outcome", lambda *_: looks.append(1))
    page.document.edit_graph("move", page.level.graph.moved({"input": (40.0, -40.0)}))
    qtbot.wait(100)
    assert not looks and len(results.parameters.texts) >= 3


def test_a_trained_value_set_by_hand_becomes_loaded_weights(window, qtbot):
    page = shown(window, "gallery:linreg")
    window.feature(Training).train()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    turn_to(window, "Parameters")
    panel = window.feature(Parameters).panel
    qtbot.waitUntil(lambda: bool(shown_keys(window)) and panel.source.currentData() == "best", timeout=20_000)
    key = shown_keys(window)[0]
    best = page.document.run.best[key].clone()
    qtbot.waitUntil(lambda: panel.grid.values.index(0, 0).data() == value_text(float(best[0, 0])), timeout=20_000)
    panel.value_edited.emit(key, (0, 0), 7.0)
    assert page.document.loaded[key][0, 0] == 7 and (page.document.run.best[key] == best).all()


def test_values_can_be_typed_into_the_grid(window, qtbot):
    page = shown(window, "gallery:tied")
    turn_to(window, "Parameters")
    qtbot.waitUntil(lambda: bool(shown_keys(window)), timeout=20_000)
    grid = window.feature(Parameters).panel.grid
    qtbot.waitUntil(lambda: grid.values.rowCount() > 0, timeout=20_000)
    index = grid.values.index(0, 1)
    assert grid.values.flags(index) & Qt.ItemFlag.ItemIsEditable
    assert grid.values.setData(index, "42", Qt.ItemDataRole.EditRole)
    edit = page.document.experiment.graph.nodes["fc1"].parameters.edits[0]
    assert (edit.index, edit.value) == ((0, 1), 42)


# -- results ----------------------------------------------------------------------------------------------------------


def test_linreg_shows_learned_beside_true_parameters(window, qtbot):
    shown(window, "gallery:linreg")
    window.feature(Training).train()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    table = brought(window, Results).parameters
    qtbot.waitUntil(lambda: len(table.texts) >= 3, timeout=20_000)
    text = " ".join(" ".join(row) for row in table.texts)
    assert "4.200" in text.replace("4.2000", "4.200") and "−3.4" in text


def test_all_variants_are_run_and_compared(window, qtbot, tmp_path, monkeypatch):
    page = shown(window, "gallery:weight-decay")
    page.document.edit("shorter", replace(page.document.experiment,
                                          recipe=page.document.experiment.recipe.with_options(epochs=2)))
    window.feature(Results).panel.run_variants_requested.emit()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    run = page.document.run
    assert [member.title for member in run.states.members] == [
        variant.title for variant in page.document.experiment.variants]
    assert len(run.ended) == 2 and run.best is not None and run.experiment.recipe.weight_decay == 3
    series = brought(window, Results).series
    qtbot.waitUntil(lambda: any("‖w‖" in text for row in series.texts for text in row),
                    timeout=20_000)
    assert (run.folder / "series.json").is_file()
    for name in ("all.png", "all.csv"):
        monkeypatch.setattr("app.window.dialogs.save_path", lambda *_, name=name: tmp_path / name)
        window.feature(Exporting).save_curves(page.document)
        qtbot.waitUntil(lambda name=name: "Saved" in notice(window) and name in notice(window), timeout=20_000)
    assert {path.name for path in tmp_path.glob("all*")} == {"all.png", "all-1.csv", "all-2.csv"}


def test_advice_of_a_run_can_be_followed(window):
    from engine.messages import say
    from engine.training.values import Remark

    page = shown(window, "gallery:lenet-digits")
    window.feature(Remarks).remark(page.document, Remark("not converging", say("It does not learn"), ("lr", 0.05)))
    assert "does not learn" in notice(window)
    press(window, page.notice.buttons[0].text())
    assert page.document.experiment.recipe.lr == 0.05 and notice(window) == ""


# -- data -------------------------------------------------------------------------------------------------------------


def test_a_table_is_read_before_it_is_taken(window, qtbot, tmp_path):
    page = shown(window, "gallery:linreg")
    path = tmp_path / "points.csv"
    rows = ["a,b,y", *(f"{n / 4},{n % 7},{2 * n + 1}" for n in range(60))]
    path.write_text("\n".join(rows))
    window.feature(Data).files.open(path)
    qtbot.waitUntil(lambda: page.document.experiment.data.dataset == "table", timeout=20_000)
    spec = page.document.experiment.data
    assert spec.is_known and spec.sample_shape == (2,) and spec.task == "regression"
    page.document.undo()
    assert page.document.experiment.data.dataset == "linear"


def test_data_that_cannot_be_read_change_nothing(window, qtbot, tmp_path):
    page = shown(window, "gallery:linreg")
    before = page.document.experiment
    path = tmp_path / "empty.csv"
    path.write_text("")
    window.feature(Data).files.open(path)
    qtbot.waitUntil(lambda: "empty.csv" in notice(window), timeout=20_000)
    assert page.document.experiment == before


def test_own_tensors_train(window, qtbot, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3)).astype(np.float32)
    np.savez(tmp_path / "own.npz", x=x, y=(x @ np.array([1.0, -2.0, 0.5]))[:, None].astype(np.float32))
    page = shown(window, "gallery:linreg")
    window.feature(Data).files.open(tmp_path / "own.npz")
    qtbot.waitUntil(lambda: page.document.experiment.data.dataset == "tensors", timeout=20_000)
    window.feature(Training).train()
    trainer = window.feature(Training).trainer
    qtbot.waitUntil(lambda: trainer.state == "idle" and page.document.run is not None, timeout=TRAIN_MS)
    assert page.document.run.summary is not None


# -- own blocks -------------------------------------------------------------------------------------------------------


def test_an_own_block_is_kept_and_used_in_another_network(window, monkeypatch):
    page = shown(window, "gallery:lenet-digits")
    names = list(page.level.graph.nodes)[1:4]
    page.scene.select(names)

    def accept(dialog: BlockDialog) -> BlockDialog.DialogCode:
        dialog.name.setText("Stem")
        return BlockDialog.DialogCode.Accepted

    monkeypatch.setattr(BlockDialog, "exec", accept)
    page.request_block()
    name = page.scene.selected_names()[0]
    assert isinstance(page.level.graph.nodes[name].layer, Custom)
    window.feature(Blocks).keep()
    assert "among your blocks" in notice(window)
    other = shown(window, "gallery:softmax")
    other.view.append("own:Stem")
    assert any(isinstance(node.layer, Custom) for node in other.level.graph.nodes.values())
    assert any((window.settings.blocks).glob("*.loomblock"))


def test_the_recipe_of_folds_offers_them(window):
    page = shown(window, "gallery:linreg")
    page.document.edit("folds", replace(page.document.experiment, recipe=Recipe(loss="mse", folds=3)))
    button = brought(window, Results).run_all
    assert not button.isHidden() and "3" in button.text()


def test_an_experiment_of_several_runs_says_so_when_it_is_opened(window, qtbot):
    shown(window, "gallery:weight-decay")
    assert in_front(window) == "Results"
    panel = window.feature(Results).panel
    qtbot.waitUntil(lambda: not panel.run_all.isHidden(), timeout=5000)
    words = " ".join(label.text() for label in panel.findChildren(QLabel) if not label.isHidden())
    assert window.page.document.experiment.about in words


def test_with_many_networks_every_tab_can_be_reached(window):
    for _ in range(14):
        window.commands["new"].trigger()
    for width in (1280, 2000):
        window.resize(width, 720)
        QApplication.processEvents()
        assert reach_all(window.places.documents)


def test_every_bottom_page_fits_into_a_small_window(window):
    shown(window, "gallery:lenet")
    bottom = window.places.bottom
    for index in range(bottom.count()):
        bottom.setCurrentIndex(index)
        QApplication.processEvents()
        least = bottom.widget(index).minimumSizeHint()
        assert least.width() <= 480 and least.height() <= 120, f"{bottom.tabText(index)}: {least.toTuple()}"
