"""Look inside, as somebody meets it: a digit is drawn, layers are taken in hand, asked why, masked, compared, tried.

Run by hand, on a display of its own: ``xvfb-run -s "-screen 0 2560x1440x24" python tests/app/window/inside_story.py
FOLDER [light] [1280x720]``. What is on the screen is kept as pictures in the folder; how long each stage took is said,
and how long the window did not answer in it at most.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QToolButton, QWidget

from app.features.inside import Inside
from app.features.layer_in_hand import LayerInHand
from app.features.masking import Masking
from app.features.occluding import Occluding
from app.features.probing import Probing
from app.features.small_experiments import SmallExperiments
from app.features.training import Training
from app.features.two_samples import TwoSamples
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT
from tests.app.window import hands as hand
from tests.app.window.hands import OUT, answer_dialogs, click, double_click, hands, middle, on_canvas, until
from widgets.findings.save_menu import SaveButton
from widgets.inside.lattice import Unit
from widgets.parts.choice import Choice
from widgets.parts.inner_tabs import InnerTabs

LIGHT = "light" in sys.argv[2:]
SIZE = next((tuple(map(int, word.split("x"))) for word in sys.argv[2:] if re.fullmatch(r"\d+x\d+", word)), (1600, 1000))
FIVE = ((0.68, 0.2), (0.36, 0.2), (0.34, 0.46), (0.58, 0.44), (0.68, 0.6), (0.6, 0.78), (0.34, 0.8))  # of the pad


class Stalls:
    """How long each stage takes, and how long the window does not answer in it at most."""

    def __init__(self) -> None:
        self.stage, self._begun, self._last, self.longest = "", 0.0, 0.0, 0.0
        self._timer = QTimer(interval=2, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now

    def begin(self, stage: str) -> None:
        """The one before has ended."""
        now = time.perf_counter()
        if self.stage:
            print(f"time: {self.stage:<28} {now - self._begun:6.2f} s, longest stall {1000 * self.longest:6.1f} ms",
                  flush=True)
        self.stage, self.longest = stage, 0.0
        self._begun = self._last = now

    def skip(self) -> None:
        """What was just done is no part of the program."""
        self._last = time.perf_counter()


def opened() -> MainWindow:
    """The program as it is at its first start."""
    settings = Settings(OUT / "settings")
    settings.theme = "light" if LIGHT else "dark"
    window = make_window(settings)
    window.resize(*SIZE)
    window.open_at_start([DEFAULT])
    window.move(0, 0)
    window.show()
    until(lambda: window.is_ready, "the window is ready")
    window.activateWindow()
    return window


def picture(name: str) -> None:
    """What is on the screen now, after whatever still moves."""
    QTest.qWait(400)
    hand.picture(window, name)
    stalls.skip()


def apart() -> None:
    """So long after the last click that it is no double click."""
    QTest.qWait(QApplication.doubleClickInterval() + 50)


def seen_now() -> Any:
    """What was seen last, once nothing more is being looked at."""
    until_still()
    assert inside.now is not None and inside.now.seen is not None
    return inside.now.seen


def until_still() -> None:
    QApplication.processEvents()
    until(lambda: not inside.is_busy, "it has looked")
    QTest.qWait(60)  # one answer may ask for another look
    until(lambda: not inside.is_busy, "and looked again")


def in_sight(widget: QWidget) -> QWidget:
    """Scrolled to where it can be clicked."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if parent is not None:
        parent.ensureWidgetVisible(widget)
        QApplication.processEvents()
    assert widget.isVisible() and not widget.visibleRegion().isEmpty(), f"{widget} cannot be seen"
    return widget


def press(widget: QWidget) -> None:
    """A click on it."""
    apart()
    click(middle(in_sight(widget)))


def choose(choice: Choice, id: str) -> None:
    """Open the list, click on a row."""
    press(choice)
    view = choice.view()
    until(view.isVisible, "its list opens")
    box = view.visualRect(choice.model().index(choice.findData(id), 0))
    click(view.viewport().mapToGlobal(box.center()))
    until(lambda: choice.currentData() == id, f"{id} is chosen")


