"""A product is switched off, for a while or for good, and bundles and renewals follow it (R50-R56)."""
