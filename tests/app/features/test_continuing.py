"""A run goes on from the window: after Stop, with another recipe or network, in a window opened later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from app.document.document import Document
from app.features.continuing import Continuing
from app.features.curves import Curves
from app.features.data import Data
from app.features.documents import Documents
from app.features.training import Training
from app.window.window import MainWindow
from engine.data.spec.reading import described
from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.graph.edits import with_layers
from engine.runs.claim import claim, is_being_written
from engine.runs.folder import record
from engine.runs.names import BEST, CHANGES, CHECKPOINT, LAST, METRICS, POINTS
from engine.runs.opened import open_run
from engine.runs.replaying import differences, replay_of
from engine.training import fit, run
from engine.training.events import Started
from tests.app.windows import opened

MS = 60_000


@pytest.fixture(autouse=True)
def kept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_EVERY", "KEEP_EVERY", "KEEP_SHARE", "KEEP_SHARE_AFTER"):
        monkeypatch.setattr(run, name, 0.0)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A small network on disk, whose runs are short."""
    base = load_experiment("gallery:lenet-digits")
    recipe = base.recipe.with_options(epochs=3, batch_size=100, lr=0.05, optimizer="momentum")
    save_experiment(replace(base, recipe=recipe), tmp_path / "net.loom")
    return tmp_path / "net.loom"


@pytest.fixture
def window(qtbot, tmp_path, network) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", str(network)) as window:
        yield window
        window.feature(Training).trainer.finish()


def experiment(window: MainWindow) -> Experiment:
    return window.page.document.experiment


def edited(window: MainWindow, **options: object) -> None:
    document = window.page.document
    document.edit("recipe", replace(document.experiment, recipe=document.experiment.recipe.with_options(**options)))


def position(window: MainWindow) -> float:
    state = window.page.document.run
    return state.state.points[-1].position if state is not None and state.state.points else 0.0


def wait_for(qtbot, window: MainWindow, state: str) -> None:
    trainer = window.feature(Training).trainer
    qtbot.waitUntil(lambda: trainer.state == state, timeout=MS)


def stopped_at(qtbot, window: MainWindow, at: float) -> Path:
    """Pressed Train, then Stop; the run's folder."""
    top = window.places.top
    QTest.mouseClick(top.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: position(window) > at, timeout=MS)
    QTest.mouseClick(top.stop, Qt.MouseButton.LeftButton)
    wait_for(qtbot, window, "idle")
    return window.page.document.run.folder


def go_on(qtbot, window: MainWindow) -> Path:
    """Pressed Continue, until it has ended."""
    button = window.places.top.go_on
    assert button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state != "idle", timeout=MS)
    wait_for(qtbot, window, "idle")
    return window.page.document.run.folder


def whole(base: Experiment, folder: Path) -> Path:
    for _ in record(fit(base), base, folder):
        pass
    return folder


def same(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in (METRICS, LAST, BEST))


def notices(window: MainWindow) -> str:
    return window.page.notice.text.text()


def press(window: MainWindow, words: str) -> None:
    [button] = [each for each in window.page.notice.findChildren(QAbstractButton) if each.text() == words
                and each.isVisible()]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_stopped_and_continued_it_is_the_uninterrupted_run_bit_for_bit(window, qtbot, tmp_path) -> None:
    top = window.places.top
    assert not top.go_on.isVisible() and top.stop.isVisible()
    folder = stopped_at(qtbot, window, 1.3)
    assert top.go_on.isVisible() and not top.stop.isVisible() and top.train.isVisible()
    shown = len(window.page.document.run.state.epochs)
    assert go_on(qtbot, window) == folder and shown == 2
    assert same(folder, whole(experiment(window), tmp_path / "whole"))
    assert not top.go_on.isVisible(), "it has ended"
    assert [row.epoch for row in window.page.document.run.state.epochs] == [1, 2, 3]
    # More epochs: a new run that begins where this one ended, by the button of the notice that says that it has ended.
    press(window, "Train as many epochs again")
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state != "idle", timeout=MS)
    wait_for(qtbot, window, "idle")
    other = window.page.document.run.folder
    assert other != folder and experiment(window).recipe.epochs == 6
    assert same(other, whole(experiment(window), tmp_path / "longer"))
    assert open_run(folder).state.summary is not None, "the old one is still there"