def turn(tabs: InnerTabs, title: str) -> None:
    """A click on a tab; with little room its title is shorter."""
    bar = tabs.bar
    index = next(index for index in range(bar.count()) if title in (bar.tabText(index), bar.tabToolTip(index)))
    apart()
    click(bar.mapToGlobal(bar.tabRect(index).center()))
    until(lambda: bar.currentIndex() == index, f"{title} is in front")


def bring(title: str) -> None:
    """A click on a tab of the bottom panel."""
    bar = window.places.bottom.tabBar()
    index = next(index for index in range(bar.count()) if bar.tabText(index).startswith(title))
    apart()
    click(bar.mapToGlobal(bar.tabRect(index).center()))
    until(lambda: bar.currentIndex() == index, f"{title} is in front")


def of_pad(x: float, y: float) -> QPoint:
    pad = in_sight(probe.pad)
    return pad.mapToGlobal(QPoint(round(x * pad.width()), round(y * pad.height())))


def draw(*places: tuple[float, float]) -> None:
    """A stroke with the pen."""
    points = [of_pad(*place) for place in places]
    steps = [start + (end - start) * part / 4 for start, end in pairwise(points)
             for part in range(1, 5)]
    hands(f"mousemove {points[0].x()} {points[0].y()}", "mousedown 1",
          *(f"mousemove {point.x()} {point.y()}" for point in steps), "mouseup 1")


def answer() -> tuple[float, ...]:
    return tuple(round(each.probability, 6) for each in seen_now().guesses)


def card(name: str) -> QPoint:
    """A place on a card that is no port."""
    return on_canvas(window, window.page.scene.cards[name].pos() + QPointF(60, 20))


def output(name: str, channel: int) -> QPoint:
    """The middle of a map beside a card."""
    item = inside.now.outputs.items[name]
    return on_canvas(window, item.mapToScene(item.tiles()[channel].center()))


def unit(channel: int, row: int, column: int) -> QPoint:
    """A unit among the maps of the layer in hand."""
    grid = in_sight(panel.maps.maps.grid)
    place: QRectF = grid.place(Unit(channel, row, column))
    return grid.mapToGlobal(place.center().toPoint())


def hover(point: QPoint) -> None:
    hands(f"mousemove {point.x() - 3} {point.y()}", f"mousemove {point.x()} {point.y()}")


def dismiss() -> None:
    """What was said has been read."""
    notice = window.page.notice
    if notice.isVisible():
        apart()
        click(hand.button("Close", notice))


def saved(button: QToolButton, row: int, path: Path) -> None:
    """Its menu, by the mouse, and an entry of it, by the keyboard."""
    answer_dialogs(path)
    apart()
    at = middle(button)
    hands(f"mousemove {at.x()} {at.y()}", "click 1", *["key Down"] * row, "key Return")
    until(path.exists, f"{path.name} is written")
    dismiss()


def example(index: int) -> QPoint:
    grid = in_sight(probe.examples.grid)
    scroll: Any = probe
    bar = scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    QApplication.processEvents()
    return grid.mapToGlobal(grid.place(index).center().toPoint())


def examples_are_there(true: Callable[[], object], what: str) -> None:
    until(lambda: bool(probe.examples.grid.examples) and true(), what)


os.environ["XDG_DATA_HOME"] = str(OUT / "home")
app = QApplication(sys.argv[:1])
stalls = Stalls()
window = opened()
trainer = window.feature(Training).trainer

stalls.begin("train")
click(middle(window.places.top.train))
until(lambda: trainer.state != "idle", "a run begins")
until(lambda: trainer.state == "idle", "and comes to its end")
dismiss()

stalls.begin("Ctrl+3")
hands("key ctrl+3")
until(lambda: window.places.stage.workspace == "inside", "the rooms stand for looking inside")
inside = window.feature(Inside)
until(lambda: inside.now is not None and inside.now.seen is not None, "something is seen")
probe, panel = window.feature(Probing).panel, window.feature(LayerInHand).panel
assert probe is not None and panel is not None
examples_are_there(lambda: True, "examples are there")
assert set(inside.now.outputs.items) == set(window.page.scene.cards), "every card has its output beside it"
picture("01-first")

