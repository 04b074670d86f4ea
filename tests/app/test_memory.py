"""What is freed is not kept by one heap for every thread that ever ran."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COUNT = """
import ctypes, threading
from app.system import share_memory
if {shared}: share_memory()
gate = threading.Barrier(7)
def work():
    held = [bytearray(5_000) for _ in range(20)]
    gate.wait(); gate.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
gate.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(b"heaps.xml", b"w"))
libc.malloc_info(0, file); libc.fclose(file)
gate.wait()
print(open("heaps.xml").read().count("<heap "))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc's")
def test_threads_share_two_heaps(tmp_path):
    def heaps(shared: bool) -> int:
        done = subprocess.run([sys.executable, "-c", COUNT.format(shared=shared)], cwd=tmp_path, capture_output=True,
                              text=True, check=True, env={"PYTHONPATH": str(ROOT)})
        return int(done.stdout)

    assert heaps(True) <= 2 < heaps(False)
