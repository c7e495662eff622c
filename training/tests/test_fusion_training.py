from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

import metrics
from data import Documents
from dataset import Refused
from fusion import build, checkpoint, corrupt, latent
from fusion.config import settings
from fusion.encoder import MASK
from fusion.finetune import Average, Balanced, Finetuner, layer_groups
from fusion.fused import Head, HeadConfig
from fusion.future import Counted, Future
from fusion.pretrain import Shuffled, pretrain
from fusion.probe import denoise
from fusion.resume import save
from fusion.rows import Rows, vectors
from fusion_world import split, world
from ladder.rungs import Config, discover, registry

TINY = dict(length=32, embedding=16, width=16, heads=2, random_features=8, vector=8, head_width=16, pretrain_steps=30, pretrain_batch=32,
            tune_batch=64, tune_steps=60, checks=20, valid_rows=400, dropout=0.0, depth=2, distinct=2, layers=True,
            latent=False, rest_steps=0, head_steps=0)
SAY = lambda text: None


@pytest.fixture(scope="module")
def data():
    return world()


def test_masks_are_of_whole_words():
    ids, tags = torch.randint(16, 60, (8, 30)), torch.randint(0, 2, (8, 30)) * 128
    ids[:, 25:] = 0
    spoiled, hide, swap = corrupt.corrupt_text(ids, tags, 0.3, 0.2, torch.Generator().manual_seed(0))
    word = corrupt.words(tags, ids)
    for i in range(8):
        for n in range(1, int(word[i].max()) + 1):
            assert len(set(hide[i][word[i] == n].tolist())) == 1
    assert not (hide | swap)[:, 25:].any() and (spoiled[hide] == MASK).all()
    assert torch.equal(spoiled[~hide & ~swap], ids[~hide & ~swap]) and (spoiled[swap] != ids[swap]).all()
    assert 0.15 < hide[:, :25].float().mean() < 0.45


def test_spoiled_fields_are_those_that_are_named():
    x = torch.randn(200, 6)
    spoiled, hidden, swapped = corrupt.corrupt_fields(x, 0.2, 0.1, torch.Generator().manual_seed(0))
    assert torch.equal(spoiled[~swapped], x[~swapped]) and not (swapped & (hidden > 0)).any()
    assert hidden.mean() == pytest.approx(0.2, abs=0.05) and swapped.float().mean() == pytest.approx(0.1, abs=0.04)


def test_future_is_what_follows_without_outcomes_and_nothing_from_until_on(data):
    end = int(data.time.max())
    rows = np.arange(0, len(data), 7)
    counts, exposure, next_type, wait = Future(data, end).of(rows)
    e = data.events
    for i, row in enumerate(rows):
        if e.last[row] < 0:
            assert exposure[i] == 0
            continue
        later = ((e.company == data.group[row]) & (e.observed > data.time[row])
                 & (e.observed <= min(end, data.time[row] + 365 * 86_400)) & (e.type != 2))
        assert counts[i].tolist() == [(e.type[later] == k).sum() for k in range(3)]
        if later.any():
            assert wait[i] == pytest.approx((e.observed[later].min() - data.time[row]) / (365 * 86_400), rel=1e-4)
            assert next_type[i] == e.type[np.flatnonzero(later)[0]]
    assert Future(data, int(data.time.min())).of(rows)[0].sum() == 0
    future, some = Future(data, end), np.arange(0, len(data), 3)
    asked = some[[5, 1, 7]]
    assert all(np.array_equal(a, b) for a, b in zip(Counted(future, some, 10).counts(asked), future.counts(asked)))


def test_pretraining_learns_every_objective(data):
    s = settings({**TINY, "pretrain_steps": 100, "pretrain_lr": 5e-3, "event_branch": True})
    model, rows = build.make(data, split(data), s, 1, "cpu")
    history, _ = pretrain(model, rows, split(data).unlabelled, int(data.time.max()) + 200 * 86_400, s, 1, None, SAY)
    first, last = history[0], history[-1]
    assert set(first) == {"turn", "step", "words", "detect", "contrast", "usual", "fields", "odd_fields", "next"}
    assert all(last[name] < first[name] for name in ("words", "detect", "contrast", "fields", "next"))


