"""A folder has one writer at a time; a build that is stopped, killed or overtaken never leaves a mixture."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading

import pytest
from folders import contents
from processes import HOME, python

from datasets_cards.card import write_card
from generators import build
from generators.__main__ import main
from generators.builder.dataset import Execution, make
from generators.files.store import store
from generators.finished.audit import audit
from solver.dataset import open_dataset
from solver.lock import LOCK, only_writer, writer
from solver.refusal import InputError

HELD = """
    import sys
    from pathlib import Path
    from solver.lock import only_writer
    with only_writer(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Start a process that holds the lock of a folder until its input ends, and return it."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HELD), str(tmp_path / "d")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=HOME,
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_writer_is_told_who_writes(cook, tmp_path, holder):
    """While one process holds the lock of a folder, a build into it is refused in one line that names the process."""
    with pytest.raises(InputError, match=rf"d: process {holder.pid} on .* is writing here; wait until it ends"):
        make(cook(), tmp_path / "d")

    assert [path.name for path in (tmp_path / "d").iterdir()] == [LOCK]


@pytest.mark.parametrize("begun", [False, True], ids=["no recipe yet", "no manifest yet"])
def test_a_reader_is_told_who_writes(run8, tmp_path, holder, capsys, begun):
    """While one process writes a folder, whoever reads it is told which, and waits instead of resuming the build."""
    if begun:
        shutil.copytree(run8.folder, tmp_path / "d", dirs_exist_ok=True)
        (tmp_path / "d" / "manifest.json").unlink()
        with pytest.raises(InputError, match=rf"not finished: process {holder.pid} on .* is writing here"):
            open_dataset(tmp_path / "d", "test")

    assert main(["verify", str(tmp_path / "d")]) == 2
    assert f"d: not finished: process {holder.pid} on " in capsys.readouterr().err

    holder.kill()
    holder.wait()
    assert writer(tmp_path / "d") is None
    assert main(["verify", str(tmp_path / "d")]) == 2
    told = "run it again to resume" if begun else "not a dataset folder of wirework"
    assert told in capsys.readouterr().err


def test_a_reader_that_asks_stops_no_writer(tmp_path):
    """A writer that begins while a reader looks at the lock is not refused: it begins when the reader has looked."""
    (tmp_path / LOCK).touch()
    began = threading.Event()

    def write():
        with only_writer(tmp_path):
            began.set()

    with (tmp_path / LOCK).open() as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        thread = threading.Thread(target=write)
        thread.start()
        waited = not began.wait(0.05)
    thread.join()

    assert waited
    assert began.is_set()


def test_a_killed_writer_leaves_no_lock(cook, tmp_path, holder):
    """The lock of a process that was killed is gone with it, though its file is still there."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "d" / LOCK).exists()

    make(cook(), tmp_path / "d")

    assert audit(tmp_path / "d").passed
    assert not (tmp_path / "d" / LOCK).exists()


def test_a_lock_is_taken_again_when_it_is_free(tmp_path):
    """Writers one after another each hold the lock, and leave neither a file nor a folder that was made for it."""
    for _ in range(3):
        with (
            only_writer(tmp_path / "d"),
            pytest.raises(InputError, match=f"process {os.getpid()}"),
            only_writer(tmp_path / "d"),
        ):
            pass

    assert not (tmp_path / "d").exists()


def test_two_builds_at_once_never_mix(tmp_path, monkeypatch, capsys):
    """A build with another seed that starts while one writes is refused, and the first is whole."""
    statuses = []

    def overtaken(_done, _total):
        if not statuses:
            statuses.append(main(["build", "--weights", "run8", "--seed", "2", "--out", str(tmp_path / "d")]))

    build("run8", seed=1, out=tmp_path / "d", report=overtaken)

    assert statuses == [2]
    assert "is writing here" in capsys.readouterr().err
    assert audit(tmp_path / "d").passed


def test_another_build_in_an_object_store_is_found_before_the_manifest(cook):
    """An object store has no locks: a build whose recipe was replaced meanwhile ends without a manifest."""
    location = "memory://overtaken/d"
    files = store(location)

    def replaced(_done, _total):
        files.write("recipe.json", cook(seed=7).text().encode())

    with pytest.raises(InputError, match="another build writes here: seed is 7 there and 0 here"):
        make(cook(), location, Execution(report=replaced))

    assert "manifest.json" not in files.names()


def test_sigterm_ends_a_build_as_ctrl_c_does(tmp_path):
    """SIGTERM ends a build with one line and status 143, and the same command finishes the same bytes."""
    script = """
        import os, signal, sys
        from generators import __main__
        from solver.progress import Progress
        Progress.__call__ = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
        sys.exit(__main__.main(["build", "--weights", "run8", "--rows", "2000", "--shard-rows", "500", "--out", sys.argv[1]]))
    """
    run = python("-c", textwrap.dedent(script), tmp_path / "d")

    assert (run.returncode, run.stdout, run.stderr) == (143, "", "stopped; the same command resumes\n")
    assert not (tmp_path / "d" / "manifest.json").exists()
    for name in ("d", "e"):
        build("run8", rows=2_000, shard_rows=500, out=tmp_path / name)
    assert contents(tmp_path / "d") == contents(tmp_path / "e")


def test_a_card_is_not_written_beside_a_build(cook, tmp_path):
    """A card for a folder that another command writes into is refused, and nothing of the folder changes."""
    folder = make(cook(), tmp_path / "d").folder
    before = contents(folder)

    with only_writer(folder), pytest.raises(InputError, match="is writing here"):
        write_card(folder)

    assert contents(folder) == before


@pytest.mark.slow
def test_a_daemonic_process_builds_with_workers(tmp_path):
    """A worker of a multiprocessing pool, which may have no children of its own kind, builds with two processes."""
    script = """
        import multiprocessing, sys
        from generators import build
        def one(out):
            return build("run8", rows=100_000, shard_rows=50_000, workers=2, out=out).counts["train"]
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(1) as pool:
                print(pool.map(one, [sys.argv[1]]))
    """
    run = python("-c", textwrap.dedent(script), tmp_path / "d")

    assert (run.returncode, run.stdout, run.stderr) == (0, "[100000]\n", "")


def test_an_unfinished_folder_is_no_dataset(cook, tmp_path):
    """A folder whose build was stopped is said to be unfinished by whatever opens it."""
    folder = make(cook(), tmp_path / "d").folder
    (folder / "manifest.json").unlink()

    with pytest.raises(InputError, match="the build was not finished; run it again to resume"):
        open_dataset(folder, "train")
