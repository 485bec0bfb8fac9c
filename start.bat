@echo off
rem For a double click: makes what is missing, starts TavernAI Plus, prints the address. Same as "make run".
cd /d "%~dp0"
where py >nul 2>nul
if errorlevel 1 (python tools\dev.py run %*) else (py -3 tools\dev.py run %*)
if errorlevel 1 pause
