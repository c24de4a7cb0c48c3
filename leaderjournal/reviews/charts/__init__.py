"""The values of the charts: lines, weekdays, behaviours and quarters."""
