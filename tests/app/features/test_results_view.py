"""Results in the window: a kernel epoch by epoch, whose numbers stand beside the reported ones, series of runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.document import Run
from app.document.page import Page
from app.features.curves import Curves
from app.features.documents import Documents
from app.features.results import Results, folds_of, measures_of, small_kernel
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.training.events import EpochEnded, MemberStarted, SeriesFinished, SeriesRow
from engine.training.state import SeriesState
from engine.training.values import Metrics, Summary
from engine.units import measure_text
from tests.app.ran import ended, member_ended
from tests.app.windows import brought, opened

READY_MS, TRAIN_MS = 60_000, 120_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "") as window:
        yield window


def shown(window: MainWindow, source: str, **recipe: object) -> Page:
    window.feature(Documents).open(source)
    document = window.page.document
    changed = document.experiment.recipe.with_options(**recipe)
    document.edit("other recipe", replace(document.experiment, recipe=changed))
    return window.page


def train(window: MainWindow, qtbot, series: bool = False) -> None:
    window.feature(Training).train(series)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)


# -- a kernel, epoch by epoch ---------------------------------------------------------------------------------------


def test_the_kernel_of_an_edge_is_shown_epoch_by_epoch(window, qtbot):
    page = shown(window, "gallery:edge-kernel", epochs=15)
    weights = []
    window.feature(Training).trainer.event_arrived.connect(
        lambda event: weights.append(next(value for value in event.weights.values() if value.dim() == 4).flatten())
        if isinstance(event, EpochEnded) else None)
    train(window, qtbot)
    results = brought(window, Results)
    lines = results.steps.texts
    assert lines[0] == ["Epoch", "[0, 0]", "[0, 1]"]
    assert [line[0] for line in lines[1:]] == ["1", *map(str, range(4, 16))]
    assert [line[1:] for line in lines[1:]] == [
        [measure_text(float(value), 4) for value in weights[int(line[0]) - 1]] for line in lines[1:]]
    assert float(lines[-1][1]) == pytest.approx(1, abs=0.1) and lines[-1][2].startswith("−")
    qtbot.waitUntil(lambda: bool(results.kernel.rows), timeout=20_000)

    shown(window, "gallery:linreg")
    assert results.steps.isHidden()
    window.places.documents.setCurrentIndex(window.pages.index(page))
    assert results.steps.texts == lines and not results.steps.isHidden()
    page.document.begin_run(page.document.run.folder)
    window.feature(Results).show_document(page.document)
    assert results.steps.isHidden()


def test_only_one_small_kernel_is_followed():
    import torch  # takes long; the window loads it beside itself

    kernel = torch.tensor([[[[1.0, -1.0]]]])
    assert small_kernel({"conv.weight": kernel, "conv.bias": torch.zeros(1)}) == ((1.0, -1.0),)
    assert small_kernel({"a.weight": kernel, "b.weight": kernel}) == ()
    assert small_kernel({"a.weight": torch.zeros(2, 1, 1, 2)}) == ()
    assert len(small_kernel({"a.weight": torch.zeros(1, 1, 3, 3)})) == 3
    assert small_kernel({"a.weight": torch.zeros(1, 1, 2, 5)}) == ()


# -- whose numbers --------------------------------------------------------------------------------------------------


def test_other_data_or_epochs_than_the_reported_ones_are_said(window, qtbot):
    page = shown(window, "gallery:linreg", epochs=1)
    whose = brought(window, Results).whose
    assert whose.isHidden()
    train(window, qtbot)
    brought(window, Results)
    assert whose.text() == "Yours: Linear (synthetic), best epoch 1 of 1; reported: Linear (synthetic), 3 epochs"
    assert not whose.isHidden()
    page.document.undo()
    train(window, qtbot)
    brought(window, Results)
    assert whose.isHidden(), "as the gallery has it"
    experiment = page.document.experiment
    page.document.edit("own notes", replace(experiment, notes=experiment.notes.model_copy(update={"look": "mine"})))
    train(window, qtbot)
    brought(window, Results)
    assert whose.text() == "Yours: Linear (synthetic), best epoch 3 of 3", "nobody knows what these numbers are of"


def test_yours_of_a_cross_validation_is_the_mean(window, qtbot):
    page = shown(window, "gallery:linreg", folds=3, epochs=2)
    train(window, qtbot, series=True)
    run, results = page.document.run, brought(window, Results)
    losses = [row.values["after train loss"] for row in run.states.series.rows]
    mean = sum(losses) / 3
    assert len(set(losses)) == 3
    assert measures_of(run)["after train"]["loss"] == pytest.approx(mean)
    assert results.comparison.texts[1][2] == measure_text(mean)
    assert results.whose.text().startswith("Yours: mean of 3 folds, Linear (synthetic), 2 epochs")
    assert window.places.top.progress.sentence.text().startswith("fold 3 of 3 · best epoch ")
    assert results.series.texts[-1][0] == "Mean ± sd"
    assert results.run_all.isEnabled()


def test_variants_are_no_folds_whatever_their_recipe_says(window, qtbot):
    page = shown(window, "gallery:weight-decay", folds=3, epochs=1)
    folds = set()
    window.feature(Training).trainer.event_arrived.connect(lambda _: folds.add(folds_of(page.document.run)))
    train(window, qtbot, series=True)
    assert folds == {0}
    assert len(page.document.run.states.members) == 2


# -- a series from the results --------------------------------------------------------------------------------------


def test_a_series_names_its_member_and_leaves_the_recipe_alone(window, qtbot):
    page = shown(window, "gallery:weight-decay", epochs=3)
    results, progress = brought(window, Results), window.places.top.progress
    said = []
    show = progress.show_epoch
    progress.show_epoch = lambda *args: (show(*args), said.append(progress.left.text()))
    results.run_all.setFocus()
    QTest.mouseClick(results.run_all, LEFT)
    assert window.places.bottom.shows(window.feature(Curves).tab)
    assert QApplication.focusWidget() is page.view
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "idle", timeout=TRAIN_MS)
    assert QApplication.focusWidget() is page.view
    assert any(text.startswith("1 of 2: λ = 0 · epoch") for text in said)
    assert any(text.startswith("2 of 2: λ = 3 · epoch") for text in said)
    assert progress.sentence.text().startswith("2 of 2: λ = 3 · best epoch ")
    assert results.run_all.isEnabled()


# -- numbers --------------------------------------------------------------------------------------------------------


def summary(epochs: int, loss: float) -> Summary:
    return Summary(epochs, 1, Metrics(loss, 0.5), Metrics(loss + 1, 0.25), Metrics(loss + 2), 10.0, "cpu", 1, 0)


def run_of(folds: int = 0, epochs: int = 3) -> Run:
    return Run(SeriesState(Experiment(recipe=Recipe(folds=folds, epochs=epochs))), Path("run"))


def test_a_runs_numbers_are_its_best_epochs_and_of_folds_the_mean():
    run = run_of()
    assert measures_of(None) == measures_of(run) == {} and folds_of(run) == 0
    ended(run, summary(3, 1.0))
    assert measures_of(run) == {"train": {"loss": 1.0, "accuracy": 0.5}, "validation": {"loss": 2.0, "accuracy": 0.25},
                                "test": {"loss": 3.0}}
    run = run_of(folds=2)
    run.states.hear(MemberStarted(1, 2, "fold 1", run.experiment, is_fold=True))
    ended(run, summary(3, 1.0))
    assert folds_of(run) == 2 and measures_of(run) == {}, "known when all have ended"
    for index, epochs in enumerate((3, 2), 2):  # the last was stopped
        member_ended(run, index, f"fold {index}", summary(epochs, 1.0), run.experiment, is_fold=True)
    run.states.hear(SeriesFinished((), {"train loss": 1.5, "validation loss": 2.5, "validation accuracy": 0.5}, {}))
    assert folds_of(run) == 2
    assert measures_of(run) == {"train": {"loss": 1.5}, "validation": {"loss": 2.5, "accuracy": 0.5}, "test": {}}
    run.states.hear(SeriesFinished((), {}, {}))
    assert folds_of(run) == 0, "variants have no mean"



def test_tables_of_a_series_and_of_reported_numbers_follow_its_runs(window, qtbot, monkeypatch):
    """Without a training: what it would have said."""
    page = shown(window, "gallery:linreg", epochs=3)
    results, feature = brought(window, Results), window.feature(Results)
    experiment = page.document.experiment
    run = page.document.begin_run(Path("run"))
    feature.show_document(page.document)
    assert results.series.isHidden() and len(results.measures.texts) == 1
    for title, loss in (("slow", 1.0), ("fast", 2.0)):
        member_ended(run, 1, title, summary(3, loss), experiment)
    feature.show_document(page.document)
    assert [row[:4] for row in results.series.texts[1:]] == [
        ["slow", "3", measure_text(1.0), measure_text(2.0)], ["fast", "3", measure_text(2.0), measure_text(3.0)]]
    values = {"train loss": 4.0, "validation loss": 5.0, "validation accuracy": 0.5, "test loss": 6.0}
    run.states.hear(SeriesFinished((SeriesRow("slow", values), SeriesRow("gone", {"train loss": 7.0})),
                                     {"train loss": 5.5}, {"train loss": 0.5}))
    feature.show_document(page.document)
    texts = results.series.texts
    assert len(texts[0]) == 5 and texts[1][4] == measure_text(0.5)
    assert texts[1][:4] == ["slow", "3", measure_text(4.0), measure_text(5.0)]
    assert texts[2][0] == "gone" and texts[2][2] == measure_text(7.0) and "3" not in texts[2][1]
    assert texts[-1][0] == "Mean ± sd" and measure_text(5.5) in texts[-1][2]
    run.states.series = None
    ended(run, summary(2, 1.0))
    feature.show_document(page.document)
    assert results.measures.texts[0] == ["", "train", "validation", "test"]
    assert results.measures.texts[1:] == [["Loss", *map(measure_text, (1.0, 2.0, 3.0))],
                                          ["Accuracy", measure_text(0.5), measure_text(0.25), "–"]]
    assert results.whose.text() == (
        "Yours: Linear (synthetic), best epoch 1 of 2; reported: Linear (synthetic), 3 epochs")
