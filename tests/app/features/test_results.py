"""Results while a run goes on: what is looked at and when, whose page it is on, what follows an edit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.features import trainer as module
from app.features.documents import Documents
from app.features.results import Results
from app.features.training import Training
from app.window.window import MainWindow
from engine.messages import LayerloomError
from engine.training.events import EpochEnded, Finished, MemberEnded, MemberStarted, SeriesFinished, Started
from engine.training.values import Metrics, Summary
from engine.units import measure_text
from tests.app.threads import FakeThread, hear
from tests.app.windows import brought, opened

STARTED = Started("cpu", 10, 20, 1, 3, 1)
WAIT_MS = 20_000


def summary(loss: float) -> Summary:
    return Summary(3, 2, Metrics(loss, 0.75), Metrics(loss + 1, 0.5), Metrics(loss + 2, 0.25), 100.0, "cpu", 10, 0,
                   Metrics(loss / 2))


def numbered(number: int) -> dict[str, Any]:
    """Weights that are told apart."""
    import torch  # the window loads it beside itself

    return {"number": torch.tensor(number)}


def epoch(number: int, best: bool = True, **weights: Any) -> EpochEnded:
    return EpochEnded(number, Metrics(1.0, 0.5), Metrics(2.0, 0.25), best, {**numbered(number), **weights})


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    with opened(qtbot, tmp_path / "layerloom", "gallery:linreg") as window:
        yield window
        window.feature(Training).trainer.finish()


class Looks:
    """Notes at which weights one looks; each look waits until it may end, and its norm is its number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at: list[int] = []
        self.truths: list[Any] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.fails = False
        monkeypatch.setattr("engine.training.judge.outcomes.outcome", self.look)

    def look(self, _experiment: object, weights: Any, truth: Any = None) -> SimpleNamespace:
        number = int(weights["number"])
        self.at.append(number)
        self.truths.append(truth)
        assert self.may_end.wait(20)
        if self.fails:
            raise LayerloomError("nothing can be seen")
        return SimpleNamespace(norms=[SimpleNamespace(norm=float(number), shape=(1, 2))], kernel=((float(number),),),
                               learned=[SimpleNamespace(name="bias", learned=float(number), true=4.0)])


@pytest.fixture
def looks(window, monkeypatch) -> Iterator[Looks]:
    looks = Looks(monkeypatch)
    yield looks
    looks.may_end.set()


def begin(window: MainWindow, series: bool = False) -> None:
    window.commands["train_series" if series else "train"].trigger()
    hear(window, STARTED)


def learned(window: MainWindow) -> list[str]:
    """What the table of parameters says of the bias; empty: it is not there."""
    rows = window.feature(Results).panel.parameters.texts[1:]
    return rows[0] if rows else []


def row_of(number: float) -> list[str]:
    return ["bias", measure_text(number, 4), measure_text(4.0, 4), measure_text(number - 4.0, 4)]


def test_after_each_epoch_one_looks_at_its_weights_and_at_the_end_at_the_best(window, looks, qtbot):
    results = brought(window, Results)
    begin(window)
    assert learned(window) == [] and results.kernel.rows == ()
    for number, best in ((1, True), (2, True), (3, False)):
        hear(window, epoch(number, best))
        qtbot.waitUntil(lambda number=number: learned(window) == row_of(number), timeout=WAIT_MS)
    assert [list(row) for row in results.kernel.rows] == [[3.0]]
    hear(window, Finished(summary(1.0), stopped=False), over=True)
    qtbot.waitUntil(lambda: learned(window) == row_of(2), timeout=WAIT_MS)
    assert looks.at == [1, 2, 3, 2]
    assert set(looks.truths[0]) == {"weight", "bias"}, "these data were made"


def test_what_happens_while_one_looks_is_looked_at_once_afterwards(window, looks, qtbot):
    brought(window, Results)
    begin(window)
    looks.may_end.clear()
    hear(window, epoch(1))
    qtbot.waitUntil(lambda: len(looks.at) == 1, timeout=WAIT_MS)
    for number in (2, 3, 4):
        hear(window, epoch(number))
    looks.may_end.set()
    qtbot.waitUntil(lambda: learned(window) == row_of(4), timeout=WAIT_MS)
    assert looks.at == [1, 4]


