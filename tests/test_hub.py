"""The test Hub does what the real clients expect, and applies exactly the faults that a test orders."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import hub
import huggingface_hub
import pytest

ALICE = {"Authorization": "Bearer hf_alice"}
ROOT = Path(__file__).parents[1]
new_client = pytest.mark.skipif(
    int(huggingface_hub.__version__.partition(".")[0]) < 2,
    reason="a client before 2.0 names errors differently and uploads to the test Hub without Xet; it publishes all the same",
)


def start(script, env, *words):
    """Start a client process that reads its Hub from the given environment only."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), *words],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Wait for a client process and return the JSON on its last line."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def run(script, env, *words):
    """Run a client process and return the JSON on its last line."""
    return finish(start(script, env, *words))


def ask(server, method, path, body=None, headers=ALICE, timeout=None):
    """Make one call by hand and return its status, headers and body."""
    port = server if isinstance(server, int) else server.server_port
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        line.close()


def make_repo(server, name="sums"):
    """Make acme/NAME by hand."""
    wanted = {"name": name, "organization": "acme", "type": "dataset"}
    assert ask(server, "POST", "/api/repos/create", json.dumps(wanted))[0] == 200


def commit(server, summary, name="sums", **files):
    """Commit small files by hand and return the status and the new head."""
    lines = [{"key": "header", "value": {"summary": summary}}]
    lines += [
        {"key": "file", "value": {"path": path, "content": content, "encoding": "base64"}}
        for path, content in files.items()
    ]
    body = "\n".join(map(json.dumps, lines))
    status, _, text = ask(server, "POST", f"/api/datasets/acme/{name}/commit/main", body)
    return status, json.loads(text).get("commitOid")


@pytest.fixture
def server(tmp_path):
    """Run a Hub with an empty repo acme/sums."""
    with hub.serve(tmp_path / "hub") as running:
        make_repo(running)
        running.log.clear()
        yield running


