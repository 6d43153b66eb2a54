"""Calls the Hub for one dataset repository, with time limits, retries and errors of one line.

The Hub's client waits forever for a silent server, and it retries some calls but not others (`repo_info`, the
commit). Here every request has a time limit, temporary failures are retried, and an error says which state the
repository is in.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi, RepoFile, get_token, set_client_factory, utils
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError belongs to the HTTP library
    EntryNotFoundError,
    HfHubHTTPError,
    HTTPError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]  # public, but in no `__all__`

from solver.progress import without_bars
from solver.refusal import InputError

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts."""
PATIENCE = 300.0
"""Seconds after which a failing call is not retried; the client's own retries count as one attempt, and a wait that
the server asked for does not count."""
WINDOW = 300.0
"""The longest that a server may ask to wait, in seconds: the window of the Hub's rate limit."""
WAITING = "the Hub asks to wait"
"""The beginning of the line on stderr that says so."""
TIMEOUT = 120.0
"""Seconds that a server may be silent; the client has no limit."""

UNCHANGED = "the remote is unchanged"
"""The state to report while nothing has been written."""
UNCLEAR = "it is not known whether the commit landed; push again, and it is found or made, never twice"
"""The state to report when the answer to the commit was lost."""
NEEDED = "huggingface_hub>=1.5,<3"
"""The versions that publishing works with: it reads a private name of the client."""

