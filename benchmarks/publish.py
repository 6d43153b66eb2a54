"""Measures publishing against a Hub on this machine: faults, time and memory. Run: python benchmarks/publish.py matrix

`matrix` pushes once for every call, fault and duration of the fault, for several kinds of push. After each push it
checks that the Hub has the old revision or the new one, in one commit. It runs the real client in this process,
with a clock that does not wait. `--every 20` takes every 20th case, `--xet` uploads by Xet.
`time [--rows 500] [--shard-rows N]` measures `generators push` as a user runs it, then counts the bytes of a second
push after the dataset grew by a tenth. `phases [--rows 500]` measures each part of one push.
All need tests/hub of this repository; the memory that `time` prints needs Linux.
"""

import argparse
import itertools
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
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(ROOT / "tests")]
sys.path.append(str(ROOT))

import hub  # noqa: E402 - from tests/
from hub.refusal import Refusal  # noqa: E402

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
"""Faults that a push must survive by one retry."""
LASTING = ("once", "this call for ever", "every call from here")
KINDS: dict[str, dict[str, Any]] = {
    "first push": {},
    "update": {},
    "branch and tag": {"revision": "next", "tag": "v1"},
    "pull request": {"create_pr": True},
    "many files": {},
}
SLOW = "update"
"""The kind of push that is really loaded back, also with faults; the others share that code."""


@dataclass
class Bench:
    """A Hub, two versions of a dataset, and the real client in this process."""

    server: hub.Server
    folder: Path
    name: int = 0

    def __post_init__(self) -> None:
        os.environ.pop("HF_HUB_OFFLINE", None)  # the Hub runs on this machine
        os.environ |= {
            name: value
            for name, value in self.server.env().items()
            if name.startswith("HF_") and name not in os.environ
        } | {"HF_ENDPOINT": self.server.url, "HF_TOKEN": "hf_alice", "HF_HOME": str(self.folder / "home")}
        os.environ |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_VERBOSITY": "critical"}
        # Imported late, since the client reads its environment at import.
        from datasets_cards import loading, publish, repository
        from generators.builder.dataset import build

        self.publish, self.repository = publish, repository
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
        publish.push_to_hub(self.folder / "new", "acme/new")  # loads back in a separate process, as users do
        self.trees = {version: self.tree(f"acme/{version}", "main") for version in ("old", "new")}
        self.loads = publish.load_back
        loading.in_own_process = self.near
        time.sleep = lambda _seconds: None
        repository.TIMEOUT = 1.0
        repository.PAUSES = (0.0, 0.0)  # enough retries for any of these faults

    def near(self, _api: Any, repo_id: str, commit: str, files: Any) -> Any:
        """Load back in this process, which is faster, after wiping the caches."""
        from datasets_cards.loading import difference

        shutil.rmtree(self.folder / "home", ignore_errors=True)
        try:
            return difference(repo_id, commit, files)
        except Exception as error:  # noqa: BLE001 - a separate process would end with any error
            raise RuntimeError(self.repository.first_line(error)) from None

    def tree(self, repo_id: str, revision: str) -> dict[str, str] | None:
        """Return the files of a revision, or None if it does not exist."""
        try:
            head = self.server.repos.get(repo_id).head(revision)
        except Refusal:
            return None
        return {path: file.sha256 for path, file in head.files.items()}

    def fresh(self, kind: str) -> str:
        """Return the name of a repository in its state before a push of this kind."""
        self.name += 1
        name = f"case{self.name}"
        if kind != "first push":
            place = self.server.folder / "repos" / "datasets" / "acme"
            shutil.copytree(place / "old", place / name)
        return f"acme/{name}"

    def push(self, kind: str, repo_id: str) -> str:
        """Push the new version and return "" or the error message."""
        from solver.refusal import InputError

        self.publish.MAX_FILES = 3 if kind == "many files" else 500
        self.publish.load_back = self.loads if kind == SLOW else lambda *_args: None
        try:
            self.publish.push_to_hub(self.folder / "new", repo_id, **KINDS[kind])
        except InputError as error:
            return str(error)
        return ""

    def calls(self, kind: str) -> list[tuple[str, str]]:
        """Return the calls of a push without faults, with NAME for the name of its repository."""
        repo_id = self.fresh(kind)
        self.server.log.clear()
        assert self.push(kind, repo_id) == "", kind
        named = [(entry.method, entry.path.replace(repo_id, "NAME")) for entry in self.server.log.entries()]
        return [call for call in named if "agent-harnesses" not in call[1]]