def test_with_another_recipe_or_network_it_is_a_new_run_and_says_so(window, qtbot, tmp_path) -> None:
    first = stopped_at(qtbot, window, 0.5)
    edited(window, lr=0.01, optimizer="adam")
    second = go_on(qtbot, window)
    assert second != first
    replay = replay_of(second)
    for _ in record(replay.events(), replay.experiment, tmp_path / "again"):
        pass
    assert differences(second, tmp_path / "again") == []
    assert [change.changes for change in window.page.document.run.state.changes] == [{"optimizer": "adam", "lr": 0.01}]
    document = window.page.document
    wider = document.experiment.graph.nodes["fc2"].layer.with_options(out_features=50)
    document.edit_graph("wider", with_layers(document.experiment.graph, {"fc2": wider}))
    third = go_on(qtbot, window)
    assert third not in (first, second)
    assert open_run(third).state.epochs[0].epoch == 1 and document.run.state.experiment == document.experiment
    assert window.commands["continue"].isEnabled() is False


def test_another_window_offers_to_go_on_and_so_does_the_start_page(window, qtbot, tmp_path, network) -> None:
    stopped_at(qtbot, window, 1.3)
    window.page.document.history.mark_clean()
    assert window.close_page(0)
    window.feature(Documents).open(str(network))
    qtbot.waitUntil(lambda: "was left in epoch 2 of 3" in notices(window), timeout=MS)
    assert window.places.top.go_on.isVisible() and len(window.page.document.run.state.epochs) == 1
    assert not window.feature(Curves).plots.is_empty, "its curves are seen again"
    window.show_start()
    start = window.places.start
    qtbot.waitUntil(lambda: len(start.left) == 1 and start.left[0].isVisible(), timeout=MS)
    assert start.left[0].title == "net" and start.left[0].line.startswith("in epoch 2 of 3 · ")
    QTest.mouseClick(start.left[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state != "idle", timeout=MS)
    wait_for(qtbot, window, "idle")
    run_folder = window.page.document.run.folder
    assert same(run_folder, whole(experiment(window), tmp_path / "whole"))
    window.show_start()
    qtbot.waitUntil(lambda: not start.left, timeout=MS)


def test_a_batch_and_an_epoch_at_a_time(window, qtbot) -> None:
    trainer, commands = window.feature(Training).trainer, window.commands
    commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    assert position(window) == 100 / 1374
    commands["one_batch"].trigger()
    qtbot.waitUntil(lambda: position(window) == 200 / 1374 and trainer.state == "paused", timeout=MS)
    commands["one_epoch"].trigger()
    qtbot.waitUntil(lambda: position(window) == 1.0 and trainer.state == "paused", timeout=MS)
    commands["stop_after_epoch"].trigger()
    assert "stops after this epoch" in notices(window) and trainer.ends_with_epoch
    commands["pause"].trigger()
    wait_for(qtbot, window, "idle")
    assert len(window.page.document.run.state.epochs) == 2 and window.page.document.run.state.was_stopped
    assert window.feature(Continuing).go_on_with(window.page, "batch")
    wait_for(qtbot, window, "paused")
    assert position(window) == 2 + 100 / 1374
    commands["stop"].trigger()
    wait_for(qtbot, window, "idle")


@pytest.mark.parametrize("lr", [None, 0.5])
def test_a_run_that_has_ended_goes_on_for_a_batch_or_an_epoch_more(window, qtbot, lr) -> None:
    edited(window, epochs=1)
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: window.page.document.run is not None, timeout=MS)
    wait_for(qtbot, window, "idle")
    first = window.page.document.run.folder
    if lr is not None:
        edited(window, lr=lr)
    window.commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    assert position(window) == 1 + 100 / 1374 and experiment(window).recipe.epochs == 2
    assert window.page.document.run.folder != first
    window.commands["one_epoch"].trigger()
    qtbot.waitUntil(lambda: position(window) == 2 and window.feature(Training).trainer.state == "paused", timeout=MS)
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    assert [row.epoch for row in window.page.document.run.state.epochs] == [1, 2]


