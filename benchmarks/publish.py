"""What publishing survives, and how fast it is, against a Hub on loopback: python benchmarks/publish.py matrix

`matrix` pushes once per call x fault x how long the fault lasts, over several kinds of push, and looks at the
remote after each: old revision or new, never a third thing, and one commit however often it was tried. It runs
the real client in this process, on a clock that does not wait; `--every 20` takes a part, `--xet` uploads by Xet.
`time [--rows 500] [--shard-rows N]` times `generators push` as a person runs it, and counts the bytes of a
second push after the dataset grew by a tenth; `phases [--rows 500]` says what the time of a push went into. All
need the repository's own tests/hub, and the memory that `time` prints needs Linux.
"""

import argparse
import itertools
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(ROOT / "tests")]
sys.path.append(str(ROOT))

import hub  # noqa: E402 - from tests/

FAULTS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "status", "status": 502},
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}},
    "401": {"kind": "status", "status": 401},
    "403": {"kind": "status", "status": 403},
    "409": {"kind": "status", "status": 409},
    "412": {"kind": "status", "status": 412},
    "reset": {"kind": "reset"},
    "hang": {"kind": "hang", "seconds": 2.0},
    "lost": {"kind": "lost"},
}
PASSING = {"500", "502", "503", "429", "reset", "hang", "lost"}
"""Faults that one more try must survive."""
LASTING = ("once", "this call for ever", "every call from here")
KINDS: dict[str, dict[str, Any]] = {
    "first push": {},
    "update": {},
    "branch and tag": {"revision": "next", "tag": "v1"},
    "pull request": {"create_pr": True},
    "many files": {},
}
SLOW = "update"
"""The kind of push whose load-back is real and failed too; the others share that code."""


@dataclass
class Bench:
    """A Hub, two versions of a dataset, and the real client in this process."""

    server: hub.Server
    folder: Path
    name: int = 0

    def __post_init__(self) -> None:
        os.environ.pop("HF_HUB_OFFLINE", None)  # the Hub is this machine's own
        os.environ |= {
            name: value
            for name, value in self.server.env().items()
            if name.startswith("HF_") and name not in os.environ
        } | {"HF_ENDPOINT": self.server.url, "HF_TOKEN": "hf_alice", "HF_HOME": str(self.folder / "home")}
        os.environ |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_VERBOSITY": "critical"}
        # Imported only now: the client reads its environment when it is imported.
        from datasets_cards import loading, publish, remote
        from generators.builder.dataset import build

        self.publish, self.remote = publish, remote
        preset = self.folder / "tiny.yaml"
        preset.write_text(
            "rows: 10\nvalidation: 4\ntest: 4\nmax_len: 1024\nphrasings: 1\nsystem: tiny\nweights: {comparison: 100}\n"
        )
        for version, rows in (("old", 10), ("new", 20)):
            build(str(preset), rows=rows, out=self.folder / version, shard_rows=10)
        for version in ("old", "new"):
            publish.write_card(self.folder / version, "acme/sums")
        publish.write_card = lambda *_args, **_more: None
        publish.push_to_hub(self.folder / "old", "acme/old")
        publish.push_to_hub(self.folder / "new", "acme/new")  # loads back in a process of its own, as it should
        self.trees = {version: self.tree(f"acme/{version}", "main") for version in ("old", "new")}
        self.loads = publish.load_back
        loading.apart = self.near
        time.sleep = lambda _seconds: None
        remote.TIMEOUT = 1.0
        remote.PAUSES = (0.0, 0.0)  # as many tries as any of these faults needs

    def near(self, _api: Any, repo_id: str, commit: str, files: Any) -> Any:
        """Load back in this process, so that a case takes no second; the caches are wiped instead."""
        from datasets_cards.loading import difference

        shutil.rmtree(self.folder / "home", ignore_errors=True)
        try:
            return difference(repo_id, commit, files)
        except Exception as error:  # noqa: BLE001 - a process of its own dies of any
            raise RuntimeError(self.remote.line(error)) from None

    def tree(self, repo_id: str, revision: str) -> dict[str, str] | None:
        """Return what a revision holds, or None."""
        try:
            head = self.server.repos.get(repo_id).head(revision)
        except Exception as error:  # the Hub's refusal
            if type(error).__name__ != "Refusal":
                raise
            return None
        return {path: file.sha256 for path, file in head.files.items()}

    def fresh(self, kind: str) -> str:
        """Return the name of a repository as it is before a push of this kind."""
        self.name += 1
        name = f"case{self.name}"
        if kind != "first push":
            place = self.server.folder / "repos" / "datasets" / "acme"
            shutil.copytree(place / "old", place / name)
        return f"acme/{name}"

    def push(self, kind: str, repo_id: str) -> str:
        """Push the new version and return "" or the message of the refusal."""
        from solver.refusal import InputError

        self.publish.MAX_FILES = 3 if kind == "many files" else 500
        self.publish.load_back = self.loads if kind == SLOW else lambda *_args: None
        try:
            self.publish.push_to_hub(self.folder / "new", repo_id, **KINDS[kind])
        except InputError as error:
            return str(error)
        return ""

    def calls(self, kind: str) -> list[tuple[str, str]]:
        """Return the calls of a push that nothing disturbs, with its repository's name as NAME."""
        repo_id = self.fresh(kind)
        self.server.log.clear()
        assert self.push(kind, repo_id) == "", kind
        named = [(entry.method, entry.path.replace(repo_id, "NAME")) for entry in self.server.log.entries()]
        return [call for call in named if "agent-harnesses" not in call[1]]


