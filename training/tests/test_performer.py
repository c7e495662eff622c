import pytest
import torch

from fusion.encoder import EncoderConfig, TextEncoder
from fusion.performer import PerformerAttention, Performer, linear_attention, orthogonal_gaussian

SMALL = EncoderConfig(vocabulary=64, length=32, embedding=16, width=16, heads=2, features=8, depth=4, distinct=2, output=8)


def encoder(config=SMALL, seed=0) -> TextEncoder:
    """Weights as after training: ReZero's weights are not 0."""
    torch.manual_seed(seed)
    found = TextEncoder(config).eval()
    for block in found.body.blocks:
        torch.nn.init.constant_(block.weight, 0.7)
    return found


def document(length=20, seed=0):
    random = torch.Generator().manual_seed(seed)
    return torch.randint(16, 64, (1, length), generator=random), torch.randint(0, 256, (1, length), generator=random)


def pad(ids, tags, length):
    more = length - ids.shape[1]
    return torch.nn.functional.pad(ids, (0, more)), torch.nn.functional.pad(tags, (0, more))


def softmax_attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v


def test_attention_approaches_softmax_as_features_grow():
    torch.manual_seed(0)
    q, k, v = (torch.randn(4, 2, 12, 8) * scale for scale in (0.5, 0.5, 1))
    exact = softmax_attention(q, k, v)
    error = lambda m: torch.stack([(linear_attention(q, k, v, orthogonal_gaussian(m, 8), torch.ones(4, 12)) - exact).norm() / exact.norm()
                                   for _ in range(5)]).mean()
    few, more, most = error(8), error(64), error(4096)
    assert few > 2 * more > 4 * most and most < 0.045


def test_projection_is_orthogonal_in_blocks_and_as_long_as_a_gaussian():
    torch.manual_seed(0)
    p = orthogonal_gaussian(4000, 8)
    block = p[:8] / p[:8].norm(dim=1, keepdim=True)
    assert torch.allclose(block @ block.T, torch.eye(8), atol=1e-5)
    assert p.pow(2).sum(1).mean() == pytest.approx(8, rel=0.05)
    assert p.mean(0).abs().max() < 0.05                               # a QR without its signs leans to one side


def test_hidden_key_says_nothing_however_large():
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 1, 6, 4) for _ in range(3))
    p, valid = orthogonal_gaussian(16, 4), torch.tensor([[1.0, 1, 1, 1, 0, 0]])
    alone = linear_attention(q[:, :, :4], k[:, :, :4], v[:, :, :4], p, valid[:, :4])
    k[:, :, 4:], v[:, :, 4:] = 1e3, 1e6
    assert torch.allclose(linear_attention(q, k, v, p, valid)[:, :, :4], alone, atol=1e-6)


def test_padding_changes_nothing():
    net, (ids, tags) = encoder(), document()
    assert torch.allclose(net(*pad(ids, tags, 32)), net(ids, tags), atol=1e-6)


def test_batch_mates_change_nothing():
    net, (ids, tags) = encoder(), document()
    others = [pad(*document(n, n), 32) for n in (3, 32, 17)]
    batch = net(torch.cat([pad(ids, tags, 32)[0], *(o[0] for o in others)]), torch.cat([pad(ids, tags, 32)[1], *(o[1] for o in others)]))
    assert torch.allclose(batch[:1], net(ids, tags), atol=1e-6)


def test_empty_document_has_a_finite_constant_vector_and_finite_gradients():
    net = encoder()
    empty = net(torch.zeros(2, 5, dtype=torch.long), torch.zeros(2, 5, dtype=torch.long))
    assert torch.isfinite(empty).all() and torch.allclose(empty[0], empty[1])
    assert torch.allclose(empty[:1], net(torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, 1, dtype=torch.long)), atol=1e-6)
    net(torch.cat([torch.zeros(1, 20, dtype=torch.long), document()[0]]), torch.zeros(2, 20, dtype=torch.long)).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters() if p.grad is not None)


def test_gradients_are_right():
    torch.manual_seed(0)
    net = Performer(4, 2, 6, depth=2, distinct=1).double()
    torch.nn.init.constant_(net.blocks[0].weight, 0.5)
    x, valid = torch.randn(2, 3, 4, dtype=torch.double, requires_grad=True), torch.tensor([[1.0, 1, 1], [1, 1, 0]], dtype=torch.double)
    # The stabiliser is taken for a constant; it cancels but for EPSILON, hence the tolerance.
    assert torch.autograd.gradcheck(lambda x: net(x, valid) * valid.unsqueeze(-1), (x,), eps=1e-6, atol=2e-3)


def test_layers_are_shared_in_turn():
    net = Performer(8, 2, 4, depth=4, distinct=2)
    assert sum(p.numel() for p in net.parameters()) == sum(p.numel() for p in Performer(8, 2, 4, depth=2, distinct=2).parameters())
    with pytest.raises(ValueError, match="not a multiple"):
        Performer(8, 2, 4, depth=3, distinct=2)


def test_projection_is_redrawn_in_training_only():
    attention = PerformerAttention(8, 2, 4)
    before = attention.projection.clone()
    attention.train().redraw()
    assert not torch.equal(before, attention.projection)
    with pytest.raises(RuntimeError, match="in training only"):
        attention.eval().redraw()


def test_text_number_segment_and_order_are_told_apart():
    net, (ids, tags) = encoder(), document()
    with torch.no_grad():
        for table in (net.segment, net.number, net.position):
            torch.nn.init.normal_(table.weight)
        plain = net(ids, tags * 0)
        assert not torch.allclose(plain, net(ids, tags * 0 + 1), atol=1e-4)         # segment
        assert not torch.allclose(plain, net(ids, tags * 0 + 4), atol=1e-4)         # number
        assert not torch.allclose(plain, net(ids.flip(1), tags * 0), atol=1e-4)     # order
        assert torch.allclose(plain, net(ids, tags * 0 + 128))                      # where a word begins is for masking only


def test_keywords_are_seen_by_presence():
    torch.manual_seed(0)
    net = TextEncoder(EncoderConfig(vocabulary=64, embedding=16, width=16, heads=2, features=8, output=8, keywords=3)).eval()
    net.keyword.copy_(torch.tensor([20, 21, 22]))
    assert net.present(torch.tensor([[20, 22, 22, 0]])).tolist() == [[1, 0, 1]]
