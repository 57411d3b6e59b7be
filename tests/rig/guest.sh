#!/bin/sh
# shellcheck shell=dash
# What is done inside the virtual machine: our program reads QEMU's drives through the real kernel, and other people's programs read our drive,
# which the kernel's own initiator attaches. What they say and read goes to /share/out, where vm.sh judges it.
#
# /share/spindle is the program, /share/served names the discs that are served, a line each: name, port, target.
set -u
# shellcheck source=tests/rig/guest-common.sh
. /share/common.sh
spindle=/share/spindle

stranger() { # as a user of no group
  timeout 240 /usr/bin/setpriv --reuid=1001 --regid=1001 --clear-groups "$@"
}

# A program that fails or hangs is not the end: vm.sh finds what is missing, and shows what was said.
try() { # NAME COMMAND…
  local name=$1 code
  shift
  case $1 in
    member | stranger) "$@" >"$out/$name.log" 2>&1 </dev/null ;;
    *) timeout 100 "$@" >"$out/$name.log" 2>&1 </dev/null ;;
  esac
  code=$?
  echo "$code" >"$out/$name.code"
}

ours() { # QEMU's drives: /dev/sr0 by ATAPI, /dev/sr1 by SCSI with the same disc, /dev/sr2 without one
  local node
  permit
  member "$spindle" drives --json >"$out/member.json" 2>"$out/member.log"
  stranger "$spindle" drives --json >"$out/stranger.json" 2>"$out/stranger.log"
  say "spindle saves the disc in two drives of QEMU"
  for node in sr0 sr1; do
    try "save-$node" member "$spindle" convert --json "drive:/dev/$node" "$out/$node.iso"
    try "rip-$node" member "$spindle" rip --json "/dev/$node" "$out/$node.rip.iso"
    try "verify-$node" member "$spindle" verify --json "drive:/dev/$node" "$out/$node.rip.iso"
  done
  try report member "$spindle" drives --report "$out/report.txt"
  try no-disc member "$spindle" convert --json drive:/dev/sr2 "$out/none.iso"
  try no-permission stranger "$spindle" convert --json drive:/dev/sr0 "$out/none.iso"
}

# The clock is read without a process of its own, which would take longer than what is measured.
timed() { # NODE PROGRAM COMMAND…: when it began and ended
  local node=$1 program=$2 begun now _
  shift 2
  echo 3 >/proc/sys/vm/drop_caches
  read -r begun _ </proc/uptime
  timeout 60 "$@" >/dev/null 2>"$out/race.log" </dev/null || return
  read -r now _ </proc/uptime
  echo "$node $program $begun $now" >>"$out/race"
  rm -f /tmp/race*
}

ripped() { # NODE: what our program says while it rips, and when
  local line now _
  member "$spindle" rip --json "/dev/$1" /tmp/race.iso 2>"$out/race.log" </dev/null | while read -r line; do
    read -r now _ </proc/uptime
    echo "$1 spindle $now $line"
  done >>"$out/race"
  rm -f /tmp/race*
}