def cases(bench: Bench) -> Iterator[tuple[str, int, tuple[str, str], int, str, str]]:
    """Yield kind of push, call by place and name, how often it came before, fault and how long it lasts."""
    for kind in KINDS:
        seen: Counter[tuple[str, str]] = Counter()
        for place, call in enumerate(bench.calls(kind)):
            for fault, lasting in itertools.product(FAULTS, LASTING):
                yield kind, place, call, seen[call], fault, lasting
            seen[call] += 1


def order(bench: Bench, repo_id: str, case: tuple[str, int, tuple[str, str], int, str, str]) -> None:
    """Put the fault of a case in force."""
    _, place, (method, path), before, fault, lasting = case
    if lasting == "this call for ever":
        # Commit ids and contents differ between runs, so that the shape of the call is what is matched.
        shape = re.sub(r"[0-9a-f]{40,64}", "[0-9a-f]+", re.escape(path)).replace("NAME", re.escape(repo_id))
        bench.server.fault(path=f"^{shape}$", method=method, times=None, skip=before, **FAULTS[fault])
    else:
        bench.server.fault(
            path="^(?!.*agent-harnesses)", times=1 if lasting == "once" else None, skip=place, **FAULTS[fault]
        )


def judge(bench: Bench, repo_id: str, kind: str, said: str, refused: bool = False) -> list[str]:
    """Return what is wrong with the remote, or with what was said of it, after a push."""
    revision = KINDS[kind].get("revision", "main")
    found, main = bench.tree(repo_id, revision), bench.tree(repo_id, "main")
    old, new = (bench.trees[version] for version in ("old", "new"))
    before = [None, {path: old[path] for path in old if path == ".gitattributes"}] if kind == "first push" else [old]
    untouched = found in before or (found is None and revision != "main")
    pull = kind == "pull request"
    last = f"refs/pr/{len(bench.server.repos.get(repo_id).state()['pulls'])}" if pull else revision
    ours = bench.tree(repo_id, last) == new
    wrong = {
        "half-state": found != new and not untouched,
        "main was touched": (pull or revision != "main") and main != old,
        "more than one commit": found == new and commits(bench, repo_id, revision, kind) != 1,
        "said to be published, and is not": not said and not ours,
        "no tag": not said and kind == "branch and tag" and bench.tree(repo_id, "v1") != new,
        "said to be as it was, and is not": bench.remote.AS_IT_WAS in said and not untouched,
        "said to be pushed, and is not": ("holds the dataset as" in said or "is pushed" in said) and not ours,
        "unclear without need": bench.remote.UNCLEAR in said and refused,
        "the token, or more than one line, in the message": "hf_alice" in said or "\n" in said,
    }
    return [words for words, true in wrong.items() if true]


