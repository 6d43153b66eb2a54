"""Faults to order: what should go wrong, at which call, how often."""

import re
import threading
from dataclasses import dataclass, field

KINDS = ("status", "reset", "hang", "lost")


@dataclass
class Fault:
    """One thing that goes wrong at the calls it matches.

    `status` answers with that code and does nothing else. `reset` drops the connection unread.
    `hang` stays silent for `seconds`, then drops it. `lost` does the work, then drops it.
    """

    kind: str
    path: str = ""
    """A regular expression searched in the request target, as sent: percent-encoded, with query."""
    method: str | None = None
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    times: int | None = 1
    """How many calls it hits; None for every one."""
    skip: int = 0
    """How many matching calls it lets through first."""
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            msg = f"kind is {self.kind!r}; it can be {', '.join(KINDS)}"
            raise ValueError(msg)
        re.compile(self.path)

    def hits(self, method: str, target: str) -> bool:
        """Say whether this call goes wrong, and count it."""
        if self.method not in {None, method} or not re.search(self.path, target):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Faults:
    """The faults in force, first match first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it, so that a test can read how often it fired."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """Return the fault that this call runs into, if any."""
        with self._lock:
            return next((fault for fault in self._faults if fault.hits(method, target)), None)
