"""Grad-CAM: where a layer saw what speaks for a class (Selvaraju et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.inspect.lens import Back, Lens, NoAnswerError, Scalar
from engine.inspect.why.places import axis_at, is_spatial

SMOOTH = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True, eq=False)
class Cam:
    """Of a layer and a class. ``signed`` has the layer's places (H×W, T, …); above 0 speaks for the class.

    ``weights`` say how much each channel counts. Of a layer without places both are one number for each unit: its
    gradient, and its gradient times what it gives.
    """

    place: str
    signed: Tensor
    weights: Tensor

    @property
    def values(self) -> Tensor:
        """What speaks for the class alone, as the paper has it: the rest is 0."""
        return self.signed.relu()

    def over(self, size: tuple[int, ...], *, rectified: bool = True) -> Tensor:
        """The map as large as the input (H×W, …), between places blended; ``size`` has as many dimensions as it."""
        values = self.values if rectified else self.signed
        if values.dim() != len(size) or values.dim() not in SMOOTH:
            return values
        return interpolate(values[None, None], size=size, mode=SMOOTH[values.dim()], align_corners=False)[0, 0]


def grad_cam(lens: Lens, x: Tensor, place: str, of: Scalar) -> Cam:
    """For one example 1×…; ``of`` is usually ``score_of(class)``.

    Raises NoAnswerError where the network does not come to its end, or the layer has no part in it.
    """
    return cam_of(lens, lens.back(x, of, only=(place,)), place)


def cam_of(lens: Lens, back: Back, place: str) -> Cam:
    """The same of gradients that are known already, of the first example."""
    if place not in back.outputs:
        raise NoAnswerError("The answer does not depend on {place}", place=place)
    output, gradient = back.look.outputs[place], back.outputs[place]
    if not is_spatial(output):
        return Cam(place, (gradient * output)[0], gradient[0])
    axis = axis_at(lens, place, output) - 1
    maps, slopes = output[0].movedim(axis, 0), gradient[0].movedim(axis, 0)
    weights = slopes.flatten(1).mean(1)
    return Cam(place, torch.tensordot(weights, maps, 1), weights)