# Our program and others read the same disc in turn, into memory; judge.py prints how fast. Nothing fails by it: the machine may be busy.
race() {
  local node generic sectors round
  say "spindle, dd, readom and sg_dd read the same disc in turn"
  for node in sr0 sr1; do
    generic=/dev/$(basename /sys/class/block/$node/device/scsi_generic/*)
    sectors=$(($(cat /sys/class/block/$node/size) / 4))
    for round in 1 2 3; do
      ripped "$node"
      timed "$node" dd dd "if=/dev/$node" of=/tmp/race bs=131072
      timed "$node" readom readom -s "dev=/dev/$node" f=/tmp/race
      timed "$node" sg_dd sg_dd "if=$generic" of=/tmp/race bs=2048 bpt=64 "count=$sectors"
      echo "round $round" >>"$out/race"
    done
  done
}

lists() { # NUMBER: waits until the watch has printed so many lists of drives
  local tries=0
  while [ "$(wc -l <"$out/watch.json")" -lt "$1" ] && [ "$tries" -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
}

watched() { # a drive goes and comes back while our program watches, which asks no drive for that
  local host watcher
  host=$(basename "$(realpath /sys/class/block/sr2/device)")
  : >"$out/watch.json"
  # Without a timeout around it, which would keep the signal for itself.
  /usr/bin/setpriv --reuid=1000 --regid=1000 --groups=24 "$spindle" drives --watch --json >"$out/watch.json" 2>"$out/watch.log" &
  watcher=$!
  lists 1
  echo 1 >/sys/class/block/sr2/device/delete
  lists 2
  echo '- - -' >"/sys/class/scsi_host/host${host%%:*}/scan"
  lists 3
  permit
  kill -TERM "$watcher"
  wait "$watcher"
}

# What an ISO with a layer break leaves out of a DVD are its control structures.
saved() { # NAME NODE FORMAT: our own program reads our own drive
  try "$1.spindle" member "$spindle" convert --json --allow-loss --to "$3" "drive:/dev/$2" "$out/$1.spindle.$3"
}

audio() { # NODE
  try audio.cdparanoia cdparanoia -q -r -d "/dev/$1" 1- "$out/audio.cdparanoia.raw"
  try audio.cdrdao cdrdao read-cd -v 1 --paranoia-mode 0 --device "/dev/$1" --driver generic-mmc --datafile "$out/audio.cdrdao.bin" "$out/audio.cdrdao.toc"
  try audio.readom readom -s "dev=/dev/$1" -clone "f=$out/audio.readom.raw"
  saved audio "$1" nrg
}

mixed() { # NODE
  try mixed.cdparanoia cdparanoia -q -r -d "/dev/$1" 2- "$out/mixed.cdparanoia.raw"
  try mixed.cdrdao cdrdao read-cd -v 1 --read-raw --device "/dev/$1" --driver generic-mmc --datafile "$out/mixed.cdrdao.bin" "$out/mixed.cdrdao.toc"
  try mixed.readom readom -s "dev=/dev/$1" "sectors=0-$(cat /share/mixed.sectors)" "f=$out/mixed.readom.iso"
  try mixed.dd dd "if=/dev/$1" "of=$out/mixed.dd.iso" bs=2048 "count=$(cat /share/mixed.sectors)"
}

enhanced() { # NODE: the kernel finds the file system of the last session by itself
  try enhanced.cdparanoia cdparanoia -q -r -d "/dev/$1" 1-2 "$out/enhanced.cdparanoia.raw"
  mount_and_copy "$1" enhanced iso9660
  saved enhanced "$1" nrg
}

dvd() { # NODE
  try dvd.dd dd "if=/dev/$1" "of=$out/dvd.dd.iso" bs=65536
  try dvd.readom readom -s "dev=/dev/$1" "f=$out/dvd.readom.iso"
  mount_and_copy "$1" dvd udf
  saved dvd "$1" dvd
}

mount_and_copy() { # NODE NAME FILE SYSTEM
  try "$2.mount" mount -t "$3" -o ro "/dev/$1" /mnt
  # While the kernel has it mounted: the list says so, and the disc is read all the same.
  member "$spindle" drives --json >"$out/$2.mounted.json" 2>/dev/null
  try "$2.mounted" member "$spindle" inspect --json "drive:/dev/$1"
  try "$2.copy" sh -c "cp /mnt/[Nn][Oo][Ii][Ss][Ee].[Bb][Ii][Nn] $out/$2.file"
  try "$2.umount" umount /mnt
}

theirs() { # our drive, seen by others
  local name port target node
  while read -r name port target; do
    node=$(attach "$target" "$port") || { say "$name: no drive came"; continue; }
    permit
    say "$name is the disc in /dev/$node: read by others and by us"
    try "$name.cd-info" cd-info --no-header --no-device-info --no-cddb -C "/dev/$node"
    "$name" "$node"
  done </share/served
  member "$spindle" drives --json >"$out/all.json" 2>"$out/all.log"
}

umask 0
ours
race
say "a drive goes and comes back"
watched
theirs
say "the machine is done"
