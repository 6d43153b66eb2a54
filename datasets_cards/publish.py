"""Publishes a dataset folder: everything in one commit, so that the Hub has the old revision or the new one.

The clients' own uploaders make one commit per configuration or per batch, do not retry a failed commit, and
report a commit as failed whose answer was lost (`facts` of the project measured it). Here the head is read,
one `create_commit` names it as parent, and after any unclear failure head and files are read again: if they
are ours, it landed; if they are somebody else's, we stop and say whose.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, RepoFile
from huggingface_hub.errors import (
    BadRequestError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from generators.dataset import file_hash
from generators.layout import MANIFEST, README
from generators.recipe import RECIPE
from solver.refusal import InputError

from .card import PLOTS, write_card

MAX_FILES = 500
"""Files of the largest single commit; more go through a pull request that is merged when it is whole."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries."""

_TRANSIENT = {408, 409, 412, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Change:
    """A file that the commit adds, changes or deletes; `size` is what the repository will hold of it."""

    action: str
    path: str
    size: int


@dataclass(frozen=True)
class Pushed:
    """What a push came to; without a `commit` it was a dry run."""

    repo_id: str
    revision: str
    commit: str | None
    changes: list[Change] = field(default_factory=list)
    pull_request: int | None = None
    url: str = ""


def push_to_hub(
    folder: str | Path,
    repo_id: str,
    *,
    private: bool = False,
    revision: str = "main",
    tag: str | None = None,
    create_pr: bool = False,
    dry_run: bool = False,
    full: bool = False,
    token: str | None = None,
) -> Pushed:
    """Publish a finished dataset folder to `org/name` and return what was done.

    After any failure the remote revision is the old one or the new one. `full` audits every row first. The new
    revision is loaded back and compared before this returns. Raises InputError for a folder that does not hold
    what its manifest says, for a token or right that is missing, and where somebody else changed the repository.
    """
    folder = Path(folder)
    manifest = _checked(folder, full)
    api = HfApi(token=token, library_name="wirework")
    with _told(repo_id, api):
        write_card(folder, repo_id)
        local = _local(folder, manifest)
        push = _Push(api, repo_id, local, revision)
        if dry_run:
            return Pushed(repo_id, revision, None, push.changes(*push.remote(missing_ok=True)))
        push.retried(lambda: api.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True))
        if revision != "main":
            push.retried(lambda: api.create_branch(repo_id, repo_type="dataset", branch=revision, exist_ok=True))
        pushed = (
            push.through_pr(manifest, merge=not create_pr) if create_pr or len(local) > MAX_FILES else push.commit()
        )
        if pushed.commit and not pushed.pull_request:
            load_back(api, repo_id, pushed.commit, manifest)
        if tag:
            push.retried(lambda: _tag(api, repo_id, tag, pushed.commit))
        return pushed


def _checked(folder: Path, full: bool) -> dict[str, Any]:
    """Return the manifest of a folder whose files are what it says; raise InputError otherwise."""
    if full:
        from generators.audit import audit

        found = audit(folder)
        if not found.passed:
            raise InputError(f"{folder}: {found.faults[0]}; {len(found.faults)} faults in all, nothing was pushed")
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        files, proof, recipe = manifest["files"], manifest["verification"], manifest["recipe"]
    except FileNotFoundError:
        raise InputError(f"{folder}: no {MANIFEST}, so it is no finished dataset; build it first") from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder / MANIFEST}: cannot be read: {error!r}") from None
    for name, entry in files.items():
        path = folder / name
        if not path.is_file() or file_hash(path) != entry["sha256"]:
            raise InputError(f"{path}: missing or changed since it was built; build again, nothing was pushed")
    if file_hash(folder / RECIPE) != recipe:
        raise InputError(f"{folder / RECIPE}: changed since the build; build again, nothing was pushed")
    rows = sum(entry["rows"] for entry in files.values())
    if proof["read_back"] != rows:
        raise InputError(
            f"{folder / MANIFEST}: {proof['read_back']} of {rows} rows proved; build again, nothing was pushed"
        )
    return manifest


def _local(folder: Path, manifest: dict[str, Any]) -> dict[str, Path]:
    """Return what is published: path in the repository to file."""
    names = [README, RECIPE, MANIFEST, *PLOTS, *manifest["files"]]
    return {name: folder / name for name in names if (folder / name).exists()}


def _ours(path: str) -> bool:
    """Return whether a path of the repository is one that a wirework dataset lays out."""
    return path in (README, RECIPE, MANIFEST) or path.startswith(("data/", "plots/"))


