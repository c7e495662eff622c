"""The pieces of the tabular networks: sparse softmaxes, TabNet, AdaTabNet, and the optimizer."""

import copy

import numpy as np
import pytest
import torch

import wheels
from adatabnet import SWITCHES, AdaTabNet
from ranger import AdaRanger, clipped
from sparse import entmax15, sparsemax
from tabnet import GhostBatchNorm, Pretraining, TabNet

OFF = dict(rectify=False, lookahead=0, centralise=False, clip=0.0)


@pytest.mark.parametrize("f", [sparsemax, entmax15])
def test_sparse_softmax_is_a_distribution_with_zeros_and_a_right_gradient(f):
    torch.manual_seed(0)
    z = torch.randn(7, 9, dtype=torch.double, requires_grad=True)
    p = f(3 * z)
    assert torch.allclose(p.sum(-1), torch.ones(7, dtype=torch.double)) and (p == 0).any() and (p >= 0).all()
    assert torch.autograd.gradcheck(f, z)
    assert torch.allclose(f(torch.zeros(1, 4)), torch.full((1, 4), 0.25))


@pytest.mark.skipif(not wheels.offer("entmax"), reason="entmax is not installed (../shared/wheels or requirements.txt)")
@pytest.mark.parametrize("name", ["sparsemax", "entmax15"])
def test_sparse_softmax_agrees_with_the_package(name):
    import entmax
    torch.manual_seed(1)
    z, weight = torch.randn(20, 13) * 4, torch.randn(20, 13)
    ours, theirs = z.clone().requires_grad_(), z.clone().requires_grad_()
    a, b = {"sparsemax": sparsemax, "entmax15": entmax15}[name](ours), getattr(entmax, name)(theirs, dim=-1)
    (a * weight).sum().backward()
    (b * weight).sum().backward()
    assert torch.allclose(a, b, atol=1e-6) and torch.allclose(ours.grad, theirs.grad, atol=1e-5)


