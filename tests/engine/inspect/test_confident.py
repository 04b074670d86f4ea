"""Confident learning as the paper has it, against a second implementation in loops and numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import median_abs_deviation

from engine.inspect.confident import confident, spread


def by_the_paper(p: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list[int], list[int]]:
    """The confident joint (eq. 1), the examples off its diagonal by normalised margin, and where each is counted."""
    classes = p.shape[1]
    thresholds = [np.mean([p[i, j] for i in range(len(p)) if labels[i] == j]) if j in labels else np.inf
                  for j in range(classes)]
    joint, off = np.zeros((classes, classes), int), list[tuple[float, int, int]]()
    for i, label in enumerate(labels):
        candidates = [j for j in range(classes) if p[i, j] >= thresholds[j]]
        if not candidates:
            continue
        into = max(candidates, key=lambda j: p[i, j])
        joint[label, into] += 1
        if into != label:
            off.append((p[i, label] - max(np.delete(p[i], label)), i, into))
    off.sort()
    return joint, [i for _, i, _ in off], [into for _, _, into in off]


@pytest.mark.parametrize(("count", "classes", "seed"), [(400, 5, 0), (300, 10, 1), (50, 2, 2), (90, 12, 3)])
def test_counts_and_ranks_are_those_of_the_paper(count: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(classes, 0.3), count)
    labels = rng.integers(0, max(2, classes - 2), count)  # the last two of many have no examples
    joint, ranked, counted = by_the_paper(p, labels)
    found = confident(torch.from_numpy(p), torch.from_numpy(labels))
    assert np.array_equal(found.joint.numpy(), joint)
    assert found.suspects.tolist() == ranked and found.counted[found.suspects].tolist() == counted
    assert np.allclose(found.confidence.numpy(), p[np.arange(count), labels])


def test_sure_and_right_networks_suspect_nobody() -> None:
    labels = torch.arange(12) % 3
    assert not len(confident(torch.eye(3)[labels] * 0.9 + 0.1 / 3, labels).suspects)


def test_what_is_nan_is_counted_nowhere_and_spoils_nothing() -> None:
    rng = np.random.default_rng(0)
    p, labels = torch.from_numpy(rng.dirichlet([0.4] * 4, 60)), torch.from_numpy(rng.integers(0, 4, 60))
    whole = confident(p[5:], labels[5:])
    p[:5] = torch.nan
    found = confident(p, labels)
    assert torch.equal(found.joint, whole.joint) and found.suspects.tolist() == (whole.suspects + 5).tolist()


def test_the_spread_is_the_scaled_median_of_deviations() -> None:
    values = np.random.default_rng(0).normal(2, 3, 501)
    assert spread(torch.from_numpy(values)) == pytest.approx(median_abs_deviation(values) * 1.4826)
    mostly = torch.tensor([0.0] * 9 + [10.0])
    assert spread(mostly) == pytest.approx(3.0) and spread(torch.zeros(3)) == 0
    assert np.isnan(spread(torch.tensor([torch.nan])))
