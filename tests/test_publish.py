"""Publishing through the real clients: one commit, whole or not at all, and every refusal in one line."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import hub
import pytest
from folders import preset

from datasets_cards import write_card
from datasets_cards.card import NO_PLOTS, PLOTS
from datasets_cards.publish import push_to_hub
from datasets_cards.repository import NEEDED, asked_wait
from generators import build
from generators.files.manifest import file_hash
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
from solver.refusal import InputError

PATTERNS = ["comparison/times_more", "comparison/more_less", "arithmetic/price_chain", "arithmetic/multiply_add"]
ROOT = Path(__file__).parents[1]
BENCHMARK = ROOT / "benchmarks" / "publish.py"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Build a dataset of two training shards and the same with a third, each with its card and plots."""
    place = tmp_path_factory.mktemp("folders")
    (place / "tiny.yaml").write_text(preset(10, 4, 4, PATTERNS, comparison=50, arithmetic=50))
    for name, rows in {"small": 40, "grown": 60}.items():
        build(str(place / "tiny.yaml"), rows=rows, shard_rows=20, out=place / name)
        write_card(place / name, "acme/sums")
    return place


@pytest.fixture
def folder(folders, tmp_path):
    """Return a copy of the small dataset that a test may change."""
    return shutil.copytree(folders / "small", tmp_path / "small")


@pytest.fixture
def server(tmp_path):
    """Run a Hub."""
    with hub.serve(tmp_path / "hub") as running:
        yield running


def start(server, script, *words, **env):
    """Start a client process that reads its Hub from the environment."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), *map(str, words)],
        env={name: value for name, value in {**server.env(), **env}.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Return exit status, output and errors of a client process."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def succeed(process):
    """Return the output of a client process; on failure, its errors are the message of the test."""
    status, out, err = finish(process)
    assert status == 0, err
    return out


def run(server, script, *words, **env):
    """Run a client process and return the JSON on its last line."""
    return json.loads(succeed(start(server, script, *words, **env)).splitlines()[-1])


PUSH = """
    import sys
    from datasets_cards import loading, repository
    from generators.__main__ import main
    repository.PAUSES = (0.05,) * 5
    loading.PAUSES = ()
    sys.exit(main(["push", *sys.argv[1:]]))
"""
# Publishes the card that the folder has, and does not load the dataset back: both take most of the time.
QUICK = (
    """
    from datasets_cards import publish
    publish.write_card = publish.load_back = publish.check_loads = lambda *_, **__: None
"""
    + PUSH
)


def wait_until(process, reached):
    """Wait until a client process has reached a state; no time limit, so a slow machine cannot fail the test."""
    while not reached():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def files(server, revision="main", repo="acme/sums"):
    """Return the sha256 of every file of a revision."""
    return {path: file.sha256 for path, file in server.repos.get(repo).head(revision).files.items()}


def history(server, revision="main", repo="acme/sums"):
    """Return titles and authors of a revision's commits, newest first."""
    return [(commit.title, commit.author) for commit in server.repos.get(repo).history(revision)]


def bob_commits(server, repo="acme/sums", title="Bob was here"):
    """Commit to the repository as another user."""
    found = server.repos.get(repo)
    with found.edit() as state:
        head = found.head()
        content = dict(head.files)
        content["notes.txt"] = content[".gitattributes"]
        state["refs"]["refs/heads/main"] = found.write(head.oid, content, "bob", title).oid


# One client process makes all these pushes; each test below checks one part of its record.
SESSION = """
    import json, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    from datasets_cards import publish
    from solver.refusal import InputError

    def push(folder, repo="acme/sums", **more):
        try:
            done = publish.push_to_hub(f"{sys.argv[1]}/{folder}", repo, **more)
        except InputError as error:
            return str(error)
        changes = [(change.action, change.path) for change in done.changes]
        return {"commit": done.commit, "changes": changes, "revision": done.revision, "pull": done.pull_request}

    api = HfApi()
    where = dict(repo_id="acme/sums", repo_type="dataset")
    seen = {"first": push("small", tag="v1")}
    publish.write_card = publish.load_back = lambda *_, **__: None  # seen once; the folders have their cards
    seen["again"] = push("small")
    seen["pull of nothing"] = push("small", create_pr=True)
    api.create_commit(operations=[Add(path, b"mine") for path in ("LICENSE", "data/notes.txt")],
                      commit_message="Licence", **where)
    seen["dry"] = push("grown", dry_run=True)
    seen["taken tag"] = push("grown", tag="v1")
    seen["pull"] = push("grown", create_pr=True)
    seen["branch"] = push("grown", revision="next")
    seen["grown"] = push("grown", tag="v2")
    if sys.argv[2] == "more":
        seen["dry nothing"] = push("grown", token="hf_reader", dry_run=True)
        seen["private"] = push("small", "acme/secret", private=True)
        seen["public"] = push("small", private=True)
        seen["public branch"] = push("small", private=True, revision="other")
        api.create_repo("acme/model")
        seen["model"] = push("small", "acme/model")
        api.create_repo("acme/space", repo_type="space", space_sdk="static")
        seen["space"] = push("small", "acme/space")
        api.create_repo("acme/other-space", repo_type="space", space_sdk="static")
        api.create_repo("acme/space", repo_type="dataset")
        seen["both"] = push("small", "acme/space")
        seen["dry new"] = push("small", "acme/new", dry_run=True)
        seen["reader"] = push("small", token="hf_reader")
        seen["reader's new"] = push("small", "acme/new", token="hf_reader")
        seen["wrong token"] = push("small", token="hf_wrong")
        seen["to a tag"] = push("grown", revision="v1")
        for name, more in {
            "public": dict(private=True),
            "public branch": dict(private=True, revision="other"),
            "taken tag": dict(folder="grown", tag="v1"),
            "model": dict(repo="acme/model"),
            "space": dict(repo="acme/other-space"),
            "reader": dict(token="hf_reader"),
            "reader's new": dict(repo="acme/new", token="hf_reader"),
            "wrong token": dict(token="hf_wrong"),
            "to a tag": dict(folder="grown", revision="v1"),
        }.items():
            seen[f"dry {name}"] = push(**{"folder": "small"} | more, dry_run=True)
        seen["dry reader's branch"] = push("grown", token="hf_reader", revision="later", dry_run=True)
        seen["dry stranger's"] = push("small", "nobody/sums", dry_run=True)
        seen["dry reader's pull"] = push("small", token="hf_reader", create_pr=True, dry_run=True)
        publish.MAX_FILES = 4
        seen["dry many"] = push("small", revision="next", dry_run=True)
        seen["many"] = push("small", "acme/many")
        seen["many on a branch"] = push("small", revision="next")
    print(json.dumps(seen))
"""


