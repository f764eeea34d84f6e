"""Training of the models: synthetic patients, recipes, loops, evaluation."""
