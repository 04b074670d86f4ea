"""What the system offers: how the program was started, a display, the libraries Qt needs. No Qt."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

DEBIAN = ("libegl1 libgl1 libopengl0 libdbus-1-3 libfontconfig1 libglib2.0-0 libwayland-cursor0 libxkbcommon-x11-0 "
          "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 "
          "libxcb-shape0 fonts-dejavu-core")
FEDORA = ("mesa-libEGL mesa-libGL libglvnd-opengl dbus-libs fontconfig glib2 libwayland-cursor libxkbcommon-x11 "
          "xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil libxcb "
          "dejavu-sans-fonts dejavu-sans-mono-fonts")


def program_name() -> str:
    """What a person types to start this program."""
    return "main.py" if Path(sys.argv[0]).name == "main.py" else "layerloom"


M_ARENA_MAX, ARENAS = -8, 2  # of glibc's mallopt


def share_memory() -> None:
    """Let all threads take their memory from two heaps: each heap keeps tens of MB that were freed in it."""
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):  # another C library has no such setting
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def needs_display() -> bool:
    """Whether a window needs what the environment names; elsewhere than on Linux there always is a display."""
    return sys.platform.startswith("linux")


def has_display() -> bool:
    """False on a Linux without any display; what is named there need not answer."""
    return not needs_display() or any(os.environ.get(name) for name in DISPLAYS)


def start_without_display() -> NoReturn:
    """Become the same command in a process that knows of no display: this one cannot show a window."""
    if sys.stderr is not None:
        sys.stderr.flush()
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def missing_library() -> str | None:
    """The system library without which Qt cannot show a window here, or None.

    Asked beforehand, because Qt would end the process without an exception. What is loaded here is what Qt loads next.
    """
    spec = find_spec("PySide6") if sys.platform.startswith("linux") else None
    if spec is None or not spec.submodule_search_locations:
        return None
    default = "xcb" if os.environ.get("DISPLAY") else "wayland"
    platform = (os.environ.get("QT_QPA_PLATFORM") or default).split(";")[0].split(":")[0]
    plugin = Path(spec.submodule_search_locations[0]) / "Qt" / "plugins" / "platforms" / f"libq{platform}.so"
    return _cannot_load(plugin) if plugin.is_file() else None


def _cannot_load(library: Path) -> str | None:
    """The name of the system library that is not there."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        if "cannot open shared object file" in str(error):
            return str(error).split(":")[0]
    return None


def missing_sentence(library: str) -> str:
    """What to install, for both families of systems."""
    return (f"The window needs the system library {library}. Install Qt's libraries with “sudo apt install {DEBIAN}” "
            f"(Debian, Ubuntu) or “sudo dnf install {FEDORA}” (Fedora).")
