"""How far weights have gone, layer by layer: as plain torch has it."""

from __future__ import annotations

import math

import torch
from torch import nn

from engine.inspect.moved import Moved, moved


def network(seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Sequential(nn.Linear(4, 2)))


def test_each_layer_with_all_its_weights_and_without_its_statistics() -> None:
    one, other = network(0), network(1)
    with torch.no_grad():
        other[1].running_mean += 5  # it does not learn
    found = list(moved(one, other))
    assert [each.place for each in found] == ["0", "1", "2.0"]
    for each, layers in zip(found, ((one[0], other[0]), (one[1], other[1]), (one[2][0], other[2][0])), strict=True):
        before, after = (torch.cat([value.detach().flatten() for value in layer.parameters()]).double()
                         for layer in layers)
        assert math.isclose(each.share, float((after - before).norm() / before.norm()), rel_tol=1e-12)
    assert found[1].share == 0.0


def test_from_nothing_and_of_another_shape() -> None:
    one, other = nn.Linear(3, 2), nn.Linear(3, 2)
    with torch.no_grad():
        for value in one.parameters():
            value.zero_()
    assert list(moved(one, other)) == [Moved("", math.inf)] and list(moved(one, one)) == [Moved("", 0.0)]
    assert list(moved(nn.Linear(3, 2, bias=False), nn.Linear(4, 2, bias=False))) == []