def commits(bench: Bench, repo_id: str, revision: str, kind: str) -> int:
    """Return the commits that a revision has beyond those it began with."""
    began = 1 if kind == "first push" else len(list(bench.server.repos.get("acme/old").history("main")))
    return len(list(bench.server.repos.get(repo_id).history(revision))) - began


def matrix(every: int, start: int, kind: str | None) -> int:
    """Run the cases, print what went wrong and how many there were; return the exit status."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="matrix-") as scratch, hub.serve(Path(scratch) / "hub") as server:
        bench = Bench(server, Path(scratch))
        chosen = [case for case in cases(bench) if kind in (None, case[0])][start::every]
        told: Counter[str] = Counter()
        wrong: list[str] = []
        for done, case in enumerate(chosen):
            repo_id = bench.fresh(case[0])
            order(bench, repo_id, case)
            said = crashed = ""
            try:
                said = bench.push(case[0], repo_id)
            except Exception as error:  # noqa: BLE001 - what a user would see as a traceback
                crashed = f"traceback: {type(error).__name__}: {error}"
            server.faults.clear()
            faults = [crashed] if crashed else judge(bench, repo_id, case[0], said, case[4].startswith("4"))
            if said and case[4] in PASSING and case[5] == "once":
                faults.append(f"one more try would have done: {said}")
            if said and not (again := bench.push(case[0], repo_id)):
                faults += [f"after a second push: {what}" for what in judge(bench, repo_id, case[0], "")]
            elif said:
                faults.append(f"a second push says: {again}")
            told[
                "published"
                if not said
                else re.sub(r"[0-9a-f]{8}|case\d+|\(.*?\)|127.*?cannot|\d+ is open", "...", said)[:150]
            ] += 1
            wrong += [f"{case}: {what}" for what in faults]
            if not (done + 1) % 50:
                half = sum("half-state" in what for what in wrong)
                print(f"{done + 1} of {len(chosen)}, {half} half-states", file=sys.stderr, flush=True)
    for what in wrong:
        print(what)
    for said, count in told.most_common():
        print(f"{count:5} {said}")
    half = sum("half-state" in what for what in wrong)
    print(
        f"{len(chosen)} cases ({len(FAULTS)} faults x {', '.join(LASTING)}; {len(KINDS)} kinds of push): "
        f"{half} half-states, {len(wrong)} other faults, {time.perf_counter() - began:.0f} s"
    )
    return 1 if wrong else 0


def client(server: hub.Server, *words: str, xet: bool) -> tuple[float, float]:
    """Run `generators` against the Hub; return wall seconds, and the peak in MB of the largest of its processes."""
    env = server.env(xet=xet) | {"PYTHONPATH": str(ROOT)}
    began, peak = time.perf_counter(), 0
    with subprocess.Popen([sys.executable, "-m", "generators", *words], env=env, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max([peak, *owned(process.pid)])
            time.sleep(0.01)
    if process.returncode:
        sys.exit(process.returncode)
    return time.perf_counter() - began, peak / 1000


def owned(pid: int) -> Iterator[int]:
    """Yield the kB that a process and each of its own hold, without the files that they map and the system can drop."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended meanwhile
        return
    yield from map(int, re.findall(r"RssAnon:\s+(\d+)", status))
    for child in children:
        yield from owned(int(child))


