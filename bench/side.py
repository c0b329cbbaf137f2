"""What all benchmarks share: where the binary and the bars are, and how much memory a run took."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
EDGEWALK = str(TARGET / "release" / "edgewalk")


def bars_file(name):
    """A file of real bars; they are not part of the project."""
    folder = os.environ.get("EDGEWALK_BARS")
    if not folder:
        sys.exit("set EDGEWALK_BARS to the folder of real bars")
    return Path(folder) / name


def edgewalk(*args):
    """Runs the binary; its output is returned, its failure is ours."""
    done = subprocess.run([EDGEWALK, *args], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"edgewalk {' '.join(args)}\n{done.stderr}")
    return done.stdout


def peak_memory_mb(command):
    """The largest resident size of one run, in megabytes."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, " \
        "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); " \
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    said = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    return int(said.stdout) * 1024 / 1e6
