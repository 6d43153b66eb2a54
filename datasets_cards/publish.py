"""Publishes a dataset folder in one commit, so that the Hub has the old revision or the new one.

The Hub client's own uploaders make one commit per configuration or per batch, do not retry a failed commit, and
report a commit whose answer was lost as failed. Here the head is read, and one `create_commit` names it as parent.
After an unclear failure, head and files are read again. If they are ours, the commit landed; if they are somebody
else's, the push stops and names the author.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from itertools import accumulate, groupby
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from generators.files.layout import README
from solver.arguments import checked
from solver.files import local
from solver.refusal import InputError

from .card import Published, write_card
from .loading import load_back
from .pull_request import PullRequest
from .release import Change, Release, check_folder, check_loads, refuse_unlicensed
from .repository import Repository, Snapshot

MAX_FILES = 500
"""The most files in one commit; more go through a pull request that is merged when it is complete."""
AT_ONCE = 2**23
"""Bytes after which another upload begins. Xet keeps the bytes of an upload in memory until it ends."""
TITLE = "Publish the dataset with wirework"

_Operations = list[CommitOperationAdd | CommitOperationDelete]


@dataclass(frozen=True)
class Pushed:
    """The result of a push; without a `commit` it was a dry run."""

    repo_id: str
    revision: str
    commit: str | None
    changes: list[Change] = field(default_factory=list)
    pull_request: int | None = None
    url: str = ""
    tag: str | None = None
    page: str = ""
    """The difference that a dry run found between the page in the repository and the new one."""


@checked
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
    overwrite_page: bool = False,
    with_permission: bool = False,
    token: str | None = None,
) -> Pushed:
    """Publish a finished dataset folder as `org/name` and return the changes.

    After any failure the remote revision is the old one or the new one, and the message says which, if that can be
    known. `full` audits every row first. What people added to the page, in the folder or in the repository, is kept;
    `overwrite_page` gives up what cannot be merged. A dataset whose sources' licences forbid it, or are unknown, is
    published only `with_permission`, that of their owners. The new revision is loaded back and compared before the function returns.
    Raises InputError if the folder does not match its manifest, if a token or right is missing, or if somebody else
    changed the repository at the same time.
    """
    folder = local(folder)
    if create_pr and (tag or revision != "main"):
        raise InputError(f"{repo_id}: a pull request goes to main and has no tag; leave out the tag and the revision")
    repository = Repository(HfApi(token=token, library_name="wirework"), repo_id)
    manifest = check_folder(folder, full=full)
    if not with_permission:
        refuse_unlicensed(folder)
    with ExitStack() as stack:
        # A dry run changes neither the folder nor the Hub.
        pages = Path(stack.enter_context(tempfile.TemporaryDirectory())) if dry_run else folder
        with repository.reporting():
            found = repository.find_base(revision)
            published = _published(repository, found[1])
        write_card(folder, repo_id, pages=pages, published=published, overwrite=overwrite_page)
        push = _Push(repository, Release(folder, pages, manifest), revision, *found)
        stack.enter_context(repository.reporting())
        if dry_run:
            done = push.dry(private=private, tag=tag, create_pr=create_pr)
            return replace(done, page=page_difference(published, push.release.files[README]))
        first = push.begin(private=private, tag=tag)
        pushed = push.through_pr(first, merge=not create_pr) if create_pr or push.too_many else push.commit(first)
        if not pushed.pull_request:
            load_back(repository.api, repo_id, str(pushed.commit), push.release.shards)
        if tag:
            repository.retried(lambda: push.tag(tag, str(pushed.commit)))
        return replace(pushed, tag=tag)


def _published(repository: Repository, base: Snapshot | None) -> Published | None:
    """Return the page of a revision, or None if it has none."""
    page = repository.fetch(README, base.head) if base and README in base.files else None
    if base is None or page is None:
        return None

    def ancestor() -> bytes | None:
        with repository.reporting():
            return repository.last_page(base.head, TITLE)

    return Published(page, ancestor)


def page_difference(published: Published | None, page: Path) -> str:
    """Return the lines in which the page of a repository differs from the new one; empty if there was none."""
    if published is None or not page.exists():
        return ""
    before, after = (content.decode(errors="replace").splitlines() for content in (published.page, page.read_bytes()))
    return "\n".join(unified_diff(before, after, f"published {README}", f"new {README}", n=1, lineterm=""))


class _Push:
    """One push: reads the remote, compares it with the release, and commits the difference."""

    def __init__(
        self,
        repository: Repository,
        release: Release,
        revision: str,
        found: Snapshot | None,
        base: Snapshot | None,
    ):
        self.repository = repository
        self.found = found
        self.base = base
        self.api = repository.api
        self.repo_id = repository.repo_id
        self.release = release
        self.revision = revision
        self.additions: dict[str, CommitOperationAdd] = {}

    @property
    def too_many(self) -> bool:
        """True if the files do not fit in one commit."""
        return len(self.release.files) > MAX_FILES

    def dry(self, *, private: bool, tag: str | None, create_pr: bool) -> Pushed:
        """Return what a push would change; raise InputError if the Hub shows, without a write, that a push would fail."""
        self._check(private=private, tag=tag)
        found, base = self.found, self.base
        changes = self.release.changes((found or base or Snapshot("")).files)
        if base is None:
            self.repository.check_namespace()
        elif (changes or tag or found is None) and not create_pr:  # anybody may open a pull request
            self.repository.check_write(self.revision)
        return Pushed(self.repo_id, self.revision, None, changes, url=self.page)

    def begin(self, *, private: bool, tag: str | None) -> Snapshot:
        """Create repository and branch where they are missing, and return the revision before the push."""
        self._check(private=private, tag=tag)
        if self.base is None:
            self.repository.create(private=private)
        if self.found is None and self.revision != "main":
            return self.repository.branch(self.revision)
        return self.found or self.repository.retried(lambda: self.repository.read(self.revision))

    def _check(self, *, private: bool, tag: str | None) -> None:
        """Raise InputError if the repository as it is rules out a push."""
        if self.too_many and self.revision != "main":
            raise InputError(
                f"{self.repo_id}: {len(self.release.files)} files are too many for one commit, and only main "
                "takes more; build with larger --shard-rows, or push to main"
            )
        if self.base is None:
            self.repository.check_free()
            check_loads(self.repository, Snapshot(""), self.release)
            return
        self._check_private(self.base, private=private)
        if tag:
            self._check_tag(tag, self.base)
        check_loads(self.repository, self.base, self.release)

    def _check_private(self, base: Snapshot, *, private: bool) -> None:
        """Raise InputError if a private repository is wanted and the existing one is public."""
        if private and not base.private:
            raise InputError(
                f"{self.repo_id}: exists and is public; make it private in its settings first, nothing was pushed"
            )

    def _check_tag(self, tag: str, base: Snapshot) -> None:
        """Raise InputError if the tag marks another commit than the push would."""
        held = self.repository.retried(lambda: self._tagged(tag))
        if held and (held != base.head or self.release.changes(base.files)):
            raise InputError(
                f"{self.repo_id}: tag {tag} already marks {held[:8]}; nothing was pushed, choose another tag"
            )

    def commit(self, first: Snapshot, revision: str | None = None, only: set[str] | None = None) -> Pushed:
        """Commit the release to a revision, once; raise InputError if somebody else changed the revision."""
        revision = revision or self.revision
        announced = self._changes(first, only)
        state = self.repository.state
        latest: Snapshot | None = first

        def attempt() -> Pushed:
            nonlocal latest
            now, latest = latest or self.repository.read(revision), None
            changes = self._changes(now, only)
            if not changes:
                return self._landed(revision, now.head, announced)
            if now.head != first.head:
                return self._moved(revision, first, now, announced, only=only)
            self.repository.state = state
            operations = self._operations(changes)
            self._upload(operations, revision)
            with self.repository.unclear():
                done = self.api.create_commit(
                    self.repo_id,
                    operations,
                    repo_type="dataset",
                    commit_message=TITLE,
                    revision=revision,
                    parent_commit=now.head,
                )
            return self._landed(revision, str(done.oid), announced)

        return self.repository.retried(attempt)

    def _upload(self, operations: _Operations, revision: str) -> None:
        """Upload the large files of a commit in groups, so that memory stays flat."""
        additions = [operation for operation in operations if isinstance(operation, CommitOperationAdd)]
        sizes = accumulate(addition.upload_info.size for addition in additions)
        for _, pairs in groupby(zip(additions, sizes, strict=True), key=lambda pair: pair[1] // AT_ONCE):
            group = [addition for addition, _ in pairs]
            self.api.preupload_lfs_files(self.repo_id, group, repo_type="dataset", revision=revision)

    def _changes(self, snapshot: Snapshot, only: set[str] | None) -> list[Change]:
        """Return the differences from a snapshot, or those of the paths in `only`."""
        return [change for change in self.release.changes(snapshot.files) if only is None or change.path in only]

    def _operations(self, changes: list[Change]) -> _Operations:
        """Return the changes as operations of a commit; additions are reused, since they record their upload."""
        operations: _Operations = []
        for change in changes:
            if change.action == "delete":
                operations.append(CommitOperationDelete(change.path))
                continue
            if change.path not in self.additions:
                self.additions[change.path] = CommitOperationAdd(change.path, self.release.files[change.path])
            operations.append(self.additions[change.path])
        return operations

    def _landed(self, revision: str, oid: str, changes: list[Change]) -> Pushed:
        """Return the result of a commit that is on the Hub."""
        if revision == self.revision:
            self.repository.state = f"{revision} holds the dataset as {oid[:8]}; push again to finish"
        return Pushed(self.repo_id, revision, oid, changes, url=self.page)

    @property
    def page(self) -> str:
        """The address of the dataset's page."""
        return f"{self.api.endpoint}/datasets/{self.repo_id}"

    def _moved(
        self,
        revision: str,
        first: Snapshot,
        now: Snapshot,
        announced: list[Change],
        *,
        only: set[str] | None = None,
        ours: str = "nothing of ours was written",
    ) -> Pushed:
        """Return our commit if it is among the new ones; otherwise raise InputError with their authors and files."""
        since = self.repository.since(revision, first.head)
        for oid, _ in since:
            if not self._changes(self.repository.read(oid), only):
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

    def through_pr(self, first: Snapshot, *, merge: bool) -> Pushed:
        """Commit to a pull request, in as many commits as needed, load it back whole, and merge it if `merge` is set."""
        announced = self.release.changes(first.files)
        if not announced:
            return self._landed(self.revision, first.head, [])
        pull = PullRequest(self.repository, TITLE, first)
        paths = [change.path for change in announced]
        for start in range(0, len(paths), MAX_FILES):
            begun = self.repository.retried(lambda: self.repository.read(pull.revision))
            pushed = self.commit(begun, pull.revision, set(paths[start : start + MAX_FILES]))
            pull.set_state()
        load_back(self.api, self.repo_id, str(pushed.commit), self.release.shards)
        if not merge:
            pull.make_ready()
            page = f"{self.page}/discussions/{pull.number}"
            return Pushed(self.repo_id, pull.revision, pushed.commit, announced, pull.number, page)
        now = self.repository.retried(lambda: self.repository.read("main"))
        if now.head != first.head:
            return self.repository.retried(lambda: self._moved("main", first, now, announced))
        pull.merge()
        merged = self.repository.retried(lambda: self.repository.read("main"))
        with_theirs = "the pull request was merged with that"
        return self.repository.retried(lambda: self._moved("main", first, merged, announced, ours=with_theirs))

    def _tagged(self, tag: str) -> str | None:
        """Return the commit that a tag marks, or None."""
        refs = self.api.list_repo_refs(self.repo_id, repo_type="dataset")
        return next((ref.target_commit for ref in refs.tags if ref.name == tag), None)

    def tag(self, tag: str, commit: str) -> None:
        """Tag a commit; raise InputError if the tag marks another commit."""
        held = self._tagged(tag)
        if held is None:
            self.api.create_tag(self.repo_id, repo_type="dataset", tag=tag, revision=commit)
        elif held != commit:
            raise InputError(
                f"{self.repo_id}: tag {tag} already marks {held[:8]}; the push is done, choose another tag"
            )
