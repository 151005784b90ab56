"""Writes the files of this folder with torch, safetensors and numpy (python make_archives.py).

`expected.json` has the entries of every tensor as torch itself tells them, exactly: as hexadecimal
floats or integers, row by row, beside shape and type.
"""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    import numpy
    import torch
    from safetensors.torch import save_file
    from torch import nn

    torch.manual_seed(20)
    expected: dict[str, object] = {}

    def note(name: str, tensors: dict[str, torch.Tensor]) -> None:
        expected[name] = {
            key: {
                "shape": list(tensor.shape),
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "entries": [
                    value.hex() if isinstance(value, float) else value
                    for value in tensor.detach().contiguous().flatten().tolist()
                ],
            }
            for key, tensor in tensors.items()
        }

    def save(name: str, tensors: dict[str, torch.Tensor], **options: object) -> None:
        torch.save(tensors, FOLDER / name, **options)
        note(name, tensors)

    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(2, 3)
            self.fc2 = nn.Linear(3, 2, bias=False)
            self.fc3 = nn.Linear(2, 2)

    class Hidden(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(1, 2)
            self.head = nn.Linear(2, 1)

    sequential = nn.Sequential(nn.Linear(1, 3), nn.ReLU(), nn.Linear(3, 1))
    save("sequential.pt", sequential.state_dict())
    save("protocol4.pt", sequential.state_dict(), pickle_protocol=4)
    save("linear.pt", nn.Linear(2, 1).state_dict())
    named = Named().double()
    save("named.pt", named.state_dict())
    save("parameters.pt", dict(named.named_parameters()))
    hidden = Hidden()
    save("hidden.pt", hidden.state_dict())
    for dtype in ("bfloat16", "float16"):
        save(f"{dtype}.pt", Hidden().to(getattr(torch, dtype)).state_dict())

    base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 8
    save("strided.pt", {
        "0.weight": base.t(),  # transposed
        "0.bias": base.flatten()[1:9:2],  # every second, from an offset
        "2.weight": base[:, 1:3].t().flip(0)[:1].expand(2, 3),  # repeated rows
        "2.bias": base[1:, 2],  # one column
        "steps": torch.tensor(7),
        "counts": torch.tensor([[-1, 2**62]]),
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
        "empty": torch.zeros(0, 5),
    })  # fmt: skip

    optimizer = torch.optim.Adam(hidden.parameters(), lr=0.01)
    hidden.head(torch.relu(hidden.hidden(torch.ones(1, 1)))).sum().backward()
    optimizer.step()
    checkpoint = {
        "epoch": 3,
        "model": hidden.state_dict(),
        "optimizer": optimizer.state_dict(),
        "losses": [0.5, 0.25],
    }
    torch.save(checkpoint, FOLDER / "checkpoint.pt")
    note("checkpoint.pt", {f"model.{key}": value for key, value in hidden.state_dict().items()})

    # What is refused.
    torch.save(sequential, FOLDER / "module.pt")
    torch.save(
        sequential.state_dict(), FOLDER / "legacy.pt", _use_new_zipfile_serialization=False
    )
    torch.save({"0.weight": torch.eye(2).to_sparse()}, FOLDER / "sparse.pt")
    torch.save({"0.weight": torch.ones(1, 1, dtype=torch.bool)}, FOLDER / "bool.pt")
    torch.save(torch.ones(2, 2), FOLDER / "tensor.pt")
    normalised = nn.Sequential(nn.Linear(1, 2), nn.BatchNorm1d(2), nn.Linear(2, 1))
    torch.save(normalised.state_dict(), FOLDER / "batchnorm.pt")
    negated = torch.full((1, 1), 1 + 2j).conj().imag
    torch.save({"0.weight": negated}, FOLDER / "negated.pt")

    for name, module in (("sequential", sequential), ("hidden", hidden)):
        tensors = {key: value.contiguous() for key, value in module.state_dict().items()}
        save_file(tensors, FOLDER / f"{name}.safetensors", metadata={"format": "pt"})
        note(f"{name}.safetensors", tensors)
    halves = {key: value.bfloat16() for key, value in sequential.state_dict().items()}
    save_file(halves, FOLDER / "bfloat16.safetensors")
    note("bfloat16.safetensors", halves)

    arrays = {key: value.numpy() for key, value in named.state_dict().items()}
    numpy.savez(FOLDER / "named.npz", **arrays)
    note("named.npz", named.state_dict())
    columns = {
        "0.weight": numpy.asfortranarray(numpy.arange(6, dtype=">f4").reshape(2, 3) / 7),
        "0.bias": numpy.array([0.1, -0.1], dtype="float16"),
        "1.weight": numpy.array([[3, -4]], dtype=">i2"),
    }
    numpy.savez_compressed(FOLDER / "columns.npz", **columns)
    note("columns.npz", {
        key: torch.from_numpy(numpy.ascontiguousarray(value).astype(value.dtype.newbyteorder("=")))
        for key, value in columns.items()
    })  # fmt: skip

    text = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items())
    (FOLDER / "expected.json").write_text(f"{{{text}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
