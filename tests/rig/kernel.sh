#!/usr/bin/env bash
# Proves nothing itself: finds a kernel of Debian with its modules for the virtual machine, or fetches one (sourced).
#
# The kernel is never installed: its package is unpacked into the user's cache. What runs on this machine stays as it is.

kernel_cache() {
  echo "${XDG_CACHE_HOME:-$HOME/.cache}/spindle-kernel"
}

# Prints the folder whose boot/ and lib/modules/ hold the newest kernel that can drive an optical drive; fails where there is none.
kernel_root() {
  local root image newest
  for root in "" "$(kernel_cache)"; do
    newest=$(compgen -G "$root/boot/vmlinuz-*" | sort -V | tail -n1) || continue
    for image in $newest; do
      [ -r "$image" ] || continue
      compgen -G "$root/lib/modules/${image##*/vmlinuz-}/kernel/drivers/scsi/sr_mod.ko*" >/dev/null || continue
      echo "${root:-/}"
      return 0
    done
  done
  return 1
}

# Fetches the kernel that the distribution recommends into the cache.
fetch_kernel() {
  local package folder
  package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n1)
  [ -n "$package" ] || return 1
  folder=$(kernel_cache)
  mkdir -p "$folder"
  (cd "$folder" && apt-get -q download "$package" && dpkg -x "$package"_*.deb . && rm -f "$package"_*.deb)
}