_TRANSIENT = {408, 409, 412, 425, 429, 500, 502, 503, 504}
_MENDS = {
    401: "no valid token; run `hf auth login` or set HF_TOKEN to a token with write access",
    403: "the token may not write there; use one with write access, or a name of your own",
    404: "no such dataset, or the token may not see it; check the name and `hf auth whoami`",
    409: "the Hub reports a conflict; find out who else writes there and try again",
    412: "somebody else writes there at the same time; find out who, and try again",
    429: "the Hub asks to slow down; try again later",
}
_MESSAGES = {
    LocalTokenNotFoundError: "no token; run `hf auth login` or set HF_TOKEN",
    OfflineModeIsEnabled: "HF_HUB_OFFLINE is set; unset it to push",
    RevisionNotFoundError: "there is no branch of that name, and a tag cannot be pushed to; nothing was pushed",
}
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
_OTHERS = ("model", "space")
"""The other repository types, whose names a user may give by mistake."""
FAILURES = (HTTPError, OSError, RuntimeError)
"""The exceptions that the client raises when a call fails."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Snapshot:
    """A revision at the time it was read: its head, its files, and whether the repository is private."""

    head: str
    files: dict[str, RepoFile] = field(default_factory=dict)
    private: bool = True


class NotThereError(OSError):
    """Raised when the Hub has something, or reports that it was created, but does not show it."""


class Repository:
    """One dataset repository on the Hub; if a call fails for good, the error ends with `state`."""

    def __init__(self, api: HfApi, repo_id: str):
        if not _NAME.fullmatch(repo_id) or ".." in repo_id or "--" in repo_id or repo_id.endswith((".git", ".", "-")):
            raise InputError(f"{repo_id}: is not a dataset name; a name is ORG/NAME, as in acme/run8")
        self.api = api
        self.repo_id = repo_id
        self.state = UNCHANGED

    def read(self, revision: str) -> Snapshot:
        """Return a revision; raise the client's error if it does not exist."""
        found = self.api.repo_info(self.repo_id, repo_type="dataset", revision=revision)
        tree = self.api.list_repo_tree(self.repo_id, repo_type="dataset", recursive=True, revision=found.sha)
        files = {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
        return Snapshot(str(found.sha), files, bool(found.private))

    def find(self, revision: str) -> Snapshot | None:
        """Return a revision, or None if the repository or the revision does not exist."""
        try:
            return self.retried(lambda: self.read(revision))
        except RevisionNotFoundError:
            return None
        except RepositoryNotFoundError as error:
            if error.response.status_code == 404:
                return None
            raise  # 401: the repository may exist, only a token would show it

    def find_base(self, revision: str) -> tuple[Snapshot | None, Snapshot | None]:
        """Return a revision and the one that it starts from, or None for either that does not exist."""
        found = self.find(revision)
        return found, found or (None if revision == "main" else self.find("main"))

    def fetch(self, path: str, revision: str) -> bytes | None:
        """Return the content of a small file, or None if the revision does not have it."""

        def attempt() -> bytes:
            with tempfile.TemporaryDirectory() as place:
                try:
                    fetched = self.api.hf_hub_download(
                        self.repo_id, path, repo_type="dataset", revision=revision, local_dir=place
                    )
                except LocalEntryNotFoundError as error:  # the client's name for a Hub that does not answer
                    raise NotThereError(f"{path} cannot be fetched: {first_line(error.__cause__ or error)}") from None
                return Path(fetched).read_bytes()

        try:
            return self.retried(attempt)
        except EntryNotFoundError:
            return None

    def last_page(self, revision: str, title: str) -> bytes | None:
        """Return README.md as the newest commit whose title begins like this has it, or None if there is no such commit."""
        commits = self.retried(lambda: self.api.list_repo_commits(self.repo_id, repo_type="dataset", revision=revision))
        ours = next((commit.commit_id for commit in commits if commit.title.startswith(title)), None)
        return self.fetch("README.md", ours) if ours else None

    def check_free(self) -> None:
        """Raise InputError if a repository of another type has the name."""
        for kind in _OTHERS:
            if self.retried(partial(self._is, kind)):
                raise InputError(
                    f"{self.repo_id}: is a {kind} already; choose another name for the dataset, "
                    f"or, to use the name for both, first run `hf repos create {self.repo_id} --type dataset`"
                )

    def check_namespace(self) -> None:
        """Raise InputError if the token cannot create repositories there.

        The rights of a fine-grained token are not known in advance, so it passes.
        """
        account = self.retried(self.api.whoami)
        ours = [account["name"], *(org["name"] for org in account.get("orgs", []) if org.get("roleInOrg") != "read")]
        role = account.get("auth", {}).get("accessToken", {}).get("role")  # a sign-in by OAuth has no such entry
        if role == "read" or self.repo_id.partition("/")[0] not in ours:
            raise InputError(f"{self.repo_id}: {_MENDS[403]}; {self.state}")

    def check_write(self, revision: str) -> None:
        """Raise the client's error if the token may not write there, and InputError if the revision is a tag."""

        def attempt() -> None:
            try:
                self.api.auth_check(self.repo_id, repo_type="dataset", write=True)
            except HfHubHTTPError as error:
                if error.response.status_code != 404:  # 404: this Hub has no such check, since the repository exists
                    raise

        self.retried(attempt)
        refs = self.retried(lambda: self.api.list_repo_refs(self.repo_id, repo_type="dataset"))
        if revision in {ref.name for ref in refs.tags} - {ref.name for ref in refs.branches}:
            raise InputError(f"{self.repo_id}: {_MESSAGES[RevisionNotFoundError]}")

    def create(self, *, private: bool) -> None:
        """Create the repository, unless it exists."""
        self.state = "at most an empty repository was made"

        def attempt() -> None:
            try:
                self.api.create_repo(self.repo_id, repo_type="dataset", private=private, exist_ok=True)
            except KeyError:
                pass  # the client cannot read a 409 without an address; the next call shows whether the repository exists
            except HfHubHTTPError as error:
                if error.response.status_code in {400, 401, 402, 403, 404}:
                    self.state = UNCHANGED
                raise
            try:
                self.api.repo_info(self.repo_id, repo_type="dataset")
            except RepositoryNotFoundError:
                raise NotThereError("the repository was made but cannot be found") from None

        self.retried(attempt)

    def _is(self, kind: str) -> bool:
        """Return whether a repository of this type has the name."""
        try:
            return self.api.repo_exists(self.repo_id, repo_type=kind)
        except HfHubHTTPError as error:
            if error.response.status_code == 404:
                return False  # this Hub has no repositories of that type
            raise

    def branch(self, name: str) -> Snapshot:
        """Create a branch from main, unless it exists, and return it."""
        made = f"at most the branch {name} was made, equal to main"
        self.state = made if self.state == UNCHANGED else f"{self.state}, and the branch {name}"

        def attempt() -> Snapshot:
            missing: OSError = NotThereError(f"the branch {name} was made but cannot be found")
            try:
                self.api.create_branch(self.repo_id, repo_type="dataset", branch=name)
            except HfHubHTTPError as error:
                if error.response.status_code != 409:
                    raise
                missing = error  # made by an earlier attempt, by somebody else, or not at all: read it to find out
            try:
                return self.read(name)
            except RevisionNotFoundError:
                raise missing from None

        return self.retried(attempt)

    def since(self, revision: str, head: str) -> list[tuple[str, str]]:
        """Return the commits of a revision after a head, newest first: commit id, and author with title."""
        found = []
        for commit in self.api.list_repo_commits(self.repo_id, repo_type="dataset", revision=revision):
            if commit.commit_id == head:
                break
            found.append((commit.commit_id, f"{', '.join(commit.authors) or 'somebody'} ({commit.title})"))
        return found

    def retried(self, attempt: Callable[[], _Result]) -> _Result:
        """Return the result of an attempt, retried after temporary failures; raise the last error otherwise."""
        began = time.monotonic()
        for pause in PAUSES:
            try:
                return attempt()
            except FAILURES as error:
                if not _temporary(_cause(error)) or time.monotonic() - began > PATIENCE:
                    raise
                asked = asked_wait(error)
                began += asked or 0.0
                time.sleep(asked or pause)
        return attempt()

    @contextmanager
    def unclear(self) -> Iterator[None]:
        """Mark the state as unclear during the call that publishes; a refusal by the Hub makes it clear again."""
        before, self.state = self.state, UNCLEAR
        try:
            yield
        except HfHubHTTPError as error:
            if error.response is not None and 400 <= error.response.status_code < 500:
                self.state = before
            raise

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Limit every wait of the client, and turn its errors into an InputError of one line that names the mend."""
        try:
            with time_limits(), _quiet():
                yield
        except (*FAILURES, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(self._redacted(f"{self.repo_id}: {self._reason(_cause(error))}")) from None

    def _reason(self, error: BaseException) -> str:
        """Return the reason of a failure, its mend, and the state of the repository."""
        for kind, message in _MESSAGES.items():
            if isinstance(error, kind):
                return message
        if isinstance(error, HfHubHTTPError):
            status = error.response.status_code if error.response is not None else 0
            mend = "fix what it names and push again" if 400 <= status < 500 else "try again later"
            answer = first_line(error.server_message or error)
            return f"{_MENDS.get(status, f'the Hub answered {status} ({answer}); {mend}')}; {self.state}"
        name = type(error).__name__
        if isinstance(error, NotThereError):
            return f"{error}; push again; {self.state}"
        if isinstance(error, OSError) and error.filename:
            return f"{error.filename}: {error.strerror}; {self.state}"
        if isinstance(error, ValueError):
            return f"no request can be made ({name}: {first_line(error)}); check HF_TOKEN and HF_ENDPOINT; {self.state}"
        return f"{self.api.endpoint} cannot be reached ({name}: {first_line(error)}); try again; {self.state}"

    def _redacted(self, text: str) -> str:
        """Return a message without the token."""
        token = self.api.token if isinstance(self.api.token, str) else get_token()
        return text.replace(token, "***") if token else text


def first_line(error: BaseException | str) -> str:
    """Return the first line of an error's message, or of a server's answer."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _cause(error: BaseException) -> BaseException:
    """Return the cause under the client's "Error while uploading"."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _temporary(error: BaseException) -> bool:
    """Return whether a failure may be temporary: overload, network, or an answer that was lost."""
    if isinstance(error, InputError | OfflineModeIsEnabled | LocalTokenNotFoundError):
        return False
    if isinstance(error, HfHubHTTPError):
        return error.response is None or error.response.status_code in _TRANSIENT
    return not (isinstance(error, OSError) and error.filename)  # a local file


def asked_wait(error: BaseException | None) -> float | None:
    """Return the seconds that the server asked the client to wait, in an error or in one of its causes."""
    while error is not None:
        asked = _asked(getattr(error, "response", None))
        if asked is not None:
            return asked
        error = error.__cause__ or error.__context__
    return None


def _asked(response: Any) -> float | None:
    """Return the seconds that a response asks to wait, at most the window of the Hub's rate limit.

    `Retry-After` may be absent: then a 429 has the rest of the window in `RateLimit: "api";r=0;t=25`.
    """
    if response is None:
        return None
    asked = response.headers.get("Retry-After", "")
    if asked.isdigit():
        return min(float(asked), WINDOW)
    limit = parse_ratelimit_headers(response.headers) if response.status_code == 429 else None
    return min(limit.reset_in_seconds + 1.0, WINDOW) if limit else None  # a second more, since the rest is rounded


@contextmanager
def time_limits() -> Iterator[None]:
    """Give every request of the Hub's client a time limit, which most of its calls lack, and show long waits on stderr.

    The client waits in silence where it retries by itself. The limit is added to the clients of the factory in force, which may be the user's own; that factory is restored.
    """
    factory_in_force = _client_factory()

    def limit(request: Any) -> None:
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)

    def announce(response: Any) -> None:
        asked = _asked(response)
        if asked and response.status_code in _TRANSIENT:
            print(
                f"{WAITING} {asked:.0f} s, until {time.strftime('%X', time.localtime(time.time() + asked))}",
                file=sys.stderr,
                flush=True,
            )

    def factory() -> Any:
        client = factory_in_force()
        hooks = client.event_hooks
        client.event_hooks = {
            **hooks,
            "request": [*hooks["request"], limit],
            "response": [*hooks["response"], announce],
        }
        return client

    set_client_factory(factory)
    try:
        yield
    finally:
        set_client_factory(factory_in_force)


def _client_factory() -> Callable[[], Any]:
    """Return the client factory in force: huggingface_hub has a public setter for it, and no getter.

    A hook on the shared client (`get_session`) would not do: after a failed connection the Hub's client replaces it
    in the middle of a call.
    """
    try:
        from huggingface_hub.utils._http import _GLOBAL_CLIENT_FACTORY
    except ImportError:
        raise InputError(
            f"huggingface_hub {version('huggingface_hub')} is installed; publishing needs {NEEDED}"
        ) from None
    return _GLOBAL_CLIENT_FACTORY


@contextmanager
def _quiet() -> Iterator[None]:
    """Show the client's progress bars only on a terminal."""
    with nullcontext() if sys.stderr.isatty() else without_bars(utils):  # type: ignore[arg-type]  # public, but in no `__all__`
        yield
