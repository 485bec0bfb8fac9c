"""Presets, templates, scripts, quick replies and themes: files of SillyTavern's, kept as they came."""