# One client process makes all these calls, for a dataset and for a model; each test below
# checks one part of its record.
SESSION = """
    import json, sys
    from huggingface_hub import CommitOperationAdd as Add, CommitOperationCopy as Copy
    from huggingface_hub import CommitOperationDelete as Delete, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    def status(call, *args, **kwargs):
        try:
            call(*args, **kwargs)
        except HfHubHTTPError as error:
            return [error.response.status_code, type(error).__name__, str(error)]
        return [200, None, ""]

    def use(api, kind):
        seen, repo = {}, dict(repo_id="acme/sums", repo_type=kind)
        seen["url"] = api.create_repo(**repo)
        seen["again"] = api.create_repo(**repo, exist_ok=True)
        seen["again, strictly"] = status(api.create_repo, **repo)
        first = api.repo_info(**repo).sha
        big = bytes(range(256)) * 1000
        card = b"---\\nlicense: apache-2.0\\n---\\nhello"
        adds = [Add("README.md", card), Add("data/a.parquet", big), Add("data/x/b.txt", b"b"),
                Add("data/x/c.txt", b"c"), Add("data/xy.txt", b"y"), Add("d.txt", b"")]
        made = api.create_commit(operations=adds, commit_message="Add\\nall", parent_commit=first,
                                 commit_description="for the test", **repo)
        same = [Add(add.path_in_repo, add.path_or_fileobj) for add in adds]
        seen["same"] = api.create_commit(operations=same, commit_message="n", **repo).oid
        seen["head"] = made.oid
        seen["stale"] = status(api.create_commit, operations=[Add("e", b"e")], commit_message="n",
                               parent_commit=first, **repo)
        seen["tree"] = [(i.path, getattr(i, "size", None)) for i in
                        api.list_repo_tree(**repo, recursive=True)]
        seen["data"] = [i.path for i in api.list_repo_tree(**repo, path_in_repo="data")]
        seen["no folder"] = status(lambda: list(api.list_repo_tree(**repo, path_in_repo="no")))
        seen["expanded"] = {i.path: i.last_commit.title for i in
                            api.list_repo_tree(**repo, expand=True)}
        infos = api.get_paths_info(paths=["data/a.parquet", "data/x", "no"], expand=True, **repo)
        seen["paths"] = [(i.path, i.last_commit.oid) for i in infos]
        seen["lfs"] = infos[0].lfs["sha256"]
        blobs = api.repo_info(**repo, files_metadata=True).siblings
        seen["siblings"] = {s.rfilename: (s.size, bool(s.lfs)) for s in blobs}
        api.create_tag(tag="v1", **repo)
        seen["tag again"] = status(api.create_tag, tag="v1", **repo)
        api.create_branch(branch="next", **repo)
        deletes = [Delete("data/x/"), Delete("d.txt"),
                   Copy("data/a.parquet", "data/copy.parquet"), Copy("README.md", "COPY.md")]
        api.create_commit(operations=deletes, commit_message="Move", revision="next", **repo)
        seen["next"] = api.list_repo_files(**repo, revision="next")
        seen["main"] = api.list_repo_files(**repo)
        seen["no file"] = status(api.create_commit, operations=[Delete("no")], commit_message="n",
                                 **repo)
        pull = api.create_pull_request(title="Two", **repo)
        where = dict(discussion_num=pull.num, **repo)
        api.create_commit(operations=[Add("two.txt", b"2")], commit_message="Two",
                          revision=pull.git_reference, **repo)
        seen["draft"] = status(api.merge_pull_request, **where)
        seen["before merge"] = api.repo_info(**repo).sha
        api.change_discussion_status(new_status="open", **where)
        api.merge_pull_request(comment="good", **where)
        details = api.get_discussion_details(**where)
        seen["merged"] = [details.status, details.merge_commit_oid == api.repo_info(**repo).sha]
        clash = api.create_commit(operations=[Add("two.txt", b"II")], commit_message="Clash",
                                  parent_commit=made.oid, create_pr=True, **repo)
        seen["pr"] = [clash.pr_url, clash.pr_revision]
        seen["clash"] = status(api.merge_pull_request, discussion_num=clash.pr_num, **repo)
        api.delete_branch(branch="next", **repo)
        refs = api.list_repo_refs(include_pull_requests=True, **repo)
        seen["refs"] = [ref.name for ref in refs.branches + refs.tags + refs.pull_requests]
        seen["v1"] = refs.tags[0].target_commit
        seen["pulls"] = [d.title for d in api.get_repo_discussions(**repo)]
        seen["commits"] = [(c.title, c.message, c.authors) for c in api.list_repo_commits(**repo)]
        path = api.hf_hub_download(filename="data/a.parquet", revision="v1", **repo)
        seen["downloaded"] = open(path, "rb").read() == big
        path = api.snapshot_download(**repo, revision="refs/pr/1")
        seen["snapshot"] = open(path + "/two.txt").read()
        seen["no revision"] = status(api.repo_info, revision="no", **repo)
        seen["no entry"] = status(api.hf_hub_download, filename="no", **repo)
        seen["folder"] = api.upload_folder(folder_path=path, path_in_repo="copy", **repo).oid
        seen["copied"] = len([f for f in api.list_repo_files(**repo) if f.startswith("copy/")])
        return seen

    api, reader = HfApi(), HfApi(token="hf_reader")
    seen = {kind: use(api, kind) for kind in ("dataset", "model")}
    both = [HfApi().whoami(), reader.whoami()]
    seen["who"] = [[who["name"], [org["name"] for org in who["orgs"]],
                    who["auth"]["accessToken"]["role"]] for who in both]
    repo = dict(repo_id="acme/secret", repo_type="dataset")
    api.create_repo(private=True, **repo)
    public = dict(repo_id="acme/sums", repo_type="dataset")
    write = dict(operations=[Add("x", b"x")], commit_message="n")
    seen["private"] = [
        status(HfApi(token=token).repo_info, **repo)[:2]
        for token in ("hf_alice", "hf_reader", False)
    ]
    seen["reader"] = [
        status(reader.repo_info, **public)[0],
        status(reader.create_commit, **write, **public)[0],
        status(reader.create_repo, repo_id="acme/mine")[0],
        status(api.create_repo, repo_id="other/mine")[0],
    ]
    seen["may read"] = [status(who.auth_check, **public)[0] for who in (api, reader)]
    seen["may write"] = [status(who.auth_check, write=True, **public)[0] for who in (api, reader, HfApi(token=False))]
    seen["wrong"] = status(HfApi(token="hf_wrong").whoami)[0]
    seen["wrong read"] = status(HfApi(token="hf_wrong").repo_info, **public)[0]
    seen["wrong write"] = status(HfApi(token="hf_wrong").create_commit, **write, **public)[0]
    try:
        card = Add("README.md", b"---\\na: 1")
        api.create_commit(operations=[card], commit_message="n", **public)
    except ValueError as error:
        seen["bad card"] = str(error)
    print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Run the session against a Hub with small pages and small parts, and return its record."""
    folder = tmp_path_factory.mktemp("session")
    with hub.serve(folder, page_size=2, part_size=100_000) as server:
        seen = run(SESSION, server.env())
        return {**seen, "base": server.url, "log": server.log}


