"""Jobs: work off the window's thread, told in it, and nothing told or begun while the window closes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from app.window.jobs import Job, Jobs, TrainingThread, Warmth, load_torch
from app.window.leaving import wait_for_left
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code
from engine.layers.code.running import StoppedCodeError
from engine.layers.code.source import EXAMPLE
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.runs.continuing import Going
from engine.runs.folder import About
from engine.training.events import Paused, Resumed


@pytest.fixture
def jobs(qapp: QCoreApplication) -> Iterator[Jobs]:
    parent = QObject()
    jobs = Jobs(parent)
    yield jobs
    jobs.finish()


def test_work_runs_beside_the_window_and_is_told_in_its_thread(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[tuple[object, threading.Thread]] = []
    jobs.start(lambda _: threading.current_thread(), lambda found: told.append((found, threading.current_thread())),
               pytest.fail)
    qtbot.waitUntil(lambda: bool(told))
    worked, heard = told[0]
    assert heard is threading.main_thread() and worked is not heard


@pytest.mark.parametrize(("error", "sentence"), [
    (LayerloomError("{what} is wrong", what="this"), "this is wrong"),
    (ZeroDivisionError("by zero"), "Something unforeseen went wrong: by zero"),
    (KeyError(), "Something unforeseen went wrong: KeyError"),
    (GeneratorExit(), "Something unforeseen went wrong: GeneratorExit"),
])
def test_an_error_is_told_as_a_sentence(error: BaseException, sentence: str, jobs: Jobs, qtbot: QtBot,
                                        unforeseen: list[str]) -> None:
    def work(_: object) -> None:
        raise error

    told: list[object] = []
    jobs.start(work, pytest.fail, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert [str(message) for message in told] == [sentence]
    assert len(unforeseen) == (not isinstance(error, LayerloomError)), "what nobody foresaw is logged in full"
    unforeseen.clear()


def test_a_job_is_asked_to_end_and_left(jobs: Jobs) -> None:
    ended = threading.Event()

    def work(job: object) -> None:
        while not job.cancelled():  # type: ignore[attr-defined]
            pass
        ended.set()

    jobs.start(work, pytest.fail, pytest.fail)
    jobs.finish()
    assert wait_for_left(20_000) and ended.is_set()


def test_what_is_on_its_way_when_the_window_closes_is_not_told(jobs: Jobs, qtbot: QtBot) -> None:
    """Whoever hears of it would begin something new, of which nobody sees the end."""
    told: list[object] = []
    jobs.start(lambda _: 1, told.append, told.append).wait()
    jobs.finish()
    qtbot.wait(20)
    assert not told


def test_nothing_begins_while_the_window_closes(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    jobs.finish()
    job = jobs.start(told.append, told.append, told.append)
    qtbot.wait(20)
    assert not told and not job.isRunning()


def test_jobs_are_asked_to_end_together_and_those_that_ended_are_forgotten(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    first = jobs.start(lambda _: 1, told.append, pytest.fail)
    qtbot.waitUntil(lambda: told == [1] and first.isFinished())
    both = threading.Barrier(2)

    def work(job: object) -> None:
        both.wait(20)
        while not job.cancelled():  # type: ignore[attr-defined]
            pass

    second, third = (jobs.start(work, pytest.fail, pytest.fail) for _ in range(2))
    with qtbot.waitSignal(first.destroyed):
        pass
    assert not second.cancelled() and not third.cancelled()
    second.cancel()
    assert second.cancelled() and not third.cancelled()
    jobs.finish()
    assert wait_for_left(20_000) and second.isFinished() and third.isFinished()


def test_how_far_a_job_is_is_told(jobs: Jobs, qtbot: QtBot) -> None:
    begin, told = threading.Event(), []
    job = jobs.start(lambda job: begin.wait(20) and job.progress.emit(2, 5), told.append, pytest.fail)
    with qtbot.waitSignal(job.progress) as heard:
        begin.set()
    assert heard.args == [2, 5]


# -- torch ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cores", "threads"), [(8, 7), (1, 1), (None, 1)])
def test_torch_leaves_a_core_to_the_window_and_names_what_it_can_compute_on(
        cores: int | None, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from engine.training.devices import devices, resolve_device

    asked: list[float] = []
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    found = [("auto", "Auto"), ("cuda:0", "CUDA 0"), ("cuda:1", "CUDA 1"), ("mps", "MPS"), ("cpu", "CPU")]
    assert [(device.id, str(device.title)) for device in load_torch(cast(Job, None))] == found
    assert asked == [0.0005, threads]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert load_torch(cast(Job, None)) == devices(), "no device that a run could not be computed on"
    assert [device.id for device in devices()] == ["auto", "mps", "cpu"]
    for device in devices():
        resolve_device(device.id)


@pytest.mark.parametrize(("system", "count"), [("linux", 1), ("darwin", 0)])
def test_on_linux_most_of_torch_is_loaded_while_the_window_goes_on(system: str, count: int,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    loaded: list[Path] = []
    monkeypatch.setattr("app.window.jobs.sys", SimpleNamespace(platform=system, setswitchinterval=lambda _: None))
    monkeypatch.setattr("app.window.jobs.ctypes", SimpleNamespace(CDLL=lambda path, **_: loaded.append(Path(path))))
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    load_torch(cast(Job, None))
    assert loaded == [Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"] * count


def test_every_type_of_qt_is_touched_in_small_pieces(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = QObject()
    warmth = Warmth(parent)
    warmth.start()
    assert warmth.isActive(), "not all at once"
    qtbot.waitUntil(lambda: not warmth.isActive(), timeout=20_000)
    monkeypatch.setattr("app.window.jobs.SLICE", -1.0)
    warmth = Warmth(parent)
    warmth.start()
    qtbot.wait(20)
    assert warmth.isActive(), "there was no time"
    warmth.stop()


# -- the training ---------------------------------------------------------------------------------------------------


class Fits:
    """What is asked of ``fit`` and ``fit_series``, and what they do instead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.act: Callable[[], object] = lambda: None
        for name, path in (("one", "engine.training.fit"), ("series", "engine.training.series.fit_series")):
            monkeypatch.setattr(path, lambda experiment, control, name=name, **more: self._run(name, experiment, more))
        monkeypatch.setattr("engine.runs.folder.record", lambda events, experiment, folder, *_: (
            self.asked.append(("record", experiment, folder)) or events))

    def _run(self, name: str, experiment: object, more: dict[str, object]) -> Iterator[object]:
        self.asked.append((name, experiment, more))
        yield Paused()
        self.act()
        yield Resumed()


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Fits:
    return Fits(monkeypatch)


