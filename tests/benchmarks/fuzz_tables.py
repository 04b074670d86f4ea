"""Mutated tables by the ten thousand: each is data or a sentence, in little time and memory.

    python -m tests.benchmarks.fuzz_tables [COUNT [SEED]]

Prints the seed of every input that raises anything else, takes over 5 seconds or brings the process over 1 GB; ends
with status 1 where there is one.
"""

from __future__ import annotations

import bz2
import gzip
import io
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path
from random import Random

from engine.data.cache import LOADED
from engine.data.spec.reading import read_arrays
from engine.data.spec.spec import DataSpec
from engine.messages import LayerloomError

SLOWEST, LARGEST = 5.0, 1000  # seconds, MB
WORDS = ("", "NA", "?", "unknown", "a", "red", "blue", "北京", "Köln", "Москва", "1,234", "$5", "5 kg", "12%", "−3",
         "1e5", "1e999", "nan", "inf", "007", "2020-01-02", "1.002,80", "1 234", "(5)", '"', '""', '"a,b"', '"a\nb"',
         "#", "sep=;", "True", "x" * 500, "\0", "\ufeff", "٣", "1_000", "0x1F", "--", "12:30", "5-", "1,2,3", "'",
         "=1+1", "\ud7ff")
JOINTS, ENDS = (",", ";", "\t", "|", " ", "  ", ", "), ("\n", "\r\n", "\r", "\n\n", "")
ENCODINGS = ("utf-8",) * 12 + ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "cp932", "cp949",
                               "cp1251", "cp1252", "latin-1", "koi8_r")  # fmt: skip
NAMES = ("a.csv", "a.tsv", "a.txt", "a.data", "a.csv.gz", "a.zip")


def text_of(random: Random) -> str:
    """A table such as people write, then what should not be in one."""
    width, rows, joint = random.randint(1, 8), random.randint(0, 40), random.choice(JOINTS)
    end = random.choice(ENDS[:3])
    kinds = [random.choice("nifcbx") for _ in range(width)]
    lines = [joint.join(random.choice((f"c{index}", "id", "", "x")) for index in range(width))] * random.randint(0, 1)
    for row in range(rows):
        lines.append(joint.join(value_of(kind, row, random) for kind in kinds))
    for _ in range(random.choice((0, 0, 0, 1, 3))):
        lines.insert(random.randint(0, len(lines)), random.choice(WORDS) + random.choice(JOINTS) * random.randint(0, 9))
    return end.join(lines) + random.choice(ENDS)


def value_of(kind: str, row: int, random: Random) -> str:
    """A value of a column: counted, whole, fraction, category, anything."""
    if random.random() < 0.02:
        return random.choice(WORDS)
    made = {"n": str(row + 1), "i": str(random.randint(-50, 50_000)), "f": f"{random.gauss(0, 100):.3f}",
            "c": random.choice(("red", "green", "blue")), "b": random.choice(("yes", "no")), "x": random.choice(WORDS)}
    return made[kind]


def mutated(raw: bytes, random: Random) -> bytes:
    """Some bytes changed, cut out, put in twice, cut off."""
    found = bytearray(raw)
    for _ in range(random.choice((0, 0, 0, 1, 2, 8))):
        place = random.randint(0, len(found))
        what = random.randint(0, 4)
        if what == 0 and found:
            found[min(place, len(found) - 1)] = random.randint(0, 255)
        elif what == 1:
            del found[place : place + random.randint(1, 40)]
        elif what == 2:
            found[place:place] = found[place : place + random.randint(1, 200)]
        elif what == 3:
            found[place:place] = random.choice(WORDS).encode("utf-8", "surrogatepass")
        else:
            del found[place:]
    return bytes(found)


def packed(raw: bytes, random: Random) -> bytes:
    """As it is, or in one of the packed forms, damaged now and then."""
    form = random.randint(0, 19)
    if form == 0:
        return mutated(gzip.compress(raw), random)
    if form == 1:
        return mutated(bz2.compress(raw), random)
    if form == 2:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for index in range(random.randint(0, 2)):
                archive.writestr(f"{index}.csv", raw)
        return mutated(file.getvalue(), random)
    return raw


def options_of(random: Random) -> dict[str, object]:
    """Mostly as it looks; sometimes what a person would choose."""
    if random.random() < 0.6:
        return {}
    choices: dict[str, tuple[object, ...]] = {
        "header": ("auto", "yes", "no"), "decimal": ("auto", "point", "comma"), "task": ("auto", "regression",
                                                                                         "classification"),
        "delimiter": ("auto", "comma", "semicolon", "tab", "space"), "missing_numbers": ("mean", "median", "drop",
                                                                                         "category"),
        "missing_categories": ("category", "always", "drop"), "target": ("", "c0", "x", "column 1"),
        "kinds": ((), (("c1", "number"),), (("c0", "category"), ("c2", "ignore"))),
    }  # fmt: skip
    return {name: random.choice(values) for name, values in choices.items()}


def one(seed: int, folder: Path) -> str:
    """What came of the input with this seed: “read”, or the beginning of the sentence."""
    random = Random(seed)
    encoding = random.choice(ENCODINGS)
    raw = packed(mutated(text_of(random).encode(encoding, "replace"), random), random)
    path = folder / random.choice(NAMES)
    path.write_bytes(raw)
    try:
        read_arrays(DataSpec(dataset="table", path=str(path)).with_options(table=options_of(random)))
    except LayerloomError as error:
        return error.message.template[:50]
    return "read"


def main() -> int:
    count, first = (int(word) for word in (*sys.argv[1:], *("10000", "0")[len(sys.argv) - 1 :]))
    found: Counter[str] = Counter()
    wrong, slowest, begun = 0, 0.0, time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        for seed in range(first, first + count):
            start = time.perf_counter()
            LOADED.clear()
            try:
                found[one(seed, Path(name))] += 1
            except Exception:
                wrong += 1
                print(f"seed {seed}: {traceback.format_exc(limit=-4)}", flush=True)
            taken = time.perf_counter() - start
            slowest = max(slowest, taken)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            if taken > SLOWEST or memory > LARGEST:
                wrong += 1
                print(f"seed {seed}: {taken:.1f} s, {memory:.0f} MB", flush=True)
    for words, times in found.most_common():
        print(f"{times:>7}  {words}")
    print(f"{count} tables from seed {first}: {wrong} wrong; slowest {slowest:.2f} s, {memory:.0f} MB, "
          f"{time.perf_counter() - begun:.0f} s in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
