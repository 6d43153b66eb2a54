"""A page keeps what people added to it when its generated parts are written again."""

import pytest
import yaml

from generators.files.page import merge
from solver.refusal import InputError

META = {
    "license": "apache-2.0",
    "language": ["en"],
    "tags": ["synthetic", "wirework"],
    "size_categories": ["n<1K"],
    "configs": [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}], "default": True},
    ],
    "dataset_info": {"splits": [{"name": "train", "num_examples": 500}]},
}
BODY = """# wirework tiny

{rows} rows of text.

## Uses

Train on them.

```yaml
# not a heading
## neither
```

## Citation

Cite it.
"""


def generated(rows=500, **more):
    """Return a page as a card is generated, for a number of rows."""
    metadata = {**META, "dataset_info": {"splits": [{"name": "train", "num_examples": rows}]}, **more}
    return f"---\n{yaml.safe_dump(metadata, sort_keys=False)}---\n\n{BODY.format(rows=rows)}"


OLD = merge(generated(), None)
NEW = generated(900)


def merged(mine, theirs=None, ancestor=None, **more):
    """Return the new page with the additions of others."""
    pages = [page.encode() if page is not None else None for page in (mine, theirs, ancestor)]
    return merge(NEW, *pages[:2], ancestor=lambda: pages[2], **more)


def read(page):
    """Return metadata and body of a page."""
    _, metadata, body = page.split("---\n", 2)
    return yaml.safe_load(metadata), body


def test_an_untouched_page_is_written_anew():
    """A page that nobody changed becomes the new page, and merging again changes nothing."""
    assert merged(OLD) == merge(NEW, None) == merged(merged(OLD), merged(OLD))


KEPT = {
    "licence": ("license: apache-2.0", "license: mit", lambda meta: meta["license"] == "mit"),
    "language": ("- en", "- es", lambda meta: meta["language"] == ["es"]),
    "key": ("license:", "extra_gated_prompt: Ask.\nlicense:", lambda meta: meta["extra_gated_prompt"] == "Ask."),
    "nested key": (
        "license:",
        "extra_gated_fields:\n  Name: text\nlicense:",
        lambda meta: "extra_gated_fields" in meta,
    ),
    "tag": ("tags:\n", "tags:\n- mine\n", lambda meta: meta["tags"] == ["synthetic", "wirework", "mine"]),
    "tag removed": ("- synthetic\n", "", lambda meta: meta["tags"] == ["wirework"]),
    "key removed": ("license: apache-2.0\n", "", lambda meta: "license" not in meta),
    "configuration": (
        "configs:\n",
        "configs:\n- config_name: more\n  data_files: more/*.parquet\n",
        lambda meta: [entry["config_name"] for entry in meta["configs"]] == ["default", "more"],
    ),
    "information of a configuration": (
        "dataset_info:\n  splits:\n  - name: train\n    num_examples: 500\n",
        "dataset_info:\n- config_name: default\n  splits: []\n- config_name: more\n  splits: []\n",
        lambda meta: [entry["config_name"] for entry in meta["dataset_info"]] == ["default", "more"],
    ),
}


@pytest.mark.parametrize("what", KEPT)
@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_metadata_is_kept(what, side):
    """Metadata that a person changed stays, in the folder and in the repository, while ours follows the data."""
    old, new, holds = KEPT[what]
    assert OLD.count(old) >= 1
    page = OLD.replace(old, new, 1)
    metadata, _ = read(merged(page) if side == "mine" else merged(OLD, page))

    assert holds(metadata)
    assert "900" in str(metadata["dataset_info"])


SECTION = "## Notes\n\nMine.\n\n```\n## no heading\n```\n"
PLACES = {
    "at the top": lambda page: page.replace("# wirework tiny", f"{SECTION}\n# wirework tiny", 1),
    "below the title": lambda page: page.replace("# wirework tiny\n", "# wirework tiny\n\nMine.\n", 1),
    "before a heading": lambda page: page.replace("\n## Uses", f"\n{SECTION}\n## Uses", 1),
    "below a heading": lambda page: page.replace("## Uses\n", "## Uses\n\nMine.\n", 1),
    "inside a section": lambda page: page.replace("Train on them.\n", "Train on them.\n\nMine.\n\nAll of it.\n", 1),
    "below a section": lambda page: page.replace("Cite it.\n", f"Cite it.\n\n{SECTION}", 1),
    "at the end": lambda page: f"{page}\n{SECTION}",
    "with other line ends": lambda page: f"{page}\n{SECTION}".replace("\n", "\r\n"),
    "with a byte order mark": lambda page: f"\ufeff{page}\n{SECTION}",
}


