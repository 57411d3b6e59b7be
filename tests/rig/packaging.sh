#!/usr/bin/env bash
# Proves that what the desktop is given is right: the desktop entry, the AppStream metadata and the MIME types are valid, agree with
# each other and with Cargo.toml, and give sample files the types they should have; the icon is drawn from its SVG at every size.
#
# usage: packaging.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
id=org.spindle_disc.Spindle
linux=packaging/linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() { echo "packaging: $*" >&2; exit 1; }

desktop_entry() {
  local said type
  said=$(desktop-file-validate "$linux/$id.desktop") || die "$said"
  [ -z "$said" ] || die "$said"
  grep -qx "Icon=$id" "$linux/$id.desktop" || die "the icon is not called $id"
  grep -qx "StartupWMClass=$id" "$linux/$id.desktop" || die "StartupWMClass is not $id: the window would not be grouped with its launcher"
  while read -r type; do
    grep -q "type=\"$type\"" "$linux/$id.mime.xml" /usr/share/mime/packages/freedesktop.org.xml ||
      die "the desktop entry names $type, which is not a known type"
  done < <(sed -n 's/^MimeType=//p' "$linux/$id.desktop" | tr ';' '\n' | grep .)
  # The window has to name itself as the launcher does.
  if grep -rq with_app_id src && ! grep -rqF "\"$id\"" src; then die "the window's app id is not $id"; fi
  echo "packaging: the desktop entry is valid"
}

metadata() {
  local version
  appstreamcli validate --no-net --explain "$linux/$id.metainfo.xml" >"$work/appstream" || die "$(cat "$work/appstream")"
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n1)
  grep -q "<release version=\"$version\"" "$linux/$id.metainfo.xml" || die "no release $version in the AppStream metadata"
  grep -q "<id>$id</id>" "$linux/$id.metainfo.xml" || die "the AppStream id is not $id"
  grep -q ">$id.desktop</launchable>" "$linux/$id.metainfo.xml" || die "the AppStream metadata launch something else"
  echo "packaging: the AppStream metadata are valid"
}

is() { # TYPE FILE: what the shared MIME database says of it
  local said
  said=$(XDG_DATA_HOME=$work/share gio info -a standard::content-type "$2" | sed -n 's/.*standard::content-type: //p')
  [ "$said" = "$1" ] || die "$(basename "$2") is $said, not $1"
}

mime_types() {
  local own
  # A type or a name that the system's database has already is not ours to define.
  while read -r own; do
    if grep -qF "\"$own\"" /usr/share/mime/packages/freedesktop.org.xml; then die "$own is in the shared MIME database already"; fi
  done < <(sed -n 's/.*<mime-type type="\(.*\)">/\1/p; s/.*<glob pattern="\(.*\)"\/>/\1/p' "$linux/$id.mime.xml")
  mkdir -p "$work/share/mime/packages" "$work/files"
  cp "$linux/$id.mime.xml" "$work/share/mime/packages/$id.xml"
  XDG_DATA_HOME=$work/share update-mime-database "$work/share/mime" 2>"$work/mime.log" || die "$(cat "$work/mime.log")"
  [ ! -s "$work/mime.log" ] || die "$(cat "$work/mime.log")"
  cd "$work/files"
  printf '[CloneCD]\r\nVersion=3\r\n' | tee disc.ccd >ccd
  printf 'LayerBreak=1913760\r\ndisc.iso\r\n' | tee disc.dvd >dvd
  printf 'MEDIA DESCRIPTOR\x01\x05\x00\x00' | tee disc.mds >mds
  head -c 4096 /dev/zero | tee disc.nrg >disc.mdf
  # By name, and by content where there is a signature.
  is application/x-ccd disc.ccd
  is application/x-ccd ccd
  is application/x-dvd-layout disc.dvd
  is application/x-dvd-layout dvd
  is application/x-mds disc.mds
  is application/x-mds mds
  is application/x-nrg disc.nrg
  is application/x-mdf disc.mdf
  cd - >/dev/null
  echo "packaging: the MIME types are valid and give every sample its type"
}

icons() {
  local size difference
  for size in 16 24 32 48 64 128 256 512; do
    rsvg-convert --width "$size" --height "$size" icons/spindle.svg --output "$work/$size.png"
    [ "$(identify -format '%wx%h' "$work/$size.png")" = "${size}x$size" ] || die "the icon is not square at $size"
    [ "$(identify -format '%k' "$work/$size.png")" -gt 20 ] || die "nothing is drawn on the icon at $size"
  done
  # The one the program carries is the drawing's; renderers differ in a shade, so not to the bit.
  difference=$(compare -metric RMSE icons/spindle-256.png "$work/256.png" null: 2>&1) || true
  difference=${difference##*(}
  awk -v d="${difference%)}" 'BEGIN { exit !(d != "" && d < 0.02) }' || die "icons/spindle-256.png is not icons/spindle.svg: $difference"
  echo "packaging: the icon is drawn at every size, and the program carries it"
}

desktop_entry
metadata
mime_types
icons
