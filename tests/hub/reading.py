"""Answers the calls that read: account, repository, trees, refs, commits, files."""

import re
import time
from urllib.parse import quote

from .accounts import require
from .blobs import git_oid
from .call import Call, Reply, answer, paged
from .listing import describe, lfs_facts, tree, with_last_commits
from .refusal import Refusal, missing_entry
from .repos import Repo

XET_TOKEN_LIFE = 3600


def whoami(call: Call) -> Reply:
    """GET /api/whoami-v2."""
    account = require(call.account)
    role = "write" if account.writes else "read"
    return answer(
        {
            "type": "user",
            "id": git_oid(account.name.encode())[:24],
            "name": account.name,
            "fullname": account.name.title(),
            "orgs": [{"type": "org", "name": org, "roleInOrg": role} for org in account.orgs],
            "auth": {"type": "access_token", "accessToken": {"displayName": "test", "role": role}},
        }
    )


def info(call: Call, repo: Repo, revision: str = "main") -> Reply:
    """GET /api/datasets/R and /api/datasets/R/revision/X."""
    commit, state = repo.head(revision), repo.state()
    siblings = []
    for path, file in commit.files.items():
        sibling: dict = {"rfilename": path}
        if call.asks("blobs"):
            sibling |= {"size": file.size, "blobId": file.oid}
            if file.lfs:
                sibling["lfs"] = {"sha256": file.sha256, **lfs_facts(file)}
        siblings.append(sibling)
    return answer(
        {
            "_id": git_oid(repo.name.encode())[:24],
            "id": repo.name,
            "author": repo.namespace,
            "sha": commit.oid,
            "private": state["private"],
            "gated": False,
            "disabled": False,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "createdAt": state["created"],
            "lastModified": commit.date,
            "siblings": siblings,
        }
    )


def list_tree(call: Call, repo: Repo, revision: str, path: str = "") -> Reply:
    """GET /api/datasets/R/tree/X/PATH?recursive=&expand=."""
    commit = repo.head(revision)
    items = tree(commit, path.strip("/"), recursive=call.asks("recursive"))
    if call.asks("expand"):
        items = with_last_commits(repo, commit, items)
    return paged(call, items)


def paths_info(call: Call, repo: Repo, revision: str) -> Reply:
    """POST /api/datasets/R/paths-info/X."""
    commit, form = repo.head(revision), call.form()
    items = describe(commit, [path.strip("/") for path in form.get("paths", [])])
    if form.get("expand", ["false"])[-1].lower() in {"1", "true"}:
        items = with_last_commits(repo, commit, items)
    return answer(items)


def list_refs(call: Call, repo: Repo) -> Reply:
    """GET /api/datasets/R/refs."""
    refs = repo.state()["refs"]

    def under(prefix: str) -> list[dict]:
        return [
            {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": oid}
            for ref, oid in refs.items()
            if ref.startswith(prefix)
        ]

    listed = {"branches": under("refs/heads/"), "converts": [], "tags": under("refs/tags/")}
    if call.asks("include_prs"):
        # The name of a pull request is its whole ref.
        listed["pullRequests"] = [{**ref, "name": ref["ref"]} for ref in under("refs/pr/")]
    return answer(listed)


def list_commits(call: Call, repo: Repo, revision: str) -> Reply:
    """GET /api/datasets/R/commits/X, newest first."""
    return paged(
        call,
        [
            {
                "id": commit.oid,
                "title": commit.title,
                "message": commit.message,
                "authors": [{"user": commit.author}],
                "date": commit.date,
            }
            for commit in repo.history(revision)
        ],
    )


def auth_check(_call: Call, _repo: Repo) -> Reply:
    """GET /api/datasets/R/auth-check and .../auth-check/write; a call without the right was refused before."""
    return Reply()


def resolve(call: Call, repo: Repo, revision: str, path: str) -> Reply:
    """HEAD and GET /datasets/R/resolve/X/PATH, whole or by Range."""
    commit = repo.head(revision)
    if path not in commit.files:
        raise missing_entry(path, commit.oid)
    file = commit.files[path]
    etag = f'"{file.sha256 if file.lfs else file.oid}"'
    headers = {
        "X-Repo-Commit": commit.oid,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream" if file.lfs else "text/plain; charset=utf-8",
    }
    if file.lfs:
        headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(file.size)}
    if file.xet is not None:
        route = f"{call.base}/api/{repo.kind}s/{quote(repo.name)}/xet-read-token/{commit.oid}"
        headers |= {"X-Xet-Hash": file.xet, "Link": f'<{route}>; rel="xet-auth"'}
    span = span_of(call.headers.get("Range"), file.size)
    if span is None:
        return Reply(200, headers, blob=(file.sha256, 0, file.size))
    start, length = span
    headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.size}"
    return Reply(206, headers, blob=(file.sha256, start, length))


def span_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Return start and length of a Range, or None for the whole file: no range, or several."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header or "")
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Refusal(416, f"Range {header} of {size} bytes", headers=headers)
    return start, end - start + 1


def xet_read_token(call: Call, repo: Repo, revision: str) -> Reply:
    """GET /api/datasets/R/xet-read-token/X."""
    return xet_token(call, call.hub.xet.reader(repo.head(revision)))


def xet_token(call: Call, address: str) -> Reply:
    """Reply with a Xet address, in the body for hf_xet and in headers for huggingface_hub."""
    expires = int(time.time()) + XET_TOKEN_LIFE
    return answer(
        {"accessToken": "xet", "exp": expires, "casUrl": address},
        headers={
            "X-Xet-Cas-Url": address,
            "X-Xet-Access-Token": "xet",
            "X-Xet-Token-Expiration": str(expires),
        },
    )
