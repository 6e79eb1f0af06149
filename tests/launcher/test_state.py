import base64
import os
import stat

import pytest

from launcher.errors import CannotStart
from launcher.state import Area, Lock, fingerprint, open_root


def test_secrets_are_made_once_and_readable_by_their_owner_alone(area):
    # When
    first = area.secrets()
    # Then
    assert area.secrets() == first
    assert stat.S_IMODE((area.folder / "secrets.json").stat().st_mode) == 0o600
    assert len({first.owner_password, first.application_password, first.secret_key}) == 3
    name, _, key = first.field_keys.partition(":")
    assert (name, len(base64.b64decode(key))) == ("key1", 32)


def test_two_areas_share_no_secret(tmp_path, area):
    other = Area(tmp_path, "test")
    other.prepare()
    assert other.secrets().owner_password != area.secrets().owner_password


def test_a_lock_has_one_holder_and_is_free_once_released(tmp_path):
    # Given
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    # Then
    assert first.take()
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()


def test_shared_holders_keep_an_exclusive_one_out(tmp_path):
    one, two, alone = (Lock(tmp_path / "lock") for _ in range(3))
    assert one.take(shared=True)
    assert two.take(shared=True)
    assert not alone.take()


def test_work_is_done_until_what_it_was_made_from_changes(tmp_path, area):
    # Given
    file = tmp_path / "0001_initial.py"
    file.write_text("one")
    before = fingerprint([file], "database 1")
    area.mark_done("migrate", before)
    # Then
    assert area.is_done("migrate", fingerprint([file], "database 1"))
    assert not area.is_done("migrate", fingerprint([file], "database 2"))
    file.write_text("two")
    assert not area.is_done("migrate", fingerprint([file], "database 1"))


def test_what_runs_is_announced_for_as_long_as_it_runs(area):
    with area.announced({"command": "demo"}):
        assert area.running() == {"command": "demo"}
    assert area.running() == {}


def test_a_state_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path):
    # Given a file where the folder should be: not even root can make one inside it.
    (tmp_path / "file").touch()
    # Then
    with pytest.raises(CannotStart, match=r"^Cannot write to the state folder .*file/state .*--state DIR$"):
        open_root(tmp_path / "file" / "state")


def test_the_state_folder_is_closed_to_others(tmp_path):
    before = os.umask(0)
    try:
        root = open_root(tmp_path / "a" / "state")
    finally:
        os.umask(before)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
