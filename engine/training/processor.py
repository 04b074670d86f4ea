"""What the processor is called by its maker. No torch."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_WINDOWS_KEY = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"


@cache
def processor_name() -> str:
    """“Intel Xeon Processor @ 2.90GHz”, “Apple M2”; at least its kind: “x86_64”."""
    found = ""
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        found = _asked()
    return _plain(found) or _plain(platform.processor()) or platform.machine() or "CPU"


def _asked() -> str:
    """As the system says it; empty where it does not."""
    if sys.platform == "win32":
        import winreg  # Windows only

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS_KEY) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0])
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, timeout=2, check=True).stdout
    return named_in(_CPU_INFO.read_text(encoding="utf-8", errors="replace"))


def named_in(text: str) -> str:
    """The name in the text of /proc/cpuinfo; many ARM systems give none."""
    match = re.search(r"^(?:model name|cpu model|cpu)\s*:\s*(\S.*)$", text, re.IGNORECASE | re.MULTILINE)
    return match[1] if match else ""


def _plain(name: str) -> str:
    """Without trade marks and padding."""
    return " ".join(re.sub(r"\((?:R|TM|C)\)", " ", name, flags=re.IGNORECASE).split())
