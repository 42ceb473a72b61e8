"""What the independent checker looks at, one file per kind of rule; it shares nothing with the planners."""
