"""Opens, readies and merges a pull request on the Hub, once each, even if answers are lost."""

from .repository import UNCHANGED, Repository, Snapshot


class PullRequest:
    """A pull request to main, opened as an empty draft."""

    def __init__(self, repository: Repository, title: str, base: Snapshot):
        self.repository = repository
        self.title = title
        self.number = self._opened(base)
        self.revision = f"refs/pr/{self.number}"
        self.set_state()

    def set_state(self) -> None:
        """Set the state to report if the next call fails: main is untouched, and the pull request stays open."""
        self.repository.state = f"{UNCHANGED}, and pull request {self.number} is open; close it or push again"

    def _opened(self, base: Snapshot) -> int:
        """Open a pull request and return its number; use the one of an earlier attempt whose answer was lost."""
        api, repo_id = self.repository.api, self.repository.repo_id
        tried = False

        def attempt() -> int:
            nonlocal tried
            if tried:
                refs = api.list_repo_refs(repo_id, repo_type="dataset", include_pull_requests=True)
                for ref in refs.pull_requests or []:
                    number = int(ref.name.rpartition("/")[2])
                    if ref.target_commit == base.head:
                        found = api.get_discussion_details(repo_id, number, repo_type="dataset")
                        if found.title == self.title and found.status == "draft":
                            return number
            tried = True
            return api.create_pull_request(repo_id, repo_type="dataset", title=self.title).num

        return self.repository.retried(attempt)

    def make_ready(self) -> None:
        """Open it for review, if it is still a draft."""
        self.repository.retried(self._ready)

    def _ready(self) -> str:
        """Open it for review if it is a draft, and return its status before that."""
        where = (self.repository.repo_id, self.number)
        status = self.repository.api.get_discussion_details(*where, repo_type="dataset").status
        if status == "draft":
            self.repository.api.change_discussion_status(*where, "open", repo_type="dataset")
        return status

    def merge(self) -> None:
        """Merge it into main, once, even if answers are lost."""

        def attempt() -> None:
            if self._ready() == "merged":
                return
            self.set_state()
            with self.repository.unclear():
                self.repository.api.merge_pull_request(self.repository.repo_id, self.number, repo_type="dataset")

        self.repository.retried(attempt)
        self.repository.state = f"pull request {self.number} is merged; push again to finish"
