"""Talks to one dataset repository of the Hub with patience: bounded waits, own retries, errors in one line.

The client waits for ever for a silent server and repeats some calls but not others (`repo_info`, the commit).
Here every request has a time limit, what may pass is tried again, and a failure says what became of the remote.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from huggingface_hub import HfApi, RepoFile, get_token, set_client_factory
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError is that of the HTTP library
    HfHubHTTPError,
    HTTPError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import _http
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from solver.refusal import InputError

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries."""
PATIENCE = 300.0
"""Seconds after which a failing call is not tried again; the client's own tries lie within one of ours."""
TIMEOUT = 120.0
"""Seconds that a server may be silent; the client itself would wait for ever."""

AS_IT_WAS = "the remote is as it was"
UNCLEAR = "it is not known whether the commit landed; push again, and it is found or made, never twice"

_TRANSIENT = {408, 409, 412, 425, 429, 500, 502, 503, 504}
_MENDS = {
    401: "no valid token; run `hf auth login` or set HF_TOKEN to a token that may write",
    403: "the token may not write there; use one with write access, or a name of your own",
    404: "no such dataset, or the token may not see it; check the name and `hf auth whoami`",
    409: "the Hub reports a conflict; look who else writes there and try again",
    412: "somebody else writes there at the same time; look and try again",
    429: "the Hub asks to slow down; try again later",
}
_SAID = {
    LocalTokenNotFoundError: "no token; run `hf auth login` or set HF_TOKEN",
    OfflineModeIsEnabled: "HF_HUB_OFFLINE is set; unset it to push",
    RevisionNotFoundError: "no branch of that name; a tag cannot be pushed to, nothing was pushed",
}
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
_OTHERS = ("model", "space")
"""Types of repository that a dataset's name may have been meant for."""
FAILURES = (HTTPError, OSError, RuntimeError)
"""What the clients raise when a call fails."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class State:
    """A revision as it was read: its head, its files, and whether the repository is private."""

    head: str
    files: dict[str, RepoFile] = field(default_factory=dict)
    private: bool = True


class NotThereError(OSError):
    """What the Hub says was made cannot be seen yet."""


class Remote:
    """One dataset repository; `fate` is what to tell of it should the next call fail for good."""

    def __init__(self, api: HfApi, repo_id: str):
        if not _NAME.fullmatch(repo_id) or ".." in repo_id or "--" in repo_id or repo_id.endswith((".git", ".", "-")):
            raise InputError(f"{repo_id}: is no name of a dataset; a name is ORG/NAME, as in acme/run8")
        self.api = api
        self.repo_id = repo_id
        self.fate = AS_IT_WAS

    def read(self, revision: str) -> State:
        """Return a revision; raises what the client raises where there is none."""
        found = self.api.repo_info(self.repo_id, repo_type="dataset", revision=revision)
        tree = self.api.list_repo_tree(self.repo_id, repo_type="dataset", recursive=True, revision=found.sha)
        files = {entry.path: entry for entry in tree if isinstance(entry, RepoFile)}
        return State(str(found.sha), files, bool(found.private))

    def find(self, revision: str) -> State | None:
        """Return a revision, or None if the repository or the revision is not there."""
        try:
            return self.retried(lambda: self.read(revision))
        except RevisionNotFoundError:
            return None
        except RepositoryNotFoundError as error:
            if error.response.status_code == 404:
                return None
            raise  # 401: a token would tell

    def check_free(self) -> None:
        """Raise InputError if the name is that of another type of repository."""
        for kind in _OTHERS:
            if self.retried(partial(self._is, kind)):
                raise InputError(
                    f"{self.repo_id}: is a {kind} already; give the dataset a name of its own, "
                    f"or if both shall have it, first run `hf repos create {self.repo_id} --type dataset`"
                )

    def check_namespace(self) -> None:
        """Raise InputError if the token is known not to make repositories there; of a fine-grained one it is not known."""
        account = self.retried(self.api.whoami)
        ours = [account["name"], *(org["name"] for org in account.get("orgs", []) if org.get("roleInOrg") != "read")]
        role = account.get("auth", {}).get("accessToken", {}).get("role")  # signed in by OAuth, there is none
        if role == "read" or self.repo_id.partition("/")[0] not in ours:
            raise InputError(f"{self.repo_id}: {_MENDS[403]}; {self.fate}")

    def check_write(self, revision: str) -> None:
        """Raise what the client raises, or InputError, if the token may not write there or the revision is a tag."""

        def attempt() -> None:
            try:
                self.api.auth_check(self.repo_id, repo_type="dataset", write=True)
            except HfHubHTTPError as error:
                if error.response.status_code != 404:  # that is a Hub that cannot be asked: the repository was seen
                    raise

        self.retried(attempt)
        refs = self.retried(lambda: self.api.list_repo_refs(self.repo_id, repo_type="dataset"))
        if revision in {ref.name for ref in refs.tags} - {ref.name for ref in refs.branches}:
            raise InputError(f"{self.repo_id}: {_SAID[RevisionNotFoundError]}")

    def create(self, *, private: bool) -> None:
        """Make the repository."""
        self.fate = "at most an empty repository was made"

        def attempt() -> None:
            try:
                self.api.create_repo(self.repo_id, repo_type="dataset", private=private, exist_ok=True)
            except KeyError:
                pass  # a 409 that names no address: the client takes it that the repository exists; we look
            except HfHubHTTPError as error:
                if error.response.status_code in {400, 401, 402, 403, 404}:
                    self.fate = AS_IT_WAS
                raise
            try:
                self.api.repo_info(self.repo_id, repo_type="dataset")
            except RepositoryNotFoundError:
                raise NotThereError("the repository is not there although it was made") from None

        self.retried(attempt)

    def _is(self, kind: str) -> bool:
        try:
            return self.api.repo_exists(self.repo_id, repo_type=kind)
        except HfHubHTTPError as error:
            if error.response.status_code == 404:
                return False  # a Hub that keeps none of that type
            raise

    def branch(self, name: str) -> State:
        """Make a branch from main and return it; one that is there already is as good."""
        made = f"at most the branch {name} was made, as main is"
        self.fate = made if self.fate == AS_IT_WAS else f"{self.fate}, and the branch {name}"

        def attempt() -> State:
            missing: OSError = NotThereError(f"the branch {name} is not there although it was made")
            try:
                self.api.create_branch(self.repo_id, repo_type="dataset", branch=name)
            except HfHubHTTPError as error:
                if error.response.status_code != 409:
                    raise
                missing = error  # a try of ours made it, or somebody else did, or neither: we look
            try:
                return self.read(name)
            except RevisionNotFoundError:
                raise missing from None

        return self.retried(attempt)

    def since(self, revision: str, head: str) -> list[tuple[str, str]]:
        """Return the commits of a revision that came after a head, newest first: id, and who did what."""
        found = []
        for commit in self.api.list_repo_commits(self.repo_id, repo_type="dataset", revision=revision):
            if commit.commit_id == head:
                break
            found.append((commit.commit_id, f"{', '.join(commit.authors) or 'somebody'} ({commit.title})"))
        return found

    def retried(self, attempt: Callable[[], _Result]) -> _Result:
        """Return what an attempt returns, tried again after failures that may pass; raises the last otherwise."""
        began = time.monotonic()
        for pause in PAUSES:
            try:
                return attempt()
            except FAILURES as error:
                if not _may_pass(_cause(error)) or time.monotonic() - began > PATIENCE:
                    raise
                time.sleep(_asked_for(_cause(error)) or pause)
        return attempt()

    @contextmanager
    def unclear(self) -> Iterator[None]:
        """Note, around the call that lands everything, that only a refusal tells for sure that it did not."""
        before, self.fate = self.fate, UNCLEAR
        try:
            yield
        except HfHubHTTPError as error:
            if error.response is not None and 400 <= error.response.status_code < 500:
                self.fate = before
            raise

    @contextmanager
    def told(self) -> Iterator[None]:
        """Bound every wait of the client, and turn its errors into one line that says what to do."""
        try:
            with bounded(), _quiet():
                yield
        except (*FAILURES, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(self._redacted(f"{self.repo_id}: {self._reason(_cause(error))}")) from None

    def _reason(self, error: BaseException) -> str:
        for kind, said in _SAID.items():
            if isinstance(error, kind):
                return said
        if isinstance(error, HfHubHTTPError):
            status = error.response.status_code if error.response is not None else 0
            mend = "mend what it names and push again" if 400 <= status < 500 else "try again later"
            words = line(error.server_message or error)
            return f"{_MENDS.get(status, f'the Hub answered {status} ({words}); {mend}')}; {self.fate}"
        if isinstance(error, NotThereError):
            return f"{error}; push again; {self.fate}"
        if isinstance(error, OSError) and error.filename:
            return f"{error.filename}: {error.strerror}; {self.fate}"
        if isinstance(error, ValueError):
            return f"cannot be talked to ({type(error).__name__}: {line(error)}); check HF_TOKEN and HF_ENDPOINT; {self.fate}"
        what = f"{type(error).__name__}: {line(error)}"
        return f"{self.api.endpoint} cannot be reached ({what}); try again; {self.fate}"

    def _redacted(self, text: str) -> str:
        token = self.api.token if isinstance(self.api.token, str) else get_token()
        return text.replace(token, "***") if token else text


def line(error: BaseException | str) -> str:
    """Return the first line of what an error, or a server, says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _cause(error: BaseException) -> BaseException:
    """Return what lies under the client's "Error while uploading"."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _may_pass(error: BaseException) -> bool:
    """Return whether a failure is one that trying again may mend: overload, network, or an unclear end."""
    if isinstance(error, InputError | OfflineModeIsEnabled | LocalTokenNotFoundError):
        return False
    if isinstance(error, HfHubHTTPError):
        return error.response is None or error.response.status_code in _TRANSIENT
    return not (isinstance(error, OSError) and error.filename)  # a file of ours


def _asked_for(error: BaseException) -> float | None:
    """Return the seconds that a server asked us to wait, at most a minute."""
    response = getattr(error, "response", None)
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), 60.0) if asked.isdigit() else None


@contextmanager
def bounded() -> Iterator[None]:
    """Give every request of the client a time limit: most of its calls ask for none at all."""
    plain = _http._GLOBAL_CLIENT_FACTORY  # noqa: SLF001 - there is a setter and no getter

    def limit(request: Any) -> None:
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)

    def factory() -> Any:
        client = plain()
        client.event_hooks = {**client.event_hooks, "request": [*client.event_hooks["request"], limit]}
        return client

    set_client_factory(factory)
    try:
        yield
    finally:
        set_client_factory(plain)


@contextmanager
def _quiet() -> Iterator[None]:
    """Show the client's progress bars to people only."""
    if sys.stderr.isatty() or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