class _Push:
    """One push: reads the remote, says what differs, commits it whole."""

    def __init__(self, api: HfApi, repo_id: str, local: dict[str, Path], revision: str):
        self.api = api
        self.repo_id = repo_id
        self.local = local
        self.revision = revision

    def remote(self, revision: str | None = None, *, missing_ok: bool = False) -> tuple[str, dict[str, RepoFile]]:
        """Return the head of a revision and its files."""
        try:
            head = self.api.repo_info(self.repo_id, repo_type="dataset", revision=revision or self.revision).sha or ""
            tree = self.api.list_repo_tree(self.repo_id, repo_type="dataset", recursive=True, revision=head)
            return head, {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
        except (RepositoryNotFoundError, RevisionNotFoundError):
            if missing_ok:
                return "", {}
            raise

    def changes(self, _head: str, files: dict[str, RepoFile]) -> list[Change]:
        """Return what differs between the folder and the remote files."""
        changes = [
            Change("change" if path in files else "add", path, file.stat().st_size)
            for path, file in self.local.items()
            if path not in files or not _same(file, files[path])
        ]
        gone = [
            Change("delete", path, entry.size)
            for path, entry in files.items()
            if path not in self.local and _ours(path)
        ]
        return changes + gone

    def operations(self, changes: list[Change]) -> list[CommitOperationAdd | CommitOperationDelete]:
        """Return the changes as operations of a commit; they are used up by one try."""
        return [
            CommitOperationDelete(change.path)
            if change.action == "delete"
            else CommitOperationAdd(change.path, self.local[change.path])
            for change in changes
        ]

    def commit(self, revision: str | None = None, only: set[str] | None = None) -> Pushed:
        """Bring a revision to the folder's state in one commit; raise InputError where somebody else moved it."""
        revision = revision or self.revision
        first: tuple[str, dict[str, RepoFile]] | None = None
        announced: list[Change] = []

        def attempt() -> Pushed:
            nonlocal first, announced
            head, files = self.remote(revision)
            changes = [change for change in self.changes(head, files) if only is None or change.path in only]
            if first is None:
                first, announced = (head, files), changes
            if not changes:
                return self._done(revision, head, announced)
            if head != first[0]:
                raise InputError(self._foreign(first, (head, files)))
            done = self.api.create_commit(
                self.repo_id,
                self.operations(changes),
                commit_message="Publish the dataset with wirework",
                repo_type="dataset",
                revision=revision,
                parent_commit=head,
            )
            return self._done(revision, str(done.oid), announced)

        return self.retried(attempt)

    def _done(self, revision: str, oid: str, changes: list[Change]) -> Pushed:
        return Pushed(self.repo_id, revision, oid, changes, url=f"{self.api.endpoint}/datasets/{self.repo_id}")

    def _foreign(self, before: tuple[str, dict[str, RepoFile]], after: tuple[str, dict[str, RepoFile]]) -> str:
        """Say who moved the revision while we were at it, and what changed."""
        commits = []
        for commit in self.api.list_repo_commits(self.repo_id, repo_type="dataset", revision=self.revision):
            if commit.commit_id == before[0]:
                break
            commits.append(f"{', '.join(commit.authors) or 'somebody'} ({commit.title})")
        paths = sorted(
            path
            for path in before[1].keys() | after[1].keys()
            if getattr(before[1].get(path), "blob_id", None) != getattr(after[1].get(path), "blob_id", None)
        )
        return (
            f"{self.repo_id}: changed meanwhile by {'; '.join(commits)}: {', '.join(paths[:5])}"
            f"{', ...' if len(paths) > 5 else ''}; nothing of ours was written; look at it and push again"
        )

    def through_pr(self, manifest: dict[str, Any], *, merge: bool) -> Pushed:
        """Commit to a pull request, in as many commits as the files need, check it whole, and merge it if told to."""
        head, files = self.retried(self.remote)
        announced = self.changes(head, files)
        if not announced:
            return self._done(self.revision, head, [])
        opened = self.retried(
            lambda: self.api.create_pull_request(
                self.repo_id, title="Publish the dataset with wirework", repo_type="dataset"
            )
        )
        place = f"refs/pr/{opened.num}"
        paths = [change.path for change in announced]
        pushed = self.commit(place, set(paths[:MAX_FILES]))
        for start in range(MAX_FILES, len(paths), MAX_FILES):
            pushed = self.commit(place, set(paths[start : start + MAX_FILES]))
        load_back(self.api, self.repo_id, str(pushed.commit), manifest)
        if not merge:
            return Pushed(self.repo_id, place, pushed.commit, announced, opened.num, str(opened.url))
        self.retried(lambda: self._merge(opened.num))
        return self._done(self.revision, self.retried(self.remote)[0], announced)

    def _merge(self, number: int) -> None:
        status = self.api.get_discussion_details(self.repo_id, number, repo_type="dataset").status
        if status == "draft":  # as the client opens them; a draft cannot be merged
            self.api.change_discussion_status(self.repo_id, number, "open", repo_type="dataset")
        if status != "merged":
            self.api.merge_pull_request(self.repo_id, number, repo_type="dataset")

    def retried(self, attempt: Callable[[], Any]) -> Any:
        """Return what an attempt returns, tried again after failures that may pass; raises the last otherwise."""
        for pause in (*PAUSES, None):
            try:
                return attempt()
            except (HTTPError, OSError, RuntimeError) as error:
                if pause is None or not _may_pass(error):
                    raise
                time.sleep(_asked_for(error) or pause)
        raise AssertionError  # the last round returns or raises


def _may_pass(error: Exception) -> bool:
    """Return whether a failure is one that trying again may mend: overload, network, or an unclear end."""
    if isinstance(error, InputError | OfflineModeIsEnabled | LocalTokenNotFoundError):
        return False
    if isinstance(error, HfHubHTTPError):
        return error.response is None or error.response.status_code in _TRANSIENT
    return not isinstance(error, FileNotFoundError | PermissionError)


def _asked_for(error: Exception) -> float | None:
    """Return the seconds that a server asked us to wait, at most a minute."""
    response = getattr(error, "response", None)
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), 60.0) if asked.isdigit() else None


