"""The layer in hand at the right of Look inside: its maps, kernels, gradients, arithmetic, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.document.in_hand import in_hand
from app.features.inside import Inside, PageInside
from app.window.host import Feature, Host
from engine.blocks.base import Block
from engine.layers.inputs import Input
from engine.units import shape_text
from widgets.look.text import sentence_text, title_of

if TYPE_CHECKING:
    from app.insight.look import Seen
    from app.insight.wanted import LayerSeen
    from widgets.inside.panel import LayerPanel

WITHOUT_WEIGHTS = ("input", "pooling", "regularization", "merge")
PAGES = ("maps", "kernels", "gradients", "steps", "why")


class LayerInHand(Feature):
    """Shows what was seen of it; asks for units, pages and reasons."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.panel: LayerPanel | None = None
        self._inside = host.feature(Inside)
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._show)
        self._shown: Any = None  # the kernels that are on the screen
        self._has_steps = False
        self._classes: tuple[str, ...] | None = None

    def _come(self, _inside: PageInside) -> None:
        if self.panel is None:
            self._make()

    def _make(self) -> None:
        from widgets.inside.panel import LayerPanel  # not seen at first

        panel = self.panel = LayerPanel()
        panel.setProperty("role", "side")
        panel.unit_chosen.connect(lambda *unit: self._choose_unit(unit))
        panel.unit_hovered.connect(lambda *unit: self._inside.hover(unit))
        panel.unit_left.connect(lambda: self._inside.hover(None))
        panel.page_chosen.connect(self._inside.turn_to)
        panel.why_asked.connect(self._ask_why)
        self.host.places.insight.hold(panel)

    def _choose_unit(self, unit: tuple[int, int, int]) -> None:
        now = self._inside.now
        if now is not None:
            self._inside.choose(now.card, unit)

    def _ask_why(self, method: str, number: str) -> None:
        self._inside.ask_why(method, int(number) if number.isdigit() else None)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self, inside: PageInside) -> None:
        panel = self.panel
        if panel is None or inside is not self._inside.now:
            return
        seen = inside.seen
        if seen is None:
            panel.show_layer("")
            self._show_nothing(panel, sentence_text(inside.wrong) if inside.wrong is not None else "")
            return
        node = inside.page.level.graph.nodes.get(inside.card)
        if node is None:
            return
        layer = seen.layer if seen.question.card == inside.card else None
        shape = inside.page.level.analysis.nodes[inside.card].output_shape
        facts = " · ".join(filter(None, (shape_text(shape) if shape else "", layer.facts if layer else "",
                                         self._of_weights(inside, seen))))
        panel.show_layer(inside.card, title_of(node.layer), node.layer.category, facts)
        if layer is None:
            if seen.question.card == inside.card:  # else it will be told of
                self._show_nothing(panel, self._why_nothing(inside, seen))
            return
        panel.set_pages([page for page in PAGES if self._applies(page, node.layer)])
        self._show_output(panel, inside, seen, layer)
        self._show_pages(panel, layer)
        self._show_classes(panel, inside)
        self._show_why(panel, inside, seen, layer)

    def _of_weights(self, inside: PageInside, seen: Seen) -> str:
        place = f"{seen.places.get(inside.card, inside.card)}."
        begins = any(key.startswith(place) for key in seen.lens.anew)
        return self.tr("with new weights: those that were learned do not fit") if begins else ""

    def _show_nothing(self, panel: LayerPanel, words: str) -> None:
        """What there was of another layer is not seen any more; why, on every page."""
        from widgets.inside.arithmetic import Steps  # is loaded

        panel.show_output(None)
        panel.show_message(words)
        panel.show_curve(None)
        panel.show_kernels((), words)
        panel.show_gradients((), words)
        panel.show_steps(Steps(note=words))
        panel.show_why("", None, None, words)
        self._shown = None

    def _why_nothing(self, inside: PageInside, seen: Seen) -> str:
        shown = seen.outputs.get(inside.card)
        if shown is not None and shown.kind == "fault":
            return shown.text
        return self.tr("Nothing is known here: something before it cannot run.")

    @staticmethod
    def _applies(page: str, layer: Any) -> bool:
        if isinstance(layer, Input):
            return page in ("maps", "gradients")
        if page == "kernels":
            return isinstance(layer, Block) or layer.category not in WITHOUT_WEIGHTS
        return True

    def _show_output(self, panel: LayerPanel, inside: PageInside, seen: Seen, layer: LayerSeen) -> None:
        from widgets.inside.lattice import Unit  # is loaded

        place = seen.places.get(inside.card, "")
        labels = seen.question.experiment.data.classes if seen.look.outputs.get(place) is seen.look.answer else ()
        panel.name_sides(*self._sides(inside, seen))
        panel.show_output(layer.output, labels, layer.other)
        panel.show_message("" if layer.output is not None else self._why_nothing(inside, seen))
        panel.show_unit(Unit(*inside.unit) if inside.unit is not None and layer.output is not None else None)
        panel.show_channel(layer.channel, layer.channels)
        panel.show_curve(layer.curve, layer.curve_counts, layer.curve_edges, layer.curve_words)

    def _sides(self, inside: PageInside, seen: Seen) -> tuple[str, str]:
        """Of two moments of a run, what they are called."""
        if seen.question.beside is None:
            return "", ""
        pinned = in_hand(inside.page.document, self._inside.pinned_of(inside))
        return sentence_text(self._inside.in_hand(inside).words), sentence_text(pinned.words)

    def _show_pages(self, panel: LayerPanel, layer: LayerSeen) -> None:
        from widgets.inside.arithmetic import Steps  # is loaded

        if layer.kernels is not None and layer.kernels is not self._shown:
            self._shown = layer.kernels
            panel.show_kernels(layer.kernels, "" if layer.kernels else self.tr("This layer has no weights."))
        if layer.gradients is not None:
            nothing = layer.gradients_wrong or self.tr("The loss does not depend on this layer.")
            panel.show_gradients(layer.gradients, "" if layer.gradients else nothing)
        if layer.forward is not None or self._has_steps:  # else those of another unit would stay
            panel.show_steps(layer.forward or Steps(), layer.backward)
        self._has_steps = layer.forward is not None

    def _show_classes(self, panel: LayerPanel, inside: PageInside) -> None:
        classes = inside.page.document.experiment.data.classes
        panel.why.method.show_choice(inside.method)
        panel.why.of_class.show_choice("" if inside.class_number is None else str(inside.class_number))
        if classes != self._classes:
            self._classes = classes
            panel.set_classes([("", self.tr("The answer")), *((str(n), name) for n, name in enumerate(classes))])

    def _show_why(self, panel: LayerPanel, inside: PageInside, seen: Seen, layer: LayerSeen) -> None:
        if layer.why is not None:
            panel.show_why(layer.why.title, seen.pixels if layer.why.heat is not None else None, layer.why.heat,
                           layer.why.sentence)
        elif inside.method != "occlusion":
            panel.show_why("", None, None, "")
