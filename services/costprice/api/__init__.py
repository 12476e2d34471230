"""Routes of the cost-price study: HTTP in, HTTP out; one module per resource."""
