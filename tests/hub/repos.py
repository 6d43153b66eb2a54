"""Stores repositories on disk: commits as files, and one small state file that is replaced atomically.

The `state.json` of a repository decides its state at every moment. A commit is written in full before a ref
names it, so a server that is killed between the two leaves the old head and one unused file.
"""

import functools
import hashlib
import json
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .refusal import Refusal, missing_repo, missing_revision

MAIN = "refs/heads/main"
NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)


@dataclass(frozen=True)
class File:
    """A file of a commit."""

    size: int
    sha256: str
    oid: str
    """The git object id of the content, or of the pointer for a large file."""
    lfs: bool = False
    xet: str | None = None


@dataclass(frozen=True)
class Commit:
    """A commit: all files of the repository, with author, date and parent."""

    oid: str
    parent: str | None
    title: str
    message: str
    author: str
    date: str
    files: dict[str, File]


def now() -> str:
    """Return the time in the format that the client reads."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Repo:
    """One dataset, model or Space."""

    def __init__(self, folder: Path, kind: str, name: str, lock: threading.RLock) -> None:
        self.folder = folder
        self.kind = kind
        self.name = name
        self.namespace = name.partition("/")[0]
        self._lock = lock

    @property
    def page(self) -> str:
        """The path of the repository's page: models are at the root."""
        return f"/{self.name}" if self.kind == "model" else f"/{self.kind}s/{self.name}"

    def state(self) -> dict:
        """Read the current state: private, created, refs, pulls."""
        return json.loads((self.folder / "state.json").read_text())

    @contextmanager
    def edit(self) -> Iterator[dict]:
        """Give the state to one writer at a time, and store it if the block does not raise."""
        with self._lock:
            state = self.state()
            yield state
            draft = self.folder / f"state-{uuid.uuid4().hex}"
            draft.write_text(json.dumps(state, indent=1))
            draft.replace(self.folder / "state.json")

    def write(self, parent: str | None, files: dict[str, File], author: str, text: str) -> Commit:
        """Write a commit file that no ref names yet; the first line of the text is the title."""
        title, _, message = text.partition("\n")
        body = {
            "parent": parent,
            "title": title,
            "message": message.strip(),
            "author": author,
            "date": now(),
            "files": {path: asdict(files[path]) for path in sorted(files)},
        }
        written = json.dumps(body, indent=1)
        oid = hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()
        draft = self.folder / "commits" / f"draft-{uuid.uuid4().hex}"
        draft.write_text(written)
        draft.replace(self.folder / "commits" / f"{oid}.json")
        return self.commit(oid)

    def commit(self, oid: str) -> Commit:
        """Read one commit."""
        return _read_commit(self.folder / "commits" / f"{oid}.json")

    def head(self, revision: str = "main") -> Commit:
        """Return the commit of a branch, tag, full ref or commit id."""
        refs = self.state()["refs"]
        for ref in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if ref in refs:
                return self.commit(refs[ref])
        if re.fullmatch("[0-9a-f]{40}", revision):
            with_oid = self.folder / "commits" / f"{revision}.json"
            if with_oid.exists():
                return _read_commit(with_oid)
        raise missing_revision(revision)

    def history(self, revision: str = "main") -> Iterator[Commit]:
        """Yield the commits from the newest to the first."""
        commit = self.head(revision)
        yield commit
        while commit.parent is not None:
            commit = self.commit(commit.parent)
            yield commit


class Repos:
    """All repositories of one Hub, each type in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()

    def get(self, name: str, kind: str = "dataset") -> Repo:
        """Return a repository, without a check of rights; 404 if there is none with that name and kind."""
        repo = self._at(name, kind)
        if not NAME.fullmatch(name) or not (repo.folder / "state.json").exists():
            raise missing_repo()
        return repo

    def create(
        self,
        name: str,
        kind: str,
        author: str,
        files: dict[str, File],
        *,
        private: bool,
    ) -> Repo:
        """Create a repository with its first commit, atomically."""
        if not NAME.fullmatch(name) or ".." in name or name.endswith(".git"):
            raise Refusal(400, f"Invalid repository name: {name}")
        repo = self._at(name, kind)
        draft = self._at(f"{repo.namespace}/.draft-{uuid.uuid4().hex}", kind)
        (draft.folder / "commits").mkdir(parents=True)
        first = draft.write(None, files, author, "initial commit")
        state = {"private": private, "created": now(), "refs": {MAIN: first.oid}, "pulls": {}}
        (draft.folder / "state.json").write_text(json.dumps(state, indent=1))
        with self._lock:
            if repo.folder.exists():
                shutil.rmtree(draft.folder)
                raise FileExistsError(repo.folder)
            draft.folder.rename(repo.folder)
        return repo

    def _at(self, name: str, kind: str) -> Repo:
        return Repo(self.folder / f"{kind}s" / name, kind, name, self._lock)


@functools.lru_cache(maxsize=4096)
def _read_commit(path: Path) -> Commit:
    """Read a commit file, cached: it never changes, since its name is its hash."""
    body = json.loads(path.read_text())
    files = {name: File(**file) for name, file in body.pop("files").items()}
    return Commit(oid=path.stem, files=files, **body)
