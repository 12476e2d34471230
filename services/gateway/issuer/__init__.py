"""The embedded issuer of tokens: for the demo only, and never beside a real one."""
