#!/usr/bin/env bash
# Proves that the real program opens its real window and does its first job in it: on a screen of its own (Xvfb, OpenGL in
# software) it takes a disc image that is dropped on it, one that is named on the command line, and a folder; shows what is in them to the
# eye (screenshots in both themes) and to a screen reader (AT-SPI), rests without using the processor, and ends cleanly when closed.
#
# usage: window.sh PROGRAM FOLDER           the Linux program; FOLDER gets the screenshots and the log
#        window.sh --wine PROGRAM FOLDER    the Windows program under wine: the same, without the folder, the screen reader and
#                                          the measuring of the processor; WINEPREFIX says which prefix
#
# The program's side of it: `spindle [FILE]` opens the window, titled "Spindle", with a file open "NAME — Spindle";
# SPINDLE_THEME=light|dark chooses the theme, SPINDLE_CONFIG_DIR is where settings are kept.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# A session bus of our own; the accessibility bus is reached through it.
if [ "${1:-}" != --wine ] && [ "${SPINDLE_RIG_BUS:-}" != own ]; then
  SPINDLE_RIG_BUS=own exec dbus-run-session -- "$here/window.sh" "$@"
fi
runner=()
if [ "${1:-}" = --wine ]; then runner=(wine); shift; fi
program=$(realpath "${1:?the program}")
out=${2:?a folder for screenshots}
mkdir -p "$out"
out=$(realpath "$out")

# What the window must say of the sample, to someone who can't see it.
said=("Café à Paris" "Convert")
# Idle: at most this many ticks (1/100 s of processor time) within so many seconds.
idle_ticks=5
idle_seconds=3

