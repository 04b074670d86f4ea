"""The hands of the soak: what a person can do in the window, by real keys and mouse, at random."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QGraphicsView,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)
from shiboken6 import isValid

from app.features.code_layers import CodeLayers
from app.features.comparing import Comparing
from app.features.documents import Documents
from app.features.drawing import Drawing
from app.features.exporting import Exporting
from app.features.training import Training
from app.window import dialogs
from app.window.window import MainWindow
from engine.blocks.base import Block
from engine.data.fetching.folder import missing_files
from engine.experiment.experiment import DEFAULT, gallery_ids, load_experiment
from engine.graph.edits import with_layers
from engine.layers.base import LAYERS
from widgets.canvas.cards.repair_button import RepairButton

Key, NONE = Qt.Key, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
LARGE = ("alexnet", "alexnet-tv", "vgg11", "vgg11-full", "nin", "googlenet", "resnet18", "densenet", "house-prices")
MOST_PAGES, MOST_NODES = 5, 60
LINES = (
    "relu",
    "conv 8 3x3",
    "linear 10",
    "flatten",
    "conv 4 3 > relu > maxpool 2",
    "residual 8",
    "(",
    "x",
    "12",
    "dropout .5",
    "embedding",
    "lstm 8",
    "add",
    "concat",
    "code",
)
TYPED = ("1", "3", "0", "-1", "1e308", "0.5", "999999", "7x7", "abc", "", "(", "1e999", "nan", "２")
KEYS = (Key.Key_L, Key.Key_F, Key.Key_Home, Key.Key_H, Key.Key_M, Key.Key_C, Key.Key_Escape, Key.Key_Left,
        Key.Key_Down, Key.Key_F8, Key.Key_Tab, Key.Key_W, Key.Key_R, Key.Key_Backspace, Key.Key_Return, Key.Key_F6,
        Key.Key_Delete, Key.Key_T, Key.Key_N, Key.Key_B, Key.Key_Up, Key.Key_Right, Key.Key_Space, Key.Key_Slash,
        Key.Key_F2, Key.Key_F3, Key.Key_End, Key.Key_PageDown, Key.Key_A, Key.Key_Menu)  # fmt: skip
SHORTCUTS = (Key.Key_A, Key.Key_C, Key.Key_V, Key.Key_X, Key.Key_D, Key.Key_G, Key.Key_F, Key.Key_K, Key.Key_P,
             Key.Key_Z, Key.Key_Y, Key.Key_S, Key.Key_Plus, Key.Key_Minus)  # fmt: skip
MEANWHILE = ("do_comment", "do_hold", "do_pull_a_wire", "do_search", "do_repair", "do_field")
MENU_KEYS = (Key.Key_Down, Key.Key_Escape, Key.Key_Up, Key.Key_Right, Key.Key_Return)
RUNNING = ("stop", "pause", "pause", "train", "one_batch", "one_epoch", "stop_after_epoch", "more_epochs", "continue")
CHECKS = ("find_rate", "overfit_batch", "forecast", "make_wider", "make_deeper")
STEERED = ({"lr": 0.3}, {"lr": 0.01}, {"batch_size": 7}, {"batch_size": 256}, {"weight_decay": 0.1}, {"momentum": 0.5},
           {"epochs": 3}, {"epochs": 60}, {"clip_norm": 1.0}, {"l1": 0.001}, {"early_stop": 2}, {"optimizer": "adam"},
           {"schedule": "cosine"}, {"averaging": "ema"}, {"optimizer": "sgd"}, {"schedule": "plateau"})
SOURCES = ("digits", "linear", "polynomial", "edges", "mnist")


class Hands:
    """Chooses a gesture and makes it. What is held by the mouse may stay so while other gestures go on."""

    def __init__(self, window: MainWindow, folder: Path, seed: int, tell: Callable[[str], None]) -> None:
        self.window, self.seed, self._folder, self._tell = window, seed, folder, tell
        self.random, self.counts = random.Random(seed), Counter[str]()
        self.count = self.runs = 0
        self._held: tuple[QWidget, Qt.MouseButton] | None = None
        self._places = {name: getattr(self, name) for name in dir(self) if name.startswith("do_")}
        self._pool = [name for name in self._places for _ in range(WEIGHTS.get(name.removeprefix("do_"), 2))]
        self._gallery = [id for id in gallery_ids() if id not in LARGE]
        self._trainable = [id for id in self._gallery if not missing_files(
            load_experiment(f"gallery:{id}").data.files, None)]
        self._tour = [kind for kind, layer in LAYERS.items() if layer.in_palette]
        dialogs.save_path = lambda _parent, _title, suggestion, formats: self._save_path(suggestion, formats)
        dialogs.open_paths = lambda *_: self._open_paths()
        dialogs.folder_path = lambda *_: None

    # -- one gesture --------------------------------------------------------------------------------------------

    def gesture(self) -> str:
        """Make one; returns what it is called."""
        self.window.commands["quit"].setEnabled(False)  # the soak ends by itself
        name = self.random.choice(self._pool)
        if self._held is not None and self.random.random() < 0.3:
            name = "do_release"
        self.count += 1
        self.counts[name.removeprefix("do_")] += 1
        self._tell(name.removeprefix("do_"))
        self._places[name]()
        return name.removeprefix("do_")

    def tour(self) -> bool:
        """A step of a walk through every kind of layer and every tab, which fills what is remembered on purpose: the
        forms of each kind. Whether there are more."""
        if not self._tour:
            return False
        kind, window = self._tour.pop(), self.window
        self._tell(f"tour {kind}")
        if len(self._tour) % 12 == 0:
            window.pages[-1].document.history.mark_clean()
            window.close_page(len(window.pages) - 1)
            window.feature(Documents).new()
        if window.page is not None:
            window.page.view.append(kind)
        window.places.bottom.setCurrentIndex(len(self._tour) % 6)
        return True

    @property
    def is_asked(self) -> bool:
        """Whether something waits for an answer."""
        return QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None

    def answer(self) -> None:
        """Answer what is asked, by key or by mouse."""
        asked, menu = QApplication.activeModalWidget(), QApplication.activePopupWidget()
        if asked is not None:
            self._answer(asked)
        elif menu is not None:
            self._tell(f"menu {type(menu).__name__}")
            QTest.keyClick(menu, self.random.choice(MENU_KEYS))

    def _answer(self, asked: QWidget) -> None:
        self._tell(f"asked {type(asked).__name__}")
        if isinstance(asked, QMessageBox):
            QTest.mouseClick(self.random.choice(asked.buttons()), LEFT)
            return
        line = self._one_of(asked, QLineEdit)
        if line is not None and self.random.random() < 0.5:
            _type(line, self.random.choice(("Part", "B1", "", "ü", "Stage")))
        key = self.random.choice((Key.Key_Return, Key.Key_Tab, Key.Key_Space, Key.Key_Return, Key.Key_Escape))
        QTest.keyClick(asked.focusWidget() or asked, key)
        if isinstance(asked, QDialog) and self.random.random() < 0.1:
            asked.reject()

    def rest(self) -> bool:
        """Bring everything to rest, a step at a time: nothing trains, one new network is open. Whether it is."""
        self._let_go()
        window, trainer = self.window, self.window.feature(Training).trainer
        if trainer.state != "idle":
            trainer.stop()
            return False
        if window.pages and not (len(window.pages) == 1 and window.page is not None and self._is_plain()):
            window.pages[0].document.history.mark_clean()
            window.close_page(0)
            return False
        if not window.pages:
            window.feature(Documents).open(DEFAULT)
            window.places.bottom.setCurrentIndex(0)
            window.commands["heat_none"].trigger()
            QApplication.clipboard().clear()
            self._quiet = 0
            return False
        self._quiet += 1
        return self._quiet > 400  # timers, deferred deletions and the last answers have come

    def _is_plain(self) -> bool:
        return bool(
            self.window.page
            and self.window.page.document.name == DEFAULT.removeprefix("gallery:")
            and getattr(self, "_quiet", -1) >= 0
            and not self.window.page.document.dirty
        )

    def close(self) -> None:
        """Close the window as it is."""
        for page in self.window.pages:
            page.document.history.mark_clean()
        self.window.close()

    # -- where --------------------------------------------------------------------------------------------------

    def _save_path(self, suggestion: Path, formats: object) -> Path | None:
        if self.random.random() < 0.3:
            return None
        suffix = self.random.choice(list(formats)).suffix  # type: ignore[call-overload]
        return self._folder / f"{Path(suggestion).stem[:20]}{self.random.randrange(4)}{suffix}"

    def _open_paths(self) -> list[Path]:
        found = sorted(path for path in self._folder.iterdir() if path.is_file())
        return [self.random.choice(found)] if found and self.random.random() < 0.8 else []

    @property
    def _canvas(self) -> QWidget | None:
        return self.window.page.view.viewport() if self.window.page is not None else None

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or (self.window.page.view if self.window.page is not None else self.window)

    def _anywhere(self, widget: QWidget) -> QPoint:
        return QPoint(self.random.randrange(max(1, widget.width())), self.random.randrange(max(1, widget.height())))

    def _one_of(self, parent: QWidget, kind: type) -> QWidget | None:
        found = [child for child in parent.findChildren(kind) if child.isVisible() and child.isEnabled()]
        return self.random.choice(found) if found else None

    def _card(self) -> QPoint | None:
        """A point on a card that is seen."""
        page = self.window.page
        cards = [card for card in page.scene.cards.values() if card.isVisible()] if page is not None else []
        if page is None or not cards:
            return None
        return page.view.mapFromScene(self.random.choice(cards).pos() + QPointF(60, 23))

    def _spot(self) -> QPoint:
        """On a card, or anywhere on the canvas."""
        canvas = self._canvas
        assert canvas is not None
        card = self._card() if self.random.random() < 0.7 else None
        return card if card is not None and canvas.rect().contains(card) else self._anywhere(canvas)

    def _few(self) -> bool:
        return self.window.page is not None and len(self.window.page.level.graph.nodes) < MOST_NODES

    # -- the mouse on the canvas --------------------------------------------------------------------------------

    def do_click(self) -> None:
        if self._canvas is not None:
            QTest.mouseClick(self._canvas, LEFT, self.random.choice((NONE, NONE, CTRL, SHIFT, ALT)), self._spot())

    def do_double_click(self) -> None:
        if self._canvas is not None:
            spot = self._spot()
            QTest.mouseClick(self._canvas, LEFT, NONE, spot)
            if self._canvas is not None:
                QTest.mouseDClick(self._canvas, LEFT, NONE, spot)

    def do_hold(self) -> None:
        """Take hold of something and move; other gestures may come before it is let go."""
        if self._canvas is None:
            return
        self._let_go()
        canvas, button = self._canvas, self.random.choice((LEFT, LEFT, LEFT, MIDDLE))
        QTest.mousePress(canvas, button, self.random.choice((NONE, NONE, CTRL, ALT, SHIFT)), self._spot())
        self._held = (canvas, button)
        self.do_move()

    def do_pull_a_wire(self) -> None:
        """From a port."""
        page = self.window.page
        if page is None or self._canvas is None or not page.scene.cards:
            return
        self._let_go()
        card = self.random.choice(list(page.scene.cards.values()))
        QTest.mousePress(self._canvas, LEFT, NONE, page.view.mapFromScene(card.out_point()))
        self._held = (self._canvas, LEFT)
        self.do_move()

    def do_move(self) -> None:
        if self._held is not None and isValid(self._held[0]):
            for _ in range(3):
                QTest.mouseMove(self._held[0], self._anywhere(self._held[0]))
        elif self._canvas is not None:
            QTest.mouseMove(self._canvas, self._spot())

    def do_release(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None and isValid(held[0]):
            QTest.mouseRelease(held[0], held[1], NONE, self._anywhere(held[0]))

    def do_wheel(self) -> None:
        canvas = self._canvas
        if canvas is not None:
            at, turn = QPointF(self._anywhere(canvas)), QPoint(0, self.random.choice((-360, -120, 120, 240)))
            QApplication.sendEvent(
                canvas,
                QWheelEvent(
                    at,
                    canvas.mapToGlobal(at),
                    QPoint(),
                    turn,
                    Qt.MouseButton.NoButton,
                    NONE,
                    Qt.ScrollPhase.NoScrollPhase,
                    False,
                ),
            )

    def do_menu(self) -> None:
        """The canvas's own menu; what it offers is answered later."""
        page = self.window.page
        if page is not None:
            page.view.menu_requested.emit(page.view.mapToScene(self._spot()), page.view.mapToGlobal(self._spot()))

    def do_repair(self) -> None:
        """Point at a repair button on the canvas; press it, or go away."""
        page = self.window.page
        buttons = (
            [item for item in page.scene.items() if isinstance(item, RepairButton) and item.isVisible()]
            if page
            else []
        )
        if not buttons or page is None or self._canvas is None:
            return
        spot = page.view.mapFromScene(self.random.choice(buttons).sceneBoundingRect().center())
        QTest.mouseMove(self._canvas, spot)
        if self.random.random() < 0.4:
            QTest.mouseClick(self._canvas, LEFT, NONE, spot)

    # -- keys ---------------------------------------------------------------------------------------------------

    def do_key(self) -> None:
        QTest.keyClick(self._focus(), self.random.choice(KEYS), self.random.choice((NONE, NONE, NONE, SHIFT, ALT)))

    def do_shortcut(self) -> None:
        key = self.random.choice(SHORTCUTS)
        if self._few() or key not in (Key.Key_V, Key.Key_D):
            QTest.keyClick(self._focus(), key, self.random.choice((CTRL, CTRL, CTRL | SHIFT)))

    def do_type(self) -> None:
        _type(self._focus(), self.random.choice(LINES))

    def do_undo(self) -> None:
        for _ in range(self.random.randrange(1, 6)):
            QTest.keyClick(self._focus(), Key.Key_Z, CTRL)

    def do_redo(self) -> None:
        for _ in range(self.random.randrange(1, 4)):
            QTest.keyClick(self._focus(), Key.Key_Y, CTRL)

    def do_undo_at_once(self) -> None:
        """As a command of the menu, whatever has the keyboard."""
        self.window.commands[self.random.choice(("undo", "undo", "redo"))].trigger()

    def do_command(self) -> None:
        """A command from its list, found by typing."""
        QTest.keyClick(self._focus(), Key.Key_K, CTRL)
        words = [
            row.text
            for id, row in self.window.commands.rows.items()
            if id not in ("quit", "data_folder", "heat_time")
        ]
        _type(self._focus(), self.random.choice(words)[:12])
        QTest.keyClick(self._focus(), self.random.choice((Key.Key_Return, Key.Key_Return, Key.Key_Escape)))

    # -- networks -----------------------------------------------------------------------------------------------

    def do_append(self) -> None:
        if self._few():
            self.window.page.view.append(
                self.random.choice([kind for kind, layer in LAYERS.items() if layer.in_palette])
            )

    def do_select(self) -> None:
        page = self.window.page
        if page is not None:
            names = list(page.scene.graph.nodes)
            page.scene.select(self.random.sample(names, min(len(names), self.random.randrange(4))))
            page.view.setFocus()

    def do_search(self) -> None:
        """Type a line, look at what it would make, and take it, leave it, or let it be."""
        if self.window.page is None or not self._few():
            return
        self.window.page.view.setFocus()
        QTest.keyClick(self.window.page.view, Key.Key_Tab)
        _type(self._focus(), self.random.choice(LINES))
        if self.random.random() < 0.5:
            QTest.keyClick(self._focus(), Key.Key_Down)
        if self.random.random() < 0.8:
            QTest.keyClick(self._focus(), self.random.choice((Key.Key_Return, Key.Key_Escape)))

    def do_comment(self) -> None:
        """Round what is selected, or a note; written to the end or left where it is."""
        if self.window.page is not None:
            self.window.page.view.setFocus()
            QTest.keyClick(self.window.page.view, Key.Key_C)
            _type(self._focus(), "a part")
            if self.random.random() < 0.6:
                QTest.keyClick(self._focus(), self.random.choice((Key.Key_Return, Key.Key_Escape)))

    def do_something_and_undo(self) -> None:
        """What goes on about a new layer goes on while the layer goes: a comment, a drag, a search, a preview."""
        if self.window.page is None or not self._few():
            return
        self.do_append()
        self.window.page.view.setFocus()
        self._places[self.random.choice(MEANWHILE)]()
        for _ in range(self.random.randrange(1, 3)):
            if self.random.random() < 0.5:
                self.do_undo_at_once()
            else:
                QTest.keyClick(self._focus(), Key.Key_Z, CTRL)
        if self.random.random() < 0.5:
            self.do_move()
        if self.random.random() < 0.3:
            self.do_switch()

    def do_block(self) -> None:
        """The dialog is answered from the event loop."""
        if self.window.page is not None:
            QTimer.singleShot(0, self.window.page, self.window.page.request_block)

    def do_dissolve(self) -> None:
        if self.window.page is not None:
            self.window.commands["dissolve"].trigger()

    def do_repeat(self) -> None:
        """A block, ×N; or not any more."""
        page = self.window.page
        blocks = self._blocks()
        if page is not None and blocks:
            name = self.random.choice(blocks)
            layer = page.level.graph.nodes[name].layer
            if "repeat" in type(layer).model_fields:
                page.edit(
                    "repeat",
                    page.level.graph.with_layer(name, layer.with_options(repeat=self.random.choice((1, 2, 3)))),
                )

    def _blocks(self) -> list[str]:
        page = self.window.page
        nodes = page.level.graph.nodes.items() if page is not None else ()
        return [name for name, node in nodes if isinstance(node.layer, Block)]

    def do_go_in_or_out(self) -> None:
        page, blocks = self.window.page, self._blocks()
        if page is None:
            return
        if blocks and len(page.level.path) < 3 and self.random.random() < 0.7:
            page.scene.select([self.random.choice(blocks)])
            page.view.setFocus()
            QTest.keyClick(page.view, Key.Key_Return)
        else:
            page.view.setFocus()
            QTest.keyClick(page.view, Key.Key_Backspace)

    # -- tabs and files -----------------------------------------------------------------------------------------

    def do_open(self) -> None:
        if len(self.window.pages) < MOST_PAGES:
            self.window.feature(Documents).open("gallery:" + self.random.choice(self._gallery))

    def do_new(self) -> None:
        if len(self.window.pages) < MOST_PAGES:
            QTest.keyClick(self._focus(), Key.Key_N, CTRL)

    def do_close(self) -> None:
        if self.window.pages:
            self.window.close_page(self.random.randrange(len(self.window.pages)))
        if not self.window.pages:
            self.window.feature(Documents).open(DEFAULT)

    def do_switch(self) -> None:
        tabs = self.window.places.documents
        if tabs.count():
            QTest.mouseClick(tabs, LEFT, NONE, tabs.tabRect(self.random.randrange(tabs.count())).center())

    def do_start_page(self) -> None:
        QTest.mouseClick(self.window.places.new_document, LEFT)

    def do_save(self) -> None:
        if self.window.page is not None:
            self.window.commands[self.random.choice(("save", "save_as"))].trigger()

    def do_open_file(self) -> None:
        if len(self.window.pages) < MOST_PAGES:
            files = sorted(self._folder.glob("*.loom"))
            if files:
                self.window.feature(Documents).open(str(self.random.choice(files)))

    def do_export(self) -> None:
        name = self.random.choice(("export_best", "export_latest", "export_code", "save_curves", "copy_code"))
        self.window.commands[name].trigger()

    def do_load_weights(self) -> None:
        files = sorted(self._folder.glob("*.safetensors"))
        if files and self.window.page is not None:
            self.window.feature(Exporting).load(self.window.page.document, self.random.choice(files))

    def do_picture(self) -> None:
        drawing = self.window.feature(Drawing)
        if self.window.page is not None:
            drawing.ask(self.random.choice(drawing.styles()))

    def do_compare(self) -> None:
        """With one of the list, by keys; or leave the comparison."""
        page = self.window.page
        if page is None:
            return
        panel = self.window.feature(Comparing).panel(page)
        if panel is not None and self.random.random() < 0.6:
            QTest.keyClick(panel.view, Key.Key_Escape)
            return
        self.window.commands["compare"].trigger()
        for _ in range(self.random.randrange(4)):
            QTest.keyClick(self._focus(), Key.Key_Down)
        QTest.keyClick(self._focus(), self.random.choice((Key.Key_Return, Key.Key_Return, Key.Key_Escape)))

    # -- training -----------------------------------------------------------------------------------------------

    def do_train(self) -> None:
        """Begin where that is possible, stop, pause or go on."""
        trainer = self.window.feature(Training).trainer
        if trainer.state != "idle":
            self.window.commands[self.random.choice(RUNNING)].trigger()
            return
        if not self._can_train() and len(self.window.pages) < MOST_PAGES:
            self.window.feature(Documents).open("gallery:" + self.random.choice(self._trainable))
        if self._can_train():
            self._edit_recipe(epochs=self.random.choice((1, 2, 50)), device="cpu")
            if self.random.random() < 0.5:
                QTest.keyClick(self._focus(), Key.Key_Return, CTRL)
            else:
                self.window.commands[self.random.choice(("continue", "one_batch", "one_epoch"))].trigger()
            self.runs += trainer.state != "idle"

    def _can_train(self) -> bool:
        page = self.window.page
        return (page is not None and not missing_files(page.document.experiment.data.files, None)
                and all(problem.severity != "error" for problem in page.problems))

    def _edit_recipe(self, **options: object) -> None:
        document = self.window.page.document
        recipe = document.experiment.recipe.with_options(**options)
        document.edit("recipe", replace(document.experiment, recipe=recipe))

    def do_rate(self) -> None:
        if self.window.page is not None:
            self._edit_recipe(lr=self.random.choice((0.1, 0.01, 0.5)))

    def do_steer(self) -> None:
        """Change what a run takes over while it goes on, and something that it does not."""
        page = self.window.page
        if page is None:
            return
        self._edit_recipe(**self.random.choice(STEERED))
        experiment = page.document.experiment
        drops = [node for node in experiment.graph.nodes.values() if node.layer.kind() == "Dropout"]
        if drops and self.random.random() < 0.5:
            node = self.random.choice(drops)
            page.document.edit_graph("dropout", with_layers(experiment.graph, {
                node.name: node.layer.with_options(p=self.random.choice((0.0, 0.3, 0.9)))}))
        elif self.random.random() < 0.3:
            name = self.random.choice(list(experiment.graph.nodes))
            options = experiment.graph.nodes[name].parameters.with_options(trainable=self.random.random() < 0.5)
            page.document.edit_graph("trainable", experiment.graph.with_parameters(name, options))

    def do_workspace(self) -> None:
        """Go where one trains, or where one builds."""
        QTest.keyClick(self._focus(), self.random.choice((Key.Key_1, Key.Key_2, Key.Key_2)), CTRL)

    def do_check(self) -> None:
        """Ask for a check, for a larger network, or for what a run would take."""
        if self.window.page is not None:
            self.window.commands[self.random.choice(CHECKS)].trigger()

    def do_series(self) -> None:
        if self._can_train():
            before = self.window.feature(Training).trainer.state
            self._edit_recipe(epochs=1, folds=self.random.choice((0, 2)), device="cpu")
            self.window.commands["train_series"].trigger()
            self.runs += before == "idle" != self.window.feature(Training).trainer.state

    def do_data(self) -> None:
        page = self.window.page
        if page is not None:
            data = page.document.experiment.data.with_dataset(self.random.choice(SOURCES))
            page.document.edit("data", replace(page.document.experiment, data=data))

    # -- panels -------------------------------------------------------------------------------------------------

    def do_tab(self) -> None:
        places = self.window.places
        panel = self.random.choice((places.bottom, places.bottom, places.left, places.right))
        shown = [index for index in range(panel.count()) if panel.isTabVisible(index)]
        panel.setCurrentIndex(self.random.choice(shown))

    def _side(self) -> QWidget:
        places = self.window.places
        return self.random.choice(
            (places.inspector, places.inspector, places.bottom, places.left, places.top, places.costs, places.column,
             places.curves)
        )

    def do_field(self) -> None:
        """Type into a field of a panel; keep it, drop it, or leave it so."""
        panel = self._side()
        field = self._one_of(panel, QLineEdit) or self._one_of(panel, QPlainTextEdit)
        if field is not None:
            field.setFocus()
            QTest.keyClick(field, Key.Key_A, CTRL)
            _type(field, self.random.choice(TYPED))
            for key in self.random.choices(
                (Key.Key_Return, Key.Key_Escape, Key.Key_Up, Key.Key_Down, Key.Key_Tab), k=self.random.randrange(3)
            ):
                QTest.keyClick(self._focus(), key)

    def do_choice(self) -> None:
        """Turn a choice of a panel by its keys."""
        box = self._one_of(self._side(), QComboBox)
        if box is not None:
            box.setFocus()
            for _ in range(self.random.randrange(1, 3)):
                if isValid(box):
                    QTest.keyClick(box, self.random.choice((Key.Key_Up, Key.Key_Down)))

    def do_button(self) -> None:
        """Point at a button of a panel; press it or go on."""
        button = self._one_of(self._side(), QAbstractButton)
        if button is None:
            return
        QTest.mouseMove(button, button.rect().center())
        if self.random.random() < 0.6 and isValid(button) and button.isVisible():
            QTest.mouseClick(button, LEFT)

    def do_row(self) -> None:
        """Click into a list, a table or a text."""
        view = self._one_of(self._side(), QAbstractItemView)
        if view is not None:
            QTest.mouseClick(view.viewport(), LEFT, NONE, self._anywhere(view.viewport()))
            if isValid(view):
                QTest.keyClick(
                    view, self.random.choice((Key.Key_Down, Key.Key_Up, Key.Key_Return, Key.Key_F2, Key.Key_Right))
                )

    def do_point(self) -> None:
        """Point at any part of a panel."""
        part = self._one_of(self._side(), QWidget)
        if part is not None:
            QTest.mouseMove(part, self._anywhere(part))

    def do_text(self) -> None:
        """Click a line of the code."""
        text = self._one_of(self.window.places.bottom, QPlainTextEdit)
        if text is not None:
            QTest.mouseClick(text.viewport(), LEFT, NONE, self._anywhere(text.viewport()))

    def do_curves(self) -> None:
        view = self._one_of(self.window.places.bottom, QGraphicsView)
        if view is not None:
            QTest.mouseMove(view.viewport(), self._anywhere(view.viewport()))
            QTest.keyClick(view, self.random.choice((Key.Key_Left, Key.Key_Plus, Key.Key_Minus, Key.Key_Home)))

    def do_code_layer(self) -> None:
        """Open the code of a layer and write into it."""
        editor = self.window.feature(CodeLayers)
        if self.window.page is None or not editor.panel.isVisible():
            return
        text = self._one_of(editor.panel, QPlainTextEdit)
        if text is not None:
            QTest.mouseClick(text.viewport(), LEFT, NONE, self._anywhere(text.viewport()))
            _type(text, self.random.choice(("x", "\n    return None", "(", " # a", "1/0")))

    def do_view(self) -> None:
        """Heat maps, minimap, outline, themes, snapping."""
        self.window.commands[
            self.random.choice(
                (
                    "heat_none",
                    "heat_params",
                    "heat_compute",
                    "heat_memory",
                    "heat_time",
                    "minimap",
                    "outline",
                    "theme_dark",
                    "theme_light",
                    "theme_system",
                    "follow",
                    "snap",
                )
            )
        ].trigger()

    def do_resize(self) -> None:
        self.window.resize(self.random.randrange(900, 1700), self.random.randrange(600, 1000))


def _type(widget: QWidget, text: str) -> None:
    """Keys of a keyboard; what is on none comes as an input method sends it."""
    for letter in text:
        if letter == "\n":
            QTest.keyClick(widget, Qt.Key.Key_Return)
        elif letter.isascii():
            QTest.keyClicks(widget, letter)
        else:
            QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, 0, NONE, letter))
        if not isValid(widget):
            return


WEIGHTS = {
    "something_and_undo": 8,
    "click": 8,
    "hold": 8,
    "move": 5,
    "release": 1,
    "key": 10,
    "undo": 6,
    "redo": 4,
    "append": 8,
    "select": 8,
    "search": 6,
    "switch": 5,
    "train": 8,
    "steer": 6,
    "workspace": 3,
    "check": 3,
    "field": 8,
    "point": 6,
    "button": 4,
    "repair": 5,
    "resize": 1,
    "picture": 1,
    "view": 3,
    "undo_at_once": 4,
    "go_in_or_out": 4,
    "series": 1,
    "load_weights": 1,
    "comment": 5,
    "export": 1,
    "menu": 2,
    "save": 1,
    "start_page": 1,
}
