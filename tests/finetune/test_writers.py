"""The folder of a run or an evaluation has one writer at a time."""

import pytest

from finetune.runs.folder import Run, writing
from solver.refusal import InputError


def test_a_second_training_is_told_who_writes(tmp_path):
    """While one training writes into a folder, another is refused in one line that names the process."""
    with writing(tmp_path / "run"):
        Run.begin(tmp_path / "run", {"seed": 0}, resume=False)

        with pytest.raises(InputError, match=r"is being trained by pid \d+ on "), writing(tmp_path / "run", "trained"):
            pass


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    """A folder below a file is one clear error."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError, match="cannot be made a folder"), writing(tmp_path / "file" / "run"):
        pass
