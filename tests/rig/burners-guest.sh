#!/bin/sh
# shellcheck shell=dash
# What is done inside the virtual machine: others burn on our recorders, and we burn on ours and on theirs. burners.sh says what for.
#
# /share/spindle is the program, /share/in holds what is burned, /share/served names the recorders, a line each: name, port, target.
set -u
# shellcheck source=tests/rig/guest-common.sh
. /share/common.sh
in=/share/in
# In memory, for it is started often, and the shared folder keeps nothing in the machine.
spindle=/tmp/spindle
cp /share/spindle $spindle

# A program that fails or hangs is not the end: burners.sh finds what is missing, and shows what was said.
try() { # NAME COMMAND…
  local name=$1 code
  shift
  case $1 in
    member | reload) "$@" >>"$out/$name.log" 2>&1 </dev/null ;;
    *) timeout 120 "$@" >>"$out/$name.log" 2>&1 </dev/null ;;
  esac
  code=$?
  echo "$code" >>"$out/$name.code"
}

# The kernel knows how long a disc is since it last saw it put in.
reload() { # NODE
  local generic
  generic=/dev/$(basename "/sys/class/block/$1/device/scsi_generic/"*)
  sg_start --eject "$generic"
  # Whoever opens it now is told that there is no disc, and remembers.
  dd "if=/dev/$1" of=/dev/null bs=2048 count=1
  sg_start --load "$generic"
}

# The discs of burners-sheets.py, one after another. Nothing is written, and the blank stays one, but for the last, which has two sessions. Every disc
# begins with a tray that opens: that parts them on the tape.
sheets() { # NAME NODE
  local disc source how programs
  while read -r disc source how programs; do
    case " $programs " in *" ${1#sheets-} "*) ;; *) continue ;; esac
    try "$1" reload "$2"
    case $1,$how in
      sheets-spindle,closed) ours "$1" "$2" "$source" --simulate ;;
      sheets-spindle,open) ours "$1" "$2" "$source" --simulate --close session ;;
      sheets-spindle,written) ours "$1" "$2" "$source" ;;
      sheets-cdrdao,closed) cdrdaos "$1" "$2" simulate "$disc" ;;
      sheets-cdrdao,open) cdrdaos "$1" "$2" simulate "$disc" --multi ;;
      sheets-cdrdao,written)
        cdrdaos "$1" "$2" write "$disc" --multi
        cdrdaos "$1" "$2" write "$disc-2"
        ;;
      sheets-cdrskin,*) try "$1" sh -c "cd $in/sheets && xargs cdrskin -v dev=/dev/$2 -dummy -sao <$disc.cdrskin" ;;
    esac
  done <$in/sheets/list
}

ours() { # NAME NODE SOURCE OPTION…
  local name=$1 node=/dev/$2 source=$in/sheets/$3
  shift 3
  try "$name" member $spindle burn --json --mode sao --verify no "$@" "$source" "$node"
}

# Forced, for it would not write texts of which it misses some, nor leave a disc open that it does not call CD-ROM XA.
cdrdaos() { # NAME NODE COMMAND DISC OPTION…
  local name=$1 node=/dev/$2 command=$3 disc=$4
  shift 4
  try "$name" sh -c "cd $in/sheets && cdrdao $command -n -v 2 --force $* --driver generic-mmc:0x10 --device $node $disc.toc"
}

burn() { # NAME NODE
  local node=/dev/$2
  case $1 in
    wodim-tao) try "$1" wodim -v "dev=$node" speed=16 -tao -data $in/data.iso -audio $in/one.wav $in/two.wav ;;
    wodim-dao)
      try "$1" wodim -v "dev=$node" speed=16 -dao mcn=1234567890128 -audio isrc=USABC1234501 $in/one.wav isrc=USABC1234502 $in/two.wav
      ;;
    wodim-rw)
      try "$1" wodim -v "dev=$node" speed=10 -tao -data $in/other.iso
      try "$1" wodim -v "dev=$node" blank=fast
      try "$1" wodim -v "dev=$node" speed=10 -tao -data $in/data.iso
      ;;
    cdrdao-sao) try "$1" sh -c "cd $in && cdrdao write -n -v 2 --driver generic-mmc --device $node mixed.toc" ;;
    cdrdao-text) try "$1" sh -c "cd $in && cdrdao write -n -v 2 --driver generic-mmc:0x10 --device $node text.toc" ;;
    cdrdao-raw) try "$1" sh -c "cd $in && cdrdao write -n -v 2 --driver generic-mmc-raw --device $node mixed.toc" ;;
    cdrskin-multi)
      try "$1" cdrskin -v "dev=$node" -multi -tao -data $in/data.iso
      try "$1" cdrskin -v "dev=$node" -tao -data $in/other.iso
      ;;
    cdrskin-text) try "$1" cdrskin -v "dev=$node" -sao input_sheet_v07t=$in/text.v07t -audio $in/one.wav $in/two.wav ;;
    cdrskin-*) try "$1" cdrskin -v "dev=$node" $in/data.iso ;;
    xorriso-*)
      try "$1" xorriso -abort_on FAILURE -outdev "$node" -map $in/one.wav /one.wav -commit
      try "$1" xorriso -abort_on FAILURE -dev "$node" -map $in/two.wav /two.wav -commit
      try "$1" reload "$2"
      try "$1" mount -t iso9660 -o ro "$node" /mnt
      try "$1" cmp /mnt/one.wav $in/one.wav
      try "$1" cmp /mnt/two.wav $in/two.wav
      try "$1" umount /mnt
      ;;
    growisofs-dvdplusdl) try "$1" growisofs -dvd-compat -use-the-force-luke=break:1024 "-Z" "$node=$in/data.iso" ;;
    growisofs-*) try "$1" growisofs -dvd-compat "-Z" "$node=$in/data.iso" ;;
    format-dvdrw)
      try "$1" dvd+rw-format -force "$node"
      try "$1" growisofs "-Z" "$node=$in/data.iso"
      ;;
    sheets-*) sheets "$1" "$2" ;;
    spindle-mixed) try "$1" member $spindle burn --json $in/mixed.toc "$node" ;;
    spindle-text) try "$1" member $spindle burn --json $in/text.cue "$node" ;;
    spindle-dao) try "$1" member $spindle burn --json $in/dao.cue "$node" ;;
    spindle-tao) try "$1" member $spindle burn --json --mode tao $in/data.iso "$node" ;;
    spindle-*) try "$1" member $spindle burn --json $in/data.iso "$node" ;;
    copy-audio) try "$1" member $spindle burn --json "drive:$node" "$node" ;;
    copy-data) try "$1" member $spindle burn --json --copies 2 "drive:$node" "$node" ;;
    tgt)
      try "$1" member $spindle burn --json $in/data.iso "$node"
      try "$1" reload "$2"
      try "$1" dd "if=$node" "of=$out/tgt.iso" bs=65536
      ;;
  esac
}

umask 0
while read -r name port target; do
  node=$(attach "$target" "$port") || { say "$name: no drive came"; continue; }
  permit
  begun=$(cut -d' ' -f1 /proc/uptime)
  case $name in
    # They take long, and mostly wait: the others go on meanwhile.
    sheets-*) burn "$name" "$node" & continue ;;
    *) burn "$name" "$node" ;;
  esac
  say "$name: burned in /dev/$node since $begun s, $(tr '\n' ' ' <"$out/$name.code")"
done </share/served
wait
say "the machine is done"
