"""In torch's DataLoader, several workers read different rows of a stream, and no row twice."""

from itertools import islice

import pytest
from torch.utils.data import DataLoader, IterableDataset

from generators import stream


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_part_a_stream(workers):
    """Rows come from all workers, each once, and together they are the stream's first rows."""
    rows = stream(block=50)

    loaded = [row["id"] for row in islice(DataLoader(rows, batch_size=None, num_workers=workers), 300)]

    assert isinstance(rows, IterableDataset)
    assert len(set(loaded)) == 300
    assert set(loaded) == {row["id"] for row in islice(stream(block=50), 300)}
