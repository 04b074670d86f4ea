"""A sick network, as somebody meets it: its finding is read and cured, runs are compared, a mistake is opened and
excluded, and its epochs are gone through.

Run by hand, on a display of its own: ``xvfb-run -s "-screen 0 2560x1440x24" python tests/app/window/judging_story.py
FOLDER [light] [1280x720]``. What is on the screen is kept as pictures in the folder.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QWidget

from app.features.doctor import Doctor
from app.features.evaluation_tabs import EvaluationTabs
from app.features.health import Health
from app.features.inside import Inside
from app.features.run_table import RunTable
from app.features.training import Training
from app.features.travel import TimeTravel
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.blocks.replacing import replaced
from engine.experiment.experiment import load_experiment, save_experiment
from engine.layers.activation import ReLU, Sigmoid
from tests.app.window import hands as hand
from tests.app.window.hands import OUT, button, click, hands, middle, until

LIGHT = "light" in sys.argv[2:]
SIZE = next((tuple(map(int, word.split("x"))) for word in sys.argv[2:] if re.fullmatch(r"\d+x\d+", word)), (1600, 1000))
NETWORK, EPOCHS = OUT / "sick.loom", 6


def opened() -> MainWindow:
    """The program with the network's file."""
    settings = Settings(OUT / "settings")
    settings.theme = "light" if LIGHT else "dark"
    window = make_window(settings)
    window.resize(*SIZE)
    window.open_at_start([str(NETWORK)])
    window.move(0, 0)
    window.show()
    until(lambda: window.is_ready, "the window is ready")
    window.activateWindow()
    return window


def picture(name: str) -> None:
    """What is on the screen now, after whatever still moves."""
    QTest.qWait(400)
    hand.picture(window, name)


def press(at: QPoint) -> None:
    """A click, so long after the last one that it is no double click."""
    QTest.qWait(QApplication.doubleClickInterval() + 50)
    click(at)


