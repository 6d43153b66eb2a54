"""Answers the calls that write: create, preupload, commit, branches and tags."""

import base64
import binascii
from http import HTTPStatus

from .accounts import require, require_writer
from .blobs import git_oid, pointer
from .call import Call, Reply, answer
from .listing import is_under
from .pulls import open_pull
from .reading import xet_token
from .refusal import Refusal, missing_revision
from .repos import MAIN, File, Repo

LARGE = 10_000_000
LARGE_SUFFIXES = (".parquet", ".arrow", ".png", ".jpg", ".safetensors", ".bin", ".zip", ".gz")
ATTRIBUTES = "filter=lfs diff=lfs merge=lfs -text"
GITATTRIBUTES = "".join(f"*{suffix} {ATTRIBUTES}\n" for suffix in LARGE_SUFFIXES)


def create(call: Call) -> Reply:
    """POST /api/repos/create; like the real Hub, starts a repository with a .gitattributes."""
    wanted = call.json()
    account = require(call.account)
    kind, name = wanted.get("type", "model"), wanted["name"]
    namespace = wanted.get("organization") or account.name
    require_writer(account, namespace)
    if kind not in {"dataset", "model", "space"}:
        raise Refusal(400, f"This Hub keeps datasets, models and Spaces, no {kind}")
    full_name = f"{namespace}/{name}"
    prefix = "" if kind == "model" else f"{kind}s/"
    place = {"url": f"{call.base}/{prefix}{full_name}", "name": full_name}
    private = wanted.get("visibility") == "private" or bool(wanted.get("private"))
    files = {".gitattributes": regular_file(call, GITATTRIBUTES.encode())}
    try:
        call.hub.repos.create(full_name, kind, account.name, files, private=private)
    except FileExistsError:
        # The client reads `url` from the 409 when exist_ok is set.
        raise Refusal(409, f"You already created this {kind} repo", **place) from None
    return answer(place)


def validate_yaml(call: Call) -> Reply:
    """POST /api/validate-yaml: only checks that the front matter exists and ends."""
    lines = call.json()["content"].splitlines()
    if not lines or lines[0].strip() != "---":
        message = "empty or missing yaml metadata in repo card"
        return answer({"errors": [], "warnings": [{"message": message}]})
    if "---" not in (line.strip() for line in lines[1:]):
        message = "the yaml metadata in the repo card has no end"
        return answer({"errors": [{"message": message}], "warnings": []}, 400)
    return answer({"errors": [], "warnings": []})