def test_a_look_that_fails_is_said_and_the_next_is_taken(window, looks, qtbot, monkeypatch):
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(window, "say", lambda message, tone="info", of=None: said.append((str(message), tone)))
    brought(window, Results)
    begin(window)
    looks.fails = True
    hear(window, epoch(1))
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert said == [("nothing can be seen", "error")] and learned(window) == []
    looks.fails = False
    hear(window, epoch(2))
    qtbot.waitUntil(lambda: learned(window) == row_of(2), timeout=WAIT_MS)


def test_a_run_in_another_tab_shows_nothing_here_and_all_when_one_comes_back(window, looks, qtbot):
    results, page = brought(window, Results), window.page
    begin(window)
    window.feature(Documents).open("gallery:weight-decay")
    assert window.places.bottom.shows(window.feature(Results).tab), "variants are run from here"
    hear(window, epoch(1))
    QApplication.processEvents()
    assert looks.at == [] and learned(window) == [] and results.run_all.text() == "Run both variants"
    assert results.run_all.isEnabled(), "they wait for their turn"
    window.places.documents.setCurrentIndex(0)
    qtbot.waitUntil(lambda: learned(window) == row_of(1), timeout=WAIT_MS)
    assert results.run_all.isHidden()
    window.pages[1].document.history.mark_clean()
    window.close_page(1)
    hear(window, epoch(2))
    qtbot.waitUntil(lambda: learned(window) == row_of(2), timeout=WAIT_MS)
    assert window.page is page


def test_a_look_that_comes_too_late_is_not_shown(window, looks, qtbot):
    results = brought(window, Results)
    begin(window)
    looks.may_end.clear()
    hear(window, epoch(1))
    qtbot.waitUntil(lambda: len(looks.at) == 1, timeout=WAIT_MS)
    window.feature(Documents).open("gallery:weight-decay")
    looks.may_end.set()
    window.feature(Results).finish()
    QApplication.processEvents()
    assert learned(window) == [] and results.kernel.rows == ()


def test_an_edit_of_the_network_is_no_reason_to_look_again(window, looks, qtbot):
    results, document = brought(window, Results), window.page.document
    begin(window)
    hear(window, epoch(1), Finished(summary(1.0), stopped=False), over=True)
    qtbot.waitUntil(lambda: looks.at == [1, 1] and learned(window) == row_of(1), timeout=WAIT_MS)
    brought(window, Results)
    before = len(looks.at)
    document.edit_graph("moved", document.experiment.graph.moved({"fc1": (500.0, 0.0)}))
    assert len(looks.at) == before and learned(window) == row_of(1)
    changed = replace(document.experiment, about="Another", notes=document.experiment.notes.model_copy(
        update={"look": "Look here"}))
    document.edit("notes", changed)
    labels = [label.text() for label in results.findChildren(type(results.whose))]
    assert "Another" in labels and "Look here" in labels
    folds = replace(changed, recipe=changed.recipe.with_options(folds=4))
    document.edit("folds", folds)
    assert (results.run_all.text(), results.run_all.isHidden()) == ("Run 4 folds", False)
    document.undo()
    assert results.run_all.isHidden()


def test_a_new_run_empties_what_was_learned(window, looks, qtbot):
    results = brought(window, Results)
    begin(window)
    hear(window, epoch(1), Finished(summary(1.0), stopped=False), over=True)
    qtbot.waitUntil(lambda: learned(window) == row_of(1), timeout=WAIT_MS)
    assert results.comparison.texts[1][2] == measure_text(0.5) and len(results.measures.texts) == 3
    begin(window)
    assert learned(window) == [] and results.kernel.rows == () and len(results.measures.texts) == 1
    assert results.comparison.texts[1][2] == "–"


def test_a_closed_network_is_forgotten_and_shown_anew(window, looks, qtbot):
    results = brought(window, Results)
    begin(window)
    hear(window, epoch(1), Finished(summary(1.0), stopped=False), over=True)
    qtbot.waitUntil(lambda: learned(window) == row_of(1), timeout=WAIT_MS)
    window.page.document.history.mark_clean()
    window.close_page(0)
    window.feature(Documents).open("gallery:linreg")
    brought(window, Results)
    assert learned(window) == [] and results.comparison.texts[1][2] == "–" and len(results.measures.texts) == 1