class Case(NamedTuple):
    """A fault at one call of one kind of push."""

    kind: str
    place: int
    """The position of the call in the push."""
    call: tuple[str, str]
    """Method and path, with NAME for the name of the repository."""
    before: int
    """The number of equal calls before this one."""
    fault: str
    lasting: str


def cases(bench: Bench) -> Iterator[Case]:
    """Yield every case: kinds of push x their calls x faults x durations."""
    for kind in KINDS:
        seen: Counter[tuple[str, str]] = Counter()
        for place, call in enumerate(bench.calls(kind)):
            for fault, lasting in itertools.product(FAULTS, LASTING):
                yield Case(kind, place, call, seen[call], fault, lasting)
            seen[call] += 1


def order(bench: Bench, repo_id: str, case: Case) -> None:
    """Activate the fault of a case."""
    fault = FAULTS[case.fault]
    if case.lasting == "this call for ever":
        method, path = case.call
        # Commit ids and contents differ between runs, so the match is by the form of the call.
        form = re.sub(r"[0-9a-f]{40,64}", "[0-9a-f]+", re.escape(path)).replace("NAME", re.escape(repo_id))
        bench.server.fault(path=f"^{form}$", method=method, times=None, skip=case.before, **fault)
    else:
        times = 1 if case.lasting == "once" else None
        bench.server.fault(path="^(?!.*agent-harnesses)", times=times, skip=case.place, **fault)


def judge(bench: Bench, repo_id: str, kind: str, said: str, refused: bool = False) -> list[str]:
    """Return the faults of the repository, or of the message about it, after a push."""
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
        "main was changed": (pull or revision != "main") and main != old,
        "more than one commit": found == new and commits(bench, repo_id, revision, kind) != 1,
        "reported as published, and is not": not said and not ours,
        "no tag": not said and kind == "branch and tag" and bench.tree(repo_id, "v1") != new,
        "reported as unchanged, and is not": bench.repository.UNCHANGED in said and not untouched,
        "reported as pushed, and is not": ("holds the dataset as" in said or "is pushed" in said) and not ours,
        "reported as unclear, and is clear": bench.repository.UNCLEAR in said and refused,
        "the token, or more than one line, in the message": "hf_alice" in said or "\n" in said,
    }
    return [fault for fault, found in wrong.items() if found]


def commits(bench: Bench, repo_id: str, revision: str, kind: str) -> int:
    """Return the number of commits that a revision has gained."""
    began = 1 if kind == "first push" else len(list(bench.server.repos.get("acme/old").history("main")))
    return len(list(bench.server.repos.get(repo_id).history(revision))) - began


def run(bench: Bench, case: Case) -> tuple[str, list[str]]:
    """Push once under the fault of a case, and again without it; return the first message and all faults found."""
    repo_id = bench.fresh(case.kind)
    order(bench, repo_id, case)
    message = crash = ""
    try:
        message = bench.push(case.kind, repo_id)
    except Exception as error:  # noqa: BLE001 - users would see a traceback
        crash = f"traceback: {type(error).__name__}: {error}"
    bench.server.faults.clear()
    faults = [crash] if crash else judge(bench, repo_id, case.kind, message, case.fault.startswith("4"))
    if message and case.fault in PASSING and case.lasting == "once":
        faults.append(f"one retry would have been enough: {message}")
    if message:
        again = bench.push(case.kind, repo_id)
        found = [f"says: {again}"] if again else judge(bench, repo_id, case.kind, "")
        faults += [f"a second push: {fault}" for fault in found]
    return message, faults


