"""Request and response models, one module per resource: the public contract."""
