"""Discussions and pull requests: open, read, change status, merge."""

from .accounts import require
from .call import Call, Reply, answer
from .refusal import Refusal
from .repos import MAIN, File, Repo, now


def open_pull(state: dict, author: str, title: str, text: str, base: str | None) -> int:
    """Add a discussion to the state and return its number; with a base it is a pull request."""
    number = len(state["pulls"]) + 1
    pull = {
        "title": title,
        "author": author,
        "created": now(),
        "status": "open",
        "base": base,
        "merged": None,
        "events": [],
    }
    state["pulls"][str(number)] = pull
    add_comment(pull, author, text)
    return number


def create(call: Call, repo: Repo) -> Reply:
    """POST discussions {title, description, pullRequest}: a pull request opens as a draft."""
    wanted, author = call.json(), require(call.account).name
    with repo.edit() as state:
        base = state["refs"][MAIN] if wanted.get("pullRequest") else None
        number = open_pull(state, author, wanted["title"], wanted["description"], base)
        if base is not None:
            find(state, str(number))["status"] = "draft"
            state["refs"][f"refs/pr/{number}"] = base
    return answer({"num": number, "pullRequest": base is not None})


def listing(call: Call, repo: Repo) -> Reply:
    """GET discussions, all on one page."""
    pulls = repo.state()["pulls"]
    found = [summary(repo, number, pull) for number, pull in pulls.items()]
    return answer({"count": len(found), "start": 0, "discussions": found[::-1]})


def details(call: Call, repo: Repo, number: str) -> Reply:
    """GET discussions/N."""
    state = repo.state()
    pull = find(state, number)
    answered = {**summary(repo, number, pull), "events": pull["events"]}
    if pull["base"] is not None:
        clashes = merged_files(repo, state, number)[1] if pull["merged"] is None else []
        answered |= {
            "changes": {"base": MAIN, "mergeCommitId": pull["merged"]},
            "filesWithConflicts": clashes,
            "diff": None,
        }
    return answer(answered)


def change_status(call: Call, repo: Repo, number: str) -> Reply:
    """POST discussions/N/status {status, comment}."""
    wanted, author = call.json(), require(call.account).name
    with repo.edit() as state:
        pull = find(state, number)
        if pull["status"] == "merged":
            raise Refusal(400, "A merged pull request stays merged")
        if "comment" in wanted:
            add_comment(pull, author, wanted["comment"])
        event = set_status(pull, author, wanted["status"])
    return answer({"newStatus": event})


def merge(call: Call, repo: Repo, number: str) -> Reply:
    """POST discussions/N/merge {comment}: one new commit on main, or 409 if files clash."""
    wanted, author = call.json(), require(call.account).name
    with repo.edit() as state:
        pull = find(state, number)
        if pull["base"] is None or pull["status"] != "open":
            # The client's own tests against the live Hub open a draft before they merge it.
            raise Refusal(400, f"Only an open pull request can be merged, not a {pull['status']}")
        files, clashes = merged_files(repo, state, number)
        if clashes:
            raise Refusal(409, f"Merge conflicts in {', '.join(clashes)}")
        title = f"{pull['title']} (#{number})"
        made = repo.write(state["refs"][MAIN], files, author, title)
        state["refs"][MAIN] = pull["merged"] = made.oid
        if "comment" in wanted:
            add_comment(pull, author, wanted["comment"])
        set_status(pull, author, "merged")
    return answer({"success": True})


def merged_files(repo: Repo, state: dict, number: str) -> tuple[dict[str, File], list[str]]:
    """Return main's files with the pull request's changes, and the paths changed on both sides."""
    base = repo.commit(state["pulls"][number]["base"]).files
    theirs = repo.commit(state["refs"][f"refs/pr/{number}"]).files
    files = dict(repo.commit(state["refs"][MAIN]).files)
    clashes = []
    for path in sorted(base.keys() | theirs.keys()):
        old, new, here = base.get(path), theirs.get(path), files.get(path)
        if new in {old, here}:
            continue
        if here != old:
            clashes.append(path)
        elif new is None:
            del files[path]
        else:
            files[path] = new
    return files, clashes


def find(state: dict, number: str) -> dict:
    """Return a discussion; 404 if there is none with that number."""
    if number not in state["pulls"]:
        raise Refusal(404, f"No discussion {number}")
    return state["pulls"][number]


def summary(repo: Repo, number: str, pull: dict) -> dict:
    """Describe a discussion as lists show it."""
    return {
        "num": int(number),
        "title": pull["title"],
        "status": pull["status"],
        "author": {"name": pull["author"]},
        "createdAt": pull["created"],
        "isPullRequest": pull["base"] is not None,
        "repo": {"name": repo.name, "type": repo.kind},
    }


def add_comment(pull: dict, author: str, text: str) -> None:
    """Append a comment."""
    latest = {"raw": text}
    add_event(pull, author, "comment", {"edited": False, "hidden": False, "latest": latest})


def set_status(pull: dict, author: str, status: str) -> dict:
    """Change the status and return the event of the change."""
    pull["status"] = status
    return add_event(pull, author, "status-change", {"status": status})


def add_event(pull: dict, author: str, kind: str, facts: dict) -> dict:
    """Append one event in the format that the client reads."""
    event = {
        "id": f"{len(pull['events']) + 1:024x}",
        "type": kind,
        "createdAt": now(),
        "author": {"name": author},
        "data": facts,
    }
    pull["events"].append(event)
    return event
