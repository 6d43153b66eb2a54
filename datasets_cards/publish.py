"""Publishes a dataset folder: everything in one commit, so that the Hub has the old revision or the new one.

The clients' own uploaders make one commit per configuration or per batch, do not retry a failed commit, and
report a commit as failed whose answer was lost. Here the head is read, one `create_commit` names it as parent,
and after any unclear failure head and files are read again: if they are ours, it landed; if they are somebody
else's, we stop and say whose.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from solver.refusal import InputError

from .card import write_card
from .folder import Change, Folder, checked
from .loading import load_back
from .pull_request import PullRequest
from .remote import Remote, State

MAX_FILES = 500
"""Files of the largest single commit; more go through a pull request that is merged when it is whole."""
AT_ONCE = 2**23
"""Bytes after which another upload begins: Xet holds what it has read until an upload ends, so that memory stays flat."""
TITLE = "Publish the dataset with wirework"

_Operations = list[CommitOperationAdd | CommitOperationDelete]


@dataclass(frozen=True)
class Pushed:
    """What a push came to; without a `commit` it was a dry run."""

    repo_id: str
    revision: str
    commit: str | None
    changes: list[Change] = field(default_factory=list)
    pull_request: int | None = None
    url: str = ""
    tag: str | None = None


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

    After any failure the remote revision is the old one or the new one, and the message says which if it can be
    known. `full` audits every row first. The new revision is loaded back and compared before this returns.
    Raises InputError for a folder that does not hold what its manifest says, for a token or right that is
    missing, and where somebody else changed the repository.
    """
    folder = Path(folder)
    if create_pr and (tag or revision != "main"):
        raise InputError(f"{repo_id}: a pull request goes to main and has no tag; leave out the tag and the revision")
    remote = Remote(HfApi(token=token, library_name="wirework"), repo_id)
    manifest = checked(folder, full=full)
    with ExitStack() as stack:
        # A dry run touches neither side.
        pages = Path(stack.enter_context(tempfile.TemporaryDirectory())) if dry_run else folder
        write_card(folder, repo_id, pages=pages)
        push = _Push(remote, Folder(folder, pages, manifest), revision)
        stack.enter_context(remote.told())
        if dry_run:
            return push.dry(private=private, tag=tag, create_pr=create_pr)
        first = push.begin(private=private, tag=tag)
        pushed = push.through_pr(first, merge=not create_pr) if create_pr or push.too_many else push.commit(first)
        if not pushed.pull_request:
            load_back(remote.api, repo_id, str(pushed.commit), manifest["files"])
        if tag:
            remote.retried(lambda: push.tag(tag, str(pushed.commit)))
        return replace(pushed, tag=tag)


