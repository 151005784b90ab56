"""``symerm datasets`` lists the catalogue, the whole catalogue and nothing else."""

import json
from html.parser import HTMLParser

import pytest

from symerm.problem.catalogue import catalogue, load_dataset


def test_every_dataset_has_its_source_and_licence(run) -> None:
    code, out, err = run("datasets")
    assert (code, err) == (0, "")
    for info in catalogue():
        block = out.split(f"\n{info.name}: ")[1]
        assert block.splitlines()[:3] == [
            info.description,
            f"  source: {info.source}",
            f"  licence: {info.licence}",
        ]


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_agrees_with_the_data(run, option) -> None:
    code, out, _ = run("datasets", *option)
    assert code == 0
    assert out.count("\n") == 1
    listed = json.loads(out)["datasets"]
    assert [entry["name"] for entry in listed] == [info.name for info in catalogue()]
    for entry in listed:
        data = load_dataset(entry["name"])
        assert (entry["n"], entry["p"], entry["q"]) == (
            data.size, data.input_dimension, data.output_dimension
        )  # fmt: skip
        assert tuple(entry["inputs"]) == data.input_names
        assert tuple(entry["outputs"]) == data.output_names
        assert entry["source"]
        assert entry["licence"]


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def test_html_holds_every_cell(run) -> None:
    code, out, _ = run("datasets", "--format", "html")
    parser = Cells()
    parser.feed(out)
    assert code == 0
    assert len(parser.texts) == 7 * (len(catalogue()) + 1)
    for info in catalogue():
        assert info.source in parser.texts


def test_latex_has_a_row_per_dataset(run) -> None:
    code, out, _ = run("datasets", "--format", "latex")
    assert code == 0
    assert out.count(r" \\") == len(catalogue()) + 1


def test_an_unknown_format_is_refused(run) -> None:
    assert run("datasets", "--format", "xml") == (
        2, "", "symerm: error: --format: there is no format 'xml'; use text, latex, html, json\n"
    )  # fmt: skip
