import numpy as np
import pytest
import torch

from fusion import build, losses, recipes
from fusion.finetune import Finetuner
from fusion_world import CUT, PLAN, split, world
from fusion.config import settings
from test_fusion_training import TINY

SWITCHES = [{"smoothing": 0.1}, {"focal": 2.0}, {"supervised_contrast": 0.1}, {"triplet": 0.1}, {"consistency": "uda"},
            {"consistency": "fixmatch"}, {"adversarial": 0.5}, {"focus": True}, {"keywords": 4}, {"experts": 3},
            {"event_branch": True}]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda s: next(iter(s)) + str(next(iter(s.values()))))
def test_switch_changes_training_and_breaks_nothing(switch, monkeypatch):
    monkeypatch.setattr(Finetuner, "restore", lambda self: None)          # the last weights, not the best
    data = world(companies=100)
    cut, weights = split(data), []
    for given in ({}, switch):
        s = settings({**TINY, "tune_steps": 5, "checks": 5, **given})
        model, rows = build.make(data, cut, s, 1, "cpu")
        build.learn(model, rows, cut, s, 1, None, lambda text: None, pretrained=False)
        weights.append(build.scores(model, rows)(cut.test))
    assert np.isfinite(weights[1]).all() and not np.allclose(*weights, atol=1e-6)


def test_finish_is_looked_at_and_never_makes_worse():
    data = world(companies=100)
    s = settings({**TINY, "tune_steps": 5, "checks": 5, "finish": 10})
    model, rows = build.make(data, split(data), s, 1, "cpu")
    history = build.learn(model, rows, split(data), s, 1, None, lambda text: None, pretrained=False)
    assert [h["step"] for h in history if h["turn"] == "finish"] == [5, 10]
    tuner = Finetuner(model, rows, split(data), s, 1, lambda text: None)
    tuner.look(None, "again", 0, 0.0)
    assert tuner.best == pytest.approx(max(h["valid_auc"] for h in history))


def test_smoothing_moves_labels_and_focal_forgives_what_is_right():
    logit, label = torch.tensor([4.0, -4.0, 0.0]), torch.tensor([1.0, 1.0, 0.0])
    plain = losses.binary(logit, label)
    by_hand = -(torch.nn.functional.logsigmoid(logit) * (0.9 * label + 0.05)
                + torch.nn.functional.logsigmoid(-logit) * (0.95 - 0.9 * label)).mean()
    assert losses.binary(logit, label, smoothing=0.1) == pytest.approx(float(by_hand))
    each = torch.nn.functional.binary_cross_entropy_with_logits(logit, label, reduction="none")
    right = torch.sigmoid(torch.tensor([4.0, -4.0, 0.0]))
    assert losses.binary(logit, label, focal=2.0) == pytest.approx(float((each * (1 - right) ** 2).mean()))
    assert losses.binary(logit, label, weight=torch.tensor([1.0, 0.0, 0.0])) < plain


def test_hazard_asks_only_of_quarters_that_were_entered():
    logits = torch.zeros(4, 4, requires_grad=True)
    losses.hazard(logits, torch.tensor([-1, 0, 2, -2])).backward()
    gradient = logits.grad.sign().int().tolist()
    assert gradient == [[1, 1, 1, 1], [-1, 0, 0, 0], [1, 1, -1, 0], [0, 0, 0, 0]]


def test_contrast_and_triplet_prefer_positives_together():
    label = torch.tensor([1.0, 1, 0, 0])
    apart, near = torch.tensor([[1.0, 0], [0, 1], [1, 0.1], [0.1, 1]]), torch.tensor([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]])
    for loss in (losses.supervised_contrast, losses.triplet):
        assert loss(near, label) < loss(apart, label)
        assert loss(apart, torch.zeros(4)) == 0


def test_adversary_steps_uphill_by_its_size_and_back():
    p = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    adversary = recipes.Adversary(p, 0.5)
    (p ** 2).sum().backward()
    adversary.attack()
    assert (p.data - torch.tensor([1.0, 2.0])).norm() == pytest.approx(0.5) and (p.data ** 2).sum() > 5
    adversary.restore()
    assert p.data.tolist() == [1.0, 2.0]


def test_lookahead_is_sgd_for_four_steps_and_half_way_at_the_fifth():
    p = torch.nn.Parameter(torch.zeros(1))
    slow = recipes.Lookahead(torch.optim.SGD([p], 1.0), k=5, share=0.5)
    seen = []
    for _ in range(5):
        p.grad = torch.tensor([-1.0])
        slow.step()
        seen.append(float(p))
    assert seen == [1, 2, 3, 4, 2.5]


def test_weakest_fold_weighs_more():
    company = np.arange(50)
    focus = recipes.WeakestFold(company)
    worst = focus.fold == 2
    for _ in range(10):
        focus.learn(company, np.where(worst, 2.0, 0.1))
    weights = focus.weights(company)
    assert weights[worst].min() > weights[~worst].max() and weights.mean() == pytest.approx(1.0, abs=0.2)


def test_consistency_pulls_towards_the_clean_answer_and_fixmatch_waits_until_sure():
    spoiled = torch.zeros(2, requires_grad=True)
    recipes.uda(torch.tensor([3.0, -3.0]), spoiled).backward()
    assert spoiled.grad[0] < 0 < spoiled.grad[1]
    assert recipes.fixmatch(torch.tensor([1.0, -1.0]), torch.zeros(2)) == 0
    assert recipes.fixmatch(torch.tensor([9.0, -1.0]), torch.zeros(2)) > 0


def test_keywords_are_the_tokens_that_tell_classes_apart():
    data = world()
    rows = np.flatnonzero(data.texts.document >= 0)
    plan = np.array([PLAN in data.texts.tokens(d) for d in data.texts.document[rows]])
    assert set(recipes.keywords(data.texts, rows, plan.astype(int), 2)) == {PLAN, CUT}
