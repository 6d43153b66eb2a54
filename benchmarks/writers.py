"""Two writers in one folder: python benchmarks/writers.py [--pairs 100]

Starts pairs of builds with different seeds into one folder, up to two seconds apart, and kills one of them in half of the
pairs. Afterwards a folder that has a manifest must pass the audit. Prints how the builds ended and exits with 1 if a
folder has a manifest and is not sound.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from generators.finished.audit import audit

SPREAD = 2.0
"""Seconds that the second build starts after the first, at most."""


def pair(folder: Path, draw: random.Random) -> tuple[list[str], str]:
    """Run two builds into a folder; return how each ended, and what the folder is afterwards."""
    builds = []
    for seed in (1, 2):
        words = ["build", "--weights", "run8", "--rows", "3000", "--shard-rows", "500", "--seed", str(seed)]
        command = [sys.executable, "-m", "generators", *words, "--out", str(folder)]
        builds.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        if seed == 1:
            time.sleep(draw.uniform(0, SPREAD))
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0, SPREAD / 2))
        draw.choice(builds).kill()
    ends = []
    for build in builds:
        _, told = build.communicate()
        reason = next((word for word in ("is writing here", "holds another dataset") if word in told), "")
        ends.append(reason or {0: "built", -9: "killed"}.get(build.returncode, told.strip() or str(build.returncode)))
    if not (folder / "manifest.json").exists():
        return ends, "unfinished"
    return ends, "sound" if audit(folder).passed else "NOT SOUND"


def main() -> int:
    """Run the pairs and print how they ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    draw = random.Random(args.seed)
    ends: Counter[str] = Counter()
    folders: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        for number in range(args.pairs):
            ended, folder = pair(Path(place) / str(number), draw)
            ends.update(ended)
            folders[folder] += 1
    print("builds ", *(f"{count} {name};" for name, count in ends.most_common()))
    print("folders", *(f"{count} {name};" for name, count in folders.most_common()))
    return int(folders["NOT SOUND"] > 0)


if __name__ == "__main__":
    sys.exit(main())
