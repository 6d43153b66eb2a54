"""Stores file contents on disk under their sha256. A blob is stored whole or not at all."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from .refusal import Refusal

CHUNK = 1 << 20


class Blobs:
    """A folder of blobs.

    Nothing is fsynced: a blob survives `kill -9` of the server, not a power cut.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return the path of a blob, stored or not."""
        return self.folder / sha256[:2] / sha256

    def draft(self) -> Path:
        """Return a new path in the same folder, so that moving the file into place is atomic."""
        return self.folder / f"draft-{uuid.uuid4().hex}"

    def add(self, pieces: Iterable[bytes], promised: str | None = None) -> str:
        """Store the pieces as one blob and return its sha256; refuse another one than promised with 400."""
        draft, digest = self.draft(), hashlib.sha256()
        try:
            with draft.open("wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
            self._place(draft, digest.hexdigest(), promised)
        finally:
            draft.unlink(missing_ok=True)
        return digest.hexdigest()

    def adopt(self, draft: Path, promised: str) -> None:
        """Store a finished draft as a blob if it has the promised sha256."""
        with draft.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        self._place(draft, found, promised)

    def pieces(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Read part of a blob without holding it in memory."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            while length > 0:
                piece = file.read(min(CHUNK, length))
                length -= len(piece)
                yield piece

    def _place(self, draft: Path, found: str, promised: str | None) -> None:
        if promised not in {None, found}:
            raise Refusal(400, f"Content hashes to {found}, not to {promised}")
        target = self.path(found)
        target.parent.mkdir(exist_ok=True)
        draft.replace(target)


def git_oid(content: bytes) -> str:
    """Return the object id that git gives to this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    """Return the pointer text that git stores in place of a large file."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize %d\n" % (
        sha256.encode(),
        size,
    )
