"""A run on the screen: whose curves are drawn, and what the bar at the top says of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.features import trainer as module
from app.features.curves import Curves
from app.features.documents import Documents
from app.features.results import Results
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT
from engine.messages import say
from engine.training.events import MemberStarted, Point, Preparing, Progress, Started, Steered
from engine.units import clock_text, grouped, measure_text
from tests.app.threads import FakeThread, hear
from tests.app.windows import brought, opened
from widgets.fields.editors import LineEditor
from widgets.plot.marks import Mark

TRAIN_MS = 60_000
STARTED = Started("cpu", 10, 20, 1, 3, 1)
Points = list[tuple[float, float]]


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom") as window:
        yield window


def another(window: MainWindow) -> Document:
    """One more network, in front."""
    window.feature(Documents).open(DEFAULT)
    return window.page.document


def turn_to(window: MainWindow, document: Document) -> None:
    tabs = window.places.documents
    index = [page.document for page in window.pages].index(document)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())
    assert window.page.document is document


def begin(window: MainWindow, qtbot, epochs: int, seed: int = 0) -> Document:
    """The network in front is trained; its first point is there. The same network and seed have the same points."""
    document = window.page.document
    recipe = document.experiment.recipe.with_options(epochs=epochs, seed=seed)
    document.edit("recipe", replace(document.experiment, recipe=recipe))
    window.feature(Training).train()
    more(document, qtbot, 1)
    return document


def more(document: Document, qtbot, count: int) -> None:
    """So many more points of it have arrived."""
    before = len(document.run.state.points) if document.run.states.members else 0
    qtbot.waitUntil(lambda: document.run.states.members and len(document.run.state.points) >= before + count,
                    timeout=TRAIN_MS)


def end(window: MainWindow, qtbot, stop: bool = True) -> None:
    trainer = window.feature(Training).trainer
    if stop:
        trainer.stop()
    qtbot.waitUntil(lambda: trainer.state == "idle", timeout=TRAIN_MS)


def drawn(window: MainWindow) -> tuple[Points, Points, Points, Points]:
    """Of the loss, then of the accuracy: the points of the training curve and of the validation curve."""
    plots = window.feature(Curves).plots
    runs = [run for plot in plots.plots for run in plot.runs]
    assert len(runs) == 2, "one run is shown"
    return tuple(list(zip(curve.x.tolist(), curve.y.tolist(), strict=True)) for run in runs for curve in run.curves)


def reached(document: Document) -> tuple[Points, Points, Points, Points]:
    """The same as the document's own run says."""
    history = document.run.state
    return ([(point.position, point.loss) for point in history.points],
            [(epoch.position, epoch.validation.loss) for epoch in history.epochs],
            [(point.position, point.accuracy) for point in history.points],
            [(epoch.position, epoch.validation.accuracy) for epoch in history.epochs])


NOTHING: tuple[Points, Points, Points, Points] = ([], [], [], [])


def test_the_curves_in_front_grow_with_its_run(window, qtbot):
    document = begin(window, qtbot, epochs=500)
    assert drawn(window) == reached(document)
    more(document, qtbot, 3)
    assert drawn(window) == reached(document) and len(drawn(window)[0]) >= 4
    end(window, qtbot)
    assert drawn(window) == reached(document) and drawn(window)[1], "a stopped run is judged too"


def test_points_of_another_tab_are_not_drawn_and_are_there_when_one_comes_back(window, qtbot):
    trained = begin(window, qtbot, epochs=500)
    other = another(window)
    assert drawn(window) == NOTHING and window.feature(Curves).plots.is_empty
    more(trained, qtbot, 4)
    assert drawn(window) == NOTHING and other.run is None
    turn_to(window, trained)
    assert drawn(window) == reached(trained) and len(drawn(window)[0]) >= 5
    more(trained, qtbot, 3)
    assert drawn(window) == reached(trained)
    turn_to(window, other)
    end(window, qtbot)
    assert drawn(window) == NOTHING
    turn_to(window, trained)
    assert drawn(window) == reached(trained)


