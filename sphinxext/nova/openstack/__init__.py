"""What OpenStack means by its source: one module for each question that a reader asks."""
