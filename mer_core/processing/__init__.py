"""From samples to batches. The same code makes the features of puppets and of uploads."""
