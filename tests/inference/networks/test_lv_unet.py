import pytest
import torch

from inference.networks.lv_unet import LVUNet, LVUNetConfig, config_from_json, config_to_json


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return LVUNet(LVUNetConfig(channels=(4, 8, 8), size=32)).eval()


def test_every_pixel_has_one_logit(network):
    assert network(torch.randn(3, 1, 32, 32)).shape == (3, 1, 32, 32)


def test_a_batch_of_two_is_two_batches_of_one(network):
    x = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        assert torch.allclose(network(x), torch.cat([network(x[:1]), network(x[1:])]), atol=1e-6)


def test_a_crop_that_cannot_be_halved_is_refused():
    with pytest.raises(ValueError, match="50 pixels cannot be halved 3 times"):
        LVUNetConfig(size=50)


def test_a_config_survives_json():
    config = LVUNetConfig(channels=(8, 16), size=64, pixel_mm=2.0)
    assert config_from_json(config_to_json(config)) == config


def test_the_bundled_size_is_small():
    assert sum(p.numel() for p in LVUNet(LVUNetConfig()).parameters()) < 2_000_000
