"""Where values stand: checked against what a reader of the text would point at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_platform.problems import Path
from emr_platform.templates.positions import START, positions
from emr_platform.templates.yaml_text import load_yaml

YAML = """\
Resources:
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      Name: !Sub "${AWS::StackName}-x"
      Instances:
        MasterInstanceGroup: {InstanceCount: 1, InstanceType: m5.xlarge}
        TaskInstanceGroups:
          - InstanceCount: 3
            Market: !If
              - Cheap
              - SPOT
              - !Ref AWS::NoValue
      LogUri:
      AdditionalInfo: |
        text
"""
PROPERTIES = ("Resources", "Cluster", "Properties")
TASK = (*PROPERTIES, "Instances", "TaskInstanceGroups", 0)


def at(text: str, path: Path) -> tuple[tuple[int, int], tuple[int, int]]:
    place = positions(text).places[path]
    return tuple(place.key), tuple(place.value)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("Resources",), (1, 1), (1, 1)),
        (("Resources", "Cluster", "Type"), (3, 5), (3, 11)),
        ((*PROPERTIES, "Name"), (5, 7), (5, 13)),
        ((*PROPERTIES, "Name", "Fn::Sub"), (5, 7), (5, 13)),
        ((*PROPERTIES, "Instances"), (6, 7), (6, 7)),
        ((*PROPERTIES, "Instances", "MasterInstanceGroup"), (7, 9), (7, 30)),
        ((*PROPERTIES, "Instances", "MasterInstanceGroup", "InstanceType"), (7, 49), (7, 63)),
        (TASK, (9, 13), (9, 13)),
        ((*TASK, "InstanceCount"), (9, 13), (9, 28)),
        ((*TASK, "Market"), (10, 13), (10, 13)),
        ((*TASK, "Market", "Fn::If", 1), (12, 17), (12, 17)),
        ((*TASK, "Market", "Fn::If", 2, "Ref"), (13, 17), (13, 17)),
        ((*PROPERTIES, "LogUri"), (14, 7), (14, 7)),
        ((*PROPERTIES, "AdditionalInfo"), (15, 7), (15, 7)),
    ],
)
def test_yaml(path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
    assert at(YAML, path) == (key, value)


JSON = """{
  "Resources": {"A": [1, {"ü \\" , ]": "x, y"},
\t-2.5e3, []], "B" : null
  }
}"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), (1, 1), (1, 1)),
        (("Resources",), (2, 3), (2, 16)),
        (("Resources", "A"), (2, 17), (2, 22)),
        (("Resources", "A", 0), (2, 23), (2, 23)),
        (("Resources", "A", 1, 'ü " , ]'), (2, 27), (2, 39)),
        (("Resources", "A", 2), (3, 2), (3, 2)),
        (("Resources", "A", 3), (3, 10), (3, 10)),
        (("Resources", "B"), (3, 15), (3, 21)),
    ],
)
def test_json(path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
    assert at(JSON, path) == (key, value)


def test_what_is_not_there_is_where_it_would_be() -> None:
    found = positions(YAML)
    assert (
        found.find((*PROPERTIES, "Instances", "Nobody", 3))
        == found.places[(*PROPERTIES, "Instances")]
    )
    assert found.find(("Elsewhere",)) == found.places[()] == START


def test_repeated_keys_of_json() -> None:
    found = positions('{"a": {"b": 1,\n "b": 2}, "b": 3}')
    assert found.repeated == ((("a", "b"), (2, 2)),)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


def paths(value: Any, path: Path = ()) -> list[Path]:
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths(inner, (*path, index))
    return found


@given(trees, st.sampled_from([None, 0, 3]))
def test_every_value_of_any_json_has_its_place(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    places = positions(text).places
    assert list(places) == paths(value)
    lines = text.split("\n")
    for path, place in places.items():
        if path and isinstance(path[-1], str):
            line, column = place.key
            assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1]))


def test_short_and_long_functions_have_the_same_paths() -> None:
    places = positions(YAML).places
    value = load_yaml(YAML)
    # The reading splits what belongs to !GetAtt, which is one text where it stands.
    assert set(places) == set(paths(value))
