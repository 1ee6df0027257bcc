"""What the wire promises: vectors, a live server held to them, and documents that quote them."""
