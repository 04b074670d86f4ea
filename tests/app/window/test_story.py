"""The whole story in a real window under Xvfb, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

STORIES = ("story.py", "first_minutes.py")


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A virtual screen of one's own."""
    tools = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]
    if tools:
        pytest.skip(f"needs {' and '.join(tools)} (Debian: apt install xvfb xdotool)")
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_well(display: str, tmp_path: Path, story: str):
    """Draw, repair, train, export, reload; and what the README tells who begins."""
    ends_well(display, story, str(tmp_path))


def told(display: str, story: str, *words: str) -> subprocess.Popen[str]:
    """A story begins."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_FATAL_WARNINGS": "0"}
    command = [sys.executable, str(Path(__file__).with_name(story)), *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ends_well(display: str, story: str, *words: str) -> None:
    process = told(display, story, *words)
    out, errors = process.communicate(timeout=280)
    done = subprocess.CompletedProcess(process.args, process.returncode, out, errors)
    assert done.returncode == 0 and "the story ends well" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and "QPainter" not in done.stderr, done.stderr


@pytest.mark.timeout(300)
def test_a_run_that_is_steered_and_killed_goes_on_in_another_window_and_is_replayed(display: str, tmp_path: Path):
    story = "going_on_story.py"
    process = told(display, story, str(tmp_path))
    assert process.stdout is not None
    said = list(takewhile(lambda line: line != "now it may be killed\n", process.stdout))
    process.kill()
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, "".join(said) + errors
    ends_well(display, story, str(tmp_path), "again")
