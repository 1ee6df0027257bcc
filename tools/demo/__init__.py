"""`make demo`: a day without network, played with real parts, and told as it happens."""