@pytest.fixture(scope="module", params=["lfs", pytest.param("xet", marks=pytest.mark.slow)])
def session(request, folders, tmp_path_factory):
    """Run the session with one of the two upload protocols; return its record and the Hub after it."""
    xet = request.param == "xet"
    with hub.serve(tmp_path_factory.mktemp("session")) as server:
        place = shutil.copytree(folders, tmp_path_factory.mktemp("pushed") / "all")
        seen = run(server, SESSION, place, "less" if xet else "more", **({"HF_HUB_DISABLE_XET": "0"} if xet else {}))
        yield {**seen, "server": server, "xet": xet, "folders": place}


@pytest.fixture
def more(session):
    """Return the session with the pushes that are made with LFS only."""
    if session["xet"]:
        pytest.skip("made with LFS only, since the upload protocol makes no difference")
    return session


LOAD = """
    import json, sys
    from datasets import load_dataset
    seen, kinds = {}, {}
    for where, more in json.loads(sys.argv[1]):
        found = load_dataset(where, **more)
        key = json.dumps([where, more])
        if more.get("streaming"):
            seen[key] = {split: [row["id"] for row in rows] for split, rows in found.items()}
        elif "split" in more:
            seen[key] = found["id"]
        else:
            seen[key] = {split: rows["id"] for split, rows in found.items()}
            kinds[key] = {split: rows.features.to_dict() for split, rows in found.items()}
            kinds[key]["sizes"] = {split: [info.num_examples, info.num_bytes] for split, info in
                                   found["train"].info.splits.items()}
        seen[key] = {k: list(v) for k, v in seen[key].items()} if isinstance(seen[key], dict) else list(seen[key])
    print(json.dumps({"ids": seen, "features": kinds}))
"""


def test_published_loads_as_the_folder_does(session):
    """Loaded whole, by split, streamed, by tag and by branch, the Hub gives the same rows and features as the folder."""
    server, place = session["server"], session["folders"]
    hubs = [
        ["acme/sums", {}],
        ["acme/sums", {"streaming": True}],
        ["acme/sums", {"split": "train"}],
        ["acme/sums", {"split": "test"}],
        ["acme/sums", {"revision": "v1"}],
        ["acme/sums", {"revision": "next"}],
    ]
    xet = {"HF_HUB_DISABLE_XET": "0"} if session["xet"] else {}
    online = start(server, LOAD, json.dumps(hubs), **xet)
    offline = start(
        server, LOAD, json.dumps([[f"{place}/grown", {}], [f"{place}/small", {}]]), HF_HUB_OFFLINE="1", HF_TOKEN=None
    )
    (status, out, err), (status2, out2, err2) = finish(online), finish(offline)
    assert (status, status2) == (0, 0), err + err2
    ids, kinds = json.loads(out.splitlines()[-1]).values()
    local, local_kinds = json.loads(out2.splitlines()[-1]).values()
    grown, small = local.values()

    plain, streamed, train, test, tagged, branch = ids.values()
    assert plain == streamed == branch == grown
    assert train == grown["train"]
    assert test == grown["test"]
    assert tagged == small
    assert next(iter(kinds.values())) == next(iter(local_kinds.values()))


def test_push_is_one_commit(session):
    """A push makes one commit, a second push of the same folder none, and no empty pull request is opened."""
    server = session["server"]

    assert session["first"]["commit"] == session["again"]["commit"] == session["pull of nothing"]["commit"]
    assert session["again"]["changes"] == session["pull of nothing"]["changes"] == []
    assert session["pull of nothing"]["pull"] is None
    assert [title for title, _ in history(server)] == [
        "Publish the dataset with wirework",
        "Licence",
        "Publish the dataset with wirework",
        "initial commit",
    ]


