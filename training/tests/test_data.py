import json

import numpy as np
import pytest

import data
from conftest import write_export
from dataset import DAY, Refused


def write_v2(folder, companies=20, months=6):
    """Adds three documents and a few events to a made-up export: schema_version 2."""
    write_export(folder, companies, months)
    rows = companies * months
    manifest = json.loads((folder / "manifest.json").read_text())
    random = np.random.default_rng(2)
    company = random.integers(0, companies, 200).astype(np.int32)
    as_of = np.load(folder / "as_of.npy")
    time = np.sort(random.integers(as_of.min() - 90 * DAY, as_of.max(), 200))
    row_company = np.tile(np.arange(companies), months)
    last = np.array([max((e for e in range(200) if company[e] == c and time[e] <= t), default=-1) for c, t in zip(row_company, as_of)])
    for name, values in {
            "document": (np.arange(rows) % 4 - 1).astype(np.int32), "doc_start": np.array([0, 3, 3, 8]),
            "token_id": np.arange(16, 24).astype(np.uint16), "token_tag": np.array([128, 0, 129, 129, 1, 133, 2, 134], np.uint8),
            "event_company": company, "event_type": random.integers(0, 5, 200).astype(np.uint8),
            "event_amount": np.where(np.arange(200) % 3 == 0, np.nan, 100).astype(np.float32), "event_time": time, "event_observed": time,
            "event_last": last}.items():
        np.save(folder / f"{name}.npy", values)
    manifest.update(schema_version=2, tokenizer={"hash": "ab" * 8, "vocabulary": 30, "max_tokens": 256}, documents=3, tokens=8,
                    sequences={"events": 200, "length": 4}, event_types=list("abcde"))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def v2(tmp_path):
    return write_v2(tmp_path / "v2")


def test_version_1_has_neither_texts_nor_events(export):
    found = data.read_export(export)
    assert found.has == set() and found.x.shape == (8640, 4) and found.known.sum() == 240 * 30


def test_documents_are_padded_and_tags_taken_apart(v2):
    texts = data.read_export(v2).texts
    ids, tags, mask = texts.of(np.array([0, 1, 2, 3]))       # documents -1, 0, 1 (empty), 2
    assert mask.sum(1).tolist() == [0, 3, 0, 5] and ids.shape == (4, 5)
    assert ids[1].tolist() == [16, 17, 18, 0, 0] and ids[3].tolist() == [19, 20, 21, 22, 23]
    assert texts.segment(tags[3]).tolist() == [1, 1, 1, 2, 2] and texts.number(tags[3]).tolist() == [0, 0, 1, 0, 1]
    assert texts.word_begins(tags[1]).tolist() == [True, False, True, False, False]
    assert texts.tokens(2).tolist() == [19, 20, 21, 22, 23] and len(texts.tokens(-1)) == 0


def test_row_sees_the_last_events_of_its_company_and_no_later_one(v2):
    found = data.read_export(v2)
    events, rows = found.events, np.arange(len(found))
    types, amounts, days, mask = events.of(rows)
    for row in rows:
        mine = [e for e in range(200) if events.company[e] == row % 20 and e <= events.last[row]][-4:]
        assert mask[row].sum() == len(mine) and types[row, :len(mine)].tolist() == [events.type[e] for e in mine]
        assert np.allclose(days[row, :len(mine)], [(found.time[row] - events.time[e]) / DAY for e in mine], atol=1e-3)
        assert np.allclose(amounts[row, :len(mine)], [0 if e % 3 == 0 else np.log1p(100) for e in mine])
    assert (days >= 0).all() and not types[~mask].any() and mask.sum() > 100


def test_joined_parts_read_as_each_alone(v2, tmp_path):
    first, second = data.read_export(v2), data.read_export(write_v2(tmp_path / "other", companies=15))
    both, rows = data.join([first, second]), np.arange(len(second))
    assert both.group.max() == 34 and set(both.group[:len(first)]).isdisjoint(both.group[len(first):])
    for name in ("texts", "events"):
        for alone, joined in zip(getattr(second, name).of(rows), getattr(both, name).of(rows + len(first))):
            assert np.array_equal(alone, joined)
        for alone, joined in zip(getattr(first, name).of(rows), getattr(both, name).of(rows)):
            assert np.array_equal(alone, joined)


def test_token_beyond_the_vocabulary_is_refused(v2):
    np.save(v2 / "token_id.npy", np.full(8, 30, np.uint16))
    with pytest.raises(Refused, match="ids beyond the vocabulary of 30"):
        data.read_export(v2)


def test_documents_that_do_not_fit_are_refused(v2):
    np.save(v2 / "document.npy", np.full(120, 3, np.int32))
    with pytest.raises(Refused, match="do not fit 3 documents of 8 tokens"):
        data.read_export(v2)


def test_truth_is_joined_by_company_and_time():
    truth = np.array([(1, 10, .5, 0), (0, 10, .1, 1), (0, 20, .2, 0)],
                     [("company", "i4"), ("as_of", "i8"), ("latent", "f4"), ("label", "i1")])
    found = data.join_truth(truth, np.array([0, 1, 0]), np.array([20, 10, 10]))
    assert list(found) == ["latent"] and np.allclose(found["latent"], [.2, .5, .1])
    with pytest.raises(Refused, match="1 of 2 rows are not in truth/rows.npy"):
        data.join_truth(truth, np.array([0, 1]), np.array([20, 20]))
