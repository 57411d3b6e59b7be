#!/usr/bin/env bash
# Proves drives without a drive: in a virtual machine with a real kernel, our program saves and rips discs in QEMU's CD drives as an ordinary user, and
# other people's programs (cd-info, cdparanoia, cdrdao, readom, dd, mount) read the drive in software that `spindle serve` serves, which the
# kernel attaches over iSCSI: an audio CD, a mixed one, one of two sessions, a DVD. Every byte is held against the source. libiscsi's
# programs ask the same drive without any kernel.
#
# usage: vm.sh PROGRAM FOLDER      FOLDER gets the discs, and what was said of them
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "${1:?the program}")
folder=${2:?a folder to work in}
rm -rf "$folder"
mkdir -p "$folder/share/out"
folder=$(realpath "$folder")
chmod 777 "$folder/share/out"
discs=$folder/discs

started=()
# shellcheck disable=SC2317  # called by the trap
clean() {
  local id
  for id in ${started[@]+"${started[@]}"}; do kill "$id" 2>/dev/null || true; done
}
trap clean EXIT

die() {
  echo "vm: $*" >&2
  exit 1
}

field() { # NAME FILE: of the JSON that `serve` prints
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2"
}

serve() { # NAME IMAGE
  local said="$folder/$1.served" _
  : >"$said"
  "$program" serve --json --port 0 "$2" >"$said" 2>&1 &
  started+=($!)
  for _ in $(seq 100); do
    if grep -q serving "$said"; then break; fi
    sleep 0.1
  done
  grep -q serving "$said" || die "$2 is not served: $(cat "$said")"
  echo "$1 $(field address "$said" | sed 's/.*://') $(field target "$said")" >>"$folder/share/served"
}

# The tests of iscsi-test-cu 1.19 that are about what an optical drive has: most are about disks, which can be written, and skip themselves. Left out
# are StartStopUnit.Simple, which takes a disc that was loaded for one that was there all the time (a drive has to tell of it with 6/28/00), and
# iSCSIResiduals.Read10Invalid, which sends data along with a command that reads.
tests=(SCSI.Inquiry SCSI.ModeSense6 SCSI.TestUnitReady SCSI.ReadCapacity10 SCSI.Read6 SCSI.Read10 SCSI.Read12 SCSI.Verify10 SCSI.PreventAllow
  SCSI.StartStopUnit.PwrCnd SCSI.StartStopUnit.NoLoej iSCSI.iSCSIcmdsn iSCSI.iSCSIResiduals.Read10Residuals iSCSI.iSCSIResiduals.Read12Residuals)

libiscsi() { # what it says of the drive, without a kernel between
  local port target test
  read -r _ port target <<<"$(grep '^dvd ' "$folder/share/served")"
  iscsi-ls -s "iscsi://127.0.0.1:$port" | grep -q "Type:MMC" || die "iscsi-ls finds no optical drive"
  iscsi-inq "iscsi://127.0.0.1:$port/$target/0" >"$folder/inq"
  if ! grep -q "Peripheral Device Type:MMC" "$folder/inq" || ! grep -q "Removable:1" "$folder/inq"; then
    die "iscsi-inq: $(cat "$folder/inq")"
  fi
  echo "libiscsi: iscsi-ls and iscsi-inq find an optical drive"
  for test in "${tests[@]}"; do
    iscsi-test-cu --fail --normal --test="$test" "iscsi://127.0.0.1:$port/$target/0" >"$folder/tested" 2>&1 || die "$test: $(cat "$folder/tested")"
    # No test of this name is no failure, for that program.
    grep -Eq '^ +tests +[1-9]' "$folder/tested" || die "$test: nothing was tested: $(cat "$folder/tested")"
    echo "libiscsi: $test $(sed -n 's/^ *asserts *\([0-9]*\).*/passed, \1 assertions/p' "$folder/tested")"
  done
}

boot() {
  local programs=() name
  for name in cd-info cdparanoia cdrdao readom sg_dd iscsistart setpriv; do programs+=(-p "$(PATH=$PATH:/usr/sbin:/sbin command -v "$name")"); done
  # The program itself comes by the shared folder; its libraries do not.
  cp "$program" "$folder/share/spindle"
  cp "$here/guest-common.sh" "$folder/share/common.sh"
  ldd "$program" | grep -o '/[^ ]*' | sed 's/^/-p\n/' >"$folder/libraries"
  mapfile -t libraries <"$folder/libraries"
  echo $(($(stat -c %s "$discs/mixed.iso") / 2048)) >"$folder/share/mixed.sectors"
  "$here/boot.sh" "${programs[@]}" "${libraries[@]}" -m iscsi_tcp -m crc32c_generic \
    -i "$discs/data.iso" -s "$discs/data.iso" -s '' -v "$folder/share" -t 600 "$here/guest.sh"
}

own() { # what our program saved from our drive, against the images that lay in it
  local hash=() image
  for image in "$discs/audio.cue" "$folder/share/out/audio.spindle.nrg"; do
    hash+=("$("$program" hash --json "$image" | sed 's/.*"disc":{\([^}]*\)}.*/\1/')")
  done
  if [ -z "${hash[0]}" ] || [ "${hash[0]}" != "${hash[1]}" ]; then die "the audio disc, saved: ${hash[*]}"; fi
  "$program" verify "$folder/share/out/enhanced.spindle.nrg" "$discs/enhanced.cue" || die "the disc of two sessions, saved"
  "$program" verify "$folder/share/out/dvd.spindle.dvd" "$discs/dvd.dvd" || die "the DVD, saved"
}

"$here/discs.py" "$discs"
serve audio "$discs/audio.cue"
serve mixed "$discs/mixed.cue"
serve enhanced "$discs/enhanced.cue"
serve dvd "$discs/dvd.dvd"
libiscsi
boot || die "the machine failed with $?"
"$here/judge.py" "$discs" "$folder/share/out" || die "what was read is not what is on the discs; see $folder/share/out"
own
