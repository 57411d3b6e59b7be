#!/usr/bin/env bash
# Proves that the whole program, window included, passes the compiler's checks for macOS on Apple silicon. It is not linked
# (that needs Apple's SDK) and not run.
#
# usage: macos.sh TARGET_FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/rig/cross.sh
. "$here/cross.sh"
mkdir -p "${1:?a target folder}"
CARGO_TARGET_DIR=$(realpath "$1")
export CARGO_TARGET_DIR
cd "$here/../.."
cross_cargo aarch64-apple-darwin check
