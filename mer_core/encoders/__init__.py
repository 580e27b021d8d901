"""Encoders: frozen networks that stand between a raw signal and the models."""