def test_pretraining_reads_no_label(data):
    s = settings({**TINY, "pretrain_steps": 5})
    weights = []
    for labels in (data.y, 1 - data.y):
        other = replace(data, y=labels.astype(np.int8))
        model, rows = build.make(data, split(data), s, 1, "cpu")
        rows.data = other
        pretrain(model, rows, split(data).unlabelled, int(data.time.max()), s, 1, None, SAY)
        weights.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(*weights)


def test_head_learns_alone_over_vectors_that_stay(data):
    s = settings({**TINY, "pretrain_steps": 0, "pretrain_lr": 1e-2, "head_steps": 300, "head_batch": 64})
    model, rows = build.make(data, split(data), s, 1, "cpu")
    before = [p.detach().clone() for p in model.encoder.parameters()]
    history, _ = pretrain(model, rows, split(data).unlabelled, int(data.time.max()) + 200 * 86_400, s, 1, None, SAY)
    assert set(history[0]) == {"turn", "step", "usual", "fields", "odd_fields", "next"} and history[-1]["next"] < history[0]["next"]
    assert all(torch.equal(a, b) for a, b in zip(before, model.encoder.parameters()))


def test_pretraining_is_taken_over_where_only_fine_tuning_changed(data, tmp_path, monkeypatch):
    s = settings({**TINY, "latent": True, "layers": False, "rest_steps": 20, "head_steps": 20, "head_batch": 64})
    run = lambda s, folder: pretrain(build.make(data, split(data), s, 1, "cpu")[0], Rows(data, 32), split(data).unlabelled,
                                     int(data.time.max()), s, 1, folder, SAY)
    first, _ = run(s, tmp_path)
    monkeypatch.setattr(latent, "begin", None)                                   # nothing is prepared again,
    monkeypatch.setattr("fusion.pretrain.kept", None)
    monkeypatch.setattr("fusion.objectives.Objectives.forward", None)            # and nothing learned
    assert run(settings({**asdict(s), "smoothing": 0.1, "blend": 1.0, "head_lr": 1e-4}), tmp_path)[0] == first
    with pytest.raises(TypeError):
        run(settings({**asdict(s), "masked": 0.3}), tmp_path)


def test_at_rest_a_vector_is_made_of_sums(data):
    model, rows = build.make(data, split(data), settings(TINY), 1, "cpu")
    encoder = model.encoder
    ids, tags = rows.tokens(np.arange(20))
    awake = encoder(ids, tags)
    encoder.body.resting = True
    assert not torch.allclose(awake, encoder(ids, tags))
    with torch.no_grad():
        encoder.pool.weight[:, : 5 * encoder.config.width] = 0               # of what the states say
        resting = encoder(ids, tags)
        encoder.body.resting = False
        assert torch.allclose(encoder(ids, tags), resting, atol=1e-5)


def test_head_sees_what_is_unusual_for_a_text():
    torch.manual_seed(0)
    kind = torch.randint(0, 2, (400, 1)).float()                             # in the words
    features, vector = kind * 10 + torch.randn(400, 1), kind.repeat(1, 4)
    head = Head(HeadConfig(1, 4, peers=True))
    head.numbers.fit(features.numpy())
    optimiser = torch.optim.Adam(head.parameters(), 0.02)
    everybody = torch.ones(400, 1)
    before = float(head.usual_loss(features, head.usual(vector), everybody).detach())
    for _ in range(150):
        optimiser.zero_grad()
        head.usual_loss(features, head.usual(vector), everybody).backward()
        optimiser.step()
    assert float(head.usual_loss(features, head.usual(vector), everybody)) < before / 3
    apart = (head.numbers.standard(features)[0] - head.usual(vector)).detach()
    assert abs(float(apart[kind == 1].mean() - apart[kind == 0].mean())) < 0.1    # of means that differ by 2


