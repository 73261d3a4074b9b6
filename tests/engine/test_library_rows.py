"""The small values that the library takes and gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.library_rows import FileStat, Root


def test_the_stat_of_a_file_is_its_size_time_and_inode(tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 123_456_789))
    stat = os.stat(path)
    assert FileStat.of(stat) == FileStat(5, 123_456_789, stat.st_ino)


@pytest.mark.parametrize("inode", [(1 << 64) - 1, (1 << 128) - 1])
def test_an_inode_of_any_size_fits_into_the_database(inode: int):
    fields = [0o100644, inode, 1, 1, 0, 0, 5, 0, 0, 0]
    assert 0 <= FileStat.of(os.stat_result(fields)).inode < 1 << 63


def test_a_root_is_online_or_not():
    assert Root(1, Path("/sounds"), "ok").online
    assert not Root(1, Path("/sounds"), "offline").online
