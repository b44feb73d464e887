"""The deactivation of a product, told as verbs: take the order, switch it off, cancel the renewals."""
