"""The library of studies: tables stay private, frozen values come out."""
