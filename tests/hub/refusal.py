"""The refusal of a call: an HTTP status, a sentence, and the Hub's own error code."""


class Refusal(Exception):
    """Raised while a call is answered; the server turns it into the answer that the real clients parse."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        **body: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": message, **body}
        self.headers = {"X-Error-Message": message, **(headers or {})}
        if code is not None:
            self.headers["X-Error-Code"] = code


def missing_repo() -> Refusal:
    """Return the 404 for a repository that does not exist, or that the caller may not see."""
    return Refusal(404, "Repository not found", code="RepoNotFound")


def missing_revision(revision: str) -> Refusal:
    """Return the 404 for a branch, tag or commit that does not exist."""
    return Refusal(404, f"Invalid rev id: {revision}", code="RevisionNotFound")


def missing_entry(path: str, commit: str | None = None) -> Refusal:
    """Return the 404 for a path that does not exist in the revision."""
    headers = {} if commit is None else {"X-Repo-Commit": commit}
    return Refusal(404, f"{path} does not exist", code="EntryNotFound", headers=headers)
