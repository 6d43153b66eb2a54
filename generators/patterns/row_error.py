"""The error of a row that fails its proof."""


class RowError(ValueError):
    """A row that fails its proof; `row` is its index in the column, or None if only the column is known."""

    def __init__(self, row: int | None, reason: str):
        super().__init__(reason if row is None else f"row {row}: {reason}")
        self.row = row
        self.reason = reason
