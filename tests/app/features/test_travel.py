"""Time travel in a real window: what is seen at a moment is what the network with the weights of then gives."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from torch import Tensor

from app.document.document import Run
from app.document.in_hand import in_hand
from app.features.inside import Inside
from app.features.probing import Probing
from app.features.training import Training
from app.features.travel import TimeTravel
from app.features.two_samples import TwoSamples
from app.window.window import MainWindow
from engine.experiment.experiment import load_experiment
from engine.inspect.lens import Lens
from engine.layers.activation import ReLU
from engine.layers.linear import Flatten, Linear
from engine.layers.normalization import BatchNorm1d
from engine.runs.folder import record
from engine.runs.moments import keeping
from engine.runs.names import MOMENTS
from engine.runs.opened import open_run
from engine.training import fit
from engine.training.events import EpochEnded, MomentReached
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window, network, written
from widgets.look.text import message_text
from widgets.travel.page import TravelPage

GRAPH = network((1, 8, 8), Flatten(), Linear(out_features=12), BatchNorm1d(), ReLU(), Linear(out_features=10))
TRAIN_MS = 60_000


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Iterator[tuple[str, Path, dict[float, dict[str, Tensor]]]]:
    """A network's file, the folder of its run, and the weights of all its moments as they went by."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keeping, "FREE", math.inf)  # however busy the machine is
        yield ran(tmp_path_factory)


def ran(tmp_path_factory) -> tuple[str, Path, dict[float, dict[str, Tensor]]]:
    folder = tmp_path_factory.mktemp("trained")
    source = written(folder, GRAPH, epochs=6, batch_size=128, lr=0.05, seed=1)
    experiment, known = load_experiment(source), dict[float, dict[str, Tensor]]()
    for event in record(fit(experiment), experiment, folder / "run"):
        if isinstance(event, (MomentReached, EpochEnded)):
            known[round(event.position, 6)] = dict(event.weights)
    return source, folder / "run", known


class Travelling(Looking):
    """Looks into a network with a run, its slider in front."""

    def __init__(self, seen: Looking, folder: Path) -> None:
        self.window, self.page, self._qtbot = seen.window, seen.page, seen._qtbot
        run = open_run(folder)
        run.state.best, run.state.latest = run.best_weights(), run.last_weights()
        self.page.document.run = Run(run.states, folder)
        self.travel = self.window.feature(TimeTravel)
        self.window.places.bottom.bring(self.travel.tab)
        self.window.refresh()
        self.settle()

    @property
    def slider(self) -> TravelPage:
        assert self.travel.panel is not None and self.travel.panel.isVisible()
        return self.travel.panel

    @property
    def at(self) -> float:
        """Where the handle is."""
        return self.slider.plot.moments.now

    def click_at(self, position: float) -> None:
        """A place in the plot."""
        plot = self.slider.plot
        QTest.mouseClick(plot.viewport(), LEFT, NONE, QPoint(round(plot.x_of(position)), round(plot.area.center().y())))
        self.settle()

    def press_key(self, key: Qt.Key) -> None:
        self.slider.plot.setFocus()
        QTest.keyClick(self.slider.plot, key)
        self.settle()

    def outputs(self) -> dict[str, Tensor]:
        """Of every layer, as it was seen."""
        assert self.now.seen is not None
        return dict(self.now.seen.look.outputs)

    def expect(self, weights: dict[str, Tensor]) -> None:
        """Everything that is seen is what a new network with these weights gives for the same sample."""
        assert self.now.seen is not None
        lens = Lens(self.page.document.experiment, weights)
        for place, output in lens.look(self.now.seen.look.x).outputs.items():
            assert torch.equal(output, self.outputs()[place]), place
        shown = self.now.seen.lens.module.state_dict()
        assert all(torch.equal(shown[key], value) for key, value in weights.items())


@pytest.fixture
def go(shared_window, qtbot, trained) -> Iterator[Callable[[], Travelling]]:
    held = []

    def go(folder: Path | None = None) -> Travelling:
        held.append(looking(shared_window, qtbot, trained[0]))
        return Travelling(held[-1].__enter__(), folder or trained[1])

    yield go
    for each in held:
        each.__exit__(None, None, None)


