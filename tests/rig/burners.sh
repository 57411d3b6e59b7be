#!/usr/bin/env bash
# Proves burning without a drive. In a virtual machine with a real kernel, other people's burning programs (wodim, cdrdao, cdrskin, xorriso, growisofs,
# dvd+rw-format) write on blanks of every kind in the recorder in software that `spindle serve` serves, and every byte of what became of them is held
# against what they were given. There, too, our program burns, as an ordinary user: on the same recorders, and on one that others wrote, the DVD+R of tgt.
# What cdrdao, cdrskin and our program tell a recorder before the first sector of a disc, its CD-TEXT with it, is held against golden files, disc by disc.
#
# usage: burners.sh PROGRAM FOLDER      FOLDER gets the discs, and what was said of them
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${1:?the program}")
folder=${2:?a folder to work in}
rm -rf "$folder"
mkdir -p "$folder/share/out" "$folder/kept" "$folder/tape"
folder=$(realpath "$folder")
chmod 777 "$folder/share/out"
PATH=$PATH:/usr/sbin:/sbin

# Ours end by themselves when they are asked to; tgtd does not.
ours=() theirs=()
# shellcheck disable=SC2317  # called by the trap
clean() {
  local id
  for id in ${ours[@]+"${ours[@]}"}; do kill "$id" 2>/dev/null || true; done
  for id in ${theirs[@]+"${theirs[@]}"}; do kill -9 "$id" 2>/dev/null || true; done
}
trap clean EXIT

die() {
  echo "burners: $*" >&2
  exit 1
}

field() { # NAME FILE: of the JSON that `serve` prints
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2"
}

# A recorder with a blank in it, or with the first of several discs, of which the next goes in when the tray stays open. What is written becomes an
# image in the end.
serve() { # NAME KIND EXTENSION [DISC…]
  local said="$folder/tape/$1.served" disc discs=() _
  : >"$said"
  for disc in "${@:4}"; do
    [[ $disc == blank:* ]] || disc=$folder/share/in/$disc
    discs+=("$disc")
  done
  "$program" serve --json --port 0 --keep "$folder/kept/$1.$3" --tape "$folder/tape/$1" "${discs[@]:-blank:$2}" >"$said" 2>"$folder/tape/$1.error" &
  ours+=($!)
  for _ in $(seq 100); do
    if grep -q serving "$said"; then break; fi
    sleep 0.1
  done
  grep -q serving "$said" || die "$1 is not served: $(cat "$said" "$folder/tape/$1.error")"
  echo "$1 $(field address "$said" | sed 's/.*://') $(field target "$said")" >>"$folder/share/served"
}

tgt() { # the DVD+R of tgt
  local port=33260 target=iqn.2026-11.test:dvd socket _
  socket=$folder/tgt
  command -v tgtd >/dev/null || die "no tgtd"
  TGT_IPC_SOCKET=$socket tgtd -f --iscsi "portal=127.0.0.1:$port" >"$folder/tgtd.log" 2>&1 &
  theirs+=($!)
  : >"$folder/tgt.iso"
  tgtimg --op new --device-type cd --type dvd+r --file "$folder/tgt.iso" >>"$folder/tgtd.log" 2>&1
  for _ in $(seq 100); do
    if TGT_IPC_SOCKET=$socket tgtadm --lld iscsi --mode target --op new --tid 1 -T "$target" >>"$folder/tgtd.log" 2>&1; then break; fi
    sleep 0.1
  done
  {
    TGT_IPC_SOCKET=$socket tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 1 -b "$folder/tgt.iso" --device-type=cd
    TGT_IPC_SOCKET=$socket tgtadm --lld iscsi --mode target --op bind --tid 1 -I 127.0.0.1
  } >>"$folder/tgtd.log" 2>&1 || die "tgt: $(cat "$folder/tgtd.log")"
  echo "tgt $port $target" >>"$folder/share/served"
}

boot() {
  local programs=() name
  for name in wodim cdrdao cdrskin xorriso growisofs dvd+rw-format sg_start iscsistart setpriv; do
    programs+=(-p "$(command -v "$name")")
  done
  cp "$program" "$folder/share/spindle"
  cp "$here/guest-common.sh" "$folder/share/common.sh"
  ldd "$program" | grep -o '/[^ ]*' | sed 's/^/-p\n/' >"$folder/libraries"
  mapfile -t libraries <"$folder/libraries"
  "$here/boot.sh" "${programs[@]}" "${libraries[@]}" -m iscsi_tcp -m crc32c_generic -v "$folder/share" -t 1200 "$here/burners-guest.sh"
}

settle() { # the recorders are switched off, and their discs become images
  local id
  for id in "${ours[@]}"; do
    kill -INT "$id" 2>/dev/null || true
  done
  for id in "${ours[@]}"; do wait "$id" || true; done
  ours=()
}

"$here/burners-discs.py" "$folder/share/in"
"$here/burners-sheets.py" "$folder/share/in/sheets"
while read -r name kind extension discs; do
  # shellcheck disable=SC2086  # several words
  serve "$name" "$kind" "$extension" $discs
done <"$here/burners.list"
tgt
boot || die "the machine failed with $?"
settle
"$here/burners-judge.py" "$folder" || die "what was burned is not what was to be burned; see $folder"
"$here/burners-sheets-judge.py" "$folder" || die "what recorders were told is not what the standards say; see $folder"
