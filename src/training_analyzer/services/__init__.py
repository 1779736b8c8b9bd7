"""The use cases: the only layer that joins the edges."""
