"""What is in front, a network or the start page, and the workspace in which the rooms stand round it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.document.page import Page
from app.window.panel import TabPanel
from app.window.panels import Panels
from app.window.settings import Workspace
from widgets.frame.topbar import TopBar
from widgets.parts.focus import can_have_focus


class Stage(QObject):
    """One workspace for all networks; the start page has no panels, whichever was chosen."""

    rearranged = Signal()  # the rooms are arranged in another way

    def __init__(self, stack: QStackedWidget, panels: Panels, bottom: TabPanel, curves: QWidget, top: TopBar) -> None:
        super().__init__()
        self._stack, self._panels, self._bottom, self._curves, self._top = stack, panels, bottom, curves, top
        self.workspace: Workspace = "build"  # as it was chosen
        self._told: Page | None = None  # the page whose messages do not lie over its canvas
        panels.changed.connect(self._say_where_there_is_room)

    @property
    def page(self) -> Page | None:
        """The network in front, or None on the start page."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Page) else None

    def show(self, widget: QWidget) -> None:
        """Bring a network or the start page to the front."""
        self._leave()
        self._stack.setCurrentWidget(widget)
        self._panels.set_working(self.page is not None)
        self._top.workspaces.setEnabled(self.page is not None)
        self._arrange()

    def _leave(self) -> None:
        """Another is about to be in front."""
        if self.page is not None:
            self.page.keep_place()
        if self._told is not None:
            self._told.say_over(None)
            self._told = None

    def choose(self, workspace: Workspace) -> None:
        """Arrange the rooms so; whatever has the keyboard keeps it where it is still to be seen."""
        self.workspace = workspace
        page, focus, body = self.page, QApplication.focusWidget(), self._panels.body
        if page is None or workspace == self._panels.workspace:
            self._top.workspaces.show_chosen(workspace)
            return
        inside = focus is not None and body.isAncestorOf(focus)
        if inside:
            page.view.setFocus()  # what is typed counts
        page.keep_place()
        body.setUpdatesEnabled(False)
        self._arrange()
        body.setUpdatesEnabled(True)
        if inside:
            next((each for each in (focus, page.view) if can_have_focus(each)), self._curves).setFocus()

    def _arrange(self) -> None:
        """The same rooms, as the workspace wants them."""
        workspace = self.workspace if self.page is not None else "build"
        self._top.show_workspace(self.workspace, with_steps=workspace == "train")
        if workspace != self._panels.workspace:
            self._bottom.show_workspace(workspace)
            self._panels.arrange(workspace)
            self.rearranged.emit()
        if self.page is not None:
            self._stand(self.page, workspace)

    def _stand(self, page: Page, workspace: Workspace) -> None:
        """Beside the curves the canvas is a column, and messages are said where there is room for them."""
        as_column = workspace == "train"
        self._told = page if as_column else None
        page.say_over(None)
        self._say_where_there_is_room()
        if as_column:
            self._panels.want("left", page.view.column_widths())
        page.stand("column" if as_column else "inside" if workspace == "inside" else "middle")

    def _say_where_there_is_room(self) -> None:
        """Not over the curves, unless there is nothing below them."""
        if self._told is not None:
            self._told.say_over(self._bottom if self._panels.shows("bottom") else self._curves)
