import pytest

from server.assembly import devices
from server.errors import NotReady
from server.restoration.devices import CPU, Device, accelerators
from server.settings import Settings


def test_a_label_names_the_device_and_what_it_is() -> None:
    assert Device("cuda:0", "NVIDIA H200", 1).label == "cuda:0 (NVIDIA H200)"
    assert CPU.label == "cpu"


def test_recipes_without_models_use_the_processor_as_often_as_the_settings_say() -> None:
    assert devices(Settings(workers=3), accelerated=False) == (CPU, CPU, CPU)


def test_recipes_with_models_use_what_torch_finds_or_the_settings_name() -> None:
    here = accelerators()
    assert devices(Settings(), accelerated=True) == (here or (CPU,))
    assert devices(Settings(devices=("cpu", "cpu")), accelerated=True) == (CPU, CPU)


def test_a_device_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(NotReady, match="REKINDLE_DEVICES names cuda:99; this machine has cpu"):
        devices(Settings(devices=("cuda:99",)), accelerated=True)
