"""The door for browsers and programs: guards, errors, static files, and the app that bootstrap fills with rooms."""
