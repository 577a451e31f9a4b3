"""The sandbox: what the reading process may not do, in Python and in native code."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.reading import sandbox

HEAD = """
import ctypes, os, sys
from pipeline.reading.sandbox import confine, limit
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    return getattr(libc, name)(*arguments), ctypes.get_errno()
limit(512, 20, 1)
if not confine():
    sys.exit(77)
"""
ABSENT = 77


def confined(code, folder):
    """Run code in a confined process; return what it prints."""
    ended = subprocess.run([sys.executable, "-c", HEAD + code], cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode == ABSENT:
        pytest.skip("this system has no filter of system calls")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize(
    "call",
    [
        "'socket', 2, 1, 0",
        "'connect', 0, b'', 0",
        "'open', b'made.txt', os.O_WRONLY | os.O_CREAT, 0o600",
        "'open', b'there.txt', os.O_RDWR",
        "'open', b'there.txt', os.O_RDONLY | os.O_TRUNC",
        "'creat', b'made.txt', 0o600",
        "'mkdir', b'made', 0o700",
        "'unlink', b'there.txt'",
        "'rename', b'there.txt', b'moved.txt'",
        "'symlink', b'there.txt', b'made.txt'",
        "'chmod', b'there.txt', 0",
        "'truncate', b'there.txt', 0",
        "'fork'",
        "'execv', b'/bin/true', None",
        "'kill', os.getppid(), 0",
    ],
)
def test_native_code_cannot_reach_outside(call, tmp_path):
    (tmp_path / "there.txt").write_text("We will act.")
    assert confined(f"print(*call({call}))", tmp_path) == "-1 1"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("there.txt", "We will act.")]


def test_native_code_cannot_start_a_program(tmp_path):
    assert confined("call('system', b'touch made.txt')\nprint('went on')", tmp_path) == "went on"
    assert list(tmp_path.iterdir()) == []


def test_a_confined_process_may_read_and_have_threads(tmp_path):
    (tmp_path / "there.txt").write_text("We will act.")
    code = (
        "import threading, json\nfound = []\n"
        "thread = threading.Thread(target=lambda: found.append(open('there.txt').read()))\n"
        "thread.start()\nthread.join()\nprint(*found, len(os.listdir('.')))"
    )
    assert confined(code, tmp_path) == "We will act. 1"


def test_a_limit_cannot_be_taken_back(tmp_path):
    code = (
        "import resource\n"
        "for setting in (resource.setrlimit, lambda *a: resource.prlimit(0, *a)):\n"
        "    try:\n        setting(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "    except (ValueError, OSError):\n        print('refused')\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0] >> 20)"
    )
    assert confined(code, tmp_path).split() == ["refused", "refused", "512"]


def test_a_lower_limit_of_whoever_starts_the_process_stays(tmp_path):
    code = (
        "import resource\nfrom pipeline.reading.sandbox import limit\n"
        "resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))\nlimit(512, 20, 1)\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[1] >> 20)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "300"


def test_a_process_that_may_write_nothing_may_still_end_itself(tmp_path):
    ended = subprocess.run([sys.executable, "-c", HEAD + "os.abort()"], cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode in (-6, ABSENT)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the one that started it")
def test_a_reader_ends_with_whoever_started_it(tmp_path):
    inner = HEAD + "print(os.getpid(), flush=True)\nimport time\ntime.sleep(60)"
    outer = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {inner!r}])\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True) as starter:
        reader = int(starter.stdout.readline() or 0)
        starter.kill()
        for _ in range(100):
            if not is_running(reader):
                break
            time.sleep(0.05)
    assert not is_running(reader)


def is_running(process):
    """Say whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("win32", "AMD64"), ("linux", "riscv64")])
def test_where_there_is_no_filter_the_other_walls_have_to_do(system, machine, monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", system)
    monkeypatch.setattr(sandbox.platform, "machine", lambda: machine)
    assert sandbox.confine() is False


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_ends_within_it(machine):
    code = sandbox._filter(machine)
    lines = list(sandbox._INSTRUCTION.iter_unpack(code))
    assert all(place + 1 + max(yes, no) < len(lines) for place, (_, yes, no, _) in enumerate(lines[:-1]))
    assert lines[-1] == (sandbox._RETURN, 0, 0, sandbox._ALLOW)