def phases(rows: int, shard_rows: int, xet: bool, mbit: float) -> int:
    """Print what the parts of one push took, in the order in which they end, and return the exit status."""
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as scratch,
        hub.serve(Path(scratch) / "hub", rate=mbit * 125_000) as server,
    ):
        words = ("--rows", str(rows), "--shard-rows", str(shard_rows), "--out", f"{scratch}/built")
        client(server, "build", *words, xet=xet)
        for name in [name for name in os.environ if name.startswith("HF_")]:
            del os.environ[name]
        os.environ |= server.env(xet=xet)
        # Imported only now: the client reads its environment when it is imported.
        from datasets_cards import publish

        parts = {
            publish: ("checked", "write_card", "load_back"),
            publish.HfApi: ("preupload_lfs_files", "create_commit"),
        }
        for place, names in parts.items():
            for name in names:
                setattr(place, name, timed(name, getattr(place, name)))
        timed("whole push", publish.push_to_hub)(f"{scratch}/built", "acme/sums")
    return 0


def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the call, printing what it took; processors are counted for the Hub in this process, too."""

    def processor() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    def run(*words: Any, **more: Any) -> Any:
        wall, busy = time.perf_counter(), processor()
        found = call(*words, **more)
        print(f"{name:20}{time.perf_counter() - wall:6.2f} s wall, {processor() - busy:6.2f} s of processors")
        return found

    return run


def timing(rows: int, shard_rows: int, xet: bool, mbit: float) -> int:
    """Print how long a push takes, and what a second one sends after the dataset grew by a tenth."""
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as scratch,
        hub.serve(Path(scratch) / "hub", rate=mbit * 125_000) as server,
    ):
        sizes = {"first": rows, "grown": rows + max(rows // 10, 1)}
        for name, count in sizes.items():
            client(
                server,
                "build",
                "--rows",
                str(count),
                "--shard-rows",
                str(shard_rows),
                "--out",
                f"{scratch}/{name}",
                xet=xet,
            )
        walls = [
            client(server, "push", f"{scratch}/first", f"acme/try{place}", xet=xet)
            for place in range(3 if rows < 10**5 else 1)
        ]
        print(
            f"push of {rows:,} training rows: {min(wall for wall, _ in walls):.2f} s wall, best of {len(walls)}; peak {max(peak for _, peak in walls):.0f} MB"
        )
        server.log.clear()
        stored = server.xet.stored()
        wall, _ = client(server, "push", f"{scratch}/grown", "acme/try0", xet=xet)
        sent = server.xet.stored() - stored if xet else server.log.uploaded()
        whole = sum(
            entry["bytes"] for entry in json.loads(Path(f"{scratch}/grown/manifest.json").read_text())["files"].values()
        )
        print(
            f"push again with {sizes['grown']:,}: {wall:.2f} s, {sent:,} bytes received of {whole:,} in the data files; {server.log.commits()} commit"
        )
    return 0


def main() -> int:
    """Run one command and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    cells = verbs.add_parser("matrix")
    cells.add_argument("--every", type=int, default=1, help="run every Nth case")
    cells.add_argument("--start", type=int, default=0, help="the first case to run")
    cells.add_argument("--kind", choices=KINDS)
    cells.add_argument("--xet", action="store_true")
    for name in ("time", "phases"):
        sized = verbs.add_parser(name)
        sized.add_argument("--rows", type=int, default=500)
        sized.add_argument("--shard-rows", type=int, default=100_000)
        sized.add_argument("--xet", action="store_true")
        sized.add_argument("--mbit", type=float, default=0, help="over a line of so many Mbit/s (LFS)")
    args = parser.parse_args()
    if args.verb != "matrix":
        return {"time": timing, "phases": phases}[args.verb](args.rows, args.shard_rows, args.xet, args.mbit)
    if not args.xet:
        os.environ["HF_HUB_DISABLE_XET"] = "1"
    else:
        os.environ.pop("HF_HUB_DISABLE_XET", None)
    return matrix(args.every, args.start, args.kind)


if __name__ == "__main__":
    sys.exit(main())
