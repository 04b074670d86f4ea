"""The tab “Sweep”: what is asked for is planned in words, goes on in a thread, is seen, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from app.features import sweeping as module
from app.features.run_book import RunBook
from app.features.sweep_shown import Progress, shown
from app.features.sweeping import Sweeping
from app.features.workspaces import Workspaces
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment
from engine.experiment.sweep.axes import axes_of
from engine.experiment.sweep.plan import Plan
from engine.files import WriteError
from engine.messages import LayerloomError, say
from engine.runs.sweeping.events import RunAdvanced, RunBegan, RunEnded, SweepBegan, SweepEnded, SweepEvent
from engine.runs.sweeping.opened import Member, Sweep
from engine.training.control import Control
from engine.training.state import EpochRow
from engine.training.values import Metrics
from tests.app.windows import opened
from widgets.sweep.values import SweepWish

MS = 30_000
WISH = SweepWish((("lr", "0.01, 0.1, 1"), ("batch_size", "32, 64")))


class FakeSweep:
    """What the engine's ``sweep`` is given, and events one at a time."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.folder = Path()
        self.control = Control()
        self.waiting: list[SweepEvent | Exception] = []
        self.is_over = False

    def __call__(self, plan: Plan, folder: Path, control: Control, **_: object) -> Iterator[SweepEvent]:
        self.plan, self.folder, self.control = plan, folder, control
        while not (self.is_over and not self.waiting) and not control.stopped:
            if self.waiting:
                event = self.waiting.pop(0)
                if isinstance(event, Exception):
                    raise event
                yield event
            sleep(0.001)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSweep:
    found = FakeSweep()
    monkeypatch.setattr("engine.runs.sweeping.sweep.sweep", found)
    monkeypatch.setattr(module, "DRAIN_MS", 5)
    return found


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with opened(qtbot, tmp_path / "settings", torch=False) as found:
        found.feature(Workspaces).choose("train")
        found.feature(Sweeping).bring()
        yield found


def feature(window: MainWindow) -> Sweeping:
    return window.feature(Sweeping)


def plan_text(window: MainWindow, wish: SweepWish) -> str:
    sweeping = feature(window)
    assert sweeping.form is not None
    sweeping.form.show_wish(wish)
    sweeping.form.changed.emit(wish)
    return sweeping.form.plan.text()


def row(epoch: int, accuracy: float) -> EpochRow:
    return EpochRow(epoch, Metrics(1.0, accuracy), Metrics(1.0, accuracy), float(epoch))


def member(sweep: Sweep, index: int, state: str, *accuracies: float, reason: str = "") -> Member:
    setting = list(sweep.plan.settings())[index]
    return Member(index, setting, sweep.folder / f"{index:03}", state, say(reason) if reason else None,  # type: ignore[arg-type]
                  rows=tuple(row(epoch, each) for epoch, each in enumerate(accuracies, 1)))


PLANS = [
    (WISH, "6 runs"), (SweepWish((("lr", "0.1"),)), "1 run"), (replace(WISH, seeds=3), "18 runs"),
    (SweepWish(), "Choose a field to try, or a time"), (SweepWish((("lr", ""),)), "Say which values to try"),
    (SweepWish((("lr", "many"),)), "These values cannot be tried"),
    (SweepWish((("lr", "0.001 .. 0.1"),)), "say how long it may take, or how many runs"),
    (SweepWish((("lr", "0.001 .. 0.1"),), runs=20), "20 runs"),
    (SweepWish(minutes=10.0), "As many runs as there is time for, over Learning rate"),
    (SweepWish((("seed", "0..999"), ("lr", "0.1, 0.2"), ("batch_size", "1,2,3,4,5,6"))), "too many runs"),
    (replace(WISH, axes=(*WISH.axes, ("epochs", "1, 2")), halving=True), "leave out epochs"),
]  # fmt: skip


def test_what_will_happen_is_said_before_it_does(window: MainWindow) -> None:
    for wish, words in PLANS:
        assert words in plan_text(window, wish)


def test_every_field_of_the_network_is_offered_with_what_it_is_now(window: MainWindow) -> None:
    form = feature(window).form
    assert form is not None
    known = {choice.id: choice for choice in form._choices.values()}
    assert known["lr"].title == "Learning rate" and known["lr"].now == "0.003"
    assert {"batch_size", "conv1.out_channels", "Sigmoid", "validation"} <= known.keys()
    assert "folds" not in known and "device" not in known


