#!/usr/bin/env bash
# Proves that the Windows program can be built, and that it works under wine: its command line reads, converts and verifies a disc
# whose name is not ASCII, says the same of it as the Linux program, answers with the exit codes of the contract, and its window
# opens a dropped file. What wine can't prove (a real driver, a real drive, signing) is not claimed.
#
# usage: windows.sh LINUX_PROGRAM TARGET_FOLDER [CARGO_FLAG…]
#        e.g. windows.sh target/release/spindle target/cross --no-default-features     (then there is no window to try)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/rig/cross.sh
. "$here/cross.sh"
native=$(realpath "${1:?the Linux program}")
mkdir -p "${2:?a target folder}"
target=$(realpath "$2")
shift 2
cd "$here/../.."

CARGO_TARGET_DIR=$target cross_cargo x86_64-pc-windows-gnu build "$@"
folder=$target/x86_64-pc-windows-gnu/debug
[ -f "$folder/spindle.exe" ]

# wine 8 has no bcryptprimitives.dll, which Rust's standard library takes its random numbers from. A stand-in lies beside the
# program under test, and nowhere else.
stand_in() {
  [ -f "$folder/bcryptprimitives.dll" ] && return
  cat >"$folder/random.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE at, SIZE_T left) {
  while (left > 0) {
    ULONG part = left < 65536 ? (ULONG)left : 65536;
    if (!SystemFunction036(at, part)) return FALSE;
    at += part;
    left -= part;
  }
  return TRUE;
}
C
  x86_64-w64-mingw32-gcc -O1 -shared -s -o "$folder/bcryptprimitives.dll" "$folder/random.c" -ladvapi32
  rm "$folder/random.c"
}

die() { echo "windows: $*" >&2; exit 1; }

# Runs the program; its arguments are Linux paths or words. Sets `code`; output in $work/out and $work/err.
run() {
  local argument words=()
  for argument in "$@"; do
    case $argument in /*) words+=("Z:${argument//\//\\}") ;; *) words+=("$argument") ;; esac
  done
  code=0
  wine "$folder/spindle.exe" "${words[@]}" >"$work/out" 2>"$work/err" || code=$?
}

expect() { # CODE WHAT
  [ "$code" -eq "$1" ] || die "$2: exit code $code, not $1: $(cat "$work/err")"
  echo "windows: $2: exit code $1"
}

# The JSON in a file without the paths in it, which differ between the systems.
without_paths() {
  /usr/bin/python3 -c '
import json, sys
def strip(value):
    if isinstance(value, dict):
        return {name: strip(part) for name, part in value.items() if name not in ("path", "files")}
    return [strip(part) for part in value] if isinstance(value, list) else value
print(json.dumps(strip(json.load(open(sys.argv[1], encoding="utf-8"))), indent=1, sort_keys=True))' "$1"
}

same_as_linux() { # ARGUMENTS…: both programs print the same
  run "$@"
  expect 0 "$1"
  "$native" "$@" >"$work/native"
  without_paths "$work/out" >"$work/out.json"
  without_paths "$work/native" >"$work/native.json"
  diff "$work/native.json" "$work/out.json" || die "$1: the Windows program says something else (right) than the Linux one (left)"
}

command_line() {
  local sample copy="$work/Copié à Brême.nrg"
  sample=$("$here/sample.sh" "$work/sample")
  same_as_linux formats --json
  same_as_linux inspect "$sample" --json
  same_as_linux hash "$sample" --tracks --json
  run convert "$sample" "$copy" --json
  expect 0 convert
  [ -s "$copy" ] || die "convert: no output under its own name"
  run verify "$sample" "$copy" --json
  expect 0 "verify, the same disc"
  "$native" verify "$sample" "$copy" >/dev/null || die "the Linux program finds another disc in the copy"
  # One byte in the middle of the first audio track is another one.
  printf 'X' | dd of="$work/sample/Café à Paris (2).bin" bs=1 seek=300000 conv=notrunc status=none
  run verify "$sample" "$copy" --json
  expect 1 "verify, another disc"
  run inspect "$work/nowhere.cue" --json
  [ "$code" -ne 0 ] || die "a file that is not there was inspected"
  /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))["error"]["class"]' "$work/err" ||
    die "a file that is not there: no error as in the contract: $(cat "$work/err")"
}

stand_in
work=$(mktemp -d)
# A prefix (wine's idea of a Windows machine) that lasts between runs. Only its own server is ended.
export WINEPREFIX=$target/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" LC_ALL=C.UTF-8
trap 'wineserver -k || true; rm -rf "$work"' EXIT
mkdir -p "$WINEPREFIX"
unset DISPLAY
wineboot -u >/dev/null 2>&1 || die "wine could not make its prefix"
command_line
# What ran so far had no screen, and wine keeps to the screen that its desktop began with.
wineserver -k || true
case " $* " in
  *" --no-default-features "*) echo "windows: built without the window" ;;
  *) "$here/window.sh" --wine "$folder/spindle.exe" "$target/screenshots-wine" ;;
esac
