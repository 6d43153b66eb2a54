"""The terms of licences decide under which licence a dataset of several sources is, and whether it may be published."""

import json

import pytest

from solver.licence import (
    dataset_sources,
    joint_licence,
    known_licence,
    licence_table,
    licensed,
    notice_text,
    obstacles,
    refuse_wider,
    remedies,
)
from solver.refusal import InputError


def made_of(*licences):
    """Return sources with these licences, called a, b and so on."""
    return [licensed(name, licence, f"by {name}") for name, licence in zip("abc", licences, strict=False)]


@pytest.mark.parametrize(
    ("licences", "joint"),
    [
        (["mit"], "mit"),
        (["mit", "mit"], "mit"),
        (["mit", "apache-2.0"], ("mit", "apache-2.0")),
        (["mit", "cc-by-sa-4.0", "apache-2.0"], "cc-by-sa-4.0"),
        (["cc-by-nc-4.0", "cc-by-nc-sa-4.0"], "cc-by-nc-sa-4.0"),
        (["cc-by-nc-4.0", "cc-by-sa-4.0"], ("cc-by-nc-4.0", "cc-by-sa-4.0")),
        (["cc-by-sa-4.0", "gpl-3.0"], ("cc-by-sa-4.0", "gpl-3.0")),
        (["cc-by-sa-4.0", "unknown"], ("cc-by-sa-4.0", "unknown")),
    ],
    ids=str,
)
def test_share_alike_gives_share_alike(licences, joint):
    """One licence that must be passed on holds for the whole; otherwise the licences of all parts are named."""
    assert joint_licence(made_of(*licences)) == joint


@pytest.mark.parametrize(
    ("licences", "told"),
    [
        (["mit", "cc-by-sa-4.0", "cc0-1.0"], []),
        (["cc-by-nc-4.0"], []),
        (["unknown"], ["a (unknown): no licence is stated"]),
        (["mit", "cc-by-nd-4.0"], ["b (cc-by-nd-4.0): changed copies may not be passed on"]),
        (["llama3"], ["a (llama3): terms of its own, which must be read"]),
        (
            ["cc-by-sa-4.0", "cc-by-nc-4.0"],
            ["a is under cc-by-sa-4.0, and so must be the whole, but b is under cc-by-nc-4.0"],
        ),
    ],
    ids=str,
)
def test_what_forbids_to_publish_is_told(licences, told):
    """No licence, none of which the terms are known, no derivatives, and terms that exclude each other are obstacles."""
    assert obstacles(made_of(*licences)) == told


def test_two_licences_that_must_be_passed_on_exclude_each_other():
    """Each of them asks for the whole."""
    assert len(obstacles(made_of("cc-by-sa-4.0", "gpl-3.0"))) == 2


def test_a_licence_of_its_own_has_its_own_terms():
    """A source that states whether changed copies may be passed on is taken at its word."""
    told = licensed("a", "other", "by a", "for schools", derivatives=True)

    assert (told.terms, obstacles([told])) == ("for schools", [])
    assert obstacles([licensed("a", "other", "", "keep it", derivatives=False)]) == ["a (other): keep it"]


@pytest.mark.parametrize(
    ("licence", "source", "fine"),
    [
        ("mit", "apache-2.0", True),
        ("cc-by-sa-4.0", "cc-by-sa-4.0", True),
        ("cc-by-sa-4.0", "mit", True),
        ("mit", "cc-by-sa-4.0", False),
        ("mit", "cc-by-nc-4.0", False),
        ("mit", "unknown", False),
    ],
)
def test_a_dataset_is_not_stated_under_wider_terms(licence, source, fine):
    """A preset may state a licence that its sources allow, and no other."""
    if fine:
        refuse_wider(licence, made_of(source))
    else:
        with pytest.raises(InputError, match=rf"^license {licence}: a is under {source} \(.+write license: {source}"):
            refuse_wider(licence, made_of(source))


def test_an_unknown_identifier_is_told_with_one_like_it():
    """Licences have the names that the Hub gives them."""
    assert known_licence("cc-by-4.0") == "cc-by-4.0"
    with pytest.raises(InputError, match=r"^license 'MIT' is not one of the Hub's; did you mean mit"):
        known_licence("MIT")


@pytest.mark.parametrize(
    ("licences", "stated", "told"),
    [
        (["unknown"], "at its import", "if you know the licence of a, state it at its import, {}"),
        (["unknown"], "", "{}"),
        (["cc-by-nd-4.0"], "at its import", "{}"),
        (["cc-by-sa-4.0", "gpl-3.0"], "", "{}"),
        (["other"], "at its import", "read the terms of a, give --with-permission if they or the owners permit it"),
        (["openrail"], "", "read the terms of a, give --with-permission if they or the owners permit it"),
    ],
    ids=str,
)
def test_each_obstacle_has_its_remedy(licences, stated, told):
    """A licence that is stated is not asked for again, and a model of unlicensed data is not told to state it."""
    assert remedies(made_of(*licences), stated=stated) == told.format("give --with-permission if the owners permit it")


def test_sources_of_one_name_are_told_apart():
    """Tables, notices and obstacles number them."""
    sources = [licensed("own", "mit", "by Ann"), licensed("own", "unknown", ""), licensed("b", "mit", "")]

    assert [line.split(" | ")[0] for line in licence_table(sources).splitlines()[2:]] == [
        "| own (1)",
        "| own (2)",
        "| b",
    ]
    assert notice_text(sources).splitlines()[3].startswith("own (2) (unknown): ")
    assert obstacles(sources) == ["own (2) (unknown): no licence is stated"]
    assert remedies(sources, stated="here").startswith("if you know the licence of own (2), state it here")


def test_a_table_of_sources_shows_their_words_as_they_are():
    """Signs of Markdown and HTML in a notice are text."""
    table = licence_table([licensed("a", "mit", "by <b>|*Ann*"), licensed("b", "unknown", "")])

    assert table.splitlines()[2:] == [
        r"| a | mit | by \<b\>\|\*Ann\* | keep the notice and the text of the licence |",
        "| b | unknown | not stated | no licence is stated |",
    ]


def test_the_sources_of_a_dataset_are_those_of_its_recipe(tmp_path):
    """A recipe of an earlier version has one source, a build has the licence that it states, and other data has none."""
    for name, recipe in {
        "old": {"source": "a", "licence": "mit", "notice": "by a"},
        "built": {"preset": "b", "about": {"license": "apache-2.0"}},
        "own": {"preset": "c", "about": {}},
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.json").write_text(json.dumps(recipe))
    (tmp_path / "rows.jsonl").write_text("{}\n")

    found = [dataset_sources(tmp_path / name) for name in ("old", "built", "own", "rows.jsonl")]

    assert found == [(licensed("a", "mit", "by a"),), (licensed("b", "apache-2.0", ""),), (), None]


def test_a_notice_names_every_source():
    """Rows without their card keep the lines that the licences ask for."""
    lines = notice_text([*made_of("mit"), licensed("b", "unknown", "")]).splitlines()

    assert lines[2:] == [
        "a (mit): by a; keep the notice and the text of the licence",
        "b (unknown): no notice is stated; no licence is stated",
    ]
