"""Five runs, and what is made of them: overlaid, starred, noted, found, compared, swept, opened, deleted, exported.

Run by hand, on a display of its own: ``xvfb-run -s "-screen 0 1600x1000x24" python tests/app/window/runs_story.py
FOLDER [light]``. What is on the screen is kept as pictures in the folder.
"""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.run_table import RunTable
from app.features.sweeping import Sweeping
from app.features.training import Training
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import load_experiment, save_experiment
from tests.app.window.hands import OUT, answer_dialogs, button, click, double_click, hands, middle, picture, until
from widgets.runs.comparison import RunsComparison
from widgets.runs.rows import RunRow
from widgets.sweep.form import SweepForm
from widgets.sweep.values import SweepWish

LIGHT = "light" in sys.argv[2:]
NETWORK = OUT / "net.loom"
EPOCHS = 4


def opened() -> MainWindow:
    """The program with the network's file."""
    settings = Settings(OUT / "settings")
    settings.theme = "light" if LIGHT else "dark"
    window = make_window(settings)
    window.resize(1280 if LIGHT else 1600, 720 if LIGHT else 960)
    window.open_at_start([str(NETWORK)])
    window.move(0, 0)
    window.show()
    until(lambda: window.is_ready, "the window is ready")
    window.activateWindow()
    return window


def rows() -> dict[str, RunRow]:
    """The rows in sight, by name."""
    model = table.model
    found = (model.row_at(model.index(place, 0)) for place in range(model.rowCount()))
    return {row.title: row for row in found if row is not None}


def at(name: str, x: int = 0) -> QPoint:
    """Where a row is on the screen."""
    index = table.model.index_of(rows()[name].key)
    table.tree.scrollTo(index)
    QApplication.processEvents()
    box = table.tree.visualRect(index)
    return table.tree.viewport().mapToGlobal(QPoint(x or 300, box.center().y()))


def choose(*names: str) -> None:
    """Click on these, from the second on with Ctrl."""
    apart()
    click(at(names[0]))
    for name in names[1:]:
        hands("keydown ctrl")
        click(at(name))
        hands("keyup ctrl")


def apart() -> None:
    """So long after the last click that it is no double click."""
    QTest.qWait(QApplication.doubleClickInterval() + 50)


def train(**recipe: object) -> None:
    """With another recipe, to its end."""
    document = window.page.document
    if recipe:
        document.edit("recipe", replace(document.experiment, recipe=document.experiment.recipe.with_options(**recipe)))
    apart()
    click(middle(window.places.top.train))
    until(lambda: trainer.state != "idle", "a run begins")
    until(lambda: trainer.state == "idle", "and comes to its end")


def dismiss() -> None:
    """What was said has been read: it lies over the rows."""
    if window.page.notice.isVisible():
        apart()
        click(button("Close", window.page.notice))


def drawn() -> list[str]:
    plots = window.feature(Curves).plots
    assert plots is not None
    return sorted(other.told.title for other in plots.loss.others) if plots.is_settled else []


os.chdir(OUT)
os.environ["XDG_DATA_HOME"] = str(OUT / "home")
base = replace(load_experiment("gallery:lenet-digits"), variants=())
save_experiment(replace(base, recipe=base.recipe.with_options(epochs=EPOCHS, batch_size=64, lr=0.003)), NETWORK)
app = QApplication(sys.argv[:1])
window = opened()
trainer = window.feature(Training).trainer
hands("key ctrl+2")
until(lambda: window.places.stage.workspace == "train", "the rooms stand for training")
feature = window.feature(RunTable)
window.places.bottom.bring(feature.tab)
table = feature.table
assert table is not None
picture(window, "runs-none")

train()
train(lr=0.01)
train(lr=0.01, seed=1)
train(lr=0.01, seed=1, batch_size=256)
train(lr=0.003, seed=0, batch_size=64, optimizer="sgd")
until(lambda: list(rows()) == ["5", "4", "2 × 2 seeds", "1"], "five runs are four rows: two seeds are one")
until(lambda: all(row.changed for row in rows().values()), "what each has changed is told")
picture(window, "runs-five")

dismiss()
choose("4", "2 × 2 seeds", "1")
until(lambda: drawn() == ["1", "2 × 2 seeds", "4"], "what is selected lies behind the run in hand")
hands(f"mousemove {at('1').x()} {at('1').y()}")
picture(window, "runs-overlaid")

apart()
click(at("1"))
hands("key space")
until(lambda: rows()["1"].star, "a star")
hands("key F2", "type --delay 20 before-anything", "key Return")
until(lambda: rows()["1"].note == "before-anything", "a note")
hands("type --delay 20 best>0.")
until(lambda: table.bar.line.text() == "best>0.", "what is typed is looked for")
hands("key ctrl+a", "type --delay 20 anything")
until(lambda: list(rows()) == ["1"], "the run is found by its note")
picture(window, "runs-found")
hands("key Escape")
until(lambda: len(rows()) == 4, "all are there again")

choose("4", "1")
window.commands["run_compare"].trigger()
page = next(iter(window.findChildren(RunsComparison)))
until(lambda: [run.name for run in page.model.runs] == ["4", "1"] and len(drawn()) == 2, "two are compared")
picture(window, "runs-compared")

window.commands["sweep"].trigger()
form = next(iter(window.findChildren(SweepForm)))
until(form.isVisible, "the tab that asks what to try")
form.show_wish(SweepWish((("lr", "0.001, 0.01"), ("batch_size", "32, 64"))))
form.changed.emit(form.wish())
until(lambda: form.plan.text().startswith("4 runs"), "it says how many runs that is")
picture(window, "sweep-planned")
click(middle(form.start))
sweeping = window.feature(Sweeping)
until(lambda: not sweeping.is_going and "The sweep has ended" in window.page.notice.text.text(), "four runs are tried")
dismiss()
picture(window, "sweep-raced")
sweeping.view.show_look("fields")
picture(window, "sweep-fields")

window.places.bottom.bring(feature.tab)
apart()
double_click(at("1"))
until(lambda: len(window.pages) == 2, "the exact canvas of the first run")
assert window.page.document.experiment.recipe.lr == 0.003 and window.page.document.run.best is not None
choose("4", "5")
until(lambda: drawn() == ["4", "5"], "the others lie behind it")
picture(window, "runs-canvas")

choose("5")
hands("key Delete")
until(lambda: "5" not in rows(), "it is deleted")
assert len(list((OUT / "home" / "Trash" / "files").iterdir())) == 1, "and lies in the bin"
picture(window, "runs-deleted")
dismiss()

answer_dialogs(OUT / "runs.csv")
choose("4", "2 × 2 seeds", "1")
window.commands["run_csv"].trigger()
until(lambda: (OUT / "runs.csv").exists(), "they are taken elsewhere")
with (OUT / "runs.csv").open() as file:
    assert len({row["run"] for row in csv.DictReader(file)}) == 4
picture(window, "runs-exported")
for page in window.pages:
    page.document.history.mark_clean()
window.close()
print("the story ends well")