@pytest.fixture(params=["dataset", "model"])
def seen(request, session):
    """Return the session's record of one kind of repository."""
    return session[request.param]


ADDED = [
    ".gitattributes",
    "README.md",
    "d.txt",
    "data/a.parquet",
    "data/x/b.txt",
    "data/x/c.txt",
    "data/xy.txt",
]


@pytest.mark.parametrize(("kind", "prefix"), [("dataset", "datasets/"), ("model", "")])
def test_create(session, kind, prefix):
    """A new repo has its address, and creating it again succeeds only with exist_ok."""
    seen = session[kind]

    assert seen["url"] == seen["again"] == f"{session['base']}/{prefix}acme/sums"
    assert seen["again, strictly"][0] == 409


def test_unchanged(seen):
    """A commit of files that have not changed makes no commit."""
    assert seen["same"] == seen["head"] == seen["before merge"]


def test_stale_parent(seen):
    """A commit whose parent is no longer the head is refused with 412."""
    assert seen["stale"][0] == 412


def test_tree(seen):
    """Trees list files and folders across pages, with sizes; a missing folder is 404."""
    big = 256_000
    sizes = {"data": None, "data/x": None, "data/a.parquet": big, "data/x/b.txt": 1}

    assert [path for path, _ in seen["tree"]] == sorted([*ADDED, "data", "data/x"])
    assert {path: size for path, size in seen["tree"] if path in sizes} == sizes
    assert seen["data"] == ["data/a.parquet", "data/x", "data/xy.txt"]
    assert seen["no folder"][:2] == [404, "RemoteEntryNotFoundError"]


def test_last_commit(seen):
    """An expanded listing names the commit that last changed each path."""
    assert seen["expanded"] == {
        ".gitattributes": "initial commit",
        "README.md": "Add",
        "d.txt": "Add",
        "data": "Add",
    }
    assert seen["paths"] == [["data/a.parquet", seen["head"]], ["data/x", seen["head"]]]


def test_large_file(session, seen):
    """A large file goes up in parts, is named by its sha256 and comes down unchanged."""
    content = bytes(range(256)) * 1000

    assert seen["lfs"] == sha256(content).hexdigest()
    assert seen["siblings"]["data/a.parquet"] == [len(content), True]
    assert seen["siblings"]["README.md"][1] is False
    assert seen["downloaded"]
    # Three parts, once: the identical file of the model was already stored.
    parts = session["log"].entries("PUT", "/_lfs/")
    assert [entry.bytes_in for entry in parts] == [100_000, 100_000, 56_000]
    assert session["log"].uploaded() == len(content)


def test_delete_and_copy(seen):
    """Files and folders are deleted and copied on a branch, and main does not see it."""
    copied = {"COPY.md", "data/copy.parquet"}
    deleted = {"data/x/b.txt", "data/x/c.txt", "d.txt"}

    assert set(seen["next"]) == (set(ADDED) | copied) - deleted
    assert seen["main"] == ADDED
    assert seen["no file"][:2] == [404, "RemoteEntryNotFoundError"]


def test_pull_request(session, seen):
    """A pull request leaves main alone until it is opened and merged; clashing files are 409."""
    assert seen["draft"][0] == 400
    assert seen["merged"] == ["merged", True]
    assert seen["snapshot"] == "2"
    assert seen["pr"][0].startswith(session["base"])
    assert seen["pr"][1] == "refs/pr/2"
    assert seen["clash"][0] == 409
    assert seen["pulls"] == ["Clash", "Two"]


def test_refs(seen):
    """Branches, tags and pull requests are listed, a tag stays where it was set."""
    assert seen["refs"] == ["main", "v1", "refs/pr/1", "refs/pr/2"]
    assert seen["v1"] == seen["head"]
    assert seen["tag again"][0] == 409
    assert seen["no revision"][:2] == [404, "RevisionNotFoundError"]
    assert seen["no entry"][:2] == [404, "RemoteEntryNotFoundError"]


