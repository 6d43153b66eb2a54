"""A cluster makes the bytes that one process makes, into a folder or an object store, and outlives its workers."""

import os
import signal
import sys
from pathlib import Path

import pytest

import generators.builder.dataset
from generators import build
from generators.builder.dataset import Execution, make
from generators.files.store import store
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
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


class FatalOnce:
    """A gate of rows that refuses none and kills its process, once."""

    def __init__(self, mark):
        self.mark = mark

    def refused(self, _table):
        """Kill this process in the middle of its shard, unless one was killed before."""
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return frozenset()


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Return a dataset of one process."""
    return build("run8", out=tmp_path_factory.mktemp("local") / "d", workers=1, **SMALL).folder


def test_a_cluster_makes_the_same_bytes(cluster, local, tmp_path):
    """Two Ray workers write what one process writes."""
    built = build("run8", out=tmp_path / "d", engine="ray", **SMALL)

    assert contents(built.folder) == contents(local)


def test_a_cluster_imports_the_same_bytes(bucket, cluster, tmp_path):
    """Two Ray workers import what one process imports, into a folder and into an object store."""
    words = {
        "request": Request("gsm8k", origin=Path(__file__).parents[1] / "problems" / "gsm8k.jsonl"),
        "shard_rows": 15,
    }
    alone = import_problems(out=tmp_path / "alone", workers=1, **words).folder

    assert contents(import_problems(out=tmp_path / "d", engine="ray", **words).folder) == contents(alone)
    assert contents(import_problems(out=f"{bucket}/gsm8k", engine="ray", **words).folder) == contents(alone)


def test_a_killed_worker_costs_nothing_but_time(cluster, cook, tmp_path, monkeypatch):
    """Where a worker is killed in the middle of a shard, the shard is made again elsewhere, and the bytes are the same."""
    cluster.cloudpickle.register_pickle_by_value(sys.modules[__name__])

    monkeypatch.setattr(generators.builder.dataset, "row_gate", lambda *_: FatalOnce(tmp_path / "killed"))
    built = make(cook(), tmp_path / "d", Execution(engine="ray"))
    monkeypatch.undo()

    assert (tmp_path / "killed").exists()
    assert contents(built.folder) == contents(make(cook(), tmp_path / "e").folder)


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
    built = make(cook(), tmp_path / "d", Execution(engine="ray"))

    assert contents(built.folder) == contents(make(cook(), tmp_path / "e").folder)
