"""What a request costs at every step: each topic is measured by a process of its own, beside its rivals."""