def test_commits(seen):
    """The list of commits has titles, messages and authors, newest first, across pages."""
    assert seen["commits"] == [
        ["Two (#1)", "", ["alice"]],
        ["Add", "all\n\nfor the test", ["alice"]],
        ["initial commit", "", ["alice"]],
    ]


def test_upload_folder(seen):
    """upload_folder brings a whole folder."""
    assert seen["copied"] == len(ADDED) + 1


def test_rights(session):
    """A reader reads, a stranger gets nothing, and a private repo does not exist for others."""
    missing = [404, "RepositoryNotFoundError"]

    assert session["who"] == [["alice", ["acme"], "write"], ["reader", [], "read"]]
    assert session["private"] == [[200, None], missing, missing]
    assert session["reader"] == [200, 403, 403, 403]
    assert session["may read"] == [200, 200]
    assert session["may write"] == [200, 403, 401]
    assert session["wrong"] == session["wrong read"] == session["wrong write"] == 401


def test_card(session):
    """A card whose YAML has no end is refused before anything is committed."""
    assert "no end" in session["bad card"]


CARD = """\
---
configs:
- config_name: small
  default: true
  data_files: [{split: train, path: small/train-*}, {split: test, path: small/test-*}]
- config_name: large
  data_files: [{split: train, path: large/train-*}]
---
# Rows
"""
ROUND_TRIP = """
    import io, json, sys
    import datasets, pyarrow, pyarrow.parquet
    from datasets import DatasetDict, Dataset, load_dataset
    from huggingface_hub import CommitOperationAdd as Add, HfApi, hf_hub_download

    def table(start, count):
        rows = range(start, start + count)
        file = io.BytesIO()
        rows = pyarrow.table({"n": rows, "text": [f"{n} and {n * n}" for n in rows]})
        pyarrow.parquet.write_table(rows, file)
        return file.getvalue()

    name, home, fresh = "acme/rows", sys.argv[1], iter(range(99))
    def load(*args, **kwargs):
        return load_dataset(*args, cache_dir=f"{home}/{next(fresh)}", **kwargs)

    card = sys.argv[2].encode()
    api = HfApi()
    api.create_repo(name, repo_type="dataset")
    def push(files):
        adds = [Add(path, content) for path, content in files.items()]
        return api.create_commit(name, adds, commit_message="Push", repo_type="dataset").oid
    push({"README.md": card, "small/train-0.parquet": table(0, 30),
          "small/test-0.parquet": table(30, 5), "large/train-0.parquet": table(0, 20000)})
    api.create_tag(name, tag="v1", repo_type="dataset")
    seen = {"plain": load(name).num_rows, "large": load(name, "large").num_rows}
    push({"small/train-0.parquet": table(100, 40), "large/train-1.parquet": table(20000, 10)})
    seen["split"] = load(name, split="test")["n"][:]
    seen["streaming"] = sum(row["n"] for row in load(name, split="train", streaming=True))
    seen["tag"] = load(name, revision="v1", split="train")["n"][0]
    seen["head"] = load(name, split="train")["n"][0]
    seen["grown"] = load(name, "large").num_rows
    DatasetDict(train=Dataset.from_dict({"n": [1, 2, 3]})).push_to_hub("acme/pushed", "extra")
    seen["pushed"] = load("acme/pushed", "extra", split="train")["n"][:]
    folder = api.snapshot_download(name, repo_type="dataset", revision="v1")
    open(f"{folder}/new.bin", "wb").write(bytes(1000))
    upload = dict(repo_id="acme/copy", repo_type="dataset", folder_path=folder, create_pr=True)
    api.create_repo("acme/copy", repo_type="dataset")
    revision = api.upload_folder(**upload).pr_revision
    seen["copy"] = load("acme/copy", revision=revision).num_rows
    file = api.get_paths_info(name, "large/train-0.parquet", repo_type="dataset")[0]
    seen["file"] = [file.lfs["sha256"], file.xet_hash]
    print(json.dumps(seen))
"""


