"""A person's own blocks: named when they are made, kept for other networks, passed on as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QMenu

from app.document.page import Page
from app.window import dialogs
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.blocks.custom import Custom, Exposed
from engine.experiment.block_files import BLOCK, keep_block, load_block, own_blocks, save_block
from engine.graph.edits import with_layers
from engine.graph.graph import Node
from engine.layers.base import LAYERS, Layer
from engine.messages import LayerloomError, Message, say

if TYPE_CHECKING:
    from widgets.blocks.dialog import BlockDialog

OWN = "own:"  # what begins the kind of a person's own block in the palette


class Blocks(Feature):
    """The palette's “My blocks”, and the dialogs and files behind them."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._palette, self._folder = host.places.palette, host.settings.blocks
        self._blocks: dict[str, Custom] = {}
        self._broken: list[Message] = []
        if host.settings.palette:
            self._palette.arrange(host.settings.palette)
        self._palette.arranged.connect(lambda arrangement: setattr(host.settings, "palette", arrangement))
        self._palette.own_menu_requested.connect(self.show_menu)
        self.refresh()

    def commands(self) -> Sequence[Row]:
        rows: tuple[tuple[str, str, Callable[[], object], tuple[str, ...]], ...] = (
            ("make_block", "Make block…", self.on_page(lambda page: page.request_block()), ("Ctrl+G",)),
            ("dissolve", "Dissolve block", self.on_page(lambda page: page.dissolve()), ("Ctrl+Shift+G",)),
            ("edit_block", "Name and options of the block…", self.edit, ()),
            ("keep_block", "Add to my blocks", self.keep, ()),
            ("forget_block", "Remove from my blocks", self.forget, ()),
            ("save_block", "Save block as file…", self.save, ()),
            ("load_blocks", "Add blocks from files…", self.load, ()),
        )  # fmt: skip
        return [Command(id, text, does, "Network", "blocks", keys, canvas=bool(keys), rank=1)
                for id, text, does, keys in rows]

    def begin(self) -> None:
        if self._broken:
            self.host.say(say("{count} of your blocks cannot be read and is left out: {reason}" if not self._broken[1:]
                              else "{count} of your blocks cannot be read and are left out. The first: {reason}",
                              count=len(self._broken), reason=self._broken[0]), "error")

    def connect_page(self, page: Page) -> None:
        page.view.make_layer, page.view.is_kept = self.make_layer, self.is_kept
        page.view.keep_requested.connect(self.keep)
        page.view.forget_requested.connect(self.forget)
        page.block_requested.connect(lambda nodes: self.ask(page, nodes))

    def refresh(self) -> None:
        """What is in the folder now; a file that cannot be read is left out, which ``begin`` says."""
        found = own_blocks(self._folder)
        self._blocks = {own.block.label: own.block for own in found if own.block is not None}
        self._broken = [own.problem for own in found if own.problem is not None]
        self._palette.show_own_blocks([(label, f"{OWN}{label}") for label in self._blocks])

    def make_layer(self, kind: str) -> Layer | None:
        """What a kind of the palette stands for; None: nothing any more."""
        if kind.startswith(OWN):
            return self._blocks.get(kind.removeprefix(OWN))
        return LAYERS[kind]() if kind in LAYERS else None

    def kinds(self) -> list[tuple[str, str]]:
        """The person's own blocks, as (kind, label)."""
        return [(f"{OWN}{label}", label) for label in self._blocks]

    # -- making -------------------------------------------------------------------------------------------------

    def ask(self, page: Page, nodes: list[Node]) -> None:
        """Ask what the block shall be called and which options it shows, and make it."""
        dialog = self._dialog(self.tr("Block"), nodes)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            page.make_block(dialog.label, [Exposed(title, tuple(targets)) for title, targets in dialog.exposed], nodes)
        dialog.deleteLater()

    def edit(self) -> None:
        """Ask anew for the name and the options of the selected block."""
        found = self._selected()
        if found is None:
            return
        page, name, block = found
        exposed = [(one.title, one.targets) for one in block.exposed]
        dialog = self._dialog(block.label, block.graph.nodes.values(), exposed)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            shown = tuple(Exposed(title, tuple(targets)) for title, targets in dialog.exposed)
            layer = block.model_copy(update={"label": dialog.label, "exposed": shown})
            self._change(page, name, block, layer)
        dialog.deleteLater()

    def _change(self, page: Page, name: str, block: Custom, layer: Custom) -> None:
        graph = page.level.graph
        if name not in graph.nodes or graph.nodes[name].layer != block:
            page.refuse(say("{name} has changed meanwhile: choose its name and options again", name=name))
        else:
            page.edit(self.tr("Change {name}").format(name=name), with_layers(graph, {name: layer}))

    def _dialog(self, label: str, nodes: Iterable[Node],
                exposed: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()) -> BlockDialog:
        from widgets.blocks.dialog import BlockDialog  # not seen at first
        from widgets.blocks.options import block_options

        return BlockDialog(label, block_options(nodes), exposed, self.host.widget)

    def _selected(self) -> tuple[Page, str, Custom] | None:
        """The selected block of one's own; says so where there is none."""
        page = self.page
        names = page.scene.selected_names() if page is not None else []
        layer = page.level.graph.nodes[names[0]].layer if page is not None and len(names) == 1 else None
        if page is None or not isinstance(layer, Custom):
            self.host.say(say("Select one block of your own: make one with Ctrl+G"), "info")
            return None
        return page, names[0], layer

    def is_kept(self, layer: Layer) -> bool:
        """Whether one's own blocks hold one of this name."""
        return isinstance(layer, Custom) and layer.label in self._blocks

    # -- keeping ------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Put the selected block among one's own; one of the same name is replaced."""
        found = self._selected()
        if found is not None:
            self._try(lambda: keep_block(found[2], self._folder),
                      say("“{name}” is among your blocks in the palette", name=found[2].label))

    def save(self) -> None:
        """Write the selected block into a file, for others."""
        found = self._selected()
        if found is not None:
            self._save(found[2])

    def _save(self, block: Custom) -> None:
        title, suggestion = self.tr("Save block"), f"{block.stem}{BLOCK.suffix}"
        path = self.asking("block").save(title, suggestion, [BLOCK])
        if path is not None:
            self._try(lambda: save_block(block, path), say("Saved {file}", file=path.name))

    def load(self) -> None:
        """Bring blocks from files among one's own."""
        for path in self.asking("block").open(self.tr("Add blocks"), dialogs.filters_of([BLOCK])):
            self._try(partial(self._take, path),
                      say("{file} is among your blocks in the palette", file=path.name))

    def _take(self, path: Path) -> None:
        keep_block(load_block(path), self._folder)

    def show_menu(self, kind: str, place: QPoint) -> None:
        """What can be done with a block in the palette."""
        block = self._blocks.get(kind.removeprefix(OWN))
        if block is not None:
            menu = QMenu(self.host.widget)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(self.tr("Save as file…")).triggered.connect(lambda: self._save(block))
            menu.addAction(self.tr("Remove from my blocks")).triggered.connect(lambda: self._forget(block.label))
            menu.popup(place)

    def forget(self) -> None:
        """Remove the selected block from one's own; networks that use it keep it."""
        found = self._selected()
        if found is not None:
            self._forget(found[2].label)

    def _forget(self, label: str) -> None:
        paths = [own.path for own in own_blocks(self._folder) if own.block is not None and own.block.label == label]
        for path in paths:
            with suppress(OSError):  # then it is still among them, as one sees
                path.unlink(missing_ok=True)
        gone = say("“{name}” is no longer among your blocks; networks that use it keep it", name=label)
        self.host.say(gone if paths else say("“{name}” is not among your blocks", name=label), "info")
        self.refresh()

    def _try(self, act: Callable[[], object], done: Message) -> None:
        try:
            act()
        except LayerloomError as error:
            self.host.say(error.message, "error")
        else:
            self.host.say(done, "ok")
            self.refresh()
