"""Tariffs: from a frozen cost base to a maximum tariff, decided in two times and settled back to the cent."""