@pytest.mark.parametrize("xet", [pytest.param(False, id="lfs"), pytest.param(True, id="xet", marks=new_client)])
def test_round_trip(server, tmp_path, xet):
    """A pushed dataset loads by config, split, stream and tag, with Xet and without."""
    seen = run(ROUND_TRIP, server.env(xet=xet), str(tmp_path), CARD)

    oid, xet_hash = seen.pop("file")
    assert seen == {
        "plain": {"train": 30, "test": 5},
        "large": {"train": 20000},
        "split": [30, 31, 32, 33, 34],
        "streaming": sum(range(100, 140)),
        "tag": 0,
        "head": 100,
        "grown": {"train": 20010},
        "pushed": [1, 2, 3],
        "copy": {"train": 30, "test": 5},
    }
    assert bool(xet_hash) == (server.log.uploaded() == 0) == (server.xet.stored() > 0) == xet
    # A client without Xet gets the same bytes, however they came.
    url = "/datasets/acme/rows/resolve/v1/large/train-0.parquet"
    status, headers, body = ask(server, "GET", url)
    assert (status, sha256(body).hexdigest(), headers["ETag"]) == (200, oid, f'"{oid}"')


WRITER = """
    import json, os, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    from huggingface_hub.errors import HfHubHTTPError
    repo = dict(repo_id="acme/sums", repo_type="dataset")
    head, content = sys.argv[1], os.urandom(300_000)
    adds = [Add(f"{n}.bin", content + bytes([n])) for n in range(3)]
    try:
        api = HfApi()
        api.create_commit(operations=adds, commit_message="n", parent_commit=head, **repo)
        print(200)
    except HfHubHTTPError as error:
        print(error.response.status_code)
"""


def test_two_writers(server):
    """Of two clients that write at the same time through Xet, one succeeds and the other gets 412."""
    server.accounts["hf_bob"] = hub.Account("bob", orgs=("acme",), writes=True)
    head = server.repos.get("acme/sums").head().oid
    envs = [server.env(token, xet=True) for token in ("hf_alice", "hf_bob")]

    statuses = [finish(process) for process in [start(WRITER, env, head) for env in envs]]

    assert sorted(statuses) == [200, 412]
    author = ["alice", "bob"][statuses.index(200)]
    authors = [made.author for made in server.repos.get("acme/sums").history()]
    assert authors == [author, "alice"]


HOLD = """
    import hf_xet, os, sys
    route = "/api/datasets/acme/sums/xet-write-token/main"
    with hf_xet.XetSession().new_upload_commit(
        token_refresh_url=os.environ["HF_ENDPOINT"] + route,
        token_refresh_headers={"Authorization": "Bearer " + os.environ["HF_TOKEN"]},
    ) as upload:
        print("open", flush=True)
        sys.stdin.readline()
        upload.start_upload_bytes(b"held" * 1000, sha256=hf_xet.COMPUTE_SHA256)
    print('"done"')
"""


def test_two_xet_uploads(server):
    """One client uploads by Xet from start to end while another has an upload open."""
    held = start(HOLD, server.env(xet=True))
    assert held.stdout.readline() == "open\n"
    head = server.repos.get("acme/sums").head().oid

    status = run(WRITER, server.env(xet=True), head)
    held.stdin.write("go on\n")

    assert (status, finish(held)) == (200, "done")
    assert server.xet.unpack(sha256(b"held" * 1000).hexdigest()) is not None


GROW = """
    import os, random, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    content = random.Random(0).randbytes(2_000_000) + sys.argv[1].encode()
    HfApi().create_commit("acme/sums", [Add("a.bin", content)], commit_message="n",
                          repo_type="dataset")
    print(len(content))
"""


@new_client
def test_xet_sends_what_is_new(server):
    """Of a file that grew, a client without a cache of the first upload sends only the new part."""
    run(GROW, server.env(xet=True), "")
    before = server.xet.stored()

    run(GROW, server.env(xet=True), "more")

    assert 2_000_000 <= before <= 2_010_000
    assert 0 < server.xet.stored() - before < 200_000


STUBBORN = """
    import json
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    repo = dict(repo_id="acme/sums", repo_type="dataset")
    try:
        HfApi().create_commit(operations=[Add("a.bin", b"a" * 1000)], commit_message="n", **repo)
        print('"committed"')
    except Exception as error:
        print(json.dumps(type(error).__name__))
"""


