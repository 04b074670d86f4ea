"""Features: each is found by being there, brings its commands and tabs as rows, and shows an edit once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.features.all import FIRST, first, later
from app.features.inspecting import Inspecting
from app.window.commands import MENUS, Command, Commands, Submenu, in_order
from app.window.window import MainWindow
from engine.layers.activation import ReLU
from tests.app.windows import lent, shared


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot) as window:
        yield window


def row(id: str, menu: str = "File", group: str = "open", **more: object) -> Command:
    return Command(id, id, lambda: None, menu, group, **more)


def test_every_module_of_the_folder_brings_its_features_once() -> None:
    kinds = [*first(), *later()]
    assert len(kinds) == len(set(kinds)) and len(kinds) > 30
    assert {kind.__module__.rpartition(".")[2] for kind in first()} == set(FIRST)


SHOWN = """
File
  New network | Ctrl+N
  Start page
  Open… | Ctrl+O
  Open recent
  Gallery
  —
  Save | Ctrl+S
  Save as… | Ctrl+Shift+S
  —
  Export best weights… | Ctrl+E
  Export latest weights…
  Export PyTorch code…
  Export picture… | Ctrl+Shift+E
  Load weights…
  Load weights into the selected layer…
  Forget loaded weights | grey
  —
  Compare with…
  —
  Close | Ctrl+W
  Quit | Ctrl+Q
Edit
  Undo | Ctrl+Z | grey
  Redo | Ctrl+Shift+Z, Ctrl+Y | grey
  —
  Cut | Ctrl+X | on the canvas
  Copy | Ctrl+C | on the canvas
  Paste | Ctrl+V | on the canvas
  Paste with incoming wires | Ctrl+Shift+V | on the canvas
  Duplicate | Ctrl+D | on the canvas
  Delete | Del | on the canvas
  Delete and rejoin | Shift+Del | on the canvas
  Select all | Ctrl+A | on the canvas
  —
  Rename | F2 | on the canvas
  Replace… | R | on the canvas
  Replace all…
  Replace in selection…
  Bypass | M | on the canvas
  Connect to… | W | on the canvas
  Disconnect | Shift+W | on the canvas
  —
  Find… | Ctrl+F
  Find next | F3
  Find previous | Shift+F3
View
  ☑ Build workspace | Ctrl+1
  ☐ Train workspace | Ctrl+2
  ☐ Look inside workspace | Ctrl+3
  —
  Show selection | F | on the canvas
  Show everything | Home | on the canvas
  Zoom in | Ctrl++, Ctrl+=
  Zoom out | Ctrl+-
  Flow
    ☑ Top to bottom
    ☐ Left to right
    ☑ Wrap long networks
  —
  ☑ Left panel | T | on the canvas
  ☑ Right panel | N | on the canvas
  ☑ Bottom panel | B | on the canvas
  ☐ Canvas alone | Ctrl+Space
  ☐ Follow what is selected | Shift+F | on the canvas
  ☑ Minimap | Alt+M
  ☐ Outline | Alt+O
  Code | Alt+C
  —
  Heat map
    ☑ None
    ☐ Parameters
    ☐ Computation
    ☐ Memory
    ☐ Measured time
  —
  Go to
    Layer above | Alt+Up | on the canvas
    Layer below | Alt+Down | on the canvas
    Layer to the left | Alt+Left | on the canvas
    Layer to the right | Alt+Right | on the canvas
    Layer above too | Alt+Shift+Up | on the canvas
    Layer below too | Alt+Shift+Down | on the canvas
    Layer to the left too | Alt+Shift+Left | on the canvas
    Layer to the right too | Alt+Shift+Right | on the canvas
    Next pane | F6
    Previous pane | Shift+F6
  —
  Look inside
    ☐ Layers as while training | Alt+T | grey
    Let dropout drop others | Alt+R | grey
    Clear the drawing | Alt+Del | grey
    Next example | Alt+PgDown | grey
    Previous example | Alt+PgUp | grey
    Look at the next layer | Ctrl+PgDown | grey
    Look at the layer before | Ctrl+PgUp | grey
    Maps of the layer | Alt+1 | grey
    Kernels of the layer | Alt+2 | grey
    Gradients of the layer | Alt+3 | grey
    Step by step | Alt+4 | grey
    Why this answer | Alt+5 | grey
    Play the run, or hold it | Alt+P | grey
    The moment before | Alt+, | grey
    The next moment | Alt+. | grey
    Hold this moment, or let it go | Alt+A | grey
  Save what is seen inside
    Save outputs of all layers… | grey
    Save picture of the network with outputs… | grey
    Copy picture of the network with outputs | grey
    Save picture of the layer… | grey
    Save numbers of the layer… | grey
  —
  ☑ Theme of the system
  ☐ Dark theme
  ☐ Light theme
