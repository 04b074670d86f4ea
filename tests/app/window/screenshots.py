"""Makes the README's pictures: the real window in both themes, after training the default network.

    xvfb-run -s "-screen 0 1600x1000x24" .venv/bin/python tests/app/window/screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtWidgets import QApplication, QScrollArea

from app.features.doctor import Doctor
from app.features.documents import Documents
from app.features.evaluation_tabs import EvaluationTabs
from app.features.inside import Inside
from app.features.layer_in_hand import LayerInHand
from app.features.masking import Masking
from app.features.probing import Probing
from app.features.run_book import RunBook
from app.features.run_table import RunTable
from app.features.small_experiments import SmallExperiments
from app.features.sweeping import Sweeping
from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.blocks.replacing import replaced
from engine.experiment.experiment import DEFAULT
from engine.layers.activation import ReLU, Sigmoid
from widgets.sweep.values import SweepWish

OUT = Path(__file__).parents[3] / "resources" / "screenshots"
SIZE = (1600, 1000)


def until(true: Callable[[], bool]) -> None:
    """Let the program run until something is so."""
    while not true():
        QApplication.processEvents()
        time.sleep(0.005)


def pause(seconds: float) -> None:
    """Let the program run for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def steer(window: MainWindow) -> None:
    """The Train workspace in the middle of a run, whose rate was changed by hand; it holds there."""
    document = window.page.document

    def position() -> float:
        return document.run.state.points[-1].position if document.run.state.points else 0.0

    def with_recipe(**options: object) -> None:
        document.edit("Recipe", replace(document.experiment, recipe=document.experiment.recipe.with_options(**options)))

    with_recipe(epochs=16, schedule="cosine", warmup=1)
    window.commands["workspace_train"].trigger()
    window.feature(Training).train()
    until(lambda: document.run is not None and position() > 5)
    with_recipe(lr=document.experiment.recipe.lr * 0.6)
    until(lambda: position() > 10)
    window.commands["pause"].trigger()
    until(lambda: window.feature(Training).trainer.state == "paused")
    pause(1)


def judge(window: MainWindow) -> None:
    """The confusion matrix below the network that made it."""
    tabs = window.feature(EvaluationTabs)
    window.commands["evaluate"].trigger()
    until(lambda: tabs.confusion is not None and tabs.confusion.evaluation is not None)


def sick(window: MainWindow) -> None:
    """A network whose steps were too large: what the doctor found, and the health of its layers."""
    window.feature(Documents).open(DEFAULT)
    document = window.page.document
    sigmoids = [name for name, node in document.graph.nodes.items() if isinstance(node.layer, Sigmoid)]
    document.edit("Sick", replace(document.experiment, graph=replaced(document.graph, sigmoids, ReLU())[0],
                                  recipe=document.experiment.recipe.with_options(lr=3.0, epochs=6)))
    window.commands["workspace_train"].trigger()
    window.feature(Training).train()
    until(lambda: window.feature(Training).trainer.state == "idle")
    window.page.notice.clear()
    window.commands["health"].trigger()
    section = window.feature(Doctor)._section
    until(lambda: section is not None and bool(section.cards))
    parent = section.parentWidget()
    while not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    parent.ensureWidgetVisible(section)
    pause(1)


def several(window: MainWindow) -> None:
    """Runs of the network, as one makes them: one thing is changed, then the next; three seeds of the best."""
    document = window.page.document
    base = document.experiment
    changes = ({"batch_size": 64}, {"lr": 0.01}, {"lr": 0.01, "seed": 1}, {"lr": 0.01, "seed": 2},
               {"lr": 0.01, "optimizer": "adamw", "weight_decay": 0.01})
    for options in changes:
        recipe = base.recipe.with_options(**{"epochs": 16, "schedule": "constant", "warmup": 0, **options})
        document.edit("Recipe", replace(base, recipe=recipe))
        window.feature(Training).train()
        until(lambda: window.feature(Training).trainer.state == "idle")
    table = window.feature(RunTable)
    window.places.bottom.bring(table.tab)
    until(lambda: len(window.feature(RunBook).book) >= len(changes) + 2)
    pause(1)
    table.select(table.keys)
    pause(1)


def race(window: MainWindow) -> None:
    """A sweep over two fields, to its end."""
    sweeping = window.feature(Sweeping)
    sweeping.bring()
    sweeping.start(SweepWish((("lr", "0.001, 0.003, 0.01, 0.03"), ("batch_size", "16, 32, 64")), halving=True))
    until(lambda: not sweeping.is_going)
    window.page.notice.clear()
    pause(1)


def look(window: MainWindow) -> None:
    """An example in hand, and one unit of a layer."""
    window.page.notice.clear()
    window.commands["workspace_inside"].trigger()
    inside = window.feature(Inside)
    until(lambda: inside.now is not None and inside.now.seen is not None)
    window.feature(Probing).hold_example("validation", 2)
    window.page.scene.select(["conv2"])
    inside.choose("conv2", (3, 4, 5))
    experiments = window.feature(SmallExperiments)
    experiments.bring()
    until(lambda: experiments.view is not None and bool(experiments.view.cards))
    experiments.view.asked.emit("equal-start")
    until(lambda: experiments.view.finding("equal-start") is not None and not inside.is_busy)
    window.page.view.show_from_top()


def every_channel_masked(window: MainWindow) -> None:
    """The arithmetic of the unit, and the heat of the layers that count most."""
    panel, masking = window.feature(LayerInHand).panel, window.feature(Masking)
    assert panel is not None
    panel.show_page("steps")
    window.commands["mask_all"].trigger()
    until(lambda: window.feature(Inside).is_busy is False and bool(masking._masks[window.page].layers))
    until(lambda: all(layer.is_over for layer in masking._masks[window.page].layers.values()))


def grab(window: MainWindow, name: str, looks: Sequence[str] = ()) -> None:
    """In both themes."""
    for number, theme in enumerate(("dark", "light")):
        window.commands[f"theme_{theme}"].trigger()
        if looks:
            window.feature(Sweeping).view.show_look(looks[number])
        pause(0.5)
        window.grab().save(str(OUT / f"{name}{theme}.png"))


def main() -> None:
    app = QApplication(sys.argv[:1])
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(Settings(Path(folder)))
        window.resize(*SIZE)
        window.open_at_start([DEFAULT])
        window.show()
        until(lambda: window.is_ready)
        window.page.scene.select(["conv1"])
        window.feature(Training).train()
        until(lambda: window.feature(Training).trainer.state == "idle")
        grab(window, "")
        look(window)
        grab(window, "inside-")
        judge(window)
        grab(window, "judge-")
        every_channel_masked(window)
        grab(window, "inside-steps-")
        window.page.scene.select(["conv1"])
        steer(window)
        grab(window, "train-")
        window.commands["stop"].trigger()
        until(lambda: window.feature(Training).trainer.state == "idle")
        several(window)
        grab(window, "runs-")
        race(window)
        grab(window, "sweep-", ("race", "fields"))
        sick(window)
        grab(window, "doctor-")
        for page in window.pages:
            page.document.history.mark_clean()
        window.close()
    app.processEvents()


if __name__ == "__main__":
    main()
