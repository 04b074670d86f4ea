"""Every reader on changed files: ``python -m tests.benchmarks.fuzz READER|all COUNT SEED``.

Each reader runs in a process of its own, so that a crash is seen and counted. What it prints of a failure
(``READER seed/number``) gives the same file again: ``python -m tests.benchmarks.fuzz READER seed/number`` reads that.
Ends with 1 where an exception is not the product's own, or a file crashes, takes over 5 s, or over 1 GB.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from engine.messages import LayerloomError
from tests.benchmarks.fuzz_readers import READERS, Reader
from tests.benchmarks.mutation import changed

LONGEST = 5.0  # seconds of a processor for one file
MOST_MEMORY = 2**30  # bytes for one file
ROOM = 4 * 2**30  # beyond which the system itself says no
LOOKS = 0.25  # seconds between two looks at a process
SHOWN = 5  # failures of each kind in words


# -- one file ----------------------------------------------------------------------------------------------------------


class Case:
    """Files of one reader by number, read one after the other in a folder."""

    def __init__(self, reader: Reader, seed: int, folder: Path) -> None:
        self._reader, self._seed = reader, seed
        (folder / "made").mkdir()
        self._samples = reader.samples(folder / "made")
        self._folder = folder / "files"
        self._folder.mkdir()

    def write(self, number: int) -> Path:
        """The file of this number; of a run's folder one of its files is changed."""
        random = Random(f"{self._reader.name} {self._seed} {number}")
        sample = random.choice(self._samples)
        others = [each.content for each in self._samples]
        content = changed(sample.content, others, random, self._reader.is_text or sample.suffix.endswith(
            (".json", ".jsonl", ".csv", ".loom")))
        if not sample.suffix.startswith("/"):
            path = self._folder / f"file{sample.suffix}"
            path.write_bytes(content)
            return path
        for each in self._samples:
            (self._folder / each.suffix[1:]).write_bytes(content if each is sample else each.content)
        return self._folder

    def read(self, path: Path) -> str:
        """What became of it: ``read``, ``refused``, or the exception that is not the product's own."""
        try:
            self._reader.read(path)
        except LayerloomError as error:
            str(error).encode()
            return "refused"
        except BaseException as error:
            return f"{type(error).__name__}: {str(error)[:100]}"
        return "read"


def child(name: str, seed: int, start: int, end: int) -> None:
    """Read these files, saying before each its number, and after it what became of it."""
    with tempfile.TemporaryDirectory() as folder:
        case = Case(READERS[name], seed, Path(folder))
        for number in range(3):  # what is loaded at first counts for nobody
            case.read(case.write(-1 - number))
        whole = psutil.Process().memory_info().vms + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (whole, whole))
        for number in range(start, end):
            path = case.write(number)
            print(f"{number} ", end="", flush=True)
            before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
            result = case.read(path)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
            print(json.dumps([result, round(time.process_time() - began, 5), grown]), flush=True)


# -- many files --------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of all files of a reader."""

    results: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[int]] = field(default_factory=dict)  # in words: the numbers of the files
    seconds: float = 0.0
    longest: float = 0.0

    def hear(self, line: str) -> None:
        """A line of a child that is whole."""
        number, _, told = line.partition(" ")
        result, seconds, grown = json.loads(told)
        self.results[result if result in ("read", "refused") else "foreign"] += 1
        self.seconds, self.longest = self.seconds + seconds, max(self.longest, seconds)
        if result not in ("read", "refused"):
            self.fail(result, int(number))
        if seconds > LONGEST:
            self.results["hangs"] += 1
            self.fail(f"took {seconds:.1f} s", int(number))
        if grown > MOST_MEMORY:
            self.results["memory"] += 1
            self.fail(f"took {grown / 1e9:.1f} GB", int(number))

    def fail(self, words: str, number: int) -> None:
        """Something that must not be."""
        self.failures.setdefault(words, []).append(number)


def fuzzed(name: str, count: int, seed: int) -> Outcome:
    """All files of a reader, in one process after the other where they crash it."""
    outcome, start = Outcome(), 0
    with tempfile.TemporaryDirectory() as folder:
        while start < count:
            log, errors = Path(folder) / "log", Path(folder) / "errors"
            with log.open("wb") as out, errors.open("wb") as said:
                process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.fuzz", "--child", name, str(seed),
                                            str(start), str(count)], stdout=out, stderr=said)
                hung = _followed(process, log)
            *lines, last = log.read_text().split("\n")
            for line in lines:
                outcome.hear(line)
            if process.returncode == 0:
                break
            number = int(last.split(" ")[0]) if last else start + len(lines)
            kind = "hangs" if hung else "crashes"
            outcome.results[kind] += 1
            words = (errors.read_text(errors="replace").strip().splitlines() or [""])[-1]
            outcome.fail("does not end" if hung else f"ends the process: {process.returncode} {words}", number)
            if not last and not lines:
                break  # it cannot even begin
            start = number + 1
    return outcome


def _followed(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait for its end; one that is long at one file is ended, and that is said."""
    about, size, since = psutil.Process(process.pid), -1, 0.0
    while process.poll() is None:
        time.sleep(LOOKS)
        try:
            used = sum(about.cpu_times()[:2])
        except psutil.Error:
            break
        if log.stat().st_size != size:
            size, since = log.stat().st_size, used
        elif size > 0 and used - since > 2 * LONGEST:
            process.kill()
            process.wait()
            return True
    process.wait()
    return False


def again(name: str, seed: int, number: int) -> None:
    """Read one file here, where an exception is seen in full; it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Case(READERS[name], seed, Path(folder)).write(number)
        kept = Path(tempfile.gettempdir()) / f"fuzz-{name}-{seed}-{number}{path.suffix}"
        if path.is_dir():
            shutil.copytree(path, kept, dirs_exist_ok=True)
        else:
            shutil.copy(path, kept)
        print(kept)
        print(READERS[name].read(path))


def main(argv: list[str]) -> int:
    """One line for each reader."""
    if argv[0] == "--child":
        child(argv[1], *map(int, argv[2:5]))
        return 0
    if "/" in argv[1]:
        again(argv[0], *map(int, argv[1].split("/")))
        return 0
    names, count, seed = list(READERS) if argv[0] == "all" else argv[0].split(","), int(argv[1]), int(argv[2])
    print(f"{'reader':<16}{'files':>8}{'read':>8}{'refused':>9}{'foreign':>9}{'crashes':>9}{'hangs':>7}{'>1 GB':>7}"
          f"{'ms each':>9}{'longest':>9}", flush=True)
    failed = False
    for name in names:
        outcome = fuzzed(name, count, seed)
        found = outcome.results
        total = found["read"] + found["refused"] + found["foreign"]
        each = 1000 * outcome.seconds / max(1, total)
        print(f"{name:<16}{total:>8}{found['read']:>8}{found['refused']:>9}{found['foreign']:>9}{found['crashes']:>9}"
              f"{found['hangs']:>7}{found['memory']:>7}{each:>9.2f}{outcome.longest:>8.2f}s", flush=True)
        for words, numbers in outcome.failures.items():
            failed = True
            print(f"  {len(numbers)}× {words}: {name} {', '.join(f'{seed}/{number}' for number in numbers[:SHOWN])}",
                  flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
