"""Where an index lies: on a network, locks and memory maps are not to be relied upon."""

from __future__ import annotations

import os
import re
from pathlib import Path

NETWORKS = {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3"}
MOUNTS = Path("/proc/self/mountinfo")
_MOUNT = re.compile(r"\A(?:\S+ ){4}(\S+) .* - (\S+) ")


def network_of(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that a folder lies on; None on a disk, or where the system does not say."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    kinds = dict(mounted for line in lines if (mounted := _mount(line)))
    place = os.path.realpath(folder)
    while place not in kinds and place != os.path.dirname(place):  # noqa: PTH120
        place = os.path.dirname(place)  # noqa: PTH120
    kind = kinds.get(place)
    return kind if kind in NETWORKS else None


def _mount(line: str) -> tuple[str, str] | None:
    """Where a line of mountinfo mounts what kind of file system: proc(5)."""
    found = _MOUNT.match(line)
    if found is None:
        return None
    place, kind = found.groups()
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, sign)
    return place, kind
