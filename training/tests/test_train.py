import numpy as np
import pytest
import torch

from dataset import DAY, Refused, read, seconds
from tabular import TabularNet, average
from train_tabular import cut, train

DATES = ("2021-01-01", "2021-09-01", 30)


def test_slices_follow_in_time_with_an_embargo_between(export):
    data = read(export)
    slices = cut(data, *DATES)
    assert data.as_of[slices.train].max() < seconds("2021-01-01") - 30 * DAY
    assert data.as_of[slices.valid].min() >= seconds("2021-01-01")
    assert data.as_of[slices.valid].max() < seconds("2021-09-01") - 30 * DAY
    assert data.as_of[slices.test].min() >= seconds("2021-09-01")
    assert not data.censored[slices.train | slices.valid | slices.test].any()


def test_empty_slice_is_named(export):
    with pytest.raises(Refused, match="the test slice has no rows"):
        cut(read(export), "2021-01-01", "2030-01-01", 30)


def test_slices_out_of_order_are_refused(export):
    with pytest.raises(Refused, match="--validate-from 2022-01-01 must be before --test-from 2021-01-01"):
        cut(read(export), "2022-01-01", "2021-01-01", 30)


def test_single_class_label_is_refused_in_one_sentence(export):
    np.save(export / "label.npy", np.zeros(8640, np.int8))
    with pytest.raises(Refused, match=r"^every one of the \d+ labels of the train slice is 0: one class cannot be learned or judged$"):
        cut(read(export), *DATES)


def test_signal_is_found_and_both_models_are_reported(checkpoint):
    found = checkpoint["training"]
    assert found["logistic_regression"]["auc"] > 0.7 and found["network"]["auc"] > 0.65
    low, high = found["test"]["auc_95"]
    assert low < found["test"]["auc"] < high
    assert found["logistic_regression"]["ece"] < 0.05
    assert set(found["rows"]) == {"train", "valid", "test"}


def test_linear_truth_ships_the_simpler_model(checkpoint):
    assert checkpoint["training"]["shipped"] == "logistic_regression" and checkpoint["config"]["width"] == 0


def test_constant_feature_has_no_weight(checkpoint):
    assert checkpoint["state"]["std"][3] == 1 and abs(checkpoint["state"]["linear.weight"][0, 3]) < 1e-6


def test_companies_are_validated_only_by_nets_that_have_not_seen_them(export, monkeypatch):
    # labels that only a memory of the company can know: unseen companies must come out at chance
    random = np.random.default_rng(5)
    x = np.load(export / "features.npy")
    x[:] = np.tile(random.normal(size=(240, 4)), (36, 1))
    np.save(export / "features.npy", x.astype(np.float32))
    np.save(export / "label.npy", np.tile(random.integers(0, 2, 240).astype(np.int8), 36))
    from train_tabular import Recipe
    found = train(read(export), *DATES, Recipe(seeds=3, epochs=2, width=64), refit=False)["training"]
    assert 0.3 < found["network"]["auc_of_companies_not_trained_on"] < 0.7


def test_rows_outside_the_range_of_training_score_like_its_edge():
    net = TabularNet(2, 4).fit(torch.tensor([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0]])).eval()
    torch.nn.init.normal_(net.out.weight)
    torch.nn.init.normal_(net.linear.weight)
    with torch.no_grad():
        edge, beyond, constant = net(torch.tensor([[2.0, 5.0], [900.0, 5.0], [2.0, 7.0]]))
    assert edge == beyond == constant


def test_average_of_nets_is_the_mean_of_their_logits():
    torch.manual_seed(0)
    nets = [TabularNet(5, 7).eval() for _ in range(3)]
    for net in nets:
        torch.nn.init.normal_(net.out.weight)
        torch.nn.init.normal_(net.linear.weight)
    x = torch.randn(11, 5)
    with torch.no_grad():
        assert torch.allclose(average(nets)(x), torch.stack([net(x) for net in nets]).mean(0), atol=1e-5)
