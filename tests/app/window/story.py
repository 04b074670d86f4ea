"""The whole story in a real window: run by test_story.py on a virtual display, with a real mouse and keyboard.

Every step is what a person does; xdotool moves the X server's own pointer, so drag and drop is the real one.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtCore import QModelIndex, QPoint, QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QTreeView, QWidget

from app.features.training import Training
from app.gui import make_window
from app.window import dialogs
from app.window.settings import Settings
from engine.experiment.experiment import DEFAULT
from engine.graph.graph import Edge
from widgets.canvas.cards.sizes import CARD_HEIGHT

OUT = Path(sys.argv[1])
PATIENCE = 60.0


def until(true: Callable[[], object], what: str) -> None:
    """Let the program run until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        QApplication.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            picture("failed")
            raise SystemExit(f"waited in vain: {what}")
    print("ok:", what, flush=True)


def hands(*commands: str) -> None:
    """Move the real mouse, press real keys, while the program's own loop runs."""
    def act() -> None:
        for command in commands:
            subprocess.run(["xdotool", *command.split()], check=True)
            time.sleep(0.06)

    thread = threading.Thread(target=act)
    thread.start()
    while thread.is_alive():
        QApplication.processEvents()
        time.sleep(0.002)
    QApplication.processEvents()


def drag(start: QPoint, end: QPoint) -> None:
    middle = (start + end) / 2
    hands(f"mousemove {start.x()} {start.y()}", "mousedown 1", f"mousemove {start.x() + 6} {start.y() + 14}",
          f"mousemove {middle.x()} {middle.y()}", f"mousemove {end.x()} {end.y() - 3}",
          f"mousemove {end.x()} {end.y()}", "mouseup 1")


def click(point: QPoint) -> None:
    hands(f"mousemove {point.x()} {point.y()}", "click 1")


def picture(name: str) -> None:
    window.grab().save(str(OUT / f"{name}.png"))


def answer_dialogs(path: Path) -> None:
    """What the person chooses when a file dialog asks."""
    dialogs.save_path = lambda *_: path
    dialogs.open_paths = lambda *_: [path]


def on_canvas(point: QPointF) -> QPoint:
    view = window.page.view
    return view.viewport().mapToGlobal(view.mapFromScene(point))


def in_palette(title: str) -> QPoint:
    tree = window.places.palette.findChild(QTreeView)
    model = tree.model()
    for row in range(model.rowCount(QModelIndex())):
        category = model.index(row, 0)
        for child in range(model.rowCount(category)):
            index = model.index(child, 0, category)
            if index.data() == title:
                tree.scrollTo(index)
                QApplication.processEvents()
                return tree.viewport().mapToGlobal(tree.visualRect(index).center())
    raise SystemExit(f"{title} is not in the palette")


def button(text: str, inside: QWidget) -> QPoint:
    for found in inside.findChildren(QAbstractButton):
        if text in (found.text().strip(), found.accessibleName(), found.toolTip()) and found.isVisible():
            return found.mapToGlobal(found.rect().center())
    raise SystemExit(f"there is no button {text}")


app = QApplication(sys.argv[:1])
settings = Settings(OUT / "settings")
settings.theme = "dark"
window = make_window(settings)
window.resize(1500, 950)
window.open_at_start([DEFAULT])
window.move(0, 0)
window.show()
until(lambda: window.is_ready, "the window opens and gets ready to train")
window.activateWindow()
scene, document = window.page.scene, window.page.document
first = document.experiment.graph
picture("1-open")

# Drag a layer in, wire it, see why it is wrong, repair it.
beside = scene.cards["pool2"].pos() + QPointF(420, 40)
drag(in_palette("Linear"), on_canvas(beside))
until(lambda: "fc4" in scene.cards, "a layer is dragged in from the palette")
drag(on_canvas(scene.cards["pool2"].out_point()), on_canvas(scene.cards["fc4"].in_point(0)))
until(lambda: Edge("pool2", "fc4") in document.experiment.graph.edges, "a wire is drawn")
wrong = "Linear expects a flat input, got 16×"
until(lambda: scene.cards["fc4"].face.problem.startswith(wrong), "it says what is wrong")
picture("2-wrong")
repair = scene.cards["fc4"].repair_button
click(on_canvas(repair.mapToScene(repair.boundingRect().center())))
until(lambda: not scene.cards["fc4"].face.problem.startswith(wrong), "one click repairs it")
until(lambda: any(p.severity == "error" for p in window.page.problems), "a second end is named as a problem")
window.page.view.setFocus()
for _ in range(3):
    hands("key ctrl+z")
