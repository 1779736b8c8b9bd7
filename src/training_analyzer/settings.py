"""Settings: the only reader of the environment and `.env`.

`load()` gives a frozen `Settings` or raises `SettingsError` with one line that names
the variable, says what is wrong and what to do, and never shows a value.
"""