def test_what_is_said_of_a_run_goes_with_it(window, qtbot) -> None:
    window.commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    graph = experiment(window).graph
    [name] = [name for name, node in graph.nodes.items() if node.layer.kind() == "Linear"][:1]
    window.page.document.edit_graph("other", with_layers(graph, {
        name: graph.nodes[name].layer.with_options(bias=False)}))
    assert "counts for the next one" in notices(window)
    window.page.document.undo()
    assert not window.page.notice.isVisible()
    window.commands["stop_after_epoch"].trigger()
    assert "stops after this epoch" in notices(window)
    window.commands["one_epoch"].trigger()
    wait_for(qtbot, window, "idle")
    assert "stops after" not in notices(window) or not window.page.notice.isVisible()
    assert not any(window.commands[id].isEnabled() for id in ("pause", "stop", "stop_after_epoch"))


def test_more_epochs_while_it_trains_are_taken_on(window, qtbot, tmp_path) -> None:
    QTest.mouseClick(window.places.top.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: position(window) > 0.2, timeout=MS)
    window.commands["more_epochs"].trigger()
    edited(window, lr=0.02, batch_size=60)
    wait_for(qtbot, window, "idle")
    document = window.page.document
    assert [row.epoch for row in document.run.state.epochs] == [1, 2, 3, 4, 5, 6]
    assert document.run.drawn.recipe == document.experiment.recipe
    replay = replay_of(document.run.folder)
    for _ in record(replay.events(), replay.experiment, tmp_path / "again"):
        pass
    assert differences(document.run.folder, tmp_path / "again") == []



def left_lines(qtbot, window: MainWindow, count: int) -> list[str]:
    """What the start page offers, once it has looked."""
    window.show_start()
    qtbot.waitUntil(lambda: len(window.places.start.left) == count, timeout=MS)
    return [row.title for row in window.places.start.left]


def test_a_run_that_goes_on_is_not_offered_again(window, qtbot, tmp_path) -> None:
    folder, start = stopped_at(qtbot, window, 0.5), window.places.start
    assert left_lines(qtbot, window, 1) == ["net"]
    window.turn_to(0)
    window.commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    document, run = window.page.document, window.page.document.run
    assert is_being_written(folder)
    window.show_start()
    QTest.mouseClick(start.left[0], Qt.MouseButton.LeftButton)  # of a moment ago
    assert len(window.pages) == 1 and window.page.document is document and document.run is run
    left_lines(qtbot, window, 0)
    window.open(Document(document.experiment, "net"))
    qtbot.wait(300)
    assert window.page.document.run is None and not window.page.notice.isVisible()
    window.feature(Training).trainer.finish()
    qtbot.waitUntil(lambda: not is_being_written(folder), timeout=MS)
    files = sorted(path.name for path in folder.iterdir())
    holder = claim(folder)  # as another process does
    assert holder is not None and is_being_written(folder)
    left_lines(qtbot, window, 0)
    holder.release()
    left_lines(qtbot, window, 1)
    holder, count = claim(folder), len(window.pages)
    assert holder is not None
    QTest.mouseClick(start.left[0], Qt.MouseButton.LeftButton)
    assert len(window.pages) == count and "goes on elsewhere" in window.places.notice.text.text()
    holder.release()
    assert not is_being_written(folder) and sorted(path.name for path in folder.iterdir()) == files
    left_lines(qtbot, window, 1)


def test_what_is_lost_of_a_run_is_said_when_it_goes_on(window, qtbot, monkeypatch) -> None:
    said, say = list[str](), window.say
    monkeypatch.setattr(window, "say", lambda message, *more, **options: said.append(str(message)) or say(
        message, *more, **options))
    folder = stopped_at(qtbot, window, 1.3)
    (folder / METRICS).unlink()
    assert go_on(qtbot, window) == folder
    assert [words for words in said if METRICS in words], said
    assert "where it was left" in window.places.top.go_on.toolTip()
    edited(window, lr=0.5)
    assert window.places.top.go_on.toolTip().startswith("Begin a new run")


