"""A cluster makes the bytes that one process makes, into a folder or an object store, and outlives its workers."""

import os
import signal
import time
from pathlib import Path

import pytest

from generators import build
from generators.builder.dataset import make
from generators.files.store import store
from solver.refusal import InputError

SMALL = {"rows": 4_000, "shard_rows": 500}


def contents(place):
    """Return the bytes of every file of a place."""
    files = store(place)
    held = {}
    for name in files.names():
        with files.open(name) as file:
            held[name] = file.read()
    return held


def ray_workers():
    """Return the processes that run a shard right now."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"ray::_shard" in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Return a dataset of one process."""
    return build("run8", out=tmp_path_factory.mktemp("local") / "d", workers=1, **SMALL).folder


def test_a_cluster_makes_the_same_bytes(cluster, local, tmp_path):
    """Two Ray workers write what one process writes."""
    built = build("run8", out=tmp_path / "d", engine="ray", **SMALL)

    assert contents(built.folder) == contents(local)


def test_a_killed_worker_costs_nothing_but_time(cluster, tmp_path):
    """Where a worker is killed mid-build, its shard is made again elsewhere, and the bytes are the same."""
    large = {"rows": 300_000, "shard_rows": 50_000}
    killed = []

    def kill(done, total):
        while not killed and done < total:
            if running := ray_workers():
                os.kill(running[0], signal.SIGKILL)
                killed.append(running[0])
            time.sleep(0.01)

    built = build("run8", out=tmp_path / "d", engine="ray", report=kill, **large)

    assert killed
    assert contents(built.folder) == contents(build("run8", out=tmp_path / "e", workers=1, **large).folder)


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_an_object_store_holds_the_same_bytes(bucket, cluster, local, engine):
    """A dataset built into S3, by either engine, is the one that is built into a folder."""
    place = f"{bucket}/{engine}/run8"

    built = build("run8", out=place, engine=engine, **SMALL)

    assert built.folder == place
    assert contents(place) == contents(local)


def test_a_build_into_an_object_store_resumes(bucket, cluster, local):
    """Shards that are there stay; what is missing is made; the recipe of another dataset is refused."""
    place = f"{bucket}/resumed"
    build("run8", out=place, **SMALL)
    files = store(place)
    lost = "data/train-00003-of-00008.parquet"
    kept = files.files.info(f"{files.root}/data/train-00002-of-00008.parquet")["LastModified"]
    files.remove(lost)
    files.remove("manifest.json")

    with pytest.raises(InputError, match="holds another dataset: seed is 0 there and 1 here"):
        build("run8", out=place, seed=1, **SMALL)
    build("run8", out=place, engine="ray", **SMALL)

    assert contents(place) == contents(local)
    assert files.files.info(f"{files.root}/data/train-00002-of-00008.parquet")["LastModified"] == kept


def test_a_bucket_that_is_not_there_is_told(bucket):
    """A place that cannot be written is one line that names it."""
    with pytest.raises(InputError, match="s3://nowhere/d: "):
        build("run8", out="s3://nowhere/d", **SMALL)
    with pytest.raises(InputError, match="gopher://x: "):
        build("run8", out="gopher://x", **SMALL)


def test_a_row_that_fails_on_a_cluster_is_named(cluster, tmp_path):
    """An error of a row comes back from a worker as the one line it is here."""
    with pytest.raises(InputError, match=r"^[a-z_]+/[a-z_]+/[0-9]+ may have up to [0-9]+ tokens"):
        build("run8", out=tmp_path / "d", engine="ray", max_len=300, **SMALL)

    assert not (tmp_path / "d" / "manifest.json").exists()


def test_a_users_patterns_go_along(cluster, small, cook, tmp_path):
    """What makes the rows travels with the work, so a cluster needs no folder of patterns."""
    from generators.builder.dataset import Execution

    built = make(cook(), tmp_path / "d", Execution(engine="ray"))

    assert contents(built.folder) == contents(make(cook(), tmp_path / "e").folder)