@pytest.mark.parametrize("series", [False, True])
def test_the_training_says_what_it_does_one_after_the_other(series: bool, fits: Fits, qapp: object) -> None:
    parent, experiment = QObject(), Experiment()
    thread = TrainingThread(parent, lambda: Going(experiment, Path("run"), about=About({})), (), Path("data"), series)
    thread.run()
    assert list(thread.events) == [Paused(), Resumed()] and thread.parent() is parent
    more = {"root": Path("data"), "weights": {}, "observers": (), "resume": None, "doctor": True,
            **({} if series else {"noted": ()})}
    begun = ("series" if series else "one", experiment, more)
    assert sorted(fits.asked, key=lambda each: each[0] != "record") == [("record", experiment, Path("run")), begun]


def test_a_training_that_fails_ends_with_a_sentence_and_one_that_is_broken_off_with_none(fits: Fits,
                                                                                        qapp: object) -> None:
    def fail(error: BaseException) -> Callable[[], None]:
        def act() -> None:
            raise error

        return act

    parent = QObject()
    for error, said in ((LayerloomError("too large"), ["too large"]), (StoppedCodeError(), [])):
        thread = TrainingThread(parent, lambda: Going(Experiment(), Path("run")), (), None)
        fits.act = fail(error)
        thread.run()
        assert [str(event) for event in list(thread.events)[1:]] == said and thread.events[0] == Paused()


def test_only_a_person_s_own_code_is_ever_interrupted(fits: Fits, qapp: object,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[int] = []
    monkeypatch.setattr("app.window.jobs.interrupt", broken.append)
    parent = QObject()
    code = Graph.of([Node("input", Input()), Node("mine", Code(source=EXAMPLE))], [Edge("input", "mine")])
    for graph, interrupted in ((Graph(), []), (code, [threading.get_ident()])):
        thread = TrainingThread(parent, lambda: Going(Experiment(), Path("run")), sources_of(graph), None)
        thread.interrupt()
        assert not broken, "it has not begun"
        fits.act = thread.interrupt
        thread.run()
        assert broken == interrupted
        thread.interrupt()
        assert broken == interrupted, "it has ended"


def test_what_has_ended_and_is_not_told_yet_is_dropped_as_well(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[object] = []
    jobs.start(lambda _: 1, told.append, told.append).wait()
    jobs.start(lambda _: 2, told.append, told.append)
    jobs.finish()
    qtbot.wait(20)
    assert not told
