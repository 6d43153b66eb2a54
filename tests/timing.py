"""Processor time of a call, for tests that reject an algorithm of the wrong order."""

import time


def least_seconds(work, limit):
    """Return the least processor time of ten calls; stop at the first call that takes less than the limit.

    A busy machine can make a call slower, never faster. Set the limit to several times the usual time: an algorithm
    of the wrong order takes thousands of times as long. Benchmarks measure the speed itself.
    """
    least = float("inf")
    for _ in range(10):
        began = time.thread_time()
        work()
        least = min(least, time.thread_time() - began)
        if least < limit:
            break
    return least
