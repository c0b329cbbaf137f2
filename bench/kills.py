"""Kills a walk-forward at random instants, lets it go on, and compares every byte with a walk that was let alone.

    python bench/kills.py PROJECT [--kills 20] [--seed 1] [--edgewalk target/release/edgewalk]

PROJECT is a folder with `config.yml` and bars; only its `config.yml` and `data/` are read. Each kill is of a
walk that begins from nothing, at an instant drawn from all of an undisturbed one's duration; then the same
command is run to its end. tests/suite/killed_walk.rs does the same on a small market.
"""

import argparse
import hashlib
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

LEFT = ("results", "models", "logs")


def fresh(project: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    for folder in LEFT:
        shutil.rmtree(root / folder, ignore_errors=True)
    if not (root / "data").exists():
        shutil.copytree(project / "data", root / "data")
        shutil.copy(project / "config.yml", root)
    return root


def hashes(root: pathlib.Path) -> dict[str, str]:
    found = {}
    for folder in LEFT:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.name != ".lock":
                name = str(path.relative_to(root))
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("project", type=pathlib.Path)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--edgewalk", default="target/release/edgewalk")
    args = asked.parse_args()
    binary = str(pathlib.Path(args.edgewalk).resolve())
    walk = [binary, "walkforward", "--quiet"]
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = fresh(args.project, pathlib.Path(folder))
        start = time.monotonic()
        subprocess.run(walk, cwd=root, check=True, stdout=subprocess.DEVNULL)
        duration = time.monotonic() - start
        expected = hashes(root)
        print(f"undisturbed: {duration:.1f} s, {len(expected)} files")
        for kill in range(args.kills):
            root = fresh(args.project, root)
            instant = draw.uniform(0, duration)
            child = subprocess.Popen(walk, cwd=root, stdout=subprocess.DEVNULL)
            try:
                child.wait(timeout=instant)
                how = "had ended"
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                how = f"killed, {len(hashes(root))} files there"
            subprocess.run(walk, cwd=root, check=True, stdout=subprocess.DEVNULL)
            found = hashes(root)
            wrong = sorted(name for name in expected.keys() | found.keys()
                           if expected.get(name) != found.get(name))
            print(f"{kill + 1:3}: {instant:6.2f} s, {how}: {'same bytes' if not wrong else wrong}", flush=True)
            if wrong:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
