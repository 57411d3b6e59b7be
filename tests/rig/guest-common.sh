# shellcheck shell=dash
# What both scripts inside of virtual machines share: guest.sh and burners-guest.sh read it from /share/common.sh.
out=/share/out

say() {
  echo "[$(cut -d' ' -f1 /proc/uptime) s] $*"
}

# busybox has a program of the same name, which can do less, and prefers it.
member() { # as a user of the group cdrom, as whoever sits at a desktop is
  timeout 240 /usr/bin/setpriv --reuid=1000 --regid=1000 --groups=24 "$@"
}

permit() { # what udev does everywhere else
  local node
  for node in /dev/sr* /dev/sg*; do
    if [ -e "$node" ]; then
      chgrp cdrom "$node"
      chmod 660 "$node"
    fi
  done
}

nodes() { # in one line, a blank around each
  local node list=' '
  for node in /sys/class/block/sr*; do list="$list${node##*/} "; done
  echo "$list"
}

attach() { # TARGET PORT: prints the node of the drive that comes
  local before node tries=0
  before=$(nodes)
  iscsistart -i iqn.2026-11.test:machine -t "$1" -g 1 -a 10.0.2.2 -p "$2" >>"$out/iscsi.log" 2>&1 || return 1
  while [ "$tries" -lt 100 ]; do
    for node in $(nodes); do
      case $before in *" $node "*) ;; *) echo "$node"; return 0 ;; esac
    done
    sleep 0.1
    tries=$((tries + 1))
  done
  return 1
}