class _Push:
    """One push: reads the remote, says what differs, commits it whole."""

    def __init__(self, remote: Remote, folder: Folder, revision: str):
        self.remote = remote
        self.api = remote.api
        self.repo_id = remote.repo_id
        self.folder = folder
        self.revision = revision
        self.additions: dict[str, CommitOperationAdd] = {}

    @property
    def too_many(self) -> bool:
        """Whether one commit does not hold the files."""
        return len(self.folder.files) > MAX_FILES

    def dry(self, *, private: bool, tag: str | None, create_pr: bool) -> Pushed:
        """Return what would change; raise InputError where the Hub, only asked, says that a push would fail."""
        state, base = self._look(private=private, tag=tag)
        changes = self.folder.changes((state or base or State("")).files)
        if base is None:
            self.remote.check_namespace()
        elif (changes or tag or state is None) and not create_pr:  # anybody may open a pull request
            self.remote.check_write(self.revision)
        return Pushed(self.repo_id, self.revision, None, changes, url=self.page)

    def begin(self, *, private: bool, tag: str | None) -> State:
        """Make repository and branch if need be, and return the revision as it is before the push."""
        state, base = self._look(private=private, tag=tag)
        if base is None:
            self.remote.create(private=private)
        if state is None and self.revision != "main":
            return self.remote.branch(self.revision)
        return state or self.remote.retried(lambda: self.remote.read(self.revision))

    def _look(self, *, private: bool, tag: str | None) -> tuple[State | None, State | None]:
        """Return the revision and what it begins from, each None if it is not there; raise InputError if they bar a push."""
        if self.too_many and self.revision != "main":
            raise InputError(
                f"{self.repo_id}: {len(self.folder.files)} files are too many for one commit, and only main "
                "takes more; build with larger --shard-rows, or push to main"
            )
        state = self.remote.find(self.revision)
        base = state or (None if self.revision == "main" else self.remote.find("main"))
        if base is None:
            self.remote.check_free()
            return None, None
        self._check_private(base, private=private)
        if tag:
            self._check_tag(tag, base)
        return state, base

    def _check_private(self, state: State, *, private: bool) -> None:
        if private and not state.private:
            raise InputError(
                f"{self.repo_id}: exists and is public; make it private in its settings first, nothing was pushed"
            )

    def _check_tag(self, tag: str, base: State) -> None:
        held = self.remote.retried(lambda: self._tagged(tag))
        if held and (held != base.head or self.folder.changes(base.files)):
            raise InputError(
                f"{self.repo_id}: tag {tag} stands at {held[:8]} already; nothing was pushed, choose another tag"
            )

    def commit(self, first: State, revision: str | None = None, only: set[str] | None = None) -> Pushed:
        """Bring a revision to the folder's state in one commit; raise InputError where somebody else moved it."""
        revision = revision or self.revision
        announced = self._changes(first, only)
        state: State | None = first

        def attempt() -> Pushed:
            nonlocal state
            now, state = state or self.remote.read(revision), None
            changes = self._changes(now, only)
            if not changes:
                return self._landed(revision, now.head, announced)
            if now.head != first.head:
                return self._moved(revision, first, now, announced, only=only)
            self.remote.fate = self._before
            operations = self._operations(changes)
            additions = [operation for operation in operations if isinstance(operation, CommitOperationAdd)]
            sizes = accumulate(addition.upload_info.size for addition in additions)
            for _, pairs in groupby(zip(additions, sizes, strict=True), key=lambda pair: pair[1] // AT_ONCE):
                part = [addition for addition, _ in pairs]
                self.api.preupload_lfs_files(self.repo_id, part, repo_type="dataset", revision=revision)
            with self.remote.unclear():
                done = self.api.create_commit(
                    self.repo_id,
                    operations,
                    repo_type="dataset",
                    commit_message=TITLE,
                    revision=revision,
                    parent_commit=now.head,
                )
            return self._landed(revision, str(done.oid), announced)

        self._before = self.remote.fate
        return self.remote.retried(attempt)

    def _changes(self, state: State, only: set[str] | None) -> list[Change]:
        return [change for change in self.folder.changes(state.files) if only is None or change.path in only]

    def _operations(self, changes: list[Change]) -> _Operations:
        """Return the changes as operations of a commit; additions are kept, as they know what was uploaded."""
        operations: _Operations = []
        for change in changes:
            if change.action == "delete":
                operations.append(CommitOperationDelete(change.path))
                continue
            if change.path not in self.additions:
                self.additions[change.path] = CommitOperationAdd(change.path, self.folder.files[change.path])
            operations.append(self.additions[change.path])
        return operations

    def _landed(self, revision: str, oid: str, changes: list[Change]) -> Pushed:
        if revision == self.revision:
            self.remote.fate = f"{revision} holds the dataset as {oid[:8]}; push again to finish"
        return Pushed(self.repo_id, revision, oid, changes, url=self.page)

    @property
    def page(self) -> str:
        """The address of the dataset's page."""
        return f"{self.api.endpoint}/datasets/{self.repo_id}"

    def _moved(
        self,
        revision: str,
        first: State,
        now: State,
        announced: list[Change],
        *,
        only: set[str] | None = None,
        ours: str = "nothing of ours was written",
    ) -> Pushed:
        """Return our commit if others came after it; otherwise say who moved the revision, and what changed."""
        since = self.remote.since(revision, first.head)
        for oid, _ in since:
            if not self._changes(self.remote.read(oid), only):
                return self._landed(revision, oid, announced)
        paths = sorted(
            path
            for path in first.files.keys() | now.files.keys()
            if getattr(first.files.get(path), "blob_id", None) != getattr(now.files.get(path), "blob_id", None)
        )
        raise InputError(
            f"{self.repo_id}: changed meanwhile by {'; '.join(who for _, who in since)}: {', '.join(paths[:5])}"
            f"{', ...' if len(paths) > 5 else ''}; {ours}; look at it and push again"
        )

    def through_pr(self, first: State, *, merge: bool) -> Pushed:
        """Commit to a pull request, in as many commits as the files need, check it whole, and merge it if told to."""
        announced = self.folder.changes(first.files)
        if not announced:
            return self._landed(self.revision, first.head, [])
        pull = PullRequest(self.remote, TITLE, first)
        paths = [change.path for change in announced]
        for start in range(0, len(paths), MAX_FILES):
            begun = self.remote.retried(lambda: self.remote.read(pull.place))
            pushed = self.commit(begun, pull.place, set(paths[start : start + MAX_FILES]))
            pull.holds()
        load_back(self.api, self.repo_id, str(pushed.commit), self.folder.manifest["files"])
        if not merge:
            pull.make_ready()
            page = f"{self.page}/discussions/{pull.number}"
            return Pushed(self.repo_id, pull.place, pushed.commit, announced, pull.number, page)
        now = self.remote.retried(lambda: self.remote.read("main"))
        if now.head != first.head:
            return self.remote.retried(lambda: self._moved("main", first, now, announced))
        pull.merge()
        merged = self.remote.retried(lambda: self.remote.read("main"))
        with_theirs = "the pull request was merged with that"
        return self.remote.retried(lambda: self._moved("main", first, merged, announced, ours=with_theirs))

    def _tagged(self, tag: str) -> str | None:
        refs = self.api.list_repo_refs(self.repo_id, repo_type="dataset")
        return next((ref.target_commit for ref in refs.tags if ref.name == tag), None)

    def tag(self, tag: str, commit: str) -> None:
        """Tag a commit; a tag of that name on another commit is an InputError."""
        held = self._tagged(tag)
        if held is None:
            self.api.create_tag(self.repo_id, repo_type="dataset", tag=tag, revision=commit)
        elif held != commit:
            raise InputError(
                f"{self.repo_id}: tag {tag} stands at {held[:8]} already; the push is done, choose another tag"
            )