EDITED = """
    import json, sys
    from pathlib import Path
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    from datasets_cards import publish
    from solver.refusal import InputError
    publish.load_back = publish.check_loads = lambda *_, **__: None
    folder, fresh = map(Path, sys.argv[1:])
    seen = {}

    def push(where, **more):
        try:
            return publish.push_to_hub(where, "acme/sums", **more).page
        except InputError as error:
            return str(error)

    def there(old, new):
        text = HfApi().hf_hub_download("acme/sums", "README.md", repo_type="dataset")
        text = Path(text).read_text()
        assert old in text
        HfApi().create_commit("acme/sums", repo_type="dataset", commit_message="By hand",
                              operations=[Add("README.md", text.replace(old, new, 1).encode())])

    def here(old, new):
        text = (folder / "README.md").read_text()
        assert old in text
        (folder / "README.md").write_text(text.replace(old, new, 1))

    push(folder)
    here("## Uses", "## Here\\n\\nFirst.\\n\\n## Uses")
    there("license: apache-2.0", "license: mit\\nextra_gated_prompt: Ask.")
    there("## Citation", "## There\\n\\nFirst.\\n\\n## Citation")
    seen["dry"] = push(folder, dry_run=True)
    push(folder)
    here("## Here\\n\\nFirst.", "## Here\\n\\nSecond.")
    there("## There\\n\\nFirst.", "## There\\n\\nSecond.")
    push(folder)
    push(fresh)
    seen["page"] = Path(HfApi().hf_hub_download("acme/sums", "README.md", repo_type="dataset")).read_text()
    there("## Here\\n\\nSecond.", "## Here\\n\\nTheirs.")
    here("## Here\\n\\nSecond.", "## Here\\n\\nMine.")
    seen["differing"] = push(folder)
    seen["flag"] = push(folder, overwrite_page=True, dry_run=True)
    print(json.dumps(seen))
"""


def test_the_page_is_the_users_too(server, folder, folders):
    """Additions of people to the page, in the folder and in the repository, are kept; the newer of two versions counts."""
    seen = run(server, EDITED, folder, shutil.copytree(folders / "grown", folder.parent / "fresh"))

    assert "+license: mit" not in seen["dry"]
    assert "+## Here" in seen["dry"].splitlines()
    assert "license: mit\n" in seen["page"]
    assert "extra_gated_prompt: Ask.\n" in seen["page"]
    for section in ("## Here\n\nSecond.\n", "## There\n\nSecond.\n", "## Uses\n", "num_examples: 60\n"):
        assert seen["page"].count(section) == 1
    assert re.search(
        "section 'Here' differs from acme/sums: README.md; make them equal; --overwrite-page", seen["differing"]
    )
    assert "+Mine." in seen["flag"].splitlines()


@pytest.mark.slow
def test_a_page_that_cannot_be_fetched(server, folder):
    """If the page in the repository cannot be fetched, nothing is pushed over it."""
    succeed(start(server, QUICK, folder, "acme/sums"))
    server.fault("status", "/resolve/.*README.md", times=None, status=504)
    status, _, err = finish(start(server, QUICK, folder, "acme/sums", HF_HUB_ETAG_TIMEOUT="1"))

    assert status == 2
    assert "error: acme/sums: README.md cannot be fetched" in err
    assert len(history(server)) == 2


def test_a_dry_run_shows_the_difference_of_the_page(server, folder, folders):
    """`push --dry-run` prints the lines of the page that a push would change."""
    succeed(start(server, QUICK, folder, "acme/sums"))
    grown = shutil.copytree(folders / "grown", folder.parent / "grown")
    out = succeed(start(server, QUICK, grown, "acme/sums", "--dry-run"))

    assert {"--- published README.md", "+++ new README.md", "-    num_examples: 40", "+    num_examples: 60"} <= set(
        out.splitlines()
    )


UNLOADABLE = {
    "a script": ({"sums.py": "x = 1"}, ".py: load_dataset takes it for a loading script"),
    "another page": ({".huggingface.yaml": "configs: 3"}, "README.md: load_dataset fails: "),
    "old information": ({"dataset_infos.json": "{"}, "README.md: load_dataset fails: JSONDecodeError"),
    "another configuration": (
        {"README.md": "---\nconfigs:\n- config_name: more\n  data_files: more/*\n  default: true\n---\n"},
        "configuration 'more' is the default",
    ),
    "another default": (
        {"README.md": "---\nconfigs:\n- config_name: default\n  data_files: more/*\n---\n"},
        "configuration 'default' has other data files",
    ),
    "nothing": ({"notes.py": "x = 1", "more/a.csv": "a,b"}, None),
    "a further configuration": (
        {"README.md": "---\nconfigs:\n- config_name: more\n  data_files: more/*\n---\n", "more/a.csv": "a,b"},
        None,
    ),
}
UNLOADABLE_PUSHES = """
    import json, sys
    from huggingface_hub import CommitOperationAdd as Add, HfApi
    from datasets_cards import publish
    from solver.refusal import InputError
    seen = {}
    for number, (name, files) in enumerate(json.loads(sys.argv[2]).items()):
        repo = f"acme/sums{number}"
        files = {path.replace("sums.py", f"{repo.partition('/')[2]}.py"): text for path, text in files.items()}
        HfApi().create_repo(repo, repo_type="dataset")
        HfApi().create_commit(repo, repo_type="dataset", commit_message="Mine",
                              operations=[Add(path, text.encode()) for path, text in files.items()])
        seen[name] = []
        for more in ({"dry_run": True}, {}):
            try:
                publish.push_to_hub(sys.argv[1], repo, **more)
                seen[name].append(None)
            except InputError as error:
                seen[name].append(str(error))
        seen[name].append([commit.title for commit in HfApi().list_repo_commits(repo, repo_type="dataset")])
    print(json.dumps(seen))
"""


def test_a_repository_that_would_not_load_is_found_before_the_commit(server, folder):
    """Files in the repository that would keep `load_dataset` from the rows are named before anything is committed."""
    files = {name: files for name, (files, _) in UNLOADABLE.items()}
    seen = run(server, UNLOADABLE_PUSHES, folder, json.dumps(files))

    for name, (_, said) in UNLOADABLE.items():
        dry, pushed, titles = seen[name]
        if said is None:
            assert (name, dry, pushed) == (name, None, None)
            assert titles[0] == "Publish the dataset with wirework"
        else:
            assert (name, dry) == (name, pushed)
            assert said in pushed
            assert titles[0] == "Mine"