@pytest.mark.parametrize("place", PLACES)
def test_text_is_kept(place):
    """Text that a person added stays once, wherever it stands, and the next pages have it too."""
    once = merged(PLACES[place](OLD))
    again = merged(once, once)

    assert once.count("Mine.") == again.count("Mine.") == 1
    assert again == once
    assert "900 rows of text." in once
    assert [once.count(f"\n{heading}\n") for heading in ("# wirework tiny", "## Uses", "## Citation")] == [1, 1, 1]


def test_a_title_is_kept():
    """A title that a person wrote stays, and a generated one follows the page."""
    other = BODY.replace("# wirework tiny", "# wirework other")
    later = f"---\n{yaml.safe_dump(META)}---\n{other.format(rows=7)}"
    mine = OLD.replace("# wirework tiny", "# My set", 1)

    assert "\n# wirework other\n" in merge(later, OLD.encode())
    assert "\n# wirework tiny\n" not in merge(later, OLD.encode())
    assert merge(later, mine.encode()).count("\n# My set\n") == 1
    assert "\n# wirework other\n" not in merge(later, mine.encode())


def test_the_order_of_a_page_stays():
    """A section stays behind the generated section that it followed."""
    page = merged(PLACES["before a heading"](OLD))

    assert page.index("900 rows") < page.index("## Notes") < page.index("## Uses")


def test_a_section_that_is_no_longer_generated():
    """Text behind a section that the new page lacks keeps its place for a later page that has the section."""
    page = PLACES["before a heading"](OLD.replace("## Uses", "## Old uses").replace("n: uses", "n: old-uses"))
    page = page.replace("d: uses", "d: old-uses").replace("## Citation", f"{SECTION}\n## Citation")
    once = merged(page)

    assert once.count("Mine.") == 1
    assert "wirework begin: old-uses" in once
    assert merged(once) == once


@pytest.mark.parametrize(
    ("ours", "theirs", "before", "kept"),
    [
        ("Here.", "There.", "There.", "Here."),
        ("Here.", "There.", "Here.", "There."),
        ("Here.", "Here.", "Other.", "Here."),
        (None, "There.", "There.", "There."),
        ("Here.", None, "Here.", "Here."),
    ],
    ids=["changed here", "changed there", "changed alike", "a fresh folder", "gone there"],
)
def test_both_sides(ours, theirs, before, kept):
    """Of a section on both sides the changed one stays; a folder that never had it does not delete it."""
    pages = [OLD if text is None else f"{OLD}\n## Notes\n\n{text}\n" for text in (ours, theirs, before)]

    page = merged(*pages)

    assert page.count("## Notes") == 1
    assert f"## Notes\n\n{kept}\n" in page


def test_different_sections_of_both_sides():
    """Sections and tags of both sides stay."""
    page = merged(
        OLD.replace("tags:\n", "tags:\n- here\n") + "\n## Here\n\nMine.\n",
        OLD.replace("tags:\n", "tags:\n- there\n") + "\n## There\n\nTheirs.\n",
    )

    assert {"here", "there"} <= set(read(page)[0]["tags"])
    assert all(page.count(text) == 1 for text in ("## Here\n\nMine.", "## There\n\nTheirs."))


UNMERGED = {
    "a changed sentence": (OLD.replace("Train on", "Never train on"), "the generated part `uses` was changed"),
    "a mark alone": (OLD.replace("<!-- wirework end: uses -->", ""), "a mark of a generated part lacks the other one"),
    "no YAML": (OLD.replace("tags:", "tags: ["), "its metadata block is not a YAML mapping"),
    "another record": (OLD.replace("wirework metadata: {", "wirework metadata: "), "the comment with its generated"),
    "another default": (
        OLD.replace("configs:\n", "configs:\n- config_name: more\n  default: true\n  data_files: more/*\n"),
        "configuration 'more' is the default",
    ),
    "other files": (OLD.replace("data/train-*", "data/test-*"), "configuration 'default' has other data files"),
}


