"""What is written on the cards of a scene: from the graph, from what is known of it, and what decorations add."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Analysis
from engine.graph.graph import Graph
from engine.layers.inputs import Input
from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.words import face_of, input_count, plain_face


class Dressing:
    """Writes on a card only what it does not say already."""

    def __init__(self, repair: Callable[[Repair], None], preview: Callable[[CardItem, Repair | None], None]
                 ) -> None:
        self._repair, self._preview = repair, preview  # a card's button was pressed; the mouse is on it
        self.graph = Graph()
        self.owners: frozenset[str] = frozenset()  # nodes whose weights others use too
        self.caption = ""  # what Input cards say about the data
        self.decorations: list[Callable[[Face], Face]] = []  # what else cards show: a heat map, a change that is tried

    def show_graph(self, graph: Graph) -> frozenset[str]:
        """Write of another graph from now on; who lends weights now and did not before, or the other way round."""
        self.graph = graph
        before, self.owners = self.owners, frozenset(graph.shares.values())
        return before ^ self.owners

    def dress(self, card: CardItem) -> None:
        """The card's words as far as they follow from the graph alone."""
        lends = card.node.name in self.owners
        card.plain, card.facts = plain_face(self.graph, card.node, self.caption, lends), None
        card.bare = card.plain
        self.decorate(card)

    def dress_again(self, card: CardItem) -> None:
        """A card comes back: as it was, unless its words would be others now."""
        node, plain = card.node, card.plain
        linked = node.name in self.owners or node.shares is not None
        if (isinstance(node.layer, Input) or linked != plain.linked or self.graph.flow != plain.flow
                or input_count(self.graph, node) != plain.inputs):
            self.dress(card)
        else:
            self.decorate(card)

    def count_inputs(self, card: CardItem) -> None:
        """A wire of it came or went: it may have another number of inputs."""
        if input_count(self.graph, self.graph.nodes[card.node.name]) != card.plain.inputs:
            self.dress(card)

    def tell(self, cards: Mapping[str, CardItem], analysis: Analysis, worst: Mapping[str, Problem]) -> None:
        """What is known of each card's node, and what is wrong with it."""
        for name, card in cards.items():
            problem, facts, loose = worst.get(name), analysis.nodes[name].facts, name not in analysis.members
            # The facts of an unchanged layer with unchanged inputs are the same object: nothing to write anew.
            if (problem or card.bare.problem or card.repair_button is not None or facts is not card.facts
                    or loose != card.bare.loose):
                card.facts, card.bare = facts, face_of(card.plain, facts, problem, loose)
                self.decorate(card)
                self._offer(card, problem)

    def decorate(self, card: CardItem) -> None:
        """Show what is written, and what decorations add."""
        face = card.bare
        for decorate in self.decorations:
            face = decorate(face)
        card.show_face(face)

    def _offer(self, card: CardItem, problem: Problem | None) -> None:
        """The repair as a button below the card."""
        repair = problem.repairs[0] if problem is not None and problem.repairs else None
        card.show_repair(card.face.repair if repair is not None else "")
        if card.repair_button is not None and repair is not None:
            card.repair_button.pressed = lambda: self._repair(repair)
            card.repair_button.previewed = lambda on: self._preview(card, repair if on else None)
