"""Lists the files of a commit as the Hub does: with folders and with last commits."""

import hashlib

from .blobs import pointer
from .refusal import missing_entry
from .repos import Commit, File, Repo


def lfs_facts(file: File) -> dict:
    """Return the size of a large file and of its pointer."""
    return {"size": file.size, "pointerSize": len(pointer(file.sha256, file.size))}


def describe_file(path: str, file: File) -> dict:
    """Describe one file of a tree."""
    item: dict = {"type": "file", "path": path, "oid": file.oid, "size": file.size}
    if file.lfs:
        item["lfs"] = {"oid": file.sha256, **lfs_facts(file)}
    if file.xet is not None:
        item["xetHash"] = file.xet
    return item


def describe_folder(path: str, commit: Commit) -> dict:
    """Describe one folder of a tree; its oid changes with anything under it."""
    under = sorted((name, file.oid) for name, file in commit.files.items() if is_under(name, path))
    oid = hashlib.sha1(repr(under).encode(), usedforsecurity=False).hexdigest()
    return {"type": "directory", "path": path, "oid": oid, "size": 0}


def is_under(path: str, folder: str) -> bool:
    """Return whether a path is in a folder, at any depth; every path is in the root, ''."""
    return not folder or path.startswith(f"{folder}/")


def tree(commit: Commit, folder: str, *, recursive: bool) -> list[dict]:
    """List a folder, or everything under it."""
    inside = [path for path in commit.files if is_under(path, folder)]
    if folder and not inside:
        raise missing_entry(folder, commit.oid)
    depth = folder.count("/") + 1 if folder else 0
    found: dict[str, dict] = {}
    for path in inside:
        parts = path.split("/")
        ends = range(depth + 1, len(parts)) if recursive else range(depth + 1, depth + 2)
        for parent in ("/".join(parts[:end]) for end in ends if end < len(parts)):
            if parent not in found:
                found[parent] = describe_folder(parent, commit)
        if recursive or len(parts) == depth + 1:
            found[path] = describe_file(path, commit.files[path])
    return [found[path] for path in sorted(found)]


def describe(commit: Commit, paths: list[str]) -> list[dict]:
    """Describe the given paths, except those that do not exist."""
    items = []
    for path in paths:
        if path in commit.files:
            items.append(describe_file(path, commit.files[path]))
        elif any(is_under(name, path) for name in commit.files):
            items.append(describe_folder(path, commit))
    return items


def with_last_commits(repo: Repo, commit: Commit, items: list[dict]) -> list[dict]:
    """Add to each item the newest commit that changed it."""
    last: dict[str, dict] = {}
    open_paths = {item["path"] for item in items}
    for made in repo.history(commit.oid):
        before = repo.commit(made.parent).files if made.parent else {}
        either = made.files.keys() | before.keys()
        changed = [path for path in either if made.files.get(path) != before.get(path)]
        for path in list(open_paths):
            if any(name == path or is_under(name, path) for name in changed):
                last[path] = {"id": made.oid, "title": made.title, "date": made.date}
                open_paths.discard(path)
        if not open_paths:
            break
    return [{**item, "lastCommit": last[item["path"]]} for item in items]
