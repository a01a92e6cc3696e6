"""Runs the notebook from top to bottom and keeps its outputs. `make notebook` calls it."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks/sequence-models.ipynb"
BYTES_MAX = 400_000


def main() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=1800, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(NOTEBOOK.parent))
    text = nbformat.writes(notebook)
    if len(text) > BYTES_MAX:
        raise SystemExit(f"expected a notebook of at most {BYTES_MAX} bytes, got {len(text)}")
    NOTEBOOK.write_text(text + "\n")
    ran = sum(cell.cell_type == "code" for cell in notebook.cells)
    print(f"{ran} cells ran, {len(text)} bytes")


if __name__ == "__main__":
    main()