def test_curves_that_are_there_stay_while_another_tab_trains(window, qtbot):
    first = begin(window, qtbot, epochs=1)
    end(window, qtbot, stop=False)
    own = drawn(window)
    assert own == reached(first)
    another(window)
    second = begin(window, qtbot, epochs=500, seed=1)
    assert drawn(window) == reached(second) != own
    turn_to(window, first)
    assert drawn(window) == own
    more(second, qtbot, 4)
    assert drawn(window) == own == reached(first)
    end(window, qtbot)
    assert drawn(window) == own
    turn_to(window, second)
    assert drawn(window) == reached(second)


def test_a_new_run_begins_with_empty_curves(window, qtbot):
    document = begin(window, qtbot, epochs=1)
    end(window, qtbot, stop=False)
    before = drawn(window)
    window.feature(Training).train()
    assert drawn(window) == NOTHING != before
    more(document, qtbot, 1)
    assert drawn(window) == reached(document)
    end(window, qtbot, stop=False)
    assert drawn(window) == reached(document), "not one behind the other"


# -- the bar at the top -----------------------------------------------------------------------------------------------


def said(window: MainWindow) -> str:
    """What the bar says, its line or its sentence."""
    progress = window.places.top.progress
    parts = (progress.left, progress.right, progress.sentence)
    return " · ".join(part.text() for part in parts if part.isVisible() and part.text())


def progresses(window: MainWindow) -> list[Progress]:
    """Every word on how far a run is, as it arrives."""
    found: list[Progress] = []
    window.feature(Training).trainer.event_arrived.connect(
        lambda event: found.append(event) if isinstance(event, Progress) else None)
    return found


def test_the_bar_says_how_far_it_is_how_fast_and_how_long_it_takes(window, qtbot):
    window.resize(2200, 1000)
    found = progresses(window)
    begin(window, qtbot, epochs=500)
    qtbot.waitUntil(lambda: bool(found), timeout=TRAIN_MS)
    last = found[-1]
    assert last.examples_per_second > 1 and last.seconds_left > 0
    assert said(window) == (f"epoch {last.epoch} of 500 · {int(100 * last.fraction)} % · "
                            f"{grouped(last.examples_per_second)} examples/s · {clock_text(last.seconds_left)} left")
    assert window.places.top.progress.bar.value() == round(10_000 * last.fraction)
    end(window, qtbot)


def test_another_tabs_run_is_named_and_its_last_line_too(window, qtbot):
    trained, found = begin(window, qtbot, epochs=500), progresses(window)
    other = another(window)
    other.save(window.settings.runs.parent / "other.loom")
    qtbot.waitUntil(lambda: bool(found), timeout=TRAIN_MS)
    assert said(window) == f"{trained.name}: epoch {found[-1].epoch} of 500"
    turn_to(window, trained)
    assert said(window), "it does not fall silent while it goes on"
    turn_to(window, other)
    end(window, qtbot)
    assert said(window) == f"{trained.name}: {trained.run.summary.line}"
    turn_to(window, trained)
    assert said(window) == str(trained.run.summary.line)
    turn_to(window, other)
    assert said(window) == ""


def test_only_the_network_that_is_trained_has_its_recipe_locked(window, qtbot):
    trained = begin(window, qtbot, epochs=500)
    field = next(row for row in window.feature(Curves).recipe.findChildren(LineEditor)
                 if row.accessibleName() == "Seed")
    assert not field.isEnabled()
    other = another(window)
    assert field.isEnabled()
    turn_to(window, trained)
    assert not field.isEnabled()
    turn_to(window, other)
    end(window, qtbot)
    turn_to(window, trained)
    assert field.isEnabled()


def test_before_anything_is_trained_the_axis_is_as_long_as_the_recipe_in_front(window):
    first, plots = window.page.document, window.feature(Curves).plots
    epochs = first.experiment.recipe.epochs
    other = another(window)
    for document, count in ((other, epochs + 7), (first, epochs)):
        document.edit("recipe", replace(document.experiment, recipe=document.experiment.recipe.with_options(
            epochs=count)))
    for document, count in ((first, epochs), (other, epochs + 7), (first, epochs)):
        turn_to(window, document)
        assert {plot.full for plot in plots.plots} == {(0, count)}


