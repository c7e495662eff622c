import numpy as np
import pytest
import torch

from fusion.experts import Experts
from fusion.fused import Fused, Head, HeadConfig
from fusion.labels import NEVER, UNKNOWN, quarters
from fusion.piecewise import PiecewiseLinear, distinct_edges
from fusion.rows import Rows, logits
from fusion.sequence import EventBranch
from fusion_world import world
from test_performer import SMALL


def test_number_is_how_far_it_is_through_each_bin():
    x = np.arange(101, dtype=np.float32)[:, None]
    said = PiecewiseLinear(1, 4).fit(x)(torch.tensor([[0.0], [37.5], [100.0], [1e9], [float("nan")]]))
    expected = [[0, 0, 0, 0, 0], [1, 0.5, 0, 0, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 1]]
    assert torch.allclose(said, torch.tensor(expected, dtype=torch.float32), atol=1e-5)


def test_hidden_number_reads_as_missing():
    net = PiecewiseLinear(2, 4).fit(np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32))
    x = torch.tensor([[0.3, 0.1]])
    assert torch.equal(net(x, torch.tensor([[1.0, 0.0]])), net(torch.tensor([[float("nan"), 0.1]])))


def test_standard_is_measured_from_those_above_the_least():
    salaries = np.r_[np.zeros(50), np.full(25, 90.0), np.full(25, 110.0)].astype(np.float32)[:, None]
    value, there = PiecewiseLinear(1, 8).fit(salaries).standard(torch.tensor([[0.0], [90.0], [120.0], [float("nan")]]))
    assert there.squeeze(1).tolist() == [0, 1, 1, 0]
    assert value[1:3, 0].tolist() == pytest.approx([-1, 2])
    lonely = np.r_[np.zeros(99), np.full(1, 7.0)].astype(np.float32)[:, None]      # one value above the least has no standard deviation
    value, there = PiecewiseLinear(1, 8).fit(lonely).standard(torch.tensor([[0.0], [7.0], [9.0]]))
    assert value.isfinite().all() and not there.any()


@pytest.mark.parametrize("values", [np.full(50, 3.0), np.full(50, np.nan), np.r_[np.zeros(99), 1.0]])
def test_constant_missing_or_rare_feature_stays_finite(values):
    net = PiecewiseLinear(1, 8).fit(values[:, None].astype(np.float32))
    assert torch.isfinite(net(torch.tensor([[3.0], [7.0], [float("nan")]]))).all()


def test_rare_values_of_a_count_get_bins_of_their_own():
    edges = distinct_edges(np.r_[np.zeros(950), np.arange(1, 51)].astype(np.float32), 8)
    assert len(edges) >= 6


def test_event_branch_adds_up_and_forgets_padding():
    torch.manual_seed(0)
    net = EventBranch(3, 8, 4)
    one = net(torch.tensor([[1, 0]]), torch.tensor([[2.0, 9.0]]), torch.tensor([[5.0, 9.0]]))
    assert torch.allclose(one, net(torch.tensor([[0, 0, 1]]), torch.tensor([[7.0, 7.0, 2.0]]), torch.tensor([[1.0, 1.0, 5.0]])), atol=1e-6)
    assert not torch.allclose(one, net(torch.tensor([[1, 0]]), torch.tensor([[2.0, 9.0]]), torch.tensor([[500.0, 9.0]])), atol=1e-4)


def test_experts_start_as_their_mean_and_differ_when_the_gate_opens():
    torch.manual_seed(0)
    mix, x = Experts(lambda: torch.nn.Linear(4, 3), 2, 4), torch.randn(5, 4)
    assert torch.allclose(mix(x), (mix.experts[0](x) + mix.experts[1](x)) / 2, atol=1e-6)
    with torch.no_grad():
        mix.gate.bias.copy_(torch.tensor([50.0, 0.0]))
    assert torch.allclose(mix(x), mix.experts[0](x), atol=1e-5)


def test_company_without_text_does_not_depend_on_the_vector():
    torch.manual_seed(0)
    head = Head(HeadConfig(5, 8)).eval()
    x, none = torch.randn(3, 5), torch.zeros(3, 1)
    assert torch.equal(head(x, torch.randn(3, 8), none), head(x, torch.zeros(3, 8), none))
    assert not torch.allclose(head(x, torch.ones(3, 8), none + 1), head(x, torch.zeros(3, 8), none + 1))


def test_rows_are_scored_alike_alone_and_among_others():
    data = world(companies=20)
    torch.manual_seed(0)
    model, rows = Fused(SMALL, HeadConfig(5, 8, events=3)).eval(), Rows(data, 32, events=True)
    which = np.random.default_rng(0).permutation(len(data))[:50]
    together = logits(model, rows, which)
    assert np.allclose(together[:5], [logits(model, rows, which[i: i + 1])[0] for i in range(5)], atol=1e-5)
    assert np.allclose(together, logits(model, rows, which, size=7), atol=1e-5)


def test_batch_holds_each_document_once_and_looks_it_up():
    data = world(companies=20)
    batch = Rows(data, 32).batch(np.arange(240))
    assert len(batch.documents) == 19 and batch.documents[0] == -1                 # 18 of 20 companies have a text
    assert np.array_equal(batch.documents[batch.of.numpy()], data.texts.document)
    assert np.array_equal(batch.has_text.numpy()[:, 0] == 1, data.texts.document >= 0)


def test_encode_gives_vectors_in_the_order_of_documents():
    data = world(companies=20)
    rows, documents = Rows(data, 32), np.array([-1, 7, 3, 12, 0])
    encoder = Fused(SMALL, HeadConfig(5, 8)).eval().encoder
    expected = torch.cat([encoder(*rows.tokens(documents[i: i + 1])) for i in range(5)])
    assert torch.allclose(rows.encode(encoder, documents, size=2), expected, atol=1e-6)


def test_quarter_is_that_of_the_first_outcome_after_the_row():
    data = world(companies=4, months=3)
    data.events.type[:] = 0
    first = np.flatnonzero(data.events.company == 0)
    data.events.type[first[-1]] = 2
    data.y[:] = 0
    data.y[0] = data.y[3] = 1
    data.time[0] = data.events.observed[first[-1]] - 100 * 86_400                 # second quarter
    data.events.last[0] = first[0]
    assert quarters(data, np.array([0, 1, 3])).tolist() == [1, NEVER, UNKNOWN]
