"""What is seen inside is taken away: every layer's output, the canvas, and each page, as pictures and as numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.features.probing import Probing
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.files import write_bytes
from engine.formats import Format, format_of
from engine.messages import LayerloomError, say
from engine.runs.naming import safe_name

if TYPE_CHECKING:
    from app.insight.look import Seen
    from widgets.canvas.pictures.export import Beside

PICTURES = Format(".png", "Picture"), Format(".svg", "Vector picture")
NUMBERS = (Format(".npz", "Numbers"),)
WITH_GRADIENTS = "gradients", "steps"  # pages of the layer in hand that show them
NOTHING = say("There is nothing to save yet: nothing was seen")


class InsideSaving(Feature):
    """Asks where; numbers are written in the background, for there may be many."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._inside = host.feature(Inside)
        self._jobs = Jobs(self)
        self._connected: list[QWidget] = []  # panels, which are made when they are first seen

    def commands(self) -> Sequence[Row]:
        rows = (("save_outputs", "Save outputs of all layers…", self.save_outputs),
                ("save_inside", "Save picture of the network with outputs…", self.save_canvas),
                ("copy_inside", "Copy picture of the network with outputs", self.copy_canvas),
                ("save_layer_picture", "Save picture of the layer…", lambda: self._save_front("picture")),
                ("save_layer_numbers", "Save numbers of the layer…", lambda: self._save_front("numbers")))
        return [Command(id, text, does, "View", "inside", submenu="Save what is seen inside", rank=1)
                for id, text, does in rows]

    def begin(self) -> None:
        self._inside.came.connect(self._come)
        self.host.places.stage.rearranged.connect(self._enable)
        self._enable()
        if self._inside.now is not None:
            self._come(self._inside.now)

    def _enable(self) -> None:
        for row in self.commands():
            self.host.commands[row.id].setEnabled(self._inside.is_on)

    def _come(self, _inside: PageInside) -> None:
        """The panels are made by then."""
        probe, layer = self.host.feature(Probing).panel, self.host.feature(LayerInHand).panel
        for panel, save in ((probe, self.save_probe), (layer, self.save_page)):
            if panel is not None and panel not in self._connected:
                self._connected.append(panel)
                panel.save_requested.connect(save)

    # -- the whole network --------------------------------------------------------------------------------------

    def save_outputs(self) -> None:
        """Every layer's output for the sample in hand, and gradients where the layer's page shows them."""
        seen, page = self._take_seen(), self._inside.layer_page
        if seen is None:
            return
        with_gradients = page in WITH_GRADIENTS and seen.layer is not None and not seen.layer.gradients_wrong

        def make() -> dict[str, Any]:
            from app.insight.taking import all_layers  # is loaded

            return all_layers(seen, with_gradients)

        self._save_numbers(self.tr("Save outputs of all layers"), self._name("outputs", level=False), make)

    def save_canvas(self) -> None:
        """The canvas as it is seen, with what lies beside its cards."""
        now = self._inside.now
        if now is None or self._take_seen() is None:
            return
        from engine.figures.export import written_as  # not needed at the start
        from widgets.canvas.pictures.export import save_canvas  # the same
        from widgets.look import theme  # the same

        formats, level = written_as("canvas"), now.page.level
        path = self._ask(self.tr("Save picture of the network with outputs"), self._name("inside"), formats)
        if path is not None:
            self._write(path, lambda: save_canvas(level.analysis, level.problems, now.page.scene.caption, path,
                                                  theme.current(), beside=self._beside(now)))

    def copy_canvas(self) -> None:
        """The same as pixels on the clipboard."""
        now = self._inside.now
        if now is None or self._take_seen() is None:
            return
        from widgets.canvas.pictures.export import canvas_image  # not needed at the start

        level = now.page.level
        try:
            image = canvas_image(level.analysis, level.problems, now.page.scene.caption, self._beside(now))
        except LayerloomError as error:
            self.host.say(error.message, "error")
            return
        QGuiApplication.clipboard().setImage(image)
        self.host.say(say("The picture is on the clipboard"), "ok")

    def _beside(self, inside: PageInside) -> Beside:
        from widgets.canvas.pictures.export import Beside  # not needed at the start

        items = inside.outputs.items
        outputs = {name: item.shown for name, item in items.items() if item.shown is not None}
        changed: dict[str, Collection[int]] = {name: item.changed for name, item in items.items()}
        return Beside(inside.page.scene.graph, outputs, changed)

    # -- what the panels show -----------------------------------------------------------------------------------

    def save_probe(self, part: str, kind: str) -> None:
        """What is on the pad, or what the network answers; as numbers both."""
        panel, seen = self.host.feature(Probing).panel, self._take_seen()
        if panel is None or seen is None:
            return
        if kind == "picture":
            widget = panel.pad if part == "pad" else panel.answers
            self._save_picture(widget, self._name("input" if part == "pad" else "answer", level=False))
            return

        def make() -> dict[str, Any]:
            from app.insight.taking import of_probe  # is loaded

            return of_probe(seen)

        self._save_numbers(self.tr("Save numbers"), self._name("answer", level=False), make)

    def save_page(self, page: str, kind: str) -> None:
        """A page of the layer in hand."""
        panel, now, seen = self.host.feature(LayerInHand).panel, self._inside.now, self._take_seen()
        if panel is None or now is None or seen is None:
            return
        name = self._name(now.card, page)
        if kind == "picture":
            self._save_picture(panel.page_of(page), name)
            return
        from app.insight.taking import of_page  # is loaded

        arrays = of_page(seen.layer, page) if seen.layer is not None else {}
        heat = panel.why.explained.picture.heat
        if page == "why" and heat is not None:
            arrays = {"heat": heat}  # also what took too long to be found at once
        if not arrays:
            self.host.say(say("This page shows no numbers"))
            return
        self._save_numbers(self.tr("Save numbers"), name, lambda: arrays)

    def _save_front(self, kind: str) -> None:
        panel = self.host.feature(LayerInHand).panel
        if panel is not None:
            self.save_page(panel.page, kind)

    # -- writing ------------------------------------------------------------------------------------------------

    def _take_seen(self) -> Seen | None:
        """What was seen last; where there is nothing, that is said."""
        now = self._inside.now
        if now is not None and now.seen is None:
            self.host.say(now.wrong or NOTHING)
        return now.seen if now is not None else None

    def _name(self, *parts: str, level: bool = True) -> str:
        """``lenet-conv1-maps``; inside a block with its place: ``resnet-stage1-conv1-maps``."""
        assert self.page is not None
        path = self.page.level.path if level else ()
        return "-".join(map(safe_name, (self.page.document.name, *path, *parts)))

    def _ask(self, title: str, name: str, formats: Sequence[Format]) -> Path | None:
        return self.asking("pictures").save(title, f"{name}{formats[0].suffix}", formats)

    def _save_picture(self, widget: QWidget, name: str) -> None:
        path = self._ask(self.tr("Save picture"), name, PICTURES)
        if path is None:
            return
        from widgets.findings.saving import widget_png, widget_svg  # not seen at first

        make = widget_svg if format_of(path, PICTURES) is PICTURES[1] else widget_png
        self._write(path, lambda: write_bytes(path, make(widget)))

    def _write(self, path: Path, write: Callable[[], object]) -> None:
        """At once, for what is seen may be another a moment later."""
        try:
            write()
        except LayerloomError as error:
            self.host.say(error.message, "error")
        else:
            self.host.say(say("Saved {file}", file=path.name), "ok")

    def _save_numbers(self, title: str, name: str, make: Callable[[], dict[str, Any]]) -> None:
        path, document = self._ask(title, name, NUMBERS), self.page.document if self.page is not None else None
        if path is None:
            return

        def work(_: Job) -> int:
            from widgets.findings.saving import npz  # not seen at first

            arrays = make()
            write_bytes(path, npz(arrays))
            return len(arrays)

        self._jobs.start(
            work, lambda count: self.host.say(say("Saved {file}: {count} arrays", file=path.name, count=count), "ok",
                                              of=document),
            lambda message: self.host.say(message, "error", of=document))

    def finish(self) -> None:
        self._jobs.finish()
