"""The exact canvas of a run: its network, data, recipe, curves and weights, in a tab of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from safetensors.torch import load_file

from app.features import run_book
from app.features.training import Training
from engine.experiment.experiment import load_experiment
from engine.runs.names import BEST, EXPERIMENT, LAST
from engine.runs.opened import base_of, open_run
from tests.app.features.runs_desk import Desk, desk, experiment, kept, series, with_recipe
from widgets.plot.run_colors import run_color
from widgets.runs.painting import dot_color
from widgets.runs.rows import IN_HAND

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Keys = Qt.Key
BASE = experiment(epochs=2)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(run_book, "APART_MS", 0)


def train(window: Desk, qtbot, **options: object) -> Path:
    """Change the recipe of the page in front, and train it; the run's folder."""
    document = window.window.page.document
    if options:
        document.edit("recipe", with_recipe(document.experiment, **options))
    trainer = window.window.feature(Training).trainer
    window.window.feature(Training).train()
    qtbot.waitUntil(lambda: trainer.state == "idle" and document.run is not None and (
        document.run.summary is not None))
    return document.run.folder


def test_the_canvas_of_a_run_is_what_was_trained(qtbot, tmp_path):
    with desk(qtbot, tmp_path, BASE, torch=True) as window:
        pages = window.window.pages
        # while it trains more rows arrive, and what is looked at stays
        one = train(window, qtbot)
        window.has("1")
        assert window.row("1").color == IN_HAND and window.row("1").changed
        two = train(window, qtbot, lr=0.05)
        window.has("2", "1")
        assert window.row("2").changed == "lr 0.005 → 0.05"
        # that of the run in hand is here already
        window.double_click("2")
        qtbot.wait(20)
        assert len(pages) == 1
        # another's is opened once, however often one asks
        window.click("1")
        for _ in range(2):
            window.window.commands["run_open"].trigger()
        qtbot.waitUntil(lambda: len(pages) == 2)
        qtbot.wait(100)
        assert len(pages) == 2
        document = window.window.page.document
        was = load_experiment(one / EXPERIMENT)
        assert (document.experiment.recipe, document.experiment.data) == (was.recipe, was.data)
        assert document.experiment.graph == was.graph and not document.dirty and document.path is None
        for weights, file in ((document.run.best, BEST), (document.run.latest, LAST)):
            known = load_file(one / file)
            assert weights.keys() == known.keys()
            assert all(torch.equal(weights[name], known[name]) for name in known)
        # its curves are those of the run in hand, and those of the others lie behind them
        qtbot.waitUntil(lambda: window.row("1").color == IN_HAND)
        state = open_run(one).state
        drawn = window.plots.loss.runs[0].curves[1]
        assert drawn.y.tolist() == pytest.approx([row.validation.loss for row in state.epochs])
        window.click("2")
        window.draws("2")
        assert dot_color(window.row("2").color, run_color).name() == window.colors["2"]
        # asked for again: back to the tab; changed since: the exact one in another tab
        window.window.turn_to(0)
        window.double_click("1")
        assert window.window.page.document is document and len(pages) == 2
        # trained anew it notes what it was made from, and is a run of the same network
        three = train(window, qtbot, batch_size=32)
        window.has("3", "2", "1")
        assert Path(base_of(three)) == one
        assert window.row("3").changed == "batch 64 → 32" and window.row("3").color == IN_HAND
        window.double_click("1")
        qtbot.waitUntil(lambda: len(pages) == 3)
        assert window.window.page.document.experiment.recipe == was.recipe
        assert window.window.page.document.run.folder == one and two.exists()
        # closed while its run is selected and drawn: nothing is left of it
        window.click("2")
        assert window.window.close_page(2)
        window.draws("2")
        assert len(pages) == 2


def test_what_cannot_be_opened_is_said_and_no_page_is_in_the_way(qtbot, tmp_path):
    root = tmp_path / "runs"
    broken = kept(root, 0, BASE)
    kept(root, 1, with_recipe(BASE, lr=0.1))
    series(root, 2, BASE)
    (broken / EXPERIMENT).write_text("{")
    with desk(qtbot, tmp_path, BASE) as window:
        pages = window.window.pages
        window.has("3 × 2", "2", "1 failed")
        window.double_click("1 failed")
        qtbot.waitUntil(lambda: "not a Layerloom file" in window.said)
        assert len(pages) == 1
        window.choose("1 failed", "2")
        window.window.commands["run_open"].trigger()
        assert window.said == "Select one run to open its canvas"
        # one of a series, without weights: the network is there
        window.click("3 × 2")
        window.press(Keys.Key_Return)
        window.click("3.2")
        window.press(Keys.Key_Return)
        qtbot.waitUntil(lambda: len(pages) == 2)
        assert window.window.page.document.experiment.recipe.lr == 0.1
        # asked for, and the network it was asked from is closed before it is read
        window.window.turn_to(0)
        window.click("2")
        window.press(Keys.Key_Return)
        window.window.close_page(0)
        qtbot.waitUntil(lambda: len(pages) == 2 and pages[-1].document.experiment.recipe.lr == 0.1)