def test_only_a_run_of_the_same_network_is_offered_by_its_name(window, qtbot) -> None:
    stopped_at(qtbot, window, 0.5)
    same_one, base = window.page.document.experiment, load_experiment("gallery:mlp")
    for other in (base, replace(base, graph=replace(base.graph, nodes={"input": base.graph.nodes["input"]}, edges=()))):
        window.open(Document(other, "net"))
        qtbot.wait(300)
        assert window.page.document.run is None and not window.page.notice.isVisible()
        assert not window.places.top.go_on.isVisible()
    window.pages[0].document.history.mark_clean()
    window.close_page(0)  # or the other would be called net-2
    window.open(Document(same_one, "net"))
    qtbot.waitUntil(lambda: "was left in epoch 1 of 3" in notices(window), timeout=MS)
    assert left_lines(qtbot, window, 1) == ["net"], "the start page has all"


def steered_and_stopped(qtbot, window: MainWindow, **options: object) -> Path:
    """Trained, changed on the way, stopped."""
    window.commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    edited(window, **options)
    window.commands["one_batch"].trigger()
    qtbot.waitUntil(lambda: position(window) == 200 / 1374, timeout=MS)
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    assert [change.changes for change in window.page.document.run.state.changes] == [options]
    return window.page.document.run.folder


def held_after_a_batch(qtbot, window: MainWindow) -> Path:
    """The run goes on for a batch."""
    before = position(window)
    window.commands["one_batch"].trigger()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "paused" and position(window) > before,
                    timeout=MS)
    return window.page.document.run.folder


def lines_of(folder: Path) -> list[dict[str, object]]:
    """What was changed by hand on the way."""
    return [dict(change.changes) for change in open_run(folder).state.changes]


def test_the_form_shows_the_recipe_that_goes_on(window, qtbot, network) -> None:
    folder = steered_and_stopped(qtbot, window, lr=0.01)
    window.page.document.history.mark_clean()
    window.close_page(0)
    left_lines(qtbot, window, 1)
    QTest.mouseClick(window.places.start.left[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state == "running", timeout=MS)
    document = window.page.document
    assert document.experiment.recipe.lr == 0.01 and document.run.folder == folder and (
        document.history.undo_text is None)
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    document.history.mark_clean()
    window.close_page(0)
    for typed, shown in ((None, 0.01), (0.02, 0.02)):
        window.feature(Documents).open(str(network))
        qtbot.waitUntil(lambda: "was left in epoch" in notices(window), timeout=MS)
        document = window.page.document
        assert document.experiment.recipe.lr == 0.05, "as it was saved"
        if typed is not None:
            edited(window, lr=typed, batch_size=50)
        went_on = held_after_a_batch(qtbot, window)
        assert document.experiment.recipe.lr == shown and document.run.drawn.recipe.lr == shown
        assert (went_on == folder) is (typed is None)
        if typed is None:
            assert lines_of(folder) == [{"lr": 0.01}]
            document.undo()
            assert document.experiment.recipe.lr == 0.05
            held_after_a_batch(qtbot, window)
            document.redo()
            held_after_a_batch(qtbot, window)
            assert lines_of(folder) == [{"lr": 0.01}, {"lr": 0.05}, {"lr": 0.01}]
        else:
            assert lines_of(went_on)[-1] == {"batch_size": 50, "lr": 0.02}
        window.commands["stop"].trigger()
        wait_for(qtbot, window, "idle")
        document.history.mark_clean()
        window.close_page(0)


def test_whatever_happens_while_a_run_is_prepared(window, qtbot, tmp_path) -> None:
    first, runs = stopped_at(qtbot, window, 0.5), window.settings.runs
    trainer, document = window.feature(Training).trainer, window.page.document

    def folders() -> set[str]:
        return {path.name for path in runs.iterdir() if path.is_dir()}

    def pressed() -> None:
        QTest.mouseClick(window.places.top.go_on, Qt.MouseButton.LeftButton)

    known = folders()
    edited(window, lr=0.01)
    pressed()
    edited(window, lr=0.02)  # meanwhile
    qtbot.waitUntil(lambda: trainer.state == "running", timeout=MS)
    assert lines_of(document.run.folder)[0] == {"lr": 0.02} and len(folders() - known) == 1
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    known = folders()
    edited(window, lr=0.03)
    pressed()
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: trainer.state == "running" and len(folders() - known) == 1, timeout=MS)
    qtbot.wait(300)
    assert trainer.document is document and document.run.states.members[0].changes == []
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    known = folders()
    assert len(known) == 3 and first.name in known
    edited(window, lr=0.04)
    pressed()
    good = document.experiment.graph
    document.edit_graph("broken", replace(good, edges=good.edges[1:]))
    qtbot.waitUntil(lambda: not window.feature(Continuing).is_preparing(window.page), timeout=MS)
    document.undo()
    assert trainer.state == "idle" and folders() == known
    window.open(Document(document.experiment, "net2"))
    other = window.page
    other.document.run = document.run
    window.feature(Continuing).go_on()
    window.turn_to(0)
    pressed()  # both at once: one of them trains, the other waits
    qtbot.waitUntil(lambda: trainer.state == "running" and not any(
        map(window.feature(Continuing).is_preparing, window.pages)), timeout=MS)
    assert len(folders() - known) == 1
    loser = other if trainer.document is document else window.page
    assert "waits as it is now, and is trained after" in loser.notice.text.text()
    assert [entry.page for entry in window.feature(Training).line.entries] == [loser]
    window.commands["queue_clear"].trigger()
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    known = folders()
    edited(window, lr=0.05)
    window.commands["continue"].trigger()
    document.history.mark_clean()
    assert window.close_page(0)
    qtbot.wait(500)
    assert folders() == known


