"""Minimap, outline, find, following a tensor, stepping through problems."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from app.features.base import Feature, Handlers
from app.features.leading import lead_to
from engine.blocks.base import Block
from engine.messages import say
from widgets.look.text import message_text, sentence_text

if TYPE_CHECKING:
    from app.document.page import Page
    from app.features.finder import Finder
    from engine.advice.problem import Problem
    from widgets.canvas.cards.highlight import Highlight
    from widgets.canvas.wires.follow import Follower
    from widgets.frame.minimap import Minimap


class Around:
    """What stands around one page's canvas."""

    def __init__(self, page: Page) -> None:
        from app.features.finder import Finder
        from widgets.canvas.wires.follow import Follower
        from widgets.frame.minimap import Minimap

        self.page = page
        self.minimap: Minimap = Minimap(page.view)
        self.follower: Follower = Follower(page.view)
        self.finder: Finder = Finder(page)
        self._way: Highlight | None = None
        self.at: Problem | None = None  # the problem one was led to last
        self.follower.asked.connect(self._follow)
        self.finder.found.connect(self._show_highlight)

    def _follow(self, highlight: Highlight | None) -> None:
        self._way = highlight
        self._show_highlight()

    def _show_highlight(self) -> None:
        """A tensor that is followed stands out before what was found."""
        self.page.scene.show_highlight(self._way or self.finder.highlight)


class Finding(Feature):
    """Leads to a layer: by the eye, by a list, by words, along the wires, and to what is wrong."""

    _is_complete = False
    _from_outline = False

    def handlers(self) -> Handlers:
        return {
            "minimap": self.toggle_minimap, "outline": self.toggle_outline, "find": self.find, "follow": self.follow,
            "next_problem": partial(self.step_problem, 1), "previous_problem": partial(self.step_problem, -1),
        }  # fmt: skip

    def complete(self) -> None:
        self._is_complete = True
        self._around: WeakKeyDictionary[Page, Around] = WeakKeyDictionary()
        layout, actions = self.window.layout_, self.window.actions_
        layout.add_outline()
        layout.outline.selected.connect(self._select)
        layout.outline.entered.connect(self._enter)
        layout.left.currentChanged.connect(lambda _index: self._show_outline())
        self.window.trainer.state_changed.connect(lambda _state: self._show_running())
        actions["minimap"].setChecked(self.window.settings.minimap)
        for page in self.window.pages:
            self.connect_page(page)

    def connect_page(self, page: Page) -> None:
        if self._is_complete:
            around = self._around[page] = Around(page)
            around.minimap.set_wanted(self.window.settings.minimap)
            self._show_running()

    def around(self, page: Page) -> Around:
        """What stands around a page's canvas."""
        return self._around[page]

    def show(self, page: Page) -> None:
        self._show_outline()

    def show_selection(self, page: Page | None) -> None:
        if page is not None and self._is_complete:
            self.window.actions_["follow"].setChecked(self._around[page].follower.holds)
            if not self._from_outline and self.window.layout_.outline.isVisible():
                self._select_in_outline(page)

    # -- minimap ------------------------------------------------------------------------------------------------

    def toggle_minimap(self) -> None:
        """Switch it on or off, in every network, now and at the next start."""
        on = self.window.settings.minimap = self.window.actions_["minimap"].isChecked()
        for around in self._around.values():
            around.minimap.set_wanted(on)
        page = self.page
        if on and page is not None and not self._around[page].minimap.isVisible():
            self.window.say(say("The minimap appears as soon as not everything is in view"))

    def _show_running(self) -> None:
        trainer = self.window.trainer
        for page, around in self._around.items():
            around.minimap.show_running(trainer.document is page.document and trainer.state != "idle")

    # -- outline ------------------------------------------------------------------------------------------------

    def toggle_outline(self) -> None:
        """Bring the outline to the front and go there; once more: back to the layers."""
        layout, on = self.window.layout_, self.window.actions_["outline"].isChecked()
        layout.left.setCurrentWidget(layout.outline if on else layout.palette)
        if on:
            layout.outline.setFocus()
        elif self.page is not None:
            self.page.view.setFocus()

    def _show_outline(self) -> None:
        if not self._is_complete:
            return
        layout, page = self.window.layout_, self.page
        self.window.actions_["outline"].setChecked(layout.left.currentWidget() is layout.outline)
        if page is not None and layout.outline.isVisible():
            layout.outline.show_network(page.analysis, page.problems)
            if not self._from_outline:
                self._select_in_outline(page)

    def _select_in_outline(self, page: Page) -> None:
        prefix = "".join(f"{name}." for name in page.level.path)
        names = page.scene.selected_names()
        paths = [prefix + name for name in names] or [prefix.rstrip(".")] * bool(prefix)
        self.window.layout_.outline.select(paths)

    def _select(self, paths: list[str]) -> None:
        """Selected in the outline: here, too."""
        page = self.page
        if page is None:
            return
        self._from_outline = True
        try:
            lead_to(page, paths[-1], [path.rpartition(".")[2] for path in paths])
        finally:
            self._from_outline = False

    def _enter(self, path: str) -> None:
        """Into a block; to any other layer."""
        page = self.page
        if page is None:
            return
        lead_to(page, path)
        name = path.rpartition(".")[2]
        if name in page.level.graph.nodes and isinstance(page.level.graph.nodes[name].layer, Block):
            page.open(name)
        else:
            page.view.setFocus()

    # -- words and wires ----------------------------------------------------------------------------------------

    def find(self) -> None:
        """Find layers in the network in front."""
        if self.page is not None:
            self.page.notice.dismiss()  # it lies where the bar comes
            self._around[self.page].finder.open()

    def follow(self) -> None:
        """Light the whole past and future of what is selected, until asked again."""
        page = self.page
        if page is None:
            return
        follower = self._around[page].follower
        follower.hold(not follower.holds)
        self.window.actions_["follow"].setChecked(follower.holds)
        if follower.holds and not page.scene.selectedItems():
            self.window.say(say("Select a layer or a wire to follow what flows through it"))

    # -- problems -----------------------------------------------------------------------------------------------

    def step_problem(self, step: int) -> None:
        """Lead to the next problem and say what it is, with a button that mends it."""
        page = self.page
        if page is None:
            return
        inside = page.level.problems if page.level.path else ()
        problems, around = inside or page.problems, self._around[page]
        if not problems:
            page.notice.show_message(self.tr("Nothing is wrong"), "ok", timeout_ms=4000)
            return
        keys = [(problem.node, problem.message) for problem in problems]
        last = (around.at.node, around.at.message) if around.at is not None else None
        index = (keys.index(last) + step) % len(keys) if last in keys else (0 if step > 0 else len(keys) - 1)
        around.at = problem = problems[index]
        if problem.node is not None:
            lead_to(page, ".".join([*page.level.path, problem.node]) if inside else problem.node)
        where = f"{problem.node}: " if problem.node is not None else ""
        words = f"{index + 1}/{len(problems)}  {where}{sentence_text(problem.message)}"
        actions = [(message_text(repair.text), partial(page.repair, repair)) for repair in problem.repairs[:1]]
        page.notice.show_message(words, "error" if problem.severity == "error" else "info", actions)