def test_a_sweep_is_seen_while_it_goes_on_and_ends(window: MainWindow, fake: FakeSweep, qtbot) -> None:
    sweeping, view = feature(window), feature(window).view
    assert view is not None
    plan_text(window, WISH)
    sweeping.start(WISH)
    qtbot.waitUntil(lambda: fake.plan is not None, timeout=MS)
    plan = fake.plan
    assert plan is not None and plan.count == 6 and [axis.field for axis in plan.axes] == ["lr", "batch_size"]
    assert fake.folder.parent == window.settings.runs and sweeping._pages.currentIndex() == 1
    begun = Sweep(fake.folder, plan, ())
    first, second = member(begun, 0, "left"), member(begun, 1, "done", 0.5, 0.9)
    fake.waiting += [SweepBegan(begun), RunBegan(first), RunAdvanced(0, 1.5, 20, 0.7, 0.8), RunEnded(second),
                     RunEnded(member(begun, 2, "failed", reason="it diverged")),
                     RunEnded(member(begun, 3, "stopped", 0.1, reason="the others have more"))]
    qtbot.waitUntil(lambda: len(view._shown.members) == 4 and not fake.waiting, timeout=MS)
    states = {each.key[-3:]: each for each in view._shown.members}
    assert [states[key].state for key in ("000", "001", "002", "003")] == ["running", "done", "failed", "stopped"]
    assert states["000"].best == 0.8 and states["001"].curve == ((1.0, 0.5), (2.0, 0.9))
    assert states["002"].reason == "it diverged" and view._shown.head.startswith("3 of 6 runs")
    assert states["001"].title == "lr 0.01, batch size 64" and not window.commands["sweep_go_on"].isEnabled()
    ended = replace(begun, members=tuple(member(begun, index, "done", 0.5) for index in range(6)))
    fake.waiting.append(SweepEnded(ended))
    fake.is_over = True
    qtbot.waitUntil(lambda: sweeping._thread is None, timeout=MS)
    notice = window.page.notice
    assert "The sweep has ended. Best: lr 0.01, batch size 32" in notice.text.text() and notice._timer.interval() > 0
    sweeping.start(WISH)
    assert notice.isHidden(), "another one goes on"
    sweeping.stop()
    qtbot.waitUntil(lambda: sweeping._thread is None, timeout=MS)
    assert window.commands["sweep_go_on"].isEnabled()


def test_a_sweep_that_was_stopped_can_go_on(window: MainWindow, fake: FakeSweep, qtbot) -> None:
    sweeping = feature(window)
    sweeping.start(WISH)
    qtbot.waitUntil(lambda: fake.plan is not None, timeout=MS)
    assert fake.plan is not None
    folder, plan = fake.folder, fake.plan
    fake.waiting += [SweepBegan(Sweep(folder, plan, ())), RunEnded(member(Sweep(folder, plan, ()), 0, "done", 0.5))]
    qtbot.waitUntil(lambda: not fake.waiting, timeout=MS)
    assert sweeping._stop.isVisible() and not sweeping._go_on.isVisible()
    sweeping._stop.click()
    qtbot.waitUntil(lambda: sweeping._thread is None, timeout=MS)
    assert fake.control.stopped and window.commands["sweep_go_on"].isEnabled() and not sweeping._stop.isVisible()
    fake.plan = None
    window.commands["sweep_go_on"].trigger()
    qtbot.waitUntil(lambda: fake.plan is not None, timeout=MS)
    assert fake.folder == folder and fake.plan == plan


def test_what_goes_wrong_is_said_and_another_can_be_begun(window: MainWindow, fake: FakeSweep, qtbot) -> None:
    sweeping = feature(window)
    for error, words in ((WriteError("There is no room"), "no room"), (LayerloomError("No process"), "No process")):
        sweeping.start(WISH)
        fake.waiting.append(error)
        qtbot.waitUntil(lambda: sweeping._thread is None, timeout=MS)
        assert words in window.page.notice.text.text()
    assert not list(window.settings.runs.glob("*")), "a sweep that did not begin leaves no folder"


def test_the_window_closes_while_a_sweep_goes_on(window: MainWindow, fake: FakeSweep, qtbot) -> None:
    feature(window).start(WISH)
    qtbot.waitUntil(lambda: fake.plan is not None, timeout=MS)
    feature(window).finish()
    assert fake.control.stopped and feature(window)._thread is None


def test_a_sweep_of_another_time_is_seen_again(window: MainWindow, qtbot) -> None:
    from engine.runs.sweeping.log import write_plan

    experiment: Experiment = replace(window.page.document.experiment, variants=())
    plan = Plan(experiment, axes_of(experiment, ["lr=0.01,0.1"]))
    folder = window.settings.runs / f"{window.page.document.network}-20260301-120000"
    folder.mkdir(parents=True)
    write_plan(plan, folder, "2026-03-01T12:00:00")
    window.feature(RunBook).refresh()
    qtbot.waitUntil(lambda: feature(window)._sweep is not None, timeout=MS)
    assert window.commands["sweep_go_on"].isEnabled()


def test_values_are_shown_on_the_axes_that_suit_them() -> None:
    from tests.engine.cases import experiment

    base = experiment(epochs=2)
    axes = axes_of(base, ["lr=0.001,0.01,0.1", "batch_size=32,48", "optimizer=sgd,adam", "seed=0..1"])
    plan = Plan(base, axes)
    sweep = Sweep(Path("x"), plan, ())
    sweep = replace(sweep, members=tuple(member(sweep, index, "done", 0.1 * index) for index in range(3)))
    found = shown(sweep, {"lr": "Learning rate"}, Progress({}, False))
    assert [(axis.title, axis.kind) for axis in found.fields] == [
        ("Learning rate", "log"), ("batch_size", "linear"), ("optimizer", "words"), ("seed", "linear")]
    assert found.members[2].values == (0.001, 32, "adam", 0) and found.unsure.startswith("Which field matters")
    assert found.head == "3 of 24 runs · left: it can go on"


def test_time_that_was_given_passes(window: MainWindow) -> None:
    experiment = window.page.document.experiment
    plan = Plan(experiment, axes_of(experiment, ["lr=0.001..0.1"]), minutes=10.0)
    sweep = Sweep(Path("runs/one"), plan, (), seconds=60.0)
    assert shown(sweep, {}, Progress({}, True, 120.0, 0)).head.endswith("7:00 left")
