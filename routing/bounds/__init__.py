"""Lower bounds: what no plan of a problem can cost less than, by column generation over days and trips."""
