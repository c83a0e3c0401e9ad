"""Takes system calls away from a process and all that it starts, for good: the kernel's seccomp filter. Knows call numbers and filter code.

What a reader of files never needs is refused: sockets, other processes' memory, namespaces, mounts, kernel modules, keys. Calls through another
architecture's numbering end the process, because a filter that knows one numbering only could be passed by through it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

SET_SECCOMP, FILTER = 22, 2
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # x86-64 calls with 32-bit pointers have this bit
CLONE, CLONE3 = (56, 220), (435, 435)
NEW_NAMESPACE = 0x7E020000  # every CLONE_NEW… flag

# Linux' numbers by architecture: include/uapi/asm of the kernel. From 424 on they are the same everywhere.
REFUSED = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "quotactl": (179, 60), "mknodat": (259, 33), "personality": (135, 92), "syslog": (103, 116),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def shut_calls(libc: ctypes.CDLL) -> bool:
    """Refuse the calls from now on. No new privileges must be set before. False on an architecture or kernel without it."""
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        return False
    code = filter_code(machine)
    program = _Program(len(code) // 8, ctypes.cast(ctypes.c_char_p(code), ctypes.c_void_p))
    return bool(libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) == 0)


def filter_code(machine: str) -> bytes:
    """The filter for an architecture: eight bytes an instruction (code, jump if true, jump if false, value).

    clone3 hides its flags from a filter; it is called unknown, so that callers fall back to clone, where they can be seen.
    """
    place = list(ARCHITECTURES).index(machine)
    numbers = sorted(calls[place] for calls in REFUSED.values())
    tail = [
        _instruction(EQUAL, CLONE3[place], if_true=5),
        _instruction(EQUAL, CLONE[place], if_true=0, if_false=2),
        _instruction(LOAD, 16),  # the first argument: clone's flags
        _instruction(ANY_BIT, NEW_NAMESPACE, if_true=1),
        _instruction(RETURN, ALLOW),
        _instruction(RETURN, ERRNO | errno.EPERM),
        _instruction(RETURN, ERRNO | errno.ENOSYS),
    ]
    refuse = len(numbers) + 5  # instructions between the first comparison and the refusal
    head = [
        _instruction(LOAD, 4),  # the architecture
        _instruction(EQUAL, ARCHITECTURES[machine], if_true=1),
        _instruction(RETURN, KILL),
        _instruction(LOAD, 0),  # the call's number
        _instruction(AT_LEAST, X32, if_true=refuse),
    ]
    return b"".join([*head, *(_instruction(EQUAL, number, if_true=refuse - 1 - at) for at, number in enumerate(numbers)), *tail])


def _instruction(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
