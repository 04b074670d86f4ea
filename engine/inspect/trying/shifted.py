"""What if the pictures are shifted, turned, noisy or inverted? Right answers against the amount."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench
from engine.inspect.trying.values import Grid, Lines
from engine.messages import say
from engine.units import share_text

AMOUNTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def shifted(x: Tensor, amount: float) -> Tensor:
    """To the right by up to a quarter of the width; the background comes in."""
    far = round(x.shape[-1] * 0.25 * amount)
    return functional.pad(x, (far, 0), value=float(x.min()))[..., : x.shape[-1]]


def turned(x: Tensor, amount: float) -> Tensor:
    """Counter-clockwise by up to a quarter turn, between pixels bilinearly."""
    angle, low = torch.tensor(amount * pi / 2), float(x.min())
    cos, sin = float(angle.cos()), float(angle.sin())
    ratio = x.shape[-2] / x.shape[-1]
    matrix = torch.tensor([[[cos, -sin * ratio, 0.0], [sin / ratio, cos, 0.0]]]).expand(len(x), 2, 3)
    grid = functional.affine_grid(matrix, list(x.shape), align_corners=False)
    return functional.grid_sample(x - low, grid, align_corners=False) + low


def noisy(x: Tensor, amount: float) -> Tensor:
    """With normal noise, up to twice as strong as the pixels' own deviation."""
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(5))
    return x + noise * float(x.std()) * 2 * amount


def inverted(x: Tensor, amount: float) -> Tensor:
    """Dark for light, all of it at last; half way all is grey."""
    return x + amount * (float(x.min()) + float(x.max()) - 2 * x)


CHANGES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "shifted by up to ¼": shifted, "turned by up to 90°": turned, "noise of up to 2σ": noisy, "inverted": inverted}


@register
class Shifted(Tryout):
    """Pictures that are not as those it learned from."""

    id = "shifted"
    title = "Other pictures than it learned from"
    question = "What if the pictures are shifted, turned, noisy or inverted?"
    needs = "images with classes"
    of_classes = True
    of_images = True

    def tried(self, bench: Bench) -> Trying:
        lens = yield from bench.grown()
        x, targets = bench.judged()
        right = {name: np.array([bench.score(lens, change(x, amount), targets).accuracy for amount in AMOUNTS])
                 for name, change in CHANGES.items()}
        plain = float(right["inverted"][0])
        order = sorted(right, key=lambda name: float(right[name][-1]))
        sentence = say("Of the pictures as they are, {plain} are right. “{worst}” hurts most ({least}), “{best}” least "
                       "({most}).", plain=share_text(plain), worst=say(order[0]), best=say(order[-1]),
                       least=share_text(float(right[order[0]][-1])), most=share_text(float(right[order[-1]][-1])))
        if not bench.has_learned(plain, targets):
            sentence = say("This network has learned too little to tell: of the pictures as they are, {plain} are "
                           "right.", plain=share_text(plain))
        seen = Grid(tuple(change(x, 1.0)[0].numpy() for change in CHANGES.values()), tuple(CHANGES))
        return self.found(sentence, Lines(np.array(AMOUNTS), right, say("amount"), say("share right")), seen)
