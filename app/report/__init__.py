"""What a report says, and the clothes it wears."""
