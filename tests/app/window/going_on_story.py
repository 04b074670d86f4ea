"""Train, steer, pause, be killed; open again, continue, change the network, continue, replay: in a real window.

Run twice by test_story.py, and killed the first time. What is on the screen is kept as pictures.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import load_experiment, save_experiment
from engine.graph.edits import with_layers
from engine.runs.folder import About, record
from engine.runs.naming import run_folders
from engine.runs.opened import open_run
from engine.runs.replaying import differences, replay_of
from tests.app.window.hands import OUT, button, click, hands, middle, picture, until
from widgets.fields.editors import LineEditor

AGAIN = "again" in sys.argv[2:]
NETWORK = OUT / "net.loom"


def opened() -> MainWindow:
    """The program with the network's file; the second time as whoever was killed finds it."""
    settings = Settings(OUT / "settings")
    settings.theme = "light" if AGAIN else "dark"
    window = make_window(settings)
    window.resize(1280 if AGAIN else 1600, 720 if AGAIN else 960)
    window.open_at_start([str(NETWORK)])
    window.move(0, 0)
    window.show()
    until(lambda: window.is_ready, "the window is ready")
    window.activateWindow()
    return window


def state() -> str:
    return window.feature(Training).trainer.state


def position() -> float:
    run = document.run
    return run.state.points[-1].position if run is not None and run.state.points else 0.0


def typed(name: str, text: str) -> None:
    """Into a field of the recipe, with Enter."""
    field = next(field for field in window.feature(Curves).recipe.findChildren(LineEditor)
                 if field.accessibleName() == name)
    click(middle(field))
    hands("key ctrl+a", f"type {text}", "key Return")


def replayed(folder: Path) -> None:
    """The run is made again from its record."""
    replay = replay_of(folder)
    into = folder.with_name(f"{folder.name}-again")
    for _ in record(replay.events(), replay.experiment, into, about=About(replay.weights)):
        pass
    found = differences(folder, into)
    assert not found, f"the replay of {folder} differs: {', '.join(map(str, found))}"


if not AGAIN:
    base = load_experiment("gallery:lenet-digits")
    recipe = base.recipe.with_options(epochs=60, batch_size=32, lr=0.004, optimizer="adam")
    save_experiment(replace(base, recipe=recipe), NETWORK)

app = QApplication(sys.argv[:1])
window = opened()
document = window.page.document
top = window.places.top

if not AGAIN:
    hands("key ctrl+2")
    until(lambda: window.places.stage.workspace == "train", "the rooms stand for training")
    click(middle(top.train))
    until(lambda: position() > 3, "it trains")
    typed("Learning rate", "0.002")
    until(lambda: document.run.state.changes, "it is steered by hand")
    click(middle(top.train))
    until(lambda: state() == "paused", "it is paused")
    picture(window, "paused")
    QTest.qWait(QApplication.doubleClickInterval())  # or it would be half of a double click
    click(middle(top.train))
    until(lambda: state() == "running", "it goes on")
    reached = position()
    until(lambda: position() > reached + 2.5, "it has learned more")
    picture(window, "steered")
    print("now it may be killed", flush=True)
    until(lambda: False, "nobody has killed it")

until(lambda: "was left in epoch" in window.page.notice.text.text() or "was left after epoch" in
      window.page.notice.text.text(), "that a run was left is said")
picture(window, "again")
click(button("Continue", window.page.notice))
until(lambda: state() == "running", "it goes on where it was left")
until(lambda: position() > 3 and len(document.run.state.changes) == 1, "what was steered is so again")
assert len(run_folders([OUT / "settings" / "runs"])) == 1, "it is the same run"
click(middle(top.stop))
until(lambda: state() == "idle", "it is stopped")
document.edit("Fewer epochs", replace(document.experiment, recipe=document.experiment.recipe.with_options(
    epochs=int(position()) + 3, lr=0.002)))
QTest.qWait(QApplication.doubleClickInterval())  # it stands where Stop was
click(middle(top.go_on))
until(lambda: state() != "idle", "as another recipe says it is a new run")
until(lambda: state() == "idle", "which comes to its end")
picture(window, "ended")
first = document.run.folder
assert open_run(first).has_ended and [row.epoch for row in open_run(first).state.epochs] == list(
    range(1, document.experiment.recipe.epochs + 1))
wider = document.experiment.graph.nodes["fc2"].layer.with_options(out_features=60)
document.edit_graph("Narrower", with_layers(document.experiment.graph, {"fc2": wider}))
until(lambda: top.go_on.isVisible(), "the network is another, and can go on")
picture(window, "changed")
QTest.qWait(QApplication.doubleClickInterval())  # it has just come under the mouse
click(middle(top.go_on))
until(lambda: state() != "idle", "it begins with the weights that fit")
until(lambda: state() == "idle", "and comes to its end, too")
picture(window, "changed and trained")
second = document.run.folder
assert second != first and open_run(second).has_ended
for folder in (first, second):
    replayed(folder)
print("both runs are replayed, bit for bit")
document.history.mark_clean()
window.close()
print("the story ends well")
