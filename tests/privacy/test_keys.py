"""Keys as people write them down: clear refusals, and never a key in them."""

from pathlib import Path

import pytest

from adapters.encryption.keys import KEY_BYTES, KeysRefused, new_key_line, read_key_file, read_keys
from adapters.encryption.uses import KeyUse, KeyUses
from adapters.settings import SettingsRefused, load_settings
from tests.privacy.locked import K1, K2, OTHER_K1

SHORT = "k1:QUFBQUFBQUE="


def test_the_first_key_locks_and_all_unlock() -> None:
    keyring = read_keys(f"{K2}, {K1}")

    assert keyring.locking is not None
    assert keyring.locking.id == "k2"
    assert list(keyring.by_id) == ["k2", "k1"]


def test_the_word_plain_locks_nothing_and_the_others_still_unlock() -> None:
    keyring = read_keys(f"plain,{K1}")

    assert keyring.locking is None
    assert list(keyring.by_id) == ["k1"]


def test_a_file_holds_one_key_a_line(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{K2}\n\n{K1}\n")

    assert list(read_key_file(file).by_id) == ["k2", "k1"]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        pytest.param(SHORT, "key 1 has 8 bytes; 32 are needed", id="too short"),
        pytest.param(f"{K1},{SHORT.replace('k1', 'k2')}", "key 2 has 8 bytes", id="the second too short"),
        pytest.param(f"{K1},{OTHER_K1}", "key 2 has the same id as key 1", id="an id twice"),
        pytest.param("QUFBQUFBQUFBQUFBQUFBQUFBQUE=", "key 1 is not written as id:base64", id="no id"),
        pytest.param("two words:QUFB", "the id of key 1 can't be used; an id has 1 to 64", id="a bad id"),
        pytest.param("k1:QUFB!", "key 1 is not base64", id="no base64"),
        pytest.param(f"{K1},plain", "key 2 is not written as id:base64", id="plain in another place"),
        pytest.param("plain", "there is no key", id="plain alone"),
        pytest.param(f"{K1},", "key 2 is not written as id:base64", id="a comma too many"),
    ],
)
def test_what_can_not_be_used_is_named_and_never_shown(
    given: str, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUSINESS_CARE_ENCRYPTION_KEYS", given)

    with pytest.raises(SettingsRefused) as refused:
        load_settings()

    said = str(refused.value)
    assert said.startswith("BUSINESS_CARE_ENCRYPTION_KEYS cannot be used (its value is not shown): ")
    assert complaint in said
    assert "QUF" not in said
    assert "two words" not in said


def test_a_file_that_can_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUSINESS_CARE_ENCRYPTION_KEYS_FILE", "nowhere")

    with pytest.raises(SettingsRefused, match="the file can't be read \\(FileNotFoundError\\)"):
        load_settings()


def test_keys_are_given_in_one_way_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(K1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUSINESS_CARE_ENCRYPTION_KEYS", K1)
    monkeypatch.setenv("BUSINESS_CARE_ENCRYPTION_KEYS_FILE", "keys")

    with pytest.raises(SettingsRefused, match="the keys are given twice"):
        load_settings()


def test_the_settings_hand_out_the_keys_and_do_not_print_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BUSINESS_CARE_ENCRYPTION_KEYS", K1)

    settings = load_settings()

    assert list(settings.keyring.by_id) == ["k1"]
    assert "QUF" not in repr(settings)
    assert "AAA" not in repr(settings.keyring)


def test_a_fresh_key_can_be_used_and_is_another_each_time() -> None:
    first, second = new_key_line("k1"), new_key_line("k1")

    [key] = read_keys(first).by_id.values()
    assert len(key.secret) == KEY_BYTES
    assert first != second


@pytest.mark.parametrize("key_id", ["", "plain", "two words", "a:b", "-k", "x" * 65])
def test_no_key_is_called_so(key_id: str) -> None:
    with pytest.raises(KeysRefused, match="a key's id has 1 to 64"):
        new_key_line(key_id)


def test_a_use_is_handed_out_once_unless_it_could_not_be_written() -> None:
    uses, use = KeyUses(), KeyUse("k1", "care-request-R1")
    uses.note(use)
    uses.note(use)

    taken = uses.take_new()
    uses.note(use)
    nothing_new = uses.take_new()
    uses.put_back(taken)

    assert (set(taken), set(nothing_new), set(uses.take_new())) == ({use}, set(), {use})