@new_client
def test_faults_meet_the_client(server):
    """The client retries some calls, and a commit whose answer is lost has landed nevertheless."""
    now = {"Retry-After": "0"}
    server.fault("status", "/preupload/", status=429, headers=now)
    server.fault("reset", "^/_lfs/", "PUT")
    lost = server.fault("lost", "/commit/main", "POST")

    said = run(STUBBORN, server.env())

    assert said in {"RemoteProtocolError", "ReadError"}
    assert lost.fired == server.log.commits() == 1
    assert "a.bin" in server.repos.get("acme/sums").head().files
    statuses = [entry.status for entry in server.log.entries(path="preupload|_lfs/[0-9a-f]{64}$")]
    assert statuses == [429, 200, 0, 200]


INFO = "/api/datasets/acme/sums"


def test_status_fault(server):
    """A status fault answers with its code and headers, after `skip` calls and `times` times."""
    headers = {"Retry-After": "7"}
    fault = server.fault("status", INFO, "GET", status=503, headers=headers, skip=1, times=2)

    answers = [ask(server, "GET", INFO) for _ in range(4)]

    assert [status for status, _, _ in answers] == [200, 503, 503, 200]
    assert answers[1][1]["Retry-After"] == "7"
    assert (fault.seen, fault.fired) == (4, 2)


@pytest.mark.parametrize(("kind", "landed"), [("reset", 0), ("hang", 0), ("lost", 1)])
def test_broken_line(server, kind, landed):
    """Reset and hang drop the connection with nothing done; a lost answer leaves the work done."""
    before = server.repos.get("acme/sums").head()
    server.fault(kind, "/commit/", seconds=0)

    with pytest.raises(ConnectionResetError) as raised:
        commit(server, "Broken", a="YQ==")

    # http.client raises a subclass for a regular close.
    assert raised.type is ConnectionResetError
    head = server.repos.get("acme/sums").head()
    assert (head.parent == before.oid) == (server.log.commits() == 1) == bool(landed)
    assert [entry.fault for entry in server.log.entries(path="/commit/")] == [kind]
    assert commit(server, "Works", b="Yg==")[0] == 200


def test_hang(server):
    """A hanging call stays silent until the client's time limit, and a released one drops the connection."""
    fault = server.fault("hang", INFO, times=None, seconds=600)

    with pytest.raises(TimeoutError):
        ask(server, "GET", INFO, timeout=0.2)
    fault.release()
    with pytest.raises(ConnectionResetError):
        ask(server, "GET", INFO)


def test_fault_is_checked():
    """A fault of an unknown kind is refused when it is ordered, not when it should fire."""
    with pytest.raises(ValueError, match="kind is 'boom'; it can be status, reset, hang, lost"):
        hub.Fault("boom")


def test_crash(tmp_path):
    """A crash of the Hub itself fails the test, so that nobody takes it for a fault that was ordered."""
    with (
        pytest.raises(RuntimeError, match=r"the test Hub crashed:(.|\n)*KeyError"),
        hub.serve(tmp_path) as server,
        pytest.raises(http.client.RemoteDisconnected),
    ):
        ask(server, "POST", "/api/repos/create", '{"type": "dataset"}')


def test_control_over_http(server):
    """Faults are set and cleared, and the log is read, by another process over HTTP."""
    fault = {"kind": "status", "status": 418, "path": INFO, "times": None}

    assert ask(server, "POST", "/_test/fault", json.dumps(fault))[0] == 200
    assert [ask(server, "GET", INFO)[0] for _ in range(2)] == [418, 418]
    assert ask(server, "DELETE", "/_test/fault")[0] == 200
    assert ask(server, "GET", INFO)[0] == 200
    assert ask(server, "POST", "/_test/fault", '{"kind": "boom"}')[0] == 400
    log = json.loads(ask(server, "GET", "/_test/log")[2])
    assert [entry["status"] for entry in log] == [418, 418, 200]


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=2-4", 206, b"cde"),
        ("bytes=7-", 206, b"hij"),
        ("bytes=-2", 206, b"ij"),
        ("bytes=8-99", 206, b"ij"),
        ("bytes=10-", 416, None),
        (None, 200, b"abcdefghij"),
    ],
)
def test_range(server, wanted, status, body):
    """A Range gets its part of a file, one past the end 416."""
    commit(server, "Ten letters", letters="YWJjZGVmZ2hpag==")
    headers = {} if wanted is None else {"Range": wanted}

    found = ask(server, "GET", "/datasets/acme/sums/resolve/main/letters", headers=headers)

    assert found[0] == status
    assert body in {None, found[2]}


