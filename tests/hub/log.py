"""The log of requests and answers, so that tests can count them."""

import re
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One request. Status 0 means that no work was done and no answer sent."""

    method: str
    path: str
    """The request target as sent: percent-encoded, with its query."""
    status: int
    """The status of the answer, also of a lost one."""
    bytes_in: int
    fault: str | None = None


class Log:
    """The requests, in the order in which their work was finished."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def add(self, entry: Entry) -> None:
        """Append one entry."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Remove all entries, to count from here."""
        with self._lock:
            self._entries.clear()

    def entries(
        self,
        method: str | None = None,
        path: str = "",
        status: int | None = None,
    ) -> list[Entry]:
        """Return the entries with this method, a path that matches, and this status."""
        with self._lock:
            found = [entry for entry in self._entries if re.search(path, entry.path)]
        found = [entry for entry in found if method in {None, entry.method}]
        return [entry for entry in found if status in {None, entry.status}]

    def commits(self) -> int:
        """Count the commits that landed, whether or not their answer arrived."""
        return len(self.entries("POST", r"/commit/", 200))

    def uploaded(self) -> int:
        """Count the bytes of file content received over HTTP; Xet bytes do not travel over HTTP."""
        return sum(entry.bytes_in for entry in self.entries("PUT", r"^/_lfs/"))
