"""Runs that are selected on one page, held against each other on the canvas, and taken elsewhere as files."""

from __future__ import annotations

import json
from statistics import fmean, stdev

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from app.features import run_book, run_compare
from app.features.comparing import Comparing
from app.features.run_book import RunBook
from app.window import dialogs
from engine.runs.names import EXPERIMENT, SUMMARY
from engine.runs.opened import open_run
from tests.app.features.runs_desk import Desk, desk, experiment, folder_of, kept, with_recipe
from tests.legible import cut_words
from widgets.runs.heads import RunHead

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
BASE = experiment(epochs=3)
WIDER = experiment(("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 40}), ("act1", "ReLU", {}),
                   ("fc2", "Linear", {"out_features": 10}), epochs=3)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(run_book, "APART_MS", 0)


def shows(window: Desk, qtbot, *names: str) -> dict[str, tuple[str, ...]]:
    """Wait for the page of these runs; its values by title."""
    qtbot.waitUntil(lambda: window.compared[0] == list(names))
    return window.compared[1]


def head(window: Desk, name: str) -> RunHead:
    return next(head for head in window.page.table.heads.heads if head.name.text() == name)


def told(root, minute: int) -> dict:
    return json.loads((folder_of(root, minute) / SUMMARY).read_text())


def test_only_what_differs_is_on_the_page(qtbot, tmp_path, monkeypatch):
    root, bests = tmp_path / "runs", ((0.90, 0.91, 0.92), (0.93, 0.96, 0.90))
    kept(root, 0, BASE, (0.5, 0.9, 0.8))
    kept(root, 1, with_recipe(BASE, lr=0.5, batch_size=16), (0.5, 0.6))
    kept(root, 2, WIDER, (0.4, 0.95))
    for setting, accuracies in enumerate(bests):
        for seed, best in enumerate(accuracies):
            kept(root, 10 + 3 * setting + seed, with_recipe(BASE, lr=0.05 + setting, seed=seed), (0.5, best))
    (kept(root, 20, BASE) / EXPERIMENT).write_text("{")
    with desk(qtbot, tmp_path) as window:
        window.has("10 failed", "7 × 3 seeds", "4 × 3 seeds", "3", "2", "1")
        window.window.commands["run_compare"].trigger()
        assert window.compared[0] == [] and "Select two runs" in window.page._none.text()
        window.window.places.bottom.bring(window.feature.tab)
        window.choose("2", "1")
        window.window.commands["run_compare"].trigger()
        found = shows(window, qtbot, "2", "1")
        two, one = told(root, 1), told(root, 0)
        assert {title: values for title, values in found.items() if title in ("Learning rate", "Batch size")} == {
            "Learning rate": ("0.5", "0.005"), "Batch size": ("16", "64")}
        assert found["accuracy · best"] == tuple(f"{run['validation']['accuracy']:.4f}" for run in (two, one))
        assert found["Epochs"] == tuple(str(run["epochs"]) for run in (two, one))
        assert not {"Network", "Parameters", "Optimizer", "Seed"} & found.keys(), "these are the same"
        # another network: what it has otherwise, and what it costs
        window.window.places.bottom.bring(window.feature.tab)
        window.choose("3", "1")
        window.window.places.bottom.bring(window.window.feature(run_compare.RunCompare).tab)
        found = shows(window, qtbot, "3", "1")
        assert [int(value.replace("\xa0", "")) for value in found["Parameters"]] == [
            64 * wide + wide + 10 * wide + 10 for wide in (40, 16)]
        assert "Learning rate" not in found
        assert "40" in found["Network"][1]
        # several seeds: their means, and what may be chance is said
        window.window.places.bottom.bring(window.feature.tab)
        window.choose("7 × 3 seeds", "4 × 3 seeds", "10 failed")
        window.window.commands["run_compare"].trigger()
        found = shows(window, qtbot, "7 × 3", "4 × 3")
        assert found["accuracy · best"] == tuple(f"{fmean(each):.3f} ± {stdev(each):.3f}" for each in reversed(bests))
        assert window.compared[2].splitlines() == ["7 and 4 overlap: no real difference",
                                                   "Left out, as it cannot be read: 10"]
        # on narrow windows nothing is cut but by its own dots
        window.window.resize(1280, 720)
        assert cut_words(window.page) == []
        # a run that comes farther elsewhere is looked at again
        window.window.places.bottom.bring(window.feature.tab)
        window.choose("2", "1")
        window.window.commands["run_compare"].trigger()
        shows(window, qtbot, "2", "1")
        kept(root, 1, with_recipe(BASE, lr=0.9, batch_size=16), (0.5, 0.6))
        window.window.feature(RunBook).refresh()
        qtbot.waitUntil(lambda: window.compared[1].get("Learning rate") == ("0.9", "0.005"))
        # too many for a page: the first, and it says so
        monkeypatch.setattr(run_compare, "MOST", 2)
        window.window.places.bottom.bring(window.feature.tab)
        window.choose("1", "2", "3")
        window.window.commands["run_compare"].trigger()
        shows(window, qtbot, "3", "2")
        assert window.compared[2] == "The first 2 are shown, 1 more are not"


def test_runs_are_held_against_each_other_on_the_canvas_and_exported(qtbot, tmp_path, monkeypatch):
    root = tmp_path / "runs"
    kept(root, 0, BASE, (0.5, 0.9, 0.8))
    kept(root, 1, WIDER, (0.4, 0.95))
    table, board = tmp_path / "table.csv", tmp_path / "board"
    monkeypatch.setattr(dialogs, "save_path", lambda *_: table)
    monkeypatch.setattr(dialogs, "folder_path", lambda *_: board)
    with desk(qtbot, tmp_path) as window:
        window.has("2", "1")
        window.choose("1", "2")
        window.window.commands["run_csv"].trigger()
        qtbot.waitUntil(lambda: window.said == "table.csv is written")
        read = pd.read_csv(table)
        for minute in (0, 1):
            state, mine = open_run(folder_of(root, minute)).state, read[read["run"] == folder_of(root, minute).name]
            judged = mine.dropna(subset=["validation_accuracy"])
            assert judged["epoch"].tolist() == [row.epoch for row in state.epochs]
            assert judged["validation_accuracy"].tolist() == [row.validation.accuracy for row in state.epochs]
        window.window.commands["run_board"].trigger()
        qtbot.waitUntil(lambda: window.said.startswith("See them with: tensorboard --logdir "))
        events = EventAccumulator(str(board / folder_of(root, 1).name))
        events.Reload()
        values = [event.value for event in events.Scalars("accuracy/validation")]
        assert values == pytest.approx([0.4, 0.95])
        window.window.commands["run_board"].trigger()
        qtbot.waitUntil(lambda: "has event files already" in window.said)
        # a full disk is said
        monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "nowhere" / "table.csv")
        window.window.commands["run_csv"].trigger()
        qtbot.waitUntil(lambda: "nowhere" in window.said)
        # on the canvas as today
        window.window.commands["run_compare"].trigger()
        shows(window, qtbot, "2", "1")
        QTest.mouseClick(head(window, "1").link, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.window.feature(Comparing).panel(window.window.page) is not None)
        panel = window.window.feature(Comparing).panel(window.window.page)
        assert window.window.page.document.experiment.graph.nodes["fc1"].layer == BASE.graph.nodes["fc1"].layer
        changes = {card.face.name: card.face.change for card in panel.scene.cards.values() if card.face.change}
        assert changes == {"fc1": "changed"}
        assert panel.before.name.text() == "net 2"
        # the name above a column opens the exact canvas
        pages = len(window.window.pages)
        QTest.mouseClick(head(window, "2").name, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(window.window.pages) == pages + 1)
        assert window.window.page.document.experiment.graph.nodes["fc1"].layer.out_features == 40