def preupload(call: Call, repo: Repo, revision: str) -> Reply:
    """POST /api/datasets/R/preupload/X; gitIgnore has no effect."""
    present = repo.head(revision).files
    modes = []
    for wanted in call.json()["files"]:
        path = wanted["path"]
        binary = b"\0" in base64.b64decode(wanted["sample"])
        large = binary or path.endswith(LARGE_SUFFIXES) or wanted["size"] > LARGE
        mode = {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
        if path in present:
            # The client leaves out a file whose oid has not changed.
            file = present[path]
            mode["oid"] = file.sha256 if file.lfs else file.oid
        modes.append(mode)
    return answer({"files": modes})


def commit(call: Call, repo: Repo, revision: str) -> Reply:
    """POST /api/datasets/R/commit/X[?create_pr=1]: all operations land, or none."""
    lines = call.lines()
    header = lines[0]["value"]
    # Contents are stored before the lock is taken: blobs without a commit do no harm.
    operations = [(line["key"], *operation(call, line)) for line in lines[1:]]
    account = require(call.account)
    with repo.edit() as state:
        ref = revision if revision.startswith("refs/") else f"refs/heads/{revision}"
        if ref not in state["refs"] or ref.startswith("refs/tags/"):
            raise missing_revision(revision)
        head, wanted = state["refs"][ref], header.get("parentCommit")
        if call.asks("create_pr"):
            # A pull request may start from an older commit; the merge handles later changes of main.
            head = repo.head(wanted or head).oid
        elif wanted is not None and not head.startswith(wanted):
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        files = apply(repo.commit(head).files, operations)
        title, text = header["summary"], header.get("description", "")
        made = repo.write(head, files, account.name, f"{title}\n\n{text}")
        number = None
        if call.asks("create_pr"):
            number = open_pull(state, account.name, title, text, head)
            ref = f"refs/pr/{number}"
        state["refs"][ref] = made.oid
    page = f"{call.base}{repo.page}"
    return answer(
        {
            "success": True,
            "commitUrl": f"{page}/commit/{made.oid}",
            "commitOid": made.oid,
            "pullRequestUrl": None if number is None else f"{page}/discussions/{number}",
            "hookOutput": "",
        }
    )


def operation(call: Call, line: dict) -> tuple[str, File | None]:
    """Return the path of a commit line, and its file or None for a deletion."""
    key, value = line["key"], line["value"]
    path = value["path"].removesuffix("/") if key == "deletedFolder" else value["path"]
    if not all(part and part not in {".", "..", ".git"} for part in path.split("/")):
        raise Refusal(400, f"Invalid path: {path!r}")
    if key == "file":
        try:
            content = base64.b64decode(value["content"], validate=True)
        except binascii.Error as error:
            raise Refusal(400, f"{path} is not base64: {error}") from None
        return path, regular_file(call, content)
    if key == "lfsFile":
        return path, large_file(call, path, value["oid"])
    if key in {"deletedFile", "deletedFolder"}:
        return path, None
    raise Refusal(400, f"Unknown operation: {key}")


def regular_file(call: Call, content: bytes) -> File:
    """Store a small file that came inside the commit."""
    sha256 = call.hub.blobs.add([content])
    return File(size=len(content), sha256=sha256, oid=git_oid(content))


def large_file(call: Call, path: str, sha256: str) -> File:
    """Return a large file, which must have been uploaded before, by LFS or by Xet."""
    xet_hash = call.hub.xet.unpack(sha256)
    blob = call.hub.blobs.path(sha256)
    if not blob.exists():
        raise Refusal(400, f"{path}: LFS pointer pointed to a file that does not exist")
    size = blob.stat().st_size
    oid = git_oid(pointer(sha256, size))
    return File(size=size, sha256=sha256, oid=oid, lfs=True, xet=xet_hash)


def apply(
    files: dict[str, File],
    operations: list[tuple[str, str, File | None]],
) -> dict[str, File]:
    """Return the files after the operations, applied in order."""
    files = dict(files)
    for key, path, file in operations:
        if file is not None:
            files[path] = file
            continue
        gone = [path] if key == "deletedFile" else [name for name in files if is_under(name, path)]
        if not gone or any(name not in files for name in gone):
            raise Refusal(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
        for name in gone:
            del files[name]
    return files


def create_branch(call: Call, repo: Repo, revision: str) -> Reply:
    """POST /api/datasets/R/branch/NAME {startingPoint}."""
    start = repo.head(call.json().get("startingPoint", "main"))
    return add_ref(repo, f"refs/heads/{revision}", start.oid)


def create_tag(call: Call, repo: Repo, revision: str) -> Reply:
    """POST /api/datasets/R/tag/X {tag}: tag the revision X."""
    return add_ref(repo, f"refs/tags/{call.json()['tag']}", repo.head(revision).oid)


def delete_branch(call: Call, repo: Repo, revision: str) -> Reply:
    """DELETE /api/datasets/R/branch/NAME."""
    return drop_ref(repo, f"refs/heads/{revision}")


def delete_tag(call: Call, repo: Repo, revision: str) -> Reply:
    """DELETE /api/datasets/R/tag/NAME."""
    return drop_ref(repo, f"refs/tags/{revision}")


def add_ref(repo: Repo, ref: str, oid: str) -> Reply:
    """Create a ref; 409 if it exists, whatever it points to."""
    with repo.edit() as state:
        if ref in state["refs"]:
            raise Refusal(409, f"Reference already exists: {ref}")
        state["refs"][ref] = oid
    return answer({"success": True}, HTTPStatus.CREATED)


def drop_ref(repo: Repo, ref: str) -> Reply:
    """Delete a ref; main cannot be deleted."""
    with repo.edit() as state:
        if ref not in state["refs"]:
            raise missing_revision(ref)
        if ref == MAIN:
            raise Refusal(403, "The main branch cannot be deleted")
        del state["refs"][ref]
    return answer({"success": True})


def xet_write_token(call: Call, repo: Repo, revision: str) -> Reply:
    """GET /api/datasets/R/xet-write-token/X: a GET that needs write access."""
    return xet_token(call, call.hub.xet.writer())
