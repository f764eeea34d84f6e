"""What T3D answers and outlines, in the order of its outputs."""

from __future__ import annotations

from inference.card import Target

TARGETS = (
    Target("nodule", "Pulmonary nodule"),
    Target("consolidation", "Consolidation"),
    Target("effusion", "Pleural effusion"),
    Target("emphysema", "Emphysema"),
    Target("cardiomegaly", "Cardiomegaly"),
    Target("aneurysm", "Aortic aneurysm"),
    Target("liver_lesion", "Focal liver lesion"),
    Target("steatosis", "Hepatic steatosis"),
    Target("splenomegaly", "Splenomegaly"),
    Target("renal_cyst", "Renal cyst"),
    Target("renal_stone", "Renal stone"),
    Target("ascites", "Ascites"),
)
"""In the order of the scores."""

CLASSES = ("background", "lungs", "heart", "aorta", "liver", "spleen", "kidneys", "stomach", "spine",
           "focal lesion", "fluid")  # fmt: skip
ORGAN_OF = {
    "nodule": "lungs", "consolidation": "lungs", "effusion": "effusion", "emphysema": "lungs",
    "cardiomegaly": "heart", "aneurysm": "aorta", "liver_lesion": "liver", "steatosis": "liver",
    "splenomegaly": "spleen", "renal_cyst": "kidneys", "renal_stone": "kidneys", "ascites": "ascites",
}  # fmt: skip
"""Which organ a finding takes the "normal" from."""
BESIDE = {"lungs": "effusion", "liver": "ascites"}  # fluid that would lie beside an organ
