"""Faults on demand: the kind of fault, the calls it hits, and how often."""

import re
import threading
from dataclasses import dataclass, field

KINDS = ("status", "reset", "hang", "lost")


@dataclass
class Fault:
    """A fault at the calls that it matches.

    `status` answers with that code and does nothing else. `reset` drops the connection unread. `hang` stays silent
    for `seconds`, or until `release` is called, then drops the connection. `lost` does the work, then drops it.
    """

    kind: str
    path: str = ""
    """A regular expression searched in the request target, as sent: percent-encoded, with query."""
    method: str | None = None
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    times: int | None = 1
    """The number of calls to hit; None for all."""
    skip: int = 0
    """The number of matching calls to let through first."""
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            msg = f"kind is {self.kind!r}; it can be {', '.join(KINDS)}"
            raise ValueError(msg)
        re.compile(self.path)
        self._released = threading.Event()

    def hang(self) -> None:
        """Wait until the fault is released, at most for its seconds."""
        self._released.wait(self.seconds)

    def release(self) -> None:
        """End the silence of the calls that hang."""
        self._released.set()

    def hits(self, method: str, target: str) -> bool:
        """Return whether the fault hits this call, and count it."""
        if self.method not in {None, method} or not re.search(self.path, target):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Faults:
    """The active faults; the first that matches hits."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Activate a fault and return it, so that a test can read how often it fired."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults, and release the calls that hang."""
        with self._lock:
            for fault in self._faults:
                fault.release()
            self._faults.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """Return the fault that hits this call, if any."""
        with self._lock:
            return next((fault for fault in self._faults if fault.hits(method, target)), None)
