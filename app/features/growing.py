"""A trained network made larger without changing what it answers: a layer with more outputs, or one more layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.document.document import Document
from app.document.page import Page
from app.features.boxes import Boxes
from app.features.grown import TEXTS, Grow, Growth, grown_from, in_hand
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.experiment.experiment import Experiment
from engine.graph.graph import Node
from engine.messages import Message, say
from engine.training.events import EpochEnded, Event, Finished
from engine.training.values import Weights
from engine.units import grouped, value_text
from widgets.canvas.view.card_menu import GROWS
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from engine.network.growing.widening import Grown
    from widgets.find.deeper_box import DeeperBox, Inserted
    from widgets.find.width_box import WidthBox
    from widgets.parts.popup import Popup


class Growing(Feature):
    """One at a time; weights go back and forth with undo."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._box: Popup | None = None  # the last one that was opened
        self._growths: dict[Page, list[Growth]] = self.per_page()
        trainer = self._trainer = host.feature(Training).trainer
        trainer.state_changed.connect(self._take_state)
        trainer.event_arrived.connect(self._hear)

    def commands(self) -> Sequence[Row]:
        return [
            Command("make_wider", TEXTS["make_wider"][""], self.on_page(self.ask_width), "Network", "add", rank=2),
            Command("make_deeper", TEXTS["make_deeper"][""], self.on_page(self.ask_layer), "Network", "add", rank=2),
        ]

    def begin(self) -> None:
        self._show()

    def _hear(self, event: Event) -> None:
        if isinstance(event, (EpochEnded, Finished)):  # there are weights
            self._show()

    def connect_page(self, page: Page) -> None:
        page.document.changed.connect(lambda: self._follow(page))
        page.view.wider_requested.connect(lambda: self.ask_width(page))
        page.view.deeper_requested.connect(lambda: self.ask_layer(page))

    # -- whether it can be done ---------------------------------------------------------------------------------

    def show(self, page: Page) -> None:
        self._show()

    def show_start(self) -> None:
        self._show()

    def _take_state(self, state: str) -> None:
        """A run begins: what a box would do cannot be done now."""
        box = self.host.feature(Boxes).box
        if state == "preparing" and box is not None and box is self._box:
            box.dismiss()
        self._show()

    def _show(self) -> None:
        page = self.page
        why = self._hindrance(page.document) if page is not None else "untrained"
        for id, texts in TEXTS.items():
            if self.host.commands.text(id) != texts[why]:
                self.host.commands.rename(id, texts[why])
            self.host.commands[id].setEnabled(not why)
        if page is not None:
            page.view.growing = tuple(texts[why] for texts in TEXTS.values()), not why

    def _hindrance(self, document: Document) -> str:
        if self._trainer.trains(document):
            return "training"
        if not self.host.is_ready or in_hand(document) is None:
            return "untrained"
        return "changed" if document.owner is not None else ""

    def _one(self, page: Page, kinds: frozenset[str] | None) -> Node | None:
        """The layer that is selected; says so where there is none."""
        names = page.scene.selected_names()
        node = page.level.graph.nodes[names[0]] if len(names) == 1 else None
        if node is not None and (kinds is None or node.layer.kind() in kinds):
            return node
        page.refuse(say("Select the one Linear or convolution that shall be wider") if kinds is not None else
                    say("Select the one layer that another shall stand behind"))
        return None

    # -- asking -------------------------------------------------------------------------------------------------

    def ask_width(self, page: Page) -> None:
        """How wide the selected layer shall be, beside it."""
        node = self._one(page, GROWS)
        facts = page.level.analysis.nodes[node.name].facts if node is not None else None
        if node is None or facts is None or self._hindrance(page.document):
            return
        from widgets.find.width_box import WidthBox  # not seen at first

        name, shape = node.name, facts.output_shape
        width = shape[-1] if node.layer.kind() == "Linear" else shape[0]
        box = WidthBox(page.view, name, width, node.layer.category)
        box.chosen.connect(lambda width: self.widen(page, name, width, box))
        self._open(box, page, name)

    def ask_layer(self, page: Page) -> None:
        """Which layer shall stand behind the selected one, beside it."""
        node = self._one(page, None)
        facts = page.level.analysis.nodes[node.name].facts if node is not None else None
        if node is None or facts is None or self._hindrance(page.document):
            return
        from engine.network.growing.deepening import why_not_deeper  # loads torch, which is here
        from widgets.find.deeper_box import DeeperBox  # not seen at first

        name, place = node.name, ".".join((*page.level.path, node.name))
        reason = why_not_deeper(page.document.experiment, place)
        if reason is not None:
            page.refuse(reason)
            return
        box = DeeperBox(page.view, name, is_convolution=len(facts.output_shape) > 2)
        box.chosen.connect(lambda chosen: self.deepen(page, name, chosen, box))
        self._open(box, page, name)

    def _open(self, box: Popup, page: Page, name: str) -> None:
        self._box = box
        self.host.feature(Boxes).open_aside(box, page, [name])

    # -- doing --------------------------------------------------------------------------------------------------

    def widen(self, page: Page, name: str, width: int, box: WidthBox | None = None) -> None:
        """Give a layer of the level that is shown more outputs."""
        place = ".".join((*page.level.path, name))

        def grow(experiment: Experiment, weights: Weights) -> Grown:
            from engine.network.growing.widening import wider  # loads torch

            return wider(experiment, place, width, weights)

        words = say("{name} is {width} wide", name=name, width=grouped(width))
        self._grow(page, self.tr("Make {name} wider").format(name=name), grow, lambda _new: words, box)

    def deepen(self, page: Page, name: str, chosen: Inserted, box: DeeperBox | None = None) -> None:
        """Put a layer behind one of the level that is shown."""
        place = ".".join((*page.level.path, name))

        def grow(experiment: Experiment, weights: Weights) -> Grown:
            from engine.network.growing.deepening import deeper  # loads torch

            return deeper(experiment, place, weights, kernel_size=chosen.kernel_size, norm=chosen.norm)

        self._grow(page, self.tr("Insert a layer behind {name}").format(name=name), grow,
                   lambda new: say("{name} is followed by {new}", new=", ".join(new), name=name), box)

    def _grow(self, page: Page, text: str, grow: Grow, words: Callable[[list[str]], Message],
              box: WidthBox | DeeperBox | None) -> None:
        document, experiment = page.document, page.document.experiment
        found, root = in_hand(document), self.host.settings.data_root
        if self._job is not None or found is None or document.owner is not None:
            return

        def is_wanted() -> bool:
            """Whoever closes the box meanwhile does not want it any more."""
            return page in self.host.pages and (box is None or box is self.host.feature(Boxes).box)

        def refuse(message: Message) -> None:
            self._job = None
            if is_wanted() and box is not None:
                box.tell(sentence_text(message), "warning")
            elif is_wanted():
                page.refuse(message)

        def take(result: tuple[Grown, float]) -> None:
            self._job = None
            if not is_wanted():
                return
            if document.experiment.graph is not experiment.graph or self._hindrance(document):
                refuse(say("The network has changed meanwhile: nothing was done"))
                return
            new = self._put(page, text, result[0])
            self.host.say(say("{words}, and the network answers as before (largest difference {difference}): Train "
                              "goes on from these weights", words=words(new), difference=value_text(result[1], 1)),
                          "ok", of=document)

        if box is not None:
            box.tell(self.tr("A moment…"))
        self._job = self._jobs.start(lambda job: grown_from(experiment, found, grow, root, job), take, refuse)

    def _put(self, page: Page, text: str, grown: Grown) -> list[str]:
        """The larger network as one edit, and weights for it; the names of its new layers at this level."""
        document, before = page.document, page.level.graph
        graph, was, run = document.experiment.graph, (document.loaded, document.loaded_into), document.trained
        chosen = page.scene.selected_names()
        with page.scene.selecting_once():
            document.edit(text, grown.experiment)
            new = [name for name in page.level.graph.nodes if name not in before.nodes]
            page.scene.select(new[:1] or chosen)
        document.load_weights(grown.weights, document.experiment)
        self._growths.setdefault(page, []).append(
            Growth(graph, document.experiment.graph, was, (grown.weights, document.experiment), run))
        self.host.refresh()
        page.view.setFocus()
        return new

    # -- undone and done again ----------------------------------------------------------------------------------

    def _follow(self, page: Page) -> None:
        """Weights go with the graph that they are of; others that were loaded since stay."""
        document = page.document
        graph = document.experiment.graph
        for growth in reversed(self._growths.get(page, ())):
            if graph is growth.before and document.loaded is growth.now[0]:
                document.load_weights(*growth.was)
            elif graph is growth.after and document.loaded is growth.was[0] and document.trained is growth.run:
                document.load_weights(*growth.now)
            else:
                continue
            self.host.refresh()
            return

    def finish(self) -> None:
        self._jobs.finish()
