"""A whole city: kitchen zones planned one by one, side by side, and couriers exchanged at their borders."""
