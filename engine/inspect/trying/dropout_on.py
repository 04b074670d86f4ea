"""Dropout left on while it predicts: the answers of many passes spread as far as the network is unsure."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.inspect.lens import MASKED, Lens
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench
from engine.inspect.trying.values import Bars, NotHereError, Numbers
from engine.messages import say
from engine.units import measure_text

PASSES = 40


def _dropouts(lens: Lens) -> list[torch.nn.Module]:
    return [part for part in lens.modules.values() if isinstance(part, MASKED) and part.p > 0]


@register
class DropoutOn(Tryout):
    """A right and a wrong example, many times over, each time with other units dropped."""

    id = "dropout-on"
    title = "Dropout left on"
    question = "How sure is the network, asked many times with dropout on?"
    needs = "dropout, and data with classes"
    of_classes = True

    def check(self, lens: Lens) -> None:
        if not _dropouts(lens):
            raise NotHereError("There is no dropout in this network")

    def tried(self, bench: Bench) -> Trying:
        lens = yield from bench.grown()
        lens.train(False)
        x, targets = bench.judged()
        plain = bench.shares(bench.answer(lens, x))
        sure, right = plain.max(1).values, plain.argmax(1) == targets
        good = int((sure * right).argmax())
        bad = int(torch.where(right, -1.0, sure).argmax()) if bool((~right).any()) else int(sure.argmin())
        has_wrong = not bool(right[bad])
        for part in _dropouts(lens):
            part.train()
        values, spreads, far = dict[str, Numbers](), dict[str, Numbers](), list[float]()
        for name, index in (("a right one", good), ("a wrong one" if has_wrong else "the least sure", bad)):
            shares = bench.shares(bench.answer(lens, self._again(bench, x[index]), seed=index))
            values[name], spreads[name] = shares.mean(0).numpy(), shares.std(0).numpy()
            far.append(float(shares.std(0)[int(plain[index].argmax())]))
        names = tuple(map(bench.class_name, range(plain.shape[1])))
        told = {"right": measure_text(far[0]), "other": measure_text(far[1]), "count": PASSES}
        sentence = say("Over {count} passes the probability of its answer spreads by {right} where it is right, by "
                       "{other} where it is wrong.", **told) if has_wrong else say(
            "Nothing is wrong among these examples. Over {count} passes the probability of its answer spreads by "
            "{right} where it is sure, by {other} where it is least sure.", **told)
        return self.found(sentence, Bars(names, values, say("probability"), spreads))

    def _again(self, bench: Bench, example: Tensor) -> Tensor:
        """The same example, once for every pass: each has a mask of its own."""
        return example[None].repeat(PASSES, *[1] * example.dim())
