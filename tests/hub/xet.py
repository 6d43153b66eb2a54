"""Stores Xet files without a Xet server: the real `hf_xet` client reads and writes a local folder.

`local://` is an undocumented scheme that hf_xet has for its own tests, so a new hf_xet may break it. Its index file is
locked exclusively while an upload or a download is open, so two clients cannot share a folder: every token gets
its own. The folders of writers share chunks and shard cache through links, so a second upload sends only new chunks.
"""

import functools
import os
import shutil
import struct
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

from .blobs import Blobs
from .repos import Commit

INDEX = "xet/xorbs/global_dedup_lookup.redb"
CHUNKS = "xet/xorbs/xorbs"
SHARDS = "xet/xorbs/shards"
SHARED = {"chunks": CHUNKS, "cache": "xet/shard-cache", "session": "xet/shard-session"}


class Xet:
    """The folders of the hf_xet clients, and the files in them."""

    def __init__(self, folder: Path, blobs: Blobs) -> None:
        self.folder = folder.absolute()
        self.blobs = blobs
        self._lock = threading.Lock()
        self._read: set[Path] = set()
        self._found: dict[str, tuple[str, int, Path]] = {}
        for name in ("writers", "readers", "lent", *SHARED):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def writer(self) -> str:
        """Return the address of a new folder to upload to."""
        folder = self.folder / "writers" / uuid.uuid4().hex
        (folder / SHARDS).mkdir(parents=True)
        for name, link in SHARED.items():
            (folder / link).symlink_to(self.folder / name)
        return f"local://{folder}"

    def reader(self, commit: Commit) -> str:
        """Return the address of a new folder with the Xet files of a commit."""
        source = self.folder / "readers" / commit.oid
        with self._lock:
            if not source.exists():
                self._fill(source, commit)
        return self._lend(source)

    def unpack(self, sha256: str) -> str | None:
        """Store an uploaded file as a blob and return its Xet hash, or None if nobody uploaded it."""
        with self._lock:
            self._scan()
            if sha256 not in self._found:
                return None
            xet_hash, size, folder = self._found[sha256]
            if not self.blobs.path(sha256).exists():
                draft = self.blobs.draft()
                _download(self._lend(folder), xet_hash, size, draft)
                self.blobs.adopt(draft, sha256)
        return xet_hash

    def stored(self) -> int:
        """Count the bytes of all chunks after deduplication."""
        return sum(entry.stat().st_size for entry in os.scandir(self.folder / "chunks"))

    def _lend(self, source: Path) -> str:
        """Return the address of a copy to read, since a writer may still have the original open."""
        folder = self.folder / "lent" / uuid.uuid4().hex
        (folder / INDEX).parent.mkdir(parents=True)
        shutil.copyfile(source / INDEX, folder / INDEX)
        for link in (CHUNKS, SHARDS):
            (folder / link).symlink_to(source / link)
        return f"local://{folder}"

    def _fill(self, source: Path, commit: Commit) -> None:
        """Upload the Xet files of a commit again, so that one folder has them all."""
        draft = source.with_name(f"draft-{uuid.uuid4().hex}")
        draft.mkdir()
        uploaded = {file.sha256 for file in commit.files.values() if file.xet is not None}
        _upload(f"local://{draft}", [self.blobs.path(sha256) for sha256 in sorted(uploaded)])
        draft.rename(source)

    def _scan(self) -> None:
        for shard in set(self.folder.glob(f"writers/*/{SHARDS}/*.mdb")) - self._read:
            for sha256, xet_hash, size in read_shard(shard.read_bytes()):
                folder = self.folder / "writers" / shard.relative_to(self.folder).parts[1]
                self._found[sha256] = (xet_hash, size, folder)
            self._read.add(shard)


def read_shard(shard: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield (sha256, Xet hash, size) of each file that a shard describes.

    After a 48-byte header comes a record per file: hash, flags, number of segments; the segments;
    if bit 31 is set, as many verification records; if bit 30 is set, one with the sha256.
    """
    at, record = 48, 48
    while (name := shard[at : at + 32]) != b"\xff" * 32:
        flags, segments = struct.unpack_from("<II", shard, at + 32)
        at += record
        sizes = (at + 36 + record * number for number in range(segments))
        size = sum(struct.unpack_from("<I", shard, place)[0] for place in sizes)
        at += record * segments * (2 if flags & 1 << 31 else 1)
        if flags & 1 << 30:
            yield _spell(shard[at : at + 32]), _spell(name), size
            at += record


def _spell(digest: bytes) -> str:
    """Return a hash as hf_xet prints it: four little-endian words."""
    return "".join(f"{word:016x}" for word in struct.unpack("<4Q", digest))


def _download(address: str, xet_hash: str, size: int, target: Path) -> None:
    hf_xet, session = _client()
    with session.new_file_download_group(endpoint=address) as group:
        group.start_download_file(hf_xet.XetFileInfo(xet_hash, size), str(target))


def _upload(address: str, files: list[Path]) -> None:
    hf_xet, session = _client()
    with session.new_upload_commit(endpoint=address) as commit:
        for file in files:
            commit.start_upload_file(str(file), sha256=hf_xet.COMPUTE_SHA256)


@functools.cache
def _client():
    """Import hf_xet on the first Xet file; without Xet, the Hub needs only Python."""
    # Its log would go to the home folder of the user.
    os.environ.setdefault("HF_XET_LOG_DEST", os.devnull)
    import hf_xet

    return hf_xet, hf_xet.XetSession()
