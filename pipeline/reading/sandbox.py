"""What the process that reads a file may not do, whatever the file makes it try.

Three walls, each of which holds without the others: limits of the system on memory, time and output;
a hook of the interpreter, which refuses Python's own calls; and on Linux a filter of system calls,
which also binds the native libraries that parse PDF and XML.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import struct
import sys
from typing import Any

_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.utime", "os.setxattr", "os.removexattr", "os.kill", "resource.", "shutil.", "tempfile.", "ftplib.",
    "http.client.", "urllib.", "smtplib.", "webbrowser.", "pty.",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit(megabytes: int, seconds: int, output_megabytes: int) -> None:
    """Set the limits of this process on memory, processor time and what it writes; no call takes them back."""
    try:
        import resource
    except ImportError:  # not on Windows; the parent's own time limit still holds there
        return
    # Were both equal, the kernel would kill at once, and the parent could not tell time from a crash.
    for what, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, output_megabytes << 20, output_megabytes << 20),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, megabytes << 20, megabytes << 20),
    ):
        already = resource.getrlimit(what)[1]
        most = max(soft, hard) if already == resource.RLIM_INFINITY else already  # whoever starts us may allow less
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
            resource.setrlimit(what, (min(soft, most), min(hard, most)))


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise on every audit event by which a reader could reach outside; a hook cannot be removed."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a reader may not do this: {event}")
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if any(letter in (mode or "") for letter in "wax+") or (isinstance(flags, int) and flags & _WRITING):
            raise PermissionError("a reader may not write to a file")


def confine() -> bool:
    """Let the kernel refuse what `refuse()` does, to native code too; return whether it does.

    It does on Linux, on x86-64 and ARM64. A refused call fails with EPERM, and the reader goes on.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _MACHINES or struct.calcsize("P") != 8:
        return False
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    code = _filter(machine)
    program = Program(len(code) // _INSTRUCTION.size, code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)  # who reads for nobody ends
    return bool(
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
    )


_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 1, 22, 38, 2
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""For each machine the column in the tables below, and the kernel's number for it."""
_X32 = 0x40000000
"""Calls of another convention, under which every number is a different one."""
_CLONE_THREAD = 0x10000

_REFUSED = {
    # the network
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "sendto": (44, 206),
    "sendmsg": (46, 211), "socketpair": (53, 199), "io_uring_setup": (425, 425),
    # other programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "kill": (62, 129),
    "tkill": (200, 130), "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "process_vm_writev": (311, 271),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # files
    "creat": (85, None), "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None),
    "mknodat": (259, 33), "chmod": (90, None), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "open_by_handle_at": (304, 265),
    # the system, and our own limits
    "mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280),
    "finit_module": (313, 273), "init_module": (175, 105), "setrlimit": (160, 164),
}  # fmt: skip
_ABSENT = {"clone3": (435, 435), "openat2": (437, 437)}
"""Calls whose arguments a filter cannot see; who is told that there are none of them uses the older ones."""
_OPEN, _OPENAT, _CLONE, _PRLIMIT, _TGKILL = (2, None), (257, 56), (56, 220), (302, 261), (234, 131)

_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16


def _filter(machine: str) -> bytes:
    """Return the filter as a program of the kernel's packet filter."""
    column, architecture = _MACHINES[machine]
    no = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    yes = (_RETURN, 0, 0, _ALLOW)
    lines = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), no, (_LOAD, 0, 0, _NUMBER)]
    lines += [(_AT_LEAST, 0, 1, _X32), no]
    for numbers in _REFUSED.values():
        lines += _on(numbers[column], [no])
    for numbers in _ABSENT.values():
        lines += _on(numbers[column], [(_RETURN, 0, 0, _FAIL | errno.ENOSYS)])
    lines += _on(_OPEN[column], [_argument(1), (_ANY_BIT, 0, 1, _WRITING), no, yes])
    lines += _on(_OPENAT[column], [_argument(2), (_ANY_BIT, 0, 1, _WRITING), no, yes])
    lines += _on(_CLONE[column], [_argument(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), no, yes])
    lines += _on(_PRLIMIT[column], [_argument(2), (_EQUAL, 1, 0, 0), no, yes])
    lines += _on(_TGKILL[column], [_argument(0), (_EQUAL, 1, 0, os.getpid()), no, yes])
    return b"".join(_INSTRUCTION.pack(*line) for line in [*lines, yes])


def _on(number: int | None, lines: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return `lines`, which end in an answer, for the call of this number; others pass by."""
    return [] if number is None else [(_EQUAL, 0, len(lines), number), *lines]


def _argument(place: int) -> tuple[int, int, int, int]:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * place)
