"""What checks leave behind: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch


@contextmanager
def _nothing_changes() -> Iterator[None]:
    torch.manual_seed(77)
    before = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled()
    yield
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1:] == (torch.get_num_threads(), torch.is_grad_enabled())


@pytest.fixture
def nothing_changes() -> Iterator[None]:
    """Around a test: torch's random numbers and threads are as they were."""
    with _nothing_changes():
        yield
