import torch

from inference.networks.vqvae import VQVAE, Codebook, VQVAEConfig

SMALL = VQVAEConfig(channels=(4, 8), residual_layers=1, codes=16)


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_the_published_tokenizer_has_the_published_size():
    with torch.device("meta"):
        network = VQVAE(VQVAEConfig())
    assert count(network.encoder) == 14_712_834
    assert count(network.decoder) == 18_368_513
    assert count(network) == 33_097_731


def test_the_published_names_are_kept():
    with torch.device("meta"):
        names = set(VQVAE(VQVAEConfig()).state_dict())
    for block in (0, 3, 6):
        assert {f"encoder.blocks.{block}.conv.weight", f"decoder.blocks.{block}.conv.bias"} <= names
    for block in (1, 2, 4, 5):
        assert {
            f"{half}.blocks.{block}.conv{n}.conv.weight" for half in ("encoder", "decoder") for n in (1, 2)
        } <= names
    assert {f"quantizer.quantizer.{n}" for n in ("embedding.weight", "ema_w", "ema_cluster_size")} <= names


def test_a_patch_becomes_256_numbers():
    z = VQVAE(SMALL).encoder(torch.rand(2, 1, 8, 32, 32))
    assert z.shape == (2, 2, 2, 8, 8)
    assert z[0].numel() == 256


def test_a_rebuilt_patch_has_the_shape_of_the_patch():
    x = torch.rand(2, 1, 8, 32, 32)
    assert VQVAE(SMALL).eval()(x).image.shape == x.shape


def test_codes_move_to_the_vectors_that_chose_them():
    torch.manual_seed(0)
    book = Codebook(VQVAEConfig(codes=2, decay=0.5))
    z = torch.tensor([[5.0, 5.0]] * 50 + [[-5.0, -5.0]] * 50)
    for _ in range(30):
        book.follow(z, book.nearest(z))
    codes = book.embedding.weight[book.nearest(z)]
    assert torch.allclose(codes, z, atol=0.1)


def test_evaluation_leaves_the_codes_alone():
    network = VQVAE(SMALL).eval()
    before = network.quantizer.quantizer.embedding.weight.clone()
    network(torch.rand(2, 1, 8, 32, 32))
    assert torch.equal(before, network.quantizer.quantizer.embedding.weight)


def test_gradients_pass_straight_through_the_codes():
    network = VQVAE(SMALL)
    network(torch.rand(2, 1, 8, 32, 32)).image.sum().backward()
    assert network.encoder.blocks[0].conv.weight.grad.abs().sum() > 0
