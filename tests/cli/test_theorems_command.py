"""symerm theorems: list, show, test; a falsified theorem ends in files that are read again."""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import symerm.theorems
import symerm.theorems.registry
from symerm.problem.reading import read_dataset
from symerm.strategies import datasets, instances, networks
from symerm.theorems import find_theorem, holds_if

LIFTING = find_theorem("activation-lifting")


@pytest.fixture
def false_theorem(monkeypatch):
    """A registry with one theorem, which is false: networks agree with all data."""

    def agree(instance):
        data, network = instance["data"], instance["network"]
        loss = network.loss(data.inputs, data.outputs)
        return holds_if(loss < 4, f"loss {loss}")

    wrong = replace(
        LIFTING, id="all-fit", hypotheses=(), mutants=(), claim=agree,
        instances=instances(
            data=datasets(inputs=(1, 1), outputs=(1, 1)),
            network=networks(inputs=(1, 1), outputs=(1, 1), width=(1, 2)),
        ),
    )
    for module in (symerm.theorems, symerm.theorems.registry):
        monkeypatch.setattr(module, "all_theorems", lambda: (wrong,))
    return wrong


def test_the_list_has_every_theorem_once(run):
    code, out, err = run("theorems", "list")
    assert (code, err) == (0, "")
    lines = out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [t.id for t in symerm.theorems.all_theorems()]


def test_the_list_can_be_restricted(run):
    code, out, _ = run(
        "theorems", "list", "--source", "lim-michalek-qi-2019", "--status", "proved", "--json"
    )
    listed = json.loads(out)
    assert code == 0
    assert "no-minimiser-six-points" in [entry["id"] for entry in listed]
    for entry in listed:
        assert entry["source"]["work"] == "lim-michalek-qi-2019"
        assert entry["status"]["kind"] == "proved"
        assert entry["proofs"]


def test_show_names_all_that_belongs_to_a_theorem(run):
    code, out, _ = run("theorems", "show", "activation-lifting")
    assert code == 0
    for text in (LIFTING.statement, "equal-signs", "proved", *LIFTING.proofs, "any-signs"):
        assert text in out
    code, out, _ = run("theorems", "show", "activation-lifting", "--format", "latex")
    assert LIFTING.latex in out
    code, out, _ = run("theorems", "show", "activation-lifting", "--format", "html")
    assert "<th>hypotheses</th>" in out


def test_a_regression_with_mutants(run):
    code, out, err = run("theorems", "test", "activation-lifting", "--mutants", "--examples", 12)
    assert (code, err) == (0, "")
    row = out.splitlines()[1].split()
    assert (row[0], row[2], row[3]) == ("activation-lifting", "12", "holds")
    assert out.splitlines()[-1] == "1 theorem: 1 holds; 2 mutants: 2 refuted; seed 0"


def test_the_report_does_not_depend_on_the_number_of_workers(run):
    names = [theorem.id for theorem in symerm.theorems.all_theorems()][:3]
    arguments = ("theorems", "test", *names, "--mutants", "--examples", 3, "--json")
    one, two = run(*arguments), run(*arguments, "--workers", 2)
    assert one == two
    found = json.loads(one[1])
    assert [entry["id"] for entry in found["theorems"]] == names
    assert found["passed"]
    assert all(m["refuted"] and m["instance"] for e in found["theorems"] for m in e["mutants"])


def test_a_falsified_theorem_leaves_files_that_other_commands_read(run, tmp_path, false_theorem):
    folder = tmp_path / "found"
    code, out, _ = run("theorems", "test", "--save", folder)
    assert code == 1
    assert "all-fit is falsified: loss 4" in out
    data, network = folder / "all-fit-data.json", folder / "all-fit-network.json"
    assert read_dataset(data).size == 1
    code, out, err = run("classify", network, "--data", data)
    assert err == ""
    # The instance itself can be checked again, and its loss is the one that was reported.
    code, out, _ = run("theorems", "test", "all-fit", "--instance", folder / "all-fit.json")
    assert code == 1
    assert "fails" in out
    assert "loss 4" in out


def test_without_save_the_instance_is_printed(run, false_theorem):
    code, out, _ = run("theorems", "test")
    assert code == 1
    start = out.index("all-fit.json:\n") + len("all-fit.json:\n")
    document, _ = json.JSONDecoder().raw_decode(out[start:])
    assert document["theorem"] == "all-fit"
    assert set(document["instance"]) == {"data", "network"}


def test_json_of_a_falsified_theorem_is_one_object(run, false_theorem):
    code, out, _ = run("theorems", "test", "--json")
    found = json.loads(out)
    assert code == 1
    assert not found["passed"]
    assert found["theorems"][0]["result"] == "falsified"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "nonsense-xyz"), "there is no theorem 'nonsense-xyz'"),
        (("list", "--source", "nobody"), "there is no source 'nobody'"),
        (("list", "--status", "true"), "there is no status 'true'"),
        (("list", "--format", "pdf"), "no format 'pdf'"),
        (("test", "--profile", "daily"), "no profile 'daily'"),
        (("test", "--examples", "0"), "--examples must be a positive integer"),
        (("test", "--seed", "-1"), "--seed must be a natural number"),
        (("test", "--seed", "x"), "--seed"),
        (("test", "--workers", "1/2"), "--workers"),
        (("test", "--instance", "x.json"), "--instance needs the id of one theorem"),
        (("test", "activation-lifting", "--instance", "absent.json"), "cannot be read"),
        (("test", "activation-lifting", "--save", "/dev/null/x"), "--save"),
    ],
)
def test_bad_input_is_one_line(run, arguments, message):
    code, out, err = run("theorems", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_an_instance_of_another_theorem_is_refused(run, tmp_path):
    file = tmp_path / "other.json"
    file.write_text('{"width": {"integer": 2}}', encoding="utf-8")
    code, _, err = run("theorems", "test", "activation-lifting", "--instance", file)
    assert code == 2
    assert "no part 'z'" in err


def test_ctrl_c_prints_what_is_known(run, monkeypatch):
    import symerm.theorems.regression as regression

    def interrupted(ids, options, *, workers, report):
        report(regression.try_all(find_theorem(ids[0]), options))
        raise KeyboardInterrupt

    monkeypatch.setattr(regression, "regress", interrupted)
    names = [theorem.id for theorem in symerm.theorems.all_theorems()][:3]
    code, out, err = run("theorems", "test", *names, "--examples", 2)
    assert code == 130
    assert "1 theorem: 1 holds" in out
    assert err == "symerm: interrupted; 2 of 3 theorems not tried\n"


def test_ctrl_c_ends_the_workers_without_a_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "symerm", "theorems", "test", "--examples", "100000", "--workers",
         "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    time.sleep(5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_of_list_and_regression_compiles(run, tmp_path: Path):
    names = ["activation-lifting"]
    parts = [
        run("theorems", "list", "--format", "latex")[1],
        run("theorems", "test", *names, "--examples", 3, "--mutants", "--format", "latex")[1],
    ]
    (tmp_path / "t.tex").write_text(
        "\\documentclass{article}\\usepackage[a2paper]{geometry}\\begin{document}\n"
        + "\n\n".join(parts) + "\\end{document}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
        cwd=tmp_path, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:]
