"""Request and response models: the public contract of the cost-price study, one module per resource."""
