"""Libraries of patterns: no two patterns share a question, and untrusted folders are only read."""

import pytest
from processes import python

from generators.patterns.library import files, folder_texts, library, read_library, shipped
from solver.refusal import InputError


@pytest.fixture
def own(tmp_path):
    """Write files of a user's folder and return it."""

    def written(**files):
        for name, text in files.items():
            path = tmp_path / "own" / f"{name.replace('__', '/')}.jinja"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "own"

    return written


def test_a_copy_of_a_pattern_under_another_name_is_refused(texts):
    """Two patterns that share questions would repeat them in a dataset, also across splits, so they are refused."""
    with pytest.raises(InputError, match="zz"):
        read_library(texts | {"comparison/zz.jinja": texts["comparison/times_more.jinja"]})


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("comparison/aaa", "factor", "multiplier", "its scaffold is"),
        ("comparison/aaa", "times:", "times:", "its question can be that of comparison/times_more"),
    ],
    ids=["scaffold", "question"],
)
def test_clashes_are_found_among_the_patterns_that_are_taken(own, name, old, new, fault):
    """A user's pattern may clash with a shipped one unless both are taken; then the error names the user's file."""
    source = shipped()["comparison/times_more.jinja"]
    folder = own(**{name.replace("/", "__"): source.replace(old, new)})
    both = {name, "comparison/times_more"}

    assert name in library(folder).patterns
    assert name in files(folder).library(frozenset({name})).patterns
    with pytest.raises(InputError) as caught:
        files(folder).library(frozenset(both))
    assert str(caught.value).startswith(f"{folder}/{name}.jinja: ")
    assert fault in str(caught.value)


def test_words_of_a_vocabulary_that_is_not_drawn_from_clash_with_nothing(texts):
    """Only words that a slot can show are left out where questions are told apart."""
    first = texts["entity_track/consume.jinja"]
    other = {"entity_track/zz.jinja": first.replace("uses", "eats"), "own vocabulary.yaml": "verbs: [uses, eats]\n"}

    assert "entity_track/zz" in read_library(texts | other).patterns


def test_a_users_vocabulary_is_named_by_its_path(own, texts):
    """An error in a user's vocabulary names the file by the user's path."""
    folder = own(entity_track__mine=texts["entity_track/consume.jinja"])
    (folder / "vocabulary.yaml").write_text("person: [Ada]\n")

    with pytest.raises(InputError) as caught:
        library(folder)

    assert str(folder / "vocabulary.yaml") in str(caught.value)


def test_a_key_given_twice_is_told(own, texts):
    """Neither a pattern nor a vocabulary file has a key twice; YAML would take the last one in silence."""
    pattern = texts["entity_track/consume.jinja"]
    folder = own(entity_track__mine=pattern.replace("answer:", "slots: {a: 1..9}\nanswer:"))

    with pytest.raises(InputError, match=r"mine\.jinja.*slots is given twice; keep one"):
        library(folder)

    (folder / "entity_track" / "mine.jinja").write_text(pattern)
    (folder / "vocabulary.yaml").write_text("things: [cups, mugs]\nthings: [hats]\n")
    with pytest.raises(InputError, match=r"vocabulary\.yaml.*line 2: things is given twice; keep one"):
        library(folder)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Upper", "lower-case"),
        ("1st", "lower-case"),
        ("a-b", "lower-case"),
        (".hidden", "lower-case"),
        ("a b", "lower-case"),
    ],
)
def test_a_patterns_name_is_a_word(texts, name, told):
    """A file whose name cannot be part of an id is refused."""
    with pytest.raises(InputError, match=told):
        read_library(texts | {f"entity_track/{name}.jinja": texts["entity_track/consume.jinja"]})