def test_grown_dataset_replaces(session):
    """A push of a grown dataset deletes the old shards and keeps files that wirework did not write."""
    found = set(files(session["server"]))
    old = {f"data/train-0000{n}-of-00002.parquet" for n in range(2)}

    assert not old & found
    assert {f"data/train-0000{n}-of-00003.parquet" for n in range(3)} <= found
    assert {"LICENSE", "data/notes.txt", "README.md", "plots/experts.png"} <= found
    assert {tuple(change) for change in session["grown"]["changes"] if change[0] == "delete"} == {
        ("delete", path) for path in old
    }


def test_remote_is_the_folder(session):
    """The files on the Hub are those of the folder, byte for byte."""
    from generators.files.manifest import file_hash

    place = session["folders"] / "grown"
    found = {path: sha for path, sha in files(session["server"]).items() if (place / path).exists()}

    assert {path: file_hash(place / path) for path in found} == found
    assert len(found) == len([path for path in place.rglob("*") if path.is_file()])


def test_dry_run_writes_nothing(session):
    """A dry run lists the changes of a push and writes nothing to the Hub."""
    assert session["dry"]["commit"] is None
    assert sorted(session["dry"]["changes"]) == sorted(session["grown"]["changes"])


def test_dry_run_leaves_the_folder_alone(server, folder):
    """A dry run leaves every file of the folder unchanged, card and plots included, and creates no repository."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    status, out, _ = finish(start(server, PUSH, folder, "acme/new", "--dry-run"))

    assert status == 0
    assert "dry run: 10 files would change in acme/new" in re.sub(r"\s+", " ", out)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert not server.log.entries("POST", "/api/repos/create")


def test_tag_stays(session):
    """A tag marks the commit of its push, and a push that would have to move it is refused before it writes."""
    server = session["server"]

    assert server.repos.get("acme/sums").head("v1").oid == session["first"]["commit"]
    assert server.repos.get("acme/sums").head("v2").oid == session["grown"]["commit"]
    assert session["taken tag"] == (
        f"acme/sums: tag v1 already marks {session['first']['commit'][:8]}; nothing was pushed, choose another tag"
    )


def test_pull_request(session):
    """A pull request holds the dataset, is open for review, and leaves main alone."""
    server = session["server"]

    assert session["pull"]["revision"] == "refs/pr/1"
    assert files(server, "refs/pr/1") == files(server)
    assert server.repos.get("acme/sums").state()["pulls"]["1"]["status"] == "open"


def test_branch(session):
    """A push to a new branch creates it, with one commit after main's head."""
    server = session["server"]

    assert files(server, "next") == files(server)
    assert [title for title, _ in history(server, "next")][:2] == ["Publish the dataset with wirework", "Licence"]


def test_only_new_shards_go_up(session):
    """When a shard is added and all shards are renamed, the bytes of the old ones are not sent again."""
    if session["xet"]:
        pytest.skip("Xet bytes do not pass the Hub; benchmarks/publish.py counts them")
    server, place = session["server"], session["folders"]
    puts = {entry.path.rpartition("/")[2]: entry.bytes_in for entry in server.log.entries("PUT", "/_lfs/", 200)}
    shards = {file["sha256"] for name in ("small", "grown") for file in manifest(place / name)["files"].values()}

    assert len(server.log.entries("PUT", "/_lfs/", 200)) == len(puts)  # none twice
    assert shards <= set(puts)


def manifest(folder):
    """Return a folder's manifest."""
    return json.loads((folder / "manifest.json").read_text())


def test_private(more):
    """A new repository can be private, and a public one is refused where a private one is wanted."""
    server = more["server"]

    assert server.repos.get("acme/secret").state()["private"]
    assert "make it private in its settings first, nothing was pushed" in more["public"]
    assert more["public branch"] == more["public"]
    assert "refs/heads/other" not in server.repos.get("acme/sums").state()["refs"]


def test_many_files_go_through_a_pull_request(more):
    """More files than fit in a commit reach main together, by one merge, and are refused elsewhere."""
    server = more["server"]

    assert files(server, repo="acme/many").keys() == {".gitattributes"} | {
        str(path.relative_to(more["folders"] / "small"))
        for path in (more["folders"] / "small").rglob("*")
        if path.is_file()
    }
    assert [title for title, _ in history(server, repo="acme/many")] == [
        "Publish the dataset with wirework (#1)",
        "initial commit",
    ]
    assert len(history(server, "refs/pr/1", "acme/many")) == 4  # ten files, four a commit
    assert "larger --shard-rows" in more["many on a branch"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            "model",
            "acme/model: is a model already; choose another name for the dataset, or, to use the name for both, ",
        ),
        (
            "space",
            "acme/space: is a space already; choose another name for the dataset, or, to use the name for both, ",
        ),
        ("reader", "acme/sums: the token may not write there; use one with write access, or a name of your own"),
        ("reader's new", "acme/new: the token may not write there; use one with write access"),
        ("wrong token", "acme/sums: no valid token; run `hf auth login` or set HF_TOKEN"),
        ("to a tag", "acme/sums: there is no branch of that name, and a tag cannot be pushed to; nothing was pushed"),
    ],
)
def test_refusals_of_the_hub(more, what, said):
    """A refusal of the Hub is reported in one line with its mend, and never with the token."""
    assert more[what].startswith(said)
    assert "\n" not in more[what]
    assert not re.search("hf_[a-z]", more[what])


@pytest.mark.parametrize(
    "what", ["public", "public branch", "taken tag", "model", "reader", "reader's new", "wrong token", "to a tag"]
)
def test_a_dry_run_tells_what_a_push_would(more, what):
    """A dry run reports names, tags and rights in the words of a push, where the Hub can be asked without a write."""
    assert more[f"dry {what}"] == more[what]