def test_a_run_without_an_epoch_left_is_refused_before_anything_is_copied(window, qtbot) -> None:
    edited(window, epochs=1)
    QTest.mouseClick(window.places.top.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state != "idle", timeout=MS)
    wait_for(qtbot, window, "idle")
    run, runs = window.page.document.run, window.settings.runs
    edited(window, lr=0.01)
    window.page.notice.clear()
    window.commands["continue"].trigger()
    assert window.feature(Continuing).is_preparing(window.page)
    qtbot.waitUntil(lambda: not window.feature(Continuing).is_preparing(window.page), timeout=MS)
    assert window.page.notice.isVisible() and "has learned its only epoch: raise" in notices(window)
    assert window.page.document.run is run and [path for path in runs.iterdir() if path.is_dir()] == [run.folder]
    edited(window, epochs=2)
    other = go_on(qtbot, window)
    assert other != run.folder and [row.epoch for row in open_run(other).state.epochs] == [1, 2]


def test_weights_loaded_after_stop_are_not_said_to_be_those_that_go_on(window, qtbot) -> None:
    stopped_at(qtbot, window, 1.1)
    document = window.page.document
    loaded = dict(document.run.best)
    document.load_weights(loaded)
    told: list[str] = []
    window.feature(Training).trainer.event_arrived.connect(
        lambda event: told.append(window.places.top.progress.sentence.text()) if isinstance(event, Started) else None)
    held_after_a_batch(qtbot, window)
    assert len(told) == 1 and "Training on" in told[0] and "loaded weights" not in told[0]
    assert document.weights_are_loaded and document.run.begun_from is None, "they still wait for a run of their own"
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=MS)
    assert "from the loaded weights" in told[1]
    assert document.run.begun_from is loaded
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    held_after_a_batch(qtbot, window)
    assert document.run.begun_from is loaded and not document.weights_are_loaded, "it began with them"
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")


