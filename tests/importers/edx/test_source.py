from emr_platform.environment.yaml_source import parse
from emr_platform.importers.edx.source import Item, comments, tree


def read(text: str, **replacements: str) -> Item:
    root, problems = parse(text, "c.yml")
    assert root is not None
    assert problems == []
    return tree(root, "c.yml", {f"<{key}>": value for key, value in replacements.items()})


def child(item: Item, *path: str | int) -> Item:
    for part in path:
        if isinstance(part, int):
            assert isinstance(item.value, list)
            item = item.value[part]
        else:
            assert isinstance(item.value, dict)
            item = item.value[part]
    return item


def test_values_know_where_they_stand() -> None:
    item = child(read("a:\n  b: [1, x]\n"), "a", "b", 1)
    assert item.path == ("a", "b", 1)
    assert str(item.location) == "c.yml:2:10"


def test_placeholders_are_replaced_everywhere() -> None:
    root = read("{a: <x>, b: 'p/<x>/q', c: <n>, d: <y>}", x="one", n="2")
    assert [child(root, key).value for key in "abcd"] == ["one", "p/one/q", 2, "<y>"]
    assert [child(root, key).written for key in "abcd"] == ["<x>", "p/<x>/q", "<n>", None]
    assert child(root, "b").shown() == "p/one/q"
    assert child(root, "b").shown(as_written=True) == "p/<x>/q"


def test_fields_that_say_nothing_are_not_given() -> None:
    root = read("{a: , b: '', c: [], d: {}, e: 0, f: false}")
    assert [key for key in "abcdef" if root.field(key) is not None] == ["e", "f"]
    assert root.field("x") is None
    assert root.field("x", "e") is child(root, "e")


def test_what_nobody_took_is_found_as_a_whole() -> None:
    root = read("{a: {b: 1, c: {d: 2, e: 3}}, f: [1, {g: 2}]}")
    assert list(root.untaken()) == [root]
    child(root, "a", "b").take()
    assert [item.path for item in root.untaken()] == [("a", "c"), ("f",)]
    # That a list was taken says nothing about what is in it.
    child(root, "f").is_taken = True
    assert [item.path for item in root.untaken()] == [("a", "c"), ("f", 0), ("f", 1)]
    root.take()
    assert list(root.untaken()) == []


def test_comments_are_found_and_other_number_signs_are_not() -> None:
    text = """\
# first
a: x#y   # second
b: "no # comment"
c: 'it''s # none'
d: |
  # text
e: plain # third
f: [x, # fourth
  y]
"""
    found = [(comment.location.line, comment.text) for comment in comments(text, "c.yml")]
    assert found == [(1, "first"), (2, "second"), (7, "third"), (8, "fourth")]
