import json

import numpy as np
import pytest

from dataset import Refused, read


def refusal(folder, **arguments) -> str:
    with pytest.raises(Refused) as refused:
        read(folder, **arguments)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_folder_is_read_with_companies_numbered_in_order(export):
    found = read(export, catalogue="00112233445566aa")
    assert found.features.shape == (240 * 36, 4) and found.names == list("abcd")
    assert found.company[:3].tolist() == [0, 1, 2] and found.company.max() == 239


def test_missing_folder_is_named(tmp_path):
    assert "is not a folder; run ./jianwei export" in refusal(tmp_path / "none")


def test_interrupted_export_is_told_from_a_broken_one(export):
    (export / "manifest.json").unlink()
    assert "the export was interrupted; export again" in refusal(export)


def test_truncated_manifest_is_refused(export):
    path = export / "manifest.json"
    path.write_text(path.read_text()[:40])
    assert "manifest.json is not JSON" in refusal(export)


def test_missing_manifest_field_is_named(export):
    path = export / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["horizon_days"]
    path.write_text(json.dumps(manifest))
    assert refusal(export).endswith("manifest.json has no horizon_days")


@pytest.mark.parametrize("name", ["features.npy", "label.npy", "censored.npy", "as_of.npy", "company.txt"])
def test_missing_column_file_is_named(export, name):
    (export / name).unlink()
    assert refusal(export).endswith(f"lacks the column file {name}")


def test_missing_feature_column_is_refused(export):
    np.save(export / "features.npy", np.load(export / "features.npy")[:, :3])
    assert "is float32 (8640, 3); the manifest says float32 (8640, 4)" in refusal(export)


def test_truncated_array_is_refused(export):
    path = export / "features.npy"
    path.write_bytes(path.read_bytes()[:1000])
    assert "features.npy" in refusal(export)


def test_missing_company_lines_are_counted(export):
    path = export / "company.txt"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert "has 8639 lines; the manifest says 8640" in refusal(export)


def test_not_finite_feature_is_named(export):
    x = np.load(export / "features.npy")
    x[5, 2] = np.nan
    np.save(export / "features.npy", x)
    assert refusal(export) == f"feature c of {export} is not finite in every row"


def test_label_other_than_0_and_1_is_refused(export):
    np.save(export / "label.npy", np.full(8640, 2, np.int8))
    assert "label.npy holds values other than 0 and 1" in refusal(export)


def test_other_catalogue_is_refused(export):
    assert "exported with catalogue 00112233445566aa, but the catalogue is now ffff" in refusal(export, catalogue="ffff")
