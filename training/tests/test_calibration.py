import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

import calibration
import metrics


@pytest.fixture
def sample():
    random = np.random.default_rng(1)
    truth = random.normal(-2, 1.2, 20_000)
    label = (random.random(len(truth)) < calibration.sigmoid(truth)).astype(np.int8)
    return truth, label


def test_platt_recovers_a_known_distortion(sample):
    truth, label = sample
    scale, offset = calibration.platt(3 * truth + 5, label)
    assert scale == pytest.approx(1 / 3, abs=0.02) and offset == pytest.approx(-5 / 3, abs=0.1)


def test_platt_agrees_with_an_unpenalised_logistic_regression(sample):
    truth, label = sample
    fit = LogisticRegression(penalty=None).fit(truth[:, None], label)
    assert calibration.platt(truth, label) == pytest.approx((fit.coef_[0, 0], fit.intercept_[0]), abs=2e-3)


def test_platt_of_a_score_that_points_the_wrong_way_says_the_base_rate(sample):
    truth, label = sample
    scale, offset = calibration.platt(-truth, label)
    assert scale > 0 and np.allclose(calibration.sigmoid(scale * -truth + offset), label.mean(), atol=0.005)


def test_platt_survives_separable_labels():
    scale, offset = calibration.platt(np.array([-1e3, -9e2, 9e2, 1e3]), np.array([0, 0, 1, 1]))
    assert np.isfinite([scale, offset]).all() and scale > 0


def test_calibrated_probabilities_have_a_small_error_and_distorted_ones_do_not(sample):
    truth, label = sample
    assert metrics.calibration_error(calibration.sigmoid(truth), label) < 0.01
    assert metrics.calibration_error(calibration.sigmoid(truth + 2), label) > 0.1


def test_auc_and_average_precision_agree_with_scikit_learn(sample):
    truth, label = sample
    assert metrics.auc(truth.round(1), label) == pytest.approx(roc_auc_score(label, truth.round(1)))
    assert metrics.average_precision(truth, label) == pytest.approx(average_precision_score(label, truth))


def test_weighted_auc_equals_repeated_rows(sample):
    truth, label = sample[0][:200].round(1), sample[1][:200]
    times = np.random.default_rng(3).integers(0, 4, 200)
    assert metrics.auc(truth, label, times) == pytest.approx(roc_auc_score(label.repeat(times), truth.repeat(times)))


def test_interval_is_wider_when_rows_repeat_a_company(sample):
    truth, label = sample[0][:500], sample[1][:500]
    (alone, _), _ = metrics.compare(truth, truth, label, np.arange(500))
    (repeated, _), gain = metrics.compare(truth.repeat(4), truth.repeat(4), label.repeat(4), np.arange(500).repeat(4))
    assert repeated[1] - repeated[0] == pytest.approx(alone[1] - alone[0], rel=0.2)
    assert gain == {"gain": 0.0, "error": 0.0, "gain_95": [0.0, 0.0]}


def test_recall_at_ten_percent_counts_the_top_rows():
    label = np.zeros(100, np.int8)
    label[[0, 5, 50]] = 1
    assert metrics.recall_at(-np.arange(100.0), label) == pytest.approx(2 / 3)


def test_thresholds_are_optimal_for_their_f_beta(sample):
    truth, label = sample[0][:400], sample[1][:400]
    p = calibration.sigmoid(truth)
    for beta in (2.0, 0.5):
        found, best = calibration.best_threshold(p, label, beta), 0.0
        score = lambda t: (1 + beta**2) * label[p >= t].sum() / (beta**2 * label.sum() + (p >= t).sum())
        assert score(found) == pytest.approx(max(score(t) for t in p))


def test_bands_rise_and_recover_below_where_they_fire(sample):
    low, watch, high = calibration.bands(calibration.sigmoid(sample[0]), sample[1])
    assert low == {"name": "low"}
    assert watch["recover"] < watch["fire"] < high["fire"] and high["recover"] < high["fire"]


def test_bands_stay_apart_when_every_probability_is_the_same():
    low, watch, high = calibration.bands(np.full(100, 0.1), np.r_[np.ones(10, np.int8), np.zeros(90, np.int8)])
    assert watch["recover"] < watch["fire"] == 0.1 < high["fire"]
