import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from inference.errors import WeightsError
from training.checkpoint import Progress, load_checkpoint, save_checkpoint
from training.fit import Run, Stage, fit, rate_at
from training.recipe import Schedule

SCHEDULE = Schedule(steps=12, batch=4, learning_rate=0.05, weight_decay=0.01, warmup=3)


def stage():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))

    def losses(_step):
        x = torch.randn(16, 4)  # drawn from the step's own seed
        return {"square": (network(x) - x.sum(1, keepdim=True)).square().mean()}

    return Stage("toy", network, losses, SCHEDULE)


def weights(folder, *, interruptions):
    run = Run(folder, seed=3, save_every=2, log_every=5)
    folder.mkdir()
    for stop in (*interruptions, None):
        found = stage()
        fit(found, run, stop_after=stop)
    return found.network.state_dict()


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path):
    whole = weights(tmp_path / "whole", interruptions=())
    broken = weights(tmp_path / "broken", interruptions=(3, 7, 8))  # 3 and 7 lie between two checkpoints
    assert all(torch.equal(whole[name], broken[name]) for name in whole)


def test_a_stage_that_is_done_is_not_run_again(tmp_path):
    weights(tmp_path / "run", interruptions=())
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    again = stage()
    fit(again, Run(tmp_path / "run", seed=3))
    assert (tmp_path / "run" / "log.jsonl").read_text().splitlines() == lines


def test_every_line_of_the_log_is_json_with_the_loss_and_the_time_left(tmp_path):
    weights(tmp_path / "run", interruptions=())
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 6, 11, 12]
    assert all({"square", "left", "of", "stage"} <= row.keys() for row in rows)


def test_it_learns(tmp_path):
    found = replace(stage(), schedule=replace(SCHEDULE, steps=150))
    fit(found, Run(tmp_path, seed=0, save_every=1000, log_every=1))
    losses = [json.loads(line)["square"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.2 * losses[0]


def test_the_rate_rises_then_falls_to_nothing():
    rates = [rate_at(SCHEDULE, step) for step in range(SCHEDULE.steps)]
    assert rates[0] < rates[1] < rates[2]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert rates[-1] < 0.05 * max(rates)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_checkpoint(path, nn.Linear(2, 2), None, Progress(1, 2))
    with pytest.raises(WeightsError, match="is not a checkpoint of this run"):
        load_checkpoint(path, nn.Linear(3, 3))


def test_half_a_checkpoint_is_refused(tmp_path):
    path = tmp_path / "half.safetensors"
    save_checkpoint(path, nn.Linear(2, 2), None, Progress(1, 2))
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(WeightsError, match="is not a checkpoint"):
        load_checkpoint(path, nn.Linear(2, 2))