def paths(*makers, steps=40):
    """Where each optimizer takes the same small net on the same batches."""
    found = []
    for make in makers:
        torch.manual_seed(3)
        net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1))
        optimiser = make(net.parameters())
        for _ in range(steps):
            x = torch.randn(16, 5)
            loss = (net(x).squeeze() - x[:, 0] * x[:, 1]).pow(2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        found.append(torch.cat([p.detach().flatten() for p in net.parameters()]))
    return found


def test_with_every_part_off_it_is_adamw():
    ours, theirs = paths(lambda p: AdaRanger(p, 0.01, weight_decay=0.1, **OFF), lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_without_decay_and_parts_it_is_adam():
    ours, theirs = paths(lambda p: AdaRanger(p, 0.01, **OFF), lambda p: torch.optim.Adam(p, 0.01))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_rectified_alone_it_is_radam():
    ours, theirs = paths(lambda p: AdaRanger(p, 0.01, **{**OFF, "rectify": True}), lambda p: torch.optim.RAdam(p, 0.01))
    assert torch.allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("part", [{"rectify": True}, {"lookahead": 5}, {"centralise": True}, {"clip": 0.01}])
def test_each_part_changes_the_path(part):
    off, on = paths(lambda p: AdaRanger(p, 0.01, **OFF), lambda p: AdaRanger(p, 0.01, **{**OFF, **part}))
    assert not torch.allclose(off, on, atol=1e-5)


def test_lookahead_goes_half_way_every_k_steps():
    fast, slow = torch.nn.Parameter(torch.zeros(3)), torch.nn.Parameter(torch.zeros(3))
    plain, looking = AdaRanger([fast], 0.1, **OFF), AdaRanger([slow], 0.1, **{**OFF, "lookahead": 3})
    for step in range(3):
        for p, optimiser in ((fast, plain), (slow, looking)):
            p.grad = torch.tensor([1.0, -2.0, 3.0])
            optimiser.step()
        if step < 2:
            assert torch.equal(fast, slow)
    assert torch.allclose(slow, fast / 2)
    p = looking.state[slow]
    slow.data.add_(1)
    before = slow.detach().clone()
    looking.settle()
    assert torch.equal(slow.detach(), p["slow"])
    looking.resume()
    assert torch.equal(slow.detach(), before)


def test_centralised_gradient_keeps_the_mean_of_each_unit():
    p = torch.nn.Parameter(torch.randn(4, 6))
    before = p.detach().mean(1)
    optimiser = torch.optim.SGD([p], 1.0)
    ranger = AdaRanger([p], 0.1, **{**OFF, "centralise": True}, betas=(0.0, 0.0), eps=1e9)      # Adam's division made even
    p.grad = torch.randn(4, 6)
    ranger.step()
    assert torch.allclose(p.detach().mean(1), before, atol=1e-7) and optimiser is not None


def test_clipping_bounds_each_unit_by_its_weights():
    p, grad = torch.tensor([[3.0, 4.0], [0.3, 0.4]]), torch.tensor([[0.03, 0.04], [30.0, 40.0]])
    found = clipped(p, grad, 0.1, 1e-3)
    assert torch.equal(found[0], grad[0]) and found[1].norm() == pytest.approx(0.05)


def test_state_survives_a_round_trip():
    def run(stop):
        torch.manual_seed(0)
        net = torch.nn.Linear(4, 3)
        optimiser = AdaRanger(net.parameters(), 0.05, lookahead=4)
        for step in range(11):
            if step == stop:
                state = copy.deepcopy((net.state_dict(), optimiser.state_dict()))
                net = torch.nn.Linear(4, 3)
                optimiser = AdaRanger(net.parameters(), 1.0, lookahead=4)
                net.load_state_dict(state[0])
                optimiser.load_state_dict(state[1])
            x = torch.full((2, 4), 0.1 * step)
            optimiser.zero_grad()
            net(x).pow(2).sum().backward()
            optimiser.step()
        return net.weight.detach()
    assert torch.equal(run(6), run(None))


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match="slow is in"):
        AdaRanger([torch.nn.Parameter(torch.zeros(1))], slow=0)


def test_ghost_batch_norm_normalises_each_piece_and_serves_running_statistics():
    norm = GhostBatchNorm(3, size=50, momentum=0.5)
    x = torch.randn(120, 3)
    x[50:] += 5                                               # two pieces of 60
    out = norm(x)
    assert (torch.allclose(out[:60].mean(0), torch.zeros(3), atol=1e-5)
            and torch.allclose(out[60:].var(0, unbiased=False), torch.ones(3), atol=1e-3))
    norm.eval()
    assert torch.equal(norm(x[:1]), norm(x)[:1])              # of a batch of one, too
    assert norm(torch.randn(101, 3)).shape == (101, 3)


def test_tabnet_masks_are_distributions_over_fields():
    torch.manual_seed(0)
    net = TabNet(6, [4, 9], steps=3).eval()
    z, codes = torch.randn(32, 6), torch.randint(0, 4, (32, 2))
    _, masks = net.encode(net.norm(net.embedded(z, codes)), torch.ones(32, 8))
    assert all(torch.allclose(m.sum(1), torch.ones(32), atol=1e-5) for m in masks)
    assert masks[0].shape == (32, 8) and (masks[0] == 0).any()
    assert net(z, codes).shape == (32, 1) and torch.allclose(net.importance(z, codes).sum(1), torch.ones(32), atol=1e-4)


def test_pretraining_learns_to_reconstruct_what_is_hidden():
    torch.manual_seed(0)
    common = torch.randn(512, 1)
    z, codes = common + 0.1 * torch.randn(512, 5), torch.zeros(512, 0, dtype=torch.long)
    task = Pretraining(TabNet(5, [], 8, 8, 2, ghost=128), 0.3, ghost=128)
    optimiser = torch.optim.Adam(task.parameters(), 0.02)
    losses = []
    for _ in range(60):
        loss = task.loss(z, codes)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.5 < losses[0]


OTHERS = [{}, *({name: other} for name, others in {
    "embedding": [False], "mask": ["sparsemax", "softmax", "none"], "sharpness": [True],
    "own_masks": [False], "residual": ["scaled"], "start": [False], "linear": [True]}.items() for other in others), {"heads": 1},
    {"steps": 3}, {"steps": 2, "adaptive": False}, {"steps": 2, "own_masks": False}]


@pytest.mark.parametrize("switch", OTHERS, ids=str)
def test_every_switch_of_adatabnet_gives_a_net_that_learns(switch):
    assert set(switch) <= {*SWITCHES, "heads", "steps"}
    torch.manual_seed(0)
    z, codes = torch.randn(256, 6), torch.randint(0, 3, (256, 1))
    z[:, 5] = (z[:, 5] > 0).float()
    y = ((z[:, 0] + (codes[:, 0] == 1)) > 0.3).float()
    net = AdaTabNet(z, [3], -1.0, **{"width": 16, "dimensions": 4, "bins": 6, "heads": 3, "dropout": 0.0, **switch})
    optimiser, losses = torch.optim.AdamW(net.parameters(), 0.02), []
    for _ in range(40):
        logits = net(z, codes)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y[:, None].expand_as(logits)) + net.penalty
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0] and np.isfinite(losses).all()
    net.eval()
    assert torch.allclose(net(z[:1], codes[:1]), net(z, codes)[:1], atol=1e-5)       # rows do not see each other


@pytest.mark.parametrize("linear", [True, False])
def test_adatabnet_starts_at_the_base_rate(linear):
    z, none = torch.randn(64, 4), torch.zeros(64, 0, dtype=torch.long)
    net = AdaTabNet(z, [], -3.0, linear=linear).eval()
    assert torch.allclose(net(z, none), torch.full((64, 8), -3.0))
    if linear:
        net.linear.weight.data.fill_(1.0)
        assert torch.allclose(net(z, none), (z.sum(1, keepdim=True) - 3.0).expand(64, 8), atol=1e-5)


