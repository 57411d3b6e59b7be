#!/usr/bin/env bash
# Proves nothing itself: makes the mixed-mode disc image that the window and the Windows program are given.
#
# usage: sample.sh FOLDER       makes FOLDER/Café à Paris.cue: an ISO 9660 file system and two audio tracks
#
# The names are not ASCII on purpose: they pass through a drag-and-drop, a Windows command line and a title bar. No program of ours
# has a hand in it, so that reading it proves something.
set -euo pipefail
folder=${1:?a folder to make the image in}
name="Café à Paris"
mkdir -p "$folder/files"
printf 'Bonjour\n' >"$folder/files/README.TXT"
head -c 300000 < <(yes 'spindle') >"$folder/files/LONG.BIN"
genisoimage -quiet -V SPINDLE -J -r -o "$folder/$name (1).iso" "$folder/files"
rm -r "$folder/files"
# 4 s and 6 s of audio (75 sectors of 2352 bytes each second): two plain patterns that are not each other.
head -c $((4 * 75 * 2352)) < <(yes 'tick') >"$folder/$name (2).bin"
head -c $((6 * 75 * 2352)) < <(yes 'tock tock') >"$folder/$name (3).bin"
cat >"$folder/$name.cue" <<CUE
FILE "$name (1).iso" BINARY
  TRACK 01 MODE1/2048
    INDEX 01 00:00:00
FILE "$name (2).bin" BINARY
  TRACK 02 AUDIO
    TITLE "Tick"
    PREGAP 00:02:00
    INDEX 01 00:00:00
FILE "$name (3).bin" BINARY
  TRACK 03 AUDIO
    TITLE "Tock"
    INDEX 01 00:00:00
CUE
echo "$folder/$name.cue"