def in_sight(widget: QWidget) -> QWidget:
    """Scrolled to where it can be clicked."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if parent is not None:
        parent.ensureWidgetVisible(widget)
        QApplication.processEvents()
    return widget


def dismiss() -> None:
    """What was said has been read."""
    while window.page.notice.isVisible():
        press(button("Close", window.page.notice))
        QApplication.processEvents()


def bring(title: str) -> None:
    """A click on a tab of the bottom panel."""
    bar = window.places.bottom.tabBar()
    index = next(index for index in range(bar.count()) if bar.tabText(index).startswith(title))
    press(bar.mapToGlobal(bar.tabRect(index).center()))
    until(lambda: bar.currentIndex() == index, f"{title} is in front")


def ended() -> bool:
    return trainer.state == "idle" and window.page.document.run is not None


def entry(menu: QMenu, *path: str) -> QAction:
    """An entry of a menu that is open."""
    found = next(action for action in menu.actions() if action.text() == path[0])
    return found if len(path) == 1 else entry(found.menu(), *path[1:])


os.chdir(OUT)
os.environ["XDG_DATA_HOME"] = str(OUT / "home")
base = replace(load_experiment("gallery:lenet-digits"), variants=())
sigmoids = [name for name, node in base.graph.nodes.items() if isinstance(node.layer, Sigmoid)]
save_experiment(replace(base, graph=replaced(base.graph, sigmoids, ReLU())[0],
                        recipe=base.recipe.with_options(epochs=EPOCHS, batch_size=32, lr=3.0)), NETWORK)
app = QApplication(sys.argv[:1])
window = opened()
trainer, doctor = window.feature(Training).trainer, window.feature(Doctor)

# -- a sick network, and its cure --------------------------------------------------------------------------------------

hands("key ctrl+2")
until(lambda: window.places.stage.workspace == "train", "the rooms stand for training")
press(middle(window.places.top.train))
until(lambda: bool(doctor.findings_of(window.page)), "something ails it")
until(ended, "and the run comes to its end")
sick = window.page.document.run.state.summary.validation.accuracy
print("sick:", round(sick, 3), [remark.kind for remark in doctor.findings_of(window.page)], flush=True)
dismiss()
section = doctor._section
until(lambda: bool(section.cards) and section.cards[0].isVisible(), "its finding is read beside the curves")
in_sight(section)
picture("01-sick")
bring("Health")
health = window.feature(Health)
until(lambda: health.page is not None, "every layer over time")
picture("02-health")
links = [link for card in section.cards for link in card.links if "Learning rate" in link.text()]
assert links, [link.text() for card in section.cards for link in card.links]
words = links[0].text()
at = middle(in_sight(links[0]))
hands(f"mousemove {at.x() - 4} {at.y()}", f"mousemove {at.x()} {at.y()}")
picture("03-pointed-at")
press(middle(in_sight(links[0])))
until(lambda: window.page.document.experiment.recipe.lr < 0.1, "the cure is one edit")
print("cure:", words, window.page.document.experiment.recipe.lr, flush=True)
again = next(link for card in section.cards for link in card.links if "Start again" in link.text())
press(middle(in_sight(again)))
until(lambda: trainer.state != "idle", "it starts again")
until(lambda: trainer.state == "idle", "and comes to its end")
well = window.page.document.run.state.summary.validation.accuracy
print("well:", round(well, 3), [remark.kind for remark in doctor.findings_of(window.page)], flush=True)
assert well > 0.85 and well > sick + 0.5
dismiss()
in_sight(section)
picture("04-cured")

# -- compared ----------------------------------------------------------------------------------------------------------

bring("Runs")
table = window.feature(RunTable).table
until(lambda: table is not None and table.model.rowCount() == 2, "two runs")
box = table.tree.visualRect(table.model.index(0, 0))
press(table.tree.viewport().mapToGlobal(QPoint(200, box.center().y())))
hands("key ctrl+a")
until(lambda: len(window.feature(RunTable).chosen_rows) == 2, "both are chosen")
bring("Compare")
QTest.qWait(600)
picture("05-compared")

# -- its mistakes ------------------------------------------------------------------------------------------------------

hands("key ctrl+3")
until(lambda: window.places.stage.workspace == "inside", "the rooms stand for looking inside")
inside, tabs = window.feature(Inside), window.feature(EvaluationTabs)
until(lambda: inside.now is not None and inside.now.seen is not None, "something is seen")
bring("Confusion")
until(lambda: tabs.confusion is not None and tabs._shown is not None, "the confusion matrix")
evaluation = tabs._shown.evaluation
confusion = evaluation.confusion
assert int(confusion.sum()) == evaluation.examples
true, called = max((int(confusion[i, j]), i, j) for i in range(10) for j in range(10) if i != j)[1:]
picture("06-confusion")
matrix = tabs.confusion.matrix
press(matrix.mapToGlobal(matrix.places.place(true, called).center().toPoint()))
until(lambda: tabs.mistakes is not None and tabs.mistakes.isVisible(), "a cell opens its pictures")
wall = tabs.mistakes.wall
until(lambda: bool(wall.numbers) and wall.example(0) is not None, "they are there")
assert all((evaluation.true[number], evaluation.predicted[number]) == (true, called) for number in wall.numbers)
picture("07-cell")
press(wall.viewport().mapToGlobal(wall.place(0).center().toPoint()))
until(lambda: inside.now.seen is not None and inside.now.seen.true_class == true, "a mistake is looked into")
picture("08-mistake")
for number, title in enumerate(("Calibration", "Numbers"), 9):
    bring(title)
    picture(f"{number:02}-{title.lower()}")

# -- excluded ----------------------------------------------------------------------------------------------------------

bring("Mistakes")
until(lambda: wall.isVisible() and wall.example(0) is not None, "the mistakes again")
place = wall.viewport().mapToGlobal(wall.place(0).center().toPoint())
QTest.qWait(QApplication.doubleClickInterval() + 50)
hands(f"mousemove {place.x()} {place.y()}", "click 3")
until(lambda: tabs.menu is not None and tabs.menu.isVisible(), "a menu")
picture("11-menu")
menu = tabs.menu
press(menu.mapToGlobal(menu.actionGeometry(entry(menu, "Exclude")).center()))
document = window.page.document
until(lambda: len(document.experiment.data.corrections) == 1, "the example is excluded")
until(lambda: tabs._shown is not None and tabs._shown.evaluation.examples == evaluation.examples - 1, "judged anew")
dismiss()
picture("12-excluded")
hands("key ctrl+z")
until(lambda: not document.experiment.data.corrections, "undo brings it back")

# -- back in time ------------------------------------------------------------------------------------------------------

bring("Time travel")
travel = window.feature(TimeTravel)
until(lambda: travel.panel is not None and travel.panel.isVisible(), "the curves are a slider")
plot = travel.panel.plot
plot.setFocus(Qt.FocusReason.MouseFocusReason)
hands("key Home")
until(lambda: inside.now.seen is not None and not inside.is_busy, "before the first step")
first = tuple(guess.probability for guess in inside.now.seen.guesses)
picture("13-begin")
hands("key End")
until(lambda: not inside.is_busy and tuple(guess.probability for guess in inside.now.seen.guesses) != first, "the end")
picture("14-end")
for page in window.pages:
    page.document.history.mark_clean()
window.close()
until(lambda: not window.isVisible(), "the window closes")
print("the story ends well", flush=True)
