"""Instances survive the way through a file; bad files are refused with one line."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.problem.architecture import Activation
from symerm.problem.dataset import Dataset
from symerm.problem.reading import read_dataset
from symerm.theorems.generators.basic import activations, datasets, networks, rationals
from symerm.theorems.instance import Instance, instances, read_instance

parts = st.recursive(
    st.one_of(
        st.booleans(), st.integers(), rationals(), st.text(), activations(), datasets(), networks()
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


@given(instances(first=parts, second=parts))
def test_an_instance_comes_back_from_json(instance):
    text = json.dumps(instance.to_json())
    assert Instance.from_json(json.loads(text)) == instance


def test_datasets_of_an_instance_are_files_of_the_other_commands(tmp_path):
    dataset = Dataset.from_rows([0, "1/3"], [[1, 2], ["-1/2", 0]])
    instance = Instance.of(data=dataset, width=2, activation=Activation("relu"))
    file = tmp_path / "data.json"
    file.write_text(json.dumps(instance.files()["data"]), encoding="utf-8")
    assert read_dataset(file).inputs == dataset.inputs
    assert read_dataset(file).outputs == dataset.outputs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "JSON object"),
        ('{"a": 1}', "part a"),
        ('{"a": {"rational": 0.5}}', "0.5 is not exact"),
        ('{"a": {"rational": "x"}}', "x"),
        ('{"a": {"integer": true}}', "part a"),
        ('{"a": {"list": [{"integer": 1}, {"odd": 2}]}}', r"part a\[1\]"),
        ('{"a": {"dataset": []}}', "part a"),
        ("{", "not JSON"),
    ],
)
def test_bad_files_are_refused(tmp_path, text, message):
    file = tmp_path / "instance.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_instance(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_instance(tmp_path / "absent.json")


def test_parts_of_unknown_type_are_refused():
    with pytest.raises(InputError, match="float"):
        Instance.of(x=0.5).to_json()


def test_parts_are_read_by_name():
    instance = Instance.of(a=Fraction(1), b=2)
    assert dict(instance) == {"a": 1, "b": 2}
    with pytest.raises(KeyError):
        instance["c"]
