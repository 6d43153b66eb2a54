"""Maps each call to the function that answers it, and to the right that it needs."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from . import lfs, pulls, reading, writing
from .accounts import require_writer
from .call import Call, Reply
from .refusal import Refusal, missing_repo
from .repos import Repo

NAME = r"(?P<name>[^/]+/[^/]+)"
API = rf"/api/(?P<kind>dataset|model|space)s/{NAME}"
# Models have no prefix outside of the API.
PAGE = rf"(?:/(?P<kind>dataset|space)s)?/{NAME}"
REVISION = r"(?P<revision>[^/]+)"
PULL = r"/discussions/(?P<number>\d+)"
OID = r"/_lfs/(?P<oid>[0-9a-f]{64})"

# Calls without a repository check rights themselves.
OPEN = (
    ("GET", r"/api/whoami-v2", reading.whoami),
    ("POST", r"/api/repos/create", writing.create),
    ("POST", r"/api/validate-yaml", writing.validate_yaml),
    ("PUT", OID, lfs.put),
    ("PUT", rf"{OID}/(?P<number>\d+)", lfs.put_part),
    ("POST", OID, lfs.complete),
    ("POST", rf"{OID}/verify", lfs.verify),
)
READS = (
    ("GET", API, reading.info),
    ("GET", rf"{API}/revision/{REVISION}", reading.info),
    ("GET", rf"{API}/tree/{REVISION}(?:/(?P<path>.*))?", reading.list_tree),
    ("POST", rf"{API}/paths-info/{REVISION}", reading.paths_info),
    ("GET", rf"{API}/refs", reading.list_refs),
    ("GET", rf"{API}/auth-check", reading.auth_check),
    ("GET", rf"{API}/commits/{REVISION}", reading.list_commits),
    ("GET", rf"{API}/xet-read-token/{REVISION}", reading.xet_read_token),
    ("GET", rf"{PAGE}/resolve/{REVISION}/(?P<path>.+)", reading.resolve),
    ("GET", rf"{API}/discussions", pulls.listing),
    ("GET", rf"{API}{PULL}", pulls.details),
)
WRITES = (
    ("GET", rf"{API}/auth-check/write", reading.auth_check),
    ("POST", rf"{API}/preupload/{REVISION}", writing.preupload),
    ("POST", rf"{API}/commit/{REVISION}", writing.commit),
    ("GET", rf"{API}/xet-write-token/{REVISION}", writing.xet_write_token),
    ("POST", rf"{PAGE}\.git/info/lfs/objects/batch", lfs.batch),
    ("POST", rf"{API}/branch/{REVISION}", writing.create_branch),
    ("DELETE", rf"{API}/branch/{REVISION}", writing.delete_branch),
    ("POST", rf"{API}/tag/{REVISION}", writing.create_tag),
    ("DELETE", rf"{API}/tag/{REVISION}", writing.delete_tag),
    ("POST", rf"{API}/discussions", pulls.create),
    ("POST", rf"{API}{PULL}/status", pulls.change_status),
    ("POST", rf"{API}{PULL}/merge", pulls.merge),
)
ALL = [
    (method, re.compile(pattern), function, routes is WRITES)
    for routes in (OPEN, READS, WRITES)
    for method, pattern, function in routes
]


def dispatch(call: Call) -> Reply:
    """Answer a call; an unknown path is a plain 404, since clients probe for new features."""
    function, found, writes = find(call)
    if "name" not in found:
        return function(call, **found)
    repo = visible_repo(call, found.pop("name"), found.pop("kind", "model"))
    if writes:
        require_writer(call.account, repo.namespace)
    return function(call, repo, **found)


def find(call: Call) -> tuple[Callable[..., Reply], dict[str, str], bool]:
    """Return the function for a call, the values in its path, and whether it writes."""
    path = urlsplit(call.target).path
    method = "GET" if call.method == "HEAD" else call.method
    for wanted, pattern, function, writes in ALL:
        match = pattern.fullmatch(path)
        if match is not None and method == wanted:
            # Unquoted only after the match: the slashes in refs%2Fpr%2F1 belong to the name.
            found = {key: unquote(value) for key, value in match.groupdict().items() if value}
            return function, found, writes
    raise Refusal(404, f"No such page: {call.method} {path}")


def visible_repo(call: Call, name: str, kind: str) -> Repo:
    """Return the repository; for others, a private one does not exist."""
    repo = call.hub.repos.get(name, kind)
    if repo.state()["private"] and not (call.account and call.account.owns(repo.namespace)):
        raise missing_repo()
    return repo
