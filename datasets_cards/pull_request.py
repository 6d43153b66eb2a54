"""A pull request of ours on the Hub: opened once whatever answers are lost, made ready, merged."""

from .remote import AS_IT_WAS, Remote, State


class PullRequest:
    """A pull request to main, which begins as a draft with nothing in it."""

    def __init__(self, remote: Remote, title: str, base: State):
        self.remote = remote
        self.title = title
        self.number = self._opened(base)
        self.place = f"refs/pr/{self.number}"
        self.holds()

    def holds(self) -> None:
        """Note what to tell if the next call fails: main is untouched, and the pull request stays."""
        self.remote.fate = f"{AS_IT_WAS}, and pull request {self.number} is open; close it or push again"

    def _opened(self, base: State) -> int:
        """Open a pull request and return its number; one that an unanswered try opened is taken up."""
        api, repo_id = self.remote.api, self.remote.repo_id
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

        return self.remote.retried(attempt)

    def make_ready(self) -> None:
        """Open it for review, if it is a draft still."""
        self.remote.retried(self._ready)

    def _ready(self) -> str:
        """Open a draft, and return its status before."""
        where = (self.remote.repo_id, self.number)
        status = self.remote.api.get_discussion_details(*where, repo_type="dataset").status
        if status == "draft":
            self.remote.api.change_discussion_status(*where, "open", repo_type="dataset")
        return status

    def merge(self) -> None:
        """Merge it into main, once whatever answers are lost."""

        def attempt() -> None:
            if self._ready() == "merged":
                return
            self.holds()
            with self.remote.unclear():
                self.remote.api.merge_pull_request(self.remote.repo_id, self.number, repo_type="dataset")

        self.remote.retried(attempt)
        self.remote.fate = f"pull request {self.number} is merged; push again to finish"