def test_a_dry_run_knows_what_bars_a_push(more):
    """A dry run reports Spaces and foreign names and branches, and lets a reader open a pull request or change nothing."""
    assert more["dry space"].startswith("acme/other-space: is a space already")
    assert more["dry stranger's"].startswith("nobody/sums: the token may not write there")
    assert more["dry reader's branch"] == more["reader"]
    assert more["dry nothing"]["changes"] == []
    assert "larger --shard-rows" in more["dry many"]
    assert more["dry reader's pull"]["changes"]


def test_a_space_and_a_dataset_of_one_name(more):
    """A dataset that was created on purpose with the name of a Space can be pushed to."""
    assert more["both"]["commit"] == more["server"].repos.get("acme/space").head().oid


def test_dry_run_of_a_new_repository(more):
    """A dry run for a new repository adds every file and does not create the repository."""
    assert {action for action, _ in more["dry new"]["changes"]} == {"add"}
    assert not (more["server"].folder / "repos" / "datasets" / "acme" / "new").exists()


ENVIRONMENTS = {
    "no token": ({"HF_TOKEN": None}, "no valid token; run `hf auth login` or set HF_TOKEN"),
    "odd token": ({"HF_TOKEN": "hf_sécret"}, "check HF_TOKEN and HF_ENDPOINT"),
    "no network": ({"HF_ENDPOINT": "http://127.0.0.1:1"}, "http://127.0.0.1:1 cannot be reached (ConnectError"),
    "no address": ({"HF_ENDPOINT": "nonsense"}, "nonsense cannot be reached (UnsupportedProtocol"),
    "offline": ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set; unset it to push"),
}


def test_refusals_of_the_environment(server, folders, tmp_path):
    """Without token, network or permission to use it, the command prints one line and exits with status 2."""
    runs = {}
    for name, (env, _) in ENVIRONMENTS.items():
        place = shutil.copytree(folders / "small", tmp_path / name.replace(" ", "-"))
        runs[name] = (place, start(server, QUICK, place, "acme/new", **env))

    for name, (place, process) in runs.items():
        status, out, err = finish(process)
        assert (name, status, out) == (name, 2, "")
        assert err.startswith("error: acme/new: ")
        assert err.count("\n") == 1
        assert ENVIRONMENTS[name][1] in err
        written = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
        assert b"hf_alice" not in err.encode() + written
        assert "sécret".encode() not in err.encode() + written
    assert not server.log.commits()


@pytest.mark.parametrize("name", ["sums", "a/b/c", "datasets/acme/sums", "acme/", "acme/a b", "../x", "acme/x..y", ""])
def test_names(folder, name):
    """A name that is not ORG/NAME is refused before the Hub is called."""
    with pytest.raises(InputError, match="is not a dataset name; a name is ORG/NAME"):
        push_to_hub(folder, name)


def spoil_manifest(key, value):
    """Return a function that sets the key at a path of a manifest; None removes the key."""

    def spoil(folder):
        content = manifest(folder)
        *path, last = key.split("/") if "parquet" not in key else ["files", key]
        inner = content
        for step in path:
            inner = inner[step]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
        (folder / "manifest.json").write_text(json.dumps(content))

    return spoil


def flip(path):
    """Return a function that flips a byte of a file."""

    def spoil(folder):
        content = bytearray((folder / path).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / path).write_bytes(content)

    return spoil


SHARD = "data/train-00001-of-00002.parquet"
SPOILED = {
    "no manifest": (
        lambda folder: (folder / "manifest.json").unlink(),
        "no manifest.json, so the build was not finished",
    ),
    "no folder": (shutil.rmtree, "no recipe.json; not a dataset folder of wirework"),
    "half a manifest": (
        lambda folder: (folder / "manifest.json").write_text("{"),
        "manifest.json, line 1: not JSON: a key in double quotes is missing",
    ),
    "a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest.json: not a manifest of wirework"),
    "changed shard": (flip(SHARD), f"{SHARD}: missing or changed since the build"),
    "missing shard": (lambda folder: (folder / SHARD).unlink(), f"{SHARD}: missing or changed since the build"),
    "changed recipe": (flip("recipe.json"), "recipe.json: changed since the build"),
    "missing recipe": (lambda folder: (folder / "recipe.json").unlink(), "recipe.json: missing"),
    "rows not proved": (spoil_manifest("verification/read_back", 3), "manifest.json: only 3 of [0-9]+ rows are proved"),
    "no proof": (spoil_manifest("verification", None), "manifest.json: not a manifest of wirework"),
    "a proof of text": (spoil_manifest("verification", "all"), "manifest.json: not a manifest of wirework"),
    "rows made up": (spoil_manifest("splits/test/rows", 9), "the test split does not match its files"),
    "content made up": (spoil_manifest("splits/train/content", "0"), "the train split does not match its files"),
    "somebody's file": (
        spoil_manifest("files", {"../key": {"rows": 1, "bytes": 1, "sha256": ""}}),
        "lists '../key', which is not a data file of a dataset",
    ),
    "no hash": (spoil_manifest(SHARD, {"rows": 20}), "manifest.json: not a manifest of wirework"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILED.values(), ids=SPOILED)
def test_folders_that_do_not_hold(folder, spoil, said):
    """A folder that does not match its manifest is refused before the Hub is called."""
    spoil(folder)

    with pytest.raises(InputError, match=said) as caught:
        push_to_hub(folder, "acme/sums")

    assert "\n" not in str(caught.value)


