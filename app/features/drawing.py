"""Pictures of the network: the canvas as it is, a figure for a paper, a table of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.messages import LayerloomError, Message, say
from widgets.look import theme

if TYPE_CHECKING:
    from engine.figures.export import DrawingFormat


class Style(NamedTuple):
    """What a picture can show, and the kinds of file it can be."""

    id: str
    title: str
    formats: Sequence[DrawingFormat]


class Drawing(Feature):
    """Asks which picture, then where; figures and tables are drawn in the background."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self.menu: QMenu | None = None  # while one chooses

    def commands(self) -> Sequence[Row]:
        return [Command("export_picture", "Export picture…", self.choose, "File", "take", ("Ctrl+Shift+E",), rank=1)]

    def styles(self) -> list[Style]:
        """Every style there is."""
        from engine.figures.export import written_as  # not needed at the start

        canvas = written_as("canvas")
        table = sorted(written_as("table"), key=lambda each: "figure" in each.styles)  # texts come first
        return [
            Style("canvas", self.tr("The canvas, in these colours…"), canvas),
            Style("white", self.tr("The canvas, on white…"), canvas),
            Style("figure", self.tr("A figure for a paper…"), written_as("figure")),
            Style("table", self.tr("A table of the layers…"), table),
        ]

    def choose(self) -> None:
        """Offer the styles over the canvas."""
        page = self.page
        if page is None:
            return
        self.menu = menu = QMenu(self.host.widget)
        menu.setAccessibleName(self.tr("Which picture"))
        menu.addAction(self.tr("Export a picture")).setEnabled(False)
        for style in self.styles():
            menu.addAction(style.title).triggered.connect(lambda _=False, style=style: self.ask(style))
        menu.aboutToHide.connect(menu.deleteLater)
        page.view.hidden.connect(menu.close)
        menu.setActiveAction(menu.actions()[1])
        room = page.view.rect()
        menu.popup(page.view.mapToGlobal(QPoint((room.width() - menu.sizeHint().width()) // 2, 48)))

    def ask(self, style: Style) -> None:
        """Ask where, and draw."""
        page = self.page
        if page is None:
            return
        name = page.level.path[-1] if page.level.path else page.document.name
        suggestion = f"{name}{style.formats[0].suffix}"
        path = self.asking("picture").save(self.tr("Export picture"), suggestion, style.formats)
        if path is not None:
            self.draw(page, path, style.id)

    def draw(self, page: Page, path: Path, style: str) -> None:
        """Write the picture of what the canvas of ``page`` shows, and say what came of it."""
        if style in ("canvas", "white"):
            self._draw_canvas(page, path, style)
            return
        analysis = page.level.analysis
        title = page.level.path[-1] if page.level.path else page.document.experiment.title or page.document.name

        def work(_: Job) -> None:
            from engine.figures.export import draw  # loads matplotlib

            draw(analysis, path, style, title)

        self._jobs.start(work, lambda _: self._say_done(page, path), lambda message: self._say_failed(page, message))

    def _draw_canvas(self, page: Page, path: Path, style: str) -> None:
        from widgets.canvas.pictures.export import save_canvas  # not needed at the start

        look, ground = (theme.LIGHT, "#ffffff") if style == "white" else (theme.current(), "")
        try:
            save_canvas(page.level.analysis, page.level.problems, page.scene.caption, path, look, ground)
        except LayerloomError as error:
            self._say_failed(page, error.message)
        else:
            self._say_done(page, path)

    def _say_done(self, page: Page, path: Path) -> None:
        self.host.say(say("Saved {file}", file=path.name), "ok", of=page.document)

    def _say_failed(self, page: Page, message: Message) -> None:
        self.host.say(message, "error", of=page.document)

    def finish(self) -> None:
        self._jobs.finish()
