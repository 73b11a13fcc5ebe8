#!/bin/sh
# Prints the path of the Chromium to drive: $CHROMIUM, else the first one on PATH. Exit 1: none.
for candidate in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome-stable google-chrome; do
    if command -v "$candidate" 2>/dev/null; then
        exit 0
    fi
done
exit 1