def test_a_pattern_at_the_top_or_too_deep_is_refused(own):
    """A pattern outside the folder of its expert is refused."""
    with pytest.raises(InputError, match="a pattern lies in a folder named after its expert"):
        folder_texts(own(stray="x"))
    with pytest.raises(InputError, match="a pattern lies in a folder named after its expert"):
        folder_texts(own(arithmetic__deep__down="x"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "line 1: not UTF-8"),
        (b"", "no front matter"),
        (b"---\n", "no front matter"),
        (b"x" * 20_000, "more than 16384 bytes"),
    ],
    ids=["not UTF-8", "empty", "half a fence", "too long"],
)
def test_a_file_that_is_no_pattern_is_told(own, content, told):
    """A file that is not text, or not a pattern, is one line with its name."""
    folder = own(entity_track__mine="")
    (folder / "entity_track" / "mine.jinja").write_bytes(content)

    with pytest.raises(InputError, match=told) as caught:
        library(folder)

    assert "entity_track/mine.jinja" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_named_like_a_pattern_is_told(own):
    """A directory in place of a file is one line, not a traceback."""
    folder = own(entity_track__mine="")
    (folder / "entity_track" / "dir.jinja").mkdir()

    with pytest.raises(InputError, match="cannot be read"):
        library(folder)


def test_no_link_out_of_a_folder_is_followed(own, tmp_path):
    """A link in an untrusted folder brings no other file into a dataset."""
    secret = tmp_path / "secrets.yaml"
    secret.write_text("tokens: [abc]\n")
    folder = own(entity_track__mine="x")
    (folder / "vocabulary.yaml").symlink_to(secret)

    try:
        held = folder_texts(folder)
    except InputError:
        held = {}

    assert "tokens: [abc]\n" not in held.values()


def test_an_endless_file_does_not_run_for_long(own):
    """A link to an endless device is refused before it fills the memory."""
    folder = own(entity_track__mine="x")
    (folder / "entity_track" / "zero.jinja").symlink_to("/dev/zero")
    script = (
        "import resource, sys; from pathlib import Path; from generators.patterns.library import folder_texts\n"
        "from solver.refusal import InputError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); resource.setrlimit(resource.RLIMIT_CPU, (10, 10))\n"
        "try: folder_texts(Path(sys.argv[1]))\n"
        "except InputError: print('refused')"
    )

    assert python("-c", script, folder).stdout == "refused\n"


def test_a_name_of_two_patterns_needs_its_expert(texts):
    """A name that two experts share is refused with both ids."""
    arithmetic = texts["entity_track/consume.jinja"].replace("uses", "eats")
    arithmetic = arithmetic.replace(
        "op: consume, entity: $who.$item, amount: $first",
        "op: compute, compute_op: sub, args: [$who.$item, $first], var: a",
    )
    arithmetic = arithmetic.replace(
        "op: consume, entity: $who.$item, amount: $then", "op: compute, compute_op: sub, args: [a, $then], var: b"
    )
    both = read_library(
        texts | {"arithmetic/consume.jinja": arithmetic.replace("query, var: $who.$item", "query, var: b")}
    )

    with pytest.raises(
        InputError, match="several patterns are called consume: arithmetic/consume, entity_track/consume"
    ):
        both["consume"]
    assert both["entity_track/consume"].expert == "entity_track"


@pytest.mark.parametrize("start", ["\ufeff", ""])
def test_a_file_that_windows_wrote_is_read(texts, tmp_path, start):
    """A byte order mark and CRLF line ends change nothing of a pattern."""
    folder = tmp_path / "mine"
    (folder / "comparison").mkdir(parents=True)
    text = start + texts["comparison/times_more.jinja"].replace("\n", "\r\n")
    (folder / "comparison" / "times_more.jinja").write_bytes(text.encode())

    assert folder_texts(folder)["comparison/times_more.jinja"] == texts["comparison/times_more.jinja"]


def test_a_build_reads_the_wordings_that_its_rows_can_have(tmp_path):
    """A dataset of one wording reads no other of a shipped pattern, but every wording of a user's."""
    (tmp_path / "comparison").mkdir()
    shipped_text = shipped()["comparison/times_more.jinja"]
    own = "\n".join(line.replace("beat", "outdo") for line in shipped_text.splitlines())
    (tmp_path / "comparison" / "mine.jinja").write_text(f"{own}\n---\n{{{{ nothing }}}}\n", encoding="utf-8")
    known = files()

    limited = known.library(frozenset({"comparison/times_more"}), most=1)["times_more"]
    whole = known.library(frozenset({"comparison/times_more"}))["times_more"]

    assert [wording.number for wording in limited.wordings] == [1]
    assert len(whole.wordings) > 16
    with pytest.raises(InputError, match=r"mine\.jinja: line \d+, wording \d+"):
        files(tmp_path).library(frozenset({"comparison/mine"}), most=1)