stalls.begin("draw")
before = answer()
press(probe.clear_button)
until(lambda: not probe.pad.pixels().any(), "the pad is clear")
empty = answer()
assert empty != before
draw(*FIVE)
drawn = answer()
assert drawn != empty and probe.pad.pixels().max() > 200
print("drawn:", [(guess.name, round(guess.probability, 3)) for guess in seen_now().guesses], flush=True)
picture("02-drawn")
press(probe.rubber)
draw((0.34, 0.8), (0.5, 0.8))
assert answer() != drawn, "what the rubber takes away counts, too"
press(probe.pen)

stalls.begin("examples")
click(example(2))
until_still()
assert seen_now().true_class is not None
picture("03-example")
choose(probe.examples.order, "worst")
examples_are_there(lambda: probe.examples.grid.examples[0].is_right is False, "the worst mistakes come first")
click(example(0))
assert seen_now().guesses[0].number != seen_now().true_class
in_sight(probe.mode)
picture("04-worst")

stalls.begin("layer in hand")
apart()
click(output("conv2", 3))
until(lambda: inside.now.card == "conv2" and inside.now.channel == 3, "a map is in hand")
until_still()
picture("05-conv2")
hover(unit(3, 4, 5))
until(lambda: inside.now.hover == (3, 4, 5), "a unit is under the mouse")
until_still()
assert probe.pad.framed is not None and probe.pad._overlay is not None, "what it sees lies on the pad"
in_sight(probe.pad)
picture("06-field")
apart()
click(unit(3, 4, 5))
until(lambda: inside.now.unit == (3, 4, 5), "it is in hand")
until_still()
picture("07-unit")

stalls.begin("its pages")
for number, title in enumerate(("Kernels", "Gradients"), 8):
    turn(panel.tabs, title)
    until_still()
    picture(f"{number:02}-{title.lower()}")
turn(panel.tabs, "Step by step")
until(lambda: bool(panel.steps.shown.lines) and not inside.is_busy, "the arithmetic is there")
forward = panel.steps.shown
picture("10-steps")
press(panel.steps.way.buttons["backward"])
until(lambda: panel.steps.shown is not forward and not inside.is_busy, "and the way back")
assert panel.steps.shown.lines
picture("11-steps-back")
apart()
click(card("act2"))
until(lambda: inside.now.card == "act2", "an activation is in hand")
turn(panel.tabs, "Maps")
until_still()
assert not panel.maps.curve.isHidden()
picture("12-activation")

stalls.begin("why")
apart()
click(output("conv2", 3))
turn(panel.tabs, "Why")
until_still()
picture("13-gradcam")
choose(panel.why.method, "saliency")
until_still()
picture("14-saliency")
choose(panel.why.method, "occlusion")
occluding = window.feature(Occluding)
until(lambda: occluding._found is not None and occluding._found.done == occluding._found.total, "all is covered once")
picture("15-occlusion")
choose(panel.why.method, "gradcam")

stalls.begin("what if")
plain = answer()
press(panel.why.what_if.mask_button)
until(lambda: bool(inside.now.changes), "a channel is masked")
assert answer() != plain
until(lambda: bool(panel.why.what_if.effect_words.text()), "and what becomes of the accuracy is known")
in_sight(panel.why.what_if.effect)
picture("16-masked")
removes = [each for each in panel.why.what_if.list.findChildren(QToolButton) if each.isVisible()]
press(removes[0])
until(lambda: not inside.now.changes, "it is taken away")
assert answer() == plain