# -- what is shown without a training thread --------------------------------------------------------------------------


@pytest.fixture
def still(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    """A window whose runs say only what a test says."""
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    with opened(qtbot, tmp_path / "layerloom", "gallery:linreg") as window:
        yield window
        window.feature(Training).trainer.finish()


def members(window: MainWindow) -> list[str]:
    """What the legend of a series says."""
    legend = window.feature(Curves).plots.legend
    return [] if legend.isHidden() else [chip.title for chip in legend.chips]


def test_a_network_that_learns_numbers_has_no_accuracy(still):
    window = still
    plots = window.feature(Curves).plots
    window.places.bottom.bring(window.feature(Curves).tab)
    assert [plot.isHidden() for plot in plots.plots] == [False, True]
    window.feature(Documents).open("gallery:mlp")
    assert [plot.isHidden() for plot in plots.plots] == [False, False]


def test_the_keyboard_goes_to_the_canvas_only_from_where_the_run_is_shown(still):
    window, view = still, still.page.view
    search = window.places.palette
    search.setFocus()
    before = QApplication.focusWidget()
    assert before is not None and before is not view
    window.feature(Training).train()
    assert QApplication.focusWidget() is before
    hear(window, STARTED)
    assert QApplication.focusWidget() is before, "no key lands elsewhere than one thinks"
    window.feature(Training).trainer.finish()
    field = next(row for row in window.feature(Curves).recipe.findChildren(LineEditor)
                 if row.accessibleName() == "Epochs")
    window.places.bottom.bring(window.feature(Curves).tab)
    field.setFocus()
    assert QApplication.focusWidget() is field
    window.feature(Training).train()
    assert QApplication.focusWidget() is view


def test_closing_another_network_does_not_end_what_is_drawn(still):
    window = still
    window.feature(Documents).open("gallery:mlp")
    turn_to(window, window.pages[0].document)
    window.feature(Training).train()
    hear(window, STARTED)
    window.pages[1].document.history.mark_clean()
    window.close_page(1)
    hear(window, Point(0.5, 1.5, math.nan))
    runs = [run for plot in window.feature(Curves).plots.plots for run in plot.runs]
    assert runs[0].curves[0].x.tolist() == [0.5] and said(window) == "Training on cpu"


def test_the_first_run_of_a_series_is_shown_as_one(still):
    window, page = still, still.page
    page.document.edit("folds", replace(page.document.experiment, recipe=page.document.experiment.recipe.with_options(
        folds=2)))
    window.feature(Training).train()
    hear(window, MemberStarted(1, 2, "only this", page.document.experiment), STARTED, Point(0.5, 1.5, math.nan))
    assert members(window) == ["only this"]
    another(window)
    assert members(window) == []
    turn_to(window, page.document)
    assert members(window) == ["only this"]


def test_what_another_network_s_run_prepares_is_not_said_here(still):
    window = still
    window.feature(Training).train()
    trained = window.page.document
    another(window)
    before = said(window)
    hear(window, Preparing(say("Downloading"), 1, 4), STARTED, Point(0.5, 1.5, 0.5))
    assert said(window) == before
    hear(window, Progress(2, 3, 0.5, 1000.0, 61.0))
    assert said(window) == f"{trained.name}: epoch 2 of 3" and window.places.top.progress.bar.value() == 5000


def test_a_run_that_fails_says_nothing_more_in_the_bar(still):
    window = still
    window.feature(Training).train()
    hear(window, STARTED)
    assert said(window) == "Training on cpu"
    hear(window, say("It cannot go on"), over=True)
    assert said(window) == ""


def test_one_fold_is_no_series_and_what_is_typed_counts_for_the_run(still):
    window, document = still, still.page.document
    document.edit("one", replace(document.experiment, recipe=document.experiment.recipe.with_options(folds=1)))
    window.places.bottom.bring(window.feature(Curves).tab)
    field = next(row for row in window.feature(Curves).recipe.findChildren(LineEditor)
                 if row.accessibleName() == "Epochs")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "17")
    window.feature(Training).train()
    assert FakeThread.newest.going.experiment.recipe.epochs == 17 and not FakeThread.newest.is_series