def test_every_moment_shows_what_the_weights_of_then_give(go, trained):
    seen, known = go(), trained[2]
    assert seen.slider.plot.moments.stops == tuple(sorted(known)) and len(known) > 9
    seen.press_key(Qt.Key.Key_Home)
    for position in sorted(known):
        assert seen.at == position
        seen.expect(known[position])
        seen.press_key(Qt.Key.Key_Right)
    for position in (3.0, 0.0, 5.0):
        seen.click_at(position)
        seen.expect(known[position])


def test_menu_and_slider_agree(go, trained):
    seen = go()
    best = seen.page.document.run.state.best_epoch
    weights = seen.window.feature(Probing).weights
    assert weights.currentData() == "best" and seen.at == best and "· best" in seen.slider.plot.moments.words
    seen.click_at(2.0)
    assert weights.currentText() == "Epoch 2" and seen.at == 2.0
    assert seen.slider.plot.moments.words == "Epoch 2: everything above shows this moment"
    weights.chosen.emit("best")
    seen.settle()
    assert seen.at == best
    seen.press_key(Qt.Key.Key_Home)
    seen.press_key(Qt.Key.Key_End)
    assert weights.currentData() == "latest" and seen.at == 6.0
    seen.press_key(Qt.Key.Key_Home)
    assert weights.currentText() == "Before the first step" and seen.at == 0.0
    weights.chosen.emit("initial")
    seen.settle()
    assert seen.at != seen.at and "no moment of this run" in seen.slider.plot.moments.words
    seen.press_key(Qt.Key.Key_Right)
    assert seen.at == 0.0


def test_what_is_in_hand_has_words_and_a_key_that_stay(go, trained):
    seen = go()
    inside, document = seen.window.feature(Inside), seen.page.document
    seen.click_at(3.0)
    held = inside.in_hand(seen.now)
    assert held.key == (str(trained[1]), 3.0) and message_text(held.words) == "epoch 3"
    assert inside.in_hand(seen.now).weights is held.weights, "the same object: nothing is computed again"
    best = in_hand(document, "best")
    assert best.key == (str(trained[1]), float(document.run.state.best_epoch))
    part = seen.slider.plot.moments.stops[2]
    seen.click_at(part)
    assert message_text(inside.in_hand(seen.now).words).endswith("% of epoch 1")


def test_it_plays_to_the_end_and_holds(go):
    seen = go()
    seen.press_key(Qt.Key.Key_Home)
    been, inside = [seen.at], seen.window.feature(Inside)

    def note(_inside: object) -> None:
        been.append(seen.at)

    inside.looked.connect(note)
    QTest.keyClick(seen.slider.plot, Qt.Key.Key_Space)
    assert seen.slider.play.text() == "Pause"
    seen._qtbot.waitUntil(lambda: seen.slider.play.text() == "Play", timeout=20_000)
    inside.looked.disconnect(note)
    stops = seen.slider.plot.moments.stops
    assert seen.at == stops[-1] and list(dict.fromkeys(been)) == list(stops), "each is seen, in order"
    QTest.mouseClick(seen.slider.play, LEFT)  # at the end it begins again
    assert seen.slider.play.text() == "Pause" and seen.at == stops[0]
    seen.click_at(2.0)
    assert seen.slider.play.text() == "Play" and seen.at == 2.0, "whoever takes the handle holds it"


