"""Time travel: how much room a hundred epochs take, what keeping them costs, and how fast a step of the slider is."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from torch import Tensor

from app.document.document import Run
from app.features.inside import Inside
from app.features.travel import TimeTravel
from app.gui import make_window
from app.window.leaving import wait_for_left
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment, load_experiment
from engine.network.weights import initial_module
from engine.runs.folder import record
from engine.runs.moments.keeping import Keeper
from engine.runs.moments.kept import Moments
from engine.runs.opened import open_run
from engine.training import fit
from engine.training.events import EpochEnded, MomentReached
from tests.benchmarks.targets import Figures

EPOCHS, STEPS = 100, 40
State = dict[str, Tensor]


def main() -> int:
    """All figures."""
    figures = Figures("Time travel: a hundred epochs of LeNet on the digits, then a person at the slider")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        experiment = load_experiment("gallery:lenet-digits")
        experiment = Experiment(experiment.graph, experiment.data, experiment.recipe.with_options(
            epochs=EPOCHS, batch_size=256, optimizer="adam", lr=0.003))
        kept(figures, experiment, folder)
        large(figures, Path(place) / "large")
        slider(figures, experiment, folder, Path(place))
    return figures.status()


def kept(figures: Figures, experiment: Experiment, folder: Path) -> None:
    """Train once, and look at what was kept."""
    known, costs, began = dict[float, State](), list[float](), time.perf_counter()
    plain = Keeper.keep

    def timed(self: Keeper, position: float, weights: State) -> None:
        start = time.perf_counter()
        plain(self, position, weights)
        costs.append(time.perf_counter() - start)

    Keeper.keep = timed  # type: ignore[method-assign, assignment]
    for event in record(fit(experiment), experiment, folder):
        if isinstance(event, (MomentReached, EpochEnded)):
            known[round(event.position, 6)] = dict(event.weights)
    Keeper.keep = plain  # type: ignore[method-assign]
    whole, moments = time.perf_counter() - began, Moments(folder / "moments", cache=0)
    raw = sum(value.nbytes for value in known[0.0].values())
    wrong = sum(not torch.equal(value, known[at][key]) for at in moments for key, value in moments.weights(at).items())
    figures.add(f"room of {EPOCHS} epochs, as often as the weights", moments.size / raw, "×", below=12)
    figures.add("moments in it", len(moments), "", above=12)
    figures.add("tensors that are not what they were", wrong, "", below=1)
    figures.add("keeping one", [1000 * cost for cost in costs])
    figures.add("keeping, of the whole time of small data", 100 * sum(costs) / whole, "%", below=5)


def large(figures: Figures, folder: Path) -> None:
    """A network of ResNet-18's size, as it learns."""
    experiment = load_experiment("gallery:resnet18")
    state: State = dict(initial_module(experiment).state_dict())
    generator, costs, keeper = torch.Generator().manual_seed(0), list[float](), Keeper(folder)
    keeper.has_time = lambda: True  # type: ignore[method-assign]
    for at in range(20):
        start = time.perf_counter()
        keeper.keep(at, state)
        costs.append(time.perf_counter() - start)
        state = {key: value + 0.001 * torch.randn(value.shape, generator=generator) if value.is_floating_point() else
                 value + 1 for key, value in state.items()}
    raw = sum(value.nbytes for value in state.values())
    figures.add(f"keeping one of {raw / 1e6:.0f} MB", [1000 * cost for cost in costs])
    figures.add("its room", Moments(folder).size / raw, "×", below=12)


def slider(figures: Figures, experiment: Experiment, folder: Path, place: Path) -> None:
    """From the mouse to all that is shown, for moments in any order and one after the other."""
    from engine.experiment.experiment import save_experiment

    save_experiment(experiment, place / "lenet.loom")
    app = QApplication.instance() or QApplication([])
    window = make_window(Settings(place / "home"))
    window.resize(1600, 1000)
    window.open_at_start([str(place / "lenet.loom")])
    window.show()
    wait(lambda: window.is_ready)
    run = open_run(folder)
    run.state.best, run.state.latest = run.best_weights(), run.last_weights()
    assert window.page is not None
    window.page.document.run = Run(run.states, folder)
    window.commands["workspace_inside"].trigger()
    travel, inside = window.feature(TimeTravel), window.feature(Inside)
    window.places.bottom.bring(travel.tab)
    window.refresh()
    wait(lambda: inside.now is not None and inside.now.seen is not None and not inside.is_busy)
    pause(1.0)
    for page in ("maps", "kernels", "gradients"):
        inside.turn_to(page)
        wait(lambda: not inside.is_busy)
        pause(0.3)
        figures.add(f"a step in any order, {page} shown", steps(window, travel, inside), below=100)
    window.page.document.history.mark_clean()
    window.close()
    wait_for_left()
    del app


def steps(window: MainWindow, travel: TimeTravel, inside: Inside) -> list[float]:
    """Milliseconds from a click until the window has painted what was asked for."""
    assert travel.panel is not None
    plot, draw, found = travel.panel.plot, random.Random(0), list[float]()
    for _ in range(STEPS):
        stop = draw.choice([each for each in plot.moments.stops if each != plot.moments.now])
        seen, start = inside.now.seen if inside.now is not None else None, time.perf_counter()
        at = QPointF(plot.x_of(stop), plot.area.center().y())
        for kind, held in ((QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                           (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton)):
            QApplication.sendEvent(plot.viewport(), QMouseEvent(
                kind, at, plot.viewport().mapToGlobal(at), Qt.MouseButton.LeftButton, held,
                Qt.KeyboardModifier.NoModifier))
        wait(lambda seen=seen: inside.now is not None and inside.now.seen is not seen)  # type: ignore[misc]
        window.repaint()
        QApplication.sendPostedEvents()
        found.append(1000 * (time.perf_counter() - start))
        pause(0.1)
    return found


def wait(until: object, seconds: float = 60.0) -> None:
    """Let the window work until something is so."""
    end = time.perf_counter() + seconds
    while not until() and time.perf_counter() < end:  # type: ignore[operator]
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def pause(seconds: float) -> None:
    """Let it work so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
