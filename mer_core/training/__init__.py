"""Training: one loop, cached features, and a recipe for each model that ships."""
