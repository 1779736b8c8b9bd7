"""`python -m training_analyzer.cli`: the same as `garmin-sync`."""

from training_analyzer.cli import main

main()