until(lambda: document.experiment.graph == first, "undo gives the first network back")

# See everything; select a layer and change it in the inspector, by keyboard.
hands("key Home")
until(lambda: window.page.view.zoom() < 0.9, "Home shows everything")
click(on_canvas(scene.cards["fc2"].pos() + QPointF(60, CARD_HEIGHT / 2)))
until(lambda: scene.selected_names() == ["fc2"], "a card is selected by a click")
outputs = next(line for line in window.places.inspector.findChildren(QLineEdit) if line.text() == "84")
click(outputs.mapToGlobal(outputs.rect().center()))
hands("key ctrl+a", "type 96")
until(lambda: scene.cards["fc2"].face.detail == "Linear · 96", "typing changes the network at once")

# Train, pause, resume, stop.
click(button("Train", window.places.top))
until(lambda: document.run is not None and len(document.run.state.points) > 3, "the loss draws itself")
hands("key ctrl+p")
until(lambda: window.feature(Training).trainer.state == "paused", "training pauses")
count = len(document.run.state.points)
hands("sleep 0.4")
until(lambda: len(document.run.state.points) <= count + 1, "nothing is computed while it pauses")
hands("key ctrl+Return")
until(lambda: window.feature(Training).trainer.state == "running", "training goes on")
until(lambda: len(document.run.state.epochs) >= 4, "epochs are judged")
picture("3-training")
window.places.top.stop_clicked.emit()
until(lambda: window.feature(Training).trainer.state == "idle", "training stops")
until(lambda: document.run.summary is not None, "there is a summary")
until(lambda: "examples/s on" in str(document.run.summary.line), "the last line is there")

# Take the weights and the code away; plain PyTorch loads them and gives the same outputs.
weights, code = OUT / "best.safetensors", OUT / "network.py"
answer_dialogs(weights)
window.page.view.setFocus()
hands("key ctrl+e")
until(weights.exists, "weights are exported")
answer_dialogs(code)
window.commands["export_code"].trigger()
until(code.exists, "code is exported")
until(lambda: any("verified" in label.text() for label in window.page.notice.findChildren(QLabel)), "it is verified")

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from engine.network.compile import build_module  # noqa: E402

shape = document.experiment.data.sample_shape
batch = torch.rand(5, *shape)
module = build_module(document.experiment.graph, shape).eval()
module.load_state_dict(document.run.best)
with torch.no_grad():
    save_file({"batch": batch, "outputs": module(batch)}, OUT / "proof.safetensors")
plain = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from network import Network
from safetensors.torch import load_file
module = Network(); module.load_state_dict(load_file(sys.argv[1] + "/best.safetensors")); module.eval()
proof = load_file(sys.argv[1] + "/proof.safetensors")
with torch.no_grad():
    assert torch.allclose(module(proof["batch"]), proof["outputs"], rtol=0, atol=1e-6)
assert "engine" not in sys.modules
"""
subprocess.run([sys.executable, "-c", plain, str(OUT)], check=True, cwd=OUT)
print("ok: plain PyTorch gives equal outputs", flush=True)

# Load the weights back in; save; close.
answer_dialogs(weights)
window.commands["load_weights"].trigger()
until(lambda: document.loaded is not None, "the weights are loaded back")
assert all(torch.equal(value, load_file(weights)[key]) for key, value in document.loaded.items())
answer_dialogs(OUT / "story.loom")
window.page.view.setFocus()
hands("key ctrl+s")
until((OUT / "story.loom").exists, "the network is saved")
until(lambda: not document.dirty, "nothing is unsaved")
picture("4-end")
window.close()
until(lambda: not window.isVisible(), "the window closes")
print("the story ends well", flush=True)