def test_latent_directions_tell_documents_apart(data):
    s = settings({**TINY, "latent": True, "pretrain_steps": 0})
    random, topic = np.random.default_rng(0), np.arange(300) % 2
    ids = np.concatenate([random.choice(np.arange(20, 40) + 20 * t, 12) for t in topic]).astype(np.uint16)       # two vocabularies
    texts = replace(data.texts, document=np.arange(len(data)) % 300, start=np.arange(301) * 12, token_id=ids,
                    token_tag=np.full(len(ids), 129, np.uint8))
    other = replace(data, texts=texts)
    model, rows = build.make(other, split(data), s, 1, "cpu")
    pretrain(model, rows, split(data).unlabelled, int(data.time.max()), s, 1, None, SAY)
    said = vectors(model.encoder, rows, np.arange(300))
    assert max(metrics.auc(one, topic) for one in (said[:, 0], -said[:, 0])) > 0.99
    assert np.abs(said.mean(0)).max() < 0.8 and 0.4 < said.std(0).min() and said.std(0).max() < 2.5      # whitened


def test_mean_of_weights_is_what_is_judged_and_kept(data):
    s, cut = settings({**TINY, "average": 0.9, "tune_steps": 40}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    average = Average(model, 0.5)
    first = [p.detach().clone() for p in model.parameters()]
    with torch.no_grad():
        for p in model.parameters():
            p.add_(1.0)
    for _ in range(200):
        average.follow()
    with average:
        assert all(torch.allclose(p, f + 1.0, atol=1e-4) for p, f in zip(model.parameters(), first))
    tuner = Finetuner(model, rows, cut, s, 1, SAY)
    tuner.together()
    assert metrics.auc(build.scores(model, rows)(tuner.looked_at), data.y[tuner.looked_at]) == pytest.approx(tuner.best)


@pytest.mark.parametrize("turn", ["rest", "pretrain", "head"])
def test_interrupted_pretraining_goes_on_where_it_stopped(data, tmp_path, monkeypatch, turn):
    import fusion.pretrain as module
    s = settings({**TINY, "pretrain_steps": 0, "pretrain_batch": 4, "rest_batch": 4, "head_batch": 4, "dropout": 0.1, f"{turn}_steps": 210})
    fresh = lambda: build.make(data, split(data), s, 1, "cpu")
    whole, rows = fresh()
    pretrain(whole, rows, split(data).unlabelled, int(data.time.max()), s, 1, None, SAY)
    cut, rows = fresh()

    def save_and_stop(*what, **parts):
        save(*what, **parts)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "save", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        pretrain(cut, rows, split(data).unlabelled, int(data.time.max()), s, 1, tmp_path, SAY)
    monkeypatch.undo()
    again, rows = fresh()
    pretrain(again, rows, split(data).unlabelled, int(data.time.max()), s, 1, tmp_path, SAY)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), again.parameters()))


