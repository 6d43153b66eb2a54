"""The error of one row: where it stands in its column, and what is wrong with it."""


class RowError(ValueError):
    """A row that fails its proof: `row` is its index in the column, or None where only the column is known."""

    def __init__(self, row: int | None, reason: str):
        super().__init__(reason if row is None else f"row {row}: {reason}")
        self.row = row
        self.reason = reason
