"""The portal as a producer of national contracts: what others send to it over mutual TLS."""
