"""The portfolio at month ends: outstanding, roll rates, vintages, concentration and cash, on any two dates."""
