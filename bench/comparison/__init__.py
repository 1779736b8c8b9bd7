"""Us and the tools that people would pick instead, side by side on the pretend Garmin."""
