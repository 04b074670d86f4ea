"""“The first five minutes” of the README, step by step as they stand there: whoever has nothing else never gets stuck.

Run by test_story.py on a virtual display, with a real mouse and keyboard.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from app.features.training import Training
from engine.graph.graph import Edge
from tests.app.window.hands import (
    OUT,
    answer_dialogs,
    click,
    double_click,
    drag,
    hands,
    in_palette,
    middle,
    on_canvas,
    open_window,
    picture,
    until,
)
from widgets.canvas.cards.sizes import CARD_HEIGHT

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
STEPS = README.partition("## The first five minutes")[2].partition("\n## ")[0]


def told(*words: str) -> None:
    """What is done next stands in the README."""
    missing = [word for word in words if word not in " ".join(STEPS.split())]
    assert not missing, f"the README does not say: {missing}"


def card(name: str) -> QPointF:
    return scene.cards[name].pos() + QPointF(60, CARD_HEIGHT / 2)


def trains(epochs: int) -> bool:
    return document.run is not None and len(document.run.state.epochs) >= epochs


app = QApplication(sys.argv[:1])
window = open_window()
page = window.page
scene, document = page.scene, page.document
first = document.experiment.graph

told("Press **Train**.")
click(middle(window.places.top.train))
until(lambda: trains(1), "1: it trains, and epochs are judged")

told("Click `conv1`.", "`Enter` keeps it, `Ctrl+Z` takes it back")
click(on_canvas(window, card("conv1")))
until(lambda: scene.selected_names() == ["conv1"], "2: conv1 is selected")
kernel = next(line for line in window.places.inspector.findChildren(QLineEdit) if line.text() == "5")
click(kernel.mapToGlobal(kernel.rect().center()))
hands("key ctrl+a", "type 3")
until(lambda: any("→" in wire.pill_text() for wire in scene.wires.values()), "2: shapes show what they would become")
hands("key Return")
until(lambda: document.experiment.graph.nodes["conv1"].layer.kernel_size == 3, "2: Enter keeps it")
hands("key ctrl+z")
until(lambda: document.experiment.graph == first, "2: Ctrl+Z takes it back")

told("Drag **Linear** from the left onto the wire that leads from `pool2` up to `flatten`",
     "“Linear expects a flat input, got 16×5×5”", "Press **Insert Flatten** below it")
drag(in_palette(window, "Linear"), on_canvas(window, scene.wires[Edge("pool2", "flatten")].path.pointAtPercent(0.5)))
until(lambda: Edge("pool2", "fc4") in document.experiment.graph.edges, "3: it goes into the wire")
until(lambda: scene.cards["fc4"].face.problem.startswith("Linear expects a flat input, got 16×5×5"), "3: it says why")
picture(window, "3-wrong")
mend = scene.cards["fc4"].repair_button
click(on_canvas(window, mend.mapToScene(mend.boundingRect().center())))
until(lambda: Edge("flatten1", "fc4") in document.experiment.graph.edges, "3: one click mends it")
until(lambda: not any(problem.severity == "error" for problem in page.problems), "3: nothing forbids training")
until(lambda: scene.selected_names() == ["flatten1"], "3: what is new is selected")
picture(window, "3-mended")

told("Click `fc4` and double-click **ReLU** on the left", "`Shift+Delete`")
click(on_canvas(window, card("fc4")))
until(lambda: scene.selected_names() == ["fc4"], "4: fc4 is selected")
double_click(in_palette(window, "ReLU"))
until(lambda: any(edge.source == "fc4" and edge.target.startswith("act") for edge in document.experiment.graph.edges),
      "4: it goes behind it, wired")
told("`L` puts everything in order, `Home` shows it")
hands("key l")
until(lambda: all((item.x(), item.y()) == item.node.position for item in scene.cards.values()), "4: all is in order")
hands("key Home")
until(lambda: page.view.sees_all(), "4: Home shows everything")
told("Draw a wire from the dot below `conv1` to the dot above `pool1`", "takes the place")
drag(on_canvas(window, scene.cards["conv1"].out_point()), on_canvas(window, scene.cards["pool1"].in_point(0)))
until(lambda: Edge("conv1", "pool1") in document.experiment.graph.edges, "4: a wire takes the place of another")
hands("key ctrl+z")
until(lambda: Edge("act1", "pool1") in document.experiment.graph.edges, "4: Ctrl+Z takes it back")
picture(window, "4-drawn")

told("press **Train** again")
until(lambda: window.feature(Training).trainer.state == "idle", "5: the first run has ended")
before = document.run
click(middle(window.places.top.train))
until(lambda: document.run is not before and trains(1), "5: the new network trains")
assert document.run.drawn.graph == document.experiment.graph != first
until(lambda: window.feature(Training).trainer.state == "idle", "5: … to its end")

told("File → **Export best weights…**", "verified")
answer_dialogs(OUT / "best.safetensors")
window.commands["export_best"].trigger()
until(lambda: any("verified" in label.text() for label in page.notice.findChildren(QLabel)), "6: they are verified")
answer_dialogs(OUT / "mine.loom")
window.commands["save"].trigger()
until(lambda: not document.dirty, "it is saved")
window.close()
until(lambda: not window.isVisible(), "the window closes")
print("the story ends well", flush=True)