def test_the_recipe_is_shown_when_it_is_another_not_with_each_edit_of_the_network(window, monkeypatch):
    shown, document = [], window.page.document
    monkeypatch.setattr(window.feature(Curves).recipe, "show_recipe", shown.append)
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))
    assert shown == []
    document.edit("rate", replace(document.experiment, recipe=document.experiment.recipe.with_options(lr=0.5)))
    document.undo()
    assert [recipe.lr for recipe in shown] == [0.5, document.experiment.recipe.lr]
    window.feature(Documents).open("gallery:mlp")
    assert shown[2:] == [window.page.document.experiment.recipe]
    turn_to(window, document)
    assert shown[3:] == [document.experiment.recipe]


# -- one meaning a number ---------------------------------------------------------------------------------------------


def test_top_bar_legend_results_and_summary_say_the_same_numbers_of_the_same_epoch(window, qtbot):
    document = begin(window, qtbot, epochs=4)
    end(window, qtbot, stop=False)
    summary, plots = document.run.summary, window.feature(Curves).plots
    best = next(row for row in document.run.state.epochs if row.epoch == summary.best_epoch)
    assert (best.train, best.validation) == (summary.train, summary.validation)
    assert said(window).startswith(f"best epoch {summary.best_epoch} of 4: train loss {best.train.loss:.3f}, train acc")
    assert plots.loss.surround.rest.text == f"best epoch {summary.best_epoch}"
    read = [[reading.y for reading in plot.surround.readings] for plot in plots.plots]
    assert read == [[best.train.loss, best.validation.loss], [best.train.accuracy, best.validation.accuracy]]
    results = brought(window, Results)
    table = {row[0]: row[1:] for row in results.measures.texts}
    assert table["Loss"][:2] == [measure_text(best.train.loss), measure_text(best.validation.loss)]
    told = results.measured.text().split("\n")
    assert told[0] == f"Best epoch {summary.best_epoch} of 4, by validation accuracy"
    assert " of training, " in told[1] and told[2] == f"{summary.device_name} (cpu)"
    assert told[3].startswith("Train: mean while the epoch is learned")


def test_a_learning_rate_changed_on_the_way_is_marked_and_still_there_later(window, qtbot):
    document = begin(window, qtbot, epochs=500)
    recipe = document.experiment.recipe
    document.edit("lr", replace(document.experiment, recipe=recipe.with_options(lr=0.0123)))
    plots = window.feature(Curves).plots
    qtbot.waitUntil(lambda: bool(plots.loss.surround.marks), timeout=60_000)
    end(window, qtbot)
    [change] = document.run.state.changes
    mark = Mark(change.position, "lr 0.003 → 0.0123", holds=True)
    assert plots.loss.surround.marks == plots.accuracy.surround.marks == (mark,)
    another(window)
    assert plots.loss.surround.marks == ()
    turn_to(window, document)
    assert plots.loss.surround.marks == (mark,)


def test_a_run_that_was_opened_again_has_the_axis_that_it_was_steered_to(still):
    plots, document = still.feature(Curves).plots, still.page.document
    recipe = document.experiment.recipe.with_options(epochs=400)
    document.edit("recipe", replace(document.experiment, recipe=recipe))
    begun = document.experiment
    still.feature(Training).train()
    hear(still, STARTED, Point(0.5, 1.0, 0.5), Steered(1, 9, 0.5, {"epochs": 300}, {"epochs": 400}))
    assert {plot.full for plot in plots.plots} == {(0, 300)}
    document.run.state.experiment = begun  # as its folder has it
    document.run.states.experiment = begun
    another(still)
    turn_to(still, document)
    assert {plot.full for plot in plots.plots} == {(0, 300)}
    hear(still, Steered(1, 10, 0.6, {"lr": 0.1}, {"lr": 0.2}), Steered(1, 11, 0.7, {"epochs": 500}, {"epochs": 300}))
    another(still)
    turn_to(still, document)
    assert {plot.full for plot in plots.plots} == {(0, 500)}
