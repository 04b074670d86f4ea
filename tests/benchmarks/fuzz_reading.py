"""Random programs for so many seconds, read and run by torch: python tests/benchmarks/fuzz_reading.py SECONDS SEED."""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
warnings.filterwarnings("ignore")


def main(seconds: float, seed: int) -> int:
    """Print what came out, and every program that was read as another; 1 if there was one."""
    from tests.engine.reading import looking  # all of these load torch
    from tests.engine.reading.oracle import outcome
    from tests.engine.reading.programs import SHAPE, program

    found, end = Counter[str](), time.monotonic() + seconds
    while time.monotonic() < end:
        text = program(seed) if seed % 2 else looking.text(looking.CHANGES[seed // 2 % len(looking.CHANGES)], seed)
        try:
            said = outcome(text, SHAPE)
        except (RuntimeError, TypeError, NameError, IndexError):
            said = "torch cannot run it"
        except Exception as error:
            said = f"WRONG: {type(error).__name__} {error}"
        found[said.partition(":")[0]] += 1
        if said.startswith("WRONG"):
            print(f"seed {seed}: {said}\n{text}")
        seed += 1
    print(dict(found), f"up to seed {seed}")
    return int(found["WRONG"] > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
