from __future__ import annotations

import csv
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine.cli_output import INTERRUPTED
from engine.embedding import Embedder
from tests.tones import write_sound
from trainer import cli_recipes
from trainer.cli_recipes import run_paper_recipe
from trainer.errors import TrainerError
from trainer.manifest import COLUMNS
from trainer.running_news import read_news

RECIPE = """
name = "tones"
task = "contrastive"
items = "C05"
dim = 8
[mel]
sample_rate_hz = 8000
fft_samples = 256
window_samples = 200
hop_samples = 80
mels = 8
low_hz = 50.0
high_hz = 4000.0
mean_db = -40.0
deviation_db = 20.0
[audio]
kind = "patches"
width = 8
layers = 1
heads = 1
hidden = 8
patch_frames = 8
patch_bands = 8
[text]
width = 8
layers = 1
heads = 1
hidden = 8
max_tokens = 10
[pairs]
clip_s = 0.4
held_out_sources = ["south"]
[descent]
learning_rate = 1e-2
rows_per_step = 6
[length]
steps = 6
validate_every = 3
[small]
name = "small-tones"
length = { steps = 4 }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    path = tmp_path / "tones.toml"
    path.write_text(RECIPE)
    return str(path)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Twelve tones, four of them held out, in a folder like the one with the real sounds."""
    folder = tmp_path / "shared" / "sounds"
    folder.mkdir(parents=True)
    with (folder / "train.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number in range(12):
            source = "south" if number % 3 == 0 else "north"
            tone = f"a {'high' if number % 2 else 'low'} tone of {source}"
            write_sound(folder / f"{number}.wav", hz=200.0 + 250.0 * number, seconds=0.5, sample_rate_hz=8000)
            table.writerow([f"{number}.wav", source, f"r{number}", "tone", tone, 0.5, "CC0"])
    return folder.parent


def test_a_recipe_that_is_interrupted_goes_on_and_becomes_a_network(
    recipe: str, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    with pytest.raises(typer.Exit) as interrupted:
        run_paper_recipe(recipe, run=run, shared=shared, device="cpu", workers=1, max_minutes=0.0)
    assert interrupted.value.exit_code == INTERRUPTED
    assert f"Step 1 of 6 is kept in {run}; the same command goes on from there." in capsys.readouterr().err

    run_paper_recipe(recipe, run=run, shared=shared, device="cpu", workers=1)
    said = capsys.readouterr().out
    embedder = Embedder.load(run / "network")
    assert f"tones is in {run / 'network'}: checkpoint {embedder.checkpoint_id}" in said
    assert embedder.dim == 8
    told = {int(entry["step"]): entry for entry in read_news(run)}
    assert {"map", "modality_gap"} < set(told[0])  # the untrained start
    assert {"map", "modality_gap", "loss"} < set(told[6])
    card = (run / "network" / "CARD.md").read_text()
    assert "Trained by the recipe tones (C05), to step 6 of 6" in card
    assert "Sounds: 8 to train on, 0.0 h; 4 held out." in card
    assert "| north | CC0 | 8 |" in card
    assert f"| map | {told[0]['map']:.4g} |" in card


def test_settings_manifests_and_folders_are_those_that_are_named(
    recipe: str, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_paper_recipe(
        recipe,
        run=tmp_path / "run",
        shared=Path("nowhere"),
        manifests=[shared / "sounds" / "train.csv"],
        out=tmp_path / "ear",
        features=tmp_path / "features",
        settings=["task=masked_autoencoder", "loss.hidden_share=0.5", "loss.predictor_layers=1"],
        small=True,
        device="cpu",
        workers=1,
    )
    said = capsys.readouterr().out
    assert f"The ear of small-tones is in {tmp_path / 'ear'}: --set start.audio={tmp_path / 'run'} begins" in said
    assert list((tmp_path / "features").iterdir())
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "log.jsonl",
        "plots",
        "tensorboard",
        "state-00000003.pt",
        "state-00000004.pt",
    }


def test_a_manifest_that_is_not_there_is_named(recipe: str, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"There is no manifest .*nowhere/sounds/train\.csv\."):
        run_paper_recipe(recipe, run=tmp_path / "run", shared=tmp_path / "nowhere", device="cpu")


def test_plots_says_what_it_drew(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 0, "map": 0.5}\n')
    app = typer.Typer()
    app.callback()(lambda: None)
    cli_recipes.add_commands(app)
    drawn = CliRunner().invoke(app, ["plots", str(tmp_path)])
    assert drawn.output == f"{tmp_path / 'plots' / 'retrieval.png'}\n"