def test_joint_model_finds_what_neither_half_knows():
    data = world(companies=1500, months=2)
    s, cut = settings({**TINY, "tune_steps": 280, "tune_lr": 2e-3, "decay_lr": 1.0, "text_dropout": 0.0, "weight_decay": 0.02,
                       "average": 0.0, "checks": 40, "patience": 9}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    build.learn(model, rows, cut, s, 1, None, SAY, pretrained=False)
    test = cut.test[data.texts.document[cut.test] >= 0]
    whole = metrics.auc(build.scores(model, rows)(test), data.y[test])
    random = np.random.default_rng(0)
    other_text = replace(data, texts=replace(data.texts, document=random.permutation(data.texts.document)))
    other_numbers = replace(data, x=random.permutation(data.x))
    for spoiled in (other_text, other_numbers):
        assert metrics.auc(build.scores(model, Rows(spoiled, 32))(test), data.y[test]) < 0.6 < 0.75 < whole


def test_modality_dropout_trains_the_path_without_text(data):
    s, cut = settings({**TINY, "text_dropout": 1.0, "head_epochs": 0}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    tuner = Finetuner(model, rows, cut, s, 1, SAY)
    tuner.mode(None)
    tuner.loss(rows.batch(cut.train[:64]), None, 0.0).backward()
    assert model.head.no_text.grad.abs().sum() > 0 and all(p.grad is None or p.grad.abs().sum() == 0 for p in model.encoder.parameters())


def test_weights_of_the_best_look_are_kept(data):
    s, cut = settings({**TINY, "tune_lr": 3e-2}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    tuner = Finetuner(model, rows, cut, s, 1, SAY)
    tuner.together()
    assert metrics.auc(build.scores(model, rows)(tuner.looked_at), data.y[tuner.looked_at]) == pytest.approx(
        max(h["valid_auc"] for h in tuner.history))


def test_labels_begin_with_what_pretraining_foretells(data):
    """Of many numbers one direction tells the label and is foretold; what hardly ever moves must not matter, however far it moves then."""
    s, cut = settings({**TINY, "probe_c": (0.01,), "head_epochs": 0}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    random, way = np.random.default_rng(0), np.eye(16)[3]
    z = random.normal(size=(len(data), 16))
    z[:, 3] += 1.5 * data.y
    z[:, 5] = 0
    z[cut.valid[::7], 5] = 1e6
    foretells = torch.nn.Linear(16, 2)
    with torch.no_grad():
        foretells.weight.copy_(torch.from_numpy(np.stack([way, np.zeros(16)])))
    said = []
    tuner = Finetuner(model, rows, cut, s, 1, said.append, None, foretells)
    tuner.through = lambda which, table, last: z[which]
    tuner.begin(cut.train, None)
    weight = model.head.out.weight[0].detach().numpy()
    assert weight[5] == 0 and "over the foretold events" in said[-1] and weight[3] > 0 and np.abs(np.delete(weight, 3)).max() == 0


def test_in_the_end_a_part_of_the_way_is_gone_back(data):
    s, cut = settings({**TINY, "blend": 0.25}), split(data)
    model, rows = build.make(data, cut, s, 1, "cpu")
    tuner = Finetuner(model, rows, cut, s, 1, SAY)
    tuner.head_alone()
    with torch.no_grad():
        tuned = [p.add_(torch.randn_like(p)).clone() for p in model.parameters()]
    tuner.blend()
    assert all(torch.allclose(p, 0.75 * a + 0.25 * b, atol=1e-6) for p, a, b in zip(model.parameters(), tuner.origin, tuned))
    assert tuner.history[-1]["turn"] == "blend"
    untouched = Finetuner(model, rows, cut, s, 1, SAY)
    untouched.blend()                                                          # nothing began with a logistic regression
    assert untouched.history == []


def test_layers_learn_slower_the_further_they_are_from_the_logit(data):
    model, _ = build.make(data, split(data), settings(TINY), 1, "cpu")
    groups = layer_groups(model, 1e-3, 0.5)
    assert [g["lr"] for g in groups] == [1e-3, 5e-4, 2.5e-4, 1.25e-4, 6.25e-5]
    assert sum(p.numel() for g in groups for p in g["params"]) == sum(p.numel() for p in model.parameters())


def test_balanced_batches_and_their_shift():
    label = np.r_[np.ones(10), np.zeros(990)].astype(np.int8)
    batches = Balanced(np.arange(1000), label, 0.25, np.random.default_rng(0))
    assert label[batches.next(100)].sum() == 25
    assert batches.shift == pytest.approx(np.log(0.25 / 0.75) - np.log(0.01 / 0.99))
    with pytest.raises(Refused, match="one class cannot be learned"):
        Balanced(np.arange(5), np.zeros(5, np.int8), 0.2, np.random.default_rng(0))


def test_batches_spread_over_companies():
    rows = Shuffled(np.arange(100), np.repeat(np.arange(10), 10), np.random.default_rng(0))
    assert len(set(rows.next(10) // 10)) == 10


def test_probe_leaves_the_encoder_alone_and_prefers_one_that_tells_tokens(data):
    s = settings(TINY)
    model, rows = build.make(data, split(data), s, 1, "cpu")
    before = [p.detach().clone() for p in model.encoder.parameters()]
    documents = np.unique(data.texts.document[data.texts.document >= 0])
    good = denoise(model.encoder, rows, documents, "span", 20, 1)
    model.encoder.body.resting = True                                # then the tokens themselves are read
    told = denoise(model.encoder, rows, documents, "span", 80, 1)
    kept = model.encoder.token.weight.detach().clone()
    model.encoder.token.weight.data.zero_()
    blind = denoise(model.encoder, rows, documents, "span", 80, 1)
    model.encoder.token.weight.data.copy_(kept)
    assert told < blind != good
    model.encoder.body.resting = False
    assert all(torch.equal(a, b) for a, b in zip(before, model.encoder.parameters()))
    assert denoise(model.encoder, rows, documents, "gap", 5, 1) > 0
    with torch.no_grad():
        model.encoder.token.weight.zero_()
    assert good > 0 and np.isfinite(denoise(model.encoder, rows, documents, "span", 20, 1))


def test_unknown_setting_is_refused():
    with pytest.raises(Refused, match="has no setting widht; allowed are adversarial"):
        settings({"widht": 3})


def test_learning_reads_strangers_begins_with_what_is_foretold_and_goes_back(data, monkeypatch):
    cut = split(data)
    half = np.flatnonzero(np.isin(cut.unlabelled, cut.unlabelled[::2]))
    cut = replace(cut, unlabelled=cut.unlabelled[half], strangers=np.delete(cut.unlabelled, half))
    seen, said = [], []
    monkeypatch.setattr(build, "pretrain", lambda model, rows, which, *rest: (seen.append(which), pretrain(model, rows, which, *rest))[1])
    monkeypatch.setattr(build, "Finetuner", lambda *a: (seen.append(a[-1]), Finetuner(*a))[1])
    s = settings({**TINY, "pretrain_steps": 10, "probe_c": (0.01,), "head_epochs": 1, "tune_steps": 20})
    model, rows = build.make(data, cut, s, 1, "cpu")
    history = build.learn(model, rows, cut, s, 1, None, said.append, True)
    assert np.array_equal(np.sort(seen[0]), np.sort(np.concatenate([cut.unlabelled, cut.strangers])))
    assert isinstance(seen[1], torch.nn.Linear) and history[-1]["turn"] == "blend"


def test_rung_9_is_judged_as_it_is_stored(data, tmp_path):
    rung, config = registry["9"] if discover() else None, Config(tmp_path, settings={
        **registry["9"].settings, **TINY, "pretrain_steps": 5, "tune_steps": 5, "head_epochs": 0})
    fitted = rung.fit(data, split(data), 1, config, SAY)
    model, _ = checkpoint.load(tmp_path / "model.pt")
    table = model.encoder.token.weight
    assert torch.equal(table, table.half().float()) and rung.reads_strangers and not registry["9b"].reads_strangers
    assert fitted.logits(split(data).test) == pytest.approx(build.scores(model, Rows(data, 32))(split(data).test))


def test_a_table_that_half_precision_cannot_hold_is_refused(data):
    model, _ = build.make(data, split(data), settings(TINY), 1, "cpu")
    with torch.no_grad():
        model.encoder.token.weight[20] = 1e6
    with pytest.raises(Refused, match="the token table holds 1e.06, more than half precision can"):
        model.encoder.round_tokens()


def test_directions_are_no_more_than_documents_have():
    # each word is always two pieces
    pairs = [np.repeat(16 + np.random.default_rng(i).integers(0, 8, 6) * 2, 2) + np.tile([0, 1], 6) for i in range(200)]
    texts = Documents(np.arange(200, dtype=np.int32), np.arange(201) * 12, np.concatenate(pairs).astype(np.uint16),
                      np.zeros(2400, np.uint8), 64)
    table, _ = latent.directions(texts, np.arange(200), 15, 1)
    assert table.shape[1] <= 8 and np.abs(table).max() < 100
