"""A wrong name of a tokenizer is refused before anything is built, in one line, with and without a network."""

import json
import subprocess
import sys
import textwrap

import hub
import huggingface_hub.constants
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from generators.__main__ import main
from generators.builder.tokenizer import load_tokenizer
from solver.refusal import InputError

FIX = "; give a folder with tokenizer.json, that file, or the name of a model on the Hub"


@pytest.fixture
def offline(monkeypatch):
    """Forbid the client to ask the Hub."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nope", "no such file or folder, and HF_HUB_OFFLINE forbids to ask the Hub"),
        ("acme/nope", "no such file or folder, and HF_HUB_OFFLINE forbids to ask the Hub"),
        ("./nope", "no such file or folder"),
        ("a/b/c", "no such file or folder"),
        ("nope.json", "no such file or folder"),
        ("~/nope", "no such file or folder"),
        ("no pe", "no such file or folder, and no name that the Hub can have"),
        ("", "an empty path; name a file or a folder, or leave the option out"),
        ("{folder}", "the folder has no tokenizer.json"),
    ],
)
def test_a_name_without_a_tokenizer_is_told(offline, tmp_path, name, told):
    """The message says what was found, and what would do."""
    name = name.format(folder=tmp_path)

    with pytest.raises(InputError) as caught:
        load_tokenizer(name)

    assert str(caught.value) == f"tokenizer {name!r}: {told}{FIX}"


def test_a_wrong_tokenizer_is_refused_although_no_row_needs_it(offline, tmp_path, capsys, run8):
    """`build` and `verify` refuse it at once, also where bytes prove every length."""
    assert main(["build", "--out", str(tmp_path / "d"), "--tokenizer", "nope"]) == 2
    assert not (tmp_path / "d").exists()
    assert main(["verify", str(run8.folder), "--tokenizer", "nope"]) == 2

    told = capsys.readouterr().err.splitlines()
    assert [line.startswith("error: tokenizer 'nope': ") for line in told] == [True, True]


def test_the_hub_is_asked_once(tmp_path):
    """A model on the Hub gives its tokenizer; one that is missing, or has none, is told apart, without retries."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    script = """
        import json, sys
        from huggingface_hub import HfApi
        from generators.builder.tokenizer import load_tokenizer
        from solver.refusal import InputError
        api = HfApi()
        for name in ("words", "empty"):
            api.create_repo(f"acme/{name}")
        api.upload_file(path_or_fileobj=sys.argv[1].encode(), path_in_repo="tokenizer.json", repo_id="acme/words")
        seen = []
        for name in ("acme/words", "acme/empty", "acme/absent"):
            try:
                seen.append(load_tokenizer(name).get_vocab_size())
            except InputError as error:
                seen.append(str(error))
        print(json.dumps(seen))
    """
    with hub.serve(tmp_path / "hub") as server:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), tokenizer.to_str()],
            env=server.env(),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    found, empty, absent = json.loads(done.stdout.splitlines()[-1])
    assert found == 1
    assert "the model on the Hub has no tokenizer.json" in empty
    assert "no such file or folder, and the Hub shows no such model" in absent