Network
  Add a layer here… | Tab | on the canvas
  Search the layers | / | on the canvas
  Make wider without changing the answer (train it first) | grey
  Insert a layer that changes nothing (train it first) | grey
  —
  Lay out | L | on the canvas
  Align and distribute
    Align left edges
    Align centres
    Align right edges
    Align top edges
    Align middles
    Align bottom edges
    Distribute across
    Distribute down
    Straighten
  ☑ Snap to other cards
  —
  Comment | C | on the canvas
  Colour label
  Collapse or unfold | H | on the canvas
  —
  Find repeated parts…
  Make block… | Ctrl+G | on the canvas
  Dissolve block | Ctrl+Shift+G | on the canvas
  Name and options of the block…
  Add to my blocks
  Remove from my blocks
  Save block as file…
  Add blocks from files…
  —
  Problems
  Next problem | F8
  Previous problem | Shift+F8
  Copy PyTorch code | Ctrl+Shift+C
  —
  Confusion and mistakes
  Mask every channel of every layer
  Stop masking
  Small experiments
  Put the second sample away
Train
  Train | Ctrl+Return
  Pause or resume | Ctrl+P | grey
  Stop | grey
  Train all variants or folds
  Continue | Ctrl+Shift+Return | grey
  Train one batch
  Train one epoch
  Stop after this epoch | grey
  Train as many epochs again
  —
  Find a learning rate…
  Overfit one batch
  Measure the forecast
  Health of the layers
  —
  Put into the queue
  Empty the queue | grey
  Runs
    Compare runs
    Open the canvas of the run
    Star the run
    Note on the run
    Export runs as CSV…
    Export runs for TensorBoard…
    Delete runs
  Sweep…
  Go on with the sweep | grey
  Stop the sweep | grey
  —
  Show the trained network
  What changed since training
  Save curves…
  Label issues
  Choose data folder…
Help
  Commands… | Ctrl+K
  Keyboard shortcuts | ?
  About Layerloom
