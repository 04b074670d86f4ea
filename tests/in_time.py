"""What ends is told from what would take minutes or for ever: a bound that no slow or busy machine passes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 30.0  # seconds of this process; how fast it is belongs to `tests/benchmarks`


@contextmanager
def in_time() -> Iterator[None]:
    """The work of the block takes less than `LONGEST`: choose an input whose fault takes far longer."""
    began = time.process_time()
    yield
    assert time.process_time() - began < LONGEST
