"""SCIM 2.0 (RFC 7643, 7644, 9865) without Django: plain values in, plain values out."""