stalls.begin("ablation")
bring("Ablation")
masking = window.feature(Masking)
until(lambda: masking.chart is not None and masking.chart.isVisible(), "its page")
apart()
click(middle(masking.chart.button))
masks = masking._masks[window.page]
until(lambda: any(layer.is_over and len(layer.accuracies) == 16 for layer in masks.layers.values()), "16 were masked")
window.commands["mask_all"].trigger()
until(lambda: len(masks.layers) > 8 and all(layer.is_over for layer in masks.layers.values()), "all layers were")
until(lambda: any(masks.heat.values()), "heat on the cards")
hover(output("conv1", 2))
picture("17-ablation")
saved(masking.chart.save, 3, OUT / "ablation.npz")
with np.load(OUT / "ablation.npz") as numbers:
    assert numbers["masked"].shape == (16,)

stalls.begin("two samples")
bring("Two samples")
choose(probe.examples.order, "given")
examples_are_there(lambda: probe.examples.grid.examples[0].is_right, "as they come")
apart()
click(example(0))
first = probe.examples.grid.examples[0].key
until(lambda: seen_now().sample.place == first, "the first is in hand")
hands("keydown shift")
apart()
click(example(5))
hands("keyup shift")
until(lambda: inside.now.second is not None and not inside.is_busy, "a second sample is in hand")
table = window.feature(TwoSamples).table
until(lambda: table is not None and len(table.rows) >= 12, "their difference at every layer")
turn(panel.tabs, "Maps")
picture("18-two-samples")
press(panel.maps.side.buttons["difference"])
until_still()
picture("19-difference")
saved(table.save, 2, OUT / "two.svg")
window.commands["compare_none"].trigger()
until(lambda: inside.now.second is None and not inside.is_busy, "the second is put away")
grid = probe.examples.grid
until(lambda: (grid._chosen, grid._compared) == (first, None), "and the first alone is marked")

stalls.begin("mode")
press(probe.mode.buttons["train"])
until(lambda: inside.now.training and seen_now().question.training, "as while training")
press(probe.mode.buttons["predict"])
until(lambda: not inside.now.training and not seen_now().question.training, "as when predicting")

stalls.begin("a small experiment")
bring("Experiments")
experiments = window.feature(SmallExperiments)
until(lambda: experiments.view is not None and bool(experiments.view.cards), "what can be tried")
picture("20-experiments")
press(experiments.view.cards[0].button)
id = experiments.view.cards[0].offer.id
until(lambda: experiments.view.finding(id) is not None, "it was tried")
picture("21-finding")
saves = [each for each in experiments.view.findChildren(SaveButton) if each.isVisible()]
saved(saves[0], 1, OUT / "finding.png")

stalls.begin("a block")
window.open_at_start(["gallery:residual-small"])
until(lambda: len(window.pages) == 2 and window.page is window.pages[-1], "another network")
until(lambda: inside.now is not None and inside.now.page is window.page and inside.now.seen is not None, "is seen")
seen_now()
until(lambda: grid._chosen is None, "what was chosen for another network is not in hand here")
picture("22-residual")
block = next(name for name, node in window.page.level.graph.nodes.items()
             if type(node.layer).__name__ == "Residual")
apart()
double_click(card(block))
until(lambda: window.page.level.path == (block,), "into a block")
until(lambda: inside.now.seen is not None and inside.now.seen.question.path == (block,), "its layers are seen")
until_still()
picture("23-inside-block")
hands("key BackSpace")
until(lambda: window.page.level.path == () and inside.now.seen.question.path == (), "and out")

stalls.begin("typed")
window.open_at_start(["gallery:linreg"])
until(lambda: len(window.pages) == 3 and inside.now is not None and inside.now.seen is not None, "a table's network")
until_still()
press(probe.typed_row.line)
hands("key ctrl+a", "type --delay 20 [1,-2]", "key Return")
until(lambda: seen_now().sample.x.flatten().tolist() == [1.0, -2.0], "what was typed is looked at")
picture("24-typed")
hands("key ctrl+a", "type --delay 20 [1,2,3]", "key Return")
until(lambda: "B×2" in probe.typed_row.error.text(), "three numbers are too many: it says so")
picture("25-refused")
stalls.begin("")

for page in window.pages:
    page.document.history.mark_clean()
window.close()
until(lambda: not window.isVisible(), "the window closes")
print("the story ends well", flush=True)
