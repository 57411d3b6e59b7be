#!/usr/bin/env bash
# Proves nothing itself: boots a kernel of Debian in QEMU, runs one script in it as root, shows what that says while it says it, and ends
# with its exit code. There is no disk: everything lies in a file system in memory, and what is to stay in a shared folder.
#
# usage: boot.sh [OPTION…] SCRIPT
#
# -p FILE      put a program into the machine, with the libraries that it needs
# -m MODULE    load a kernel module besides the usual ones
# -i IMAGE     an ATAPI drive with this image in it, QEMU's own
# -s IMAGE     a SCSI drive with this image in it, QEMU's own; '' for one without a disc
# -v FOLDER    is /share in the machine
# -t SECONDS   after which it is given up (exit code 124)
#
# The machine is emulated (TCG): slower than with KVM, and the same everywhere. It sees the loopback interface of its host as 10.0.2.2.
# 125 is the exit code when the machine ended without the script's; then the last lines of its log are shown.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/rig/kernel.sh
. "$here/kernel.sh"

programs=() modules=(virtio_pci virtio_console virtio_net af_packet 9p 9pnet_virtio sr_mod sg isofs udf ata_piix virtio_scsi)
atapi=() scsi=() share='' seconds=120
while getopts 'p:m:i:s:v:t:' option; do
  case $option in
    p) programs+=("$OPTARG") ;;
    m) modules+=("$OPTARG") ;;
    i) atapi+=("$OPTARG") ;;
    s) scsi+=("$OPTARG") ;;
    v) share=$OPTARG ;;
    t) seconds=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
script=${1:?a script}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$(kernel_root) || { echo "boot: no kernel here" >&2; exit 2; }
kernel=$(compgen -G "${root%/}/boot/vmlinuz-*" | sort -V | tail -n1)
version=${kernel##*/vmlinuz-}
PATH=$PATH:/usr/sbin:/sbin

# The kernel of the package is compressed, and unpacks itself, which takes an emulated processor six seconds; QEMU boots it unpacked as well.
unpacked() {
  local elf at
  elf=$(kernel_cache)/vmlinux-$version
  if [ ! -s "$elf" ]; then
    mkdir -p "$(dirname "$elf")"
    at=$(LC_ALL=C grep -aobP -m1 '\xfd7zXZ\x00' "$kernel" | head -n1 | cut -d: -f1) || return 1
    # What follows the compressed part is not for xz, which says so.
    tail -c +$((at + 1)) "$kernel" | xz -dc --single-stream >"$elf.$$" 2>/dev/null || true
    LC_ALL=C head -c 4 "$elf.$$" | grep -q ELF || { rm -f "$elf.$$"; return 1; }
    mv "$elf.$$" "$elf"
  fi
  echo "$elf"
}

put() { # FILE: into the machine, and the libraries of a program
  local library
  mkdir -p "$work/root/$(dirname "$1")"
  cp -L "$1" "$work/root/$1"
  while read -r library; do
    [ -e "$work/root/$library" ] || { mkdir -p "$work/root/$(dirname "$library")"; cp -L "$library" "$work/root/$library"; }
  done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

put_modules() { # in the order in which they have to be loaded
  local module file name
  [ -e "${root%/}/lib/modules/$version/modules.dep" ] || depmod -b "$root" "$version"
  for module in "${modules[@]}"; do
    modprobe -d "$root" -S "$version" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++' >"$work/order"
  while read -r file; do
    name=$(basename "$file")
    case $name in
      *.xz) name=${name%.xz}; xz -dc "$file" >"$work/root/modules/$name" ;;
      *.zst) name=${name%.zst}; zstd -qdc "$file" >"$work/root/modules/$name" ;;
      *) cp "$file" "$work/root/modules/$name" ;;
    esac
    echo "$name"
  done <"$work/order" >"$work/root/modules/order"
}

fill() {
  local program
  mkdir -p "$work/root"/{bin,sbin,proc,sys,dev,tmp,run,root,share,mnt,modules,etc,usr/bin,usr/sbin,var/lock}
  put "$(command -v busybox)"
  cp "$(command -v busybox)" "$work/root/bin/busybox"
  for program in ${programs[@]+"${programs[@]}"}; do put "$(realpath -s "$program")"; done
  put_modules
  printf 'root:x:0:0::/root:/bin/sh\nreader:x:1000:1000::/tmp:/bin/sh\nstranger:x:1001:1001::/tmp:/bin/sh\n' >"$work/root/etc/passwd"
  printf 'root:x:0:\ncdrom:x:24:reader\nreader:x:1000:\nstranger:x:1001:\n' >"$work/root/etc/group"
  cp "$script" "$work/root/script"
  cp "$here/init.sh" "$work/root/init"
  chmod 755 "$work/root/init"
  (cd "$work/root" && find . | cpio -o -H newc --quiet) >"$work/initrd"
}

arguments() { # of QEMU, into `qemu`
  local image number=0
  qemu=(-accel 'tcg,thread=multi' -cpu max -smp 2 -m 1024 -nodefaults -display none -no-reboot
    -kernel "$(unpacked || echo "$kernel")" -initrd "$work/initrd"
    -append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr rdinit=/init random.trust_cpu=on"
    -chardev "file,id=log,path=$work/log" -serial chardev:log
    -device virtio-serial-pci -chardev 'stdio,id=said,signal=off' -device 'virtconsole,chardev=said'
    -chardev "file,id=code,path=$work/code" -device 'virtserialport,chardev=code,name=code'
    -netdev 'user,id=net' -device 'virtio-net-pci,netdev=net,romfile='
    -device 'virtio-scsi-pci,id=scsi')
  for image in ${atapi[@]+"${atapi[@]}"}; do
    qemu+=(-drive "if=none,id=a$number,media=cdrom,readonly=on,format=raw,file=$image"
      -device "ide-cd,bus=ide.$((number / 2)),unit=$((number % 2)),drive=a$number")
    number=$((number + 1))
  done
  for image in ${scsi[@]+"${scsi[@]}"}; do
    if [ -n "$image" ]; then
      qemu+=(-drive "if=none,id=s$number,media=cdrom,readonly=on,format=raw,file=$image" -device "scsi-cd,bus=scsi.0,drive=s$number")
    else
      qemu+=(-device 'scsi-cd,bus=scsi.0')
    fi
    number=$((number + 1))
  done
  if [ -n "$share" ]; then qemu+=(-virtfs "local,path=$share,mount_tag=share,security_model=none"); fi
}

fill
arguments
code=0
timeout "$seconds" qemu-system-x86_64 "${qemu[@]}" </dev/null 2>"$work/errors" | sed -u 's/\r$//' || code=$?
if [ -s "$work/code" ]; then exit "$(tail -n1 "$work/code")"; fi
cat "$work/errors" >&2
tail -n 25 "$work/log" >&2 || true
[ "$code" -ne 124 ] || { echo "boot: given up after $seconds s" >&2; exit 124; }
exit 125
