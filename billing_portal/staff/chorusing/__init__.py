"""What staff do about Chorus Pro: documents that wait for somebody, one document, the figures."""