def test_keys_work_wherever_the_keyboard_is(go):
    seen = go()
    seen.page.view.setFocus()
    seen.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.AltModifier)
    before = seen.at
    seen.key(Qt.Key.Key_Period, Qt.KeyboardModifier.AltModifier)
    stops = seen.slider.plot.moments.stops
    assert stops.index(seen.at) == stops.index(before) + 1
    seen.key(Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    assert seen.slider.plot.moments.pinned == seen.at
    seen.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert seen.slider.play.text() == "Pause"
    seen.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert seen.slider.play.text() == "Play"


def test_two_moments_lie_side_by_side(go, trained):
    seen, known = go(), trained[2]
    seen.click_at(1.0)
    QTest.mouseClick(seen.slider.pin, LEFT)
    seen.settle()
    seen.click_at(5.0)
    assert (seen.slider.plot.moments.pinned, seen.at) == (1.0, 5.0)
    seen.expect(known[5.0])
    other = Lens(seen.page.document.experiment, known[1.0]).look(seen.now.seen.look.x)
    assert all(torch.equal(seen.now.seen.other.outputs[place], output) for place, output in other.outputs.items())
    for row in seen.slider.list.layers.rows:
        keys = [key for key in known[1.0] if key.startswith(f"{row.name}.") and key.endswith(("weight", "bias"))]
        before, after = (torch.cat([known[at][key].flatten().double() for key in keys]) for at in (1.0, 5.0))
        assert row.share == pytest.approx(float((after - before).norm() / before.norm()), rel=1e-9)
    assert [row.name for row in seen.slider.list.layers.rows] == ["linear1", "batchnorm1d1", "linear2"]
    assert seen.slider.head.text() == "Weights moved since A, epoch 1"
    assert " before" in seen.answer(), "both answers"
    side = seen.panel.maps.side
    assert [side.buttons[id].text() for id in ("this", "other", "difference")] == ["Epoch 5", "Epoch 1", "Difference"]
    two = seen.window.feature(TwoSamples)
    seen.window.places.bottom.bring(two.tab)
    seen.settle()
    assert two.table.header.text() == "A: epoch 1  ·  B: epoch 5" and len(two.table.rows) == 6
    assert (two.table.rows[-1].first == other.answer[0].numpy()).all()
    seen.window.places.bottom.bring(seen.travel.tab)
    QTest.mouseClick(seen.slider.pin, LEFT)
    seen.settle()
    assert seen.now.seen.other is None and not seen.slider.beside.isVisible() and " before" not in seen.answer()
    assert side.buttons["other"].text() == "Other"


def test_without_a_run_it_says_what_to_do(shared_window, qtbot, trained):
    with looking(shared_window, qtbot, trained[0]) as seen:
        travel = shared_window.feature(TimeTravel)
        shared_window.places.bottom.bring(travel.tab)
        QApplication.processEvents()
        assert travel.panel.empty.isVisible() and travel.panel.empty.text().startswith("Train the network")
        seen.page.view.setFocus()
        seen.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
        assert "train the network first" in seen.page.notice.text.text()


def test_an_older_run_has_its_best_and_its_last(go, trained, tmp_path):
    folder = Path(shutil.copytree(trained[1], tmp_path / "old"))
    shutil.rmtree(folder / MOMENTS)
    seen = go(folder)
    best = float(seen.page.document.run.state.best_epoch)
    assert seen.slider.plot.moments.stops == tuple(sorted({best, 6.0}))
    seen.press_key(Qt.Key.Key_End)
    seen.expect(trained[2][6.0])


def test_a_damaged_moment_is_a_sentence_and_the_others_are_seen(go, trained, tmp_path):
    folder = Path(shutil.copytree(trained[1], tmp_path / "damaged"))
    path = sorted((folder / MOMENTS).iterdir())[-2]
    path.write_bytes(path.read_bytes()[:-40])
    seen = go(folder)
    seen.click_at(5.0)
    assert seen.now.seen is None and "it is damaged" in str(seen.now.wrong)
    seen.click_at(4.0)
    seen.expect(trained[2][4.0])


def test_while_it_trains_the_range_grows_and_the_end_is_followed(shared_window, qtbot, tmp_path):
    with looking(shared_window, qtbot, written(tmp_path, GRAPH, epochs=500, batch_size=8)) as seen:
        travel, training = shared_window.feature(TimeTravel), shared_window.feature(Training)
        shared_window.places.bottom.bring(travel.tab)
        shared_window.commands["train"].trigger()
        shared_window.commands["workspace_inside"].trigger()
        shared_window.places.bottom.bring(travel.tab)
        qtbot.waitUntil(lambda: travel.line is not None and len(travel.line.stops) > 6, timeout=TRAIN_MS)
        travel.go(1e9)
        first = travel.panel.plot.moments.now
        qtbot.waitUntil(lambda: travel.panel.plot.moments.now > first + 2, timeout=TRAIN_MS)
        assert travel.panel.plot.moments.is_at_end
        stop = travel.panel.plot.moments.stops[3]
        travel.go(stop)
        before = travel.panel.plot.moments.stops[-1]
        qtbot.waitUntil(lambda: travel.panel.plot.moments.stops[-1] > before + 2, timeout=TRAIN_MS)
        assert travel.panel.plot.moments.now == stop, "whoever looks back is left there"
        shared_window.commands["stop"].trigger()
        qtbot.waitUntil(lambda: training.trainer.state == "idle", timeout=TRAIN_MS)
        seen.settle()