def test_more_epochs_are_not_asked_for_where_nothing_can_go_on(window, qtbot) -> None:
    document, more = window.page.document, window.commands["more_epochs"]

    def refused(words: str) -> bool:
        before = document.experiment
        window.page.notice.clear()
        more.trigger()
        return document.experiment is before and words in notices(window) and window.page.notice.isVisible()

    assert refused("There is no run of net yet")
    folder = stopped_at(qtbot, window, 0.5)
    window.open(Document(document.experiment, "other"))
    window.commands["one_batch"].trigger()
    wait_for(qtbot, window, "paused")
    window.turn_to(0)
    more.trigger()
    [waiting], before = window.feature(Training).line.entries, document.experiment.recipe.epochs
    assert "net waits as it is now: other is paused" in notices(window)
    edited(window, epochs=7)
    window.feature(Training).trainer.stop()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.document is document, timeout=MS)
    wait_for(qtbot, window, "running")
    qtbot.waitUntil(lambda: document.run.as_steered.recipe.epochs == before, timeout=MS)
    assert document.experiment.recipe.epochs == 7
    assert not window.feature(Training).line.is_turn(waiting)
    folder = document.run.folder
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    (folder / CHECKPOINT).unlink()
    assert refused("Nothing was kept that this run could go on from")
    edited(window, epochs=1, folds=2)
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: window.feature(Training).trainer.state != "idle", timeout=MS)
    wait_for(qtbot, window, "idle")
    assert refused("A series that has ended cannot go on")


def test_a_run_does_not_go_on_with_data_that_were_read_again(window, qtbot, tmp_path) -> None:
    table = "area,price\n" + "".join(f"{i},{i * 3 % 50}.5\n" for i in range(1, 61))
    path, data = tmp_path / "houses.csv", window.feature(Data)
    path.write_text(table)
    window.feature(Documents).open("gallery:linreg")
    data.files.open(path)
    qtbot.waitUntil(lambda: window.page.document.experiment.data.examples == 60, timeout=MS)
    window.commands["one_epoch"].trigger()
    wait_for(qtbot, window, "paused")
    window.commands["stop"].trigger()
    wait_for(qtbot, window, "idle")
    path.write_text(table + "61,7.5\n")
    for is_read_again in (False, True):
        if is_read_again:
            window.page.document.learn(described(window.page.document.experiment.data))
            assert window.page.document.experiment.data.examples == 61
        window.page.notice.clear()
        window.commands["continue"].trigger()
        qtbot.waitUntil(lambda: window.page.notice.isVisible(), timeout=MS)
        assert "houses.csv has changed since it was read" in notices(window)
        assert notices(window).endswith("This run cannot go on with other data: put them back, or train anew")


def test_a_damaged_run_is_offered_as_far_as_it_can_be_read(window, qtbot) -> None:
    folder = stopped_at(qtbot, window, 0.5)
    place = '"epoch": 1, "batch": 1, "position": 0.07, '
    for damage in ('"set": {"epochs": null}', '"set": {"epochs": "x", "augment": 3}', '"set": {"a.b": [], "": 1}',
                   '"set": {"epochs": 1e999}', '"set": 5', '"set": {"lr": {}}, "was": 7'):
        (folder / CHANGES).write_text(f"{{{place}{damage}}}\n")
        with (folder / POINTS).open("a") as file:
            file.write("nan,1,1,1\ninf,1,1,1\n")
        window.show_start()
        window.places.start.set_left([])
        assert left_lines(qtbot, window, 1) == ["net"], damage
        assert window.places.start.left[0].line.startswith("in epoch 1 of 3"), damage
        window.turn_to(0)


def test_the_start_page_with_which_the_program_begins_goes_on_too(qtbot, tmp_path, network) -> None:
    with opened(qtbot, tmp_path / "layerloom", str(network)) as first:
        stopped_at(qtbot, first, 1.3)
    with opened(qtbot, tmp_path / "layerloom", "") as window:
        start = window.places.start
        window.show_start()
        qtbot.waitUntil(lambda: len(start.left) == 1 and start.left[0].isVisible(), timeout=MS)
        QTest.mouseClick(start.left[0], Qt.MouseButton.LeftButton)
        wait_for(qtbot, window, "running")
        wait_for(qtbot, window, "idle")
        assert len(window.page.document.run.state.epochs) == 3
