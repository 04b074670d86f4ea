"""Two networks in one picture: what to compare with is picked from a list, the picture lies over the canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.features.compare_choices import FILE, Choice, choices, loaded
from app.window import dialogs
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.analysis.analysis import analyze
from engine.compare.compare import compare
from engine.experiment.costs import costs_of
from engine.experiment.experiment import LOOM
from engine.messages import LayerloomError, say
from widgets.look.text import sentence_text, translated

if TYPE_CHECKING:
    from app.document.page import Page
    from engine.compare.union import Union
    from engine.experiment.experiment import Experiment
    from widgets.compare.canvas import Side
    from widgets.compare.panel import ComparePanel
    from widgets.find.pick_box import PickBox


@dataclass
class Other:
    """What a document is compared with; ``swapped``: the document comes first."""

    name: str
    detail: str
    experiment: Experiment
    swapped: bool = False


class Comparing(Feature):
    """At most one comparison over each page."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._panels: dict[Page, ComparePanel] = self.per_page()
        self._others: dict[Page, Other] = self.per_page()
        self._box: PickBox | None = None
        self._passes_on = False  # a selection from one canvas to the other

    def commands(self) -> Sequence[Row]:
        return [Command("compare", "Compare with…", self.choose, "File", "compare")]

    def connect_page(self, page: Page) -> None:
        page.document.changed.connect(lambda: self._refresh(page))
        page.scene.names_selected.connect(lambda names: self._select_in_picture(page, names))

    def panel(self, page: Page) -> ComparePanel | None:
        """The comparison over a page."""
        return self._panels.get(page)

    # -- with what ----------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask what to compare the network in front with."""
        page = self.page
        if page is None:
            self.host.say(say("Open a network first"))
            return
        from widgets.find.pick_box import PickBox  # not seen at first

        if self._box is not None:
            self._box.dismiss()
        found = {choice.row.key: choice for choice in choices(self.host, page)}
        title = self.tr("Compare {name} with").format(name=page.document.name)
        rows = [choice.row for choice in found.values()]
        box: PickBox = PickBox(self.host.places.body, title, f"{title}…", rows, 520, 12)
        box.picked.connect(lambda row: self._take(page, found[row.key]))
        box.closed.connect(self._forget_box)
        self._box = box
        box.open_in_the_middle()

    def _forget_box(self) -> None:
        self._box = None

    def _take(self, page: Page, choice: Choice) -> None:
        if choice.row.key == FILE:
            title = self.tr("Compare with a network")
            for path in self.asking("network").open(title, dialogs.filters_of([LOOM]))[:1]:
                self.compare_with(page, path.stem, path.name, partial(loaded, str(path)))
            return
        row, name = choice.row, page.document.name
        self.compare_with(page, *((name, choice.own) if choice.own else (row.title, row.detail)), choice.load)

    # -- the picture --------------------------------------------------------------------------------------------

    def compare_with(self, page: Page, name: str, detail: str, load: Callable[[], Experiment]) -> bool:
        """Show what a page's network has otherwise than this one, or say why that cannot be read: False."""
        try:
            experiment = load()
        except LayerloomError as error:
            page.notice.show_message(_sentence(error), "error")
            return False
        from widgets.compare.panel import ComparePanel  # not seen at first

        old = self._panels.pop(page, None)
        if old is not None:
            old.dismiss()
        self._others[page] = Other(name, detail, experiment)
        panel = self._panels[page] = ComparePanel(page, page.view)
        panel.swap_requested.connect(lambda: self._swap(page))
        panel.closed.connect(lambda: self._forget(page, panel))
        panel.selected.connect(lambda names: self._select_in_network(page, names))
        self._refresh(page)
        panel.open()
        page.notice.move_to(panel.view)  # what is said meanwhile is seen
        return True

    def _refresh(self, page: Page) -> None:
        """The network has changed, or which of the two comes first."""
        panel, other = self._panels.get(page), self._others.get(page)
        if panel is None or other is None:
            return
        experiment = page.document.experiment
        mine = _side(page.document.name, self.tr("as it is now"), experiment)
        its = _side(other.name, other.detail, other.experiment)
        before, after = (mine, its) if other.swapped else (its, mine)
        pair = (experiment, other.experiment) if other.swapped else (other.experiment, experiment)
        panel.show_comparison(compare(*pair), before, after)

    def _swap(self, page: Page) -> None:
        self._others[page].swapped = not self._others[page].swapped
        self._refresh(page)

    def _forget(self, page: Page, panel: ComparePanel) -> None:
        page.rest_notice()
        if self._panels.get(page) is panel:
            del self._panels[page]

    # -- one selection on both canvases -------------------------------------------------------------------------

    def _select_in_picture(self, page: Page, names: list[str]) -> None:
        panel = self._panels.get(page)
        if panel is not None and panel.union is not None and not self._passes_on and not page.level.path:
            keys = self._keys(page, panel.union)
            self._passing_on(lambda: panel.select([keys[name] for name in names if name in keys]))

    def _select_in_network(self, page: Page, names: list[str]) -> None:
        panel = self._panels.get(page)
        if panel is not None and panel.union is not None and not self._passes_on and not page.level.path:
            own = {key: name for name, key in self._keys(page, panel.union).items()}
            self._passing_on(lambda: page.scene.select([own[name] for name in names if name in own]))

    def _passing_on(self, act: Callable[[], None]) -> None:
        self._passes_on = True
        try:
            act()
        finally:
            self._passes_on = False

    def _keys(self, page: Page, union: Union) -> dict[str, str]:
        """What the document's own nodes are called in the picture."""
        nodes = {key: pair.before if self._others[page].swapped else pair.after for key, pair in union.pairs.items()}
        return {node.name: key for key, node in nodes.items() if node is not None}


def _side(name: str, detail: str, experiment: Experiment) -> Side:
    """What is known of one of the two."""
    from widgets.compare.canvas import Side  # not seen at first

    recipe, data = experiment.recipe, experiment.data
    analysis = analyze(experiment.graph, data.sample_shape)
    costs = costs_of(analysis, recipe) if analysis.params else None
    return Side(name, detail, analysis, costs, recipe.batch_size, translated(data.source.title))


def _sentence(error: LayerloomError) -> str:
    return sentence_text(error.message)
