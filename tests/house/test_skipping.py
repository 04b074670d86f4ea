"""A test that is left out is seen: in CI as a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = """
import pytest
from tests.skipping import NO_MNIST

@pytest.mark.skip(reason="no such tool")
def test_marked(): ...

def test_while_it_runs():
    pytest.skip("no such screen")

def test_with_a_good_reason():
    pytest.skip(NO_MNIST + ": it would be elsewhere")

@pytest.mark.xfail
def test_known():
    assert False
"""
WHOLE = "import pytest\npytest.importorskip('nowhere')"


@pytest.mark.parametrize(("ci", "code", "sum_of_all"), [
    ("true", 1, "1 failed, 1 skipped, 1 xfailed, 2 errors"), ("", 0, "4 skipped, 1 xfailed"),
], ids=["in CI", "elsewhere"])
def test_nothing_is_skipped_silently(ci: str, code: int, sum_of_all: str, tmp_path: Path) -> None:
    (tmp_path / "test_left_out.py").write_text(LEFT_OUT)
    (tmp_path / "test_whole.py").write_text(WHOLE)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.skipping", "-p", "no:cacheprovider",
               "--continue-on-collection-errors", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False)
    assert done.returncode == code and sum_of_all in done.stdout, done.stdout
    assert done.stdout.count("and in CI nothing is: install what it needs") == (6 if ci else 0)  # each twice
