"""Does the order of the examples matter? The same ones shuffled, and class after class."""

from __future__ import annotations

import numpy as np

from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import CLEAR, Bench
from engine.inspect.trying.values import Lines, Table
from engine.messages import say
from engine.units import share_text


@register
class OrderOfExamples(Tryout):
    """Shuffled against sorted by class."""

    id = "order-examples"
    title = "The order of the examples"
    question = "Does it matter in which order the examples are learned?"
    needs = "data with classes"
    lessons = 2
    of_classes = True

    def tried(self, bench: Bench) -> Trying:
        x, targets = bench.learned(min(len(bench.data.train), bench.batch * bench.steps))
        by_class = targets.argsort(stable=True)
        losses, scores = dict[str, list[float]](), dict[str, float]()
        judged = bench.judged()
        for number, name in enumerate(("shuffled", "class by class")):
            lens, losses[name] = bench.fresh(), []
            examples = (x, targets) if number == 0 else (x[by_class], targets[by_class])
            yield from bench.lesson(lens, examples=examples, shuffled=number == 0, losses=losses[name], done=number)
            scores[name] = bench.score(lens, *judged).accuracy
        mixed, sorted_ = scores["shuffled"], scores["class by class"]
        values = {"mixed": share_text(mixed), "sorted": share_text(sorted_), "steps": bench.steps}
        if not bench.has_learned(max(mixed, sorted_), judged[1]):
            sentence = say("In {steps} steps too little is learned to tell: {mixed} are right where examples came "
                           "shuffled, {sorted} where they came class by class.", **values)
        elif mixed - sorted_ >= CLEAR:
            sentence = say("It matters: after {steps} steps {mixed} are right where examples came shuffled, {sorted} "
                           "where they came class by class. A class that was long ago is forgotten.", **values)
        else:
            sentence = say("Here it makes little difference after {steps} steps: {mixed} are right where examples came "
                           "shuffled, {sorted} where they came class by class.", **values)
        return self.found(sentence, Lines(np.arange(1, bench.steps + 1), {
            name: np.array(each) for name, each in losses.items()}, say("step"), say("loss of the batch in hand")),
            Table((say("right"),), {name: np.array([value]) for name, value in scores.items()}))
