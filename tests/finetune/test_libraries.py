"""A library without a name that finetune needs is one line with the installed and the required version."""

import re
from importlib.metadata import version

import pytest
from commands import sft
from packaging.requirements import Requirement

from finetune.runs.libraries import LIBRARIES, needed, requirement
from solver.refusal import InputError

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize(
    "path",
    [
        "trl.trainer.utils:FusedCausalLMOutput",
        "transformers:Trainer._get_train_sampler",
        "peft.helpers:disable_input_dtype_casting",
    ],
)
def test_a_name_that_is_absent_is_told_with_both_versions(path, monkeypatch):
    """The message names the installed version and the requirement that the package metadata states."""
    library = re.match(r"\w+", path)[0]

    with pytest.raises(InputError) as told:
        needed(path + "_gone")

    assert str(told.value).startswith(f"{library} {version(library)} is installed and has no ")
    assert str(told.value).endswith(f"; install {requirement(library)}")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_has_a_true_lower_bound(library):
    """The installed version is in the range that the metadata states, and the range is bounded from below."""
    stated = Requirement(requirement(library))

    assert version(library) in stated.specifier
    assert any(each.operator == ">=" for each in stated.specifier)


def test_training_with_a_library_that_lacks_a_name_exits_with_one_line(dataset, tiny, tmp_path, call, monkeypatch):
    """The command says what to install, and exits with status 2."""
    import trl.trainer.utils

    monkeypatch.delattr(trl.trainer.utils, "FusedCausalLMOutput")

    status, _, said = call(*sft(dataset, tiny, tmp_path / "x"))

    assert status == 2
    assert f"error: trl {version('trl')} is installed and has no trl.trainer.utils.FusedCausalLMOutput" in said
    assert f"install {requirement('trl')}" in said
    assert "Traceback" not in said
