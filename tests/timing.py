"""Processor time of a call, for tests that reject an algorithm of the wrong order."""

import re
import time

_USUAL = 0.005
"""Seconds that the work of known size takes on the machine that the limits are for."""
_TEXT = "[a b]\n" * 30_000
_PLACE = re.compile(r"(?:\n|[>`])[ \t]*+x|[\[{]\s*+(?:\{\s*+)?y", re.IGNORECASE)


def least_seconds(work, limit):
    """Return the least processor time of ten calls; stop at the first call that takes less than the limit.

    A busy machine can make a call slower, never faster. On a machine that is slower than the usual one, the time is what
    the usual one would take: work of known size is done after each call. Set the limit to several times the usual time:
    an algorithm of the wrong order takes thousands of times as long. Benchmarks measure the speed itself.
    """
    least = float("inf")
    for _ in range(10):
        seconds = _seconds(work)
        if seconds >= limit:
            seconds /= max(1.0, _seconds(_known_work) / _USUAL)
        least = min(least, seconds)
        if least < limit:
            break
    return least


def _seconds(work):
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _known_work():
    """Search a text and count in a loop, which take about equally long."""
    assert _PLACE.search(_TEXT) is None
    assert sum(number % 7 == 0 for number in range(70_000)) == 10_000
