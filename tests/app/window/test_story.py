"""The whole story in a real window under Xvfb, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
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
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_FATAL_WARNINGS": "0"}
    program = str(Path(__file__).with_name(story))
    done = subprocess.run([sys.executable, program, str(tmp_path)], env=environment, capture_output=True, text=True,
                          timeout=280)
    assert done.returncode == 0 and "the story ends well" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and "QPainter" not in done.stderr, done.stderr