def test_half_an_upload(server):
    """A client that dies in the middle of an upload leaves no file behind."""
    oid = sha256(b"x" * 1000).hexdigest()
    head = f"PUT /_lfs/{oid} HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.server_port)) as line:
        line.sendall(head.encode() + b"x" * 500)
        line.shutdown(socket.SHUT_WR)
        # The server hangs up when it has given up on the rest.
        assert line.recv(1) == b""

    assert not server.blobs.path(oid).exists()
    assert not list(server.blobs.folder.glob("draft-*"))
    assert ask(server, "PUT", f"/_lfs/{oid}", b"y" * 1000)[0] == 400
    assert ask(server, "PUT", f"/_lfs/{oid}", b"x" * 1000)[0] == 200


def test_lfs_file_must_be_uploaded(server):
    """A commit that names a large file nobody uploaded is refused and changes nothing."""
    before = server.repos.get("acme/sums").head()
    value = {"path": "a.bin", "algo": "sha256", "oid": "0" * 64, "size": 3}
    lines = [{"key": "header", "value": {"summary": "n"}}, {"key": "lfsFile", "value": value}]

    status = ask(server, "POST", f"{INFO}/commit/main", "\n".join(map(json.dumps, lines)))[0]

    assert status == 400
    assert server.repos.get("acme/sums").head() == before


def test_kill(tmp_path):
    """After kill -9 in the middle of commits, every answered commit exists and is complete."""
    command = [sys.executable, "-m", "tests.hub", "--port", "0", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(3)]
    port = int(lines[0].rpartition(":")[2])
    make_repo(port)
    answered, enough = [], threading.Event()

    def write():
        try:
            while True:
                status, oid = commit(port, "More", **{f"f{len(answered)}": "YWJj"})
                assert status == 200
                answered.append(oid)
                if len(answered) == 20:
                    enough.set()
        except (OSError, http.client.HTTPException):
            return  # the kill
        finally:
            enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    enough.wait()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    writer.join()
    process.stdout.close()

    assert [line.split("=")[0] for line in lines] == [
        "export HF_ENDPOINT",
        "export HF_TOKEN",
        "export HF_HOME",
    ]
    with hub.serve(tmp_path) as server:
        repo = server.repos.get("acme/sums")
        history = [made.oid for made in repo.history()][-2::-1]
        assert len(answered) >= 20
        assert history[: len(answered)] == answered
        # The kill may have cut off the answer to one more commit.
        assert len(history) <= len(answered) + 1
        for path in repo.head().files:
            found = ask(server, "GET", f"/datasets/acme/sums/resolve/main/{path}")
            assert sha256(found[2]).hexdigest() == repo.head().files[path].sha256
        assert commit(server, "Goes on", more="YWJj")[0] == 200


def test_a_slow_line_is_slow_both_ways_for_all_together(tmp_path):
    """Two uploads and a download of 50 kB at 1 MB/s take at least 100 ms up and 50 ms down."""
    with hub.serve(tmp_path, rate=1_000_000) as server:
        make_repo(server)
        content = "x" * 50_000

        began = time.monotonic()
        uploads = [
            threading.Thread(target=ask, args=(server, "POST", "/api/validate-yaml", json.dumps({"content": content})))
            for _ in range(2)
        ]
        for upload in uploads:
            upload.start()
        for upload in uploads:
            upload.join()
        up = time.monotonic() - began
        assert commit(server, "Add", big=b64encode(content.encode()).decode())[0] == 200
        began = time.monotonic()
        found = ask(server, "GET", "/datasets/acme/sums/resolve/main/big")
        down = time.monotonic() - began

    assert found[2] == content.encode()
    assert up >= 0.1
    assert down >= 0.05


def test_help():
    """The help of the command has an example to copy."""
    command = [sys.executable, "-m", "tests.hub", "--help"]

    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "python -m tests.hub --port 8899" in shown.stdout


def test_loopback_only(server):
    """The Hub listens on 127.0.0.1, and a client's environment keeps no other token or proxy."""
    assert server.server_address[0] == "127.0.0.1"
    known = {name for name in server.env() if name.startswith("HF_") or "proxy" in name.lower()}
    assert known == {
        "HF_ENDPOINT",
        "HF_HOME",
        "HF_HUB_DISABLE_TELEMETRY",
        "HF_HUB_DISABLE_PROGRESS_BARS",
        "HF_HUB_DISABLE_XET",
        "HF_TOKEN",
    }