def test_full_verification(folder):
    """`--verify full` finds a wrong row that hashes do not show, and nothing is pushed."""
    import pyarrow.parquet as pq

    from generators.files.manifest import file_hash

    path = folder / SHARD
    table = pq.read_table(path)
    answers = table.column("answer").to_pylist()
    answers[0] = str(int(answers[0].partition(".")[0]) + 1)
    table = table.set_column(table.column_names.index("answer"), "answer", [answers])
    pq.write_table(table, path)
    content = manifest(folder)
    content["files"][SHARD] |= {"sha256": file_hash(path), "bytes": path.stat().st_size}
    (folder / "manifest.json").write_text(json.dumps(content))

    with pytest.raises(InputError, match=r"faults in all, nothing was pushed|does not match its files"):
        push_to_hub(folder, "acme/sums", full=True)


def test_kill_and_push_again(server, folder):
    """A push that is killed between two uploads leaves the old revision, and the next push completes it."""
    server.fault("hang", "/_lfs/", "PUT", skip=2, times=None)
    process = start(server, QUICK, folder, "acme/sums")
    wait_until(process, lambda: len(server.log.entries("PUT", "/_lfs/", 200)) >= 2)
    process.kill()
    process.communicate()
    server.faults.clear()
    before = files(server)
    succeed(start(server, QUICK, folder, "acme/sums"))

    assert before.keys() == {".gitattributes"}
    assert len(history(server)) == 2
    puts = [entry.path for entry in server.log.entries("PUT", "/_lfs/", 200)]
    assert len(puts) == len(set(puts))  # files that had arrived were not sent again


def test_two_writers(server, folders):
    """When somebody else commits first, the push stops and names the author and the changed files."""
    fault = server.fault("hang", "/commit/", "POST")
    process = start(server, QUICK, folders / "small", "acme/sums")
    wait_until(process, lambda: fault.fired)
    bob_commits(server)
    fault.release()
    status, _, err = finish(process)

    assert status == 2
    assert err == (
        "error: acme/sums: changed meanwhile by bob (Bob was here): notes.txt; "
        "nothing of ours was written; look at it and push again\n"
    )
    assert history(server)[0] == ("Bob was here", "bob")


LIMITED = {
    "the revision": ("/api/datasets/acme/sums/revision/main", "GET"),
    "the commit": ("/commit/", "POST"),
    "the upload": ("/preupload/", "POST"),
    "the load": ("/resolve/.*README.md", None),
}


@pytest.mark.parametrize("what", LIMITED)
def test_the_rate_limit_of_the_hub_is_waited_for(server, folder, what):
    """A push waits for the rest of the Hub's window that a 429 names without `Retry-After`, and says so on stderr."""
    path, method = LIMITED[what]
    limit = {"RateLimit": '"api";r=0;t=2', "RateLimit-Policy": '"fixed window";"api";q=1000;w=300'}
    fault = server.fault("status", path, method, times=2, status=429, headers=limit)
    script = PUSH if what == "the load" else QUICK
    began = time.monotonic()
    status, _, err = finish(start(server, script, folder, "acme/sums"))

    assert (status, fault.fired) == (0, 2), err
    assert err.count("the Hub asks to wait 3 s, until ") == 2
    assert time.monotonic() - began >= 4


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"ratelimit": '"api";r=0;t=25'}, 26),
        (429, {"ratelimit": '"api";r=0;t=9999'}, 300),
        (429, {"Retry-After": "7", "ratelimit": '"api";r=0;t=25'}, 7),
        (503, {"Retry-After": "120"}, 120),
        (503, {"ratelimit": '"api";r=0;t=25'}, None),
        (429, {"ratelimit": "soon"}, None),
        (429, {}, None),
    ],
)
def test_the_wait_that_a_server_asks_for(status, headers, seconds):
    """The wait is that of `Retry-After`, or the rest of the window of a 429, at most the whole window."""
    cause = OSError()
    cause.response = SimpleNamespace(status_code=status, headers=headers)
    error = RuntimeError("while uploading")
    error.__cause__ = cause

    assert asked_wait(error) == seconds


def test_a_hub_without_spaces(server, folders):
    """A push succeeds on a Hub that has no Spaces."""
    server.fault("status", "/api/spaces/", times=None, status=404)

    succeed(start(server, QUICK, folders / "small", "acme/sums"))


@pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
def test_conflict_at_a_new_branch(server, folders, times):
    """A conflict while the branch is made is retried, and a lasting one is reported as a conflict."""
    server.repos.create("acme/sums", "dataset", "alice", {}, private=False)
    server.fault("status", "/branch/", "POST", times=times, status=409)
    status, _, err = finish(start(server, QUICK, folders / "small", "acme/sums", "--revision", "next"))

    if times:
        assert (status, err) == (0, "")
        assert "README.md" in files(server, "next")
    else:
        assert status == 2
        assert err == (
            "error: acme/sums: the Hub reports a conflict; find out who else writes there and try again; "
            "at most the branch next was made, equal to main\n"
        )


def test_refusals_with_an_unknown_status(server, folders):
    """A refusal with an unknown status is reported in the Hub's own words, and not as temporary."""
    server.fault("status", "/commit/", "POST", times=None, status=413)
    status, _, err = finish(start(server, QUICK, folders / "small", "acme/sums"))

    assert status == 2
    assert err == (
        "error: acme/sums: the Hub answered 413 (A fault ordered by a test); fix what it names and push again; "
        "at most an empty repository was made\n"
    )