def matrix(every: int, start: int, kind: str | None) -> int:
    """Run the cases, print the faults and their number, and return the exit status."""
    began = time.perf_counter()
    messages: Counter[str] = Counter()
    wrong: list[str] = []
    half = 0
    with tempfile.TemporaryDirectory(prefix="matrix-") as scratch, hub.serve(Path(scratch) / "hub") as server:
        bench = Bench(server, Path(scratch))
        chosen = [case for case in cases(bench) if kind in (None, case.kind)][start::every]
        for done, case in enumerate(chosen, 1):
            message, faults = run(bench, case)
            messages[re.sub(r"[0-9a-f]{8}|case\d+|\(.*?\)|127.*?cannot|\d+ is open", "...", message)[:150]] += 1
            wrong += [f"{tuple(case)}: {fault}" for fault in faults]
            half += sum("half-state" in fault for fault in faults)
            if not done % 50:
                print(f"{done} of {len(chosen)}, {half} half-states", file=sys.stderr, flush=True)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    for message, count in messages.most_common():
        print(f"{count:5} {message or 'published'}")
    print(
        f"{len(chosen)} cases ({len(FAULTS)} faults x {', '.join(LASTING)}; {len(KINDS)} kinds of push): "
        f"{half} half-states, {len(wrong) - half} other faults, {time.perf_counter() - began:.0f} s"
    )
    return 1 if wrong else 0


def client(server: hub.Server, *words: str, xet: bool) -> tuple[float, float]:
    """Run `generators` against the Hub; return wall seconds and the peak MB of its largest process."""
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
    """Yield the anonymous memory in kB of a process and of each of its children."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # the process has ended
        return
    yield from map(int, re.findall(r"RssAnon:\s+(\d+)", status))
    for child in children:
        yield from owned(int(child))


def phases(rows: int, shard_rows: int, xet: bool, mbit: float) -> int:
    """Print the time of each part of one push, in the order in which they end, and return the exit status."""
    with (
        tempfile.TemporaryDirectory(prefix="publish-") as scratch,
        hub.serve(Path(scratch) / "hub", rate=mbit * 125_000) as server,
    ):
        words = ("--rows", str(rows), "--shard-rows", str(shard_rows), "--out", f"{scratch}/built")
        client(server, "build", *words, xet=xet)
        for name in [name for name in os.environ if name.startswith("HF_")]:
            del os.environ[name]
        os.environ |= server.env(xet=xet)
        # Imported late, since the client reads its environment at import.
        from datasets_cards import publish

        parts = {
            publish: ("check_folder", "write_card", "load_back"),
            publish.HfApi: ("preupload_lfs_files", "create_commit"),
        }
        for place, names in parts.items():
            for name in names:
                setattr(place, name, timed(name, getattr(place, name)))
        timed("whole push", publish.push_to_hub)(f"{scratch}/built", "acme/sums")
    return 0


def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call that prints its time; processor time includes the Hub, which runs in this process."""

    def processor() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    def measured(*words: Any, **more: Any) -> Any:
        wall, busy = time.perf_counter(), processor()
        found = call(*words, **more)
        print(f"{name:20}{time.perf_counter() - wall:6.2f} s wall, {processor() - busy:6.2f} s of processors")
        return found

    return measured


def timing(rows: int, shard_rows: int, xet: bool, mbit: float) -> int:
    """Print the time of a push, and the bytes that a second push sends after the dataset grew by a tenth."""
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
        from generators.files.manifest import read_manifest

        whole = sum(entry.bytes for entry in read_manifest(Path(f"{scratch}/grown")).files.values())
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
        sized.add_argument("--mbit", type=float, default=0, help="limit the line to this many Mbit/s (LFS only)")
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
