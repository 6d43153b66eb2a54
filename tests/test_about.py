"""A dataset's page states the language, licence, name and tags of its preset; others' datasets are not silently ours."""

import json

import pytest
import yaml

from generators import build
from generators.__main__ import main
from generators.builder.about import About, languages, read_about
from solver.refusal import InputError

ROLL = """---
slots:
  speed: 10..102
  time:  4..60
trace:
  - {op: init, var: ball.speed, value: $speed}
  - {op: init, var: time, value: $time}
  - {op: compute, compute_op: mul, args: [ball.speed, time], var: result}
  - {op: query, var: result}
answer: speed * time
---
Una pelota rueda {{ speed }} metros por segundo durante {{ time }} segundos. ¿Cuántos metros rueda?
"""
PRESET = {"rows": 20, "validation": 2, "test": 3, "max_len": 1024, "weights": {"rate_equation": 100}}
TOLD = {
    "language": "es-MX",
    "license": "other",
    "license_name": "school-1.0",
    "license_link": "LICENSE",
    "pretty_name": "Problemas de física",
    "tags": ["fisica"],
}


@pytest.mark.parametrize(
    ("keys", "about"),
    [
        ({}, About()),
        ({"language": "en"}, About(language=("en",))),
        ({"language": ["es", "spa", "zh-Hant-TW"]}, About(language=("es", "spa", "zh-Hant-TW"))),
        ({"language": "multilingual"}, About(language=("multilingual",))),
        ({"license": "mit"}, About(license="mit")),
        ({"license": "other", "license_name": "mine"}, About(license="other", license_name="mine")),
        ({"pretty_name": " Sums ", "tags": ["a", "b c"]}, About(pretty_name="Sums", tags=("a", "b c"))),
    ],
    ids=str,
)
def test_facts_are_read(keys, about):
    """Languages are codes of ISO 639 or tags of BCP 47, licences are those of the Hub."""
    assert read_about(keys) == about


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"language": "Spanish"}, "language Spanish is no code of ISO 639; write es"),
        ({"language": "sp"}, "language sp is no code of ISO 639; known are aa, ab"),
        ({"language": ["en", "EN"]}, "language EN is no code of ISO 639; did you mean en"),
        ({"language": "es_MX"}, "language es_MX is no code of ISO 639"),
        ({"language": ""}, "language is empty or not text"),
        ({"language": ["en", ["es"]]}, "language is empty or not text"),
        ({"license": "Apache 2.0"}, "license 'Apache 2.0' is not one of the Hub's; did you mean apache-2.0?"),
        ({"license": "other"}, "license_name goes with license: other; write both or neither"),
        ({"license_name": "mine"}, "license_name goes with license: other; write both or neither"),
        ({"license": "mit", "license_link": "LICENSE"}, "license_link goes with license: other; leave it out"),
        ({"license": ["mit"]}, "license is empty or not text"),
        ({"pretty_name": "  "}, "pretty_name is empty or not text"),
        ({"tags": {"a": "b"}}, "tags is empty or not text"),
    ],
    ids=str,
)
def test_bad_facts_are_told(keys, told):
    """A language, licence or text that the Hub does not take is an error with its key and what would do."""
    with pytest.raises(InputError) as caught:
        read_about(keys)

    assert str(caught.value).startswith(told)


def test_a_bad_fact_is_told_with_its_line(tmp_path):
    """In a file the error has the file and the line."""
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump(PRESET | {"language": "Spanish"}))

    with pytest.raises(InputError, match=r"p.yaml, line 1: language Spanish is no code of ISO 639; write es"):
        build(path)


@pytest.fixture
def card(tmp_path, capsys):
    """Build the dataset of a preset with the command and return the metadata and the text of its page, and the notes."""

    def built(keys, *, own):
        own_folder = tmp_path / "own" / "rate_equation"
        own_folder.mkdir(parents=True)
        (own_folder / "roll.jinja").write_text(ROLL, encoding="utf-8")
        (tmp_path / "p.yaml").write_text(json.dumps(PRESET | keys))
        argv = ["build", "--weights", str(tmp_path / "p.yaml"), "--out", str(tmp_path / "d")]
        assert main([*argv, *(["--patterns", str(own_folder.parent)] if own else [])]) == 0
        page = (tmp_path / "d" / "README.md").read_text(encoding="utf-8")
        return yaml.safe_load(page.split("---")[1]), page, capsys.readouterr().err

    return built


def test_a_page_states_what_the_preset_does(card):
    """Language, licence, name and tags of the preset are in the metadata and in the text; a region stands apart."""
    metadata, page, notes = card({"patterns": "mine"} | TOLD, own=True)

    assert metadata["language"] == ["es"]
    assert metadata["language_bcp47"] == ["es-MX"]
    assert [metadata[key] for key in ("license", "license_name", "license_link")] == ["other", "school-1.0", "LICENSE"]
    assert metadata["pretty_name"] == "Problemas de física"
    assert metadata["tags"][-2:] == ["wirework", "fisica"]
    assert "# Problemas de física\n" in page
    assert "- **Language:** Spanish (es-MX)\n- **Licence:** [school-1.0](LICENSE)\n" in page
    assert "not stated" not in notes


@pytest.mark.parametrize("patterns", ["mine", ["earning_rate", "roll"]], ids=str)
def test_others_patterns_are_not_published_as_ours(card, patterns):
    """A dataset with patterns of a user has no language and no licence unless its preset states them; a note says so."""
    metadata, page, notes = card({"patterns": patterns}, own=True)

    assert not {"language", "license", "multilinguality"} & metadata.keys()
    assert "- **Language:** not stated\n- **Licence:** not stated; ask the publisher" in page
    assert "note: language and license are not stated on the page; set them in the preset\n" in notes


def test_shipped_patterns_are_english_under_our_licence(card):
    """A dataset of shipped patterns alone is English under Apache-2.0, as it was before presets could state it."""
    metadata, page, notes = card({"patterns": ["earning_rate"]}, own=False)

    assert (metadata["language"], metadata["license"], metadata["pretty_name"]) == (["en"], "apache-2.0", "wirework p")
    assert "- **Language:** English\n- **Licence:** apache-2.0\n" in page
    assert notes == ""


def test_a_recipe_without_the_keys_is_read(tmp_path, card):
    """The recipe of an earlier version has no language or licence; its page still has those of the shipped patterns."""
    card({"patterns": ["earning_rate"]}, own=False)
    page = (tmp_path / "d" / "README.md").read_bytes()
    recipe = json.loads((tmp_path / "d" / "recipe.json").read_text())
    del recipe["about"]
    (tmp_path / "d" / "recipe.json").write_text(json.dumps(recipe))

    assert main(["build", "--recipe", str(tmp_path / "d" / "recipe.json"), "--out", str(tmp_path / "e")]) == 0
    again = (tmp_path / "e" / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load(again.split("---")[1]) == yaml.safe_load(page.decode().split("---")[1])


def test_every_language_has_one_name():
    """Codes have two letters, and no name stands for two of them."""
    assert all(len(code) == 2 for code in languages())
    assert len(set(languages().values())) == len(languages())
