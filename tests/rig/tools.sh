#!/usr/bin/env bash
# Proves nothing itself: finds the programs that the other steps need, and installs them where that is possible.
#
# usage: tools.sh GROUP…        (compare, window, windows, macos, packaging, vm)
#
# On Debian and Ubuntu, as root, whatever is missing is installed by apt. What is still missing afterwards is printed on
# stdout, one line each: "NAME (from PACKAGE): what it is needed for". No output means that everything is here.
# What apt says goes to stderr, and only when it fails. The exit code is 0 in both cases: the caller decides.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/rig/cross.sh
. "$here/cross.sh"
# shellcheck source=tests/rig/kernel.sh
. "$here/kernel.sh"
# Where Debian keeps programs that only root uses on a machine, and anybody in a virtual one.
PATH=$PATH:/usr/sbin:/sbin

# Group, kind, name, packages that bring it, purpose. Packages: "a+b" means both, "a,b" the first that apt knows.
# Kinds: program = in PATH; python = a module of the system's python3; typelib = a GObject binding of that python3;
# library = found by the dynamic linker (winit and glutin open these at run time, so that no linker ever names them);
# file = a path, with wildcards; std = the source of the standard library beside a compiler of the same version;
# npm = a program in PATH that a package of npm brings: "PACKAGE@VERSION:PATH WITHIN IT"; kernel = a kernel of Debian with its
# modules, which is unpacked into the user's cache and never installed.
table() {
  cat <<'T'
compare   program  cdrdao              cdrdao                   reads and checks TOC files
compare   program  cd-info             libcdio-utils            reads CUE, TOC and NRG images
compare   program  cueprint            cuetools                 reads CUE and TOC sheets
compare   program  bchunk              bchunk                   turns BIN/CUE into ISO and audio
compare   program  chdman              mame-tools               reads CUE, TOC, NRG and GDI
compare   program  npm                 npm                      installs programs that no distribution has
compare   npm      chdman-0.289        @emmercm/chdman-linux-x64@0.289.0:dist/chdman  reads and makes CHDs of DVDs and with Zstandard
compare   program  ccd2iso             ccd2iso                  reads CloneCD images
compare   program  nrg2iso             nrg2iso                  reads Nero images
compare   program  mdf2iso             mdf2iso                  reads Alcohol images
compare   program  iat                 iat                      turns any image into ISO
compare   program  daa2iso             daa2iso                  reads PowerISO and gBurner images
compare   program  genisoimage         genisoimage              makes ISO 9660 file systems
compare   program  xorriso             xorriso                  reads and makes ISO 9660 file systems
compare   program  7z                  p7zip-full,7zip          lists ISO 9660 and UDF file systems
compare   program  sox                 sox                      makes and converts audio
compare   program  flac                flac                     makes FLAC tracks
compare   program  ffmpeg              ffmpeg                   makes MP3 and Ogg tracks
compare   program  script              bsdutils                 a terminal, to ask for passwords at
compare   program  ddrescuelog         gddrescue                reads and changes the maps of rips
compare   program  strace              strace                   kills our program in the middle of its work
compare   program  mkudffs             udftools                 makes UDF file systems
compare   program  rhash               rhash                    the digests of another program
compare   program  dmg2img             dmg2img                  reads DMG images
compare   program  wit                 wit                      reads images of Wii and GameCube discs
compare   npm      maxcso              @emmercm/maxcso-linux-x64@0.1130.16:dist/maxcso  reads and writes CSO, ZSO and DAX
compare   npm      dolphin-tool        @emmercm/dolphin-tool-linux-x64@0.2606.2:dist/dolphin-tool  reads images of GameCube and Wii discs
compare   python   Cryptodome          python3-pycryptodome     decrypts MDX images
compare   program  gzip                gzip                     packs and unpacks gzip files
compare   program  bzip2               bzip2                    packs bzip2 files
compare   program  xz                  xz-utils                 packs and unpacks xz files
compare   program  zstd                zstd                     packs and unpacks zstd files
compare   program  zip                 zip                      makes ZIP archives
window    program  Xvfb                xvfb                     the screen of the window tests
window    program  xdpyinfo            x11-utils                asks that screen whether it is up
window    program  import              imagemagick              takes the screenshots
window    program  genisoimage         genisoimage              makes the image that is dropped on the window
window    program  dbus-run-session    dbus-daemon,dbus         the bus of the accessibility tree
window    file     /usr/libexec/at-spi-bus-launcher  at-spi2-core  the accessibility bus
window    python   Xlib                python3-xlib             drops files on the window
window    typelib  Atspi               gir1.2-atspi-2.0+python3-gi  reads the accessibility tree
window    library  libEGL.so.1         libegl1                  OpenGL for the window
window    file     /usr/lib*/*/dri/swrast_dri.so  libgl1-mesa-dri  OpenGL in software
window    library  libxkbcommon-x11.so.0  libxkbcommon-x11-0    the keyboard of the window
window    library  libXcursor.so.1     libxcursor1              the pointer of the window
window    library  libXi.so.6          libxi6                   the input devices of the window
window    library  libX11-xcb.so.1     libx11-xcb1              the window's way to X11
windows   std      standard-library    rustc-web+cargo-web+rust-web-src,rustc+cargo+rust-src  is built for Windows
windows   program  x86_64-w64-mingw32-gcc  gcc-mingw-w64-x86-64 links the Windows program
windows   program  wine                wine+wine64              runs the Windows program
windows   program  xdpyinfo            x11-utils                asks whether the screen is up
windows   program  import              imagemagick              takes the screenshots
windows   program  Xvfb                xvfb                     the screen of the Windows program
windows   python   Xlib                python3-xlib             drops files on its window
windows   program  genisoimage         genisoimage              makes the image that the Windows program reads
macos     std      standard-library    rustc-web+cargo-web+rust-web-src,rustc+cargo+rust-src  is checked for macOS
packaging program  desktop-file-validate  desktop-file-utils    checks the desktop entry
packaging program  appstreamcli        appstream                checks the AppStream metadata
packaging program  update-mime-database  shared-mime-info       checks the MIME types
packaging program  gio                 libglib2.0-bin           asks which MIME type a file has
packaging program  rsvg-convert        librsvg2-bin             draws the icon
packaging program  compare             imagemagick              compares pictures
packaging file     /usr/bin/python3    python3                  checks the scripts
packaging program  shellcheck          shellcheck               checks the scripts
vm        program  qemu-system-x86_64  qemu-system-x86          boots the virtual machine
vm        kernel   linux               linux-image-amd64        is booted in it
vm        program  busybox             busybox-static           is all that the virtual machine has besides
vm        program  cpio                cpio                     packs what the virtual machine starts with
vm        program  modprobe            kmod                     tells which modules a module needs
vm        program  xz                  xz-utils                 unpacks the kernel
vm        program  setpriv             util-linux               becomes an ordinary user in it
vm        program  iscsistart          open-iscsi               attaches our drive to its kernel
vm        program  cd-info             libcdio-utils            reads the table of contents of our drive
vm        program  cdparanoia          cdparanoia               reads audio from our drive
vm        program  cdrdao              cdrdao                   reads discs in our drive
vm        program  readom              wodim                    reads discs in our drive
vm        program  sg_dd               sg3-utils                reads discs in QEMU's drives, for comparison
vm        program  sg_start            sg3-utils                moves the tray of drives
vm        program  wodim               wodim                    burns in our recorder
vm        program  cdrskin             cdrskin                  burns in our recorder
vm        program  xorriso             xorriso                  burns in our recorder
vm        program  growisofs           growisofs                burns in our recorder
vm        program  dvd+rw-format       dvd+rw-tools             formats discs in our recorder
vm        program  tgtd                tgt                      is a recorder that we did not write
vm        program  iscsi-ls            libiscsi-bin             asks our drive without a kernel
vm        program  iscsi-inq           libiscsi-bin             asks our drive without a kernel
vm        program  iscsi-test-cu       libiscsi-bin             tests our drive
vm        program  genisoimage         genisoimage              makes the file systems on the discs
vm        file     /usr/bin/python3    python3                  makes the discs, and judges what was read
T
}

present() { # KIND NAME
  case $1 in
    program | npm) command -v "$2" ;;
    python) /usr/bin/python3 -c "import $2" ;;
    typelib) /usr/bin/python3 -c "import gi; gi.require_version('$2', '2.0'); from gi.repository import $2" ;;
    library) PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -F "$2 " ;;
    file) compgen -G "$2" ;;
    std) cross_compiler ;;
    kernel) kernel_root ;;
    *) echo "tools.sh: no such kind: $1" >&2; exit 2 ;;
  esac >/dev/null 2>&1
}

# The rows of the groups asked for whose tool is not here.
absent() {
  local group kind name packages purpose
  while read -r group kind name packages purpose; do
    case " $wanted " in *" $group "*) present "$kind" "$name" || echo "$kind $name $packages $purpose" ;; esac
  done < <(table)
}

known() { # PACKAGES joined by +: does apt know all of them?
  local package
  for package in ${1//+/ }; do apt-cache show "$package" >/dev/null 2>&1 || return 1; done
}

# The packages to be installed, one a line.
packages() {
  local kind packages choice
  while read -r kind _ packages _; do
    case $kind in npm | kernel) continue ;; esac
    for choice in ${packages//,/ }; do
      if known "$choice"; then tr '+' '\n' <<<"$choice"; break; fi
    done
  done <<<"$1" | sort -u
}

quietly() { # runs a command and shows what it said only when it fails
  local said
  said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
}

# The rows of kind npm that are absent: each package in a folder of its own, the program linked into PATH.
install_npm() {
  local kind name packages folder program
  command -v npm >/dev/null || return 0
  while read -r kind name packages _; do
    if [ "$kind" != npm ]; then continue; fi
    folder=/usr/local/lib/spindle-judges/$name
    mkdir -p "$folder"
    echo "installing: ${packages%%:*}" >&2
    quietly npm install --no-audit --no-fund --prefix "$folder" "${packages%%:*}" || continue
    program=$folder/node_modules/${packages%@*}/${packages#*:}
    chmod +x "$program" || continue
    ln -sfn "$program" "/usr/local/bin/$name"
  done <<<"$1"
}

install() { # the rows that are absent
  local list apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 -q)
  quietly "${apt[@]}" update || return 0
  if grep -q '^kernel ' <<<"$1"; then
    echo "fetching: a kernel for the virtual machine" >&2
    quietly fetch_kernel || true
  fi
  mapfile -t list < <(packages "$1")
  [ ${#list[@]} -eq 0 ] && return 0
  echo "installing: ${list[*]}" >&2
  quietly "${apt[@]}" install -y --no-install-recommends "${list[@]}" || return 0
}

wanted="$*"
missing=$(absent)
if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  install "$missing"
  install_npm "$missing"
  missing=$(absent)
fi
[ -z "$missing" ] && exit 0
while read -r _ name packages purpose; do
  echo "$name (from $packages): $purpose"
done <<<"$missing" | sort -u
