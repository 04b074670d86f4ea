"""The program as others install it: what the wheel holds, and that it runs away from its source."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.system import DEBIAN

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "widgets", "engine", "resources")
STARTED = """
import sys
from PySide6.QtWidgets import QApplication

def looked_at():
    [window] = [widget for widget in QApplication.topLevelWidgets() if type(widget).__name__ == "MainWindow"]
    icon = QApplication.windowIcon().pixmap(32).toImage()
    assert len({icon.pixel(x, y) for x in range(icon.width()) for y in range(icon.height())}) > 3
    print(window.windowTitle())
    window.close()
    return 0

QApplication.exec = staticmethod(looked_at)
from app.program import main
sys.exit(main(["layerloom", "gallery:mlp"]))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree without what is not a part of it; building writes into it."""
    copy = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    return copy


def built(source: Path, kind: str, out: Path) -> Path:
    """The file that the build backend makes; no network, as nothing is to be installed first."""
    code = f"from setuptools.build_meta import build_{kind} as build; print(build({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this source."""
    return built(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands where it is installed; the libraries are those of the tests, the source is far away."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home), "installed_base": str(home)})
    python = Path(paths["scripts"]) / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True)
    (Path(paths["purelib"]) / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return Path(paths["scripts"])


def said(installed: Path, cwd: Path, *argv: str) -> str:
    """What the installed command prints, started in a folder of a person's own; it succeeds."""
    cwd.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([installed / argv[0], *argv[1:]], cwd=cwd, env=environment, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done.stdout


def packed(wheel: Path) -> set[str]:
    """The files that the wheel puts down."""
    return {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_every_room_and_nothing_else(wheel: Path) -> None:
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    wanted = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    assert packed(wheel) == {name for name in wanted if not name.startswith("resources/screenshots/")}


def test_the_source_package_makes_the_same_wheel(source: Path, wheel: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(built(source, "sdist", tmp_path), tmp_path / "unpacked")
    [unpacked] = (tmp_path / "unpacked").iterdir()
    assert packed(built(unpacked, "wheel", tmp_path)) == packed(wheel)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with ZipFile(wheel) as file:
        [info] = {name.split("/")[0] for name in file.namelist() if ".dist-info/" in name}
        about = message_from_string(file.read(f"{info}/METADATA").decode())
    assert wheel.name == f"layerloom-{about['Version']}-py3-none-any.whl"
    assert (about["Name"], about["Requires-Python"]) == ("layerloom", ">=3.11")
    assert about["Summary"].startswith("Draw a neural network") and "## Two commands" in about.get_payload()
    needed = [line.split(">=")[0] for line in about.get_all("Requires-Dist") if "extra ==" not in line]
    assert {"PySide6-Essentials", "torch", "pyqtgraph", "pydantic"} < {name.split("<")[0] for name in needed}


def test_the_command_runs_where_the_source_is_not(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()  # a person's own folder of the same name is not ours
    assert said(installed, tmp_path, "layerloom", "gallery").split()[0] == "lenet-digits"
    assert "61\u00a0706" in said(installed, tmp_path, "layerloom", "check", "gallery:lenet")
    assert said(installed, tmp_path, "layerloom", "--help").startswith("usage: layerloom ")
    said(installed, tmp_path, "layerloom", "export", "gallery:mlp", "mlp.svg", "--style", "canvas")
    assert "fc1" in (tmp_path / "mlp.svg").read_text(encoding="utf-8")
    said(installed, tmp_path, "layerloom", "train", "gallery:lenet-digits", "--epochs", "1", "--out", "run")
    assert (tmp_path / "run" / "best.safetensors").is_file()


def test_the_window_opens_where_the_source_is_not(installed: Path, tmp_path: Path) -> None:
    python = Path(sys.executable).name
    assert "mlp" in said(installed, tmp_path, python, "-c", STARTED)
    where = said(installed, tmp_path, python, "-c", "import app, resources; print(app.__file__, resources.__file__)")
    assert all(Path(path).is_relative_to(installed.parent) for path in where.split())


def test_what_a_bare_debian_needs_is_said_the_same_everywhere() -> None:
    listed = dict(re.findall(r'^(\w+)="([^"]+)"', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed["window"] == DEBIAN
    assert f"\nsudo apt install {listed['tools']} {DEBIAN}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
