"""Where passages are encoded, found out without importing torch."""

from __future__ import annotations

import ctypes
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from semsearch.encoders.protocol import Device


def resolve_device(asked: Device) -> Device:
    """The device asked for; ``auto`` is a GPU that torch can use, else the processor."""
    if asked != "auto":
        return asked
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "mps"
    return "cuda" if _torch_has_cuda() and _cuda_devices() else "cpu"


def _torch_has_cuda() -> bool:
    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _cuda_devices() -> int:
    """GPUs that the CUDA driver sees; 0 where there is no driver."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
        return 0
    return count.value