@pytest.mark.parametrize("what", UNMERGED)
def test_what_cannot_be_merged_needs_the_flag(what):
    """A change that cannot be merged is one line, with the flag that gives it up."""
    page, said = UNMERGED[what]
    assert page != OLD
    with pytest.raises(InputError, match=said) as caught:
        merged(page)

    assert "\n" not in str(caught.value)
    assert "--overwrite-page" in str(caught.value)
    assert "900 rows of text." in merged(page, overwrite=True)


def test_sides_that_differ_need_the_flag():
    """A section and a licence that differ on both sides, and from the last push, are named; the flag takes the folder's."""
    here, there = (
        OLD.replace("license: apache-2.0", f"license: {licence}") + f"\n## Notes\n\n{licence}.\n"
        for licence in ("mit", "cc0-1.0")
    )
    with pytest.raises(InputError, match=r"metadata license differs .*\(and 1 more\); --overwrite-page"):
        merged(here, there)

    metadata, body = read(merged(here, there, overwrite=True))
    assert metadata["license"] == "mit"
    assert "## Notes\n\nmit." in body


def test_a_page_that_is_not_utf_8_needs_the_flag():
    """A page in another encoding is not decoded by guess."""
    with pytest.raises(InputError, match=r"line \d+: not UTF-8 \(looks like Latin-1"):
        merge(NEW, (OLD + "\n## Não\n").encode("latin-1"))


def test_a_page_that_windows_wrote_is_merged():
    """A byte order mark and CRLF line ends lose nothing of a page."""
    page = OLD.replace("license: apache-2.0", "license: mit") + "\n## Notes\n\nMine.\n"

    metadata, body = read(merge(NEW, page.replace("\n", "\r\n").encode("utf-8-sig")))

    assert metadata["license"] == "mit"
    assert "## Notes\n\nMine." in body


def test_metadata_given_twice_needs_the_flag():
    """YAML would take the last of two licences in silence."""
    with pytest.raises(InputError, match="its metadata has license twice; keep one"):
        merge(NEW, OLD.replace("license: apache-2.0", "license: mit\nlicense: apache-2.0").encode())


FOREIGN = "---\nlicense: cc-by-4.0\nlanguage: es\ntags: [mine]\n---\n# My data\n\nMine.\n"


@pytest.mark.parametrize("page", [FOREIGN, FOREIGN.partition("# My")[0]], ids=["a page", "metadata alone"])
def test_a_page_by_somebody_else(page):
    """A page that wirework did not write keeps its text, on top, and its metadata."""
    once = merged(None, page)
    metadata, body = read(once)

    assert (metadata["license"], metadata["language"]) == ("cc-by-4.0", "es")
    assert metadata["tags"] == ["synthetic", "wirework", "mine"]
    assert body.count("# My data\n\nMine.") == page.count("# My data")
    assert read(merged(once))[0] == metadata


def test_a_page_without_marks(capsys):
    """A card of wirework 0.1.0 keeps sections of other headings; a line says that changes in generated ones are lost."""
    page = generated().replace("## Citation", "## Notes\n\nMine.\n\n## Citation").replace("apache-2.0", "mit")
    once = merged(page)

    assert read(once)[0]["license"] == "mit"
    assert once.count("Mine.") == once.count("## Uses") == once.count("## Citation") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_of_a_build():
    """The short page that a build writes is replaced whole."""
    from generators.files.layout import readme

    plain = readme("data/tiny", {"train": 5})

    assert merged(plain) == merged(merge(plain, None)) == merge(NEW, None)
    assert merge(plain, merge(plain, None).encode()) == merge(plain, None)


def test_comments_of_html_stay_whole():
    """A value with the end of an HTML comment does not end the comment that records the metadata."""
    page = merge(generated(pretty_name="a --> b -- c"), None)

    assert merge(generated(pretty_name="new"), page.encode()) == merge(generated(pretty_name="new"), None)