@pytest.mark.parametrize("own", [True, False])
def test_members_of_adatabnet_attend_for_themselves_or_all_alike(own, monkeypatch):
    torch.manual_seed(0)
    z, codes, masks = torch.randn(32, 6), torch.randint(0, 3, (32, 1)), []
    net = AdaTabNet(z, [3], -1.0, heads=3, own_masks=own, start=False).eval()
    select = net.select
    monkeypatch.setattr(net, "select", lambda *a: masks.append(select(*a)) or masks[-1])
    net(z, codes)
    [mask] = masks
    assert mask.shape == (32, 3 if own else 1, 7) and torch.allclose(mask.sum(2), torch.ones(mask.shape[:2]))
    if own:
        assert (mask[:, 0] - mask[:, 1]).abs().sum(1).min() > 0.1


def test_a_field_is_masked_in_all_its_columns():
    net = AdaTabNet(torch.randn(64, 2), [3, 9], 0.0, dimensions=3)
    gate = torch.tensor([[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]])
    assert net.widen(gate).tolist() == [[[0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3], [4, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7]]]


def opened(net):
    """So that nothing hides behind a start from 0."""
    with torch.no_grad():
        net.out.normal_()
        for name, p in net.named_parameters():
            if name.endswith(".a"):
                p.fill_(0.3)
    return net.eval()


def test_a_member_reads_what_its_own_mask_lets_through(monkeypatch):
    torch.manual_seed(0)
    z, none = torch.randn(32, 3), torch.zeros(32, 0, dtype=torch.long)
    net = opened(AdaTabNet(z, [], 0.0, heads=3))
    monkeypatch.setattr(net, "select", lambda attended, prior, step: torch.eye(3).expand(len(attended), 3, 3))     # member k: field k
    for field in range(3):
        other = z.clone()
        other[:, field] += 1
        moved = (net(other, none) - net(z, none)).abs().max(0).values > 1e-4
        assert moved.tolist() == [member == field for member in range(3)]


@torch.no_grad()
def test_a_member_in_company_says_what_it_says_alone():
    torch.manual_seed(0)
    z, codes = torch.randn(32, 4), torch.randint(0, 3, (32, 2))
    net = opened(AdaTabNet(z, [3, 3], -1.0, heads=3, steps=2, adaptive=False, start=False))
    together = net(z, codes)
    members = {name: getattr(net, name).detach() for name in ("member", "member_bias", "out", "bias")}
    for k in range(3):
        for name, of_all in members.items():
            setattr(net, name, torch.nn.Parameter(of_all[:, k: k + 1] if name == "out" else of_all[k: k + 1]))
        assert torch.allclose(net(z, codes)[:, 0], together[:, k], atol=1e-5)


@torch.no_grad()
def test_steps_halt_and_what_was_seen_counts_less(monkeypatch):
    torch.manual_seed(0)
    z, none, seen = torch.randn(32, 4), torch.zeros(32, 0, dtype=torch.long), []
    net = opened(AdaTabNet(z, [], 0.0, heads=2, steps=3, ponder=1.0))
    select = net.select
    monkeypatch.setattr(net, "select", lambda a, prior, step: seen.append((prior, select(a, prior, step))) or seen[-1][1])
    net(z, none)                                                       # halt.weight is 0: every gate is 1/2
    assert float(net.penalty) == pytest.approx(0.5 * 1 + 0.25 * 2 + 0.25 * 3)
    assert torch.allclose(seen[1][0], net.gamma - seen[0][1]) and torch.allclose(seen[2][0], seen[1][0] * (net.gamma - seen[1][1]))

    def said_by(step):
        """The net with the outputs of one step alone."""
        kept = net.out.clone()
        net.out.zero_()
        net.out[step] = kept[step]
        said = net(z, none)
        net.out.copy_(kept)
        return said

    halting = [said_by(step) for step in range(3)]
    net.adaptive = False
    for step, weight in enumerate((0.5, 0.25, 0.25)):
        assert torch.allclose(halting[step], weight * said_by(step), atol=1e-5)


def test_scores_do_not_depend_on_how_many_rows_are_scored_at_once():
    from loop import in_batches
    torch.manual_seed(0)
    z, codes = torch.randn(70, 4), torch.randint(0, 3, (70, 1))
    net = opened(AdaTabNet(z, [3], -1.0, width=8, heads=2))
    assert torch.allclose(in_batches(net, (z, codes), "cpu", 8), in_batches(net, (z, codes), "cpu"), atol=1e-5)


@pytest.mark.parametrize("f", [sparsemax, entmax15])
def test_what_is_no_number_stays_none(f):
    """So that the training loop can say that the loss is none."""
    assert f(torch.tensor([[float("nan"), 1.0], [0.0, 1.0]])).isnan().tolist() == [[True, True], [False, False]]


def test_loss_of_some_valid_rows_stands_for_all_of_them():
    from loop import weighted_log_loss
    from networks import some_of
    random = np.random.default_rng(0)
    z = random.normal(-3, 1, 50_000)
    y = (random.random(len(z)) < 1 / (1 + np.exp(-z))).astype(float)
    rows, weight = some_of(np.arange(len(z)), y, 8_000)
    assert len(rows) == 8_000 and y[rows].sum() == y.sum()
    assert weighted_log_loss(z[rows], y[rows], weight) == pytest.approx(weighted_log_loss(z, y), rel=0.01)
