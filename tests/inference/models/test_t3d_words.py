"""Words keep their letters, numbers their size; drafts borrow words and never sizes."""

import numpy as np
import pytest

from inference.errors import WeightsError
from inference.models.t3d_draft import draft, nearest_reports, reports_from_json
from inference.models.t3d_words import UNKNOWN, FolderWords, padded, vocabulary_of

TEXTS = ("There is a 14 mm nodule.", "Hígado normal.", "The spleen is enlarged to 12.8 cm.")
REPORTS = reports_from_json(
    [
        {
            "language": "en",
            "sentences": [
                ["There is a 14 mm nodule in the left lobe.", "nodule", False],
                ["A 30 mm nodule on the right.", "nodule", False],
                ["No ascites.", "ascites", True],
                ["The liver is normal.", "liver", True],
            ],
        },
        {"language": "es", "sentences": [["Nódulo de 9 mm.", "nodule", False]]},
    ]
)


def test_every_token_knows_its_letters():
    vocabulary = vocabulary_of(TEXTS, least=1)
    for text in TEXTS:
        found = vocabulary.tokens(text)
        assert all(text[t.start : t.end].strip() for t in found)
        assert UNKNOWN not in {t.id for t in found}


def test_numbers_of_one_size_are_one_word_and_unknown_words_are_unknown():
    vocabulary = vocabulary_of(TEXTS, least=1)
    assert vocabulary.tokens("14 mm")[0].id == vocabulary.tokens("16 mm")[0].id
    assert vocabulary.tokens("giraffe")[0].id == UNKNOWN


def test_rows_are_framed_and_padded_to_one_length():
    assert padded([[5, 6, 7, 8], [9]], 5) == [[0, 5, 6, 7, 2], [0, 9, 2, 1, 1]]


def closeness(texts):
    return np.array([float("right" in text or "30" in text) for text in texts])


def test_a_draft_takes_the_nearest_words_and_leaves_sizes_blank():
    made = draft(REPORTS, ["nodule"], ["liver"], closeness)
    assert made[0].text == "A __ mm nodule on the right."
    assert made[0].target == "nodule"
    assert "cosine" in made[0].source
    assert made[1].text == "The liver is normal."


def test_a_draft_keeps_to_one_language_and_says_nothing_of_what_it_does_not_know():
    assert draft(REPORTS, ["nodule"], [], closeness, "es")[0].text == "Nódulo de __ mm."
    assert draft(REPORTS, ["aneurysm"], ["spine"], closeness) == ()


def test_the_nearest_reports_come_first():
    best, other = nearest_reports(REPORTS, closeness)
    assert (best.cosine, other.cosine) == (1.0, 0.0)
    assert nearest_reports((), closeness) == ()


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="no tokenizer"):
        FolderWords(tmp_path)
