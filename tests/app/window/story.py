"""The whole story in a real window: run by test_story.py on a virtual display, with a real mouse and keyboard.

Every step is what a person does.
"""

from __future__ import annotations

import subprocess
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

app = QApplication(sys.argv[:1])
window = open_window()
scene, document = window.page.scene, window.page.document
first = document.experiment.graph
picture(window, "1-open")

# Drag a layer in, wire it, see why it is wrong, repair it.
beside = scene.cards["pool2"].pos() + QPointF(420, 40)
drag(in_palette(window, "Linear"), on_canvas(window, beside))
until(lambda: "fc4" in scene.cards, "a layer is dragged in from the palette")
drag(on_canvas(window, scene.cards["pool2"].out_point()), on_canvas(window, scene.cards["fc4"].in_point(0)))
until(lambda: Edge("pool2", "fc4") in document.experiment.graph.edges, "a wire is drawn")
wrong = "Linear expects a flat input, got 16×"
until(lambda: scene.cards["fc4"].face.problem.startswith(wrong), "it says what is wrong")
picture(window, "2-wrong")
repair = scene.cards["fc4"].repair_button
click(on_canvas(window, repair.mapToScene(repair.boundingRect().center())))
until(lambda: not scene.cards["fc4"].face.problem.startswith(wrong), "one click repairs it")
until(lambda: any(p.severity == "error" for p in window.page.problems), "a second end is named as a problem")
window.page.view.setFocus()
for _ in range(3):
    hands("key ctrl+z")
until(lambda: document.experiment.graph == first, "undo gives the first network back")

# See everything; select a layer and change it in the inspector, by keyboard.
hands("key Home")
until(lambda: window.page.view.sees_all(), "Home shows everything")
click(on_canvas(window, scene.cards["fc2"].pos() + QPointF(60, CARD_HEIGHT / 2)))
until(lambda: scene.selected_names() == ["fc2"], "a card is selected by a click")
outputs = next(line for line in window.places.inspector.findChildren(QLineEdit) if line.text() == "84")
click(outputs.mapToGlobal(outputs.rect().center()))
hands("key ctrl+a", "type 96")
until(lambda: scene.cards["fc2"].face.detail == "Linear · 96", "typing changes the network at once")

# Train, pause, resume, stop.
click(middle(window.places.top.train))
until(lambda: document.run is not None and len(document.run.state.points) > 3, "the loss draws itself")
hands("key ctrl+p")
until(lambda: window.feature(Training).trainer.state == "paused", "training pauses")
count = len(document.run.state.points)
hands("sleep 0.4")
until(lambda: len(document.run.state.points) <= count + 1, "nothing is computed while it pauses")
hands("key ctrl+Return")
until(lambda: window.feature(Training).trainer.state == "running", "training goes on")
until(lambda: len(document.run.state.epochs) >= 4, "epochs are judged")
picture(window, "3-training")
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
picture(window, "4-end")
window.close()
until(lambda: not window.isVisible(), "the window closes")
print("the story ends well", flush=True)
