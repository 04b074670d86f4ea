"""Random small programs, read and run by torch: equal, or refused."""

from __future__ import annotations

import pytest

from tests.engine.reading.oracle import by_torch, outcome
from tests.engine.reading.programs import SHAPE, program


@pytest.mark.parametrize("seed", range(60))
def test_a_program_is_equal_or_refused(seed: int) -> None:
    text = program(seed)
    try:
        by_torch(text)
        found = outcome(text, SHAPE)
    except (RuntimeError, TypeError, NameError):
        return  # torch itself cannot run it: nothing to compare with
    assert found == "equal" or found.startswith("refused"), f"{found}\n{text}"


def test_many_programs_are_read() -> None:
    """A reader that refused everything would be right as well."""
    read = 0
    for seed in range(40):
        try:
            read += outcome(program(seed), SHAPE) == "equal"
        except (RuntimeError, TypeError, NameError):
            continue
    assert read >= 8
