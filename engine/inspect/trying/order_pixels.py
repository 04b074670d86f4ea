"""Does the order of the pixels matter? All pictures with their pixels put elsewhere, always in the same way."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.inspect.lens import Lens
from engine.inspect.steps.scene import plan
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import CLEAR, Bench
from engine.inspect.trying.values import Bars, Grid
from engine.messages import say
from engine.units import share_text


def permuted(x: Tensor) -> Tensor:
    """B×C×H×W with the pixels of every picture in one other order."""
    places = torch.randperm(x[0, 0].numel(), generator=torch.Generator().manual_seed(4))
    return x.flatten(2)[:, :, places].reshape(x.shape)


def _has_windows(lens: Lens) -> bool:
    """Whether something in it reads neighbours together."""
    return any(known.layer.category in ("convolution", "pooling") for known in plan(lens).values())


@register
class OrderOfPixels(Tryout):
    """As they are against permuted: what has neighbours minds, what reads one long row does not."""

    id = "order-pixels"
    title = "The order of the pixels"
    question = "Does it matter where in the picture the pixels are?"
    needs = "images with classes"
    lessons = 2
    of_classes = True
    of_images = True

    def tried(self, bench: Bench) -> Trying:
        x, targets = bench.learned(min(len(bench.data.train), bench.batch * bench.steps))
        judged, wanted = bench.judged()
        scores = list[float]()
        for number, (learn, see) in enumerate(((x, judged), (permuted(x), permuted(judged)))):
            lens = bench.fresh()
            yield from bench.lesson(lens, examples=(learn, targets), done=number)
            scores.append(bench.score(lens, see, wanted).accuracy)
        plain, mixed = scores
        values = {"plain": share_text(plain), "mixed": share_text(mixed), "steps": bench.steps}
        if not bench.has_learned(max(plain, mixed), wanted):
            sentence = say("In {steps} steps too little is learned to tell: {plain} are right, with the pixels in "
                           "another order {mixed}.", **values)
        elif plain - mixed >= CLEAR and _has_windows(lens):
            sentence = say("It matters: after {steps} steps {plain} are right, with the pixels in another order "
                           "{mixed}. This network uses what is beside what.", **values)
        elif _has_windows(lens):
            sentence = say("It could matter, as windows see what is beside what, but these pictures are learned either "
                           "way: after {steps} steps {plain} are right, with the pixels in another order {mixed}.",
                           **values)
        else:
            sentence = say("This network does not mind: after {steps} steps {plain} are right, with the pixels in "
                           "another order {mixed}. To it a picture is a row of numbers.", **values)
        bars = Bars(("as they are", "in another order"), {"right": torch.tensor(scores).numpy()}, say("share right"))
        return self.found(sentence, bars, Grid((judged[0].numpy(), permuted(judged[:1])[0].numpy()), bars.names))