def test_lost_answer_below_another_commit(server, folders):
    """A commit whose answer was lost is found under a later commit of somebody else."""
    server.fault("lost", "/commit/", "POST")
    hang = server.fault("hang", "/revision/main", "GET", skip=2)  # the read after the commit
    process = start(server, QUICK, folders / "small", "acme/sums")
    wait_until(process, lambda: hang.fired)
    bob_commits(server)
    hang.release()
    status, _out, err = finish(process)

    assert status == 0, err
    assert history(server) == [
        ("Bob was here", "bob"),
        ("Publish the dataset with wirework", "alice"),
        ("initial commit", "alice"),
    ]


@pytest.mark.slow
def test_commands_of_the_page(server, folder, tmp_path):
    """The commands of a published card download the dataset, prove every row again, and make the same bytes again."""
    succeed(start(server, QUICK, folder, "acme/sums"))
    shell = "\n".join(re.findall(r"```bash\n(.+?)```", (folder / "README.md").read_text(), re.DOTALL))
    paths = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
    }
    words = ["bash", "-e", "-c", shell]
    done = subprocess.run(words, cwd=tmp_path, env=server.env() | paths, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "sound" in done.stdout
    for shard in folder.glob("data/*"):
        assert (tmp_path / "sums-again" / "data" / shard.name).read_bytes() == shard.read_bytes()


def test_failure_after_the_commit(server, folder):
    """If the dataset is published but cannot be loaded back, the message says so; the next push only loads it back."""
    server.fault("status", "/resolve/.*parquet", times=None, status=403)
    status, _, err = finish(start(server, PUSH, folder, "acme/sums"))
    server.faults.clear()
    again, out, reason = finish(start(server, PUSH, folder, "acme/sums"))

    assert status == 2
    assert err.count("\n") == 1
    assert "is pushed, but could not be loaded back" in err
    assert (again, len(history(server))) == (0, 2), reason
    assert "nothing changed" in out


AT_THE_HUB = """
    import json, sys
    from pathlib import Path
    from huggingface_hub import CommitOperationAdd as Add, CommitOperationDelete as Delete, HfApi
    from datasets_cards import loading, publish

    folder, where = Path(sys.argv[1]), dict(repo_id="acme/sums", repo_type="dataset")
    files = json.loads((folder / "manifest.json").read_text())["files"]
    first, second, test = (f"data/{name}.parquet" for name in
                           ("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"))
    pushed = publish.push_to_hub(folder, "acme/sums").commit
    card = (folder / "README.md").read_text()

    def edited(old, new):
        assert old in card
        return [Add("README.md", card.replace(old, new).encode())]

    spoiled = {
        "another file in its place": [Add(first, folder / second)],
        "a file that is no Parquet": [Add(first, b"PAR1")],
        "a file gone": [Delete(second)],
        "a file more": [Add("data/test-more.parquet", folder / first)],
        "no card": [Delete("README.md")],
        "another split's files": edited("path: data/test-*", "path: data/train-*"),
        "no such files": edited("path: data/test-*", "path: data/tests-*"),
        "another count": edited("num_examples: 40", "num_examples: 41"),
        "another column": edited("name: steps\\n    dtype: int32", "name: steps\\n    dtype: string"),
    }
    found = {"as it was pushed": loading.difference("acme/sums", pushed, files)}
    for number, (name, operations) in enumerate(spoiled.items()):
        HfApi().create_branch(branch=f"spoiled{number}", revision=pushed, **where)
        commit = HfApi().create_commit(
            operations=operations, commit_message=name, revision=f"spoiled{number}", **where).oid
        try:
            found[name] = loading.difference("acme/sums", commit, files)
        except (OSError, ValueError) as error:
            found[name] = type(error).__name__
    print(json.dumps(found))
"""


def test_differences_when_loaded_back(server, folder):
    """A difference between the pushed files and the Hub is found, in data files and in the card."""
    assert run(server, AT_THE_HUB, folder) == {
        "as it was pushed": None,
        "another file in its place": "data/train-00000-of-00002.parquet has other bytes",
        "a file that is no Parquet": "data/train-00000-of-00002.parquet has other bytes",
        "a file gone": "its card leads to other files for train",
        "a file more": "its card leads to other files for test",
        "no card": "its card has another number of rows for test",
        "another split's files": "its card leads to other files for test",
        "no such files": "ValueError",
        "another count": "its card has another number of rows for train",
        "another column": "its card has other columns than data/test-00000-of-00001.parquet",
    }


LINES = """
    import sys
    from datasets_cards import publish
    from generators.__main__ import main
    publish.write_card = publish.load_back = lambda *_, **__: None
    for more in ([], ["--tag", "v1"], ["--revision", "next"]):
        assert main(["push", sys.argv[1], "acme/sums", *more]) == 0
"""


def test_the_load_line(server, folders):
    """The load line that a push prints names the tag, or the branch, that it made."""
    out = succeed(start(server, LINES, folders / "small"))

    assert [line for line in out.splitlines() if line.startswith("load")] == [
        f'load    datasets.load_dataset("acme/sums"{pin})' for pin in ("", ', revision="v1"', ', revision="next"')
    ]


WITHOUT_MATPLOTLIB = """
    import sys
    sys.modules["matplotlib"] = None
    from datasets_cards import publish
    from generators.__main__ import main
    publish.load_back = lambda *_: None
    sys.exit(max(main(["push", sys.argv[1], "acme/sums", *more]) for more in (["--dry-run"], [])))
"""


@pytest.mark.parametrize("earlier", [False, True], ids=["no plots", "plots of an earlier card"])
def test_a_push_without_matplotlib(server, folder, earlier):
    """Without matplotlib, a push says so in one line, and publishes and links only the plots that the folder has."""
    if not earlier:
        shutil.rmtree(folder / "plots")
    status, out, err = finish(start(server, WITHOUT_MATPLOTLIB, folder))
    page = (folder / "README.md").read_text()

    assert (status, err) == (0, f"{NO_PLOTS}\n" * 2)  # of the dry run and of the push
    assert [path in files(server) for path in PLOTS] == [earlier] * len(PLOTS)
    assert [f"]({path})" in page for path in PLOTS] == [earlier] * len(PLOTS)
    assert out.count("plots/") == (2 * len(PLOTS) if earlier else 0)


def test_a_push_without_matplotlib_removes_plots(server, folder):
    """Plots on the Hub that the folder does not have are deleted, so that no outdated plot stays."""
    succeed(start(server, QUICK, folder, "acme/sums"))
    shutil.rmtree(folder / "plots")
    succeed(start(server, WITHOUT_MATPLOTLIB, folder))

    assert not set(PLOTS) & set(files(server))


def test_the_needed_version_of_the_client():
    """The message about an unsupported huggingface_hub names the versions that the package requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert NEEDED in project["dependencies"]


def test_an_unsupported_client(folder, monkeypatch):
    """A huggingface_hub without the name that publishing reads is an error of one line with both versions."""
    import huggingface_hub
    from huggingface_hub.utils import _http

    monkeypatch.delattr(_http, "_GLOBAL_CLIENT_FACTORY")

    with pytest.raises(InputError) as caught:
        push_to_hub(folder, "acme/sums")
    assert str(caught.value) == f"huggingface_hub {huggingface_hub.__version__} is installed; publishing needs {NEEDED}"


FACTORY = """
    import json, sys
    from huggingface_hub import get_session, set_client_factory
    from huggingface_hub.utils import _http
    from datasets_cards import repository
    plain, made = _http._GLOBAL_CLIENT_FACTORY, []

    def own():
        made.append(plain())
        return made[-1]

    set_client_factory(own)
    with repository.time_limits():
        inside = len(get_session().event_hooks["request"])
    print(json.dumps([inside - len(get_session().event_hooks["request"]), len(made), made[-1] is get_session()]))
"""


def test_the_users_client_factory(server):
    """A push adds its time limit to the clients of the user's own factory, and leaves that factory in place."""
    assert run(server, FACTORY) == [1, 2, True]


def test_build_and_push(server, tmp_path):
    """`build --push` publishes the dataset that it built."""
    script = "import sys; from generators.__main__ import main; sys.exit(main(sys.argv[1:]))"
    words = ["build", "--rows", "30", "--out", tmp_path / "built", "--push", "acme/sums"]
    status, out, err = finish(start(server, script, *words))

    assert status == 0, err
    assert 'datasets.load_dataset("acme/sums")' in out
    assert "hf_alice" not in out + err


def test_build_into_a_repository(server):
    """`--out` can be a dataset repository, through fsspec: it loads by its name, and building again changes nothing."""
    script = (
        "import sys; from huggingface_hub import HfApi; from generators.__main__ import main\n"
        "HfApi().create_repo('acme/placed', repo_type='dataset', exist_ok=True); sys.exit(main(sys.argv[1:]))"
    )
    words = ["build", "--rows", "30", "--out", "hf://datasets/acme/placed"]
    status, out, err = finish(start(server, script, *words))
    again, _, _ = finish(start(server, script, *words))
    load = "import datasets; print(len(datasets.load_dataset('acme/placed', split='train')))"

    assert (status, again) == (0, 0), err
    assert "fetch it into a folder" in out
    assert finish(start(server, load))[1].splitlines()[-1] == "30"


def fault_matrix(*words):
    """Run part of the fault matrix and return its summary line."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", BENCHMARK, "matrix", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--start", "11"], ["--start", "50", "--xet"]], ids=["lfs", "xet"])
def test_every_fault_leaves_old_or_new(words):
    """A sample of calls x faults x durations leaves the old revision or the new one, in one commit."""
    assert "0 half-states, 0 other faults" in fault_matrix("--every", "149", *words)


@pytest.mark.slow
def test_the_docs_try_it_without_an_account(folder, tmp_path):
    """The commands of docs/publishing.md start a Hub, push to it and load the dataset from it."""
    page = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
    shell = re.search(r"## Try it without an account\n.*?```bash\n(.+?)```", page, re.DOTALL)[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for written, here in {"8899": str(port), "/tmp/hub-home": str(tmp_path / "home"), "data/run8": str(folder)}.items():
        assert written in shell
        shell = shell.replace(written, here)
    env = {name: value for name, value in os.environ.items() if not name.startswith("HF_")} | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
    }
    words = ["bash", "-e", "-c", shell]
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "pushed  acme/run8, revision main" in done.stdout
    assert "num_rows: 40" in done.stdout


def test_what_nobody_may_publish_needs_permission(server, tmp_path):
    """A source without a licence is pushed with the flag alone, and the page lists it."""
    entry = {"question": "Pia has 6 bags with 14 nuts each. How many nuts is that?", "sum": "6*14", "result": 84}
    (tmp_path / "own.jsonl").write_text(json.dumps(entry))
    request = Request(
        origin=tmp_path / "own.jsonl", question="question", program="sum", answer="result", form="equation"
    )
    folder = import_problems(request, tmp_path / "own").folder
    page = write_card(folder, plots=False)

    status, _, told = finish(start(server, QUICK, folder, "acme/own"))
    succeed(start(server, QUICK, folder, "acme/own", "--with-permission"))

    assert status == 2
    assert "may not be published: own own.jsonl (unknown): no licence is stated" in told
    assert files(server, repo="acme/own")["README.md"] == file_hash(page)
    assert "| own own.jsonl | unknown | not stated | no licence is stated |" in page.read_text()