def test_a_kernel_is_followed_run_by_run_wherever_one_looks(window, looks):
    import torch  # the window loads it beside itself

    def of(number: int) -> EpochEnded:
        return epoch(number, weight=torch.full((1, 1, 1, 2), float(number)))

    document = window.page.document
    begin(window, series=True)
    results = brought(window, Results)
    hear(window, MemberStarted(1, 2, "a", document.experiment), of(1), of(2))
    lines = [[str(number), *[measure_text(float(number), 4)] * 2] for number in (1, 2)]
    assert results.steps.texts[1:] == lines
    window.feature(Documents).open("gallery:mlp")
    hear(window, of(3))
    assert results.steps.isHidden()
    window.places.documents.setCurrentIndex(0)
    assert [line[0] for line in results.steps.texts[1:]] == ["1", "2", "3"]
    hear(window, MemberStarted(2, 2, "b", document.experiment), of(1))
    assert results.steps.texts[1:] == lines[:1]
    hear(window, epoch(2, other=torch.zeros(3)))
    assert results.steps.texts[1:] == lines[:1]


def series(window: MainWindow, is_fold: bool) -> None:
    """A series of two runs that has ended, with everything it says."""
    experiment = window.page.document.experiment
    begin(window, series=True)
    for index, title in enumerate(("λ = 0", "λ = 3"), 1):
        hear(window, MemberStarted(index, 2, title, experiment, is_fold=is_fold),
             epoch(10 * index), Finished(summary(float(index)), stopped=False),
             MemberEnded(index, title, summary(float(index)), numbered(10 * index)))


def test_norms_of_each_run_stand_beside_the_reported_ones(window, looks, qtbot):
    window.feature(Documents).open("gallery:weight-decay")
    results = brought(window, Results)
    series(window, is_fold=False)
    qtbot.waitUntil(lambda: results.comparison.texts[-1][2] == measure_text(20.0), timeout=WAIT_MS)
    assert [row[:3] for row in results.comparison.texts[1:]] == [
        ["λ = 0: ‖w‖", measure_text(13.73), measure_text(10.0)],
        ["λ = 3: ‖w‖", measure_text(0.389), measure_text(20.0)]]
    assert [row[:3] for row in results.series.texts[1:]] == [["λ = 0", "3", measure_text(1.0)],
                                                            ["λ = 3", "3", measure_text(1.0)]], "of the last epoch"
    assert not results.run_all.isEnabled()
    rows = tuple(SimpleNamespace(title=title, values={"train loss": 1.0, "validation loss": 2.0, "train rmse": 3.0,
                                                      "test rmse": 4.0, "best validation loss": 5.0})
                 for title in ("λ = 0", "λ = 3"))
    hear(window, SeriesFinished(rows, {}, {}), over=True)
    qtbot.waitUntil(lambda: "‖w‖" in results.series.texts[0], timeout=WAIT_MS)
    assert len(results.series.texts) == 3 and results.series.texts[0][2:4] == ["Train loss", "Validation loss"]
    assert results.series.texts[1][2:] == [*map(measure_text, (1.0, 2.0, 3.0, 10.0))]
    assert results.run_all.isEnabled()


@pytest.mark.parametrize(("name", "yours"), [("‖w‖", 20.0), ("examples/s", 100.0), ("test accuracy", 0.25),
                                             ("train loss", 2.0), ("λ = 0: validation loss", 2.0), ("other", None)])
def test_each_reported_number_has_its_own_beside_it(window, looks, qtbot, name, yours):
    document = window.page.document
    notes = document.experiment.notes
    reported = type(notes.reported[0])(name=name, value=7.0)
    document.edit("notes", replace(document.experiment, notes=notes.model_copy(update={"reported": (reported,)})))
    results = brought(window, Results)
    series(window, is_fold=False)
    text = "–" if yours is None else measure_text(yours)
    qtbot.waitUntil(lambda: learned(window) == row_of(20), timeout=WAIT_MS)
    assert results.comparison.texts[1][1:3] == [measure_text(7.0), text]


def test_of_folds_no_norm_is_said(window, looks, qtbot):
    document = window.page.document
    experiment = document.experiment
    reported = type(experiment.notes.reported[0])(name="‖w‖", value=7.0)
    document.edit("folds", replace(experiment, recipe=experiment.recipe.with_options(folds=2),
                                   notes=experiment.notes.model_copy(update={"reported": (reported,)})))
    results = brought(window, Results)
    series(window, is_fold=True)
    qtbot.waitUntil(lambda: learned(window) == row_of(20), timeout=WAIT_MS)
    assert results.comparison.texts[1][1:3] == [measure_text(7.0), "–"] and results.whose.isHidden()