"""


def lines(actions: Sequence[QAction], indent: str = "") -> Iterator[str]:
    """A menu as text: a box where a command is on or off, its keys, ``canvas`` where they count only there."""
    for action in actions:
        box = "☑ " * action.isChecked() or "☐ " * action.isCheckable()
        keys = ", ".join(key.toString() for key in action.shortcuts())
        where = "on the canvas" * (action.shortcutContext() == Qt.ShortcutContext.WidgetWithChildrenShortcut)
        grey = "grey" * (not action.isEnabled() and not action.isSeparator())
        yield indent + " | ".join(filter(None, [box + (action.text() or "—"), keys, where, grey]))
        if action.menu() is not None:
            yield from lines(action.menu().actions(), indent + "  ")


def test_the_menus_have_every_row_in_the_order_of_groups_and_ranks(window) -> None:
    bar = window.places.top.menu_bar
    assert list(lines(bar.actions())) == SHOWN.strip("\n").splitlines()
    assert [action.text() for action in bar.actions()] == list(MENUS)


INSIDE = ["Time travel", "Confusion", "Mistakes", "Calibration", "Numbers", "Experiments", "Two samples", "Ablation"]
TRAIN = ["Runs", "Label issues", "Sweep", "Queue", "Health", "Compare"]


def test_the_tabs_stand_by_their_rank(window) -> None:
    for panel, titles, hidden in (
            (window.places.left, ["Layers", "Outline"], []),
            (window.places.bottom, [*INSIDE, *TRAIN, "Training", "Problems", "Data", "Results", "Parameters", "Code",
                                    "Code layer"], [*INSIDE, *TRAIN, "Code layer"])):
        assert [panel.tabText(index) for index in range(panel.count())] == titles
        assert [panel.tabText(index) for index in range(panel.count()) if not panel.isTabVisible(index)] == hidden
        assert panel.tabText(panel.currentIndex()) == next(title for title in titles if title not in hidden)
    assert window.places.left.tabToolTip(1) == "Every layer of this network"


def test_rows_that_cannot_be_placed_are_told_to_who_wrote_them() -> None:
    assert [each.id for each in in_order([row("b", rank=1), row("c", "Edit", "undo"), row("a")])] == ["a", "b", "c"]
    with pytest.raises(ValueError, match=r"one id.*a"):
        in_order([row("a"), row("b"), row("a", "Edit", "undo")])
    with pytest.raises(ValueError, match=r"not there.*a"):
        in_order([row("a", "File", "nowhere")])


def test_a_menu_that_fills_itself_holds_what_there_is_now(qtbot) -> None:
    from PySide6.QtWidgets import QMenuBar, QWidget

    there, host, bar = ["one"], QWidget(), QMenuBar()
    qtbot.addWidget(host)
    qtbot.addWidget(bar)
    commands = Commands(host, bar)

    def fill(menu: QMenu) -> None:
        menu.clear()
        for text in there:
            menu.addAction(text)

    commands.fill([Submenu("some", "Some", fill, "File", "open")])
    assert [action.text() for action in commands.submenu("some").actions()] == ["one"]
    there.append("two")
    assert [action.text() for action in commands.submenu("some").actions()] == ["one", "two"]


# -- shown once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(window, monkeypatch) -> Counter[str]:
    """How often what was shown since."""
    counts: Counter[str] = Counter()
    inspector, inspecting = window.places.inspector, window.feature(Inspecting)

    def counted(name, show):
        def call(*args):
            counts[name] += 1
            show(*args)

        return call

    for name in ("show_node", "show_several"):
        monkeypatch.setattr(inspector, name, counted("inspector", getattr(inspector, name)))
    monkeypatch.setattr(inspecting, "show", counted("page", inspecting.show))
    return counts


@pytest.mark.parametrize("selected", [[], ["conv1"], ["conv1", "act1"]])
@pytest.mark.parametrize("gesture", [
    "drop", "drop on a wire", "append", "paste", "duplicate", "delete", "undo", "block"])
def test_whatever_is_done_is_shown_once(window, shown, gesture: str, selected: list[str]) -> None:
    page = window.page
    view, scene = page.view, page.scene
    if gesture == "undo":
        view.append("ReLU")
    if gesture == "block":
        selected = ["act1", "pool1"]
    scene.select(selected or ["fc3"] * (gesture in ("paste", "duplicate", "delete")))
    if gesture == "paste":
        view.copy()
    wire = next(wire for edge, wire in scene.wires.items() if edge.target == "act1")
    shown.clear()
    before = page.document.experiment.graph
    {"drop": lambda: view.put_layer(ReLU(), QPointF(900, 900)),
     "drop on a wire": lambda: view.put_layer(ReLU(), QPointF(), wire.edge),
     "append": lambda: view.append("ReLU"), "paste": view.paste, "duplicate": view.duplicate,
     "delete": view.edits.delete_selection, "undo": page.document.undo, "block": lambda: page.make_block("Two"),
     }[gesture]()
    assert page.document.experiment.graph != before
    assert shown == {"page": 1, "inspector": 1}
