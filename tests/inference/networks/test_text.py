import pytest
import torch

from inference.networks.attention import Shape
from inference.networks.text import END, LONGEST, UNKNOWN, NameEncoder, clean_name, name_ids, names_tensor


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("AX T1+GD", "ax_t1_plus_gd"),
        ("t2_tse_tra", "t2_tse_tra"),
        ("T1 *MPRAGE* / sag", "t1_star_mprage_star_sag"),
        ("", "unk"),
        ("脑部", "unk"),
    ],
)
def test_names_are_cleaned_as_the_network_knows_them(header, name):
    assert clean_name(header) == name


def test_letters_have_fixed_numbers():
    assert name_ids("a_") == [1, 27, END]
    assert name_ids("é") == [UNKNOWN, END]


def test_a_long_name_is_cut_not_refused():
    assert len(name_ids("x" * 1000)) == LONGEST + 1


def test_a_name_reads_the_same_beside_a_longer_one():
    torch.manual_seed(0)
    encoder = NameEncoder(Shape(32, depth=2, heads=2, head_dim=8, mlp=32), out=5).eval()
    together = encoder(names_tensor(["t1", "sag_t2_flair_long"]))
    assert torch.allclose(together[0], encoder(names_tensor(["t1"]))[0], atol=1e-6)