def _same(file: Path, remote: RepoFile) -> bool:
    """Return whether a remote file has the bytes of a local one, by the hash that the Hub keeps of it."""
    if file.stat().st_size != remote.size:
        return False
    if remote.lfs is not None:
        return file_hash(file) == remote.lfs.sha256
    text = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest() == remote.blob_id


def _tag(api: HfApi, repo_id: str, tag: str, commit: str | None) -> None:
    """Tag a commit; a tag of that name on another commit is an InputError."""
    refs = api.list_repo_refs(repo_id, repo_type="dataset")
    held = next((ref.target_commit for ref in refs.tags if ref.name == tag), None)
    if held is None:
        api.create_tag(repo_id, tag=tag, revision=commit, repo_type="dataset")
    elif held != commit:
        raise InputError(f"{repo_id}: tag {tag} stands at {held[:8]} already; the push is done, choose another tag")


def load_back(api: HfApi, repo_id: str, commit: str, manifest: dict[str, Any]) -> None:
    """Load a pushed revision into a fresh cache and compare its rows with the manifest; raise InputError."""
    import datasets

    from generators.rows import content_hash

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory(prefix="wirework-") as cache:
        try:
            loaded = datasets.load_dataset(
                repo_id,
                revision=commit,
                token=api.token,
                cache_dir=cache,
                download_config=datasets.DownloadConfig(cache_dir=cache, token=api.token),
            )
        except (HTTPError, OSError, ValueError, RuntimeError) as error:
            what = f"{type(error).__name__}: {_line(error)}"
            raise InputError(f"{repo_id}: {commit[:8]} is pushed, but could not be loaded back ({what})") from None
        for split, entry in manifest["splits"].items():
            contents, start = [], 0
            for name, file in manifest["files"].items():
                if name.startswith(f"data/{split}-"):
                    contents.append(content_hash(loaded[split].data.table.slice(start, file["rows"])))
                    start += file["rows"]
            found = hashlib.sha256("".join(contents).encode()).hexdigest()
            if start and (start != len(loaded[split]) or found != entry["content"]):
                raise InputError(f"{repo_id}: the {split} split that was loaded back is not the one that was pushed")


@contextmanager
def _told(repo_id: str, api: HfApi) -> Iterator[None]:
    """Turn the client's errors into one line that says what to do."""
    try:
        yield
    except InputError:
        raise
    except LocalTokenNotFoundError:
        raise InputError(f"{repo_id}: no token; run `hf auth login` or set HF_TOKEN") from None
    except OfflineModeIsEnabled:
        raise InputError(f"{repo_id}: HF_HUB_OFFLINE is set; unset it to push") from None
    except (HFValidationError, BadRequestError) as error:
        raise InputError(f"{repo_id}: refused: {_line(error)}; a name is ORG/NAME") from None
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise InputError(f"{repo_id}: {_MENDS.get(status, f'the Hub answered {status}: {_line(error)}')}") from None
    except (HTTPError, OSError, RuntimeError) as error:
        what = f"{type(error).__name__}: {_line(error)}"
        raise InputError(
            f"{repo_id}: {api.endpoint} cannot be reached ({what}); try again, the remote is as it was"
        ) from None


_MENDS = {
    401: "no valid token; run `hf auth login` or set HF_TOKEN to a token that may write",
    403: "the token may not write there; use one with write access, or a name of your own",
    404: "no such dataset, or the token may not see it; check the name and `hf auth whoami`",
    429: "the Hub asks to slow down; try again later, the remote is as it was",
}


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
