"""Datasets from sequences, arrays and frames; collapsing repeated points."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import flint
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset, choose_columns

F = Fraction


def test_nested_sequences_and_arrays_give_the_same() -> None:
    expected = Dataset(
        ((F(0), F(1)), (F(2), F(3))), ((F(1, 2),), (F(-3, 4),)), ("x1", "x2"), ("y",)
    )
    for inputs in ([[0, 1], [2, 3]], np.array([[0, 1], [2, 3]]), np.array([[0.0, 1], [2, 3]])):
        for outputs in ([0.5, -0.75], [["1/2"], ["-0.75"]], np.array([0.5, -0.75])):
            assert Dataset.from_rows(inputs, outputs) == expected
    assert (expected.size, expected.input_dimension, expected.output_dimension) == (2, 2, 1)


def test_floats_are_shortest_decimals_unless_told_otherwise() -> None:
    data = Dataset.from_rows(np.array([0.1]), [0.3])
    assert (data.inputs, data.outputs) == (((F(1, 10),),), ((F(3, 10),),))
    exact = Dataset.from_rows(np.array([0.1]), [0.3], exact_floats=True)
    assert (exact.inputs, exact.outputs) == (((F(0.1),),), ((F(0.3),),))
    assert exact != data


def test_numbers_of_other_libraries_and_generators() -> None:
    data = Dataset.from_rows(
        (x for x in [flint.fmpq(1, 3), np.float32(0.1)]), ([k, str(k)] for k in range(2))
    )
    assert data.inputs == ((F(1, 3),), (F(1, 10),))
    assert data.outputs == ((F(0), F(0)), (F(1), F(1)))


@given(st.lists(st.tuples(st.integers(-9, 9), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_arrays_frames_and_rows_agree(rows: list[tuple[int, float]]) -> None:
    array = np.array([y for _, y in rows])
    frame = pd.DataFrame({"x": [x for x, _ in rows], "y": array})
    direct = Dataset.from_rows([x for x, _ in rows], array, input_names=["x"], output_names=["y"])
    assert Dataset.from_frame(frame) == direct
    assert direct.outputs == tuple((F(repr(y)),) for _, y in rows)
    exact = Dataset.from_frame(frame, exact_floats=True)
    assert exact.outputs == tuple((F(y),) for _, y in rows)


def test_frames_choose_columns_by_name() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "u": [1, 2], "v": ["1/2", "0.1"], "w": [3, 4]})
    data = Dataset.from_frame(frame, inputs=["w"], outputs=["v", "u"])
    assert data.inputs == ((F(3),), (F(4),))
    assert data.outputs == ((F(1, 2), F(1)), (F(1, 10), F(2)))
    assert (data.input_names, data.output_names) == (("w",), ("v", "u"))


@pytest.mark.parametrize("bad", [np.nan, np.inf, None, pd.NA, "text", True, pd.Timestamp(0)])
def test_frames_with_bad_entries_name_row_and_column(bad: object) -> None:
    frame = pd.DataFrame({"x": [0, 1, 2], "y": pd.Series([0, 1, bad], dtype=object)})
    with pytest.raises(InputError) as caught:
        Dataset.from_frame(frame)
    assert (caught.value.row, caught.value.column) == (3, "y")


def test_a_missing_value_in_a_numeric_frame_is_refused() -> None:
    frame = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "y": [1.0, 2.0]})
    with pytest.raises(InputError) as caught:
        Dataset.from_frame(frame)
    assert (caught.value.row, caught.value.column) == (2, "x")


def test_rows_with_bad_entries_name_row_and_entry() -> None:
    with pytest.raises(InputError, match=r"row 2, column outputs\[1\]: .*finite"):
        Dataset.from_rows([0, 1], [[1, 2], [3, float("nan")]])
    with pytest.raises(InputError, match=r"row 1, column inputs\[0\]"):
        Dataset.from_rows(np.zeros((2, 1, 1)), [1, 2])  # one dimension too many
    with pytest.raises(InputError, match="'abc'"):
        Dataset.from_rows(["abc"], [1])


@pytest.mark.parametrize(
    ("inputs", "outputs", "fragment"),
    [
        ([], [], "no rows"),
        ([1, 2], [1], "2 inputs but 1 outputs"),
        ([[1, 2], [3]], [1, 2], "row 2: inputs have 1 entries"),
        ([1, 2], [[1], [2, 3]], "row 2: outputs have 2 entries"),
        ([[], []], [1, 2], "inputs have no columns"),
        ([1], [[]], "outputs have no columns"),
    ],
)
def test_wrong_shapes(inputs: list[object], outputs: list[object], fragment: str) -> None:
    with pytest.raises(InputError, match=fragment):
        Dataset.from_rows(inputs, outputs)


def test_datasets_are_values() -> None:
    data = Dataset.from_rows([0, 1], [1, 2])
    assert hash(data) == hash(Dataset.from_rows(["0.0", F(1)], [1, 2]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.inputs = ()  # type: ignore[misc]


def test_default_choice_of_columns() -> None:
    assert choose_columns(["a", "b", "c"], None, None) == (["a", "b"], ["c"])
    assert choose_columns(["a", "b", "c"], ["c"], None) == (["c"], ["b"])
    assert choose_columns(["a", "b", "c"], None, ["a", "b"]) == (["c"], ["a", "b"])


@pytest.mark.parametrize(
    ("columns", "inputs", "outputs", "fragment"),
    [
        (["a"], None, None, "no column is left for the inputs"),
        (["a", "b"], ["a", "b"], None, "no column is left for the output"),
        (["a", "b"], None, ["a", "b"], "no column is left for the inputs"),
        (["a", "b"], ["c"], None, "no column 'c'"),
        (["a", "a"], None, None, "more than once"),
        (["a", "b"], ["a"], ["a"], "both as input and as output"),
        (["a", "b"], ["a", "a"], ["b"], "named twice"),
    ],
)
def test_refused_choices_of_columns(
    columns: list[str], inputs: list[str] | None, outputs: list[str] | None, fragment: str
) -> None:
    with pytest.raises(InputError, match=fragment):
        choose_columns(columns, inputs, outputs)


small = st.integers(-3, 3)


@given(st.lists(st.tuples(small, small, small, small), min_size=1, max_size=9), small, small, small)
def test_collapsing_changes_no_loss(
    rows: list[tuple[int, int, int, int]], a: int, b: int, v: int
) -> None:
    """Loss = weighted loss of the means + scatter, for every network: here a random one."""
    data = Dataset.from_rows([row[:2] for row in rows], [row[2:] for row in rows])
    merged = data.collapsed()
    net = ShallowNetwork(((F(a), F(b)),), (F(v),), ((F(v), F(1)),), (F(b), F(-1)))
    weighted = sum(
        weight * sum((y - t) ** 2 for y, t in zip(net(point), mean, strict=True))
        for point, mean, weight in zip(merged.inputs, merged.outputs, merged.weights, strict=True)
    )
    assert net.loss(data.inputs, data.outputs) == weighted + merged.scatter
    assert list(merged.inputs) == sorted(set(data.inputs))
    assert sorted(k for group in merged.groups for k in group) == list(range(data.size))
    for point, group, weight in zip(merged.inputs, merged.groups, merged.weights, strict=True):
        assert {data.inputs[k] for k in group} == {point}
        assert len(group) == weight
