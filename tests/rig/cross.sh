#!/usr/bin/env bash
# Proves nothing itself: chooses the compiler for targets that this machine has no standard library for (sourced).
#
# `cargo -Zbuild-std` builds that library from source, and the source must be of the compiler's own version. Toolchains come
# without it (rustup's component rust-src, Debian's package rust-web-src), so every compiler here is asked for it.

# Prints the folder of the cargo and rustc to be used; fails when no compiler has its standard library's source, or none is new enough.
cross_compiler() {
  local folder root version least
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  for folder in "$(dirname "$(command -v rustc || echo /usr/bin/rustc)")" /usr/bin; do
    if [ ! -x "$folder/rustc" ] || [ ! -x "$folder/cargo" ]; then continue; fi
    [ -f "$("$folder/rustc" --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ] || continue
    version=$("$folder/rustc" --version | cut -d' ' -f2)
    [ "$(printf '%s\n' "$least" "$version" | sort -V | head -n1)" = "$least" ] || continue
    echo "$folder"
    return 0
  done
  return 1
}

# cross_cargo TARGET COMMAND ARGUMENTS…: cargo COMMAND for that target, with the standard library built on the way.
cross_cargo() {
  local folder target=$1 command=$2
  shift 2
  folder=$(cross_compiler) || { echo "no compiler here has the source of its standard library" >&2; return 1; }
  # Both flags of the nightly compiler that -Zbuild-std needs are allowed by RUSTC_BOOTSTRAP, on any compiler.
  RUSTC_BOOTSTRAP=1 RUSTC="$folder/rustc" RUSTDOC="$folder/rustdoc" \
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
    "$folder/cargo" "$command" --locked -Zbuild-std=std,panic_unwind,panic_abort --target "$target" "$@"
}
