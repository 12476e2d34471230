"""Synthetic samples: no provider, insurer, amount or child in here exists. Every file made from them says so."""