work=$(mktemp -d)
started=()
# shellcheck disable=SC2317  # called by the trap
clean() {
  local id
  for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT

die() {
  echo "window: $*" >&2
  if [ -s "$out/program.log" ]; then sed 's/^/  program: /' "$out/program.log" >&2; fi
  import -window root "$out/failed.png" 2>/dev/null && echo "window: the screen as it was: $out/failed.png" >&2
  exit 1
}

open_screen() {
  Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$work/display" 2>"$work/xvfb.log" &
  started+=($!)
  local _
  for _ in $(seq 100); do
    if [ -s "$work/display" ]; then break; fi
    sleep 0.1
  done
  DISPLAY=:$(cat "$work/display")
  export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 LC_ALL=C.UTF-8
  unset WAYLAND_DISPLAY
  xdpyinfo >/dev/null || die "no screen: $(cat "$work/xvfb.log")"
}

open_accessibility_bus() {
  /usr/libexec/at-spi-bus-launcher --launch-immediately --a11y=1 --screen-reader=1 2>"$work/atspi.log" &
  started+=($!)
  sleep 1
}

start() { # THEME [FILE]: sets `id`
  local theme=$1 config="$work/config"
  shift
  mkdir -p "$config"
  if [ ${#runner[@]} -gt 0 ]; then config="Z:${config//\//\\}"; fi
  SPINDLE_THEME=$theme SPINDLE_CONFIG_DIR=$config "${runner[@]}" "$program" "$@" >"$out/program.log" 2>&1 &
  id=$!
  started+=("$id")
}

await() { # TITLE SECONDS
  local end=$((SECONDS + $2))
  until "$here/x11.py" wait "$1" 1 >/dev/null 2>"$work/titles"; do
    kill -0 "$id" 2>/dev/null || die "the program ended before there was a window called $1"
    [ "$SECONDS" -lt "$end" ] || die "$(cat "$work/titles")"
  done
}

shot() { # TITLE FILE
  local window
  window=$("$here/x11.py" wait "$1" 5) || die "$1"
  import -window "${window%% *}" "$out/$2"
}

brightness() { # FILE: 0 to 100
  convert "$out/$1" -colorspace Gray -format '%[fx:round(100*mean)]' info:
}

colours() { # FILE: how many
  identify -format '%k' "$out/$1"
}

says() {
  if [ ${#runner[@]} -gt 0 ]; then return; fi
  "$here/atspi.py" spindle 10 "${said[@]}" || die "the screen reader is not told what is shown"
}

ticks() { # processor time of the program, user and system
  local fields
  read -r -a fields <<<"$(sed 's/.*) //' "/proc/$id/stat")"
  echo $((fields[11] + fields[12]))
}

rests() {
  if [ ${#runner[@]} -gt 0 ]; then return; fi
  local before after
  sleep 1
  before=$(ticks)
  sleep "$idle_seconds"
  after=$(ticks)
  [ $((after - before)) -le "$idle_ticks" ] || die "$((after - before)) ticks used in $idle_seconds s of doing nothing (at most $idle_ticks)"
  echo "idle: $((after - before)) ticks of processor time in $idle_seconds s"
}

gone() { # SECONDS: within that time
  local _
  for _ in $(seq $(($1 * 10))); do
    kill -0 "$id" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

ends() { # TITLE
  local code=0
  "$here/x11.py" close "$1" || die "could not be closed"
  # Under wine 8 an idle eframe program, an empty one too, now and then sleeps on after a close request until the next event.
  if [ ${#runner[@]} -gt 0 ] && ! gone 5; then "$here/x11.py" close "$1" || true; fi
  gone 15 || die "still running 15 s after its window was closed"
  wait "$id" || code=$?
  [ "$code" -eq 0 ] || die "ended with $code after its window was closed"
}

picture() { # FILE: something is drawn on it
  [ "$(colours "$1")" -gt 50 ] || die "$1 has only $(colours "$1") colours: nothing was drawn"
}

dropped() { # the light theme: a window without a file, then a file dropped on it
  local begun ready
  begun=$(date +%s%3N)
  start light
  await "Spindle" 60
  ready=$(date +%s%3N)
  echo "window: shown $((ready - begun)) ms after the start"
  sleep 1
  shot "Spindle" empty-light.png
  "$here/x11.py" drop "Spindle" "$sample" || die "the drop"
  await "$title" 20
  says
  rests
  shot "$title" disc-light.png
  ends "$title"
}

named() { # the dark theme: a file on the command line
  start dark "$sample"
  await "$title" 60
  says
  sleep 1
  shot "$title" disc-dark.png
  ends "$title"
}

several() { # both themes: a folder with more than one disc is a table
  local shelf="$work/shelf" title="2 discs — Spindle"
  mkdir -p "$shelf"
  cp "$work/sample/"* "$shelf"
  cp "$shelf/$(basename "$sample" .cue) (1).iso" "$shelf/Files.iso"
  said=("Convert all" "Convert to" "Into the folder" "Convert Files.iso: CD · 1 track · ISO")
  for theme in light dark; do
    start "$theme"
    await "Spindle" 60
    sleep 1
    "$here/x11.py" drop "Spindle" "$shelf" || die "the drop of a folder"
    await "$title" 20
    says
    rests
    shot "$title" "several-$theme.png"
    ends "$title"
  done
}

open_screen
if [ ${#runner[@]} -eq 0 ]; then open_accessibility_bus; fi
sample=$("$here/sample.sh" "$work/sample")
title="$(basename "$sample") — Spindle"
dropped
named
pictures=(empty-light disc-light disc-dark)
if [ ${#runner[@]} -eq 0 ]; then
  several
  pictures+=(several-light several-dark)
fi
for name in "${pictures[@]}"; do picture "$name.png"; done
light=$(brightness disc-light.png)
dark=$(brightness disc-dark.png)
[ "$light" -gt 60 ] || die "the light theme is not light: $light of 100"
[ "$dark" -lt 40 ] || die "the dark theme is not dark: $dark of 100"
cmp -s "$out/empty-light.png" "$out/disc-light.png" && die "the window looks the same with a disc and without"
echo "window: dropped, named, read, closed; brightness $light (light), $dark (dark); pictures in $out"
